"""Findings: what a body segment's chain passes to fusion.

A segment (``foot/``, ``trunk/``) turns its own blocks into findings and knows nothing of other
sensors. Each finding has the time at which it happened (``t``) and that of the sample at which it
was known (``at``, never earlier), both on the grid's clock. Fusion orders the findings of all
sensors by ``at``, so the result does not depend on how the samples were split into packets.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from cued.model import Fall, Mode, Mounting, Notice, Side


class Contact(Struct, frozen=True):
    """Initial contact of a foot. ``confidence`` 0..1.

    missed : the step before it was not seen.  doubtful : that keeps happening.
    """

    t: float
    at: float
    sensor: str
    side: Side
    confidence: float = 1.0
    missed: bool = False
    doubtful: bool = False


class LiftOff(Struct, frozen=True):
    """Terminal contact of a foot."""

    t: float
    at: float
    sensor: str
    side: Side


class Heading(Struct, frozen=True):
    """Evidence for forward (> 0) or backward (< 0) as log-odds, from one stride or step.

    kind : where it comes from; ``trunk`` is valid in walking only, ``foot`` in every mode.
    faint : it says backward, but a forward jog mistaken for a walk looks the same.
    """

    t: float
    at: float
    sensor: str
    log_odds: float
    kind: Literal["foot", "trunk"] = "foot"
    faint: bool = False


class Moving(Struct, frozen=True):
    """The mode that a segment's movement looks like, at each change and at each contact."""

    t: float
    at: float
    sensor: str
    mode: Mode
    confidence: float = 1.0


class Turning(Struct, frozen=True):
    """The body has been turning about the vertical since ``t`` (``angle`` rad so far).

    With ``turning`` False, the turn ended at ``t``.
    """

    t: float
    at: float
    sensor: str
    turning: bool
    angle: float


class Travel(Struct, frozen=True):
    """Length of one stride from a foot's own trajectory, without a belt."""

    t: float
    at: float
    sensor: str
    side: Side
    length_m: float
    error_m: float


class Disturbance(Struct, frozen=True):
    """A stumble (``score`` 1 = threshold) or a stage of a fall."""

    t: float
    at: float
    sensor: str
    kind: Literal["stumble", "possible_fall", "confirmed_fall"]
    score: float
    because: dict[str, float] = {}

    def fall(self) -> Fall:
        """Return the event for this stage of a fall."""
        stage = "possible" if self.kind == "possible_fall" else "confirmed"
        return Fall(t=self.t, stage=stage, sensor=self.sensor, because=self.because)


class Posture(Struct, frozen=True):
    """Trunk figures over one stride.

    lean_forward : rad, positive toward the chest.  roll_range : rad.
    rms : root mean square acceleration forward, left, up, m/s², gravity removed.
    jerk_v : largest peak-to-peak derivative of vertical acceleration, m/s³.
    even_share : part of the forward acceleration's power that repeats every step, 0..1.
    """

    t: float
    at: float
    sensor: str
    duration_s: float
    lean_forward: float
    roll_range: float | None
    rms: tuple[float, float, float]
    jerk_v: float
    bounce_m: float | None = None
    even_share: float | None = None


class Orientation(Struct, frozen=True):
    """What the segment learned about its mounting."""

    at: float
    mounting: Mounting

    @property
    def t(self) -> float:
        """When it was learned."""
        return self.at

    def events(self) -> list[Mounting | Notice]:
        """Return the event, and a warning if the mounting is in doubt."""
        found = self.mounting
        if found.state != "doubtful":
            return [found]
        text = f"{found.sensor}: {found.why}"
        return [found, Notice(t=found.t, level="warning", code="mounting_doubtful", text=text)]


Finding: TypeAlias = (
    Contact | LiftOff | Heading | Moving | Turning | Travel | Disturbance | Posture | Orientation
)
