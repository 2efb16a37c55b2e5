"""The front of a trunk sensor: shown by a bow, or found on the first walk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cued.commands._setup.answers import Tables
from cued.commands._setup.topics.topic import Finding, Talk, Topic, Trials
from cued.commands._setup.topics.walked import concluded
from cued.model import Mounting

LISTEN_S = 15.0  # time to stand still for two seconds, bow, and straighten up again
ON_TRUNK = ("lower_back", "waist", "chest")


def _ask(talk: Talk) -> dict[str, Any]:
    if not any(s.get("placement") in ON_TRUNK for s in talk.tables.get("sensors", {}).values()):
        return {}
    now = TOPIC.configured(talk.tables)["starts_forward"]
    if talk.yes("Try the bow now: stand still, bow, straighten up again", default=False):
        talk.tell("bow", {})
    question = "Does every session begin with walking forward, which then shows the front"
    return {"starts_forward": talk.yes(question, now)}


def _bow(trials: Trials, tables: Tables, _how: Mapping[str, Any]) -> list[Finding]:
    """Check whether a bow shows the front."""
    worn = tables.get("sensors", {})
    trunks = [name for name, s in worn.items() if s.get("placement") in ON_TRUNK]
    if not trunks:
        return [Finding("trial.no_trunk")]
    events = concluded(tables, trials.listen(tables, LISTEN_S))
    states = {e.sensor: e.state for e in events if isinstance(e, Mounting)}
    return [_found(name, states.get(name, "unknown")) for name in trunks]


def _found(sensor: str, state: str) -> Finding:
    key = {"known": "trial.front", "doubtful": "trial.front_doubtful"}.get(state, "trial.no_front")
    return Finding(key, {"sensor": sensor}, good=state == "known")


TOPIC = Topic(
    keys={"starts_forward": ("gait", "starts_forward", False)},
    ask=_ask,
    trials={"bow": _bow},
    noted=True,
)
