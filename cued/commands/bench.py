"""Measure what this machine sustains: times real time, cost per packet, delay to a cue, memory.

Every figure is measured here and now on a simulated walker.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from cued import app, parts
from cued.commands._options import add_config, ask, load_config, positive
from cued.config import Config
from cued.daemon import Daemon
from cued.engine import Worn
from cued.model import AnyEvent, Cue, CueDone, Footfall, Input, Notice, Packet, Priority, Tick
from cued.runtime.playback import Playback
from cued.runtime.supervise import ignore
from cued.simulation.run import Simulation
from cued.simulation.scenario import Scenario, parse

NAME = "bench"
HELP = "measure what this machine sustains"

WALK = """
duration_s = {seconds}
does = [{{ at_s = 0, what = "walk" }}]
belt = [{{ at_s = 0, speed_m_s = 1.2, ramp_m_s2 = 1.0 }}]
link = {{ samples = {samples} }}
"""
SENSOR = """
[[sensor]]
name = "{placement}"
placement = "{placement}"
"""
SETS = {
    "foot and trunk": ("lower_back", "foot_left"),
    "two feet and trunk": ("lower_back", "foot_left", "foot_right"),
}
LIVE, BULK = 5, 400  # samples a packet: 50 ms as on a radio, 4 s as for re-analysis
BLUETOOTH_S = 15.0  # chosen: 750 notifications of each pod
DELAY_S, DELAY_SPEED = 60.0, 6.0  # seconds of walking whose footfalls are answered; times real time


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--minutes", type=positive, default=5.0, help="of walking (default 5)")
    parser.add_argument("--soak-hours", type=positive, help="also: memory over this many hours")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures as JSON")
    parser.add_argument(
        "--hardware", action="store_true", help="instead: go through the test sheet of a box"
    )
    parser.add_argument(
        "--sheet", type=Path, metavar="FILE", help="with --hardware: fill in this test sheet"
    )
    parser.add_argument("--first-packet", action="store_true", help=argparse.SUPPRESS)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Measure, print a table, write JSON if asked."""
    chosen = load_config(args)
    if args.hardware:
        walked: Any = importlib.import_module("cued.commands._bench_hardware")
        return walked.main(chosen, args.sheet, ask if sys.stdin.isatty() else None)
    if args.first_packet:
        return asyncio.run(_first_packet(chosen))
    figures: dict[str, float | str] = {}
    for name, placements in SETS.items():
        figures |= _speed(chosen, name, placements, args.minutes * 60)
    figures |= asyncio.run(_delays(chosen))
    bluetooth: Any = importlib.import_module("cued.commands._bench_bluetooth")  # bleak is slow
    figures |= bluetooth.figures(chosen, BLUETOOTH_S)
    figures |= _start()
    if args.soak_hours:
        figures |= _soak(chosen, args.soak_hours)
    _show(figures)
    if args.json:
        args.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    return 0


def _walk(placements: Sequence[str], seconds: float, samples: int) -> Scenario:
    text = WALK.format(seconds=seconds, samples=samples)
    return parse(text + "".join(SENSOR.format(placement=p) for p in placements))


def _worn(scenario: Scenario) -> dict[str, Worn]:
    return {s.name: Worn(s.placement, s.mounting) for s in scenario.sensor}


def _speed(
    chosen: Config, name: str, placements: Sequence[str], seconds: float
) -> dict[str, float]:
    """Time the engine alone on packets made beforehand, in CPU time, which excludes other work."""
    out: dict[str, float] = {}
    for kind, samples in (("50 ms packets", LIVE), ("4 s packets", BULK)):
        scenario = _walk(placements, seconds, samples)
        inputs = list(Simulation(scenario).inputs())
        if samples == BULK:  # a tick between packets 4 s apart would report every sensor lost
            inputs = [item for item in inputs if not isinstance(item, Tick)]
        costs = _feed_all(chosen, scenario, inputs)
        out[f"engine, {name}, {kind}: times real time"] = seconds / sum(costs)
        if samples == LIVE:
            per_slot = _per_slot(inputs, costs)
            out[f"engine, {name}: ms per 50 ms of data, p99"] = 1e3 * _p99(per_slot)
    return out


def _feed_all(chosen: Config, scenario: Scenario, inputs: Sequence[Input]) -> list[float]:
    engine = app.engine(chosen, _worn(scenario))
    costs: list[float] = []
    gc.collect()
    for item in inputs:
        began = time.process_time()
        engine.feed(item)
        costs.append(time.process_time() - began)
    return costs


def _per_slot(inputs: Sequence[Input], costs: Sequence[float]) -> list[float]:
    """Return the cost of all sensors' packets in each 50 ms of data."""
    slots: dict[int, float] = {}
    for item, cost in zip(inputs, costs, strict=True):
        if isinstance(item, Packet):
            slot = int(item.t / 0.05)
            slots[slot] = slots.get(slot, 0.0) + cost
    return list(slots.values())


class _Answer:
    """Answers every footfall with an alarm, and records when its packet came in."""

    def __init__(self) -> None:
        self.came = 0.0
        self.came_for: dict[str, float] = {}

    def feed(self, item: Input | AnyEvent, now: float) -> list[AnyEvent]:
        """Answer a footfall."""
        if not isinstance(item, Footfall):
            return []
        key = f"bench_{len(self.came_for)}"
        self.came_for[key] = self.came
        return [
            Cue(t=now, key=key, text="", pattern="alarm", tone="alarm", verdict="given",
                priority=Priority.FALL)
        ]  # fmt: skip

    def note(self, item: Input) -> Input:
        """Note the time at which a packet comes in."""
        if isinstance(item, Packet):
            self.came = time.monotonic()
        return item


async def _delays(chosen: Config) -> dict[str, float]:
    """Play a walk through the daemon, with mock pins and without a sound card."""
    answer = _Answer()
    scenario = _walk(SETS["foot and trunk"], DELAY_S, LIVE)
    engine = app.engine(chosen, _worn(scenario), coach=answer)
    where = app.site(chosen, hardware=False)
    kept: dict[str, Any] = {}

    def keep(name: str, report: Callable[[CueDone | Notice], None]) -> Any:
        part = parts.load("actuators", name)
        kept[name] = part.build(part.config(), where, report)
        return kept[name]

    inputs = map(answer.note, Simulation(scenario).inputs())
    daemon = Daemon(
        engine,
        [Playback(inputs, DELAY_SPEED)],
        [partial(keep, "haptic"), partial(keep, "speech")],
        [],
        live=False,
    )
    await daemon.run()
    edges = _after_packet(answer, kept["haptic"].edges)
    first = _after_packet(answer, kept["speech"].stats.begun)
    return {
        "packet in to GPIO edge (mock pins): ms, p99": 1e3 * _p99(edges),
        "packet in to first audio sample handed over: ms, p99": 1e3 * _p99(first),
        "cues measured": float(min(len(edges), len(first))),
    }


def _after_packet(answer: _Answer, times: Iterable[tuple[str, float, float]]) -> list[float]:
    """Return the seconds from each cue's packet to its effect.

    times : (key, given, effect).
    """
    return [effect - answer.came_for[key] for key, _, effect in times if key in answer.came_for]


def _start() -> dict[str, float]:
    """Time a separate process from its start to the first packet handled, with speech loaded."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "cued", "bench", "--first-packet"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    took = time.perf_counter() - began
    handled, rss = json.loads(done.stdout.splitlines()[-1])
    return {
        "start to first packet handled: s": took - handled,
        "resident memory with speech loaded: MB": rss,
    }


async def _first_packet(chosen: Config) -> int:
    """Handle one packet with everything loaded; print the time spent since, and the memory."""
    scenario = _walk(SETS["foot and trunk"], 1.0, LIVE)
    inputs = Simulation(scenario).inputs()
    engine = app.engine(chosen, _worn(scenario))
    speech = parts.load("actuators", "speech")
    async with speech.build(speech.config(), app.site(chosen, hardware=False), ignore):
        while not isinstance(item := next(inputs), Packet):
            engine.feed(item)
        engine.feed(item)
        began = time.perf_counter()
        memory = _resident_mb()
    print(json.dumps([time.perf_counter() - began, memory]))
    return 0


def _soak(chosen: Config, hours: float) -> dict[str, float]:
    """Feed hours of walking; return how much memory grew after the first tenth."""
    scenario = _walk(SETS["foot and trunk"], hours * 3600, BULK)
    engine = app.engine(chosen, _worn(scenario))
    early = 0.0
    for item in Simulation(scenario, keep_truth=1).inputs():
        engine.feed(item)
        if not early and item.t > hours * 360:
            gc.collect()
            early = _resident_mb()
    gc.collect()
    return {f"memory grown over {hours:g} h: MB": _resident_mb() - early}


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096 / 1e6


def _p99(values: Sequence[float]) -> float:
    return float(np.percentile(values, 99)) if values else float("nan")


def _show(figures: Mapping[str, float | str]) -> None:
    table = Table("figure", "measured here")
    for name, value in figures.items():
        table.add_row(name, value if isinstance(value, str) else _number(value))
    Console().print(table)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
