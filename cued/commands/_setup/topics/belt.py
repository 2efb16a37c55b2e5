"""The source of the belt's speed: a treadmill that reports it, a belt sensor, or typing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cued.commands._setup.answers import Answers, Tables
from cued.commands._setup.topics import _belt_round as belt_round
from cued.commands._setup.topics import _treadmill as treadmill
from cued.commands._setup.topics.topic import Finding, Talk, Topic, Trials, switch
from cued.model import Belt
from cued.words import SPEEDS

LISTEN_S = 10.0  # chosen: a treadmill reports once a second
KEYS = {"faster_pin": 22, "slower_pin": 23}  # free on the header (hardware/README.md)


def _shown(tables: Tables) -> dict[str, Any]:
    sources = tables.get("sources", {})
    typed_m_s = sources.get("belt_by_hand", {}).get("speed_m_s", 0.0)
    return {
        "belt_m_s": typed_m_s,
        "belt_keys": set(KEYS) <= set(sources.get("buttons", {})),
        **belt_round.shown(tables),
        **treadmill.shown(tables),
    }


def _lay(out: Tables, answers: Answers) -> None:
    if answers.belt_m_s is not None:
        switch(out, "sources", "belt_by_hand", answers.belt_m_s > 0)
        if answers.belt_m_s > 0:
            out["sources"]["belt_by_hand"]["speed_m_s"] = round(answers.belt_m_s, 3)
    _keys(out, answers.belt_keys)
    belt_round.lay(out, answers)
    treadmill.lay(out, answers)


def _keys(out: Tables, wired: bool | None) -> None:
    """Set the pins of the faster and slower buttons, or remove them."""
    if wired:
        switch(out, "sources", "buttons", True)
    buttons: Tables = out.get("sources", {}).get("buttons", {})
    for key, pin in KEYS.items():
        if wired:
            buttons.setdefault(key, pin)
        elif wired is not None:
            buttons.pop(key, None)


def _ask(talk: Talk) -> dict[str, Any]:
    """Ask about the treadmill if there is one, else a belt sensor, else a speed typed by hand."""
    sensors = talk.tables.get("sensors", {}).values()
    if any(s.get("placement") == "treadmill" for s in sensors):
        if talk.yes("Check the belt now, while it runs with nobody on it", default=False):
            talk.tell("belt", {})
        return {"belt_m_s": 0.0, **treadmill.ask(talk)}
    before = _shown(talk.tables)
    if talk.yes("Is a belt sensor wired", before["belt_length_m"] > 0):
        return {"belt_m_s": 0.0, **belt_round.ask(talk)}
    question = f"Belt speed at the start of a session, {talk.speed_unit}, typed by hand (0: none)"
    now = f"{before['belt_m_s'] * SPEEDS[talk.speed_unit]:.1f}"
    values = talk.fitting(question, now, lambda text: {"belt_m_s": talk.m_s(text)})
    keys = values["belt_m_s"] > 0 and talk.yes(
        "Are two buttons wired to type faster and slower", before["belt_keys"]
    )
    return {**values, "belt_keys": keys, "belt_length_m": 0.0}


def _belt(trials: Trials, tables: Tables, _how: Mapping[str, Any]) -> list[Finding]:
    """Report the received belt speed, for a person to compare with the console.

    Sensors on the feet give a speed only when somebody walks, so they are not used here.
    """
    reports = [i for i in trials.listen(tables, LISTEN_S) if isinstance(i, Belt)]
    if not reports:
        return [Finding("trial.no_belt", good=False)]
    last = reports[-1]
    if last.kind == "typed":
        return [Finding("trial.belt_typed", {"speed": last.speed_m_s})]
    if last.speed_m_s <= 0.0:
        return [Finding("trial.belt_still", good=False)]
    return [Finding("trial.belt", {"speed": last.speed_m_s})]


TOPIC = Topic(
    fields=("belt_m_s", "belt_keys", *belt_round.FIELDS, *treadmill.FIELDS),
    shown=_shown,
    lay=_lay,
    ask=_ask,
    trials={"belt": _belt, "round": belt_round.tried, "unit": treadmill.tried},
    noted=True,
)
