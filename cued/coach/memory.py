"""What is known of a runner from earlier sessions, and what a session adds to it.

``Memory`` is loaded by the shell at start (``sinks/history.py``) and handed to the coach; the
coach never writes it. What has to be kept leaves the coach as ``Summary`` and other events.
"""

from __future__ import annotations

from msgspec import Struct

from cued.model import Direction, Mode


class Fingerprint(Struct, frozen=True, kw_only=True):
    """The runner's own gait in one direction, mode, speed and incline bin.

    Medians and robust spreads over ``strides`` clean strides; None where no sensor told.
    """

    direction: Direction
    mode: Mode
    speed_m_s: float
    incline_percent: float
    strides: int
    stride_s: float
    cv: float
    lean_deg: float | None = None
    bounce_cm: float | None = None
    sway: float | None = None


class Effect(Struct, frozen=True):
    """How often a phrase was judged, and how often the strides after it were back in range."""

    judged: int = 0
    worked: int = 0


class Memory(Struct, frozen=True, kw_only=True):
    """A runner's history, as far as the coach needs it."""

    runner: str = "runner"
    sessions: int = 0
    stage: int = 0
    clean_sessions: int = 0
    day_s: float = 0.0
    week_s: float = 0.0
    last_week_peak_m_s: float | None = None
    imprint: tuple[Fingerprint, ...] = ()
    effects: dict[str, Effect] = {}
