"""docs/coaching.md says what the code does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from cued.coach.voice.phrases import load
from cued.coach.workout import ladder
from cued.coach.workout.ladder import STAGES
from cued.coach.workout.profile import PROFILES
from cued.parts import names

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "coaching.md").read_text(encoding="utf-8")


def test_the_diagram_is_the_table() -> None:
    done = subprocess.run([sys.executable, ROOT / "scripts" / "diagrams", "--check"], check=False)
    assert done.returncode == 0, "run scripts/diagrams"


def test_every_rule_profile_and_stage_is_explained() -> None:
    for name in names("rules"):
        assert f"`{name}`" in PAGE, name
    for name in PROFILES:
        assert f"`{name}`" in PAGE, name
    for number, stage in enumerate(STAGES):
        grades = f"{stage.low_percent:g}-{stage.high_percent:g}" if stage.uphill else "0"
        row = f"| {number} {stage.name} | {stage.low_m_s:g}-{stage.high_m_s:g} | {grades} | "
        assert row in PAGE, row
        times, onward = PAGE.split(row)[1].split("\n")[0].removesuffix("|").split(" | ")
        at_once = f"{stage.bout_s:g} s" if stage.bout_s < 120 else f"{stage.bout_s / 60:g}"
        if stage.jog:
            at_once = (
                f"{ladder.JOG_ON_S:g} s jog, {ladder.JOG_OFF_S:g} s walk; "
                f"{ladder.JOG_SESSION_S / 60:g} min jogging"
            )
        else:
            assert onward.strip() == f"{stage.sessions} clean sessions"
        assert times.startswith(f"{at_once} / {stage.session_s / 60:g} min"), times


def test_every_verdict_is_explained() -> None:
    source = "".join(
        (ROOT / "cued" / "coach" / f).read_text(encoding="utf-8")
        for f in ("voice/arbiter.py", "voice/hold.py")
    )
    verdicts = set(re.findall(r'return "([a-z_]+)"$', source, re.MULTILINE))
    for verdict in (verdicts | {"stale", "outranked"}) - {"given"}:
        assert f"`{verdict}`" in PAGE, verdict


def test_spoken_examples_are_what_is_said() -> None:
    texts = set(load("en").texts())
    for quoted in re.findall(r"“([^”]+)”", PAGE):
        assert quoted in texts, quoted
