"""Frames of wearables, laid out by hand here, give the values they were made from."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess

import numpy as np
import pytest

from cued.devices import _polar_frames as polar
from cued.devices import (
    bangle,
    circuitpython,
    metamotion,
    movesense,
    phone,
    pod,
    polar_pmd,
    thingy52,
    witmotion,
    xsens_dot,
)
from cued.devices import heart_rate as strap
from cued.devices._gatt import BATTERY_LEVEL, DEGREE, HEART_RATE, G, Ticks, heart_rate, standard
from cued.devices.device import Advert, Read, Subscribe, Write
from cued.model import Battery, DecodeError, HeartRate, LinkChanged, Packet
from cued.parts import NoOptions

H = bytes.fromhex


def only(outputs) -> Packet:
    (packet,) = [x for x in outputs if isinstance(x, Packet)]
    return packet


# --- Polar


def delta_block(rows: list[list[int]], width: int) -> bytes:
    """Pack differences least significant bit first, as Polar's document describes it."""
    bits = [value >> i & 1 for row in rows for value in row for i in range(width)]
    bits += [0] * (-len(bits) % 8)
    packed = [sum(b << i for i, b in enumerate(bits[at : at + 8])) for at in range(0, len(bits), 8)]
    return bytes([width, len(rows)]) + bytes(packed)


@pytest.mark.parametrize("width", [2, 3, 5, 8, 10, 11, 16])
def test_polar_compressed_blocks_of_any_width_are_decoded(width):
    rng = np.random.default_rng(width)
    low, high = -(1 << width - 1), (1 << width - 1) - 1
    rows = rng.integers(low, high, (7, 3), endpoint=True)
    rows[0], rows[1] = low, high
    more = rng.integers(-4, 4, (5, 3))
    payload = struct.pack("<3h", -5, 7, 1000)
    payload += delta_block(rows.tolist(), width) + delta_block(more.tolist(), 4)
    expected = np.cumsum(np.vstack(([[-5, 7, 1000]], rows, more)), axis=0)
    assert polar.decompress(payload, 3, 16).tolist() == expected.tolist()


def test_polar_bits_of_width_one_are_0_and_minus_1_and_of_width_zero_nothing():
    payload = struct.pack("<3h", 0, 0, 0) + bytes([1, 1, 0b101]) + bytes([0, 2])
    assert polar.decompress(payload, 3, 16).tolist() == [[0, 0, 0], *[[-1, 0, -1]] * 3]


def test_polar_24_bit_samples_keep_their_sign():
    payload = b"".join(v.to_bytes(3, "little", signed=True) for v in (-8388608, -1, 8388607))
    frame = polar.decode(b"\x02" + bytes(8) + b"\x02" + payload)
    assert frame.values.tolist() == [[-8388608, -1, 8388607]]


def h10_frame(end_ns: int, n: int = 36) -> bytes:
    samples = struct.pack("<3h", 100, -200, 980) * n
    return struct.pack("<BQB", 2, end_ns, 1) + samples


def test_a_polar_rate_of_zero_is_refused():
    device = polar_pmd.PolarPmd(polar_pmd.Config(), "chest")
    with pytest.raises(DecodeError):
        device.receive(1.0, polar_pmd.CONTROL, H("f001020000 00 01 0000"))
    assert len(only(device.receive(2.0, polar_pmd.DATA, h10_frame(10**9))).acc) == 36


def test_an_h10_is_asked_for_its_settings_and_started_with_one_of_each():
    device = polar_pmd.PolarPmd(polar_pmd.Config(), "chest")
    actions = device.start([polar_pmd.CONTROL, polar_pmd.DATA, BATTERY_LEVEL, HEART_RATE])
    assert actions[:2] == [Subscribe(polar_pmd.CONTROL), Subscribe(polar_pmd.DATA)]
    assert actions[-1] == Read(polar_pmd.CONTROL)
    ask = device.receive(1.0, polar_pmd.CONTROL, H("0f05") + bytes(15))
    assert ask == [Write(polar_pmd.CONTROL, H("0102"))]
    assert device.receive(1.0, polar_pmd.CONTROL, H("0f05") + bytes(15)) == []  # BlueZ's echo
    offer = H("f00102000000 04 1900 3200 6400 c800 01 01 1000 02 03 0200 0400 0800")
    start = device.receive(1.1, polar_pmd.CONTROL, offer)
    assert start == [Write(polar_pmd.CONTROL, H("0202 0001c800 01011000 02010800"))]
    assert device.receive(1.2, polar_pmd.CONTROL, H("f00202000001")) == []
    packet = only(device.receive(2.0, polar_pmd.DATA, h10_frame(10**9)))
    assert packet.acc[0] == pytest.approx(np.array([0.1, -0.2, 0.98]) * G)
    assert packet.rate_hz == 200
    assert packet.gyr is None
    assert device.stop() == [Write(polar_pmd.CONTROL, H("0302"))]


def test_polar_sample_times_run_from_the_end_of_the_frame_before():
    device = polar_pmd.PolarPmd(polar_pmd.Config(), "chest")
    device.receive(1.0, polar_pmd.CONTROL, H("0f05") + bytes(15))
    device.receive(1.0, polar_pmd.CONTROL, H("f0010200000001c800"))
    period = 1 / 202.0  # the crystal is 1 % fast
    ends = [0.0, 36 * period, 72 * period, 180 * period]
    packets = [
        only(device.receive(2.0, polar_pmd.DATA, h10_frame(10**12 + round(e * 1e9)))) for e in ends
    ]
    assert np.diff(packets[0].ticks) == pytest.approx(1 / 200)
    assert np.diff(packets[2].ticks) == pytest.approx(period, rel=1e-6)
    assert np.diff(packets[3].ticks) == pytest.approx(1 / 200)  # after a loss
    assert packets[3].ticks[-1] - packets[0].ticks[-1] == pytest.approx(ends[3])


def test_a_polar_stream_that_is_still_on_is_restarted():
    device = polar_pmd.PolarPmd(polar_pmd.Config(), "chest")
    device.receive(1.0, polar_pmd.CONTROL, H("0f05") + bytes(15))
    already = device.receive(1.0, polar_pmd.CONTROL, H("f002020600"))
    assert already == [Write(polar_pmd.CONTROL, H("0302"))]
    assert device.receive(1.0, polar_pmd.CONTROL, H("f003020000")) == [
        Write(polar_pmd.CONTROL, H("0102"))
    ]


def test_a_polar_refusal_ends_the_connection_with_its_reason():
    device = polar_pmd.PolarPmd(polar_pmd.Config(), "chest")
    device.receive(1.0, polar_pmd.CONTROL, H("0f05") + bytes(15))
    (refused,) = device.receive(1.0, polar_pmd.CONTROL, H("f002020d00"))
    assert isinstance(refused, LinkChanged)
    assert "charger" in refused.why


def test_polar_acceleration_and_angular_rate_are_paired_in_time():
    device = polar_pmd.PolarPmd(polar_pmd.Config(rate_hz=52), "arm")
    device.receive(1.0, polar_pmd.CONTROL, H("0f24") + bytes(15))
    offer = H("f001020000 0001 3400 0101 1000 0201 0800 0401 03")
    start = device.receive(1.0, polar_pmd.CONTROL, offer)
    assert start == [Write(polar_pmd.CONTROL, H("0202 00013400 01011000 02010800 040103"))]
    assert device.receive(1.0, polar_pmd.CONTROL, H("f002020000")) == [
        Write(polar_pmd.CONTROL, H("0105"))
    ]
    device.receive(1.0, polar_pmd.CONTROL, H("f001050000 0001 3400 0201 d007 0401 03"))
    device.receive(1.0, polar_pmd.CONTROL, H("f002050000"))
    out = []
    for k in range(5):
        end = 10**9 + k * 10**9
        acc = struct.pack("<BQB", 2, end, 1) + b"".join(
            struct.pack("<3h", k * 52 + i, 0, 1000) for i in range(1, 53)
        )
        first = k * 52 + 1
        gyr = struct.pack("<BQB3h", 5, end, 0x80, first, 0, 0)
        gyr += delta_block([[1, 0, 0]] * 51, 2)
        out += device.receive(2.0 + k, polar_pmd.DATA, acc)
        out += device.receive(2.0 + k, polar_pmd.DATA, gyr)
    acc = np.concatenate([p.acc for p in out])
    gyr = np.concatenate([p.gyr for p in out])
    assert len(acc) == 260
    counts = gyr[:, 0] / DEGREE / (2000 / 32768)
    assert counts == pytest.approx(acc[:, 0] / (1e-3 * G), abs=0.01)


# --- Movesense


def movesense_payload(ms: int, n: int) -> bytes:
    acc = np.array([[i, 0, 9.81] for i in range(n)], "<f4")
    gyr = np.array([[0, 10 * i, 0] for i in range(n)], "<f4")
    return struct.pack("<I", ms) + acc.tobytes() + gyr.tobytes()


def test_movesense_whole_and_split_measurements_are_the_same():
    payload = movesense_payload(1000, 8)
    whole = movesense.Movesense(movesense.Config(), "back")
    split = movesense.Movesense(movesense.Config(), "back")
    one = only(whole.receive(1.0, movesense.NOTIFY, b"\x02\x63" + payload))
    assert split.receive(1.0, movesense.NOTIFY, b"\x02\x63" + payload[:156]) == []
    two = only(split.receive(1.0, movesense.NOTIFY, b"\x03\x63" + payload[156:]))
    assert repr(one) == repr(two)
    assert one.acc[3] == pytest.approx([3, 0, 9.81])
    assert one.gyr[3] == pytest.approx([0, 30 * DEGREE, 0])
    assert np.diff(one.ticks) == pytest.approx(1 / 104)


def test_movesense_a_lost_second_part_costs_one_measurement():
    device = movesense.Movesense(movesense.Config(), "back")
    first, second = movesense_payload(1000, 8), movesense_payload(1154, 8)
    device.receive(1.0, movesense.NOTIFY, b"\x02\x63" + first[:156])
    device.receive(1.1, movesense.NOTIFY, b"\x02\x63" + second[:156])
    packet = only(device.receive(1.1, movesense.NOTIFY, b"\x03\x63" + second[156:]))
    assert len(packet.acc) == 8


def test_movesense_is_asked_for_motion_and_battery():
    device = movesense.Movesense(movesense.Config(rate_hz=52), "back")
    actions = device.start([movesense.NOTIFY])
    assert Write(movesense.COMMAND, b"\x01\x63/Meas/IMU6/52\0") in actions
    assert device.receive(1.0, movesense.NOTIFY, H("0105 c800 4b")) == [Battery(1.0, "back", 75.0)]


def test_a_movesense_with_a_full_pool_is_restarted():
    device = movesense.Movesense(movesense.Config(), "back")
    assert device.stop() == [Write(movesense.COMMAND, bytes((2, movesense.MOTION)))]
    (refused,) = device.receive(1.0, movesense.NOTIFY, H("0163 ad01"))
    assert "429" in refused.why
    assert device.stop() == [Write(movesense.COMMAND, bytes((7, movesense.RESET, 5)))]


def test_movesense_errors_are_read_in_either_byte_order():
    assert movesense.status(H("f701")) == movesense.status(H("01f7")) == 503


# --- phones


def test_an_impossible_time_or_value_of_a_phone_is_left_out():
    columns = {"acc_time": [0.01, 1e308, 0.02], "accX": [0, 0, None], "accY": [0, 0, 0]}
    buffer = {name: {"buffer": column} for name, column in columns.items()}
    reply = json.dumps({"buffer": buffer | {"accZ": {"buffer": [9.8, 9.8, 9.8]}}})
    _, ((t, values),) = phone.phyphox(reply.encode(), [phone.Config().acc])
    assert (t.tolist(), values.tolist()) == ([0.01], [[0.0, 0.0, 9.8]])


# --- WitMotion


def wit_frame(ax: int) -> bytes:
    return b"\x55\x61" + struct.pack("<9h", ax, 0, 2048, 0, 16384, 0, 0, 0, 0)


def test_witmotion_frames_are_found_in_any_cut_of_the_stream():
    stream = b"".join(wit_frame(i) for i in range(200))
    rng = np.random.default_rng(5)
    cuts = np.sort(rng.choice(len(stream), 150, replace=False))
    device = witmotion.WitMotion(witmotion.Config(), "foot")
    whole = []
    for k, piece in enumerate(np.split(np.frombuffer(stream, np.uint8), cuts)):
        whole += device.receive(k * 2.0 / 151, witmotion.NOTIFY, piece.tobytes())
    packets = [p for p in whole if isinstance(p, Packet)]
    counts = np.concatenate([p.acc[:, 0] for p in packets]) / (16 * G / 32768)
    assert np.diff(counts) == pytest.approx(1.0)
    assert packets[0].acc[0, 2] == pytest.approx(G)
    assert packets[0].gyr[0, 1] == pytest.approx(1000 * DEGREE)


@pytest.mark.parametrize(
    ("hz", "taken"), [(97.0, 100.0), (52.0, 50.0), (10.3, 10.0), (70.0, 100.0)]
)
def test_witmotion_uses_the_measured_rate_not_the_requested_one(hz, taken):
    device = witmotion.WitMotion(witmotion.Config(), "foot")
    out = []
    for i in range(round(4 * hz)):
        out += device.receive(i / hz, witmotion.NOTIFY, wit_frame(i))
    assert {p.rate_hz for p in out if isinstance(p, Packet)} == {taken}


def test_witmotion_resynchronises_after_invalid_bytes():
    frames, rest, lost = witmotion.split(b"\x00\x55\x10" + wit_frame(1) + b"\x55")
    assert (frames, rest, lost) == ([wit_frame(1)], b"\x55", 3)


def test_witmotion_battery_goes_from_empty_to_full():
    device = witmotion.WitMotion(witmotion.Config(), "foot")
    for centivolts, percent in ((330, 0), (340, 0), (368, 50), (396, 100), (420, 100)):
        frame = b"\x55\x71\x64\x00" + struct.pack("<H", centivolts) + bytes(14)
        (battery,) = [
            x for x in device.receive(1.0, witmotion.NOTIFY, frame) if isinstance(x, Battery)
        ]
        assert battery.percent == pytest.approx(percent)


# --- DOT, Thingy, MetaMotion, CircuitPython, Bangle


def test_a_dot_sample_has_its_time_and_both_quantities():
    device = xsens_dot.XsensDot(xsens_dot.Config(), "foot")
    actions = device.start([xsens_dot.MEDIUM])
    rate = H("10") + bytes(23) + H("3c00") + bytes(6)
    assert Write(xsens_dot.DEVICE_CONTROL, rate) in actions
    assert actions[-1] == Write(xsens_dot.CONTROL, H("010115"))
    times = (2**32 - 10000, 6667)  # across the wrap
    samples = [
        only(device.receive(1.0, xsens_dot.MEDIUM, struct.pack("<I6f12x", us, 1, 2, 9.8, 90, 0, 0)))
        for us in times
    ]
    assert samples[1].ticks[0] - samples[0].ticks[0] == pytest.approx(0.016667)
    assert samples[0].acc[0] == pytest.approx([1, 2, 9.8])
    assert samples[0].gyr[0] == pytest.approx([np.pi / 2, 0, 0])


def test_a_thingy_scales_as_its_firmware_does():
    acc, gyr, field = thingy52.decode(struct.pack("<9h", 1024, -512, 0, 32, -64, 0, 16, 0, -32))
    assert acc.tolist() == [[1.0, -0.5, 0.0]]
    assert gyr.tolist() == [[1.0, -2.0, 0.0]]
    assert field.tolist() == [[1.0, 0.0, -2.0]]
    write = thingy52.Thingy52(NoOptions(), "foot").start([])[0]
    assert write == Write(thingy52.CONFIGURE, H("e803f401f401640001"))


def test_a_metamotion_is_set_up_for_the_chip_it_has():
    for chip, acc, range_code in ((1, "28", "08"), (4, "a8", "02")):
        device = metamotion.MetaMotion(metamotion.Config(), "foot")
        writes = [w.data for w in device.receive(1.0, metamotion.NOTIFY, bytes((3, 0x80, chip, 1)))]
        assert writes[0] == H(f"0303 {acc} {range_code}")
        assert H("1303 28 00") in writes
        assert writes[3] == H("030101")
        assert len(device.stop()) == 6


def test_a_metamotions_two_streams_are_joined_by_count():
    device = metamotion.MetaMotion(metamotion.Config(), "foot")
    out = []
    for i in range(0, 300, 3):
        acc = H("031c") + b"".join(struct.pack("<3h", i + j, 0, 4096) for j in range(3))
        gyr = H("1307") + b"".join(struct.pack("<3h", i + j, 0, 0) for j in range(3))
        out += device.receive(i / 100, metamotion.NOTIFY, acc)
        out += device.receive(i / 100 + 0.005, metamotion.NOTIFY, gyr)
    packets = [p for p in out if isinstance(p, Packet)]
    acc = np.concatenate([p.acc for p in packets])
    gyr = np.concatenate([p.gyr for p in packets])
    assert acc[:, 0] / G * 4096 == pytest.approx(gyr[:, 0] / DEGREE * 16.4)
    assert acc[0, 2] == pytest.approx(G)
    assert packets[0].rate_hz == 100


def test_an_adafruit_board_is_addressed_by_service_and_joined_by_count():
    device = circuitpython.CircuitPython(circuitpython.Config(), "foot")
    actions = device.start([circuitpython.ACC, circuitpython.GYRO])
    periods = [a for a in actions if isinstance(a, Write)]
    assert periods[0].char == f"{circuitpython.ACC_SERVICE}/{circuitpython.PERIOD}"
    assert periods[1] == Write(
        f"{circuitpython.GYRO_SERVICE}/{circuitpython.PERIOD}", H("14000000")
    )
    out = []
    for i in range(180):
        acc, gyr = (np.array([i / 4, 0, 9.8], "<f4").tobytes() for _ in range(2))
        out += device.receive(i / 45, circuitpython.ACC, acc)
        out += device.receive(i / 45, circuitpython.GYRO, gyr)
    packets = [p for p in out if isinstance(p, Packet)]
    assert packets[0].rate_hz == pytest.approx(45, rel=0.05)
    assert all(np.array_equal(p.acc[:, 0], p.gyr[:, 0]) for p in packets)


def bangle_frame(ms: int, n: int) -> bytes:
    body = struct.pack("<BBI", 0xA5, n, ms) + struct.pack("<3h", 0, 4096, -4096) * n
    return body + bytes([sum(body) % 256])


def test_a_watchs_frames_are_found_between_the_prompts_text():
    stream = b"\r\n>" + bangle_frame(1000, 4) + b"=undefined\r\n>" + bangle_frame(1080, 4)
    for size in (1, 7, 20, 200):
        device = bangle.Bangle(bangle.PART.config(), "waist")
        out = []
        for at in range(0, len(stream), size):
            out += device.receive(1.0, bangle.TX, stream[at : at + size])
        assert [len(p.acc) for p in out] == [4, 4]
        assert out[0].acc[0] == pytest.approx([0, G, -G])
        assert np.diff(np.concatenate([p.ticks for p in out])) == pytest.approx(0.02)


def test_the_watchs_program_is_typed_in_pieces_that_fit():
    writes = [a for a in bangle.Bangle(bangle.PART.config(), "w").start([]) if isinstance(a, Write)]
    text = b"".join(w.data for w in writes)
    assert max(len(w.data) for w in writes) <= 20
    assert text.startswith(b"\x03\x10")
    assert text.count(b"\n") == 1
    assert text.endswith(b"\n")


WATCH = """
const sent = [];
let listener = null, now = 1700000000;
const Bangle = {
  setOptions() {}, setPollInterval() {}, accelWr() {},
  on(what, f) { listener = f; }, removeListener(what, f) { listener = null; },
};
const Bluetooth = { write(f) { sent.push(Buffer.from(f).toString("hex")); } };
const getTime = () => now;
eval(process.argv[1]);
for (let i = 0; i < 40; i++) { now += 0.02; listener({ x: i / 100, y: -0.25, z: -5 }); }
eval(process.argv[2]);
console.log(JSON.stringify({ sent, listening: listener !== null }));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="runs JavaScript with node")
def test_the_watchs_program_makes_frames_that_decode():
    program, end = bangle.PROGRAM.replace("\n", ""), bangle.END
    # "var" and bare names are the watch's global scope; node's eval has it outside strict mode
    run = subprocess.run(
        ["node", "-e", WATCH, program, end], capture_output=True, text=True, check=True, timeout=20
    )
    result = json.loads(run.stdout)
    assert result["listening"] is False
    device = bangle.Bangle(bangle.PART.config(), "waist")
    out = [p for hex_ in result["sent"] for p in device.receive(1.0, bangle.TX, H(hex_))]
    acc = np.concatenate([p.acc for p in out])
    assert acc[:, 0] / G == pytest.approx(2 * np.arange(40) / 100, abs=1e-3)  # 8 g: half is sent
    assert acc[0, 1:] / G == pytest.approx([-0.5, -8.0], abs=1e-3)  # and clipped to the range
    assert np.diff(np.concatenate([p.ticks for p in out])) == pytest.approx(0.02, abs=0.002)


# --- the pod, and properties of all


def test_the_pods_documented_example():
    example = H(
        "01 02 0700 40420f00 8f25 0000 0000 0108 0000 0000 0000 0100 ffff 0008 0100 ffff 0000"
    )
    packet = only(pod.Pod(NoOptions(), "foot").receive(1.0, pod.DATA, example))
    assert packet.acc == pytest.approx(np.array([[0, 0, 9.81], [0.005, -0.005, 9.80]]), abs=0.01)
    assert packet.gyr[1] == pytest.approx([0.0012, -0.0012, 0], abs=1e-4)
    assert np.diff(packet.ticks) == pytest.approx(0.009615)


def test_a_lost_pod_frame_leaves_a_hole_of_its_length():
    device = pod.Pod(NoOptions(), "foot")
    ticks = [
        only(
            device.receive(
                1.0, pod.DATA, struct.pack("<BBHIH6h", 1, 1, k, k * 10000, 10000, *[0] * 6)
            )
        ).ticks[0]
        for k in (0, 1, 2, 7, 8)
    ]
    assert np.diff(ticks) == pytest.approx([0.01, 0.01, 0.05, 0.01])


def test_a_pod_of_a_newer_version_is_refused_by_name():
    with pytest.raises(DecodeError, match="version 2"):
        pod.decode(struct.pack("<BBHIH6h", 2, 1, 0, 0, 1, *[0] * 6))


def test_ticks_wrap_and_a_restart_shows_as_a_jump():
    ticks = Ticks(16, 1e-3)
    assert ticks.seconds(65000) == 0
    assert ticks.seconds(500) == pytest.approx(1.036)
    assert ticks.seconds(500) == pytest.approx(1.036)
    assert ticks.seconds(100) > 3600


def test_heart_rate_in_both_widths_with_energy_and_intervals():
    assert heart_rate(H("00 46")) == (70, [])
    assert heart_rate(H("01 2c01")) == (300, [])
    assert heart_rate(H("18 46 1000 0004 0002")) == (70, [1.0, 0.5])
    assert standard(1.0, "s", HEART_RATE, H("0000")) == [HeartRate(1.0, "s", 0.0)]  # off the skin


def test_a_strap_is_polled_within_the_150_s_after_which_an_h10_disconnects():
    worn = strap.PART.build(strap.PART.config(), "hr")
    asked = [t for t in range(900) if worn.tick(float(t)) == [Read(BATTERY_LEVEL)]]
    assert np.diff([0, *asked]).max() < 150


def test_a_heart_rate_that_stands_still_for_a_minute_is_off_the_skin():
    worn = strap.PART.build(strap.PART.config(), "hr")
    still = [worn.receive(float(t), HEART_RATE, H("0046"))[0].bpm for t in range(90)]
    assert (still[30], still[80]) == (70.0, 0.0)
    assert worn.receive(90.0, HEART_RATE, H("0047"))[0].bpm == 71.0


def test_devices_are_recognised_by_name_service_or_maker():
    at = "AA:BB:CC:DD:EE:FF"
    assert polar_pmd.matches(Advert(at, "Polar H10 12345678"))
    assert movesense.matches(Advert(at, "Movesense 234530000123"))
    assert witmotion.matches(Advert(at, "WT901BLE67"))
    assert xsens_dot.matches(Advert(at, "", manufacturer={0x0886: b""}))
    assert thingy52.matches(Advert(at, "Thingy"))
    assert metamotion.matches(Advert(at, "MetaWear"))
    assert bangle.matches(Advert(at, "Bangle.js 1a2b"))
    assert pod.matches(Advert(at, "", services=(pod.SERVICE,)))
