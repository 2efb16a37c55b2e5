"""Cues as lines on standard error."""

from __future__ import annotations

import pytest

from cued.actuators.log import Log
from cued.config import Site
from cued.model import Beat, Cue, CueDone
from cued.parts import NoOptions


@pytest.mark.parametrize(
    ("text", "tone", "pattern", "line"),
    [
        ("Stand tall", "", "step", "     12.50  lean: 'Stand tall', buzz step\n"),
        ("", "praise", "none", "     12.50  lean: tone praise\n"),
        ("", "", "none", "     12.50  lean: nothing\n"),
    ],
)
def test_a_cue_is_a_line_and_done(capsys, text, tone, pattern, line) -> None:
    done: list[CueDone] = []
    log = Log(NoOptions(), Site(), done.append)  # type: ignore[arg-type]
    log.give(
        Cue(t=12.5, key="lean", text=text, tone=tone, pattern=pattern, priority=2, verdict="given")
    )
    assert capsys.readouterr().err == line
    assert [(d.key, d.channel, d.ok) for d in done] == [("lean", "light", True)]


def test_the_metronome_has_a_line_at_each_end(capsys) -> None:
    log = Log(NoOptions(), Site(), lambda _: None)
    log.beat(Beat(t=1.0, spm=172.5))
    log.beat(Beat(t=21.0, spm=0.0))
    assert capsys.readouterr().err.splitlines() == [
        "      1.00  metronome: 172.5 a minute",
        "     21.00  metronome: ends",
    ]
