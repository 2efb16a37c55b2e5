"""The pod's sample times against the true ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued.devices import pod as decoder
from cued.parts import NoOptions
from tests.hardware.boards import Bench


def errors_ms(bench, after_s):
    """Return each time sent minus the true time, ms, and the frames."""
    frames = [decoder.decode(x) for x in bench.data.sent]
    sent = np.concatenate([f.first_us + f.step_us * np.arange(len(f.values)) for f in frames])
    true = np.array([t for t, _ in bench.chip.taken[: len(sent)]])
    late = true > true[0] + 1e6 * after_s
    return (sent - true)[late] / 1000, frames


@pytest.mark.parametrize("rate_hz", [104.0, 101.0, 107.5, 98.0])
@pytest.mark.parametrize("pauses", [(), [(40, 8000)], [(7, 3000), (900, 200_000)]])
def test_samples_are_timed_within_4_ms_and_soon_1_ms_at_any_chip_rate(rate_hz, pauses):
    bench = Bench(rate_hz=rate_hz, phase_us=3000)
    bench.connect()
    bench.write(b"\x01")
    bench.run(20, pauses)
    errors, frames = errors_ms(bench, after_s=0)
    assert np.abs(errors).max() < 4.0  # half of a 5.3 ms polling interval, and one poll
    errors, frames = errors_ms(bench, after_s=5)
    assert np.abs(errors).max() < 1.0
    steps = np.array([f.step_us for f in frames[-100:]])
    assert np.abs(steps * rate_hz / 1e6 - 1).max() < 0.002


@settings(max_examples=40, deadline=None)
@given(
    rate_hz=st.floats(95, 114),
    pauses=st.lists(st.tuples(st.integers(1, 200), st.integers(0, 500_000)), max_size=3),
)
def test_frames_never_overlap_and_the_decoder_takes_them_all(rate_hz, pauses):
    bench = Bench(rate_hz=rate_hz)
    bench.connect()
    bench.write(b"\x01")
    bench.run(4, pauses)
    device = decoder.Pod(NoOptions(), "foot")
    ticks = []
    for k, frame in enumerate(bench.data.sent):
        assert decoder.decode(frame).counter == k
        (packet,) = device.receive(10.0 + k, decoder.DATA, frame)
        ticks.extend(packet.ticks)
    assert np.all(np.diff(ticks) > 0)
