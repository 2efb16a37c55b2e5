"""Mixing, sample by sample: one voice, its fate, and ticks beneath it."""

from __future__ import annotations

import numpy as np

from cued.actuators._mixer import FADE_S, Heard, Mixer
from cued.actuators._wav import FULL_SCALE, RATE, Samples

FADE = round(FADE_S * RATE)


def full(samples: int) -> Samples:
    return np.full(samples, FULL_SCALE, dtype=np.int16)


def mixer(volume: float = 1.0) -> tuple[Mixer, list[Heard]]:
    said: list[Heard] = []
    return Mixer(volume, lambda: 0.0, said.append), said


def filled(one: Mixer, samples: int) -> list[float]:
    block = np.full(samples, 9.0, dtype=np.float32)
    one.fill(block)
    return [round(float(v), 4) for v in block]


def fates(said: list[Heard]) -> list[tuple[int, str, int]]:
    return [(h.key, h.fate, h.frame) for h in said]


def test_a_sound_begins_with_the_next_sample_and_ends_in_silence() -> None:
    one, said = mixer(volume=0.5)
    assert one.idle
    assert filled(one, 2) == [0.0, 0.0]
    one.play(1, full(3))
    assert not one.idle
    assert filled(one, 5) == [0.5, 0.5, 0.5, 0.0, 0.0]
    assert fates(said) == [(1, "begun", 2), (1, "finished", 5)]
    assert one.idle


def test_a_new_sound_waits_only_for_the_fade_of_the_old_one() -> None:
    one, said = mixer()
    one.play(1, full(RATE))
    filled(one, 10)
    one.play(2, full(5))
    out = filled(one, FADE + 6)
    assert out[0] == 1.0
    assert out[:FADE] == sorted(out[:FADE], reverse=True)
    assert out[FADE - 1] < 0.02
    assert out[FADE:] == [1.0] * 5 + [0.0]
    assert fates(said)[1:] == [
        (1, "cut", 10 + FADE), (2, "begun", 10 + FADE), (2, "finished", 15 + FADE),
    ]  # fmt: skip


def test_an_order_replaced_before_its_first_sample_is_unheard() -> None:
    one, said = mixer()
    one.play(1, full(4))
    one.play(2, full(4))
    filled(one, 4)
    assert fates(said) == [(1, "unheard", 0), (2, "begun", 0), (2, "finished", 4)]


def test_ticks_come_at_their_sample_and_die_away_if_they_fade() -> None:
    for fades, levels in ((False, (1.0, 1.0, 1.0)), (True, (1.0, 0.6667, 0.3333))):
        one, _ = mixer()
        one.beat(full(1), 60.0 * RATE / 10, 30 / RATE, fades=fades)  # one in ten samples
        out = filled(one, 15) + filled(one, 25)
        assert {at: v for at, v in enumerate(out) if v} == dict(
            zip((0, 10, 20), levels, strict=True)
        )
        assert one.idle


def test_what_is_too_loud_together_is_limited_to_full_scale() -> None:
    one, _ = mixer()
    one.play(1, full(4))
    one.beat(full(2), 60.0, 1.0, fades=False)
    assert filled(one, 4) == [1.0] * 4


def test_stopping_ends_ticks_at_once_and_the_voice_after_its_fade() -> None:
    one, said = mixer()
    one.play(1, full(RATE))
    one.beat(full(1), 60.0 * RATE / 10, 1.0, fades=False)
    filled(one, 5)
    one.stop()
    filled(one, FADE + 1)
    assert one.idle
    assert [h.fate for h in said] == ["begun", "cut"]
