"""A live view in the terminal: the present state, measurements, and the last cues with reasons.

It is for a developer or an installer; others use the live page. On a pipe it prints a line per cue,
phase and notice instead. Other output to the terminal appears above the view; output to a file or a
pipe is not touched.
"""

from __future__ import annotations

import sys
from collections import deque

from rich.console import Console as Terminal
from rich.console import Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cued import words
from cued.config import Site
from cued.model import (
    AnyEvent,
    Cue,
    Fall,
    Input,
    Measurement,
    Notice,
    Phase,
    Stride,
    Stumble,
)
from cued.parts import Exit, NoOptions, Part
from cued.sinks._session_state import SessionState
from cued.sinks.sink import Ask, Sink

REFRESH_HZ = 5.0  # quick enough for the eye
LINES = 8  # of the last cues; chosen
LEVEL_STYLE = {"steady": "bold green", "unsteady": "bold red", "unknown": "yellow"}
SPARK = "▁▂▃▄▅▆▇█"


class Console(Sink):
    """Draws the present state and the last lines."""

    def __init__(self, config: NoOptions, site: Site, ask: Ask) -> None:
        self._terminal = Terminal()
        self._live: Live | None = None
        self._station = site.station
        self._words = words.Words(speed_unit=site.speed_unit)
        self._now = SessionState(site.runner)
        self._names: set[str] = set()  # of all metrics seen
        self._lengths: deque[float] = deque(maxlen=48)
        self._said: deque[Text] = deque(maxlen=LINES)

    async def __aenter__(self) -> Console:
        if self._terminal.is_terminal:
            self._live = Live(
                get_renderable=self._draw,
                refresh_per_second=REFRESH_HZ,
                console=self._terminal,
                redirect_stderr=sys.stderr.isatty(),
            )
            self._live.start()
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        if self._live:
            self._live.stop()

    def watch(self, item: Input) -> None:
        """Process an input."""
        self._now.watch(item)

    def take(self, event: AnyEvent) -> None:
        """Process an event, and write a line for it if it is worth one."""
        self._now.take(event)
        match event:
            case Measurement():
                self._names.add(event.name)
            case Stride() if event.length_m is not None:
                self._lengths.append(event.length_m)
            case Phase():
                why = self._words.value(event.why)
                self._say(f"→ {self._words.phase(event.name)}, {why}", "bold cyan", event.t)
            case Cue():
                self._cue(event)
            case Stumble():
                self._say("stumble", "bold red", event.t)
            case Fall():
                self._say(f"fall: {event.stage}", "bold white on red", event.t)
            case Notice():
                self._say(event.text, "yellow", event.t)
            case _:
                pass

    def _value(self, name: str) -> str:
        value = self._now.value(name)
        if value is None:
            return "–"
        if name.endswith("_m_s"):
            return self._words.speed(value)
        return words.with_unit(words.number(value), words.read(name)[1])

    def _belt(self) -> str:
        belt = self._now.belt
        if belt.speed_m_s is None:
            return "–"
        source = self._words.value(belt.doubt or belt.source)
        return f"{self._words.speed(belt.speed_m_s)} ({source})"

    def _cue(self, cue: Cue) -> None:
        reasons = (self._words.because(k, v) for k, v in cue.because.items() if k != "phase")
        because = ", ".join(reasons)
        said = f"“{cue.text}”" if cue.text else f"♪ {self._words.value(cue.key)}"
        if cue.verdict == "given":
            self._say(f"{said}  {because}".rstrip(), "bold", cue.t)
        else:
            self._say(f"not said, {self._words.value(cue.verdict)}: {said}", "dim", cue.t)

    def _say(self, text: str, style: str, t: float) -> None:
        line = Text(f"{words.clock(t):>6}  {text}", style=style, no_wrap=True, overflow="ellipsis")
        self._said.append(line)
        if self._live is None:
            print(line.plain, file=sys.stdout, flush=True)

    def _draw(self) -> Panel:
        state, value = self._now, self._words.value
        now = Table.grid(padding=(0, 1, 0, 0), expand=True)
        for ratio in (3, 4, 3, 4):  # of 76 characters in a terminal of 80
            now.add_column(ratio=ratio, no_wrap=True, overflow="ellipsis")
        phase = Text(self._words.phase(state.phase.name), style="bold cyan")
        now.add_row("phase", phase, "belt", self._belt())
        gait = ", ".join(dict.fromkeys(map(value, (state.gait.mode, state.gait.direction))))
        level = state.stability.level
        stability = Text(value(level), style=LEVEL_STYLE[level])
        now.add_row("gait", Text(gait, style="bold"), "stability", stability)
        incline = state.belt.incline_percent
        if incline is not None:
            now.add_row("", "", "incline", f"{incline:+.1f} %")
        values = [(words.read(name)[0], self._value(name)) for name in sorted(self._names)]
        for left, right in _pairs(values):
            now.add_row(*left, *right)
        links = "  ".join(
            f"{words.plain(name)} {value(link)}" for name, link in sorted(state.links.items())
        )
        body = Group(
            now, Text(f"stride {_spark(self._lengths)}"), Text(links, style="dim"), *self._said
        )
        return Panel(body, title=f"cued · {self._station}", subtitle=words.clock(state.t))


def _pairs(
    items: list[tuple[str, str]],
) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    padded = [*items, ("", "")] if len(items) % 2 else items
    return list(zip(padded[::2], padded[1::2], strict=True))


def _spark(values: deque[float]) -> str:
    if not values:
        return "–"
    low, high = min(values), max(values)
    span = max(high - low, 0.1)
    return (
        "".join(SPARK[min(7, int((v - low) / span * 8))] for v in values) + f" {values[-1]:.2f} m"
    )


PART: Part[NoOptions, Sink] = Part(NoOptions, Console)
