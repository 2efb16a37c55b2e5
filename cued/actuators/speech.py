"""Sound: cues as words and tones through one stream that is always open.

Rules
-----
* Nothing is synthesised when a cue is due. Phrases have been rendered in a child process
  (``_render.py``), are held in memory (``_phrase_cache.py``) and mixed by ``_mixer.py``.
* A cue is played at once and cuts off the previous one. In the stream of samples the cut takes at
  most one block and one fade, 8 ms; the card's buffer (``latency_ms``) adds to that.
* A phrase without a clip is rendered for the next time; this time a safety cue is replaced by a
  tone with the same meaning, any other by the tone for a missing clip, and counts as not given.
* A missing or lost card is reported once, and tried again at growing intervals. A cue that nobody
  can hear is reported as not given, never as a success.
* ``CueDone`` comes when a sound has been passed to the card or was cut off; a cue without sound is
  done at once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, repeat
from typing import Literal

import numpy as np
from msgspec import Struct

from cued.actuators._mixer import Heard, Mixer
from cued.actuators._outputs import NullOutput, Output, SoundMissing
from cued.actuators._phrase_cache import NoticeLevel, PhraseCache
from cued.actuators._portaudio import PortAudioOutput
from cued.actuators._speech_options import Config
from cued.actuators._tones import instead, names, rest
from cued.actuators._tones import tone as sound_of
from cued.actuators._wav import Samples
from cued.actuators.actuator import Actuator, Report, raise_fault
from cued.coach.voice import phrases
from cued.config import Site
from cued.model import Beat, Cue, CueDone, Notice, Priority
from cued.parts import Exit, Part

CHECK_S = 0.25  # between looks at the stream; chosen
OPENS_S = 3.0  # a sound card takes 0.1 s; one that blocks must not hold up the start
RETRY_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)  # the last one for ever
TONE_TO_WORDS_S = 0.08  # a short gap, so that both are heard separately; chosen
CLOSE_S = 2.0  # chosen: a card that blocks must not hold up the end
MANY_UNDERRUNS = 20  # chosen: before it is reported


class Stats:
    """Figures for a benchmark: counts, and when cues were given and first sounded (s)."""

    def __init__(self) -> None:
        self.given = 0
        self.cut = 0
        self.failed = 0
        self.begun: deque[tuple[str, float, float]] = deque(maxlen=1000)


class _Given(Struct, frozen=True):
    """A cue being played, and the contents of its CueDone if it is heard to the end."""

    key: str
    ok: bool
    why: str


class Speech(Actuator):
    """The voice.

    output : takes the sound instead of the card (``_outputs.FileOutput``).
    texts : phrases to prepare, if not all those of the language.
    """

    def __init__(
        self,
        config: Config,
        site: Site,
        report: Report,
        *,
        output: Output | None = None,
        texts: Iterable[str] | None = None,
    ) -> None:
        card = PortAudioOutput(config.device, config.latency_ms / 1000)
        self.stats = Stats()
        self._config = config
        self._texts = phrases.load(site.language).texts() if texts is None else list(texts)
        self._report = report
        self._stand_in = output is None and not site.hardware
        self._output: Output = output or (card if site.hardware else NullOutput())
        self._cache = PhraseCache(config.clips_at(site), self._notice)
        self._mixer: Mixer | None = None  # None while there is nothing to play on
        self._why = "the voice is not started"
        self._given: dict[int, _Given] = {}
        self._notified: set[str] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []
        # One thread, so that calls of PortAudio are made one after another, closing last.
        self._thread = ThreadPoolExecutor(1, "sound-card")

    @property
    def channel(self) -> Literal["sound"]:
        """The sense by which it reaches the runner."""
        return "sound"

    async def __aenter__(self) -> Speech:
        self._loop = asyncio.get_running_loop()
        await self._cache.prepare(self._texts)
        opening = asyncio.create_task(self._open(), name="opening the sound card")
        try:
            await asyncio.wait({opening}, timeout=OPENS_S)
        except BaseException:
            opening.cancel()
            self._close()  # runs after an open that is still going on in the thread
            raise
        if not opening.done():
            self._why = f"no sound: the card has not opened within {OPENS_S:.0f} s"
            self._notice("warning", "sound_missing", f"{self._why}; cues can't be heard yet")
        self._tasks = [
            asyncio.create_task(self._keep_open(opening), name="sound card"),
            asyncio.create_task(self._cache.run(), name="speech clips"),
        ]
        for task in self._tasks:
            task.add_done_callback(raise_fault)
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        self.cancel()
        for task in self._tasks:
            task.cancel()
        closing = self._close()
        try:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        finally:
            self._mixer = None
            with contextlib.suppress(TimeoutError):  # a card that hangs must not hold up the rest
                async with asyncio.timeout(CLOSE_S):
                    await asyncio.wrap_future(closing)

    def _close(self) -> Future[None]:
        """Close the output for good, after the thread's present call."""
        closing = self._in_its_thread(self._output.close)
        self._thread.shutdown(wait=False)
        return closing

    def _in_its_thread(self, call: Callable[..., None], *args: Mixer) -> Future[None]:
        """Call the output in the thread, where it may block, or directly if it needs none."""
        if self._output.threaded:
            return self._thread.submit(call, *args)
        done: Future[None] = Future()
        try:
            done.set_result(call(*args))
        except SoundMissing as error:
            done.set_exception(error)
        return done

    @property
    def sounding(self) -> bool:
        """Whether something sounds or is about to."""
        return self._mixer is not None and not self._mixer.idle

    # --- cues -----------------------------------------------------------------------------------

    def give(self, cue: Cue) -> None:
        """Play the cue at once, cutting off the previous one. Never blocks."""
        self._output.advance(cue.known_t)
        self.stats.given += 1
        given = _Given(cue.key, ok=True, why="")
        if self._mixer is None:
            self._done(_Given(cue.key, ok=False, why=self._why))
        elif not (cue.text or cue.tone):
            self._done(given)
        else:
            sound, given = self._sound(cue)
            self._given[self.stats.given] = given
            self._mixer.play(self.stats.given, sound)

    def beat(self, beat: Beat) -> None:
        """Start or stop the metronome under the cues. Never blocks."""
        self._output.advance(beat.known_t)
        if self._mixer is None:
            return
        if beat.spm:
            self._mixer.beat(sound_of("tick"), beat.spm, beat.for_s, fades=beat.fades)
        else:
            self._mixer.end_beat()

    def cancel(self) -> None:
        """Fall silent."""
        if self._mixer is not None:
            self._mixer.stop()

    def advance(self, t: float) -> None:
        """Write samples up to ``t`` if the output is a file."""
        self._output.advance(t)

    def _sound(self, cue: Cue) -> tuple[Samples, _Given]:
        """Join a cue's tone and words; a tone replaces missing words."""
        signal = next((n for n in names() if n == cue.tone), None)
        words = self._cache.find(cue.text) if cue.text else None
        if words is not None:
            sound = [sound_of(signal), rest(TONE_TO_WORDS_S), words] if signal else [words]
            return np.concatenate(sound), _Given(cue.key, ok=True, why="")
        signal = signal or instead(cue.priority)
        why = "no clip of the words: a tone instead" if cue.text else ""
        return sound_of(signal), _Given(cue.key, ok=signal != "clip", why=why)

    def _heard(self, heard: Heard) -> None:
        """Process a report of the mixer. Called in the mixer's thread."""
        if self._output.threaded and self._loop is not None:
            self._loop.call_soon_threadsafe(self._settle, heard)
        else:
            self._settle(heard)

    def _settle(self, heard: Heard) -> None:
        """Report the end of a sound, or note when it began."""
        if heard.fate == "begun":
            given = self._given.get(heard.key)
            if given:
                self.stats.begun.append((given.key, heard.given_t, heard.t))
            return
        given = self._given.pop(heard.key, None)
        if given is None:
            return
        if heard.fate != "finished":
            self.stats.cut += 1
            given = _Given(given.key, given.ok, given.why or "cut off")
        self._done(given, heard.t)

    def _done(self, given: _Given, t: float | None = None) -> None:
        self.stats.failed += not given.ok
        now = self._output.now() if t is None else t
        self._report(CueDone(now, given.key, self.channel, given.ok, given.why))

    # --- the card -------------------------------------------------------------------------------

    async def _open(self) -> bool:
        """Open the output if possible and report the first failure."""
        mixer = Mixer(self._config.volume, self._output.now, self._heard)
        try:
            await asyncio.wrap_future(self._in_its_thread(self._output.open, mixer))
        except SoundMissing as error:
            self._why = f"no sound: {error}"
            self._notice("warning", "sound_missing", f"{self._why}; cues can't be heard")
            return False
        self._mixer = mixer
        if self._stand_in:
            self._notice("info", "sound_stand_in", "no sound is made: hardware = false")
        return True

    async def _keep_open(self, opening: asyncio.Task[bool]) -> None:
        """Watch the stream, and open it again when it is lost."""
        if not opening.done() and await opening:  # it opened late
            self._notified -= {"sound_missing"}
            self._notice("info", "sound_back", f"sound works: {self._output.name}")
        opening.result()
        while True:
            while self._mixer is not None and self._output.alive():
                self._look_for_underruns()
                await asyncio.sleep(CHECK_S)
            if self._mixer is not None:
                self._lose()
            for pause in chain(RETRY_S, repeat(RETRY_S[-1])):
                await asyncio.wrap_future(self._in_its_thread(self._output.close))
                await asyncio.sleep(pause)
                if await self._open():
                    break
            self._notified -= {"sound_missing", "sound_lost"}
            self._notice("info", "sound_back", f"sound works: {self._output.name}")
            self._notified.discard("sound_back")

    def _lose(self) -> None:
        """Report the present cue as not given, because the card is gone."""
        self._mixer, self._why = None, f"{self._output.name} stopped taking sound"
        self._notified.add("sound_missing")
        self._notice("warning", "sound_lost", f"{self._why}; cues can't be heard")
        given, self._given = self._given, {}
        for each in given.values():
            self._done(_Given(each.key, ok=False, why=self._why))

    def _look_for_underruns(self) -> None:
        if self._output.underruns() > MANY_UNDERRUNS:
            text = f"{self._output.name} runs dry: raise latency_ms of [actuators.speech]"
            self._notice("warning", "sound_underruns", text)

    async def rendered(self) -> set[str]:
        """Wait until nothing is left to render; return the texts that can't be spoken."""
        return await self._cache.rendered()

    def _notice(self, level: NoticeLevel, code: str, text: str) -> None:
        """Notify a person, once."""
        if code not in self._notified:
            self._notified.add(code)
            now = self._output.now()
            self._report(Notice(t=now, known_t=now, level=level, code=code, text=text))


async def say(text: str, config: Config, site: Site, tone: str = "") -> str:
    """Play a text or a tone to its end; return why it failed, or an empty text."""
    heard: asyncio.Future[CueDone] = asyncio.get_running_loop().create_future()
    notices: list[str] = []

    def report(item: CueDone | Notice) -> None:
        if isinstance(item, Notice):
            notices.extend([item.text] * (item.level != "info"))
        elif not heard.done():
            heard.set_result(item)

    async with Speech(config, site, report, texts=[text]) as speech:
        unspeakable = await speech.rendered()
        speech.give(Cue("say", text, "none", Priority.INFO, "given", t=0.0, tone=tone))
        done = await heard
    if done.ok and not unspeakable:
        return ""
    return notices[0] if notices else done.why


PART = Part(Config, Speech)
