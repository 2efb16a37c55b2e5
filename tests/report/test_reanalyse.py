"""Many sessions heard anew: the same answer however the work is spread, and none of it lost."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyarrow import parquet

from cued import __main__
from cued.commands import reanalyse
from cued.recording.sessions.session import Session

HERE = Path(__file__).parent
spec = importlib.util.spec_from_file_location("recorder", HERE.parent / "shell/test_recorder.py")
assert spec
assert spec.loader
recorder = importlib.util.module_from_spec(spec)
spec.loader.exec_module(recorder)

GERMAN = '[null,{"station.language":"de"}]'


@pytest.fixture(scope="module")
def sessions(tmp_path_factory):
    state = tmp_path_factory.mktemp("state")
    for name in ("steady", "backward"):
        simulation, inputs = recorder.inputs_of(name, 30.0)
        asyncio.run(recorder.record(recorder.configured(simulation), inputs, state))
    (state / "sessions" / "2020-01-01_000000.mcap").write_bytes(b"not a session")
    return state / "sessions"


def heard(sessions, out, wanted="[null,{}]"):
    out.mkdir(exist_ok=True)
    return [reanalyse.hear(str(p), out=str(out), wanted=wanted) for p in sorted(sessions.iterdir())]


def test_the_own_configuration_changes_nothing(sessions, tmp_path):
    broken, *good = heard(sessions, tmp_path)
    assert "no session" in broken["trouble"]
    for done in good:
        assert done["before"] == done["after"]
        assert done["before"]["stride"] > 5


def test_what_is_done_is_not_done_again_and_half_a_file_is_nothing(sessions, tmp_path):
    first = heard(sessions, tmp_path)
    results = sorted(tmp_path.glob("*.parquet"))
    before = {p: p.read_bytes() for p in results}
    (tmp_path / results[0].name.replace(".parquet", ".77.new")).write_bytes(b"half")
    results[1].unlink()
    again = heard(sessions, tmp_path)
    assert sorted(d["skipped"] for d in again) == [False, False, True]
    assert {p: p.read_bytes() for p in results} == before
    assert [d["after"] for d in again] == [d["after"] for d in first]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"nonsense" * 100])
def test_a_damaged_or_empty_result_is_made_again(sessions, tmp_path, content):
    heard(sessions, tmp_path)
    result = min(tmp_path.glob("*.parquet"))
    whole = result.read_bytes()
    result.write_bytes(content)
    assert sorted(d["skipped"] for d in heard(sessions, tmp_path)) == [False, False, True]
    assert result.read_bytes() == whole


def test_folders_are_searched_to_the_bottom(sessions, tmp_path):
    below = tmp_path / "station-3" / "2026"
    below.mkdir(parents=True)
    one = max(sessions.glob("*.mcap"), key=lambda p: p.stat().st_size)
    (below / one.name).write_bytes(one.read_bytes())
    assert reanalyse._files([tmp_path]) == [below / one.name]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--set", "rules.nope.x=1"], "[rules.nope] is no part"),
        (["--out", str(HERE / "test_reanalyse.py")], "test_reanalyse.py: File exists"),
        (["--workers", "-2"], "-2 is not a number from 1 up"),
    ],
)
def test_what_is_wrong_for_all_is_one_line_before_any_work(sessions, tmp_path, capsys, words, told):
    with contextlib.suppress(SystemExit):
        assert __main__.main(["reanalyse", str(sessions), "--out", str(tmp_path), *words]) != 0
    said = capsys.readouterr()
    assert told in said.err.splitlines()[-1]
    assert not said.out


def test_another_configuration_is_another_result_with_its_provenance(sessions, tmp_path):
    heard(sessions, tmp_path)
    heard(sessions, tmp_path, GERMAN)
    results = sorted(tmp_path.glob("*.parquet"))
    assert len(results) == 4
    told = {parquet.read_schema(p).metadata[b"cued.configuration"].decode() for p in results}
    assert told == {"[null,{}]", GERMAN}


@pytest.mark.filterwarnings("ignore")
def test_one_worker_and_two_give_the_same_files(sessions, tmp_path, capsys):
    for workers in ("1", "2"):
        out = tmp_path / workers
        words = ["reanalyse", str(sessions), "--out", str(out), "--workers", workers]
        assert __main__.main(words) == 1  # one file is no session
        assert "not read: 2020-01-01_000000" in capsys.readouterr().out
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in "12")
    assert one == two
    assert len(one) == 2


def test_sessions_are_left_as_they_are(sessions, tmp_path):
    before = {p: p.read_bytes() for p in sessions.iterdir()}
    heard(sessions, tmp_path, GERMAN)
    assert {p: p.read_bytes() for p in sessions.iterdir()} == before
    assert all(Session(p).parts for p in before if before[p].startswith(b"cued"))


def worker_of(parent):
    """Find a worker process of a command that we started, by its parent."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(status.read_text().rpartition(")")[2].split()[1]) == parent:
                words = (status.parent / "cmdline").read_bytes()
                if b"spawn_main" in words:
                    return int(status.parent.name)
    return None


def test_a_worker_killed_in_the_middle_loses_nothing(sessions, tmp_path):
    many = tmp_path / "sessions"
    many.mkdir()
    good = max(sessions.glob("*.mcap"), key=lambda p: p.stat().st_size)
    for n in range(10):
        (many / f"2026-01-01_00000{n}.mcap").write_bytes(good.read_bytes())
    out = tmp_path / "out"
    words = [sys.executable, "-m", "cued", "reanalyse", str(many), "--out", str(out)]
    command = subprocess.Popen([*words, "--workers", "2"], stdout=subprocess.PIPE, text=True)
    try:
        end = time.monotonic() + 60.0
        while not list(out.glob("*.parquet")) and time.monotonic() < end:
            time.sleep(0.02)  # for another process, which tells nothing sooner
        worker = worker_of(command.pid)
        assert worker is not None
        done_before = len(list(out.glob("*.parquet")))
        os.kill(worker, signal.SIGKILL)
        told, _ = command.communicate(timeout=90)
    finally:
        command.kill()
        command.wait()
    assert done_before < 10, "killed too late to show anything"
    assert command.returncode == 0, told
    assert "10 sessions" in told
    undisturbed = tmp_path / "undisturbed"
    heard(many, undisturbed)
    results = ({p.name: p.read_bytes() for p in d.glob("*.parquet")} for d in (out, undisturbed))
    one, two = results
    assert not list(out.glob("*.new"))
    assert len(one) == 10
    assert one == two
