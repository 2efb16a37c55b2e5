"""A whole simulated run: turns a scenario into the daemon's inputs, in order of arrival.

The run is computed in pieces of half a second. Each one advances the belt, the person and the
sensors, sends packets, and yields everything that has arrived by its end. The result does not
depend on how fast the inputs are taken, or how many at a time. Requests to the treadmill and cues
to the person take effect in the next piece.

Memory is bounded: a few seconds of plan and the packets in transit. The caller chooses how many
truth rows are kept (``keep_truth``).
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Mapping

import numpy as np
from msgspec import Struct

from cued.model import Belt, BeltRequest, Command, Floats, Input, Packet, Tick
from cued.simulation.belt import Reporter, Treadmill
from cued.simulation.intent import REACH_S, meant
from cued.simulation.link import LinkModel
from cued.simulation.scenario import Scenario
from cued.simulation.stepping import KnownTruth
from cued.simulation.walker import Walker
from cued.simulation.worn import WornSensor

PIECE_S = 0.5  # computed at once
TICK_S = 0.1  # twice the daemon's period
BELT_STREAM = 1000  # seed of the belt's random numbers; sensors have 1, 2, ...
BELT_S = 1.0  # treadmills report about once a second


class Simulation:
    """Plays a scenario. ``keep_truth`` is the number of truth rows to keep; None keeps all."""

    def __init__(
        self, scenario: Scenario, seed: int | None = None, keep_truth: int | None = None
    ) -> None:
        self.scenario = scenario
        self.truth: deque[KnownTruth] = deque(maxlen=keep_truth)
        self.t = 0.0
        root = scenario.seed if seed is None else seed
        self._belt = Treadmill(scenario.belt, scenario.belt_error_percent)
        self._belt.advance(0.0)
        own = np.random.default_rng([root, BELT_STREAM])
        self._reporter = Reporter(scenario.treadmill, self._belt, own)
        self._walker = Walker(
            scenario.person, scenario.does, self._belt.at, np.random.default_rng([root, 0])
        )
        self.worn: list[WornSensor] = []
        self._radios: list[LinkModel] = []
        for number, sensor in enumerate(scenario.sensor, 1):
            link = sensor.link or scenario.link
            # Separate streams: wearing one more sensor does not change the others.
            worn = WornSensor(
                sensor, link, scenario.breaks, np.random.default_rng([root, number, 0])
            )
            rng = np.random.default_rng([root, number, 1])
            self.worn.append(worn)
            self._radios.append(LinkModel(sensor, link, scenario.breaks, worn.epoch_s, rng))
        self._coming: list[tuple[float, int, Input]] = []
        self._order = 0
        self._ahead: list[tuple[float, int, KnownTruth]] = []
        self._ticks = 0
        self._belts = 0
        self._add_truth(KnownTruth(0.0, "gait", "", "stand"))
        self._commands = deque(sorted(scenario.command, key=lambda c: c.at_s))

    def inputs(self) -> Iterator[Input]:
        """Return every input of the run, in order of arrival, until the scenario's end."""
        for radio in self._radios:
            self._expect(*radio.connect())
        while self.t < self.scenario.duration_s:
            yield from self._piece(min(self.t + PIECE_S, self.scenario.duration_s))

    def request(self, request: BeltRequest) -> str:
        """Carry out a request to the treadmill; return "" or why it was refused."""
        return self._belt.request(request, self.t)

    def hear(self, key: str, because: Mapping[str, float | str | None] | None = None) -> bool:
        """Give the person a cue; return True if they will follow it."""
        obeys = self._walker.hear(key, self.t) or self._follow(key, because or {})
        self._add_truth(KnownTruth(self.t, "heard", "", key if obeys else f"{key} (ignored)"))
        return obeys

    def _follow(self, key: str, because: Mapping[str, float | str | None]) -> bool:
        """Do what a prompt of the program asks, if this person follows prompts."""
        act = meant(key, because) if self.scenario.person.follows else None
        if act is None:
            return False
        t = self.t + REACH_S
        if act.press:
            self._expect(t, Command(t, "press", source="person"))
        if act.does:
            self._walker.do(act.does, t)
        if act.facing:
            self._walker.face(act.facing, t)
        if act.speed_m_s is not None or act.incline_percent is not None:
            request = BeltRequest(t=t, speed_m_s=act.speed_m_s, incline_percent=act.incline_percent)
            self._belt.request(request, self.t)
        return True

    def _piece(self, until: float) -> Iterator[Input]:
        self._belt.advance(until)
        for row in self._walker.advance(until):
            self._add_truth(row)
        for worn, radio in zip(self.worn, self._radios, strict=True):
            t, stamps = worn.times(until)
            acc, gyr = worn.sense(t, *self._signals(worn.sensor.placement, t))
            for arrival, what in radio.send(until, t, stamps, acc, gyr):
                self._expect(arrival, what)
        self._queue_periodic(until)
        self.t = until
        while self._ahead and self._ahead[0][0] < until:
            self.truth.append(heapq.heappop(self._ahead)[2])
        while self._coming and self._coming[0][0] < until:
            yield heapq.heappop(self._coming)[2]

    def _signals(self, placement: str, t: Floats) -> tuple[Floats, Floats]:
        if placement == "foot_left":
            return self._walker.foot(t, 0)
        if placement == "foot_right":
            return self._walker.foot(t, 1)
        return self._walker.trunk(t, placement == "chest")

    def _queue_periodic(self, until: float) -> None:
        """Queue the ticks, the belt's reports and the commands of this piece."""
        while self._belts * BELT_S < until:
            t = self._belts * BELT_S
            report = self._reporter.report(t)
            if report:
                self._expect(t, report)
            self._add_truth(KnownTruth(t, "speed", "", round(self._belt.at(t)[0], 4)))
            self._belts += 1
        while self._commands and self._commands[0].at_s < until:
            c = self._commands.popleft()
            self._expect(c.at_s, Command(c.at_s, c.name, c.value, source="scenario"))
        while self._ticks * TICK_S < until:
            t = self._ticks * TICK_S
            self._expect(t, Tick(t))
            self._ticks += 1

    def _expect(self, t: float, what: Input) -> None:
        """Queue an input; inputs of equal time keep their order."""
        heapq.heappush(self._coming, (t, self._order, what))
        self._order += 1

    def _add_truth(self, row: KnownTruth) -> None:
        heapq.heappush(self._ahead, (row.t_s, self._order, row))
        self._order += 1


class SimulatedTable(Struct, frozen=True, eq=False):
    """A run as a table recording: the samples, and the truth.

    sensors : name to (t (n,), acc (n, 3), gyr (n, 3) or None), on the run's clock.
    belt : rows of (t, speed m/s, incline percent) from the console.
    """

    sensors: dict[str, tuple[Floats, Floats, Floats | None]]
    truth: tuple[KnownTruth, ...]
    belt: tuple[tuple[float, float, float], ...]


def collect(simulation: Simulation) -> SimulatedTable:
    """Play a run to its end and return its arrays; memory grows with the run."""
    packets: dict[str, list[Packet]] = {s.name: [] for s in simulation.scenario.sensor}
    belt: list[tuple[float, float, float]] = []
    for what in simulation.inputs():
        if isinstance(what, Packet):
            packets[what.sensor].append(what)
        elif isinstance(what, Belt):
            belt.append((what.t, what.speed_m_s, what.incline_percent))
    return SimulatedTable(
        sensors={w.sensor.name: _joined(packets[w.sensor.name], w) for w in simulation.worn},
        truth=tuple(simulation.truth),
        belt=tuple(belt),
    )


def _joined(packets: list[Packet], worn: WornSensor) -> tuple[Floats, Floats, Floats | None]:
    if not packets:
        return np.empty(0), np.empty((0, 3)), None
    t = np.concatenate([p.ticks for p in packets if p.ticks is not None])
    if not packets[0].synced:
        t = worn.run_times(t)
    acc = np.concatenate([p.acc for p in packets])
    gyrs = [p.gyr for p in packets if p.gyr is not None]
    return t, acc, np.concatenate(gyrs) if gyrs else None
