"""The view in the terminal: words instead of keys, 80 columns, and no line torn by the log."""

from __future__ import annotations

import io
import logging
import sys

import pytest
from rich.console import Console as Terminal

from cued import __main__
from cued.config import Site
from cued.model import BeltState, Command, Cue, Gait, Link, Measurement, Phase
from cued.parts import NoOptions
from cued.sinks import console

NAMES = (
    "asymmetry_percent", "bounce_cm", "cadence_spm", "roll_range_deg", "speed_m_s",
    "stance_percent", "step_symmetry_percent", "stride_length_m", "stride_time_cv_percent",
    "stride_time_s", "sway_percent", "trunk_lean_deg", "walk_ratio",
)  # fmt: skip


def ask(_: Command) -> None:
    pass


@pytest.fixture
def view():
    shown = console.Console(NoOptions(), Site(station="demo"), ask)
    shown.take(Phase(t=1.0, name="check_in", from_="idle", why="begin"))
    shown.take(Phase(t=434.0, name="backward_walk", from_="turn_back", why="turned"))
    shown.take(Link(t=434.0, sensor="foot_left", state="up", age_s=0.0))
    shown.take(Gait(t=434.0, mode="walking", direction="backward"))
    shown.take(BeltState(t=434.0, speed_m_s=0.42, incline_percent=1.5, source="console"))
    for name in NAMES:
        shown.take(Measurement(t=434.0, known_t=434.0, name=name, value=1.234, unit="x", strides=5))
    shown.take(
        Cue(
            t=434.0,
            known_t=434.0,
            key="overlong_stride",
            text="Shorter steps, please, and lighter, and a little quicker if you can",
            pattern="",
            priority=3,
            verdict="refractory",
            because={"phase": "backward_walk", "speed_m_s": 0.4},
        )
    )
    return shown


def drawn(view, width):
    out = Terminal(file=io.StringIO(), width=width, height=40)
    with out.capture() as captured:
        out.print(view._draw())
    return captured.get()


@pytest.mark.parametrize("width", [80, 100])
def test_the_view_fits_the_terminal_and_has_every_value(view, width):
    text = drawn(view, width)
    assert max(map(len, text.splitlines())) <= width
    assert text.count("1.23") >= len(NAMES) - 1
    assert "4.4 km/h" in text  # 1.234 m/s


def test_the_view_uses_words(view):
    text = drawn(view, 80)
    assert "_" not in text
    assert "7:14" in text
    assert "Backward walk" in text
    assert "just said" in text
    assert "foot left connected" in text
    assert "1.5 km/h (treadmill)" in text  # the belt
    assert "m/s" not in text


def test_the_log_writes_to_the_current_standard_error(monkeypatch):
    handler = __main__.ToStderr()
    replaced = io.StringIO()
    monkeypatch.setattr(sys, "stderr", replaced)
    handler.emit(logging.LogRecord("cued", logging.WARNING, "", 0, "a line", None, None))
    assert replaced.getvalue() == "a line\n"
