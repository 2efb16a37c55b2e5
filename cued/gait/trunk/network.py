"""Small neural networks that give, every 20 ms, the probability that a foot has just touched.

A network sees the last 2.16 s of the trunk's acceleration, in ever coarser steps the further back.
Its inputs are the vertical, the size of the horizontal, and the component along which contacts
jolt, where that is known; each less its mean and divided by the size of the movement, so that
neither the mounting nor how hard a person treads matters. That size is one more input. The answer
is near 1 where a contact was ``LAG_S`` ago and near 0 elsewhere. The log-odds of five networks
trained from different initial weights are averaged, so that what one learnt by chance does not
count.

The networks keep no rhythm, so they cannot lock on to every second step. Their training included
walks stretched in time up to 2.5 times, so that slow steps are found too. On a belt known to be
slow five others are used, trained also on the shorter steps of slow people: the vertical of those
is so soft that on any other belt people standing would seem to step.

``scripts/train-steps`` made the weights, in ``steps.npy``, from Voisard, Tripod, Mobgap, WeAllWalk
and the Oxford step counter's phones; ``docs/accuracy.md`` has the figures of people left out.

Any split of the same samples gives the same answers to the last bit: samples are summed one after
the other, and every answer is a separate product, with the same shapes for any number of answers.
"""

from __future__ import annotations

from importlib import resources

import numpy as np
from numpy.typing import NDArray

from cued.model import Floats
from cued.signal.orientation import Vector

STEP = 2  # samples from one answer to the next
LAG_S = 0.03  # from a contact to its highest answer, as the networks were trained
WIDTHS = np.array([2] * 8 + [4] * 6 + [8] * 6 + [16] * 8)  # samples each input is the mean of
EDGES = np.concatenate(([0], np.add.accumulate(WIDTHS)))  # where they begin, counted back
REACH = int(EDGES[-1])  # samples the network sees
LEAST = 0.15  # m/s², added to the size of the movement, so that rest is not amplified

# What turns running sums at ``EDGES`` into means between them, less the mean of all.
MEANS = np.diff(-np.eye(EDGES.size), axis=0) / WIDTHS[:, None]
MEANS[:, 0] -= 1.0 / REACH
MEANS[:, -1] += 1.0 / REACH
SHARES = WIDTHS[:, None] / REACH

SHAPES = ((85, 48), (48, 24), (24, 1))  # of the layers, input first

Layers = list[tuple[Floats, Floats]]


def layers_of(nets: Floats) -> Layers:
    """Return the matrices and biases of each layer, in order, stacked over the networks."""
    found: Layers = []
    for rows, columns in SHAPES:
        weight, bias, nets = np.split(nets, [rows * columns, (rows + 1) * columns], axis=1)
        found.append((weight.reshape(-1, rows, columns), bias.reshape(-1, 1, columns)))
    return found


# Thousandths; axes are belt (usual, slow), network, weight.
with resources.files("cued.gait.trunk").joinpath("steps.npy").open("rb") as _file:
    LAYERS, SLOW_LAYERS = (layers_of(nets) for nets in np.load(_file) / 1000.0)


class StepNetwork:
    """Runs the networks on the samples of one trunk sensor."""

    def __init__(self) -> None:
        self._sums: Floats = np.empty((0, 3))  # running sums of acceleration, ``REACH`` and a block

    def feed(self, acc: Floats) -> None:
        """Add a block, (n, 3) in sensor axes, which ``look`` then judges piece by piece."""
        if not self._sums.size:
            self._sums = np.add.accumulate(np.repeat(acc[:1], REACH, axis=0), axis=0)
        known = self._sums[-REACH:]
        grown = np.add.accumulate(np.concatenate((known[-1:], acc)), axis=0)
        self._sums = np.concatenate((known, grown[1:]))

    def look(
        self, k: int, start: int, stop: int, up: Vector, along: Vector, *, slow: bool = False
    ) -> list[tuple[int, float]]:
        """Judge samples ``start`` to ``stop``; return (grid sample, answer) every ``STEP``.

        k : grid sample of ``start``.  up, along : the vertical, and the horizontal direction in
        which contacts jolt, or zeros; they hold for the whole piece, which lies within one slot.
        """
        at = np.arange(start + -k % STEP, stop, STEP)
        if not at.size:
            return []
        x = self._inputs(at, up, along)[:, None, None]  # (n, networks, 1, inputs)
        layers = SLOW_LAYERS if slow else LAYERS
        for weight, bias in layers[:-1]:
            x = np.maximum(x @ weight + bias, 0.0)
        weight, bias = layers[-1]
        odds = np.add.accumulate(x @ weight + bias, axis=1)[:, -1] / len(weight)
        answers = 1.0 / (1.0 + np.exp(-odds))
        return list(zip((at + (k - start)).tolist(), answers.ravel().tolist(), strict=True))

    def _inputs(self, at: NDArray[np.int64], up: Vector, along: Vector) -> Floats:
        x = MEANS @ self._sums[REACH + at[:, None] - EDGES]  # (n, inputs, 3)
        shown = x @ np.array((up, along)).T
        vertical, jolt = shown[..., 0], shown[..., 1]
        x *= x
        squares = x[..., 0] + x[..., 1] + x[..., 2]
        level = np.sqrt(np.maximum(squares - vertical * vertical, 0.0))
        size = np.sqrt(squares[:, None] @ SHARES)[:, 0] + LEAST
        out = np.concatenate((vertical, level, jolt, np.log(size)), axis=1)
        out[:, :-1] /= size
        return out
