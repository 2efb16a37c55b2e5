"""The minder: when it tells, what it drives, and that it is nothing but small."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

import pytest

from cued import minder
from cued.keeper import PinRequest
from cued.minder import EVERY_S, GONE_S, MOST, Minder
from cued.model import Phase
from cued.runtime.session_marker import BEAT_S, SessionMarker
from tests.helpers.home import HOME
from tests.helpers.program import program
from tests.helpers.running import Running

WANTED = PinRequest(pins=(12, 13), most_s=0.5, frequency_hz=200.0, hardware=False)


def warnings_at(stamps):
    """Return at which times a minder tells, of what the file shows at each step."""
    one = Minder()
    return [0.5 * n for n, stamp in enumerate(stamps) if one.feed(stamp, 0.5 * n)]


def test_a_fresh_or_missing_file_gives_no_warning():
    assert warnings_at([None] * 100) == []
    assert warnings_at(list(range(100))) == []


def test_it_warns_3_s_after_the_last_sign_of_life_and_repeats_but_not_for_ever():
    times = warnings_at([1] * 4 + [2] * 400)
    assert times == [2.0 + GONE_S + n * EVERY_S for n in range(MOST)]
    assert GONE_S >= 3 * BEAT_S


def test_it_is_silent_once_the_coach_is_back():
    assert warnings_at([1] * 10 + list(range(2, 100))) == [GONE_S]


@pytest.mark.parametrize("content", ["", "{", '{"clip": "", "pins": null}'])
def test_an_empty_or_invalid_file_gives_no_outputs(tmp_path, content):
    (tmp_path / "session").write_text(content)
    minder.warn(tmp_path / "session")
    minder.warn(tmp_path / "none")


def test_motors_are_driven_in_pulses_by_a_keeper_and_the_clip_is_played(tmp_path, monkeypatch):
    marker = tmp_path / "session"
    SessionMarker(marker, clip=lambda: "/clip.wav", pins=WANTED).hear(
        Phase(t=1.0, name="settle", from_="idle", why="begin")
    )
    program(tmp_path / "aplay", f'echo "$@" >{tmp_path}/played')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(minder, "PULSES", ((0.01, 0.01),) * 3)
    lines = []
    popen = subprocess.Popen

    class Keeper(popen):
        def __init__(self, command, **options):
            super().__init__(command, **options)
            if "cued.keeper" in command:
                write = self.stdin.write
                self.stdin = _Tee(self.stdin, lines.append, write)

    monkeypatch.setattr(subprocess, "Popen", Keeper)
    minder.warn(marker)
    assert (tmp_path / "played").read_text().split() == ["-q", "/clip.wav"]
    assert b"".join(lines) == b"12 1.0\n13 1.0\n12 0.0\n13 0.0\n" * 3


@pytest.mark.alone
def test_the_runner_feels_when_the_coach_is_killed_in_a_session(tmp_path):
    site = (HOME / "tests/helpers/faulty_site.py").read_text()  # writes down what keepers set
    (tmp_path / "sitecustomize.py").write_text(site)
    marker, pins = tmp_path / "session", tmp_path / "pins"
    coach = Running(tmp_path, program=False)
    minding = subprocess.Popen(
        [sys.executable, "-m", "cued.minder", marker],
        env=os.environ | {"PYTHONPATH": f"{tmp_path}:{HOME}"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while not marker.exists():
            coach.hear("WATCHDOG=1")
        coach.process.kill()
        killed = time.monotonic()
        assert "gone in the middle of a session" in minding.stderr.readline()
        assert time.monotonic() - killed < GONE_S + 2.0
        before = pins.read_text()
        for pin in (12, 13):  # PWM: on is a share of the time
            while len(re.findall(rf" {pin} 0\.\d*[1-9]", pins.read_text()[len(before) :])) < 3:
                assert time.monotonic() - killed < 20.0
                time.sleep(0.1)
    finally:
        minding.kill()
        minding.communicate()
        coach.process.kill()
        coach.process.wait()
        coach.socket.close()


class _Tee:
    def __init__(self, stream, note, write):
        self._stream, self._note, self._write = stream, note, write

    def write(self, data):
        self._note(data)
        return self._write(data)

    def __getattr__(self, name):
        return getattr(self._stream, name)


def test_it_imports_nothing_of_the_coach():
    code = "import sys, cued.minder; print([m for m in sys.modules if m.startswith('cued')])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=HOME,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert set(eval(done.stdout)) == {"cued", "cued.minder"}
