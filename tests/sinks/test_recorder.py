"""The recorder: what it writes replays to the same events, whatever happens to it."""

from __future__ import annotations

import asyncio
import os
import struct
from collections import Counter

import numpy as np
import pytest
from msgspec.structs import replace

from cued import __main__, app, config
from cued.daemon import Daemon
from cued.devices import pod
from cued.devices.device import inputs_of as said
from cued.model import (
    Command,
    LinkChanged,
    Notice,
    Notification,
    Packet,
    RecordingError,
    Stride,
    Tick,
)
from cued.parts import NoOptions
from cued.recording.history import schema
from cued.recording.sessions.records import MAGIC
from cued.recording.sessions.session import RecordedSession
from cued.recording.sessions.writing import SessionWriter
from cued.runtime.playback import Playback
from cued.simulation.run import Simulation
from cued.simulation.scenario import SimulatedLink
from cued.sinks import recorder
from cued.sources.simulate import open_scenario
from tests.helpers.part import Part
from tests.recording.sessions.test_session import bits


def configured(simulation, **raw):
    sensors = {
        s.name: {"device": "polar_pmd", "placement": s.placement, "address": f"C0:FF:EE:00:00:0{n}"}
        for n, s in enumerate(simulation.scenario.sensor)
    }
    return config.convert({"sensors": sensors, **raw})


def inputs_of(name, seconds):
    scenario = replace(open_scenario(name), link=SimulatedLink(samples=10))
    simulation = Simulation(scenario, keep_truth=10)
    out = []
    for item in simulation.inputs():
        if item.t > seconds:
            break
        out.append(item)
    return simulation, out


async def record(chosen, inputs, state, *, renew=False):
    """Run a daemon with a recorder over inputs; the events that were told."""
    engines = app.Engines(chosen)
    where = replace(app.site(chosen), state=str(state), opening=engines.opening)
    ear = Part()
    daemon = Daemon(
        engines.begin(),
        [Playback(inputs, 0.0)],
        [],
        [lambda ask: recorder.Recorder(recorder.Config(), where, ask), lambda _ask: ear],
        live=False,
        renew=engines.renew if renew else None,
        choose=engines.choose if renew else None,
    )
    await daemon.run()
    return ear.taken(object)


@pytest.fixture(scope="module")
def workout(tmp_path_factory):
    """A minute and a half of the workout, recorded: folder, configuration, inputs, events."""
    simulation, inputs = inputs_of("workout", 90.0)
    chosen = configured(simulation, coach={"program": True})
    inputs.insert(40, Command(inputs[39].t, "runner", "anna"))
    inputs.insert(60, Command(inputs[59].t, "start_program", None))
    state = tmp_path_factory.mktemp("state")
    events = asyncio.run(record(chosen, inputs, state))
    return state / "sessions", chosen, inputs, events


def only(folder):
    (path,) = folder.glob("*.mcap")
    return path


def test_a_recorded_session_holds_every_input_and_event_to_the_last_bit(workout):
    folder, _, inputs, events = workout
    session = RecordedSession(only(folder))
    (part,) = session.parts
    read = list(session.inputs(part))
    assert [bits(item) for item in read] == [bits(item) for item in inputs]
    assert list(session.events(part)) == events
    assert session.cut_at is None


def test_replay_gives_exactly_the_events_of_the_daemon(workout, capsys):
    folder, _, _, events = workout
    assert __main__.main(["replay", str(only(folder)), "--diff"]) == 0
    assert f"the same {len(events)} events as recorded" in capsys.readouterr().out
    assert {"phase", "cue", "beltstate"} <= {type(e).__name__.lower() for e in events}


@pytest.mark.once
async def test_input_faster_than_real_time_does_not_pile_up_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, "WRITE_EVERY_S", 1e6)
    monkeypatch.setattr(recorder, "MANY", 200)
    simulation, inputs = inputs_of("steady", 60.0)
    await record(configured(simulation), inputs, tmp_path)
    (part,) = RecordedSession(only(tmp_path / "sessions")).parts
    assert len(part.chunks) >= 3


@pytest.mark.once
def test_another_configuration_is_compared_and_is_no_failure(workout, capsys):
    folder, *_ = workout
    asked = ["replay", str(only(folder)), "--set", "station.language=de", "--diff"]
    assert __main__.main(asked) == 0
    out = capsys.readouterr().out
    assert "not as recorded" in out
    assert "\n- 4 cue\n+ 4 cue\n" in out


@pytest.mark.once
def test_a_session_that_was_altered_fails_the_replay(workout, tmp_path, capsys):
    folder, *_ = workout
    whole = RecordedSession(only(folder))
    opening = whole.parts[0].opening
    path = tmp_path / "other.mcap"
    log = SessionWriter(
        path, replace(opening, config={**opening.config, "station": {"language": "de"}})
    )
    log.write([*whole.inputs(whole.parts[0]), *whole.events(whole.parts[0])])
    log.close()
    assert __main__.main(["replay", str(path)]) == 1


def test_the_file_holds_no_device_address(workout):
    folder, *_ = workout
    opening = RecordedSession(only(folder)).parts[0].opening
    assert "C0:FF:EE" not in str(opening)


def test_a_session_is_readable_by_its_user_only(workout):
    folder, *_ = workout
    assert only(folder).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


# --- bytes of devices ---------------------------------------------------------------------------


def on_the_air(simulation, inputs):
    """The same run as pods send it: connections, and frames with what a decoder makes of them."""
    pods = {s.name: pod.Pod(NoOptions(), s.name) for s in simulation.scenario.sensor}
    sent = Counter()
    yield from (LinkChanged(0.0, name, True, services=(pod.DATA,)) for name in pods)
    for item in inputs:
        if not isinstance(item, Packet):
            if not isinstance(item, LinkChanged):
                yield item
            continue
        counts = np.hstack([item.acc / pod.ACC_M_S2, item.gyr / pod.GYR_RAD_S]).round()
        first = round(item.ticks[0] * 1e6) % 2**32
        head = struct.pack("<BBHIH", 1, len(counts), sent[item.sensor] % 65536, first, 10_000)
        sent[item.sensor] += 1
        data = head + counts.astype("<i2").tobytes()
        decoded = said(pods[item.sensor].receive(item.t, pod.DATA, data))
        yield Notification(item.t, item.sensor, pod.DATA, data, decoded)


def pods(simulation):
    chosen = {
        s.name: {"device": "pod", "placement": s.placement} for s in simulation.scenario.sensor
    }
    return config.convert({"sensors": chosen})


async def test_received_bytes_are_kept_and_replay_to_the_same_events(tmp_path):
    simulation, inputs = inputs_of("steady", 30.0)
    sent = list(on_the_air(simulation, inputs))
    garbled = Notification(sent[200].t, "trunk", pod.DATA, b"\x07")
    sent.insert(200, garbled)
    events = await record(pods(simulation), sent, tmp_path)
    session = RecordedSession(path := only(tmp_path / "sessions"))
    (part,) = session.parts
    wire = [i for i in session.recorded(part) if isinstance(i, Notification)]
    assert [i.data for i in wire] == [i.data for i in sent if isinstance(i, Notification)]
    assert not any(isinstance(i, Packet) for i in session.recorded(part))
    assert list(session.events(part)) == events
    assert sum(isinstance(e, Stride) for e in events) > 10
    assert __main__.main(["replay", str(path), "--diff"]) == 0


async def test_a_corrected_decoder_corrects_an_old_session(tmp_path, monkeypatch):
    simulation, inputs = inputs_of("steady", 5.0)
    await record(pods(simulation), list(on_the_air(simulation, inputs)), tmp_path)
    session = RecordedSession(only(tmp_path / "sessions"))
    before = [i.acc for i in session.inputs(session.parts[0]) if isinstance(i, Packet)]
    monkeypatch.setattr(pod, "ACC_M_S2", 2 * pod.ACC_M_S2)
    after = [i.acc for i in session.inputs(session.parts[0]) if isinstance(i, Packet)]
    assert len(before) > 10
    assert all((b == 2 * a).all() for a, b in zip(before, after, strict=True))


@pytest.mark.once
async def test_a_connection_older_than_the_file_replays_from_decoded_samples(tmp_path):
    """A new engine takes over while the sensors stay connected: their decoders are not new."""
    simulation, first = inputs_of("steady", 20.0)
    sent = list(on_the_air(simulation, [*first, *(later(item, 900.0) for item in first)]))
    silence = [Tick(20.0 + 0.1 * n) for n in range(1, 8000)]
    half = next(n for n, item in enumerate(sent) if item.t > 500.0)
    await record(pods(simulation), [*sent[:half], *silence, *sent[half:]], tmp_path, renew=True)
    one, two = sorted(tmp_path.rglob("*.mcap"))
    assert __main__.main(["replay", str(one), "--diff"]) == 0
    assert __main__.main(["replay", str(two), "--diff"]) == 0
    session = RecordedSession(two)
    wire = [i for i in session.recorded(session.parts[0]) if isinstance(i, Notification)]
    assert wire
    assert all(i.beside for i in wire)


async def test_without_data_there_is_no_file(tmp_path):
    simulation, _ = inputs_of("steady", 0.0)
    ticks = [Tick(t * 0.1) for t in range(100)]
    await record(configured(simulation), [LinkChanged(0.0, "trunk", False), *ticks], tmp_path)
    assert not list(tmp_path.rglob("*.mcap"))


@pytest.mark.once
async def test_after_long_silence_a_new_file_starts_that_replays_alone(tmp_path):
    simulation, first = inputs_of("steady", 40.0)
    silence = [Tick(40.0 + n) for n in range(1, 800)]
    second = [later(item, 900.0) for item in first]
    chosen = configured(simulation)
    events = await record(chosen, [*first, *silence, *second], tmp_path, renew=True)
    paths = sorted(tmp_path.rglob("*.mcap"))
    assert len(paths) == 2
    count = 0
    for path in paths:
        assert __main__.main(["replay", str(path)]) == 0
        session = RecordedSession(path)
        count += sum(1 for part in session.parts for _ in session.events(part))
    assert count == len([e for e in events if getattr(e, "code", "") != "new_engine"])


@pytest.mark.once
async def test_each_file_names_only_its_runner(tmp_path):
    simulation, first = inputs_of("steady", 30.0)
    silence = [Tick(30.0 + n) for n in range(1, 800)]
    second = [later(item, 900.0) for item in first]
    anna, zora, again = (
        Command(t, "runner", x) for t, x in ((0.0, "anna"), (830.0, "zora"), (931.0, "anna"))
    )
    inputs = [anna, *first, *silence, zora, *second, again]
    await record(configured(simulation), inputs, tmp_path, renew=True)
    one, two = (RecordedSession(path) for path in sorted(tmp_path.rglob("*.mcap")))
    for session, runner, other in ((one, "anna", "zora"), (two, "zora", "anna")):
        (part,) = session.parts
        records = [part.opening, session.ending(part), *session.inputs(part)]
        assert part.opening.memory.runner == session.ending(part).runner == runner
        named = [x for x in records if other in repr(x) and x != again]
        assert not named
        assert __main__.main(["replay", str(session.path), "--diff"]) == 0


def later(item, by):
    if isinstance(item, Packet) and item.synced and item.ticks is not None:
        return replace(item, t=item.t + by, ticks=item.ticks + by)
    return replace(item, t=item.t + by)


def notices_of(events):
    return [e.code for e in events if isinstance(e, Notice) and "kept" in e.code]


async def recorded(simulation, inputs, state, meanwhile):
    """Record inputs, with something that happens after a third and after two thirds of them."""
    chosen = configured(simulation)
    engines = app.Engines(chosen)
    where = replace(app.site(chosen), state=str(state), opening=engines.opening)
    events = []
    sink = recorder.Recorder(recorder.Config(), where, events.append)
    engine = engines.begin()
    async with sink:
        for n, item in enumerate(inputs):
            if n % (len(inputs) // 3) == 0 and n:
                await sink._write_and_report(last=False)
                await meanwhile(3 * n // len(inputs))
                await sink._write_and_report(last=False)
            sink.watch(item)
            for event in engine.feed(item):
                sink.take(event)
    return events


async def test_a_folder_that_cannot_be_made_is_reported_and_ends_nothing(tmp_path):
    simulation, inputs = inputs_of("steady", 8.0)
    state = tmp_path / "state"
    state.mkdir()
    (state / "sessions").write_text("a file where the folder should be")
    events = await recorded(simulation, inputs, state, lambda _n: asyncio.sleep(0))
    assert notices_of(events) == ["not_kept"]


async def test_a_folder_that_can_be_made_later_gets_the_whole_session(tmp_path):
    simulation, inputs = inputs_of("steady", 9.0)
    state = tmp_path / "state"
    state.mkdir()
    (state / "sessions").write_text("in the way")

    async def makes_room(third):
        if third == 2:
            (state / "sessions").unlink()

    events = await recorded(simulation, inputs, state, makes_room)
    assert notices_of(events) == ["not_kept", "kept_again"]
    session = RecordedSession(only(state / "sessions"))
    assert not session.damage
    assert len(list(session.inputs(session.parts[0]))) == len(inputs)


async def test_data_refused_by_a_full_disk_are_written_when_there_is_room(tmp_path, monkeypatch):
    simulation, inputs = inputs_of("steady", 9.0)
    full = []
    append = SessionWriter._append

    def refusing(self):
        if not full:
            append(self)
            return
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(self, "_file", Full(self._file))
            append(self)

    async def fills(third):
        full[:] = [True] if third == 1 else []

    monkeypatch.setattr(SessionWriter, "_append", refusing)
    events = await recorded(simulation, inputs, tmp_path, fills)
    assert notices_of(events) == ["not_kept", "kept_again"]
    session = RecordedSession(only(tmp_path / "sessions"))
    assert not session.damage
    assert len(list(session.inputs(session.parts[0]))) == len(inputs)


class Full:
    """A file on a disk that takes nothing."""

    def __init__(self, file):
        self._file = file

    def write(self, data):
        return 0

    def __getattr__(self, name):
        return getattr(self._file, name)


async def test_a_session_deleted_while_written_continues_in_another_file(tmp_path):
    simulation, inputs = inputs_of("steady", 9.0)

    async def deletes(third):
        if third == 2:
            (tmp_path / "sessions").rename(tmp_path / "elsewhere")

    events = await recorded(simulation, inputs, tmp_path, deletes)
    assert notices_of(events) == ["not_kept"]
    rest = RecordedSession(only(tmp_path / "sessions"))
    before = RecordedSession(only(tmp_path / "elsewhere"))
    counted = [len(list(s.inputs(s.parts[0]))) for s in (before, rest)]
    assert sum(counted) == len(inputs)
    assert min(counted) > 0
    assert rest.damage


def test_a_file_that_is_no_session_is_refused_in_one_line(tmp_path, capsys):
    path = tmp_path / "x.mcap"
    for content in (b"", MAGIC[:5], b"PNG", os.urandom(100), MAGIC):
        path.write_bytes(content)
        with pytest.raises(RecordingError):
            RecordedSession(path)
        assert __main__.main(["replay", str(path)]) == 1
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        assert "x.mcap" in err


async def test_a_source_with_its_own_clock_is_not_mistaken_for_silent(tmp_path):
    """The daemon's ticks are on the machine's clock, a simulated run counts from 0."""
    simulation, inputs = inputs_of("steady", 20.0)
    ticks = [replace(i, t=i.t + 1e5) for i in inputs if isinstance(i, Tick)]
    both = [x for i in inputs for x in ([i, ticks.pop(0)] if isinstance(i, Tick) else [i])]
    await record(configured(simulation), both, tmp_path, renew=True)
    assert len(list(tmp_path.rglob("*.mcap"))) == 1


SHORT = """
title = "a short walk"
duration_s = 14.0

[[sensor]]
name = "trunk"
placement = "lower_back"
mounting = [[0, 0, -1], [0, 1, 0], [1, 0, 0]]

[[belt]]
at_s = 1.0
speed_m_s = 1.1

[[does]]
at_s = 1.0
what = "walk"
"""


def test_a_simulated_run_is_recorded_so_that_it_replays_and_a_replay_records_nothing(
    tmp_path, capsys
):
    (tmp_path / "cued.toml").write_text(
        f"[station]\nstate = {str(tmp_path)!r}\n[coach]\nrunner = 'anna'\n"
        "[sinks.recorder]\n[sinks.history]\n"
    )
    (tmp_path / "short.toml").write_text(SHORT)
    chosen = ["--config", str(tmp_path / "cued.toml")]
    fast = ["--speed", "1000", "--events", str(tmp_path / "events")]
    assert __main__.main(["simulate", str(tmp_path / "short.toml"), *fast, *chosen]) == 0
    (part,) = RecordedSession(path := only(tmp_path / "sessions")).parts
    assert part.ending
    assert (part.ending.runner, part.ending.strides > 5) == ("anna", True)
    assert __main__.main(["replay", str(path), "--diff"]) == 0
    known = schema.load(tmp_path / "history.sqlite", "anna")
    assert __main__.main(["replay", str(path), *fast, *chosen]) == 0
    table = str(tmp_path / "table")
    assert __main__.main(["simulate", str(tmp_path / "short.toml"), "--record", table]) == 0
    assert __main__.main(["replay", table, *fast, *chosen]) == 0
    assert only(tmp_path / "sessions") == path
    assert schema.load(tmp_path / "history.sqlite", "anna").sessions == known.sessions == 1


@pytest.mark.once
def test_a_timed_replay_has_the_memory_of_the_coach(workout, tmp_path, capsys):
    folder, *_ = workout
    whole = RecordedSession(only(folder))
    path = tmp_path / "known.mcap"
    log = SessionWriter(path, replace(whole.parts[0].opening, muted=True))
    log.write([i for i in whole.inputs(whole.parts[0]) if i.t < 30.0])
    log.close()
    lines = tmp_path / "events"
    assert __main__.main(["replay", str(path), "--speed", "1000", "--events", str(lines)]) == 0
    cues = [line for line in lines.read_text().splitlines() if '"type":"cue"' in line]
    assert any('"verdict":"muted"' in line for line in cues)
