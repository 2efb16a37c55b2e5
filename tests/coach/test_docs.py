"""docs/coaching.md agrees with the code."""

from __future__ import annotations

import re
import subprocess
import sys

from cued.coach.voice.phrases import load
from cued.coach.workout.profile import PROFILES
from cued.parts import names
from tests.helpers.home import HOME

PAGE = (HOME / "docs" / "coaching.md").read_text(encoding="utf-8")


def test_diagram_and_ladder_are_the_tables() -> None:
    done = subprocess.run([sys.executable, HOME / "scripts" / "diagrams", "--check"], check=False)
    assert done.returncode == 0, "run scripts/diagrams"


def test_every_rule_and_profile_is_explained() -> None:
    for name in names("rules"):
        assert f"`{name}`" in PAGE, name
    for name in PROFILES:
        assert f"`{name}`" in PAGE, name


def test_every_verdict_is_explained() -> None:
    source = "".join(
        (HOME / "cued" / "coach" / f).read_text(encoding="utf-8")
        for f in ("voice/arbiter.py", "voice/silence.py")
    )
    verdicts = set(re.findall(r'return "([a-z_]+)"$', source, re.MULTILINE))
    for verdict in (verdicts | {"stale", "outranked"}) - {"given"}:
        assert f"`{verdict}`" in PAGE, verdict


def test_documented_examples_are_what_is_said() -> None:
    texts = set(load("en").texts())
    for quoted in re.findall(r"“([^”]+)”", PAGE):
        assert quoted in texts, quoted
