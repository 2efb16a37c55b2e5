"""A Bangle.js watch: the program typed into it, and the frames that this sends."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess

import numpy as np
import pytest

from cued.devices import bangle
from cued.devices._gatt import G
from cued.devices.device import Write
from cued.model import DecodeError
from tests.devices.frames import H


def bangle_frame(ms: int, n: int) -> bytes:
    body = struct.pack("<BBI", 0xA5, n, ms) + struct.pack("<3h", 0, 4096, -4096) * n
    return body + bangle.sums(body)


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


def test_a_frame_with_a_wrong_sum_or_no_later_time_is_a_decode_error():
    frame = bangle_frame(1000, 4)
    device = bangle.Bangle(bangle.PART.config(), "waist")
    with pytest.raises(DecodeError, match="sum"):
        device.receive(1.0, bangle.TX, frame[:-1] + bytes([frame[-1] ^ 1]))
    assert device.receive(1.1, bangle.TX, frame)
    with pytest.raises(DecodeError, match="not later"):
        device.receive(1.2, bangle.TX, frame)


def test_the_watchs_program_is_removed_at_the_end():
    text = b"".join(w.data for w in bangle.Bangle(bangle.PART.config(), "w").stop())
    assert text == b"\x03\x10" + bangle.END.encode() + b"\n"
