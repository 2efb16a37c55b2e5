"""Falls: reported on the way down, confirmed afterwards, and no false ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued.gait.finding import Disturbance
from cued.gait.trunk.falls import Falls
from cued.model import Block
from tests.gait.blocks import part, split
from tests.gait.moves import HARMLESS, Move, falling, jogging, recorded, truth, walking
from tests.gait.trunk_walker import rotation

AT, IMPACT = 8.0, 8.6


def found(blocks: Sequence[Block]) -> list[Disturbance]:
    falls = Falls("s")
    return [finding for block in blocks for finding in falls.feed(block)]


def kinds(findings: list[Disturbance]) -> list[str]:
    return [finding.kind for finding in findings]


@pytest.mark.parametrize("angle", [1.5, -1.5], ids=["forward", "backward"])
def test_a_fall_is_possible_before_the_impact_and_confirmed_within_two_seconds(angle):
    possible, confirmed = found([falling(AT, angle).block()])
    assert possible.kind == "possible_fall"
    assert AT < possible.t <= IMPACT - 0.2
    assert possible.score >= 1.0
    assert set(possible.because) == {"lean_deg", "sinking_m_s", "sag_m"}
    because = possible.because
    without = min(because["lean_deg"] - 5.0, 26.0) / 40.0 + because["sag_m"] / 0.32
    assert without < possible.score <= without + because["sinking_m_s"] / 2.55
    assert confirmed.kind == "confirmed_fall"
    assert confirmed.t == pytest.approx(IMPACT, abs=0.06)
    assert confirmed.at - confirmed.t <= 2.0
    assert confirmed.because["impact_g"] == pytest.approx(2.5 * confirmed.score)
    assert 3.0 < confirmed.because["impact_g"] < 12.0
    assert confirmed.because["lean_deg"] > 40.0


@pytest.mark.parametrize("what", HARMLESS)
def test_no_fall_is_seen_in(what):
    assert found([HARMLESS[what]().block()]) == []


def test_a_fall_while_jogging_is_seen():
    move = jogging(8.0).then(falling(0.0))
    assert kinds(found([move.block()])) == ["possible_fall", "confirmed_fall"]


def test_a_fall_that_was_caught_is_only_possible():
    move = falling(AT).tip(IMPACT + 0.1, IMPACT + 0.6, 0.0)
    assert kinds(found([move.block()])) == ["possible_fall"]


def test_without_a_gyroscope_a_fall_is_only_confirmed():
    findings = found([falling(AT).block(gyro=False)])
    assert kinds(findings) == ["confirmed_fall"]
    assert findings[0].at <= IMPACT + 2.05


def test_a_softer_impact_confirms_only_a_fall_that_was_seen_coming():
    move = Move(IMPACT + 5.0).bounce(0, AT, 1.9, 0.04).tip(AT, IMPACT, 1.5)
    move.accelerate(AT, IMPACT, -4.0).accelerate(IMPACT, IMPACT + 0.05, 11.0)  # 2.1 g
    assert kinds(found([move.block()])) == ["possible_fall", "confirmed_fall"]
    assert kinds(found([move.block(gyro=False)])) == []


def test_lying_down_slowly_is_no_fall_however_long_it_lasts():
    move = Move(40.0).bounce(0, AT, 1.9, 0.04).tip(AT, AT + 4.0, 1.5)
    assert found([move.block()]) == []


def test_a_person_who_stays_down_is_reported_once():
    move = falling(AT)
    rest = Move(60.0)
    rest.pitch[:] = move.pitch[-1]
    assert kinds(found([move.then(rest).block()])) == ["possible_fall", "confirmed_fall"]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_mounting_does_not_matter(seed):
    turned = falling(AT).block(mounting=rotation(seed))
    straight = found([falling(AT).block()])
    findings = found([turned])
    assert kinds(findings) == kinds(straight)
    assert [f.at for f in findings] == pytest.approx([f.at for f in straight], abs=0.02)


def test_a_gap_resets_it_and_no_fall_is_possible_for_three_seconds():
    block = falling(2.0).block()
    assert kinds(found([block])) == ["confirmed_fall"]
    walk = walking(20.0).block()
    later = msgspec.structs.replace(block, t=block.t + 40.0)
    assert kinds(found([walk, later])) == ["confirmed_fall"]


def test_bad_samples_raise_no_alarm():
    block = falling(AT).block()
    doubtful = block.t > AT - 0.2
    assert found([msgspec.structs.replace(block, ok=~doubtful)]) == []


Hang = tuple[tuple[float, ...] | None, float, tuple[float, ...] | None, float]
BROKEN: dict[str, Hang] = {  # values, None for the last ones, and noise
    "noise about nothing": ((0.0, 0.0, 0.0), 0.05, (0.0, 0.0, 0.0), 0.01),
    "acceleration at the end of its range": ((0.0, 0.0, 157.0), 0.05, None, 0.01),
    "a small range in the wrong direction": ((20.0, 20.0, -20.0), 0.05, None, 0.01),
    "a turn rate at the end of its range": ((0.0, 0.0, 9.8), 0.05, (35.0, 35.0, 35.0), 0.01),
    "noise over the whole range": ((0.0, 0.0, 0.0), 90.0, (0.0, 0.0, 0.0), 20.0),
}


def hanging(block: Block, how: Hang, from_s: float, for_s: float) -> Block:
    """Return the samples of a sensor that breaks for a time."""
    acc_at, acc_noise, gyr_at, gyr_noise = how
    there = (block.t >= from_s) & (block.t < from_s + for_s)
    first, rng = int(np.argmax(there)), np.random.default_rng(1)
    acc, gyr = block.acc.copy(), block.gyr.copy()
    for x, at, noise in ((acc, acc_at, acc_noise), (gyr, gyr_at, gyr_noise)):
        x[there] = (x[first] if at is None else at) + rng.normal(0.0, noise, (there.sum(), 3))
    return msgspec.structs.replace(block, acc=acc, gyr=gyr)


@pytest.mark.parametrize("for_s", [1.0, 4.0])
@pytest.mark.parametrize("what", BROKEN)
def test_no_fall_is_seen_in_what_no_body_does(what, for_s):
    for start in (8.1, 8.35):
        assert found([hanging(walking(18.0).block(), BROKEN[what], start, for_s)]) == []


@pytest.mark.parametrize("noise", [0.05, 1.0])
def test_noise_about_the_last_value_is_seldom_a_fall(noise):
    how, block = (None, noise, None, noise / 5), walking(14.0).block()
    reported = [
        found([hanging(block, how, start, for_s)])
        for start in np.arange(8.0, 8.5, 0.05)
        for for_s in (0.5, 2.0)
    ]
    assert sum(map(bool, reported)) <= 4  # in 20


@pytest.mark.parametrize("what", BROKEN)
def test_a_fall_some_seconds_after_the_sensor_recovered_is_seen(what):
    findings = found([hanging(falling(20.0).block(), BROKEN[what], 8.2, 2.0)])
    assert kinds(findings) == ["possible_fall", "confirmed_fall"]


@pytest.mark.parametrize("what", BROKEN)
def test_any_split_of_what_no_body_does_gives_the_same_findings(what):
    block, pieces = hanging(falling(20.0).block(), BROKEN[what], 8.2, 2.0), Falls("s")
    whole = found([block])
    assert [f for one in split(block, range(0, 2600, 7)) for f in pieces.feed(one)] == whole


def test_single_spikes_while_walking_are_no_fall():
    block = walking(20.0).block()
    acc, gyr = block.acc.copy(), block.gyr.copy()
    acc[1000], acc[1300] = (90.0, -90.0, -120.0), (-100.0, 0.0, -100.0)
    gyr[1000], gyr[1300] = (30.0, 0.0, -30.0), (0.0, 35.0, 0.0)
    assert found([msgspec.structs.replace(block, acc=acc, gyr=gyr)]) == []


def lost(block: Block, every_s: float) -> Block:
    """Replace 0.2 s in every ``every_s`` by straight lines, as the grid does in holes."""
    good = block.t % every_s > 0.2
    acc, gyr = (
        np.stack([np.interp(block.t, block.t[good], c[good]) for c in x.T], axis=1)
        for x in (block.acc, block.gyr)
    )
    return msgspec.structs.replace(block, acc=acc, gyr=gyr, ok=good)


@pytest.mark.data
def test_jogging_with_lost_packets_hardly_ever_looks_like_a_fall(more: Path):
    reported = [
        finding
        for folder in sorted(more.glob("jog/*"))
        for every_s in (3.1, 4.7, 6.3)
        for finding in found([lost(part(recorded(folder)[0], 0, 4000), every_s)])
    ]
    assert "confirmed_fall" not in kinds(reported)
    assert len(reported) <= 3  # in 18 minutes


def test_a_sensor_that_hangs_askew_at_first_is_no_fall():
    block = walking(20.0).block()
    acc = block.acc.copy()
    acc[:90] = (0.0, 0.0, 9.8)
    acc[90:95] = (20.0, 0.0, 20.0)  # pushed into its pouch, where it hangs askew for a while
    acc[95:250] = (9.8, 0.0, 0.1)
    assert found([msgspec.structs.replace(block, acc=acc, gyr=None)]) == []


@pytest.mark.data
def test_a_phone_that_settles_in_its_pouch_or_pocket_is_no_fall(more: Path):
    for folder in sorted(more.glob("phones/oxford-*")):
        assert kinds(found(recorded(folder))) == [], folder.name


def test_an_empty_block_changes_nothing():
    block = walking(5.0).block()
    assert found([block, part(block, 500)]) == []


@pytest.mark.data
def test_recorded_falls_are_confirmed_and_possible_before_the_peak(data: Path):
    confirmed, leads = [], []
    for folder in sorted((data / "falls").glob("fall-*")):
        peak = truth(folder, "fall_peak")
        findings = found(recorded(folder))
        confirmed.append("confirmed_fall" in kinds(findings))
        before = [f.at for f in findings if f.kind == "possible_fall" and f.at < peak]
        leads.append(peak - before[0] if before else 0.0)
    assert len(leads) >= 50
    assert np.mean(confirmed) >= 0.98
    assert np.mean(np.array(leads) > 0) >= 0.90
    assert np.median(leads) >= 0.250


@pytest.mark.data
def test_no_fall_is_seen_in_recordings_without_one(data: Path):
    folders = [
        folder
        for group in ("falls", "treadmill_walk_forward", "treadmill_run", "overground_walk")
        for folder in sorted((data / group).iterdir())
        if not folder.name.startswith(("fall-", "gottlieb")) and folder.is_dir()
    ]
    folders += sorted((data / "mocap_virtual").glob("bandai-*"))
    assert len(folders) > 100
    assert {f.name: kinds(found(recorded(f))) for f in folders if found(recorded(f))} == {}


@pytest.mark.data
@pytest.mark.parametrize("within_s", [0.3, 1.0])
def test_a_sensor_that_slips_while_jogging_is_no_fall(more: Path, within_s: float):
    for folder in sorted(more.glob("*/*d03-*")):
        block = part(recorded(folder)[0], 0, 1600)
        a = np.clip((block.t - 12.0) / within_s, 0.0, 1.0) * 1.2
        c, s, o, i = np.cos(a), np.sin(a), np.zeros_like(a), np.ones_like(a)
        turn = np.stack((c, o, s, o, i, o, -s, o, c), axis=1).reshape(-1, 3, 3)
        acc, gyr = (np.einsum("nij,nj->ni", turn, x) for x in (block.acc, block.gyr))
        gyr[:, 1] -= np.gradient(a, block.t)
        assert found([msgspec.structs.replace(block, acc=acc, gyr=gyr)]) == [], folder.name
