"""Where the belt's speed comes from: a treadmill that tells it, a sensor on the belt, or typing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cued.commands._setup.answers import Answers, Tables
from cued.commands._setup.topics import _belt_round as belt_round
from cued.commands._setup.topics import _treadmill as treadmill
from cued.commands._setup.topics.topic import Finding, Talk, Topic, Trials, number, switch
from cued.model import Belt

LISTEN_S = 10.0
KEYS = {"faster_pin": 22, "slower_pin": 23}  # free on the header (hardware/README.md)


def _shown(tables: Tables) -> dict[str, Any]:
    sources = tables.get("sources", {})
    typed_m_s = sources.get("belt_by_hand", {}).get("speed_m_s", 0.0)
    return {
        "belt_kmh": round(typed_m_s * 3.6, 1),
        "belt_keys": set(KEYS) <= set(sources.get("buttons", {})),
        **belt_round.shown(tables),
        **treadmill.shown(tables),
    }


def _lay(out: Tables, answers: Answers) -> None:
    if answers.belt_kmh is not None:
        switch(out, "sources", "belt_by_hand", answers.belt_kmh > 0)
        if answers.belt_kmh > 0:
            out["sources"]["belt_by_hand"]["speed_m_s"] = round(answers.belt_kmh / 3.6, 3)
    _keys(out, answers.belt_keys)
    belt_round.lay(out, answers)
    treadmill.lay(out, answers)


def _keys(out: Tables, wired: bool | None) -> None:
    """Set the pins of the two buttons that type a speed, or remove them."""
    if wired:
        switch(out, "sources", "buttons", True)
    buttons: Tables = out.get("sources", {}).get("buttons", {})
    for key, pin in KEYS.items():
        if wired:
            buttons.setdefault(key, pin)
        elif wired is not None:
            buttons.pop(key, None)


def _ask(talk: Talk) -> dict[str, Any]:
    """Ask for what there is: a treadmill's consent, a sensor's round, else a speed by hand."""
    sensors = talk.tables.get("sensors", {}).values()
    if any(s.get("placement") == "treadmill" for s in sensors):
        if talk.yes("Check the belt now, empty and running", default=False):
            talk.tell("belt", {})
        return {"belt_kmh": 0.0, **treadmill.ask(talk)}
    before = _shown(talk.tables)
    if talk.yes("Is a sensor on the belt wired", before["belt_length_m"] > 0):
        return {"belt_kmh": 0.0, **belt_round.ask(talk)}
    question = "Belt speed at the start, km/h, typed by hand (0: none)"
    values = talk.fitting(question, f"{before['belt_kmh']:.1f}", _speed)
    keys = values["belt_kmh"] > 0 and talk.yes(
        "Are two buttons wired that say faster and slower", before["belt_keys"]
    )
    return {**values, "belt_keys": keys, "belt_length_m": 0.0}


def _speed(text: str) -> dict[str, Any]:
    return {"belt_kmh": number(text)}


def _belt(trials: Trials, tables: Tables, values: Mapping[str, Any]) -> list[Finding]:
    """Report the belt's speed as received, to be compared with the console by a person.

    Feet tell a speed only once somebody walks, so nothing of theirs is awaited here.
    """
    del values
    told = [i for i in trials.listen(tables, LISTEN_S) if isinstance(i, Belt)]
    if not told:
        return [Finding("trial.no_belt", good=False)]
    last = told[-1]
    if last.kind == "typed":
        return [Finding("trial.belt_typed", {"speed": last.speed_m_s})]
    if last.speed_m_s <= 0.0:
        return [Finding("trial.belt_still", good=False)]
    return [Finding("trial.belt", {"speed": last.speed_m_s})]


TOPIC = Topic(
    fields=("belt_kmh", "belt_keys", *belt_round.FIELDS, *treadmill.FIELDS),
    shown=_shown,
    lay=_lay,
    ask=_ask,
    trials={"belt": _belt, "round": belt_round.tried, "unit": treadmill.tried},
    noted=True,
)
