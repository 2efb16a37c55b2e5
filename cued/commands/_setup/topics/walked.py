"""A minute's walk as a trial of everything, and the engine's events from trial inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cued import app, config
from cued.commands._setup.answers import Tables
from cued.commands._setup.topics.topic import Finding, Talk, Topic, Trials
from cued.model import AnyEvent, Gait, Input, Link, Notice, Stride

WALK_S = 60.0  # chosen: about 50 strides
LEAST_STRIDES = 20  # of the 50 in a minute's walk
DOUBTS = ("feet_swapped", "mounting_doubtful", "body_map")


def concluded(tables: Tables, heard: list[Input]) -> list[AnyEvent]:
    """Return the events that an engine concludes from inputs."""
    chosen = config.convert(tables)
    engine = app.engine(chosen, app.worn(chosen))
    return [event for item in heard for event in engine.feed(item)]


def _walk(trials: Trials, tables: Tables, _how: Mapping[str, Any]) -> list[Finding]:
    """Watch a minute's walk; report how many strides were seen and what is in doubt."""
    events = concluded(tables, trials.listen(tables, WALK_S))
    strides = [e for e in events if isinstance(e, Stride)]
    gaits = [e.direction for e in events if isinstance(e, Gait) and e.direction != "unknown"]
    seen = len(strides) >= LEAST_STRIDES
    out = [Finding("trial.strides" if seen else "trial.few", {"n": len(strides)}, good=seen)]
    if seen:
        direction = gaits[-1] if gaits else "unknown"
        out.append(Finding(f"trial.way_{direction}", good=direction != "unknown"))
    if strides and strides[-1].speed_m_s is None:
        out.append(Finding("trial.no_belt", good=False))
    doubts = {e.code: e for e in events if isinstance(e, Notice) and e.code in DOUBTS}
    out += [Finding(f"notice.{code}", good=False) for code in doubts]
    lost = {e.sensor for e in events if isinstance(e, Link) and e.state == "lost"}
    return out + [Finding("trial.lost", {"sensor": name}, good=False) for name in sorted(lost)]


def _ask(talk: Talk) -> dict[str, Any]:
    if talk.tables.get("sensors") and talk.yes("Try it all in a minute's walk", default=False):
        talk.tell("walk", {})
    return {}


TOPIC = Topic(ask=_ask, trials={"walk": _walk}, noted=True)
