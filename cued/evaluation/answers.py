"""Mode and direction, scored per steady stride from the fifth step of a bout on.

A stride that was not reported, or reported as unknown, is not right. ``first`` is after how many
steps of a bout the first right answer came: what it takes to switch, since every bout begins from
not knowing. Recordings without contacts in their truth are scored on the strides that the engine
reports, leaving out the first four; there a silent engine shows as ``never``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TypeAlias

from cued.evaluation.case import Case
from cued.evaluation.strides import Answered
from cued.evaluation.tally import Answers
from cued.model import Direction, Gait, Mode, Stride

STEPS_TO_ANSWER = 4

Facing: TypeAlias = Mode | Direction


def score_answers(case: Case, answered: Sequence[Answered], said: Sequence[Stride]) -> None:
    """Score mode and direction per stride."""
    if case.truth.contacts:
        for start, end in case.truth.bouts:
            inside = [(s, a) for s, a in answered if start <= s.start and s.end <= end]
            if inside:
                _score_bout(case, start, inside)
    else:
        _score_unseen(case, said)


def score_backward(case: Case, said: Sequence[Stride], gaits: Sequence[Gait]) -> None:
    """Count whatever was called backward while the truth was forward, steady or not."""
    for event in (*said, *gaits):
        if event.direction == "backward" and case.truth.direction(event.t) == "forward":
            case.tally(event.t).direction.backward += 1


def _score_bout(case: Case, start: float, inside: Sequence[Answered]) -> None:
    truth = case.truth
    steps = [row.t for row in truth.contacts if row.t >= start]
    feet = {row.side for row in truth.contacts}
    per_contact = 2 if feet in ({"left"}, {"right"}) else 1
    modes: list[tuple[int, bool]] = []
    directions: list[tuple[int, bool]] = []
    for stride, answer in inside:
        taken = per_contact * sum(t < stride.end for t in steps)
        mode, direction = truth.mode(stride.end), truth.direction(stride.end)
        said_mode = answer.mode if answer else "unknown"
        said_direction = answer.direction if answer else "unknown"
        modes.append((taken, said_mode == mode))
        directions.append((taken, said_direction == direction))
        if taken > STEPS_TO_ANSWER and truth.is_steady(stride.start, stride.end):
            tally = case.tally(stride.end)
            _count(tally.mode, mode, said_mode)
            _count(tally.direction, direction, said_direction)
    end = inside[0][0].end
    _note_first(case.tally(end).mode, truth.mode(end), modes)
    _note_first(case.tally(end).direction, truth.direction(end), directions)


def _score_unseen(case: Case, said: Sequence[Stride]) -> None:
    mode, direction = case.truth.mode(case.middle), case.truth.direction(case.middle)
    tally = case.tally(case.middle)
    _note_first(tally.mode, mode, ((n, s.mode == mode) for n, s in enumerate(said, 2)))
    right = ((n, s.direction == direction) for n, s in enumerate(said, 2))
    _note_first(tally.direction, direction, right)
    for stride in islice(said, STEPS_TO_ANSWER, None):
        _count(tally.mode, mode, stride.mode)
        _count(tally.direction, direction, stride.direction)


def _count(answers: Answers, true: Facing, said: Facing) -> None:
    if true == "unknown":
        return
    answers.right += said == true
    answers.unknown += said == "unknown"
    answers.wrong += said not in {true, "unknown"}


def _note_first(answers: Answers, true: Facing, right: Iterable[tuple[int, bool]]) -> None:
    if true == "unknown":
        return
    first = next((steps for steps, is_right in right if is_right), None)
    if first is None:
        answers.never += 1
    else:
        answers.first.append(first)
