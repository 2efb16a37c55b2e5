"""The pod's firmware, on a stand-in for its board, against the decoder of the daemon."""

from __future__ import annotations

import ast
import math
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued.devices import pod as decoder
from cued.devices.device import Advert
from cued.parts import NoOptions
from tests.hardware.boards import POD, SERVICES, Bench, Chip

EXAMPLE = bytes.fromhex(
    "01020700 40420f00 8f25 0000 0000 0108 0000 0000 0000 0100 ffff 0008 0100 ffff 0000"
)


@pytest.fixture
def bench():
    return Bench()


@pytest.fixture
def streaming(bench):
    bench.connect()
    bench.write(b"\x01")
    bench.run(0.3)
    return bench


def test_the_frame_of_the_document_is_what_is_packed():
    from cuedpod.frame import Frames

    samples = [(0, 0, 0, 0, 0, 2049), (1, -1, 0, 1, -1, 2048)]
    frames = Frames()
    for _ in range(7):
        frames.pack(0, 1, bytearray(12), 1)
    queue = b"".join(struct.pack("<6h", *s) for s in samples)
    assert frames.pack(1_000_000, 9615, queue, 2) == EXAMPLE


counts = st.lists(
    st.lists(st.integers(-32768, 32767), min_size=6, max_size=6), min_size=1, max_size=19
)


@given(samples=counts, first=st.integers(0, 2**40), step=st.integers(1, 65535))
def test_the_decoder_reads_back_what_was_packed(samples, first, step):
    from cuedpod.frame import Frames

    queue = b"".join(struct.pack("<6h", *s) for s in samples)
    frame = decoder.decode(bytes(Frames().pack(first, step, queue, len(samples))))
    assert (frame.first_us, frame.step_us) == (first % 2**32, step)
    assert frame.values.tolist() == [s[3:] + s[:3] for s in samples]


def test_firmware_and_decoder_name_the_same_characteristics():
    from cuedpod import frame, radio

    assert (radio.SERVICE, radio.DATA, radio.CONTROL) == (
        decoder.SERVICE,
        decoder.DATA,
        decoder.CONTROL,
    )
    assert (frame.VERSION, frame.HEADER, frame.MOST_SAMPLES) == (
        decoder.VERSION,
        decoder.HEADER,
        decoder.MOST_SAMPLES,
    )
    assert radio.LONGEST == frame.HEADER + frame.SAMPLE * frame.MOST_SAMPLES


def test_the_counter_wraps():
    from cuedpod.frame import Frames

    frames = Frames()
    seen = [
        decoder.decode(bytes(frames.pack(0, 1, bytearray(12), 1))).counter for _ in range(65537)
    ]
    assert seen[-3:] == [65534, 65535, 0]


@pytest.mark.parametrize(
    ("length", "samples"), [(20, 0), (21, 0), (22, 1), (58, 4), (182, 14), (500, 19)]
)
def test_a_frame_fits_the_link(length, samples):
    from cuedpod.frame import room

    assert room(length) == samples


def test_the_advert_is_recognised_by_the_daemon(bench):
    bench.run(0.2)
    advert, answer = bench.adapter.advert, bench.adapter.answer
    assert advert[5:21][::-1].hex() == decoder.SERVICE.replace("-", "")
    name = answer[2:].decode()
    assert name == "cued pod 5678"
    assert decoder.matches(Advert("C0:00:12:34:56:78", name, services=(decoder.SERVICE,)))


def test_every_sample_of_the_chip_arrives_once_and_in_order(streaming):
    streaming.run(10, pauses=[(13, 5000), (400, 400_000)])
    got = np.concatenate([decoder.decode(x).values for x in streaming.data.sent]).tolist()
    taken = [list(v[3:] + v[:3]) for _, v in streaming.chip.taken]
    assert got == taken[: len(got)]
    assert len(taken) - len(got) < 60  # left by a pause at the very end


@pytest.mark.parametrize("again", [False, True], ids=["first start", "started again"])
def test_samples_before_the_chip_has_settled_are_never_sent(bench, again):
    bench.connect()
    bench.write(b"\x01")
    if again:
        bench.run(1)
        bench.write(b"\x00")
        bench.run(0.3)
        bench.chip.ever_read = False
        del bench.data.sent[:]
        bench.write(b"\x01")
    started_us = bench.chip.now_us
    bench.run(1)
    frames = [decoder.decode(x) for x in bench.data.sent]
    assert started_us + 90_000 < frames[0].first_us < started_us + 130_000


def test_no_sleep_is_short_enough_to_stall(streaming):
    assert min(streaming.pod.step() for _ in range(200)) >= 0.005
    streaming.write(b"\x00")
    assert min(streaming.pod.step() for _ in range(200)) >= 0.005


def test_in_the_daemons_units_a_pod_at_rest_weighs_one_g(streaming):
    (packet,) = decoder.Pod(NoOptions(), "foot").receive(0.0, decoder.DATA, streaming.data.sent[0])
    assert packet.acc[0, 0] == pytest.approx(2049 * 0.488e-3 * 9.80665)
    assert packet.gyr is not None
    assert packet.gyr[0, 2] == pytest.approx(7 * 0.070 * math.pi / 180)


def test_four_samples_a_frame_at_26_frames_a_second(streaming):
    del streaming.data.sent[:]
    streaming.run(10)
    sizes = {len(x) for x in streaming.data.sent}
    assert sizes == {58}
    assert len(streaming.data.sent) == pytest.approx(260, abs=2)


def test_both_ranges_and_the_rate_are_set(streaming):
    assert streaming.chip.registers[0x10] == 0x44  # 104 Hz, 16 g
    assert streaming.chip.registers[0x11] == 0x4C  # 104 Hz, 2000 deg/s


def test_a_low_connection_interval_is_asked_for_once(streaming):
    assert streaming.link.connection_interval == 15.0
    streaming.link.connection_interval = 30.0  # the central's last write
    streaming.run(1)
    assert streaming.link.connection_interval == 30.0


def test_a_busy_radio_is_asked_again_and_the_link_is_kept(bench):
    bench.connect()
    bench.link.busy = 2
    bench.write(b"\x01")
    bench.run(1)
    assert bench.link.connection_interval == 15.0
    assert bench.data.sent


def test_losing_the_link_while_sending_is_no_fault(streaming):
    sent = len(streaming.data.sent)
    streaming.link.connected = False  # known to the radio before the firmware
    streaming.run(1)
    assert len(streaming.data.sent) == sent
    assert streaming.adapter.advertising


def test_nothing_is_sent_over_a_link_too_narrow_for_one_sample(bench):
    bench.connect(max_packet_length=20)
    bench.write(b"\x01")
    bench.run(1)
    assert bench.data.sent == []
    bench.link.max_packet_length = 182
    bench.run(1)
    assert bench.data.sent


def test_stop_stops_and_so_does_the_end_of_the_link(streaming):
    streaming.write(b"\x00")
    streaming.run(0.2)
    sent = len(streaming.data.sent)
    streaming.run(2)
    assert len(streaming.data.sent) == sent
    assert not streaming.chip.sampling
    streaming.write(b"\x01")
    streaming.run(0.5)
    assert len(streaming.data.sent) > sent
    streaming.disconnect()
    streaming.run(0.2)
    sent = len(streaming.data.sent)
    streaming.run(1)
    assert len(streaming.data.sent) == sent
    assert streaming.adapter.advertising


def test_a_command_of_the_last_link_does_not_start_the_next_stream(streaming):
    streaming.write(b"\x00")
    streaming.run(0.2)
    streaming.write(b"\x01")
    streaming.disconnect()
    streaming.run(0.5)
    sent = len(streaming.data.sent)
    streaming.connect()
    streaming.run(1)
    assert len(streaming.data.sent) == sent


def test_a_command_written_right_after_connecting_counts(bench):
    bench.run(0.05)
    bench.connect()
    bench.write(b"\x01")
    bench.run(0.5)
    assert bench.data.sent


def test_after_a_pause_longer_than_the_queue_the_gap_has_its_true_length(streaming):
    before = decoder.decode(streaming.data.sent[-1])
    streaming.chip.pass_us(6_000_000)
    sent = len(streaming.data.sent)
    streaming.run(0.5)
    frame = decoder.decode(streaming.data.sent[sent])
    values = (frame.values[0, 3], frame.values[0, 4])  # number the samples
    (true,) = [t for t, v in streaming.chip.taken if v[:2] == values]
    assert frame.counter == before.counter + 1  # no frame was lost: its samples were never sent
    assert frame.first_us == pytest.approx(true, abs=3000)


def test_a_queue_read_out_of_step_is_realigned(streaming):
    streaming.chip.pass_us(40_000)
    streaming.chip._pop(2)  # as after a transfer cut short
    sent = len(streaming.data.sent)
    streaming.run(1)
    for data in streaming.data.sent[sent:]:
        assert set(decoder.decode(data).values[:, 0]) == {2049}


def test_it_sleeps_after_five_still_minutes_and_not_while_someone_is_connected(bench):
    bench.run(280)
    assert not bench.pod.tired
    bench.chip.shaken = True
    bench.run(290)
    assert not bench.pod.tired
    bench.run(15)
    assert bench.pod.tired
    bench.pod.rest()
    assert not bench.adapter.advertising
    assert bench.chip.registers[0x11] == 0  # gyroscope off
    assert bench.chip.registers[0x5E] == 0x20  # motion raises INT1
    bench.pod.awake()
    bench.connect()
    bench.run(400)
    assert not bench.pod.tired


def test_the_battery_is_reported_at_once_and_every_minute(bench):
    battery = SERVICES["180f"]["2a19"][0]
    bench.run(1)
    assert battery.sent == [b"\x50"]
    bench.level = 79
    bench.run(60)
    assert battery.sent == [b"\x50", b"\x4f"]


@given(st.floats(0, 6))
def test_the_battery_is_a_percentage_that_falls_with_the_voltage(volts):
    from cuedpod.battery import percent

    assert 0 <= percent(volts - 0.01) <= percent(volts) <= 100


def test_an_unknown_chip_is_refused_by_its_number():
    from cuedpod.imu import Imu, UnknownChip

    with pytest.raises(UnknownChip, match="0x6c"):
        Imu(Chip(who=0x6C))


@pytest.mark.parametrize("path", sorted(POD.rglob("*.py")), ids=lambda p: p.name)
def test_only_features_of_circuitpython_are_used(path: Path):
    """Only listed imports, and no syntax that only CPython knows."""
    tree = ast.parse(path.read_text("utf-8"))
    known = {"struct", "time", "traceback", "alarm", "analogio", "board", "busio", "digitalio"}
    known |= {"_bleio", "microcontroller", "cuedpod", "keypad", "watchdog"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {a.name for a in node.names} <= known
        if isinstance(node, ast.ImportFrom) and not node.level:
            assert node.module.split(".")[0] in known
        assert not isinstance(node, ast.Match | ast.AnnAssign)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "zip":
            assert not node.keywords


def test_calls_and_pins_are_those_of_circuitpython_and_of_both_boards():
    script = POD.parents[1] / "scripts" / "check-pod"
    done = subprocess.run([script, "--check"], capture_output=True, text=True, check=False)
    if done.returncode == 3:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout + done.stderr


angles = st.floats(-math.pi, math.pi)


@given(yaw=angles, tilt=st.floats(-1.2, 1.2), roll=angles, slack=st.floats(-0.5, 0.5))
def test_two_poses_give_the_mounting_whatever_it_is(yaw, tilt, roll, slack):
    from cuedpod.mounting import line, mounting

    from cued.frames import rotation, to_body

    cz, sz, cy, sy, cx, sx = (f(a) for a in (yaw, tilt, roll) for f in (math.cos, math.sin))
    true = (
        np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
        @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        @ np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    )
    upright = true.T @ [0, 0, 1]
    toes_up = true.T @ [math.cos(slack), 0, math.sin(slack)]
    rows = mounting(tuple(upright), tuple(toes_up))
    np.testing.assert_allclose(rows, true, atol=1e-9)
    written = ast.literal_eval(line(rows).removeprefix("mounting = "))
    body = to_body(rotation(written), (9.81 * upright)[None, :])
    np.testing.assert_allclose(body, [[0, 0, 9.81]], atol=0.02)


def test_a_pod_that_moved_or_was_not_turned_gives_no_mounting():
    from cuedpod.mounting import mounting, resting

    assert resting((0, 0, 2049)) == pytest.approx((0, 0, 1.0), abs=1e-3)
    with pytest.raises(ValueError, match="not at rest"):
        resting((0, 900, 2400))
    with pytest.raises(ValueError, match="nearly the same"):
        mounting((0, 0, 1), (0.1, 0, 1))
