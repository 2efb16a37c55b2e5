"""The composed core: one entry for every input, live, replayed, simulated or in a test.

``Engine.feed(input) -> list[event]``. The events depend only on the inputs: there is no clock, no
file, no task, no log, no chance. Therefore a recording replays to the same events, a deep copy
taken half-way continues identically, and any split of the same samples into packets gives the same
events (except for ``known_t``, the time at which they were known).

Time in here is sample time. Only a ``Tick`` reveals that a sensor is silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from cued.fences import Faults
from cued.frames import Matrix
from cued.gait.fusion.body import Body
from cued.gait.fusion.chains import GaitConfig
from cued.gait.fusion.reported import CADENCE, Reported
from cued.gait.metric import Metric
from cued.model import (
    AnyEvent,
    Belt,
    BeltFault,
    Block,
    Cadence,
    Command,
    HeartRate,
    Input,
    LinkChanged,
    Notice,
    Packet,
    Phase,
    Placement,
    Tick,
)
from cued.signal.gravity import Gravity
from cued.signal.links import Links
from cued.signal.losses import Losses
from cued.signal.stream import Stream

LAG_S = 1.0  # samples older than this are too old to cue a moving person
LYING_S = 5.0  # ... but not one who has fallen; chosen: by then a link is given up and made again


class Worn(Struct, frozen=True):
    """A sensor on the body. Without ``mounting`` its axes are estimated, as far as possible.

    earlier : its axes as estimated in earlier workouts.
    """

    placement: Placement
    mounting: Matrix | None = None
    earlier: Matrix | None = None


class Listener(Protocol):
    """Receives the engine's events and adds its own: the coach."""

    def feed(self, item: Input | AnyEvent, now: float) -> list[AnyEvent]:
        """Process an input or an event at sample time ``now``; return the events it causes."""
        ...


class Engine:
    """Turns sensor data into gait events and cues.

    >>> import numpy as np
    >>> engine = Engine({"back": Worn("lower_back")})
    >>> acc = np.tile([0.0, 0.0, 9.81], (50, 1))  # half a second of standing
    >>> packet = Packet(t=0.5, sensor="back", ticks=None, acc=acc, gyr=None, rate_hz=100.0)
    >>> [(event.sensor, event.state) for event in engine.feed(packet)]
    [('back', 'up')]
    >>> engine.feed(Tick(2.0))[0].state  # and nothing since
    'lost'
    """

    def __init__(
        self,
        worn: Mapping[str, Worn],
        *,
        metrics: Mapping[str, Metric] | None = None,
        gait: GaitConfig | None = None,
        coach: Listener | None = None,
        faults: Faults | None = None,
    ) -> None:
        self._streams = {s: Stream(s, w.placement, w.mounting) for s, w in worn.items()}
        placements: dict[str, Placement] = {s: w.placement for s, w in worn.items()}
        earlier = {s: w.earlier for s, w in worn.items() if w.earlier is not None}
        self._body = Body(placements, metrics or {}, gait or GaitConfig(), earlier)
        self._links = Links(list(worn))
        self._losses = {sensor: Losses() for sensor in worn}
        self._gravity = {sensor: Gravity() for sensor in worn}
        self._reported = Reported(CADENCE in (metrics or {}))
        self._coach = coach
        self._faults = faults or Faults()
        self._lagging: set[str] = set()
        self._link_reported: dict[str, str] = {}
        self._newest = float("-inf")

    def feed(self, item: Input) -> list[AnyEvent]:
        """Process one input; return every event that follows, in order, stamped ``known_t``."""
        events: list[AnyEvent]
        match item:
            case Packet():
                events = self._packet(item)
            case Tick():
                events = self._tick(item.t)
            case Belt():
                self._link_reported.pop(item.source, None)
                events = self._body.belt(item)
            case Command(name="mark"):
                events = self._body.mark(item.t)
            case BeltFault(t, sensor, code, text):
                events = [Notice(t=t, level="error", code=code, text=text, sensor=sensor)]
            case LinkChanged():
                events = self._link_changed(item)
            case Cadence() | HeartRate():
                self._link_reported.pop(item.sensor, None)
                heard = any(state != "lost" for state in self._links.state.values())
                events = [*self._reported.feed(item, heard)]
            case _:
                events = []
        self._newest = max(self._newest, self._reached(item))
        if self._coach:
            events = self._listen(item, events)
            for phase in (e for e in events if isinstance(e, Phase)):
                self._body.expect(phase)
        events += self._faults.drain(self._newest)
        return [self._stamp(event) for event in events]

    def _packet(self, packet: Packet) -> list[AnyEvent]:
        stream = self._streams.get(packet.sensor)
        if stream is None:
            return []
        blocks = stream.feed(packet)
        out = [] if packet.synced else self._lag(packet.sensor, packet.t, stream.lag_s)
        if stream.changed:  # its last samples were timed wrongly
            out += self._body.interrupt(packet.sensor, packet.t)
        if packet.sensor in self._lagging:  # not counted as an arrival either
            return out + self._late(packet, blocks)
        if stream.usable:  # frozen or broken samples are as good as none
            self._link_reported.pop(packet.sensor, None)
            up = self._links.arrived(packet.sensor, packet.t)
            out += [up] if up else []
        for block in blocks:
            out += self._losses[packet.sensor].feed(block)
            out += self._gravity[packet.sensor].feed(block)
            out += self._body.feed(block)
        return out

    def _late(self, packet: Packet, blocks: list[Block]) -> list[AnyEvent]:
        """Return the falls in late samples: all confirmed ones, and possible ones while fresh."""
        stream = self._streams[packet.sensor]
        if stream.lag_s > LYING_S:
            stream.forget()  # later samples will not be continuous with earlier ones
            return []
        falls = [fall for block in blocks for fall in self._body.feed_late(block)]
        return [f for f in falls if f.stage == "confirmed" or packet.t - f.t <= LAG_S]

    def _lag(self, sensor: str, t: float, lag_s: float) -> list[AnyEvent]:
        """Reject a link whose samples are old when they arrive, and report its recovery."""
        if lag_s > LAG_S and sensor not in self._lagging:
            self._lagging.add(sensor)
            text = f"{sensor}: samples arrive {lag_s:.1f} s late, too late to coach by"
            return [Notice(t=t, level="warning", code="link_lags", text=text, sensor=sensor)]
        if lag_s < LAG_S / 2 and sensor in self._lagging:
            self._lagging.discard(sensor)
            text = f"{sensor}: fresh again"
            return [Notice(t=t, level="info", code="link_fresh", text=text, sensor=sensor)]
        return []

    def _link_changed(self, change: LinkChanged) -> list[AnyEvent]:
        """Report why a link is down, once per reason, and drop what the lost device reported.

        A connection is not reported until data arrives, however often it is made.
        """
        if change.connected:
            return []
        out: list[AnyEvent] = [
            *self._reported.lose(change.sensor, change.t),
            *self._body.belt(change),
        ]
        if change.why and self._link_reported.get(change.sensor) != change.why:
            self._link_reported[change.sensor] = change.why
            text = f"{change.sensor}: {change.why}"
            out.append(Notice(t=change.t, level="warning", code="link_down", text=text))
        return out

    def _tick(self, t: float) -> list[AnyEvent]:
        out: list[AnyEvent] = [*self._reported.advance(t)]
        for link in self._links.tick(t):
            out.append(link)
            if link.state == "lost":
                out += self._body.drop(link.sensor, link.t)
                if all(state == "lost" for state in self._links.state.values()):
                    out += self._body.lost(t, "no data")
        return out

    def _listen(self, item: Input, events: list[AnyEvent]) -> list[AnyEvent]:
        assert self._coach
        out: list[AnyEvent] = []
        if not isinstance(item, Packet):
            out += self._coach.feed(item, self._newest)
        for event in events:
            out.append(event)
            out += self._coach.feed(event, self._newest)
        return out

    def _reached(self, item: Input) -> float:
        if isinstance(item, Packet) and item.synced and item.ticks is not None and item.ticks.size:
            return float(item.ticks[-1])
        return item.t

    def _stamp(self, event: AnyEvent) -> AnyEvent:
        return replace(event, known_t=max(self._newest, event.t))
