"""Up vector and lean, for movements with known angles."""

from __future__ import annotations

import copy

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued.model import Block
from cued.signal.tilt import Tilt
from tests.gait.blocks import part, split
from tests.gait.moves import Move, jogging, walking


def followed(blocks: list[Block]) -> tuple[np.ndarray, np.ndarray]:
    tilt = Tilt()
    pieces = [tilt.feed(block.acc, block.gyr) for block in blocks]
    return np.vstack([up for up, _ in pieces]), np.concatenate([lean for _, lean in pieces])


def up_of(move: Move) -> np.ndarray:
    return np.stack((-np.sin(move.pitch), 0 * move.pitch, np.cos(move.pitch)), axis=1)


def error_deg(move: Move, up: np.ndarray) -> np.ndarray:
    return np.degrees(np.arccos(np.clip((up * up_of(move)).sum(axis=1), -1, 1)))


@pytest.mark.parametrize("angle", [0.3, 1.0, -1.5])
def test_a_quick_bow_is_followed_within_two_degrees(angle):
    move = Move(12.0).tip(8, 8.6, angle).tip(9.5, 10, 0.0)
    up, lean = followed([move.block()])
    assert error_deg(move, up)[400:].max() < 2.0
    assert np.degrees(lean[860]) == pytest.approx(np.degrees(abs(angle)), abs=5.0)


@pytest.mark.parametrize("gait", [walking, jogging])
def test_steps_do_not_tilt_the_up_vector(gait):
    move = gait(30.0)
    up, lean = followed([move.block()])
    assert error_deg(move, up)[300:].max() < 4.0
    assert np.degrees(lean[300:].max()) < 5.0


def test_the_offset_of_a_cheap_gyroscope_is_learnt():
    move = walking(90.0)
    block = move.block()
    assert block.gyr is not None
    biased = msgspec.structs.replace(block, gyr=block.gyr + np.radians([5.0, -4.0, 3.0]))
    error = error_deg(move, followed([biased])[0])
    assert error[6000:].max() < 4.0


def test_without_a_gyroscope_a_body_at_rest_is_known():
    move = Move(12.0).tip(6, 6.5, 1.4)
    up, _ = followed([move.block(gyro=False)])
    assert error_deg(move, up)[850:].max() < 2.0


def test_a_sensor_that_measures_only_zeros_gives_numbers():
    tilt = Tilt()
    up, lean = tilt.feed(np.zeros((50, 3)), np.zeros((50, 3)))
    assert np.isfinite(up).all()
    assert np.isfinite(lean).all()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 600), max_size=30), st.booleans())
def test_any_split_gives_identical_results(cuts, gyro):
    block = walking(6.0).tip(2, 3, 1.0).block(gyro=gyro)
    whole, pieces = followed([block]), followed(split(block, cuts))
    assert (whole[0] == pieces[0]).all()
    assert (whole[1] == pieces[1]).all()


def test_a_copy_continues_identically():
    block = walking(6.0).block()
    ours = Tilt()
    ours.feed(block.acc[:250], block.gyr[:250] if block.gyr is not None else None)
    twin = copy.deepcopy(ours)
    rest = part(block, 250)
    for a, b in zip(ours.feed(rest.acc, rest.gyr), twin.feed(rest.acc, rest.gyr), strict=True):
        assert a == b
