"""A recording as the inputs of a live run: every sample, in order of arrival."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cued.model import Belt, Packet, Tick
from cued.recording.tables.stream import packets
from tests.recording.tables.recordings import made


@given(packet_s=st.floats(0.001, 3.0))
@settings(max_examples=40)
def test_no_sample_is_dropped_and_arrivals_are_in_order(packet_s: float):
    recording = made(seed=1)
    given_inputs = list(packets(recording, packet_s))
    times = [x.t for x in given_inputs]
    assert times == sorted(times)
    for track in recording.sensors:
        mine = [x for x in given_inputs if isinstance(x, Packet) and x.sensor == track.name]
        np.testing.assert_array_equal(np.concatenate([x.ticks for x in mine]), track.t)
        np.testing.assert_array_equal(np.concatenate([x.acc for x in mine]), track.acc)
        assert all(x.ticks is not None and x.t == x.ticks[-1] and x.synced for x in mine)
        assert all(x.ticks is not None and x.ticks[-1] - x.ticks[0] <= packet_s for x in mine)


def test_the_belt_comes_first_and_time_ticks_ten_times_a_second():
    recording = made(seed=1)
    given_inputs = list(packets(recording))
    assert isinstance(given_inputs[0], Belt)
    ticks = [x.t for x in given_inputs if isinstance(x, Tick)]
    np.testing.assert_allclose(np.diff(ticks), 0.1)
    assert ticks[-1] >= recording.end_t


def test_only_the_named_sensors_are_given():
    sensors = {x.sensor for x in packets(made(seed=1), sensors={"left"}) if isinstance(x, Packet)}
    assert sensors == {"left"}
