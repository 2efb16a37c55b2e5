"""A live view in the terminal: what the coach sees, big numbers, the last cues and why.

For a developer or an installer; a runner looks at nothing, and everybody else at the live page.
On a pipe it prints a line per cue, phase and notice instead.
"""

from __future__ import annotations

import sys
from collections import deque
from typing import Annotated

from msgspec import Meta, Struct
from rich.console import Console as Terminal
from rich.console import Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cued.config import Site
from cued.model import (
    AnyEvent,
    BeltState,
    Cue,
    Fall,
    Gait,
    Input,
    Link,
    Measurement,
    Notice,
    Phase,
    Stability,
    Stride,
    Stumble,
)
from cued.parts import Exit, Part
from cued.sinks.sink import Ask, Sink

LEVEL_STYLE = {"steady": "bold green", "unsteady": "bold red", "unknown": "yellow"}
SPARK = "▁▂▃▄▅▆▇█"


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often it is drawn."""

    refresh_hz: Annotated[float, Meta(ge=1, le=20, description="Redraws a second.")] = 5.0
    lines: Annotated[int, Meta(ge=3, le=40, description="How many of the last cues.")] = 8


class Console:
    """Keeps the latest of everything and draws it."""

    def __init__(self, config: Config, site: Site, ask: Ask) -> None:
        self._terminal = Terminal()
        self._live: Live | None = None
        self._refresh_hz = config.refresh_hz
        self._station = site.station
        self._t = 0.0
        self._gait = Gait(t=0.0, mode="unknown", direction="unknown")
        self._phase = ""
        self._belt = ""
        self._stability = Stability(t=0.0, level="unknown", score=None)
        self._values: dict[str, str] = {}
        self._links: dict[str, str] = {}
        self._lengths: deque[float] = deque(maxlen=48)
        self._said: deque[Text] = deque(maxlen=config.lines)

    async def __aenter__(self) -> Console:
        if self._terminal.is_terminal:
            self._live = Live(
                get_renderable=self._draw, refresh_per_second=self._refresh_hz, transient=False
            )
            self._live.start()
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        if self._live:
            self._live.stop()

    async def run(self) -> None:
        """Nothing to wait for: the view redraws itself."""

    def watch(self, item: Input) -> None:
        """Note the time."""
        self._t = max(self._t, item.t)

    def take(self, event: AnyEvent) -> None:
        """Note what changed."""
        match event:
            case Gait():
                self._gait = event
            case BeltState():
                self._belt = _belt(event)
            case Stability():
                self._stability = event
            case Measurement():
                self._measured(event)
            case Stride() if event.length_m is not None:
                self._lengths.append(event.length_m)
            case Link():
                self._links[event.sensor] = event.state
            case Phase():
                self._phase = event.name
                self._say(f"→ {event.name}: {event.why}", "bold cyan", event.t)
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

    def _measured(self, event: Measurement) -> None:
        value = "–" if event.value is None else f"{event.value:.3g} {event.unit}"
        self._values[event.name] = value

    def _cue(self, cue: Cue) -> None:
        because = ", ".join(
            f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {v}" for k, v in cue.because.items()
        )
        words = f"“{cue.text}”" if cue.text else f"♪ {cue.tone or cue.pattern}"
        if cue.verdict == "given":
            self._say(f"{words}  {because}", "bold", cue.t)
        else:
            self._say(f"withheld ({cue.verdict}): {words}", "dim", cue.t)

    def _say(self, text: str, style: str, t: float) -> None:
        line = Text(f"{t:8.1f} s  {text}", style=style, no_wrap=True, overflow="ellipsis")
        self._said.append(line)
        if self._live is None:
            print(line.plain, file=sys.stdout, flush=True)

    def _draw(self) -> Panel:
        now = Table.grid(padding=(0, 3))
        now.add_row("phase", Text(self._phase or "–", style="bold cyan"), "belt", self._belt or "–")
        now.add_row(
            "gait",
            Text(f"{self._gait.mode}, {self._gait.direction}", style="bold"),
            "stability",
            Text(self._stability.level, style=LEVEL_STYLE[self._stability.level]),
        )
        for left, right in _pairs(sorted(self._values.items())):
            now.add_row(*left, *right)
        links = "  ".join(f"{name}: {state}" for name, state in sorted(self._links.items()))
        body = Group(
            now, Text(f"stride {_spark(self._lengths)}"), Text(links, style="dim"), *self._said
        )
        return Panel(body, title=f"cued · {self._station}", subtitle=f"{self._t:.1f} s")


def _belt(state: BeltState) -> str:
    if state.speed_m_s is None:
        return ""
    incline = f", {state.incline_percent:+.1f} %" if state.incline_percent is not None else ""
    return f"{state.speed_m_s:.2f} m/s{incline} ({state.doubt or state.source})"


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


PART: Part[Config, Sink] = Part(Config, Console)
