"""A belt sensor: its marks, and the belt's length, typed or found from a minute of pulses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from cued.commands._setup.answers import Answers, Tables
from cued.commands._setup.topics.topic import Finding, Talk, Trials, number, switch
from cued.model import Belt, ConfigError, CuedError
from cued.words import SPEEDS

FIELDS = ("belt_length_m", "belt_marks")
MINUTE, MINUTE_S = "minute", 60.0  # the answer that starts counting, and how long it takes
ASSUMED_M = 0.1  # belt length while it is unknown; shorter than any
LEAST_REPORTS = 20  # chosen: about 20 s of one report a second
USUAL_M_S = 4.0 / 3.6  # 4 km/h, an easy walk


def shown(tables: Tables) -> dict[str, Any]:
    """Return the configured belt sensor; the length is 0 where there is none."""
    pulses = tables.get("sources", {}).get("belt_pulses", {})
    return {"belt_length_m": pulses.get("length_m", 0.0), "belt_marks": pulses.get("marks", 8)}


def lay(out: Tables, answers: Answers) -> None:
    """Write the sensor's part, or remove it."""
    if answers.belt_length_m is None:
        return
    switch(out, "sources", "belt_pulses", answers.belt_length_m > 0)
    if answers.belt_length_m > 0:
        out["sources"]["belt_pulses"]["length_m"] = answers.belt_length_m
        if answers.belt_marks is not None:
            out["sources"]["belt_pulses"]["marks"] = answers.belt_marks


def ask(talk: Talk) -> dict[str, Any]:
    """Ask for marks and length; the length may come from a minute at a known speed."""
    before = shown(talk.tables)
    marks = talk.fitting(
        "Strips of tape, or magnets on the roller",
        str(before["belt_marks"]),
        lambda text: {"belt_length_m": 1.0, "belt_marks": round(number(text))},
    )["belt_marks"]
    question = f"Length of the belt, m, or {MINUTE} to find it at a known speed"
    default = str(before["belt_length_m"] or MINUTE)
    while True:
        text = talk.person.ask(question, default)
        try:
            length = _counted(talk, marks) if text.startswith(MINUTE) else number(text)
            talk.fits(values := {"belt_length_m": length, "belt_marks": marks})
        except CuedError as error:
            talk.person.tell(str(error))
            continue
        return values


def _counted(talk: Talk, marks: int) -> float:
    """Ask for the speed and count pulses. Raises CuedError."""
    usual = f"{USUAL_M_S * SPEEDS[talk.speed_unit]:.1f}"
    speed = talk.m_s(talk.person.ask(f"Speed of the belt now, {talk.speed_unit}", usual))
    talk.person.tell("counting for a minute")
    pulses = {**talk.tables.get("sources", {}).get("belt_pulses", {}), "marks": marks}
    length = counted(talk.trials, {"belt_pulses": pulses}, speed)
    talk.person.tell(f"the belt is {length:.3f} m long")
    return length


def tried(trials: Trials, tables: Tables, _how: Mapping[str, Any]) -> list[Finding]:
    """Count for a minute at the typed speed; report the belt's length."""
    sources = tables.get("sources", {})
    typed_m_s = sources.get("belt_by_hand", {}).get("speed_m_s", 0.0)
    if not typed_m_s:
        raise ConfigError("type the speed at which the belt is running now")
    length = counted(trials, sources, typed_m_s)
    return [Finding("trial.round", {"length": f"{length:.3f}"})]


def counted(trials: Trials, sources: Tables, speed_m_s: float) -> float:
    """Return the belt's length, m, from a minute of pulses at a known speed. Raises CuedError."""
    pulses = {**sources.get("belt_pulses", {}), "length_m": ASSUMED_M}
    only: Tables = {"sensors": {}, "sources": {"belt_pulses": pulses}}
    heard = trials.listen(only, MINUTE_S)
    return length_of([i for i in heard if isinstance(i, Belt)], speed_m_s)


def length_of(reports: Sequence[Belt], speed_m_s: float) -> float:
    """Return the belt's length from reports that assumed another. Raises CuedError."""
    if len(reports) < LEAST_REPORTS or speed_m_s <= 0.0:
        raise CuedError(
            f"only {len(reports)} marks passed: does the sensor's light blink at each one?"
        )
    distance = sum(b.speed_m_s * (b.t - a.t) for a, b in pairwise(reports))
    mean = distance / (reports[-1].t - reports[0].t)
    return round(ASSUMED_M * speed_m_s / mean, 3)
