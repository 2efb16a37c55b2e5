"""A treadmill whose speed can be set: consent to set it, and the unit that it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cued.commands._setup.answers import Answers, Tables
from cued.commands._setup.topics.topic import Finding, Talk, Trials
from cued.model import ConfigError, CuedError

FIELDS = ("control", "write_factor")
MOVED = ("ftms", "walkingpad")


def treadmills(tables: Tables) -> list[Tables]:
    """Return the tables of the treadmills whose speed can be set."""
    return [t for t in tables.get("sensors", {}).values() if t.get("device") in MOVED]


def shown(tables: Tables) -> dict[str, Any]:
    """Return consent, and the ratio of true to written speed; 0 where it is not configured."""
    options: Tables = {}
    for table in treadmills(tables):
        options |= table.get("options", {})
    factor = options.get("write_factor", 0.0)
    return {"control": options.get("control", False), "write_factor": factor}


def lay(out: Tables, answers: Answers) -> None:
    """Write consent and factor into the options of each treadmill."""
    for table in treadmills(out):
        options = table.setdefault("options", {})
        if answers.control or (answers.control is not None and "control" in options):
            options["control"] = answers.control
        if answers.write_factor is not None and table["device"] == "ftms":
            options.pop("write_factor", None)
            if answers.write_factor > 0:
                options["write_factor"] = answers.write_factor
        if not options:
            del table["options"]


def ask(talk: Talk) -> dict[str, Any]:
    """Ask for consent, and find the unit in which the treadmill takes a speed."""
    there = treadmills(talk.tables)
    if not there:
        return {}
    if not talk.yes("May cued change the treadmill's speed", shown(talk.tables)["control"]):
        return {"control": False}
    if there[0]["device"] != "ftms":
        return {"control": True}
    talk.person.tell("Some treadmills mistake km/h for mph. A trial asks for a little more speed.")
    while talk.yes("Try now, with the belt at its lowest speed and nobody on it", default=False):
        try:
            factor = talk.trials.unit(there[0])
        except CuedError as error:
            talk.person.tell(str(error))
            continue
        talk.person.tell(f"write_factor = {factor}")
        return {"control": True, "write_factor": factor}
    return {"control": True}


def tried(trials: Trials, tables: Tables, _how: Mapping[str, Any]) -> list[Finding]:
    """Find the unit, with the belt at its lowest speed and nobody on it."""
    there = [t for t in treadmills(tables) if t["device"] == "ftms"]
    if not there:
        raise ConfigError("no treadmill is configured whose speed can be set")
    return [Finding("trial.unit", {"factor": f"{trials.unit(there[0]):.3f}"})]
