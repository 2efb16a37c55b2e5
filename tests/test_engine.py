"""The engine: the events depend only on the inputs."""

from __future__ import annotations

import copy
from collections import Counter
from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cued import app, config
from cued.engine import Engine, Worn
from cued.model import (
    Belt,
    Gait,
    Link,
    LinkChanged,
    Notice,
    Packet,
    Stability,
    Stride,
    Tick,
)
from cued.recording.tables.stream import packets
from cued.recording.tables.table import find_tables, read_table
from cued.simulation.scenario import parse
from tests.helpers.built import every
from tests.simulation.walks import simulated

WALK = """
duration_s = 26
link = { samples = 25 }
belt = [{ at_s = 0, speed_m_s = 1.1, ramp_m_s2 = 1.0 }]
does = [{ at_s = 1, what = "walk" }, { at_s = 19, what = "stumble", by = 1.7 }]
"""
SETTINGS = config.convert({})


NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)  # each example costs a second


class Walk:
    """Inputs and worn sensors; its repr is short, for failing properties."""

    def __init__(self, script):
        self.inputs, self.worn = simulated(parse(script))
        self._even = {}

    def even(self, *sensors):
        """Return the lines of these sensors' gait in packets of five samples."""
        if sensors not in self._even:
            inputs = resplit(self.inputs, sensors, {n: range(5, 3000, 5) for n in sensors})
            target = measuring({n: self.worn[n] for n in sensors})
            self._even[sensors] = gait_lines(feed_all(target, inputs))
        return self._even[sensors]


@pytest.fixture(scope="module")
def walk():
    """Simulate a walk with a stumble."""
    return Walk(WALK)


def engine(worn):
    return app.engine(SETTINGS, worn)


def measuring(worn):
    """Return an engine with all metrics and no coach, whose cues would follow arrivals."""
    return Engine(worn, metrics=every("metrics"))


def lines(events, *, with_known_t=True):
    """Return events as comparable lines; ``known_t`` depends on how samples arrive."""
    encoded = [msgspec.to_builtins(e) for e in events]
    if not with_known_t:
        for line in encoded:
            del line["known_t"]
    return [msgspec.json.encode(line) for line in encoded]


def feed_all(target, inputs):
    return [event for item in inputs for event in target.feed(item)]


def split(packet, cuts):
    """Cut a packet of one sensor into smaller ones that arrive with their last samples."""
    edges = [0, *sorted({c for c in cuts if 0 < c < packet.acc.shape[0]}), packet.acc.shape[0]]
    return [
        Packet(
            t=float(packet.ticks[b - 1]),
            sensor=packet.sensor,
            ticks=packet.ticks[a:b],
            acc=packet.acc[a:b],
            gyr=packet.gyr[a:b],
            rate_hz=packet.rate_hz,
            synced=True,
        )
        for a, b in pairwise(edges)
    ]


def resplit(inputs, sensors, cuts):
    """Return a walk in other packets, in order of arrival, with belts and without ticks."""
    out = [item for item in inputs if isinstance(item, Belt)]
    for sensor in sensors:
        mine = [p for p in inputs if isinstance(p, Packet) and p.sensor == sensor]
        whole = Packet(
            t=mine[-1].t,
            sensor=sensor,
            ticks=np.concatenate([p.ticks for p in mine]),
            acc=np.concatenate([p.acc for p in mine]),
            gyr=np.concatenate([p.gyr for p in mine]),
            rate_hz=mine[0].rate_hz,
            synced=True,
        )
        out += split(whole, cuts[sensor])
    return sorted(out, key=lambda item: item.t)


def gait_lines(events):
    """Return the events of samples, in order of time (links and cues follow arrivals)."""
    kept = [e for e in events if not isinstance(e, Link)]
    return sorted(lines(kept, with_known_t=False))


def test_a_simulated_walk_gives_strides_contacts_and_metrics(walk):
    inputs, worn = walk.inputs, walk.worn
    kinds = Counter(type(e).__name__ for e in feed_all(engine(worn), inputs))
    assert kinds["Footfall"] > 30
    assert kinds["Stride"] > 30
    assert {"Gait", "Stability", "Measurement", "Stumble"} <= set(kinds)


def test_the_same_inputs_give_identical_events(walk):
    inputs, worn = walk.inputs, walk.worn
    assert lines(feed_all(engine(worn), inputs)) == lines(feed_all(engine(worn), inputs))


@pytest.mark.once
@given(at=st.floats(0.05, 0.95))
@settings(max_examples=6, deadline=None, phases=NO_SHRINKING)
def test_a_deep_copy_taken_half_way_continues_identically(walk, at):
    inputs, worn = walk.inputs, walk.worn
    half = int(len(inputs) * at)
    first = engine(worn)
    feed_all(first, inputs[:half])
    second = copy.deepcopy(first)
    rest = inputs[half:]
    assert lines(feed_all(first, rest)) == lines(feed_all(second, rest))


def ragged(seed, longest):
    """Return random cuts: packets of 1 to ``longest`` samples."""
    return np.random.default_rng(seed).integers(1, longest + 1, 3000).cumsum().tolist()


@pytest.mark.once
@given(seed=st.integers(0, 2**32), longest=st.integers(1, 400), sensor=st.integers(0, 2))
@settings(max_examples=8, deadline=None, phases=NO_SHRINKING)
def test_any_split_of_one_sensors_samples_gives_the_same_events(walk, seed, longest, sensor):
    name = list(walk.worn)[sensor]
    cut = resplit(walk.inputs, [name], {name: ragged(seed, longest)})
    pieces = feed_all(measuring({name: walk.worn[name]}), cut)
    assert gait_lines(pieces) == walk.even(name)


@pytest.mark.once
@given(seed=st.integers(0, 2**32))
@settings(max_examples=8, deadline=None, phases=NO_SHRINKING)
def test_any_split_of_all_sensors_samples_gives_the_same_events(walk, seed):
    # Packets of up to 0.4 s, as wearables send them; each sensor is cut differently.
    ragged_cuts = {n: ragged(seed + k, 40) for k, n in enumerate(walk.worn)}
    cut = resplit(walk.inputs, walk.worn, ragged_cuts)
    assert gait_lines(feed_all(measuring(walk.worn), cut)) == walk.even(*walk.worn)


@pytest.mark.once
@pytest.mark.parametrize("seconds", [2, 4])
def test_packets_of_seconds_as_a_re_analysis_reads_them_give_the_same_events(walk, seconds):
    n = 100 * seconds
    long = resplit(walk.inputs, walk.worn, dict.fromkeys(walk.worn, range(n, 3000, n)))
    assert gait_lines(feed_all(measuring(walk.worn), long)) == walk.even(*walk.worn)


def test_no_event_precedes_its_cause(walk):
    inputs, worn = walk.inputs, walk.worn
    target = engine(worn)
    newest = -1.0
    for item in inputs:
        newest = max(newest, item.t)
        for event in target.feed(item):
            assert event.t <= event.known_t <= newest


def test_inputs_are_never_changed(walk):
    inputs, worn = walk.inputs, walk.worn
    target = engine(worn)
    for item in inputs[:600]:
        if isinstance(item, Packet):
            before = (item.ticks.copy(), item.acc.copy(), item.gyr.copy())
            target.feed(item)
            for was, now in zip(before, (item.ticks, item.acc, item.gyr), strict=True):
                np.testing.assert_array_equal(was, now)


def test_silence_is_lost_within_a_second_and_never_steady(walk):
    inputs, worn = walk.inputs, walk.worn
    target = engine(worn)
    until = [i for i in inputs if i.t <= 14.0]
    feed_all(target, until)
    after = [e for k in range(1, 40) for e in target.feed(Tick(14.0 + 0.1 * k))]
    lost = [e for e in after if isinstance(e, Link) and e.state == "lost"]
    assert {e.sensor for e in lost} == set(worn)
    assert all(e.t - 14.0 <= 1.15 for e in lost)
    levels = [e.level for e in after if isinstance(e, Stability)]
    assert levels[-1:] == ["unknown"]
    assert "steady" not in levels


@pytest.mark.parametrize("fault", ["nan", "flat"])
def test_bad_data_inside_good_are_unknown_time_and_the_engine_continues(walk, fault):
    inputs, worn = walk.inputs, walk.worn
    target = engine(worn)
    events = []
    for item in inputs:
        if isinstance(item, Packet) and 8.0 < item.t < 10.0:
            acc = np.full_like(item.acc, np.nan) if fault == "nan" else np.ones_like(item.acc)
            item = msgspec.structs.replace(item, acc=acc)  # noqa: PLW2901 - a spoilt copy
        events += target.feed(item)
    during = [e for e in events if 9.3 < e.t < 10.0]
    assert not [e for e in during if type(e).__name__ in ("Footfall", "Stride")]
    assert not [e for e in during if isinstance(e, Stability) and e.level == "steady"]
    assert [e for e in events if type(e).__name__ == "Stride" and e.t > 12.0]


@pytest.mark.data
def test_every_real_recording_is_processed(data):
    folders = find_tables(data)
    assert len(folders) > 100
    for folder in folders[::9]:
        recording = read_table(folder)
        worn = {s.name: Worn(s.placement, s.mounting) for s in recording.sensors}
        assert feed_all(engine(worn), packets(recording, 0.5))


def test_a_lost_treadmill_gives_no_speed_and_the_reason_is_reported_once(walk):
    inputs, worn = walk.inputs, walk.worn
    target = engine(worn)
    lengths, notices = [], []
    gone = LinkChanged(12.0, "treadmill", connected=False, why="out of reach")
    for item in inputs:
        if isinstance(item, Belt):
            if item.t > 12.0:
                continue
            item = msgspec.structs.replace(item, source="treadmill")  # noqa: PLW2901
        fed = [item, gone, gone] if isinstance(item, Tick) and item.t == 12.0 else [item]
        for event in (e for i in fed for e in target.feed(i)):
            if isinstance(event, Stride) and event.t > 12.0:
                lengths.append(event.speed_m_s)
            notices += [event.text] if isinstance(event, Notice) else []
    assert [n for n in notices if "treadmill" in n] == ["treadmill: out of reach"]
    assert lengths
    assert 1.1 not in lengths
    assert not any(speed != speed for speed in lengths)  # noqa: PLR0124 - a NaN is no answer


def test_a_connection_without_data_is_reported_once(walk):
    target = engine(walk.worn)
    sensor, packet = next((i.sensor, i) for i in walk.inputs if isinstance(i, Packet))
    up, down = (LinkChanged(0.5, sensor, c, "" if c else "makes no sense") for c in (True, False))
    outputs = [target.feed(item) for item in (up, down, up, down, packet, down)]
    assert [[e.text for e in events if isinstance(e, Notice)] != [] for events in outputs] == [
        False, True, False, False, False, True,
    ]  # fmt: skip


LAGS = """
duration_s = 40
link = { synced = false, interval_s = 0.03, jitter_s = 0.002 }
belt = [{ at_s = 0, speed_m_s = 1.1, ramp_m_s2 = 1.0 }]
does = [{ at_s = 1, what = "walk" }]
breaks = [{ at_s = 15, what = "lag", by = 5, for_s = 8 }]
"""


def test_a_link_with_late_samples_is_lost_until_it_is_fresh_again():
    inputs, worn = simulated(parse(LAGS))
    events = feed_all(engine(worn), inputs)
    links = [(e.sensor, e.state, e.t) for e in events if isinstance(e, Link)]
    for sensor in worn:
        states = [state for name, state, _ in links if name == sensor]
        assert states[-1] == "up"
        assert "lost" in states
    codes = [e.code for e in events if isinstance(e, Notice)]
    assert {"link_lags", "link_fresh"} <= set(codes)
    lost = max(t for _, state, t in links if state == "lost")
    back = max(t for _, state, t in links if state == "up")
    blind = [e for e in events if type(e).__name__ == "Footfall" and lost < e.known_t < back]
    assert not blind


@pytest.mark.data
def test_a_u_turn_makes_the_direction_of_two_feet_unknown_once(data):
    changes = []
    for name in ("s08-t1", "s08-t2", "s11-t2"):
        recording = read_table(data / "overground_walk" / f"voisard-{name}")
        feet = [s for s in recording.sensors if s.placement.startswith("foot")]
        engine = Engine({s.name: Worn(s.placement, s.mounting) for s in feet})
        fed = packets(recording, sensors=[s.name for s in feet])
        gaits = [e for item in fed for e in engine.feed(item) if isinstance(e, Gait)]
        turn = [row.t for row in recording.truth if row.kind.startswith("turn")]
        around = [e.direction for e in gaits if turn[0] - 1.0 < e.t < turn[-1] + 3.0]
        changes.append(around)
    assert changes == [["unknown", "forward"]] * 3


@pytest.mark.parametrize("broken", [np.nan, 0.0])
def test_a_sensor_whose_samples_cannot_be_used_is_lost(walk, broken):
    """A chip that hangs behind a good radio link: nobody is watched, and that is known."""
    target = engine(walk.worn)
    feed_all(target, [item for item in walk.inputs if item.t < 10])
    events = feed_all(
        target,
        [
            msgspec.structs.replace(item, acc=0 * item.acc + broken, gyr=None)
            if isinstance(item, Packet)
            else item
            for item in walk.inputs
            if 10 <= item.t < 13
        ],
    )
    lost = {e.sensor: e.t for e in events if isinstance(e, Link) and e.state == "lost"}
    assert lost.keys() == walk.worn.keys()
    assert max(lost.values()) < 11.5
    assert [e.mode for e in events if isinstance(e, Gait)][-1] == "unknown"
