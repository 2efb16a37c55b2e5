"""Scenario files: reading, and one helpful line for every mistake."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import cued.simulation
from cued.model import ConfigError
from cued.simulation.run import Simulation
from cued.simulation.scenario import ACTIONS, FAULTS, Action, Fault, Scenario, parse
from tests.helpers.home import HOME

SHIPPED = sorted(Path(cued.simulation.__path__[0], "scenarios").glob("*.toml"))
WALK = '[[does]]\nat_s = 0\nwhat = "walk"\n'


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_every_shipped_scenario_plays(path):
    scenario = parse(path.read_text())
    short = msgspec.structs.replace(scenario, duration_s=min(20.0, scenario.duration_s))
    assert sum(1 for _ in Simulation(short).inputs()) > 200
    assert scenario.title


def test_the_promised_scenarios_are_shipped():
    assert {p.stem for p in SHIPPED} >= {
        "backward", "fall", "link_trouble", "run", "soak", "steady", "stumble", "workout",
    }  # fmt: skip


MISTAKES = {
    "[[does]]\nat_s = 0\nwhat = 'wlak'": (
        "[[does]] 1: what: 'wlak' is not known; did you mean walk?"
    ),
    WALK + "[persn]": "scenario: persn: no such key; did you mean person?",
    WALK + "[person]\nheigth_m = 1.8": ("[person] heigth_m: no such key; did you mean height_m?"),
    WALK + "[[belt]]\nat_s = 0\nspeed = 1": (
        "[[belt]] 1: speed: no such key; did you mean speed_m_s?"
    ),
    WALK + "[[belt]]\nat_s = 0\nspeed_m_s = 60": "[[belt]] 1: speed_m_s: needs to be at most 6",
    WALK + "[[belt]]\nspeed_m_s = 1": "[[belt]] 1: at_s: is missing",
    WALK + "[person]\nheight_m = 'tall'": "[person] height_m: needs a number, not text in quotes",
    WALK + "[[breaks]]\nat_s = 1\nwhat = 'lost'\nsensor = 'foot_lef'": (
        "[[breaks]] 1: sensor: nobody wears 'foot_lef'; did you mean foot_left?"
    ),
    WALK + "[[does]]\nat_s = 1\nwhat = 'overlong'\nby = 80": (
        "[[does]] 2: by: 80 for 'overlong' is outside -20..30; 8 is usual"
    ),
    WALK + "[[does]]\nat_s = 1\nwhat = 'walk'\nby = 1": "[[does]] 2: by: 'walk' takes none",
    WALK + "[[sensor]]\nname = 'a'\nplacement = 'hat'": (
        "[[sensor]] 1: placement: 'hat' is not known"
    ),
    WALK + "[[sensor]]\nname = 'a'\nplacement = 'waist'\nmounting = [[1,0,0],[0,1,0],[0,1,0]]": (
        "[[sensor]] 1: mounting: "
    ),
    "duration_s = 10": "does: is missing",
    "does = []": "needs at least one [[does]]",
    "does = 3": "does: needs a list in [ ]",
    "does = [": "line 1: a quote or a bracket that is opened is not closed",
}


@pytest.mark.parametrize(("text", "said"), MISTAKES.items())
def test_a_mistake_gives_one_line_with_the_place_and_a_hint(text, said):
    with pytest.raises(ConfigError) as error:
        parse(text)
    message = str(error.value)
    assert said in message
    assert "\n" not in message


def test_every_word_is_explained_once():
    assert set(Action.__args__) == set(ACTIONS)
    assert set(Fault.__args__) == set(FAULTS)
    assert not set(ACTIONS) & set(FAULTS)
    for limits in [*ACTIONS.values(), *FAULTS.values()]:
        assert limits.what
        assert limits.by is None or limits.least <= limits.by <= limits.most


def test_defaults_are_within_their_own_limits():
    scenario = parse(WALK)
    assert msgspec.convert(msgspec.to_builtins(scenario), Scenario) == scenario


def test_the_page_on_scenarios_names_every_word_and_its_example_reads():
    page = (HOME / "docs" / "scenarios.md").read_text()
    assert not [word for word in [*ACTIONS, *FAULTS] if f"`{word}`" not in page]
    example = page.split("```toml\n")[1].split("```")[0]
    assert parse(example).duration_s == 120.0
