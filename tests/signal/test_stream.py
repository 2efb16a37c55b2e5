"""One sensor's packets into blocks: which samples are marked, and what starts a block afresh."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cued.model import Block, Packet
from cued.signal.stream import Quality, Stream

DELAY_S = 0.03


def counted(rate_hz: float, start: float, seconds: float) -> list[Packet]:
    """Return packets of a sensor without a clock; x is each sample's true time."""
    out = []
    for k in range(0, round(seconds * rate_hz), 5):
        t = start + np.arange(k + 1, k + 6) / rate_hz
        acc = np.stack((t, np.full(5, 1e-3) * (k % 2), np.full(5, 9.8)), axis=1)
        out.append(Packet(t[-1] + DELAY_S, "s", None, acc, None, rate_hz))
    return out


@pytest.mark.parametrize(("first", "then"), [(100.0, 50.0), (30.0, 50.0)])
def test_a_sensor_that_returns_at_another_rate_is_neither_late_nor_early(first, then):
    stream = Stream("s", "lower_back", None)
    for packet in counted(first, 10.0, 5.0):
        stream.feed(packet)
    blocks = []
    for packet in counted(then, 17.0, 20.0):
        blocks += stream.feed(packet)
        assert stream.lag_s < 0.1
    assert [b.fresh for b in blocks] == [True] + [False] * (len(blocks) - 1)
    late = np.concatenate([b.t - b.acc[:, 0] for b in blocks])
    assert np.abs(late - DELAY_S).max() < 0.05
    assert (np.diff(np.concatenate([b.t for b in blocks])) > 0).all()


@pytest.mark.parametrize(("first", "then"), [(100.0, 50.0), (50.0, 100.0)])
def test_a_sensor_that_changes_its_rate_by_itself_starts_afresh_with_true_times(first, then):
    stream = Stream("s", "lower_back", None)
    before = [b for p in counted(first, 10.0, 10.0) for b in stream.feed(p)]
    changed, after = [], []
    for one in counted(then, 20.0, 20.0):
        blocks = stream.feed(replace(one, rate_hz=first))
        changed += [one.t] if stream.changed else []
        after += blocks
        assert stream.lag_s < 0.7
    (at,) = changed
    assert at < 22.0
    assert [b.fresh for b in before] == [True] + [False] * (len(before) - 1)
    (again,) = [i for i, b in enumerate(after) if b.fresh]
    late = np.concatenate([b.t - b.acc[:, 0] for b in after[again + 1 :]])
    assert np.abs(late - DELAY_S).max() < 0.02
    assert all(b.ok.all() for b in after[again + 1 :])
    assert (np.diff(np.concatenate([b.t for b in [*before, *after]])) > 0).all()


def packet(start: int, n: int, turns: bool = True) -> Packet:
    """Return samples from ``start`` on at 100 Hz, whose forward value is their number."""
    numbers = np.arange(start, start + n, dtype=float)
    acc = np.stack((numbers, numbers % 2, np.full(n, 9.8)), axis=1)
    gyr = np.tile((0.1, 0.2, 0.3), (n, 1)) if turns else None
    return Packet(numbers[-1] / 100, "s", numbers / 100, acc, gyr, 100.0, synced=True)


def fed(stream: Stream, *packets: Packet) -> list[Block]:
    return [block for one in packets for block in stream.feed(one)]


def test_a_known_mounting_turns_samples_into_the_bodys_axes():
    """The sensor's x is the body's left, and its y the body's back."""
    turned = ((0.0, -1.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    (block,) = fed(Stream("s", "waist", turned), packet(0, 50))
    assert (block.sensor, block.placement, block.oriented) == ("s", "waist", True)
    assert block.acc[10] == pytest.approx((0.0, 10.0, 9.8))
    assert block.gyr is not None
    assert block.gyr[10] == pytest.approx((-0.2, 0.1, 0.3))


def test_without_a_mounting_the_axes_are_the_sensors_own():
    (block,) = fed(Stream("s", "waist", None), packet(0, 50))
    assert not block.oriented
    assert block.acc[10] == pytest.approx((10.0, 0.0, 9.8))


def test_samples_that_are_not_numbers_are_a_hole_and_a_packet_of_them_is_not_usable():
    stream = Stream("s", "waist", None)
    broken = packet(50, 20)
    broken.acc[:, 1] = np.nan
    before = fed(stream, packet(0, 50))
    assert stream.usable
    blocks = [*before, *fed(stream, broken)]
    assert not stream.usable
    blocks += fed(stream, packet(70, 30))
    t, ok = (np.concatenate([getattr(b, name) for b in blocks]) for name in ("t", "ok"))
    assert np.diff(t) == pytest.approx(0.01)
    assert np.isfinite(np.concatenate([b.acc for b in blocks])).all()
    assert not ok[(t > 0.515) & (t < 0.685)].any()
    assert ok[(t < 0.485) | (t > 0.715)].all()


def test_an_empty_packet_gives_nothing():
    stream = Stream("s", "waist", None)
    empty = Packet(1.0, "s", np.empty(0), np.empty((0, 3)), None, 100.0, synced=True)
    assert (fed(stream, empty), stream.usable, stream.lag_s) == ([], False, 0.0)


def test_a_gyroscope_that_goes_or_blocks_that_were_not_used_start_afresh():
    stream = Stream("s", "waist", None)
    assert [b.fresh for b in fed(stream, packet(0, 50), packet(50, 50))] == [True, False]
    without = fed(stream, packet(100, 50, turns=False))
    assert [(b.fresh, b.gyr) for b in without] == [(True, None)]
    stream.forget()
    assert [b.fresh for b in fed(stream, packet(150, 50, turns=False))] == [True]


def lively(n):
    return np.random.default_rng(0).normal(0, 3, (n, 3))


def test_moving_samples_are_good():
    assert Quality(100.0).feed(lively(500)).all()


def test_a_clipped_peak_is_marked_from_its_third_sample():
    acc = lively(50)
    acc[20:25, 2] = 19.6
    ok = Quality(100.0).feed(acc)
    assert not ok[22:25].any()
    assert ok[:22].all()
    assert ok[25:].all()


def test_a_frozen_sensor_is_marked_after_a_fifth_of_a_second():
    acc = lively(100)
    acc[40:] = acc[40]
    ok = Quality(100.0).feed(acc)
    assert ok[:59].all()
    assert not ok[60:].any()


def still(turn: float, flicker: float) -> np.ndarray:
    """Return two seconds of a coarse accelerometer at rest, and of a gyroscope."""
    x = np.tile((0.0, 0.0, 9.81, turn, 0.0, 0.0), (200, 1))
    x[:, 4] += flicker * np.random.default_rng(1).integers(0, 2, 200)
    return x


@pytest.mark.parametrize(
    ("turn", "flicker", "good"),
    [(0.02, 0.001, True), (0.02, 0.0, False), (1.0, 0.001, False)],
    ids=["on a table", "hangs", "turns without a change of acceleration"],
)
def test_a_coarse_sensor_at_rest_is_told_from_a_frozen_one_by_its_gyroscope(turn, flicker, good):
    x = still(turn, flicker)
    ok = Quality(100.0).feed(x)
    assert ok[20:].all() if good else not ok[20:].any()
    pieces = Quality(100.0)
    assert (np.concatenate([pieces.feed(x[i : i + 7]) for i in range(0, 200, 7)]) == ok).all()


def test_one_frozen_axis_is_not_marked():
    acc = lively(200)
    acc[:, 1] = 0.0  # some recordings have no lateral axis
    assert Quality(100.0).feed(acc).all()


@given(cuts=st.lists(st.integers(1, 119), max_size=20))
def test_any_split_gives_the_same_marks(cuts):
    acc = lively(120)
    acc[30:60] = acc[30]
    acc[80:84, 0] = -25.0
    whole = Quality(100.0).feed(acc)
    quality = Quality(100.0)
    edges = [0, *sorted(set(cuts)), 120]
    split = np.concatenate([quality.feed(acc[a:b]) for a, b in pairwise(edges)])
    np.testing.assert_array_equal(whole, split)
