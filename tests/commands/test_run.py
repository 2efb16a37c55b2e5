"""The daemon as a process: what its signals do, and what systemd hears."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from cued.actuators import speech
from cued.commands import run
from cued.config import Site, load
from cued.model import Notice
from tests.helpers.home import HOME
from tests.helpers.running import GOOD, Running

pytestmark = pytest.mark.alone


@pytest.fixture
def running(tmp_path):
    daemon = Running(tmp_path)
    yield daemon
    daemon.process.kill()
    daemon.process.wait()
    daemon.socket.close()


def test_reload_takes_a_good_configuration_and_refuses_a_bad_one(running):
    running.hear("READY=1")
    running.hear("WATCHDOG=1")
    running.config.write_text("[station]\nlanguge = 'de'\n")
    running.process.send_signal(signal.SIGHUP)
    running.logs("did you mean language?; the old configuration stays")
    running.config.write_text(GOOD.format(name="two"))
    running.process.send_signal(signal.SIGHUP)
    running.hear("RELOADING=1")
    running.hear("READY=1")
    running.hear("WATCHDOG=1")
    assert running.end() < 2.0  # a limit of the service, not of this machine
    running.hear("STOPPING=1")


def test_it_ends_when_its_terminal_hangs_up(tmp_path):
    keyboard, terminal = os.openpty()
    daemon = Running(tmp_path, terminal)
    try:
        daemon.hear("READY=1")
        daemon.process.send_signal(signal.SIGHUP)
        assert daemon.process.wait(10.0) == 0
    finally:
        daemon.process.kill()
        daemon.socket.close()
        os.close(keyboard)
        os.close(terminal)


@pytest.mark.parametrize("mode", [None, 0o644], ids=["absent", "readable by all"])
def test_reload_refuses_a_password_that_cannot_be_used(running, tmp_path, mode):
    running.hear("READY=1")
    secret = tmp_path / "secret"
    if mode:
        secret.write_text("horse")
        secret.chmod(mode)
    mqtt = f"[sinks.mqtt]\nuser = 'cued'\npassword_file = '{secret}'\n"
    running.config.write_text(GOOD.format(name="two") + mqtt)
    running.hear("WATCHDOG=1")
    running.process.send_signal(signal.SIGHUP)
    running.logs("the old configuration stays")
    assert "[sinks.mqtt] password_file" in running.log.read_text()
    assert running.process.poll() is None


def test_a_session_leaves_its_file_only_when_the_coach_is_killed(tmp_path):
    for number, left in ((signal.SIGTERM, False), (signal.SIGKILL, True)):
        daemon = Running(tmp_path / str(number), program=False)
        marker = tmp_path / str(number) / "session"
        try:
            daemon.hear("READY=1")
            while not marker.exists():
                daemon.hear("WATCHDOG=1")
            daemon.process.send_signal(number)
            daemon.process.wait(20)
            assert marker.exists() == left
        finally:
            daemon.process.kill()
            daemon.process.wait()
            daemon.socket.close()


def test_a_stopped_process_is_not_reported_as_alive(running):
    running.hear("READY=1")
    running.hear("WATCHDOG=1")
    running.process.send_signal(signal.SIGSTOP)
    assert running.silent(1.5)
    running.process.send_signal(signal.SIGCONT)
    running.socket.settimeout(20.0)
    running.hear("WATCHDOG=1")


def test_a_wrong_configuration_ends_with_78(tmp_path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[sources.simulate]\nspede = 1\n")
    done = subprocess.run(
        [sys.executable, "-m", "cued", "run", "--config", str(wrong)],
        cwd=HOME,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 78
    assert "spede" in done.stderr


async def test_without_a_place_for_clips_there_are_tones_and_one_notice(tmp_path):
    (tmp_path / "full").touch()
    said = []
    site = Site(cache=str(tmp_path / "full"), hardware=False)
    async with speech.Speech(speech.Config(), site, said.append, texts=["one", "two"]) as voice:
        assert await voice.rendered() == {"one", "two"}
    warnings = [n for n in said if isinstance(n, Notice) and n.level != "info"]
    assert [n.code for n in warnings] == ["words_missing"]


@pytest.mark.parametrize("stands", [True, False], ids=["right", "wrong by now"])
async def test_a_reload_during_set_up_waits_for_its_end(tmp_path, monkeypatch, stands):
    config, served, hang_ups = tmp_path / "cued.toml", [], []
    config.write_text(GOOD.format(name="one"))
    before = load(config)

    async def serve_daemon(config, *_, **__):
        served.append(config.station.name)
        return run.Opened() if len(served) == 1 else None

    async def set_up(*_):
        config.write_text(GOOD.format(name="two") if stands else "[station]\nnam = 1\n")
        hang_ups[-1]()
        return False

    class Caught:
        def __init__(self, _loop): ...

        def set_actions(self, actions):
            hang_ups.append(actions[signal.SIGHUP])

    monkeypatch.setattr(run, "Signals", Caught)
    monkeypatch.setattr(run, "_serve", serve_daemon)
    monkeypatch.setattr(run, "leave_soon", lambda: None)
    monkeypatch.setattr("cued.commands._setup.opened.set_up", set_up)
    assert not await run.serve(before, lambda: load(config), config)
    assert served == ["one", "two" if stands else "one"]
