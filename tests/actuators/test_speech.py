"""The voice: clips, tones, the mixer, and cards that come and go."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import struct
import subprocess
import sys
import threading
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued.actuators import _clips, _wav, speech
from cued.actuators._clips import Clips
from cued.actuators._loudness import TARGET_LUFS, loudness, resampled
from cued.actuators._mixer import FADE_S, Heard, Mixer
from cued.actuators._outputs import BLOCK, FileOutput, NullOutput
from cued.actuators._tones import Tone, instead, names, tone
from cued.actuators._wav import RATE
from cued.actuators.voices.voice import VoiceOptions
from cued.coach.voice import phrases
from cued.commands import say
from cued.config import Site
from cued.model import CueDone, Notice, Priority
from tests.helpers.part import cue
from tests.helpers.until import until

needs_espeak = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"
)
ALARMS: tuple[Tone, ...] = ("alarm", "stumble", "unsteady", "lost")


def level(seconds: float, value: int) -> Any:
    """A sound that is recognised sample by sample."""
    return np.full(round(seconds * RATE), value, dtype=np.int16)


def heard_in(path: Path) -> Any:
    with wave.open(str(path)) as wav:
        assert wav.getparams()[:3] == (1, 2, RATE)
        return np.frombuffer(wav.readframes(wav.getnframes()), dtype="<i2")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(cache=str(tmp_path / "cache"), hardware=False)


def keep(site: Site, text: str, clip: Any) -> None:
    """Put a clip in the cache, as if it had been rendered."""
    path = speech.Config().clips_at(site).path(text)
    path.parent.mkdir(parents=True, exist_ok=True)
    _wav.write(clip, path)


# --- tones --------------------------------------------------------------------------------------


def test_no_two_tones_sound_alike() -> None:
    sounds = {n: tone(n).astype(float) for n in names()}
    size = 2 * max(s.size for s in sounds.values())
    spectra = {n: np.fft.rfft(s / np.linalg.norm(s), size) for n, s in sounds.items()}
    for a, b in itertools.combinations(names(), 2):
        alike = np.abs(np.fft.irfft(spectra[a] * spectra[b].conj(), size)).max()
        assert alike < 0.6, (a, b)  # 1 is the same sound, at whatever delay


def onsets(name: Tone) -> list[int]:
    """When a sound begins anew within its first part, in hundredths of a second."""
    sound = np.abs(tone(name)[: round(0.3 * RATE)].astype(float)) / 32767
    size = RATE // 100
    loud = [sound[i : i + size].max() > 0.1 for i in range(0, sound.size, size)]
    return [i for i, on in enumerate(loud) if on and (i == 0 or not loud[i - 1])]


def test_alarm_stumble_and_loss_differ_in_rhythm_in_the_first_300_ms() -> None:
    rhythms = {name: onsets(name) for name in ("alarm", "stumble", "lost")}
    assert [len(r) for r in rhythms.values()] == [2, 3, 1]


def test_words_follow_the_tone_of_a_stumble_within_half_a_second() -> None:
    assert tone("stumble").size / RATE + speech.TONE_TO_WORDS_S < 0.5


@pytest.mark.parametrize("name", names())
def test_most_of_a_tone_lies_where_small_loudspeakers_can_give_it(name: Tone) -> None:
    power = np.abs(np.fft.rfft(tone(name).astype(float))) ** 2
    hz = np.fft.rfftfreq(tone(name).size, 1 / RATE)
    assert power[(hz >= 500) & (hz <= 2500)].sum() > 0.7 * power.sum()


@pytest.mark.parametrize("name", sorted(set(names()) - {"tick"}))
def test_every_tone_is_as_loud_as_words(name: Tone) -> None:
    assert loudness(tone(name) / 32767) == pytest.approx(TARGET_LUFS, abs=0.5)


@pytest.mark.parametrize("name", names())
def test_tones_start_and_end_without_a_click_and_leave_headroom(name: Tone) -> None:
    sound = tone(name).astype(int)
    assert abs(sound[0]) < 300
    assert abs(sound[-1]) < 300
    assert np.abs(sound).max() <= round(0.8 * 32767)


def test_unavailable_words_are_replaced_by_the_same_meaning() -> None:
    assert [instead(p) for p in Priority] == [
        "clip", "clip", "clip", "clip", "limit", "lost", "unsteady", "stumble", "alarm",
    ]  # fmt: skip


# --- loudness -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [44_100, 48_000, 22_050])
def test_a_full_scale_sine_of_997_hz_has_the_loudness_of_bs_1770(rate: int) -> None:
    sine = np.sin(2 * np.pi * 997 * np.arange(3 * rate) / rate)
    assert loudness(sine, rate) == pytest.approx(-3.01, abs=0.05)
    assert loudness(sine / 10, rate) == pytest.approx(-23.01, abs=0.05)
    assert loudness(np.zeros(rate), rate) == float("-inf")


def test_silence_between_words_does_not_count() -> None:
    sine = np.sin(2 * np.pi * 997 * np.arange(2 * RATE) / RATE)
    gapped = np.concatenate([sine, np.zeros(4 * RATE), sine])
    assert loudness(gapped) == pytest.approx(loudness(sine), abs=0.4)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 48_000, 96_000])
def test_a_sound_of_any_rate_keeps_its_pitch_length_and_level(rate: int) -> None:
    t = np.arange(rate) / rate
    out = resampled(0.5 * np.sin(2 * np.pi * 1000 * t), rate)
    assert out.size == pytest.approx(RATE, abs=1)
    due = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(out.size) / RATE)
    assert np.abs(out - due)[RATE // 10 : -RATE // 10].max() < 0.01


@needs_espeak
@pytest.mark.once
@pytest.mark.parametrize("language", phrases.LANGUAGES)
async def test_words_of_every_language_are_equally_loud_and_never_clip(
    language: str, tmp_path: Path
) -> None:
    texts = phrases.load(language).texts()[::25]
    clips = Clips(tmp_path, VoiceOptions(language), "espeak_ng")
    assert set((await rendered(clips, texts)).values()) == {""}
    for text in texts:
        clip = clips.find(text)
        assert clip is not None
        assert loudness(clip / 32767) == pytest.approx(TARGET_LUFS, abs=0.5), text
        assert np.abs(clip.astype(int)).max() <= round(0.8 * 32767) + 1


# --- a coach's own recordings -------------------------------------------------------------------


def own(site: Site, folder: Path, name: str, data: bytes) -> Any:
    """Return how the first wording of "overlong_stride" sounds with a file in the folder."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    clips = speech.Config(clips=str(folder)).clips_at(site)
    text = phrases.load("en").say("overlong_stride", 0)
    clips.load([text])
    return clips.find(text), clips.refused


def wav(rate: int, channels: int, bits: int, tag: int = 1) -> bytes:
    """A quiet second of 440 Hz in any form."""
    sine = 0.05 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    both = np.repeat(sine[:, None], channels, axis=1)
    kinds = {8: "u1", 16: "<i2", 32: "<i4"}
    if tag == 3:
        body = both.astype(f"<f{bits // 8}").tobytes()
    elif bits == 8:
        body = np.round(both * 127 + 128).astype("u1").tobytes()
    elif bits == 24:
        body = np.round(both * 2**31).astype("<i4").view("u1").reshape(-1, 4)[:, 1:].tobytes()
    else:
        body = np.round(both * (2 ** (bits - 1) - 1)).astype(kinds[bits]).tobytes()
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits)
    chunks = b"fmt " + struct.pack("<I", 16) + form + b"LIST" + struct.pack("<I", 3) + b"abc\0"
    chunks += b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


@pytest.mark.parametrize(
    "data",
    [
        wav(16_000, 1, 16),
        wav(48_000, 2, 24),
        wav(44_100, 1, 8),
        wav(22_050, 2, 32),
        wav(48_000, 1, 32, 3),
    ],
)
def test_a_recording_of_any_format_replaces_synthesis_at_equal_loudness(
    data: bytes, site: Site, tmp_path: Path
) -> None:
    clip, refused = own(site, tmp_path / "coach", "overlong_stride-1.wav", data)
    assert refused == []
    assert clip.size / RATE == pytest.approx(1.0, abs=0.05)
    assert loudness(clip / 32767) == pytest.approx(TARGET_LUFS, abs=0.5)


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"not sound at all", wav(16_000, 1, 16)[:60], wav(8_000, 1, 8, 7)]
)
def test_a_recording_that_cannot_be_read_is_named_with_its_reason(
    data: bytes, site: Site, tmp_path: Path
) -> None:
    clip, refused = own(site, tmp_path / "coach", "overlong_stride-1.wav", data)
    assert clip is None
    assert len(refused) == 1
    assert "overlong_stride-1.wav" in refused[0]


@needs_espeak
async def test_the_written_phrase_book_can_be_used_as_recordings(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = ("stumble", "unsteady", "overlong_stride", "belt_at", "praise")
    some = {k: v for k, v in phrases.load("en")._catalogue.phrases.items() if k in few}
    monkeypatch.setattr(phrases, "BLANKS", {"percent": (0.0,), "speed": (2.0, 2.4)})
    monkeypatch.setattr(
        phrases, "load", lambda _: phrases.Phrases(phrases.Catalogue("en", ".", some))
    )
    assert await say.write(tmp_path / "book", speech.Config(), site) == ""
    there = {p.stem for p in (tmp_path / "book").iterdir()}
    words = phrases.load("en").names()
    assert there == set(words)
    assert {"overlong_stride-1", "belt_at-1-2.4"} <= there
    fresh = Site(cache=str(tmp_path / "empty"), hardware=False)
    clips = speech.Config(clips=str(tmp_path / "book")).clips_at(fresh)
    assert clips.load(words.values()) == []


# --- mixer --------------------------------------------------------------------------------------


class Bench:
    """A mixer on a clock that its own samples drive."""

    def __init__(self, volume: float = 1.0) -> None:
        self.heard: list[Heard] = []
        self.mixer = Mixer(volume, lambda: 0.0, self.heard.append)

    def take(self, frames: int, block: int = BLOCK) -> Any:
        out = np.full(frames, np.nan, dtype=np.float32)
        for start in range(0, frames, block):
            self.mixer.fill(out[start : start + block])
        return out

    def fates(self) -> list[tuple[int, str]]:
        return [(h.key, h.fate) for h in self.heard if h.fate != "begun"]


def test_a_sound_is_heard_whole_and_once() -> None:
    bench = Bench()
    bench.mixer.play(1, level(0.1, 16000))
    out = bench.take(RATE)
    assert np.count_nonzero(out) == round(0.1 * RATE)
    assert bench.fates() == [(1, "finished")]
    assert bench.mixer.idle


@given(block=st.integers(1, 3000), seconds=st.floats(0.001, 0.2))
def test_any_block_size_gives_the_same_samples(block: int, seconds: float) -> None:
    outs = []
    for size in (BLOCK, block):
        bench = Bench()
        bench.mixer.play(1, level(seconds, 12345))
        bench.mixer.beat(tone("tick"), 180.0, 9.0, fades=False)
        outs.append(bench.take(RATE // 4, size))
    assert np.array_equal(outs[0], outs[1])


def test_a_new_sound_fades_out_the_old_one_and_then_starts() -> None:
    bench = Bench()
    bench.mixer.play(1, level(1.0, 16000))
    bench.take(10 * BLOCK)
    bench.mixer.play(2, level(0.1, -16000))
    out = bench.take(20 * BLOCK)
    fade = out[out > 0]
    assert fade.size == round(FADE_S * RATE)
    assert np.all(np.diff(fade) <= 0)
    assert out[fade.size] < 0
    assert bench.fates() == [(1, "cut")]


def test_stopping_fades_too_and_leaves_silence() -> None:
    bench = Bench()
    bench.mixer.play(1, level(1.0, 16000))
    bench.take(10 * BLOCK)
    bench.mixer.beat(tone("tick"), 180.0, 9.0, fades=False)
    bench.mixer.stop()
    assert np.count_nonzero(bench.take(RATE)) == round(FADE_S * RATE)
    assert bench.fates() == [(1, "cut")]
    assert bench.mixer.idle


def test_the_tick_sounds_beneath_the_voice_and_neither_clips() -> None:
    voice = tone("alarm")
    alone, both = Bench(), Bench()
    for bench in (alone, both):
        bench.mixer.play(1, voice)
    both.mixer.beat(tone("tick"), 170.0, 9.0, fades=False)
    for _ in range(0, RATE, BLOCK):
        a, b = alone.take(BLOCK), both.take(BLOCK)
        assert np.abs(b).max() < 1.0
        assert np.abs(b - a).max() <= 0.2 + 1e-6
    assert both.fates() == alone.fates()


def test_a_mix_that_is_too_loud_is_limited() -> None:
    bench = Bench()
    bench.mixer.play(1, level(0.1, 32767))
    bench.mixer.beat(tone("tick"), 180.0, 9.0, fades=False)
    assert np.abs(bench.take(RATE // 10)).max() <= 1.0


@pytest.mark.parametrize("spm", [96.0, 171.3, 187.7])
@pytest.mark.parametrize("block", [BLOCK, 1024, 4096])
def test_the_beat_is_exact_to_the_sample(spm: float, block: int) -> None:
    bench = Bench()
    bench.take(1234)
    bench.mixer.beat(tone("tick"), spm, 20.0, fades=False)
    bench.mixer.play(1, level(0.5, 0))  # whatever else is said
    out = bench.take(22 * RATE, block)
    loud = np.flatnonzero(np.abs(out) > 0.02)
    begins = loud[np.flatnonzero(np.diff(loud, prepend=-RATE) > 0.1 * RATE)]
    due = [round(k * 60 / spm * RATE) for k in range(int(20.0 * spm / 60) + 1)]
    assert begins.tolist() == [begins[0] + at for at in due if at < 20 * RATE]
    assert bench.mixer.idle


def test_a_fading_beat_gets_quieter_to_its_end() -> None:
    bench = Bench()
    bench.mixer.beat(tone("tick"), 120.0, 10.0, fades=True)
    out = np.abs(bench.take(11 * RATE))
    peaks = [out[round(k * RATE / 2) : round((k + 0.5) * RATE / 2)].max() for k in range(20)]
    assert peaks == sorted(peaks, reverse=True)
    assert peaks[10] == pytest.approx(peaks[0] / 2, rel=0.01)


def test_an_ended_beat_is_silent() -> None:
    bench = Bench()
    bench.mixer.beat(tone("tick"), 180.0, 9.0, fades=False)
    assert bench.take(RATE).any()
    bench.mixer.end_beat()
    assert not bench.take(RATE).any()
    assert bench.mixer.idle


orders = st.lists(
    st.one_of(
        st.tuples(st.just("play"), st.floats(0.0, 0.05)),
        st.tuples(st.just("stop"), st.just(0.0)),
        st.tuples(st.just("fill"), st.integers(1, 2000)),
    ),
    max_size=40,
)


@given(orders)
def test_every_sound_has_one_outcome_and_no_two_overlap(
    steps: list[tuple[str, float]],
) -> None:
    bench, played = Bench(), 0
    for what, amount in steps:
        if what == "play":
            played += 1
            bench.mixer.play(played, level(amount, 16000))
        elif what == "stop":
            bench.mixer.stop()
        else:
            out = bench.take(int(amount))
            assert np.abs(out).max(initial=0.0) <= 16000 / 32767 + 1e-6
    bench.take(RATE // 4)
    assert sorted(key for key, _ in bench.fates()) == list(range(1, played + 1))
    assert bench.mixer.idle


# --- the voice, through a file ---------------------------------------------------------------


@pytest.mark.alone
async def test_a_safety_cue_interrupts_words_within_20_ms(site: Site, tmp_path: Path) -> None:
    keep(site, "a long sentence", level(2.0, 10000))
    keep(site, "hold the rail", level(0.5, -10000))
    said: list[Any] = []
    output = FileOutput(tmp_path / "heard.wav")
    texts = ["a long sentence", "hold the rail"]
    async with speech.Speech(speech.Config(), site, said.append, output=output, texts=texts) as s:
        s.give(cue("long", "a long sentence", t=100.0))
        s.give(cue("unsteady", "hold the rail", t=100.5, priority=Priority.UNSTEADY))
        s.advance(102.0)
    heard = heard_in(tmp_path / "heard.wav")
    last_of_old = np.flatnonzero(heard > 0)[-1]
    first_of_new = np.flatnonzero(heard < 0)[0]
    assert first_of_new == last_of_old + 1
    assert first_of_new / RATE - 0.5 <= 0.020
    assert np.count_nonzero(heard < 0) == round(0.5 * RATE)
    assert [(d.key, d.ok, d.why) for d in said] == [
        ("long", True, "cut off"),
        ("unsteady", True, ""),
    ]
    assert said[1].t == pytest.approx(100.5 + 0.5, abs=0.02)


@pytest.mark.alone
async def test_tone_and_words_follow_each_other(site: Site, tmp_path: Path) -> None:
    keep(site, "hold the rail", level(0.5, -10000))
    output = FileOutput(tmp_path / "heard.wav")
    async with speech.Speech(
        speech.Config(volume=1.0), site, lambda _: None, output=output, texts=["hold the rail"]
    ) as s:
        s.give(cue("unsteady", "hold the rail", tone="unsteady"))
        s.advance(2.0)
    heard = heard_in(tmp_path / "heard.wav")
    signal = tone("unsteady")
    start = np.flatnonzero(heard)[0] - np.flatnonzero(signal)[0]
    assert np.abs(heard[start : start + signal.size] - signal.astype(int)).max() <= 1
    assert np.all(heard[-BLOCK - round(0.5 * RATE) :][np.flatnonzero(heard[-BLOCK:])] <= 0)


async def test_a_cue_that_is_only_felt_is_silent(site: Site) -> None:
    said: list[Any] = []
    async with speech.Speech(
        speech.Config(), site, said.append, output=FileOutput(None), texts=[]
    ) as s:
        s.give(cue("felt"))
        assert [(d.key, d.ok) for d in said] == [("felt", True)]
        assert not s.sounding


@pytest.mark.alone
@needs_espeak
async def test_words_without_a_clip_are_a_tone_now_and_words_the_next_time(
    site: Site, tmp_path: Path
) -> None:
    said: list[Any] = []
    output = FileOutput(tmp_path / "heard.wav")
    async with speech.Speech(speech.Config(), site, said.append, output=output, texts=[]) as s:
        s.give(cue("technique", "short light steps", t=0.0))
        s.give(cue("unsteady", "hold the rail", t=2.0, priority=Priority.UNSTEADY))
        s.advance(4.0)
        assert await s.rendered() == set()
        s.give(cue("technique", "short light steps", t=5.0))
        s.advance(8.0)
    done = [d for d in said if isinstance(d, CueDone)]
    assert [(d.key, d.ok) for d in done] == [
        ("technique", False),
        ("unsteady", True),
        ("technique", True),
    ]
    assert "tone instead" in done[0].why
    assert "tone instead" in done[1].why
    assert done[2].why == ""


# --- clips --------------------------------------------------------------------------------------


def files(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


async def rendered(clips: Clips, texts: list[str]) -> dict[str, str]:
    return {r.text: r.why async for r in clips.render(texts)}


@needs_espeak
async def test_each_of_many_phrases_gets_its_clip(tmp_path: Path) -> None:
    texts = ["no", "Hold the rail", "one two three four five six seven", "Größe", "7", "Hold"]
    clips = Clips(tmp_path, VoiceOptions("en", rate_wpm=165))
    assert set((await rendered(clips, texts)).values()) == {""}
    assert files(tmp_path) == sorted(clips.path(t).name for t in texts)
    for text in texts:
        alone = Clips(tmp_path / "alone", VoiceOptions("en", rate_wpm=165))
        await rendered(alone, [text])
        together, apart = clips.find(text), alone.find(text)
        assert together is not None
        assert apart is not None
        # espeak carries a little from one phrase to the next; words differ by far more.
        assert abs(together.size - apart.size) < 0.06 * RATE, text


@needs_espeak
async def test_clips_are_trimmed_loud_and_free_of_clicks(tmp_path: Path) -> None:
    clips = Clips(tmp_path, VoiceOptions("en", rate_wpm=165))
    await rendered(clips, ["Hold the rail"])
    clip = clips.find("Hold the rail")
    assert clip is not None
    assert 0.5 < clip.size / RATE < 1.2
    assert np.abs(clip.astype(int)).max() == round(0.8 * 32767)
    loud = np.flatnonzero(np.abs(clip.astype(int)) > 0.02 * 0.8 * 32767)
    assert loud[0] / RATE < 0.03
    assert (clip.size - loud[-1]) / RATE < 0.03
    assert abs(int(clip[0])) < 10
    assert abs(int(clip[-1])) < 10


@needs_espeak
async def test_pauses_between_words_are_short(tmp_path: Path) -> None:
    clips = Clips(tmp_path, VoiceOptions("en", rate_wpm=165))
    await rendered(clips, ["Tall, tall, tall. Tall"])
    clip = clips.find("Tall, tall, tall. Tall")
    assert clip is not None
    quiet = np.abs(clip.astype(int)) < 0.02 * np.abs(clip.astype(int)).max()
    longest = max(len(list(run)) for silent, run in itertools.groupby(quiet) if silent)
    assert longest / RATE < 0.1


@needs_espeak
async def test_the_speaking_rate_changes_the_clip(tmp_path: Path) -> None:
    sizes = []
    for rate in (100, 250):
        clips = Clips(tmp_path, VoiceOptions("en", rate_wpm=rate))
        await rendered(clips, ["come toward the front"])
        clip = clips.find("come toward the front")
        assert clip is not None
        sizes.append(clip.size)
    assert sizes[0] > 1.5 * sizes[1]


async def test_a_clip_that_a_power_cut_left_half_written_counts_as_missing(
    site: Site, tmp_path: Path
) -> None:
    folder = Path(site.cache) / "speech"
    clips = Clips(folder, VoiceOptions("en", rate_wpm=165))
    for text, damage in (("empty", lambda _: b""), ("half", lambda b: b[: len(b) // 2])):
        keep(site, text, level(0.5, 9000))
        path = clips.path(text)
        path.write_bytes(damage(path.read_bytes()))
    keep(site, "whole", level(0.5, 9000))
    assert clips.load(["empty", "half", "whole"]) == ["empty", "half"]
    assert clips.find("half") is None


def test_a_text_is_joined_from_the_longest_clips_of_its_words(site: Site) -> None:
    for n, text in enumerate(("stage", "3", "of", "stage 3"), 1):
        keep(site, text, level(0.01, 1000 * n))
    clips = Clips(Path(site.cache) / "speech", VoiceOptions("en", rate_wpm=165))
    assert clips.load(["stage", "3", "of", "stage 3"]) == []
    sound = clips.find("stage 3  of 3")
    assert sound is not None
    values = [int(v) for v, _ in itertools.groupby(sound) if v]
    assert values == [4000, 3000, 2000]
    assert clips.find("stage 4") is None
    assert clips.find("") is None


def test_every_setting_of_the_sound_changes_the_file(tmp_path: Path) -> None:
    paths = {
        Clips(tmp_path, VoiceOptions(language, voice, rate), renderer).path(text)
        for language, voice, rate, renderer, text in itertools.product(
            ("en", "de"), ("", "x"), (150, 165), ("pyttsx3", "espeak_ng"), ("a", "A", "a!")
        )
    }
    assert len(paths) == 48


@needs_espeak
async def test_a_missing_voice_is_reported_and_not_replaced_by_english(tmp_path: Path) -> None:
    answers = await rendered(Clips(tmp_path, VoiceOptions("xx", rate_wpm=165)), ["Hold the rail"])
    assert "voice" in answers["Hold the rail"]
    assert files(tmp_path) == []


def hide_pyttsx3(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let child processes find another pyttsx3."""
    (folder / "pyttsx3.py").write_text(code)
    path = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))


@needs_espeak
async def test_without_pyttsx3_the_espeak_ng_program_speaks(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide_pyttsx3(tmp_path, monkeypatch, "raise ImportError('no such library')")
    said: list[Any] = []
    async with speech.Speech(speech.Config(), site, said.append, texts=["hold the rail"]) as s:
        assert await s.rendered() == set()
    fallback = [n for n in said if isinstance(n, Notice) and n.code == "voice_fallback"]
    assert len(fallback) == 1
    assert "no such library" in fallback[0].text


async def test_without_any_voice_there_is_one_notice_and_tones(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide_pyttsx3(tmp_path, monkeypatch, "raise OSError('libespeak-ng.so.1: not found')")
    monkeypatch.setenv("PATH", str(tmp_path))
    said: list[Any] = []
    texts = [f"phrase {n}" for n in range(10)]
    async with speech.Speech(
        speech.Config(), site, said.append, output=FileOutput(None), texts=texts
    ) as s:
        assert await s.rendered() == set(texts)
        s.give(cue("unsteady", "phrase 1", priority=Priority.UNSTEADY))
        s.advance(3.0)
        assert await s.rendered() == set(texts)
    notices = [n for n in said if isinstance(n, Notice) and n.level == "warning"]
    assert [n.code for n in notices] == ["words_missing"]
    assert "espeak-ng" in notices[0].text
    assert [(d.ok, "tone instead" in d.why) for d in said if isinstance(d, CueDone)] == [
        (True, True)
    ]


EARLY = """
import sys, threading, types, wave

threads = []

def later(seconds, call):
    threads.append(threading.Timer(seconds, call))
    threads[-1].start()

def playing():
    return any(thread.is_alive() for thread in threads)

class Engine:
    def __init__(self):
        self.proxy = self
    def connect(self, topic, call):
        self.call = call if topic == "finished-utterance" else None
    def setProperty(self, name, value):
        pass
    def setBusy(self, busy):
        later(0.2, lambda: None)
    def save_to_file(self, text, path):
        self.text, self.path = text, path
    def runAndWait(self):
        self.cancelled = playing()
        later(0.1, self.finish)
    def finish(self):
        sound = b"" if self.cancelled else b"\\xff\\x1f\\x01\\xe0"
        with wave.open(self.path, "wb") as wav:
            wav.setparams((1, 2, 22050, 0, "NONE", ""))
            wav.writeframes(sound * (11025 if self.text == "long word" else 5512))
        self.call(name=None, completed=True)

def init(name):
    return Engine()

espeak = types.ModuleType("pyttsx3.drivers._espeak")
espeak.IsPlaying = playing
sys.modules["pyttsx3.drivers._espeak"] = espeak
"""


async def test_no_phrase_begins_before_pyttsx3_is_done_with_what_came_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide_pyttsx3(tmp_path, monkeypatch, EARLY)
    clips = Clips(tmp_path / "clips", VoiceOptions("en", rate_wpm=165))
    texts = ["a word", "long word", "one more"]
    assert await rendered(clips, texts) == dict.fromkeys(texts, "")
    seconds = [len(clips.find(text)) / RATE for text in texts]  # pyright: ignore
    assert seconds == pytest.approx([0.5, 1.0, 0.5], abs=0.01)


@needs_espeak
async def test_a_sandbox_that_refuses_a_lower_priority_keeps_the_voice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuses = "import os\ndef nice(_):\n    raise PermissionError\nos.nice = nice\n"
    (tmp_path / "sitecustomize.py").write_text(refuses)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    clips = Clips(tmp_path / "clips", VoiceOptions("en", rate_wpm=165))
    assert await rendered(clips, ["a word"]) == {"a word": ""}


@pytest.mark.alone
async def test_a_hanging_renderer_is_ended_and_reported(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide_pyttsx3(tmp_path, monkeypatch, "import time\ntime.sleep(3600)")
    monkeypatch.setattr(_clips, "PATIENCE_S", 0.5)
    said: list[Any] = []
    async with asyncio.timeout(20):
        async with speech.Speech(speech.Config(), site, said.append, texts=["a", "b"]) as s:
            assert await s.rendered() == {"a", "b"}
    assert any(isinstance(n, Notice) and n.code == "words_missing" for n in said)


@pytest.mark.alone
async def test_leaving_ends_a_renderer_that_is_at_work(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "pid"
    code = f"import os, time\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\ntime.sleep(3600)"
    hide_pyttsx3(tmp_path, monkeypatch, code)
    async with speech.Speech(speech.Config(), site, lambda _: None, texts=["a"]):
        await until(lambda: mark.exists() and bool(mark.read_text()))
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


@pytest.mark.alone
@pytest.mark.parametrize("turns", range(6))
async def test_a_renderer_stops_though_it_speaks_in_the_same_instant(turns: int) -> None:
    answers = asyncio.StreamReader()
    reading = asyncio.create_task(_clips._line(answers))
    await asyncio.sleep(0.01)
    answers.feed_data(b"{}\n")
    for _ in range(turns):
        await asyncio.sleep(0)
    cancelled = reading.cancel()
    await asyncio.wait([reading])
    assert reading.cancelled() == cancelled, "a cancellation was forgotten"


def test_importing_the_voice_imports_neither_pyttsx3_nor_portaudio() -> None:
    code = (
        "import sys, cued.actuators.speech, cued.actuators.haptic;"
        "print([m for m in ('pyttsx3', 'sounddevice', 'gpiozero') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- cards --------------------------------------------------------------------------------------


class Plug:
    """A card that can be pulled out: the stand-in card, and a hand on its plug."""

    name = "a card"
    threaded = True

    def __init__(self) -> None:
        self.plugged = True
        self._card = NullOutput()
        self.now, self.advance, self.underruns, self.close = (
            self._card.now, self._card.advance, self._card.underruns, self._card.close,
        )  # fmt: skip

    def open(self, mixer: Mixer) -> None:
        if not self.plugged:
            raise speech.SoundMissing("no sound device")
        self._card.open(mixer)

    def alive(self) -> bool:
        return self.plugged and self._card.alive()


@pytest.mark.alone
async def test_a_lost_card_is_reported_once_and_used_again_when_it_is_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "CHECK_S", 0.01)
    monkeypatch.setattr(speech, "RETRY_S", (0.01,))
    said: list[Any] = []
    plug = Plug()

    def codes() -> list[str]:
        return [n.code for n in said if isinstance(n, Notice)]

    async with speech.Speech(speech.Config(), site, said.append, output=plug, texts=[]) as s:
        s.give(cue("under way", tone="alarm"))
        plug.plugged = False
        await until(lambda: "sound_lost" in codes())
        s.give(cue("while lost", tone="alarm"))
        dones = [(d.key, d.ok) for d in said if isinstance(d, CueDone)]
        assert dones == [("under way", False), ("while lost", False)]
        plug.plugged = True
        await until(lambda: "sound_back" in codes())
        s.give(cue("again", tone="praise"))
        s.give(cue("again", tone="phase"))
        await until(lambda: len([d for d in said if isinstance(d, CueDone)]) == 4)
    assert codes() == ["sound_lost", "sound_back"]
    assert said[-1].ok


@pytest.mark.alone
async def test_bench_learns_when_the_first_sample_of_a_cue_was_handed_over(site: Site) -> None:
    said: list[Any] = []
    async with speech.Speech(speech.Config(), site, said.append, texts=[]) as s:
        s.give(cue("phase", tone="phase"))
        await until(lambda: any(isinstance(d, CueDone) for d in said))
        ((key, given_t, begun_t),) = s.stats.begun
        assert key == "phase"
        done = next(d for d in said if isinstance(d, CueDone))
        assert given_t <= begun_t < done.t


async def test_say_says_why_nothing_was_heard_and_nothing_when_it_was(site: Site) -> None:
    assert await speech.say("", speech.Config(), site, tone="phase") == ""
    card = speech.Config(device="no card is called like this")
    why = await speech.say("", card, Site(cache=site.cache, hardware=True), tone="phase")
    assert why.startswith("no sound: ")
    assert "\n" not in why


# --- PortAudio ----------------------------------------------------------------------------------


async def test_a_file_is_written_to_its_end_in_the_thread_of_the_loop(
    site: Site, tmp_path: Path
) -> None:
    threads: list[str] = []

    def report(_: object) -> None:
        threads.append(threading.current_thread().name)

    output = FileOutput(tmp_path / "heard.wav")
    async with speech.Speech(speech.Config(), site, report, output=output, texts=[]) as s:
        s.give(cue("phase", tone="phase", t=1.0))
    assert threads == [threading.current_thread().name]
    assert heard_in(tmp_path / "heard.wav").size % BLOCK == 0


async def test_an_unwritable_file_is_a_missing_device(site: Site, tmp_path: Path) -> None:
    said: list[Any] = []
    output = FileOutput(tmp_path / "no such folder" / "heard.wav")
    async with speech.Speech(speech.Config(), site, said.append, output=output, texts=[]) as s:
        s.give(cue("phase", tone="phase"))
    assert [type(x) for x in said] == [Notice, CueDone]
    assert not said[1].ok


# --- commands -----------------------------------------------------------------------------------


def cued(*args: str, cache: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cued", *args, "--set", f"station.cache={cache}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_cued_say_ends_with_1_and_one_line_when_nobody_can_hear(tmp_path: Path) -> None:
    missing = ("--set", "actuators.speech.device=no card is called like this")
    done = cued("say", "--tone", "phase", *missing, cache=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "no card is called like this" in line


@needs_espeak
def test_cued_say_renders_speaks_and_ends_with_0(tmp_path: Path) -> None:
    done = cued("say", "Hold", "--set", "station.hardware=false", cache=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(files(tmp_path / "speech")) == 1


def test_cued_say_lists_the_tones(tmp_path: Path) -> None:
    done = cued("say", "--tone", "alram", cache=tmp_path)
    assert done.returncode == 2
    assert "alarm" in done.stderr
