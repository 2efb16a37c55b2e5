"""A sink, an actuator or a source that raises or blocks: everything else goes on."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from cued import app, config, parts
from cued.actuators import speech
from cued.actuators.actuator import raise_fault
from cued.config import Site
from cued.daemon import Daemon
from cued.engine import Engine
from cued.fences import FAILED
from cued.model import Cue, CueDone, Notice, Tick
from cued.runtime import fences
from cued.runtime.playback import Playback
from tests.helpers.part import Fault, Part, raising


class Broken(Part):
    """A part of which one method raises."""

    def __init__(self, method):
        super().__init__()
        self.method = method

    def called(self, method, *args):
        super().called(method, *args)
        if method == self.method:
            raise Fault("thrown in")


class Coach:
    def feed(self, item, now):
        if isinstance(item, Tick):
            return [Cue(t=item.t, key="k", text="x", pattern="both", priority=2, verdict="given")]
        return []


async def test_a_sink_or_actuator_that_cannot_be_made_is_reported_and_the_others_continue():
    good, motor = Part(), Part()
    ticks = [Playback([Tick(float(t)) for t in range(9)], 0.0)]
    make = [raising, lambda _told: motor], [raising, lambda _told: good]
    await Daemon(Engine({}, coach=Coach()), ticks, *make, live=False).run()
    assert motor.count("give") == 9
    assert [n.code for n in good.taken()] == [FAILED, FAILED]


def daemon(sources, actuators, sinks):
    return Daemon(
        Engine({}, coach=Coach()),
        sources,
        [lambda _report, a=a: a for a in actuators],
        [lambda _ask, s=s: s for s in sinks],
        live=False,
    )


@pytest.mark.parametrize("method", ["enter", "leave", "give", "cancel"])
async def test_an_actuator_that_raises_is_reported_and_the_other_continues(method):
    broken, good, seen = Broken(method), Part(), Part()
    await daemon([Playback([Tick(float(t)) for t in range(9)], 0.0)], [broken, good], [seen]).run()
    assert good.count("give") == 9
    assert good.log[-1] == ("leave",)
    if method != "leave":  # by then nobody is left to be told
        assert [n.code for n in seen.taken()] == [FAILED]
    inputs = [e[1] for e in seen.log if e[0] == "watch"]
    refused = [i for i in inputs if isinstance(i, CueDone) and not i.ok]
    assert len(refused) == {"enter": 9, "give": 9, "cancel": 0, "leave": 0}[method]


@pytest.mark.parametrize("method", ["enter", "leave", "take", "watch", "run"])
async def test_a_sink_that_raises_is_reported_to_the_others_which_continue(method):
    broken, good, motor = Broken(method), Part(), Part()
    await daemon([Playback([Tick(float(t)) for t in range(9)], 0.0)], [motor], [broken, good]).run()
    assert motor.count("give") == 9
    assert len(good.taken(Cue)) == 9
    if method != "leave":
        assert [n.code for n in good.taken()] == [FAILED]
    assert good.log[-1] == ("leave",)


class Aside(Part):
    """A part whose timer or task raises, after the first cue."""

    def __init__(self, how):
        super().__init__()
        self.how = how

    def give(self, cue):
        super().give(cue)
        if self.how == "timer":
            asyncio.get_running_loop().call_soon(self._tick)
        else:
            asyncio.create_task(self._work()).add_done_callback(raise_fault)

    def _tick(self):
        raise Fault("thrown in")

    async def _work(self):
        self._tick()


class Slowly(Playback):
    async def run(self, emit, up):
        for t in range(9):
            emit(Tick(float(t)))
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("how", ["timer", "task"])
async def test_an_actuator_whose_timer_or_task_raises_is_switched_off_and_reported_once(how):
    broken, good, seen = Aside(how), Part(), Part()
    await daemon([Slowly([], 0.0)], [broken, good], [seen]).run()
    assert good.count("give") == 9
    assert broken.count("give") < 4
    assert ("cancel",) in broken.log
    assert [n.code for n in seen.taken()] == [FAILED]


@pytest.mark.parametrize("task", ["Speech._look_for_underruns", "PhraseCache.run"])
async def test_a_fault_in_a_task_of_the_voice_ends_only_the_voice(task, tmp_path, monkeypatch):
    monkeypatch.setattr(speech, "CHECK_S", 0.001)
    monkeypatch.setattr(f"cued.actuators.speech.{task}", raising)
    good, seen = Part(), Part()
    here = Site(cache=str(tmp_path), hardware=False)
    voice = partial(speech.Speech, speech.Config(), here, texts=[])
    one = Daemon(
        Engine({}, coach=Coach()),
        [Slowly([], 0.0)],
        [voice, lambda _report: good],
        [lambda _ask: seen],
        live=False,
    )
    await one.run()
    assert good.count("give") == 9
    reported = seen.taken()
    assert [n.text[:22] for n in reported if n.code == FAILED] == ["actuators.speech faile"]


async def test_a_sink_cancelled_by_a_library_is_reported():
    class Cancelled(Part):
        async def run(self):
            raise asyncio.CancelledError

    good = Part()
    await daemon([Slowly([], 0.0)], [], [Cancelled(), good]).run()
    assert [n.code for n in good.taken()] == [FAILED]


async def test_a_source_that_cannot_be_made_is_reported_and_the_others_continue(monkeypatch):
    load = parts.load

    def faulty(kind, name):
        part = load(kind, name)
        return parts.Part(part.config, raising) if name == "buttons" else part

    class Ear(Part):
        def take(self, event):
            super().take(event)
            if isinstance(event, Notice):
                one.stop()

    tables = {"buttons": {}, "belt_by_hand": {"speed_m_s": 1.0}}
    chosen = config.convert({"sources": tables})
    monkeypatch.setattr(parts, "load", faulty)
    made, seen = app.sources(chosen, app.site(chosen)), Ear()
    assert {type(source).__name__ for source in made} == {"buttons", "BeltByHand"}
    one = Daemon(Engine({}), made, [], [lambda _ask: seen], live=True)
    async with asyncio.timeout(10):
        await one.run()
    (reported,) = seen.taken()
    assert reported.text.startswith("buttons failed")


async def test_a_part_that_does_not_open_in_time_is_left_out(monkeypatch):
    monkeypatch.setattr(fences, "OPENS_S", 0.01)

    class Blocked(Part):
        async def __aenter__(self):
            await asyncio.Event().wait()

    good, seen = Part(), Part()
    await daemon([Playback([Tick(0.0)], 0.0)], [Blocked(), good], [seen]).run()
    assert good.count("give") == 1
    (notice,) = seen.taken()
    assert "did not open within" in notice.text


async def test_a_fault_of_the_coach_ends_the_daemon_even_out_of_a_callback():
    class Late(Part):
        def __init__(self, report):
            super().__init__()
            self._report = report

        def give(self, cue):
            loop = asyncio.get_running_loop()
            loop.call_soon(self._report, CueDone(cue.t, cue.key, "haptic"))

    class Faulty(Coach):
        def feed(self, item, now):
            if isinstance(item, CueDone):
                raise Fault("thrown in")
            return super().feed(item, now)

    class Endless(Playback):
        async def run(self, emit, up):
            emit(Tick(1.0))
            await asyncio.Event().wait()

    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    made = Daemon(Engine({}, coach=Faulty()), [Endless([], 0.0)], [Late], [], live=False)
    with pytest.raises(Fault):
        async with asyncio.timeout(5):
            await made.run()
