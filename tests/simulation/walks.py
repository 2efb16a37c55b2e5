"""Simulated walks for tests, and a few measures of them."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import numpy as np

from cued.engine import Worn
from cued.model import Floats, Input
from cued.simulation.run import SimulatedTable, Simulation, collect
from cued.simulation.scenario import Scenario, parse


def scenario(
    speed: float = 1.2,
    *,
    backward: bool = False,
    running: bool = False,
    seconds: float = 60.0,
    more: str = "",
    **fields: Any,
) -> Scenario:
    """Return a scenario that starts at 2 s; ``more`` is TOML, ``fields`` replace its own."""
    facing = '[[does]]\nat_s = 0.0\nwhat = "face_back"\n' if backward else ""
    text = f"""
duration_s = {seconds}
[[belt]]
at_s = 2.0
speed_m_s = {speed}
ramp_m_s2 = 0.5
{facing}
[[does]]
at_s = 2.0
what = "{"run" if running else "walk"}"
{more}
"""
    return msgspec.structs.replace(parse(text), **fields)


def walk(speed: float = 1.2, *, seed: int = 1, **options: Any) -> SimulatedTable:
    return collect(Simulation(scenario(speed, **options), seed=seed))


def simulated(scenario: Scenario) -> tuple[list[Input], dict[str, Worn]]:
    """Return a simulated run's inputs, and how its sensors are worn."""
    worn = {s.name: Worn(s.placement, s.mounting) for s in scenario.sensor}
    return list(Simulation(scenario).inputs()), worn


def times(table: SimulatedTable, kind: str, side: str = "") -> Floats:
    found = [r.t_s for r in table.truth if r.kind == kind and (not side or r.side == side)]
    return np.array(sorted(found))


def values(table: SimulatedTable, kind: str) -> list[tuple[float, Any]]:
    return [(r.t_s, r.value) for r in table.truth if r.kind == kind]


def settled(table: SimulatedTable, side: str = "left", after: float = 15.0) -> Floats:
    """Return the contacts of one foot once belt and person have settled."""
    contacts = times(table, "contact", side)
    return contacts[contacts > after]


def profile(t: Floats, x: Floats, contacts: Floats, points: int = 100) -> Floats:
    """Return the mean of x over strides, (points,) from contact to contact."""
    part = np.arange(points) / points
    rows = [np.interp(a + part * (b - a), t, x) for a, b in itertools.pairwise(contacts)]
    return np.mean(rows, axis=0)


def low_passed(x: Floats, rate_hz: float, to_hz: float = 20.0) -> Floats:
    """Filter the whole by a zero-phase low-pass, as for the published figures."""
    spectrum = np.fft.rfft(x, axis=0)
    spectrum[np.fft.rfftfreq(x.shape[0], 1.0 / rate_hz) > to_hz] = 0.0
    return np.fft.irfft(spectrum, x.shape[0], axis=0)


def lead_deg(table: SimulatedTable) -> float:
    """Return the phase of fore-aft against vertical at step frequency, from true strides."""
    t, acc, _ = table.sensors["trunk"]
    wave = np.exp(-4j * np.pi * np.arange(100) / 100)
    contacts = settled(table)
    fore = profile(t, acc[:, 0], contacts) @ wave
    up = profile(t, acc[:, 2], contacts) @ wave
    return float(np.degrees(np.angle(fore / up)))


def spread(x: Floats) -> float:
    return float(x.std() / x.mean())


def fluctuation_exponent(x: Floats) -> float:
    """Analyse detrended fluctuations: first order, windows of 8 to n/8."""
    walked = np.cumsum(x - x.mean())
    sizes = np.unique(np.geomspace(8, x.size // 8, 14).astype(int))
    found = []
    for n in sizes:
        pieces = walked[: walked.size // n * n].reshape(-1, n)
        i = np.arange(n) - (n - 1) / 2
        slope = pieces @ i / (i @ i)
        rest = pieces - pieces.mean(axis=1, keepdims=True) - slope[:, None] * i
        found.append(np.sqrt(np.mean(rest**2)))
    return float(np.polyfit(np.log(sizes), np.log(found), 1)[0])
