"""Where the belt's speed comes from: a treadmill that tells it, else what is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cued.commands._setup.answers import Answers, Tables
from cued.commands._setup.topics.topic import Finding, Talk, Topic, Trials, switch
from cued.model import Belt, ConfigError

LISTEN_S = 10.0


def _shown(tables: Tables) -> dict[str, Any]:
    typed_m_s = tables.get("sources", {}).get("belt_by_hand", {}).get("speed_m_s", 0.0)
    return {"belt_kmh": round(typed_m_s * 3.6, 1)}


def _lay(out: Tables, answers: Answers) -> None:
    if answers.belt_kmh is not None:
        switch(out, "sources", "belt_by_hand", answers.belt_kmh > 0)
        if answers.belt_kmh > 0:
            out["sources"]["belt_by_hand"]["speed_m_s"] = round(answers.belt_kmh / 3.6, 3)


def _ask(talk: Talk) -> dict[str, Any]:
    """Ask for a speed by hand where no treadmill tells it."""
    sensors = talk.tables.get("sensors", {}).values()
    if any(s.get("placement") == "treadmill" for s in sensors):
        if talk.yes("Check the belt now, empty and running", default=False):
            talk.tell("belt", {})
        return {"belt_kmh": 0.0}
    before = _shown(talk.tables)["belt_kmh"]
    question = "Belt speed at the start, km/h, typed by hand (0: none)"
    return talk.fitting(question, f"{before:.1f}", _speed)


def _speed(text: str) -> dict[str, Any]:
    try:
        return {"belt_kmh": float(text.replace(",", "."))}
    except ValueError:
        raise ConfigError(f"{text} is no number") from None


def _belt(trials: Trials, tables: Tables, values: Mapping[str, Any]) -> list[Finding]:
    """Say what is told of the belt, which nobody stands on; a person compares it with the console.

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
    fields=("belt_kmh",), shown=_shown, lay=_lay, ask=_ask, trials={"belt": _belt}, noted=True
)
