"""Scores of mode and direction, per steady stride from the fifth step of a bout on.

The answer for a true stride is the engine's state ``SETTLED_S`` after its end, when its contact can
have been reported; whether the stride itself was found to within 50 ms is scored elsewhere. Unknown
is not right. ``first`` is the number of steps in a bout until the first right answer, i.e. what it
takes to switch, since every bout begins with unknown. ``never`` counts bouts that ended without
one, except those that ended before the fourth step, when none was due yet. Recordings without
contacts in their truth are scored on the strides that the engine reports, leaving out the first
four; there a silent engine shows as ``never``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TypeAlias

from cued.evaluation.case import Case
from cued.evaluation.tally import AnswerTally
from cued.evaluation.truth import TrueStride
from cued.model import Direction, Gait, Mode, Stride

STEPS_TO_ANSWER = 4  # the answer counts from the fifth step on
SETTLED_S = 0.15  # about as long as the slowest contact decisions take

Facing: TypeAlias = Mode | Direction
NO_ANSWER = Gait(t=0.0, mode="unknown", direction="unknown")


def score_answers(
    case: Case, true: Sequence[TrueStride], strides: Sequence[Stride], gaits: Sequence[Gait]
) -> None:
    """Score mode and direction per stride."""
    if not case.truth.contacts:
        _score_without_contacts(case, strides)
        return
    known = [g.known_t for g in gaits]
    for start, end in case.truth.bouts:
        inside = [
            (stride, gaits[at - 1] if at else NO_ANSWER)
            for stride in true
            if start <= stride.start and stride.end <= end
            for at in [bisect_right(known, stride.end + SETTLED_S)]
        ]
        if inside:
            _score_bout(case, start, inside)


def score_backward(case: Case, strides: Sequence[Stride], gaits: Sequence[Gait]) -> None:
    """Count events called backward while the truth was forward, steady or not."""
    for event in (*strides, *gaits):
        if event.direction == "backward" and case.truth.direction(event.t) == "forward":
            case.tally(event.t).direction.backward += 1


def _score_bout(case: Case, start: float, inside: Sequence[tuple[TrueStride, Gait]]) -> None:
    truth = case.truth
    steps = [row.t for row in truth.contacts if row.t >= start]
    feet = {row.side for row in truth.contacts}
    per_contact = 2 if feet in ({"left"}, {"right"}) else 1
    modes: list[tuple[int, bool]] = []
    directions: list[tuple[int, bool]] = []
    for stride, answer in inside:
        taken = per_contact * sum(t < stride.end for t in steps)
        mode, direction = truth.mode(stride.end), truth.direction(stride.end)
        modes.append((taken, answer.mode == mode))
        directions.append((taken, answer.direction == direction))
        if taken > STEPS_TO_ANSWER and truth.is_steady(stride.start, stride.end):
            tally = case.tally(stride.end)
            _count(tally.mode, mode, answer.mode)
            _count(tally.direction, direction, answer.direction)
    end = inside[0][0].end
    due = modes[-1][0] >= STEPS_TO_ANSWER
    _note_first(case.tally(end).mode, truth.mode(end), modes, due=due)
    _note_first(case.tally(end).direction, truth.direction(end), directions, due=due)


def _score_without_contacts(case: Case, strides: Sequence[Stride]) -> None:
    mode, direction = case.truth.mode(case.middle), case.truth.direction(case.middle)
    tally = case.tally(case.middle)
    _note_first(tally.mode, mode, ((n, s.mode == mode) for n, s in enumerate(strides, 2)))
    right = ((n, s.direction == direction) for n, s in enumerate(strides, 2))
    _note_first(tally.direction, direction, right)
    for stride in islice(strides, STEPS_TO_ANSWER, None):
        _count(tally.mode, mode, stride.mode)
        _count(tally.direction, direction, stride.direction)


def _count(answers: AnswerTally, true: Facing, answer: Facing) -> None:
    if true == "unknown":
        return
    answers.right += answer == true
    answers.unknown += answer == "unknown"
    answers.wrong += answer not in {true, "unknown"}


def _note_first(
    answers: AnswerTally, true: Facing, right: Iterable[tuple[int, bool]], *, due: bool = True
) -> None:
    if true == "unknown":
        return
    first = next((steps for steps, is_right in right if is_right), None)
    if first is not None:
        answers.first.append(first)
    elif due:
        answers.never += 1
