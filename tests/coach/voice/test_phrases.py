from __future__ import annotations

import ast
import itertools
import re
import shutil
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import cued
from cued.coach.voice.phrases import LANGUAGES, load
from cued.coach.workout.phases import PHASES
from cued.model import ConfigError

STANDING = re.compile(  # sentences are for people who stand; a setting has its number and unit
    "welcome|plan|how_to_stop|check_|waiting|start_belt|fact_|take_away|away|ready_|belt_at|incline_at|set_up"
)
TONES = {"metronome", "praise", "in_range", "fall_possible", "clip_missing"}

# Keys that ask for the same thing: mistaking one for another of its set does no harm.
SAME_MEANING = (
    {"unsteady", "stumble", "blind"},
    {"turn_slow", "too_fast", "eased_off", "limp", "backward_offer"},
    {"far_too_fast", "unsteady_stop", "unsteady", "stumble", "belt_control_off"},
    {f"{key}{n}" for key in ("part_done", "fact_backward") for n in ("", "_one", "_seconds")},
    {"fact_held", "fact_last", "minute_left", "seconds_left"},
    {"belt_at", "belt_at_mph", "incline_at"},
    {"away", "finished", "unsteady_stop", "rest"},
    {"check_in", "check_all", "check_rails"},
    {"faster_soon", "slower_soon", "turning_soon"},
    {"trunk_lean", "trunk_lean_back", "posture_lost"},
    {"turn_back", "turn_front", "turning_soon", "time_up"},
    {"settle", "forward_on", "start_belt", "cool_down"},
    {"backward_walk", "backward_met", "backward_uphill"},
    {"ready", "ready_program"},
    {"rails", "too_fast", "limp_back"},
    {"enough", "dose_day", "dose_week"},
    {"overlong_stride", "old_pattern", "recall", "carry", "cadence_drift", "hard_landing"},
)
# Listeners who hear two phonemes in three understand 37 % of single words, but 71 % of words in an
# expected sentence (Boothroyd & Nittrouer 1988, 10.1121/1.396976: j = 2.5, k = 2.7): context fills
# in the missing third. So two phrases have to differ in more, or it fills in the wrong one.
LEAST_DIFFERENCE = 1 / 3

# Unintended words that a runner may hear in a phrase, and where they would lead.
MISHEARD: dict[str, dict[str, str]] = {
    "en": {
        r"\bhold on\b": "wait",
        r"\bease off\b": "slows a backward walker against the belt",
        r"^back\b": "go backward",
        r"\bsteady:": "you are steady",
        r"\bgo on\b": "do not stop",
    },
    "de": {
        r"\bschwanken\b": "you stagger",
        r"^fertig\b": "ready, go",
        r"^zurück\b": "go back",
        r"\btritte\b": "kicks",
    },
    "es": {
        r"^listo\b": "ready",
        r"\bpara la\b": "for the",
        r"\bbaja la cinta\b": "lower the treadmill",
        r"\bsuelt[ao]\b": "let go",
        r"\bafloja\b": "let go",
        r"\bpaso atrás\b": "step back",
        r"\bsube el ritmo\b|\britmo más rápido\b": "run faster",
        r"^atrás\b": "get back",
        r"^vuelta\b": "turn round",
        r"\bfrena\b": "stop dead",
    },
    "fr": {
        r"^pas\b": "not",
        r"\bcourts?\b": "run (cours)",
        r"\btiens-toi\b": "behave",
        r"\bplus de\b": "no more",
        r"\baccélère\b": "run faster",
        r"\bralentis$": "slows a backward walker against the belt",
    },
    "it": {
        r"\bpasso indietro\b": "step back",
        r"\balza il ritmo\b|\ballunga": "run faster, longer",
        r"\bcresci\b": "grow up",
        r"\bvai avanti\b": "go on",
        r"^torna\b": "come back",
    },
}
needs_espeak = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"
)


def blanks(key: str) -> dict[str, float]:
    del key
    return {"speed": 2.0, "percent": 3.0, "minutes": 4.0, "seconds": 50.0, "digit": 7.0}


def wordings(language: str) -> list[tuple[str, str]]:
    """Return every key with each of its wordings; a blank is filled with one number."""
    words = load(language)
    said = {(k, words.say(k, turn, **blanks(k))) for k in words.keys() for turn in range(9)}  # noqa: SIM118
    return sorted((key, text) for key, text in said if text)


def phonemes(language: str, texts: list[str]) -> list[list[str]]:
    """Return the phonemes that espeak-ng speaks for each text, stress left out."""
    lines = [re.sub(r"(?<!\d)[^\w\s'’%]|[.,](?!\d)", " ", text) for text in texts]
    command = ["espeak-ng", "-v", language, "-q", "-x", "--sep=_"]
    said = subprocess.run(
        command, input="\n\n".join(lines) + "\n", capture_output=True, text=True, check=True
    )
    spoken = [line for line in said.stdout.splitlines() if line.strip()]
    assert len(spoken) == len(texts)
    return [re.sub(r"\(\w+\)|[',]", "", line).replace("_", " ").split() for line in spoken]


def edits(a: list[str], b: list[str]) -> int:
    """Count the phonemes to be changed, added or left out to make ``a`` into ``b``."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def alike(one: str, other: str) -> bool:
    """Return whether two keys mean the same to a runner."""
    return one == other or any({one, other} <= same for same in SAME_MEANING)


@needs_espeak
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_phrases_of_different_meaning_sound_alike(language: str) -> None:
    said = wordings(language)
    heard = phonemes(language, [text for _, text in said])
    spoken = [(*one, p, Counter(p)) for one, p in zip(said, heard, strict=True)]
    for (key, text, a, has), (other, another, b, have) in itertools.combinations(spoken, 2):
        longer = max(len(a), len(b))
        if longer - (has & have).total() > LEAST_DIFFERENCE * longer:
            continue  # at least as many edits as phonemes that the other lacks
        difference = edits(a, b) / longer
        assert alike(key, other) or difference > LEAST_DIFFERENCE, (text, another, difference)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_wording_that_was_misheard_is_used(language: str) -> None:
    for key, text in wordings(language):
        for heard, as_what in MISHEARD.get(language, {}).items():
            assert not re.search(heard, text, re.IGNORECASE), f"{key}: {text!r}: {as_what}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_turning_leaves_a_hand_free(language: str) -> None:
    both = {"en": "rails", "de": "griffe", "es": "barras", "fr": "barres", "it": "i corrimano"}
    turns = [text for key, text in wordings(language) if key.startswith("turn_")]
    assert turns
    assert not [t for t in turns if both.get(language, "?") in t.lower()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_key_and_the_same_silent_ones(language: str) -> None:
    words = load(language)
    assert words.keys() == load("en").keys()
    assert {k for k in words.keys() if not words.say(k, **blanks(k))} == TONES  # noqa: SIM118


@cache
def sources() -> list[ast.Module]:
    return [ast.parse(p.read_text()) for p in Path(cued.__file__).parent.rglob("*.py")]


def keys_in_the_code() -> set[str]:
    """Return the literal keys of cues: of proposals, safety's, ``_say``'s and the phases' lines."""
    calls = [node for tree in sources() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    cues = [c for c in calls if getattr(c.func, "id", "") in ("Proposal", "Cue")]
    keys = [k.value for c in cues for k in c.keywords if k.arg == "key"]
    keys += [c.args[0] for c in cues if c.args]
    said = [c.args[0] for c in calls if getattr(c.func, "attr", "") in ("_say", "_owe") and c.args]
    said += [c.args[0] for c in calls if getattr(c.func, "id", "") == "safety_cue"]
    literals = {text for each in [*keys, *said] for text in _results(each)}
    return literals | {line.key for phase in PHASES.values() for line in phase.says}


def _results(node: ast.expr) -> list[str]:
    """Return the literal strings that an expression can be."""
    if isinstance(node, ast.IfExp):
        return [*_results(node.body), *_results(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def test_every_key_that_the_code_names_has_its_phrase() -> None:
    trials = {"say", "buzz", "study"}  # what these commands call their cues
    trials |= {"belt", "questions"}  # lines that stand for others
    keys = keys_in_the_code() - trials
    assert {"overlong_stride", "unsteady_stop", "posture_lost", "turn_back", "turn_slow"} <= keys
    assert not keys - set(load("en").keys())


def test_every_phrase_is_named_in_the_code() -> None:
    strings = {
        node.value
        for tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    # By direction, and by how long something lasted.
    composed = {f"{k}_{n}" for k in ("fact_backward", "part_done") for n in ("one", "seconds")}
    assert set(load("en").keys()) - strings == composed


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_has_more_than_five_words_or_lasts_two_seconds(language: str) -> None:
    short = {text for key, text in wordings(language) if not STANDING.match(key)}
    words = load(language)
    for text in short:
        assert len(re.findall(r"[\w'’]+(?:[,.]\d+)?", text)) <= 5, text
        assert 0.0 < words.seconds(text) < 2.2, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_hold_everything_that_can_be_said(language: str) -> None:
    words = load(language)
    texts = set(words.texts())
    assert {text for _, text in wordings(language)} <= texts
    for speed in (0.3, 1.44, 2.88, 7.2, 25.0):
        assert words.say("belt_at", speed=speed) in texts


def test_wordings_alternate() -> None:
    words = load("en")
    said = [words.say("overlong_stride", turn) for turn in range(6)]
    assert said[0] != said[1] != said[2]
    assert said[:3] == said[3:]


def test_numbers_are_written_as_the_language_does() -> None:
    assert load("en").say("belt_at", speed=2.4) == "Set belt to 2.4 kilometres an hour"
    assert load("de").say("belt_at", speed=2.4) == "Band auf 2,4 Kilometer pro Stunde stellen"


def test_an_unknown_language_is_one_clear_line() -> None:
    with pytest.raises(ConfigError, match="no phrases for language 'xx'; there are en, de"):
        load("xx")
