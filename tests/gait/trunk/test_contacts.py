"""Steps from the network's answers, landings from weight, and ticks of yaw."""

from __future__ import annotations

import numpy as np
import pytest

from cued.gait.trunk.contacts import LAG_S, STEP, Candidate, Scan, Steps, TimedItem
from cued.model import Floats
from cued.signal.grid import DT_S
from tests.gait import trunk_walker as walker

UP, NO_JOLT = (0.0, 0.0, 1.0), (0.0, 0.0, 0.0)


def steps_of(answers: Floats, slow: bool = False) -> list[Candidate]:
    """Return the steps in answers that come every 20 ms."""
    steps = Steps()
    steps.retune(slow=slow)
    given = zip(range(0, STEP * answers.size, STEP), answers.tolist(), strict=True)
    return [c for c in (steps.feed(k, answer) for k, answer in given) if c]


def peaks(*at: tuple[int, float]) -> Floats:
    """Return answers that are 0 but for peaks with these heights."""
    answers = np.zeros(200)
    for i, height in at:
        answers[i - 1 : i + 2] = height / 2, height, height / 2
    return answers


def scanned(acc: Floats, gyr: Floats | None = None) -> list[TimedItem]:
    scan = Scan()
    scan.filter(acc, gyr)
    return scan.look(0, 0, len(acc), UP, NO_JOLT)


def test_a_step_is_a_peak_of_the_answers_less_their_lag() -> None:
    """Answer 50 is at 1.00 s; each is known one answer later."""
    reported = steps_of(peaks((50, 0.8), (78, 0.8)))
    assert [c.t for c in reported] == pytest.approx([0.97, 1.53])
    assert [(c.k, c.at) for c in reported] == [(100, 102), (156, 158)]


def test_a_step_between_two_answers_is_nearer_to_the_higher_one() -> None:
    answers = peaks((50, 0.8))
    answers[51] = 0.6
    (step,) = steps_of(answers)
    assert step.t == pytest.approx(0.97 + 0.02 / 6)


@pytest.mark.parametrize(("height", "found"), [(0.25, 0), (0.35, 1)])
def test_an_unsure_answer_is_no_step(height: float, found: int) -> None:
    assert len(steps_of(peaks((50, height)))) == found


@pytest.mark.parametrize(
    ("i", "height", "found"),
    [(182, 0.9, 0), (190, 0.35, 0), (190, 0.9, 1)],
    ids=["too soon", "early and weak", "early and sure"],
)
def test_before_a_step_is_due_only_a_sure_peak_is_one(i: int, height: float, found: int) -> None:
    """Steps come every 0.6 s here, so one after 0.24 s is no step and one after 0.4 s may be."""
    usual = [(i, 0.9) for i in range(20, 171, 30)]
    assert len(steps_of(peaks(*usual, (i, height)))) == 6 + found


def test_on_a_slow_belt_a_precursor_of_a_step_is_not_counted() -> None:
    true, k = np.arange(1.0, 7.0), np.arange(0, 700, STEP)
    after = k[:, None] * DT_S - LAG_S - true
    hints = 0.25 * np.exp(-(((after + 0.1) / 0.02) ** 2))
    answers = np.sum(0.8 * np.exp(-((after / 0.06) ** 2)) + hints, axis=1)
    assert [c.t for c in steps_of(answers, slow=True)] == pytest.approx(true, abs=0.03)


def test_the_network_is_not_asked_while_no_step_is_possible() -> None:
    steps = Steps()
    assert steps.next_k < 0
    for k, answer in ((0, 0.0), (98, 0.4), (100, 0.8), (102, 0.4)):
        steps.feed(k, answer)
    assert 0.97 + 0.22 < steps.next_k * DT_S < 0.97 + 0.55


def weight(*of: tuple[float, int]) -> Floats:
    acc = np.zeros((sum(n for _, n in of), 3))
    acc[:, 2] = np.concatenate([np.full(n, felt) for felt, n in of])
    return acc


def runs(acc: Floats) -> list[Candidate]:
    found = [item.candidate for item in scanned(acc)]
    return [candidate for candidate in found if candidate and candidate.kind == "run"]


def test_a_landing_is_where_weight_is_felt_after_flight() -> None:
    landings = runs(weight((15.0, 30), (0.0, 20), (15.0, 30), (0.0, 20), (15.0, 30)))
    assert [c.t for c in landings] == pytest.approx([0.5, 1.0], abs=0.02)
    assert all(0 <= c.at * DT_S - c.t <= 0.037 for c in landings)
    assert all(c.size < 3.5 for c in landings)


def test_weight_that_never_goes_as_in_flight_is_no_landing() -> None:
    assert runs(weight((15.0, 30), (5.0, 20), (15.0, 30))) == []


def test_the_angle_turned_is_reported_every_tenth_of_a_second() -> None:
    gyr = np.zeros((50, 3))
    gyr[:, 2] = 0.5  # rad/s
    found = scanned(weight((walker.G, 50)), gyr)
    assert [item.at for item in found] == [9, 19, 29, 39, 49]
    assert [item.yaw for item in found] == pytest.approx([0.05, 0.1, 0.15, 0.2, 0.25])
