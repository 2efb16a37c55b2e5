"""The daemon: one input at a time, cues to actuators first, and a safe state whatever happens."""

from __future__ import annotations

import asyncio

import pytest

from cued import daemon as daemon_module
from cued.daemon import Daemon
from cued.engine import Engine
from cued.model import BeltRequest, Command, Cue, CueDone, Notice, Tick
from cued.runtime.playback import Playback
from tests.helpers.part import Part


def cue(t, key="tall"):
    return Cue(t=t, key=key, text="tall", pattern="notice", priority=2, verdict="given")


class Coach:
    """Gives a cue for every tick, and notes in what order it is told things."""

    def __init__(self):
        self.items = []

    def feed(self, item, now):
        self.items.append(type(item).__name__)
        if isinstance(item, Tick):
            return [cue(item.t)]
        if isinstance(item, Command) and item.name == "set_speed":
            return [BeltRequest(t=item.t, speed_m_s=1.0)]
        return []


class Motor(Part):
    """Answers within ``give``, which is the hardest case for the order of inputs."""

    def __init__(self, log, report):
        super().__init__(log)
        self.report = report

    def called(self, method, *_):
        self.log.append(f"motor: {method}")

    def give(self, given):
        super().give(given)
        self.report(CueDone(0.0, given.key, "haptic"))
        if given.t == 3.5:  # by another clock than the run's
            self.report(Notice(t=99.0, known_t=99.0, level="info", code="motor", text="warm"))


class Listener(Part):
    def __init__(self, log, ask):
        super().__init__(log)
        self.ask = ask

    def called(self, method, *args):
        self.log.append(args[0] if method == "take" else f"sink: {method}")

    def watch(self, item):
        if item.t == 7.0 and isinstance(item, Tick):
            self.ask(Command(0.0, "set_speed", 1.0))


class Belted(Playback):
    """A playback whose treadmill answers."""

    def __init__(self, inputs, answer):
        super().__init__(inputs, 0.0)
        self.answer, self.asked = answer, []

    async def request(self, request):
        self.asked.append(request)
        return self.answer


def daemon(sources, log, coach=None):
    return Daemon(
        Engine({}, coach=coach or Coach()),
        sources,
        [lambda report: Motor(log, report)],
        [lambda ask: Listener(log, ask)],
        live=False,
    )


async def test_a_reload_during_the_end_starts_no_other():
    one, two = daemon([], []), daemon([], [])
    assert one.restart()
    assert one.restart()  # a newer configuration
    one.stop()
    two.stop()
    assert not one.restart()
    assert not two.restart()


async def test_the_button_opens_set_up_and_spoken_digits_reach_no_sink():
    log, coach, opened = [], Coach(), []

    def open_():
        opened.append(1)
        run.whisper(cue(2.0))

    inputs = [Command(1.0, "set_up", source="mqtt"), Command(2.0, "set_up", source="button")]
    run = Daemon(
        Engine({}, coach=coach),
        [Playback(inputs, 0.0)],
        [lambda report: Motor(log, report)],
        [lambda ask: Listener(log, ask)],
        live=False,
        set_up=open_,
    )
    await run.run()
    assert opened == [1]
    assert log.count("motor: give") == 1
    assert not [x for x in log if isinstance(x, Cue)]
    assert "Command" not in coach.items


async def test_a_cue_reaches_the_motor_before_any_sink():
    log, coach = [], Coach()
    await daemon([Playback([Tick(1.0), Tick(2.0)], 0.0)], log, coach).run()
    given = [i for i, x in enumerate(log) if x == "motor: give"]
    heard = [i for i, x in enumerate(log) if isinstance(x, Cue)]
    assert len(given) == len(heard) == 2
    assert all(g < h for g, h in zip(given, heard, strict=True))
    assert coach.items == ["Tick", "CueDone", "Tick", "CueDone"]


async def test_events_of_an_actuator_have_the_time_of_the_run():
    log = []
    await daemon([Playback([Tick(3.5)], 0.0)], log).run()
    (notice,) = [e for e in log if isinstance(e, Notice)]
    assert (notice.code, notice.t, notice.known_t) == ("motor", 3.5, 3.5)


async def test_everything_is_left_safe_in_the_right_order():
    log = []
    await daemon([Playback([Tick(1.0)], 0.0)], log).run()
    assert log.index("motor: cancel") < log.index("motor: leave") < log.index("sink: leave")


async def test_a_bug_in_a_source_ends_the_daemon_with_the_motors_off():
    class Broken(Playback):
        async def run(self, emit, up):
            emit(Tick(1.0))
            raise KeyError("bug")

    log = []
    with pytest.raises(BaseExceptionGroup) as caught:
        await daemon([Broken([], 0.0)], log).run()
    assert caught.group_contains(KeyError)
    assert "motor: leave" in log


async def test_stop_ends_a_source_that_would_never_end():
    class Endless(Playback):
        async def run(self, emit, up):
            await asyncio.Event().wait()

    log = []
    running = daemon([Endless([], 0.0)], log)
    asyncio.get_running_loop().call_soon(running.stop)
    async with asyncio.timeout(5):
        await running.run()
    assert "motor: leave" in log


@pytest.mark.parametrize(("answer", "notices"), [("", 0), ("no treadmill here", 1)])
async def test_a_belt_request_is_passed_on_and_a_refusal_reported(answer, notices):
    log = []
    source = Belted([Tick(float(t)) for t in range(1, 2000)], answer)
    await daemon([source], log).run()
    assert [r.speed_m_s for r in source.asked] == [1.0]
    reported = [e for e in log if isinstance(e, Notice)]
    assert len(reported) == notices
    assert all(answer in n.text for n in reported)


async def test_a_source_that_raises_at_a_request_is_reported_and_the_others_get_it():
    class Broken(Belted):
        async def request(self, request):
            raise ZeroDivisionError

    log, ticks = [], [Tick(float(t)) for t in range(1, 2000)]
    good = Belted([], "")
    await daemon([Broken(ticks, ""), good], log).run()
    assert [r.speed_m_s for r in good.asked] == [1.0]
    assert [e.code for e in log if isinstance(e, Notice)] == ["part_failed"]


async def test_a_task_that_swallows_its_cancellation_does_not_block_the_end(monkeypatch):
    monkeypatch.setattr(daemon_module, "ENDS_S", 0.01)

    class Forgetful(Playback):
        async def run(self, emit, up):
            for _ in range(3):
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    log.append("forgotten")
            await asyncio.Event().wait()

    log = []
    running = daemon([Forgetful([], 0.0)], log)
    asyncio.get_running_loop().call_later(0.05, running.stop)
    async with asyncio.timeout(5):
        await running.run()
    assert log.count("forgotten") == 3
    assert "motor: leave" in log
