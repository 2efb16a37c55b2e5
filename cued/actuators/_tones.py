"""Tones: alarms, chimes and signals, each synthesised once.

Rules
-----
* Every tone means one thing, and no two can be confused: they differ in rhythm or in direction of
  pitch as well as in pitch. ``alarm``, ``stumble`` and ``lost`` already differ in rhythm within 0.3
  s: two pulses, three quick ones, one long falling note.
* Most of each tone's power lies in 500-2500 Hz, which the smallest loudspeakers still reproduce and
  a treadmill masks least. All are as loud as words (``_loudness.py``).
* Words follow soon: the tone of a stumble is over after 0.31 s.
* Alarms borrow the ideas of IEC 60601-1-8, as reported by its secondary sources (puiaudio.com, "IEC
  60601-1-8"; "Alarms", University of Sydney, Department of Anaesthesia): fundamental between 150
  and 1000 Hz and several harmonics; the high alarm is three pulses and two, twice, of 75-200 ms.
  **This is no claim of conformity**.
* Deviations: a stumble has only three pulses, because words must follow at once; the standard's
  general melody holds one pitch, but the loss of a sensor falls and its return rises, because a
  runner who can't look must distinguish the two by ear.

None of these tones has been tried on runners beside a treadmill.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, get_args

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from cued.actuators._loudness import matched
from cued.actuators._wav import RATE, TICK_PEAK, Samples, to_clip
from cued.model import Priority

Tone = Literal[
    "alarm",
    "stumble",
    "unsteady",
    "lost",
    "back",
    "battery",
    "muted",
    "unmuted",
    "clip",
    "belt",
    "limit",
    "phase",
    "praise",
    "tick",
]

# Amplitudes of the harmonics from the fundamental up. Reed: all five within 12 dB. Bell: soft.
REED = (1.0, 0.8, 0.6, 0.4, 0.25)
BELL = (1.0, 0.3, 0.1)  # chosen


class Note(Struct, frozen=True):
    """One note; with ``decay_s`` 0 it is level with short ramps, else it decays like a bell."""

    hz: float
    on_s: float
    gap_s: float = 0.0
    harmonics: tuple[float, ...] = REED
    decay_s: float = 0.0


def _burst(hz: float) -> tuple[Note, ...]:
    """Return three and two pulses of 120 ms: the shape of a high-priority alarm."""
    pulse, last = Note(hz, 0.12, 0.07), Note(hz, 0.12, 0.25)
    return (pulse, pulse, last, pulse, last)


SCORES: dict[Tone, tuple[Note, ...]] = {  # Hz and s; chosen: distinct in outline
    "alarm": _burst(880.0) * 2,
    "stumble": (Note(988.0, 0.075, 0.04), Note(988.0, 0.075, 0.04), Note(988.0, 0.08)),
    "unsteady": (Note(740.0, 0.2, 0.12), Note(740.0, 0.2)),
    "lost": (Note(932.0, 0.35), Note(699.0, 0.2, 0.06), Note(523.3, 0.25)),
    "back": (Note(523.3, 0.14, 0.04), Note(699.0, 0.14, 0.04), Note(932.0, 0.2)),
    "battery": (Note(622.3, 0.1, 0.35), Note(622.3, 0.1, 0.35), Note(554.4, 0.25)),
    "muted": (Note(784.0, 0.12, 0.0, BELL), Note(554.4, 0.3, 0.0, BELL)),
    "unmuted": (Note(554.4, 0.12, 0.0, BELL), Note(784.0, 0.3, 0.0, BELL)),
    "clip": (Note(510.0, 0.3, 0.1), Note(510.0, 0.3)),
    "belt": (Note(587.3, 0.15, 0.03), Note(830.6, 0.15, 0.03), Note(587.3, 0.15)),
    "limit": (Note(659.3, 0.4, 0.15), Note(659.3, 0.4)),
    "phase": (Note(523.3, 0.3, 0.0, BELL, 0.15), Note(784.0, 0.5, 0.0, BELL, 0.15)),
    "praise": (Note(1046.5, 0.14, 0.0, BELL, 0.12), Note(1318.5, 0.45, 0.0, BELL, 0.12)),
    "tick": (Note(1000.0, 0.03, 0.0, BELL, 0.006),),
}

# Tones in place of missing words. Below LIMIT the tone "clip" reports that they are missing.
_INSTEAD: dict[Priority, Tone] = {
    Priority.FALL: "alarm",
    Priority.STUMBLE: "stumble",
    Priority.UNSTEADY: "unsteady",
    Priority.LINK: "lost",
    Priority.LIMIT: "limit",
}


def names() -> tuple[Tone, ...]:
    """Return the names of all tones."""
    return get_args(Tone)


def instead(priority: int) -> Tone:
    """Name the tone that stands in for a cue's words when there is no clip of them."""
    wanted = max((p for p in _INSTEAD if p <= priority), default=None)
    return "clip" if wanted is None else _INSTEAD[wanted]


@cache
def tone(name: Tone) -> Samples:
    """Return a tone as read-only samples at ``RATE``."""
    sound = np.concatenate([_note(note) for note in SCORES[name]])
    sound = sound * (TICK_PEAK / float(np.abs(sound).max())) if name == "tick" else matched(sound)
    samples = to_clip(sound)
    samples.flags.writeable = False
    return samples


def rest(seconds: float) -> Samples:
    """Return silence."""
    return np.zeros(round(seconds * RATE), dtype=np.int16)


def _note(note: Note) -> NDArray[np.float64]:
    """Return one note with the gap after it, amplitude about 1."""
    t = np.arange(round(note.on_s * RATE)) / RATE
    wave = sum(
        (a * np.sin(2 * np.pi * note.hz * k * t) for k, a in enumerate(note.harmonics, 1)),
        start=np.zeros_like(t),
    )
    shape = np.exp(-t / note.decay_s) if note.decay_s else np.ones_like(t)
    ramp = 0.002 if note.decay_s else 0.012  # s; a hard edge would click
    edges = np.minimum(1.0, np.minimum(t, note.on_s - t) / ramp)
    return np.concatenate([wave * shape * edges, np.zeros(round(note.gap_s * RATE))])
