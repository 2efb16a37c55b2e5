"""Samples that come late but whole, from a busy machine or a hesitating radio, and what they show.

The sensor has a clock of its own, so when its samples were taken is known however late they come.
Without one they can only be counted, and a pause of more than a second is a loss.
"""

from __future__ import annotations

from functools import cache

import pytest
from msgspec.structs import replace

from cued import app, config
from cued.engine import LAG_S, LYING_S, Engine
from cued.gait.trunk.chain import Trunk
from cued.gait.trunk.falls import Falls
from cued.model import Cue, Fall, Footfall, Link, Packet, Stride, Stumble, Tick
from cued.simulation.scenario import parse
from tests.helpers.built import every
from tests.simulation.walks import simulated

FELL_S = 8.0  # the descent begins
FALLS = f"""
duration_s = 12
link = {{ synced = false, interval_s = 0.0, jitter_s = 0.0 }}
belt = [{{ at_s = 0, speed_m_s = 1.3, ramp_m_s2 = 2.0 }}]
does = [{{ at_s = 0, what = "walk" }}, {{ at_s = {FELL_S}, what = "fall" }}]
sensor = [{{ name = "trunk", placement = "lower_back", rate_hz = 104, range_g = 16 }}]
"""
STUMBLES = FALLS.replace('what = "fall"', 'what = "stumble", by = 1.7')


def held(inputs, start, gap_s, *, ticks="go on"):
    """Return inputs of which all packets of ``gap_s`` come at once.

    ticks : "go on" if only the radio hesitates, else "first" or "last": nothing of this process
    runs meanwhile, and then a tick comes before or after the packets.
    """
    end, stalled = start + gap_s, ticks != "go on"
    out = list[tuple[float, int, int, object]]()
    for number, item in enumerate(inputs):
        inside, tick = start <= item.t < end, isinstance(item, Tick)
        if inside and isinstance(item, Packet):
            out.append((end, 1, number, replace(item, t=end)))
        elif not (inside and tick and stalled):
            out.append((item.t, 0 if tick else 1, number, item))
    if stalled:
        out.append((end, 0 if ticks == "first" else 2, -1, Tick(end)))
    return [row[3] for row in sorted(out, key=lambda row: row[:3])]


@cache
def run(script):
    """Return a run's inputs and how its sensor is worn."""
    return simulated(parse(script))


@cache
def on_time(script, how):
    inputs, worn = run(script)
    return how(worn, inputs)


def coached(worn, inputs):
    engine = app.engine(config.convert({}), worn)
    return [event for item in inputs for event in engine.feed(item)]


def measured(worn, inputs):
    """Return the events without a coach's, whose cues follow arrivals."""
    engine = Engine(worn, metrics=every("metrics"))
    return [event for item in inputs for event in engine.feed(item)]


def only(events, kind):
    return [event for event in events if isinstance(event, kind)]


def given(events):
    return [cue.key for cue in only(events, Cue) if cue.verdict == "given"]


def stages(events):
    return [(fall.stage, fall.t) for fall in only(events, Fall)]


@pytest.mark.parametrize("script", [FALLS, STUMBLES])
@pytest.mark.parametrize(("before_s", "gap_s"), [(2.5, 0.95), (0.5, 0.5), (0.5, 0.95), (0.0, 0.95)])
def test_whole_samples_within_the_limit_give_the_same_events_as_on_time(script, before_s, gap_s):
    inputs, worn = run(script)
    late = measured(worn, held(inputs, FELL_S - before_s, gap_s))

    def seen(events):
        kept = [e for e in events if not isinstance(e, Link)]
        return sorted((type(e).__name__, getattr(e, "name", ""), e.t) for e in kept)

    expected = seen(on_time(script, measured))
    assert [row[:2] for row in seen(late)] == [row[:2] for row in expected]
    times = [row[2] for row in expected]
    assert [row[2] for row in seen(late)] == pytest.approx(times, abs=0.001)  # the clock's rise
    assert only(late, Fall if script == FALLS else Stumble)


@pytest.mark.parametrize("stamped", [True, False])
@pytest.mark.parametrize("ticks", ["go on", "first", "last"])
def test_within_the_limit_the_same_cues_are_given_whatever_held_the_samples(ticks, stamped):
    inputs, worn = run(FALLS)
    late = held(inputs, FELL_S - 0.5, 0.95, ticks=ticks)
    if not stamped:  # a device that sends no times: its samples are counted
        late = [replace(i, ticks=None) if isinstance(i, Packet) else i for i in late]
    assert given(coached(worn, late)) == given(on_time(FALLS, coached))


@pytest.mark.parametrize("before_s", [3.0, 1.5, 0.0])
@pytest.mark.parametrize(
    ("gap_s", "ticks"), [(1.05, "last"), (1.5, "go on"), (1.5, "first"), (3.0, "last")]
)
def test_a_fall_is_confirmed_after_a_pause_and_possible_only_while_it_is_news(
    before_s, gap_s, ticks
):
    inputs, worn = run(FALLS)
    events = coached(worn, held(inputs, FELL_S - before_s, gap_s, ticks=ticks))
    expected, found = dict(stages(on_time(FALLS, coached))), dict(stages(events))
    assert found["confirmed"] == pytest.approx(expected["confirmed"], abs=0.02)
    assert "fall_confirmed" in given(events)
    came_t = FELL_S - before_s + gap_s
    if came_t < expected["possible"] + LAG_S - 0.1:  # less the least delay and a packet
        assert found["possible"] == pytest.approx(expected["possible"], abs=0.02)
        assert "fall_possible" in given(events)
    else:
        assert "possible" not in found


def test_a_stumble_soon_after_a_pause_is_found_and_one_within_it_is_not_cued():
    inputs, worn = run(STUMBLES)
    assert "stumble" in given(coached(worn, held(inputs, FELL_S - 2.0, 1.5)))
    assert "stumble" not in given(coached(worn, held(inputs, FELL_S - 0.2, 3.0)))


def test_what_came_too_late_gives_no_footfall_and_no_stride():
    inputs, worn = run(FALLS)
    events = measured(worn, held(inputs, 4.0, 3.0))
    assert min(e.t for e in only(events, Footfall | Stride) if e.t > 4.0) > 4.0 + 3.0 - LAG_S


FEET = """
sensor = [
    { name = "left", placement = "foot_left", rate_hz = 104, range_g = 16 },
    { name = "right", placement = "foot_right", rate_hz = 104, range_g = 16 },
]
"""


@pytest.mark.parametrize("start", [7.8, 8.2])
def test_no_stride_spans_a_pause_of_which_nothing_was_seen(start):
    script = FALLS[: FALLS.index("does")] + 'does = [{ at_s = 0, what = "walk" }]' + FEET
    inputs, worn = run(script)
    late = measured(worn, held(inputs, start, 1.05, ticks="last"))
    took = {round(s.duration_s, 1) for s in only(on_time(script, measured), Stride) if s.t > 4.0}
    strides = [s for s in only(late, Stride) if s.t > 4.0]
    assert {round(s.duration_s, 1) for s in strides} <= took
    assert strides[-1].t > start + 2.0


def test_a_fall_of_more_than_five_seconds_ago_is_not_reported():
    inputs, worn = run(FALLS.replace("= 12", "= 18"))
    assert "confirmed" in dict(stages(coached(worn, held(inputs, 7.0, LYING_S - 0.2))))
    assert stages(coached(worn, held(inputs, 7.0, LYING_S + 3.0))) == []


def test_gait_starts_afresh_after_late_samples_while_the_search_for_falls_continues(monkeypatch):
    fresh: dict[str, list[float]] = {"Trunk": [], "Falls": []}
    ends = dict.fromkeys(fresh, 0.0)

    def watch(chain):
        feed, name = chain.feed, chain.__name__

        def watched(self, block):
            joins = abs(block.t[0] - ends[name] - 0.01) < 1e-6
            assert joins or block.fresh
            if block.fresh:
                fresh[name].append(float(block.t[0]))
            ends[name] = float(block.t[-1])
            return feed(self, block)

        monkeypatch.setattr(chain, "feed", watched)

    for chain in (Trunk, Falls):
        watch(chain)
    inputs, worn = run(FALLS)
    measured(worn, held(inputs, 4.0, 1.5))
    assert [len(times) for times in fresh.values()] == [2, 1]
