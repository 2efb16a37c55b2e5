"""Outputs without a card: a file on the clock of the cues, and one that only keeps time."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from cued.actuators import _wav
from cued.actuators._mixer import Mixer
from cued.actuators._outputs import BLOCK, FileOutput, NullOutput, SoundMissing
from cued.actuators._wav import FULL_SCALE, RATE


def mixer() -> Mixer:
    return Mixer(1.0, lambda: 0.0, lambda _heard: None)


def test_a_file_holds_whole_blocks_up_to_the_time_and_the_sound_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    out, mixed = FileOutput(path), mixer()
    out.open(mixed)
    out.advance(50.0)
    out.advance(51.0)
    assert mixed.frame == 200 * BLOCK  # 44,100 samples are 200.45 blocks of 220
    assert out.now() == pytest.approx(50.0 + 44_000 / 44_100)
    mixed.play(1, np.full(3 * BLOCK, FULL_SCALE, dtype=np.int16))
    out.close()
    sound, rate = _wav.read(path)
    assert rate == RATE
    assert np.flatnonzero(sound).tolist() == list(range(200 * BLOCK, 203 * BLOCK))
    assert not out.alive()


def test_without_a_path_only_time_passes() -> None:
    out, mixed = FileOutput(None), mixer()
    assert out.now() == 0.0
    out.open(mixed)
    out.advance(0.0)
    out.advance(0.1)
    assert (mixed.frame, out.alive(), out.underruns()) == (20 * BLOCK, True, 0)
    out.close()


def test_a_file_that_cannot_be_written_is_missing_sound(tmp_path: Path) -> None:
    with pytest.raises(SoundMissing, match=r"none/out\.wav: No such file or directory"):
        FileOutput(tmp_path / "none" / "out.wav").open(mixer())


def test_a_stand_in_takes_samples_until_it_is_closed() -> None:
    taken = threading.Event()
    mixed = mixer()
    mixed.fill = lambda _block: taken.set()  # type: ignore[method-assign]
    out = NullOutput()
    assert not out.alive()
    out.open(mixed)
    assert taken.wait(5.0)
    assert out.alive()
    out.close()
    out.close()
    assert not out.alive()
    assert not [t for t in threading.enumerate() if t.name == "null-sound"]
