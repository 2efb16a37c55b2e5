"""Re-analysis of many sessions: the same results however the work is spread, and none lost."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyarrow import dataset as arrow_dataset
from pyarrow import parquet

from cued import __main__, __version__
from cued.commands import _cluster, reanalyse
from cued.model import Command, Fall
from cued.recording.sessions.records import MAGIC
from cued.recording.sessions.session import RecordedSession
from cued.report import dataset, reanalysis
from cued.report.done import Done, RunOptions, troubles
from tests.sinks import test_recorder as recorder

OWN = RunOptions().text()
GERMAN = RunOptions(laid={"station.language": "de"}).text()


@pytest.fixture(scope="module")
def sessions(tmp_path_factory):
    state = tmp_path_factory.mktemp("state")
    for name in ("steady", "backward"):
        simulation, inputs = recorder.inputs_of(name, 30.0)
        asyncio.run(recorder.record(recorder.configured(simulation), inputs, state))
    (state / "sessions" / "2020-01-01_000000.mcap").write_bytes(b"not a session")
    return state / "sessions"


@pytest.fixture(scope="module")
def heard_once(sessions, tmp_path_factory):
    """Analyse the sessions in their own configuration once; return status and files to copy."""
    out = tmp_path_factory.mktemp("heard")
    return heard(sessions, out), out


@pytest.fixture
def results(heard_once, tmp_path):
    """Return a copy of those files that a test may change."""
    return shutil.copytree(heard_once[1], tmp_path / "results")


def heard(sessions, out, wanted=OWN):
    out.mkdir(exist_ok=True)
    paths = sorted(sessions.iterdir())
    return [d for p in paths for d in reanalyse.analyse(str(p), out=str(out), wanted=[wanted])]


def rows(out):
    return sorted(out.glob("configuration=*/station=*/*.parquet"))


def content(out):
    return {p.relative_to(out): p.read_bytes() for p in out.rglob("*.parquet")}


def test_a_sessions_own_configuration_changes_nothing(heard_once):
    broken, *good = heard_once[0]
    assert "not a session" in broken.trouble
    for done in good:
        assert done.before == done.after
        assert done.before["stride"] > 5


def test_finished_work_is_not_repeated_and_a_partial_file_does_not_count(
    sessions, heard_once, results
):
    files = rows(results)
    before = {p: p.read_bytes() for p in files}
    files[0].with_name(f"{files[0].name}.77.new").write_bytes(b"half")
    files[1].unlink()
    again = heard(sessions, results)
    assert sorted(d.skipped for d in again) == [False, False, True]
    assert {p: p.read_bytes() for p in files} == before
    assert [d.after for d in again] == [d.after for d in heard_once[0]]


@pytest.mark.once
@pytest.mark.parametrize("which", ["", "_sessions"])
def test_a_damaged_or_empty_result_is_redone(sessions, results, which):
    result = min(rows(results / which), key=lambda p: p.stat().st_size)
    whole = result.read_bytes()
    for damage in (b"", b"PAR1", b"nonsense" * 100):
        result.write_bytes(damage)
        assert sorted(d.skipped for d in heard(sessions, results)) == [False, False, True]
        assert result.read_bytes() == whole


def test_folders_are_searched_recursively(sessions, tmp_path):
    below = tmp_path / "station-3" / "2026"
    below.mkdir(parents=True)
    one = max(sessions.glob("*.mcap"), key=lambda p: p.stat().st_size)
    (below / one.name).write_bytes(one.read_bytes())
    assert reanalyse._files([str(tmp_path)]) == [below / one.name]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--set", "rules.nope.x=1"], "[rules.nope] is no part"),
        (["--out", __file__], "test_reanalyse.py: File exists"),
        (["--workers", "-2"], "-2 is not a number from 1 up"),
        (["--shard", "4/3"], "4/3 is not a share such as 3/24"),
        (["--sweep", "rules.nope.x=1,2"], "[rules.nope] is no part"),
        (["--sweep", "rules"], "--sweep rules: write SECTION.KEY=VALUE,VALUE"),
    ],
)
def test_a_mistake_for_all_sessions_is_one_line_before_any_work(
    sessions, tmp_path, capsys, words, told
):
    with contextlib.suppress(SystemExit):
        assert __main__.main(["reanalyse", str(sessions), "--out", str(tmp_path), *words]) != 0
    said = capsys.readouterr()
    assert told in said.err.splitlines()[-1]
    assert not said.out


def test_another_configuration_gives_another_result_and_leaves_the_sessions(sessions, results):
    before = {p: p.read_bytes() for p in sessions.iterdir()}
    heard(sessions, results, GERMAN)
    files = rows(results)
    assert len(files) == 4
    used = {parquet.read_schema(p).metadata[b"cued.configuration"].decode() for p in files}
    assert used == {OWN, GERMAN}
    assert {p: p.read_bytes() for p in sessions.iterdir()} == before
    assert all(RecordedSession(p).parts for p in before if before[p].startswith(MAGIC))


@pytest.mark.filterwarnings("ignore")
def test_one_worker_and_two_give_the_same_files(sessions, tmp_path, capsys):
    for workers in ("1", "2"):
        out = tmp_path / workers
        words = ["reanalyse", str(sessions), "--out", str(out), "--workers", workers]
        assert __main__.main(words) == 1  # one file is not a session
        assert "not read: 2020-01-01_000000" in capsys.readouterr().out
    one, two = (content(tmp_path / n) for n in "12")
    assert one == two
    assert len(one) == 4


def worker_of(parent):
    """Find a worker process of a command that we started, by its parent."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(status.read_text().rpartition(")")[2].split()[1]) == parent:
                words = (status.parent / "cmdline").read_bytes()
                if b"spawn_main" in words:
                    return int(status.parent.name)
    return None


@pytest.mark.once
def test_a_worker_killed_in_the_middle_loses_nothing(sessions, tmp_path):
    many = tmp_path / "sessions"
    many.mkdir()
    good = max(sessions.glob("*.mcap"), key=lambda p: p.stat().st_size)
    for n in range(4):
        (many / f"2026-01-01_00000{n}.mcap").write_bytes(good.read_bytes())
    out = tmp_path / "out"
    words = [sys.executable, "-m", "cued", "reanalyse", str(many), "--out", str(out)]
    command = subprocess.Popen([*words, "--workers", "2"], stdout=subprocess.PIPE, text=True)
    try:
        wait_for_work(command, out)
        worker = worker_of(command.pid)
        assert worker is not None
        done_before = len(rows(out))
        os.kill(worker, signal.SIGKILL)
        output, _ = command.communicate()
    finally:
        command.kill()
        command.wait()
    assert done_before < 4, "killed too late to show anything"
    assert command.returncode == 0, output
    assert "4 sessions" in output
    undisturbed = tmp_path / "undisturbed"
    heard(many, undisturbed)
    assert not list(out.rglob("*.new"))
    assert len(rows(out)) == 4
    assert content(out) == content(undisturbed)


@pytest.mark.once
def test_ctrl_c_ends_it_without_a_traceback(sessions, tmp_path):
    many = tmp_path / "sessions"
    many.mkdir()
    good = max(sessions.glob("*.mcap"), key=lambda p: p.stat().st_size)
    for n in range(30):  # more than can be done before the interrupt
        (many / f"2026-01-01_0000{n:02}.mcap").write_bytes(good.read_bytes())
    out = tmp_path / "out"
    words = [sys.executable, "-m", "cued", "reanalyse", str(many), "--out", str(out)]
    # The tests' parent may ignore Ctrl-C (nohup does), and children inherit that.
    heeding = ["env", "--default-signal=INT", *words, "--workers", "1"]
    command = subprocess.Popen(heeding, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        wait_for_work(command, out)
        os.killpg(command.pid, signal.SIGINT)  # as a terminal does
        _, said = command.communicate()
    finally:
        command.kill()
        command.wait()
    assert command.returncode == 130
    assert said.splitlines() == ["stopped; the same command continues from here"]


def wait_for_work(command, out):
    """Wait until the other process has written its first result."""
    while not rows(out) and command.poll() is None:
        time.sleep(0.02)
    assert command.poll() is None, "it ended before anything could happen to it"


# --- the dataset ---------------------------------------------------------------------------------


@pytest.mark.once
def test_a_sweep_runs_each_value_without_mixing_them(sessions, tmp_path, capsys):
    words = ["--out", str(tmp_path), "--shard", "1/1", "--sweep", "station.language=de,en"]
    assert __main__.main(["reanalyse", str(sessions), *words]) == 1  # one file is not a session
    said = capsys.readouterr().out
    assert "station.language=de" in said
    assert "station.language=en" in said
    folders = sorted(p.name for p in tmp_path.glob("configuration=*"))
    assert len(folders) == 2
    for folder in folders:
        found = dataset.read(tmp_path, about=True)
        own = [r for r in found if f"configuration={r['configuration']}" == folder]
        assert len(own) == 2
        settings = {r["settings"] for r in own}
        assert len(settings) == 1
    alone = tmp_path / "alone"
    heard(sessions, alone, GERMAN)
    swept = {p: b for p, b in content(tmp_path).items() if p in content(alone)}
    assert swept == content(alone)


@pytest.mark.once
def test_shards_share_the_sessions(sessions, heard_once, tmp_path):
    shares = []
    for k in (1, 2, 3):
        out = tmp_path / str(k)
        __main__.main(["reanalyse", str(sessions), "--out", str(out), "--shard", f"{k}/3"])
        shares.append({p.name for p in rows(out)})
    assert set.union(*shares) == {p.name for p in rows(heard_once[1])}
    assert sum(map(len, shares)) == 2


def test_rows_name_their_source_and_columns_their_unit(heard_once):
    out = heard_once[1]
    for row in dataset.read(out):
        assert row["version"] == __version__
        assert len(row["configuration"]) == len(row["input"]) == 12
        assert row["hours"] == pytest.approx(30 / 3600, rel=0.1)
        assert row["direction"] in ("forward", "backward", "unknown")
    about = dataset.read(out, about=True)
    assert len(about) == 2
    assert all(json.loads(row["effective"])["sensors"] for row in about)
    for path in (p for p in out.rglob("*.parquet")):
        schema = parquet.read_schema(path)
        assert all(field.metadata[b"unit"] for field in schema)
        assert schema.metadata[b"cued.version"].decode() == __version__
    together = arrow_dataset.dataset(out, partitioning="hive").to_table()
    assert together.num_rows == len(dataset.read(out))


def test_a_possible_fall_has_its_own_word():
    run = reanalysis.Run({}, 0.0)
    for stage in ("possible", "confirmed"):
        run.feed(Fall(t=1.0, stage=stage))
    run.feed(Command(2.0, "mark"))
    run.feed(Command(2.0, "mute"))
    assert dict(run.counts) == {"possible_fall": 1, "fall": 1}
    assert [row["type"] for row in run.rows] == ["possible_fall", "fall", "mark"]


@pytest.mark.once
def test_a_quick_run_is_marked_and_not_mixed_with_an_exact_one(
    sessions, heard_once, tmp_path, capsys
):
    exact = heard_once[1]
    words = ["reanalyse", str(sessions), "--out", str(tmp_path / "quick"), "--shard", "1/1"]
    assert __main__.main([*words, "--quick"]) == 1
    assert "not exact" in capsys.readouterr().out
    quick = tmp_path / "quick"
    assert [{r["exact"] for r in dataset.read(f)} for f in (exact, quick)] == [{True}, {False}]
    assert not {p.name for p in rows(exact)} & {p.name for p in rows(quick)}
    steps = [sum(r["strides"] for r in dataset.read(f, about=True)) for f in (exact, quick)]
    assert steps[0] == steps[1] > 0


@pytest.mark.once
def test_sessions_and_results_may_be_on_another_filesystem(sessions, heard_once, tmp_path, capsys):
    afar = importlib.import_module("upath").UPath("memory://lab")
    for path in sessions.glob("*.mcap"):
        (afar / "sessions").mkdir(parents=True, exist_ok=True)
        (afar / "sessions" / path.name).write_bytes(path.read_bytes())
    words = ["reanalyse", "memory://lab/sessions", "--out", "memory://lab/out", "--shard", "1/1"]
    assert __main__.main(words) == 1
    assert "2020-01-01" in capsys.readouterr().out  # the file that is not a session
    assert {p.name: p.read_bytes() for p in rows(afar / "out")} == {
        p.name: p.read_bytes() for p in rows(heard_once[1])
    }
    __main__.main(words)
    assert "2 of them done earlier" in capsys.readouterr().out
    assert __main__.main(["reanalyse", "nowhere://a", "--out", str(tmp_path)]) != 0
    assert "nowhere" in capsys.readouterr().err


# --- a cluster -----------------------------------------------------------------------------------


def test_a_worker_that_fails_is_reported_in_one_line(tmp_path):
    (tmp_path / "marker").touch()
    whole = _cluster.preflight(__file__, str(tmp_path), "marker")
    assert not _cluster.refused("tcp://a", whole)
    unseen = _cluster.preflight("/nowhere/a.mcap", str(tmp_path), "marker")
    assert _cluster.refused("a", unseen) == "worker a: /nowhere/a.mcap: No such file or directory"
    other = _cluster.preflight(__file__, "/usr", "marker")
    assert "is a different folder there" in _cluster.refused("a", other)
    assert "worker a has numpy 1.0, this" in _cluster.refused("a", {**whole, "numpy": "1.0"})


def test_one_problem_of_many_sessions_is_one_line():
    done = [Done(session=f"s{n}", trouble=f"/data/s{n}.mcap: no such file") for n in range(5000)]
    done.append(Done(session="odd", trouble="/data/odd.mcap, byte 0: this is not a session"))
    lines = troubles(done)
    assert len(lines) == 2
    assert "5000 sessions such as s0" in lines[0]


def test_progress_shows_hours_and_time_left_as_lines_off_a_terminal(capsys):
    now = [0.0]
    paths = [Path(str(n)) for n in range(4)]
    progress = _cluster.Progress(dict.fromkeys(paths, 100), clock=lambda: now[0])
    for path in paths[:2]:
        now[0] += 90.0
        progress.feed(path, [Done(session=path.stem, seconds=1800.0)])
    assert capsys.readouterr().err.splitlines() == [
        "1 of 4 sessions, 0.5 h, 4 min left",
        "2 of 4 sessions, 1.0 h, 3 min left",
    ]


def test_a_pipe_is_no_session_and_a_file_that_cannot_be_read_is_named(tmp_path, capsys):
    pipe, closed = tmp_path / "pipe.mcap", tmp_path / "folder.mcap"
    os.mkfifo(pipe)
    words = ["reanalyse", str(pipe), "--out", str(tmp_path / "out"), "--shard", "1/1"]
    assert __main__.main(words) == 1
    assert capsys.readouterr().err == f"cued: {pipe}: there is no session\n"
    closed.mkdir()
    (done,) = reanalyse.analyse(str(closed), out=str(tmp_path), wanted=[])
    assert done.trouble == f"{closed}: Is a directory"
