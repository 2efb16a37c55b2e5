"""The network's answers depend on the samples, not on their split or the sensor's mounting."""

from __future__ import annotations

import numpy as np
import pytest

from cued.gait.trunk import network
from cued.gait.trunk.network import LAG_S, REACH, StepNetwork
from tests.gait import trunk_walker as walker

RNG = np.random.default_rng(1)
T = np.arange(4 * REACH) * 0.01
ACC = np.stack(
    (np.sin(12 * T), 0.5 * np.sin(6 * T), 9.8 + 2 * np.cos(12 * T)), axis=1
) + 0.1 * RNG.normal(size=(T.size, 3))
UP, ALONG = (0.0, 0.0, 1.0), (-1.0, 0.0, 0.0)


def answers(acc: np.ndarray, split: int, up=UP, along=ALONG) -> dict[int, float]:
    network, out = StepNetwork(), {}
    for k in range(0, len(acc), split):
        part = acc[k : k + split]
        network.feed(part)
        out.update(network.look(k, 0, len(part), up, along))
    return out


def test_any_split_gives_the_same_answers_at_every_second_sample():
    whole = answers(ACC, len(ACC))
    assert sorted(whole) == list(range(0, len(ACC), 2))
    for split in (1, 7, 50):
        parts = answers(ACC, split)
        assert parts.keys() == whole.keys()
        assert [parts[k] for k in whole] == pytest.approx(list(whole.values()), abs=1e-9)


def test_a_turned_sensor_gives_the_same_answers():
    turn = np.array(((0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)))
    turned = answers(ACC @ turn.T, 50, tuple(turn @ UP), tuple(turn @ ALONG))
    assert turned == pytest.approx(answers(ACC, 50), abs=1e-9)


def test_louder_movement_of_the_same_form_hardly_changes_an_answer():
    def steps(gain: float) -> list[float]:
        loud = (ACC - (0.0, 0.0, 9.8)) * gain + (0.0, 0.0, 9.8)
        return list(answers(loud, 50).values())[REACH:]

    assert np.corrcoef(steps(1.0), steps(1.3))[0, 1] > 0.9
    assert all(0.0 <= a <= 1.0 for a in steps(1.0))


def test_several_networks_give_the_mean_of_their_log_odds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def odds(layers: list) -> np.ndarray:
        monkeypatch.setattr(network, "LAYERS", layers)
        answered = np.array(list(answers(ACC, 50).values()))
        return np.log(answered / (1.0 - answered))

    together = network.LAYERS
    nets = len(together[0][0])
    alone = [[(w[i : i + 1], b[i : i + 1]) for w, b in together] for i in range(nets)]
    assert nets > 1
    assert odds(together) == pytest.approx(np.mean([odds(one) for one in alone], axis=0), abs=1e-6)


def test_answers_are_highest_thirty_milliseconds_after_a_contact():
    acc, _, contacts = walker.walking(8.0)
    given = answers(acc, 50, along=(1.0, 0.0, 0.0))
    for contact in contacts[(contacts > 3.0) & (contacts < 7.0)]:
        near = {k: given[k] for k in given if abs(k / 100 - contact - LAG_S) < 0.25}
        highest = max(near, key=near.__getitem__)
        assert near[highest] > 0.3
        assert highest / 100 == pytest.approx(contact + LAG_S, abs=0.07)
        assert min(near.values()) < 0.1
