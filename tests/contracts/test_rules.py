"""Promises of every cue rule. A new file in cued/coach/rules is tested automatically."""

from __future__ import annotations

import copy
from typing import get_args

import msgspec
import pytest

from cued.coach.known import Known
from cued.coach.rule import Need, Proposal, Rule, offered, unmet
from cued.coach.strides.overlong import Judge
from cued.coach.voice.phrases import LANGUAGES
from cued.coach.voice.phrases import load as load_words
from cued.coach.workout.phases import PHASES
from cued.model import (
    AnyEvent,
    BeltState,
    Footfall,
    Gait,
    Input,
    Measurement,
    Stability,
    Stride,
    Tick,
)
from cued.parts import about, load, names
from tests.coach.walk import stride
from tests.helpers.built import built

RULES = names("rules")
ALL_NEEDS: frozenset[Need] = frozenset(get_args(Need))
MEASURED = {"trunk_lean_deg": 2.0, "asymmetry_percent": 3.0, "bounce_cm": 4.0}


def build(name: str) -> Rule:
    return built("rules", name)


def walk(strides: int, slow: float = 1.0, odd: float = 0.0) -> list[Input | AnyEvent]:
    """A walk that is steady at first, then has longer strides and odd measurements."""
    items: list[Input | AnyEvent] = [
        BeltState(t=0.0, speed_m_s=0.6, source="console"),
        Gait(t=0.0, mode="walking", direction="backward"),
    ]
    t = 0.0
    for i in range(strides):
        late = i > strides // 2
        duration = 1.1 * (1.0 + 0.01 * (i % 5 - 2)) * (slow if late else 1.0)
        t += duration
        items.append(Footfall(t=t, side="left", sensor="foot"))
        for name, usual in MEASURED.items():
            value = usual + 0.1 * (i % 3) + (odd if late else 0.0)
            items.append(Measurement(t=t, name=name, value=value, unit="", strides=5))
        items.append(stride(t, duration_s=duration))
        if i == strides - 5 and odd:
            items.append(Stability(t=t, level="unsteady", score=4.0))
        items.append(Tick(t=t))
    return items


def program() -> Known:
    """A program's backward walk, with time and a limit."""
    return Known(
        phase="backward_walk",
        spec=PHASES["backward_walk"],
        program=True,
        limit_m_s=0.4,
        left_s=58.0,
        carry=None,
    )


def ask(rule: Rule, items: list[Input | AnyEvent], known: Known | None = None) -> list[Proposal]:
    """Show a rule every item, as the coach does."""
    known = known or Known(phase="free_run")
    judge = Judge()
    found: list[Proposal] = []
    for item in items:
        known.see(item, item.t)
        known.judged = judge.feed(item, known) if isinstance(item, Stride) else None
        shown, measured = msgspec.json.encode(item), copy.deepcopy(known.measured)
        proposal = rule.consider(item, known)
        assert msgspec.json.encode(item) == shown, "a rule changed what it was shown"
        assert known.measured == measured, "a rule changed what is known"
        if proposal:
            found.append(proposal)
        if isinstance(item, Stride):
            known.learn(item)
    return found


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_documented_and_its_defaults_are_within_its_own_bounds(name: str) -> None:
    config = load("rules", name).config
    assert about("rules", name).endswith((".", ":")), "the first docstring line says what it is"
    assert msgspec.convert(msgspec.to_builtins(config()), config) == config()
    for field in msgspec.inspect.type_info(config).fields:  # type: ignore[union-attr]
        extra = getattr(field.type, "extra_json_schema", None) or {}
        assert extra.get("description", "").endswith("."), f"{name}.{field.name} says nothing"


@pytest.mark.parametrize("name", RULES)
def test_a_rule_states_what_it_needs_and_what_is_missing(name: str) -> None:
    needs = build(name).needs
    assert needs
    assert needs <= ALL_NEEDS
    assert unmet(needs, ALL_NEEDS) == ""
    assert unmet(needs, frozenset()).startswith("needs ")


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_silent_in_an_empty_session(name: str) -> None:
    ticks: list[Input | AnyEvent] = [Tick(t=0.5 * i) for i in range(200)]
    assert ask(build(name), ticks) == []


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_silent_in_a_steady_walk(name: str) -> None:
    assert ask(build(name), walk(400)) == []


@pytest.mark.once
@pytest.mark.parametrize("place", ["free run", "program"])
@pytest.mark.parametrize("name", RULES)
def test_a_rule_proposes_only_declared_cues_with_their_numbers(name: str, place: str) -> None:
    known = program() if place == "program" else None
    rule, spoken = build(name), [load_words(language) for language in LANGUAGES]
    for proposal in ask(rule, walk(400, slow=1.2, odd=20.0), known):
        assert proposal.key in rule.keys
        assert proposal.because
        assert proposal.since <= 1000.0
        assert proposal.valid_s > 0.0
        for words in spoken:
            assert "{" not in words.say(proposal.key, **proposal.blanks)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", RULES)
def test_every_cue_of_a_rule_can_be_said_in_every_language(name: str, language: str) -> None:
    words = load_words(language)
    assert set(build(name).keys) <= set(words.keys())


@pytest.mark.parametrize("name", RULES)
def test_a_copied_rule_continues_identically(name: str) -> None:
    rule, items = build(name), walk(300, slow=1.2, odd=20.0)
    half = len(items) // 2
    known, other = program(), Known()
    ask(rule, items[:half], known)
    copied, other = copy.deepcopy(rule), copy.deepcopy(known)
    assert ask(rule, items[half:], known) == ask(copied, items[half:], other)


@pytest.mark.parametrize("name", RULES)
def test_without_baseline_direction_or_belt_there_is_no_technique_cue(name: str) -> None:
    blind = [i for i in walk(400, slow=1.3, odd=20.0) if not isinstance(i, BeltState | Stability)]
    proposed = ask(build(name), blind)
    assert proposed == []


def test_the_rules_react_when_the_walk_is_made_unsteady() -> None:
    loud = {name for name in RULES if ask(build(name), walk(400, slow=1.2, odd=20.0))}
    assert {"overlong_stride", "unsteady", "trunk_lean", "asymmetry", "hard_landing"} <= loud
    assert {"cadence_drift", "metronome"} <= loud


def test_worn_sensors_meet_needs() -> None:
    assert offered(["foot_left"], belt=False, program=False) == {"stride"}
    both = offered(["foot_left", "foot_right", "lower_back"], belt=True, program=True)
    assert both == {"stride", "feet", "trunk", "belt", "pace", "program"}
    assert offered([], belt=True, program=False) == {"belt", "pace"}
