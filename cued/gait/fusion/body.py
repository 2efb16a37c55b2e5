"""The gait of the whole runner, fused from the findings of every worn sensor.

    blocks -> segment chains (foot, shank, trunk) -> findings -> merge, in one order
           -> footfalls -> strides -> mode -> direction -> stability, metrics -> events

Rules
-----
* Falls bypass the merge, because they must not wait for another sensor's samples. A stumble that
  was held back until a fall followed (``stumble_filter.py``) waits its turn.
* Samples that came too late are searched for falls only. So the search for mishaps goes on without
  a gap, which would blind it for three seconds; all else starts again.
* Mode is settled before direction, because a trunk sees forward running as backward walking.
* A change of the terms of comparison (belt, incline, mode, direction) re-bases stability and ends
  the values that depend on them (``ages.py``); an interruption of all sensors makes everything
  unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from cued.belt.owner import Owner, other_terms
from cued.frames import Matrix
from cued.gait.finding import (
    Contact,
    Disturbance,
    Finding,
    Heading,
    LiftOff,
    Moving,
    Orientation,
    Posture,
    Travel,
    Turning,
)
from cued.gait.fusion.ages import Ages
from cued.gait.fusion.chains import GaitConfig, chains
from cued.gait.fusion.direction import DirectionChoice
from cued.gait.fusion.footfalls import SIDE_OF, Footfalls
from cued.gait.fusion.merge import Merge
from cued.gait.fusion.mode import SLOW_M_S, ModeChoice, Patience
from cued.gait.fusion.stability import StabilityWatch
from cued.gait.fusion.strides import WAIT_S, Strides
from cued.gait.fusion.stumble_filter import StumbleFilter
from cued.gait.fusion.swapped_sensors import SwapCheck
from cued.gait.metric import Cycle, Metric
from cued.gait.trunk.chain import Trunk
from cued.gait.trunk.falls import Falls
from cued.gait.trunk.stumble import Stumbles
from cued.model import (
    AnyEvent,
    Belt,
    BeltState,
    Block,
    Fall,
    Gait,
    Lift,
    LinkChanged,
    Notice,
    Phase,
    Placement,
    Side,
    Stride,
    Stumble,
)

POSTURE_RECENT_S = 1.5  # before the end of the stride that it belongs to
MISHAPS = (Falls, Stumbles)  # the chains that samples which came too late still feed
SETTLED_S = 2.0  # after a change: longer than any packet, so that packets make no difference


class Body:
    """Composes the gait of one runner."""

    def __init__(
        self,
        worn: Mapping[str, Placement],
        metrics: Mapping[str, Metric],
        config: GaitConfig,
        earlier: Mapping[str, Matrix] | None = None,
    ) -> None:
        known = earlier or {}
        self._chains = {s: chains(s, p, config, known.get(s)) for s, p in worn.items()}
        self._trunks = {s for s, placement in worn.items() if placement not in SIDE_OF}
        self._too_late: set[str] = set()  # sensors whose last samples came too late
        self._contradicted = False
        self._swap_check = SwapCheck()
        self._merge = Merge(list(worn))
        self._passed = self._merge.passed  # when conclusions were last drawn
        self._footfalls = Footfalls(dict(worn))
        self._strides = Strides()
        self._mode = ModeChoice()
        self._patience = Patience()
        self._direction = DirectionChoice()
        self._stability = StabilityWatch()
        self._stumble_filter = StumbleFilter()
        self._ages = Ages(metrics)
        self._seen_by: dict[Side, str] = {}
        self._posture: Posture | None = None
        self._belt = Owner()
        self._terms: BeltState | None = None  # under which strides are now compared
        self._last_footfall_t: float | None = None
        self._gait = Gait(t=0.0, mode="unknown", direction="unknown")

    def feed(self, block: Block) -> list[AnyEvent]:
        """Process samples of one sensor and return the events they complete."""
        out: list[AnyEvent] = []
        waiting: list[Finding] = []
        restarted = block
        if block.sensor in self._too_late:
            self._too_late.discard(block.sensor)
            restarted = replace(block, fresh=True)
        for chain in self._chains[block.sensor]:
            for finding in chain.feed(block if isinstance(chain, MISHAPS) else restarted):
                waiting.append(finding)
                if isinstance(finding, Disturbance) and finding.kind != "stumble":
                    out.append(finding.fall())
        began, reached = float(block.t[0]), float(block.t[-1])
        if restarted.fresh:
            self._strides.interrupt(block.sensor, began)
        self._footfalls.heard(block.sensor, reached)
        self._merge.put(block.sensor, began, reached, waiting)
        return out + self._advance()

    def feed_late(self, block: Block) -> list[Fall]:
        """Process samples that are too old for anything else, and return the falls they show."""
        self._too_late.add(block.sensor)
        mishaps = (c for c in self._chains[block.sensor] if isinstance(c, MISHAPS))
        found = [finding for chain in mishaps for finding in chain.feed(block)]
        return [finding.fall() for finding in found if finding.kind != "stumble"]

    def expect(self, phase: Phase) -> None:
        """Use the direction of a phase; walking forward shows a trunk its front."""
        self._direction.expect(phase.expects_direction)
        ahead = phase.expects_direction == "forward"
        for trunk in self._trunk_chains():
            trunk.expect(phase.t + SETTLED_S if ahead else None)

    def _trunk_chains(self) -> list[Trunk]:
        return [c for s in self._trunks for c in self._chains[s] if isinstance(c, Trunk)]

    def belt(self, belt: Belt | LinkChanged) -> list[AnyEvent]:
        """Process a report of the belt, or the loss of its source."""
        self._merge.belt(belt)
        return self._advance()

    def mark(self, t: float) -> list[AnyEvent]:
        """Process a moment that a person marked, which is a change of a belt that reports none."""
        return self._belt_changed(self._belt.mark(t))

    def drop(self, sensor: str, t: float, why: str = "is lost") -> list[AnyEvent]:
        """Stop waiting for a sensor lost at ``t``, and end what rests on it."""
        self._merge.drop(sensor)
        self._direction.drop(sensor, t)
        out = self._advance()
        if self._posture and self._posture.sensor == sensor:
            self._posture = None
        stability = self._stability.rebase(t, f"{sensor} {why}")
        return [*out, *self._ages.lose(sensor, t), *stability]

    def interrupt(self, sensor: str, t: float) -> list[AnyEvent]:
        """Let no stride span ``t``, because a sensor's times before it were wrong."""
        out = self.drop(sensor, t, "changed its rate")
        self._strides.reset()
        return out

    def lost(self, t: float, why: str) -> list[AnyEvent]:
        """Forget everything, because no sensor's data arrive."""
        self._footfalls.reset()
        self._strides.reset()
        self._mode.lost()
        self._direction.lost()
        self._last_footfall_t = None
        self._posture = None
        ended, stability = self._ages.restart(t), self._stability.lost(t, why)
        return [*self._update_gait(t, why), *ended, *stability]

    def _advance(self) -> list[AnyEvent]:
        found, before = self._merge.drain(), self._passed
        self._passed = self._merge.passed
        if not found and self._passed == before:
            return []
        out: list[AnyEvent] = []
        for finding in found:
            if isinstance(finding, Belt | LinkChanged):
                out += self._pass_time(finding.t)
            if isinstance(finding, Belt):
                out += self._belt_changed(self._belt.report(finding))
                continue
            if isinstance(finding, LinkChanged):
                out += self._belt_changed(self._belt.lost(finding.t, finding.sensor))
                continue
            out += self._pass_time(finding.at)
            out += self._handle(finding)
        return out + self._pass_time(self._passed)

    def _pass_time(self, t: float) -> list[AnyEvent]:
        """Draw the conclusions from a lack of findings until ``t``."""
        return [
            *self._belt_changed(self._belt.pass_time(t)),
            *(event for s in self._strides.overdue(t) for event in self._stride(s, s.t + WAIT_S)),
            *self._stand_still(t),
            *(self._stability.rest(t) if self._last_footfall_t is None else ()),
            *self._ages.advance(t),
        ]

    def _belt_changed(self, states: Sequence[BeltState | Notice]) -> list[AnyEvent]:
        """Use the belt's new state; values that it makes incomparable start again."""
        out: list[AnyEvent] = []
        for state in states:
            out.append(state)
            if isinstance(state, Notice):
                continue
            self._strides.belt(state)
            self._stumble_filter.belt(state)
            slow = 0.0 < (state.speed_m_s or 0.0) < SLOW_M_S
            self._direction.belt(slow=slow)
            for trunk in self._trunk_chains():
                trunk.belt(state.t + SETTLED_S, slow=slow)
            if state.speed_m_s is None and self._terms and self._terms.source == "feet":
                continue  # a step was missed: the feet's next speed decides
            if self._terms is None or other_terms(self._terms, state):
                if self._terms:
                    out += self._ages.change_belt(state.t)
                    out += self._stability.rebase(state.t, "the belt changed")
                self._terms = state
        return out

    def _stand_still(self, t: float) -> list[AnyEvent]:
        """Conclude standing if there was no footfall for longer than the pace explains."""
        still_s = self._patience.limit_s(self._terms.speed_m_s if self._terms else None)
        if self._last_footfall_t is None or t - self._last_footfall_t <= still_s:
            return []
        since, self._last_footfall_t = self._last_footfall_t + still_s, None
        self._mode.still()
        self._direction.stand()
        self._strides.reset()
        return self._update_gait(since, "no footfall")

    def _handle(self, finding: Finding) -> list[AnyEvent]:
        match finding:
            case Contact():
                return self._contact(finding)
            case LiftOff():
                if not self._footfalls.owns(finding.side, finding.sensor):
                    return []
                self._strides.lift(finding)
                return [Lift(t=finding.t, side=finding.side, sensor=finding.sensor)]
            case Moving():
                return [] if self._belt_carries(finding) else self._moving(finding)
            case Heading():
                self._direction.feed(finding, self._mode.mode)
                events = self._update_gait(finding.at, self._direction.why)
                return events + self._contradiction(finding)
            case Turning():
                if finding.sensor in self._trunks or not self._trunks:  # a trunk takes precedence
                    self._direction.turn(finding)
                return self._update_gait(finding.at, self._direction.why)
            case Travel():
                return self._travelled(finding)
            case Posture():
                self._posture = finding
            case Orientation():
                finding = self._confirmed(finding)
                found = finding.mounting
                self._direction.doubt(found.sensor, doubtful=found.state == "doubtful")
                return [*finding.events(), *self._update_gait(finding.at, self._direction.why)]
            case Disturbance():
                return self._stumbled(finding)
        return []

    def _stumbled(self, finding: Disturbance) -> list[AnyEvent]:
        out: list[AnyEvent] = []
        for found in self._stumble_filter.feed(finding):
            unsteady = self._stability.feed_stumble(finding.at)
            out += [Stumble(t=found.t, score=found.score, sensor=found.sensor), *unsteady]
        return out

    def _confirmed(self, found: Orientation) -> Orientation:
        """Return a front that the program showed as sure if the feet also saw forward gait."""
        mounting = found.mounting
        sure = mounting.front == "program" and self._direction.feet_say_forward(found.at)
        return Orientation(found.at, replace(mounting, sure=True)) if sure else found

    def _moving(self, found: Moving) -> list[AnyEvent]:
        mode = self._mode.feed(found)
        self._direction.move(mode, found.at)
        if mode == "standing":
            self._direction.stand()
        return self._update_gait(found.at, "")

    def _belt_carries(self, found: Moving) -> bool:
        """Return whether a trunk calls a pause within a step standing, on a slow moving belt.

        A person who really stands there has no footfall for longer, or steps off.
        """
        speed = self._terms.speed_m_s if self._terms else None
        if found.mode != "standing" or found.sensor not in self._trunks or not speed:
            return False
        since = found.at - self._last_footfall_t if self._last_footfall_t is not None else 1e9
        return speed < SLOW_M_S and since < self._patience.limit_s(speed)

    def _travelled(self, travel: Travel) -> list[AnyEvent]:
        """Use a foot's travel for the belt's speed and for the stride that waited for it."""
        speed = self._strides.foot_speed(travel)
        states = self._belt.step(travel.at, travel.sensor, speed) if speed else []
        strides = self._strides.travel(travel)
        changed = self._belt_changed(states)
        return changed + [e for s in strides for e in self._stride(s, travel.at)]

    def _contradiction(self, heading: Heading) -> list[AnyEvent]:
        """Report once that trunk and feet keep giving opposite directions."""
        if not self._direction.contradicted or self._contradicted:
            return []
        self._contradicted = True
        text = f"{heading.sensor} contradicts the feet's direction: is a sensor back to front?"
        return [Notice(t=heading.at, level="warning", code="body_map", text=text)]

    def _contact(self, contact: Contact) -> list[AnyEvent]:
        swapped = self._swap_check.feed(contact, of_trunk=contact.sensor in self._trunks)
        footfall = self._footfalls.feed(contact)
        if footfall is None:
            return [*swapped]
        self._last_footfall_t = footfall.t
        self._patience.step(footfall.t)
        self._seen_by[footfall.side] = footfall.sensor
        by_trunk = self._trunks.issuperset(self._seen_by.values())
        if by_trunk and (contact.missed or contact.doubtful):
            self._strides.reset()  # no stride may span a missed step
        mode, direction = self._mode.mode, self._direction.direction
        stride = self._strides.feed(footfall, mode, direction)
        if by_trunk and contact.doubtful:
            return [*swapped, footfall, *self._ages.restart(contact.at)]
        return [*swapped, footfall, *(self._stride(stride, contact.at) if stride else [])]

    def _stride(self, stride: Stride, at: float) -> list[AnyEvent]:
        posture = self._posture
        if posture and stride.t - posture.t > POSTURE_RECENT_S:
            posture = None
        seen_by = frozenset(self._seen_by.values())
        measured = self._ages.feed(Cycle(stride, posture), self._gait, seen_by)
        stability = self._stability.feed_stride(stride, posture, at)
        out = [stride, *measured, *stability]
        up = posture.rms[2] if posture and self._stability.level != "unsteady" else None
        took, known = stride.duration_s, stride.length_m is not None
        by_foot = self._belt.stride(at, took, measured=known)
        changed = self._belt_changed([*by_foot, *self._belt.trunk(stride.t, took, up)])
        if self._belt.suspects:
            out[0] = replace(stride, clean=False)
        return [*out, *changed]

    def _update_gait(self, t: float, why: str) -> list[AnyEvent]:
        """Report mode and direction if they changed."""
        mode = self._mode.mode
        self._stumble_filter.move(mode, t)
        moves = mode in ("walking", "running")
        direction = self._direction.direction if moves else "unknown"
        if mode == self._gait.mode and direction == self._gait.direction:
            return []
        self._gait = Gait(t=t, mode=mode, direction=direction, why=why)
        self._seen_by.clear()
        self._belt.note_gait_change()
        stability = self._stability.rebase(t, "gait changed")
        return [self._gait, *self._ages.restart(t), *stability]
