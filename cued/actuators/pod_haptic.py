"""Wireless vibration: the motors of pods (docs/pod-protocol.md, hardware/pod).

The source that holds a pod's link offers its motor (``Site.motors``). A pattern is sent once, as a
whole, and the pod times its pulses. Patterns are those of ``_patterns.py``.

Delay: one connection interval, for which pods request 15 ms, and the pod's own 5 ms steps. Over the
stand-in for BlueZ, which has no radio, on a busy machine: median 12 ms, 99 % within 75 ms (100
cues, from ``give`` to the confirmed write).

Rules
-----
* A cue that a pod has not confirmed within 0.2 s, over a poor link, is reported as not given, and
  the pod itself refuses to play it later.
* A pod turns its motor off 0.5 s after a pulse began, and when its link or its stream ends.
* Metronome ticks that are lost are not repeated.
* Both sides may be one pod: then both are felt there, and patterns differ only in rhythm.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Coroutine
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from cued.actuators._patterns import TICK_S, Pulse, pulses
from cued.actuators.actuator import Actuator, Report, raise_fault
from cued.config import Site
from cued.devices.device import PulseTrain
from cued.model import Beat, ConfigError, Cue, CueDone, Notice
from cued.parts import Exit, Part
from cued.reading import meant

APART_S = 0.04  # between pulses of both sides on one motor, which would merge otherwise
NOBODY = "no pod with a motor is connected"


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The pods for the left and the right side."""

    left: Annotated[
        str, Meta(description="Sensor whose motor is felt on the left; empty: the first pod.")
    ] = ""
    right: Annotated[str, Meta(description="The same on the right; it may be the same pod.")] = ""


class PodHaptic(Actuator):
    """The motors of pods, left and right."""

    def __init__(self, config: Config, site: Site, report: Report) -> None:
        pods = [name for name, sensor in site.sensors.items() if sensor.device == "pod"]
        for side, name in (("left", config.left), ("right", config.right)):
            if name and name not in pods:
                why = f"{name!r} is not a pod{meant(name, pods)}"
                raise ConfigError(f"[actuators.pod_haptic] {side}: {why}")
        first = pods[0] if pods else ""
        self._sides = (config.left or first, config.right or first)
        self.taken: deque[tuple[str, float, float]] = deque(maxlen=1000)  # key, given, confirmed: s
        self._site = site
        self._report = report
        self._playing: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._key: str | None = None
        self._warned = False

    @property
    def channel(self) -> Literal["haptic"]:
        """The sense by which it reaches the runner."""
        return "haptic"

    @property
    def values(self) -> tuple[float, ...]:
        """Whether a pattern is being played."""
        return (float(self._key is not None),)

    async def __aexit__(self, *exit_: Exit) -> None:
        self.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def give(self, cue: Cue) -> None:
        """Send the cue's pattern at once; it replaces the previous one. Never blocks."""
        self._end("cut off")
        felt = pulses(cue.pattern, cue.size)
        absent = self._absent() if felt else ""
        if absent:
            self._warn(absent)
        if absent or not felt:
            self._done(cue.key, absent)
            return
        self._key = cue.key
        self._playing = self._spawn(self._play(cue.key, felt))

    def beat(self, beat: Beat) -> None:
        """Start or stop ticks, which pause during patterns. Never blocks."""
        if self._beating is not None:
            self._beating.cancel()
            self._beating = None
        if beat.spm:
            self._beating = self._spawn(self._tick(beat))

    def cancel(self) -> None:
        """Stop the present vibration at once."""
        if self._beating is not None:
            self._beating.cancel()
            self._beating = None
        if self._key is not None:
            self._end("cancelled")
            self._spawn(self._send(()))

    async def _play(self, key: str, felt: tuple[Pulse, ...]) -> None:
        """Send a pattern and wait for its end."""
        given = time.monotonic()
        why = await self._send(felt)
        if why:
            self._warn(why)
        else:
            self.taken.append((key, given, time.monotonic()))
            await asyncio.sleep(max(p.end_s for p in felt) - (time.monotonic() - given))
        self._key = None
        self._done(key, why)

    async def _tick(self, beat: Beat) -> None:
        """Send ticks, each timed from the beat's start, so that none drifts."""
        loop = asyncio.get_running_loop()
        start, after = loop.time(), 0.0
        k = 0
        while after < beat.for_s:
            if self._key is None:
                self._spawn(self._send((Pulse(0.0, TICK_S, left=True, right=True),)))
            k += 1
            after = k * 60.0 / beat.spm
            await asyncio.sleep(start + after - loop.time())

    async def _send(self, felt: tuple[Pulse, ...]) -> str:
        """Send each pod its part; return "" when all have confirmed it, else why not."""
        if not self._site.hardware:
            return ""
        left, right = self._sides
        if left == right:
            wanted = {left: rhythm(felt)}
        else:
            wanted = {left: rhythm(felt, left=True), right: rhythm(felt, left=False)}
        whys = await asyncio.gather(*(self._pulse(n, r) for n, r in wanted.items()))
        return "; ".join(filter(None, whys))

    def _absent(self) -> str:
        """Name the pods that are not connected."""
        if not self._site.hardware:
            return ""
        for name in self._sides:
            if name not in self._site.motors:
                return f"{name}: it is not connected" if name else NOBODY
        return ""

    async def _pulse(self, name: str, each: PulseTrain) -> str:
        motor = self._site.motors.get(name)
        why = await motor(each) if motor else "it is not connected"
        return f"{name}: {why}" if why else ""

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work, name="pod haptic")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(raise_fault)
        return task

    def _end(self, remark: str) -> None:
        """End the present pattern."""
        key, self._key = self._key, None
        if self._playing is not None:
            self._playing.cancel()
            self._playing = None
        if key is not None:
            self._done(key, remark=remark)

    def _done(self, key: str, failure: str = "", remark: str = "") -> None:
        done = CueDone(time.monotonic(), key, self.channel, not failure, failure or remark)
        self._report(done)

    def _warn(self, why: str) -> None:
        """Notify a person, once."""
        if not self._warned:
            self._warned = True
            now = time.monotonic()
            text = f"{why}; cues can't be felt"
            self._report(
                Notice(t=now, known_t=now, level="warning", code="motors_missing", text=text)
            )


def rhythm(felt: tuple[Pulse, ...], *, left: bool | None = None) -> PulseTrain:
    """Return one side's pulses, or all of them, as pairs of rest and length."""
    mine = [p for p in felt if left is None or (p.left if left else p.right)]
    nexts = [*(p.at_s for p in mine), math.inf][1:]
    out: list[tuple[float, float]] = []
    end = 0.0
    for pulse, following in zip(mine, nexts, strict=False):
        on = min(pulse.on_s, following - APART_S - pulse.at_s)
        out.append((pulse.at_s - end, on))
        end = pulse.at_s + on
    return tuple(out)


PART = Part(Config, PodHaptic)
