"""A walk of known numbers: its recording, the events of a perfect engine, and their scores."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from cued.evaluation.figures import Row, figures
from cued.evaluation.scoring import score
from cued.evaluation.tally import pool
from cued.model import AnyEvent, Belt, Footfall, Gait, Lift, Placement, Side, Stride
from cued.recording.tables.table import SensorTrack, TableRecording
from cued.recording.tables.truth import TruthRow


def evaluate(recordings, run):
    """Score an engine on recordings, one after the other."""
    return pool([score(recording, run) for recording in recordings])


STEP_S = 0.55
STEPS = 60
START_S = 3.0


def contact_times() -> list[float]:
    return [round(START_S + STEP_S * i, 4) for i in range(STEPS)]


def side(i: int) -> Side:
    return "left" if i % 2 == 0 else "right"


def recording(
    placements: Collection[Placement] = ("lower_back",),
    subject: str = "made-1",
    extra: Collection[TruthRow] = (),
    rows: list[TruthRow] | None = None,
) -> TableRecording:
    t = np.arange(0, 45, 0.01)
    acc = np.tile([0.0, 0.0, 9.8], (t.size, 1))
    if rows is None:
        rows = [TruthRow(t, "contact", side(i)) for i, t in enumerate(contact_times())]
        rows += [TruthRow(t + 0.4, "lift", side(i)) for i, t in enumerate(contact_times())]
        rows.append(TruthRow(0.0, "direction", value="forward"))
    return TableRecording(
        name=subject,
        title="treadmill walk",
        subject=subject,
        sensors=tuple(SensorTrack(p, p, 100.0, t, acc) for p in placements),
        belt=(Belt(0.0, 1.2),),
        truth=tuple(sorted([*rows, *extra], key=lambda row: row.t)),
    )


def perfect(shift_s: float = 0.0, **stride: object) -> list[AnyEvent]:
    events: list[AnyEvent] = []
    at = [t + shift_s for t in contact_times()]
    for i, t in enumerate(at):
        events.append(Footfall(t=t, known_t=t + 0.06, side=side(i), sensor="x"))
        events.append(Lift(t=t + 0.4, known_t=t + 0.5, side=side(i), sensor="x"))
        if i >= 2:
            values: dict[str, object] = {
                "side": side(i),
                "duration_s": t - at[i - 2],
                "length_m": 1.2 * 2 * STEP_S,
                "speed_m_s": 1.2,
                "mode": "walking",
                "direction": "forward",
            }
            values |= stride
            if i == 2:
                events.append(gait(t, 0.06, str(values["mode"]), str(values["direction"])))
            events.append(Stride(t=t, known_t=t + 0.06, **values))  # type: ignore[arg-type]
    return events


def gait(t: float, delay_s: float, mode: str, direction: str) -> Gait:
    return Gait(t=t, known_t=t + delay_s, mode=mode, direction=direction)  # type: ignore[arg-type]


def scored(made: TableRecording, events: list[AnyEvent]) -> Row:
    scores = figures(evaluate([made], lambda _recording, _sensors: events))
    assert len({row.group for row in scores.rows}) == len(scores.rows)
    return scores.rows[0]


# Of 60 contacts, the first two and the last two are not steady.
STEADY = STEPS - 4


def both() -> list[TableRecording]:
    return [recording(subject="voisard-s1"), recording(subject="voisard-s2")]
