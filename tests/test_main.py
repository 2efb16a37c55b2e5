"""What the program says when it is used wrongly: one line, one prefix, and what to leave out."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys

import pytest

from cued import __main__
from cued.commands import run
from cued.runtime import lock
from tests.recording.imports.exports import ACC, T, imported, rows


def said(capsys, *arguments):
    """Run a command; its status, and what it said as lines."""
    try:
        status = __main__.main(list(arguments))
    except SystemExit as ended:
        status = ended.code
    return status, capsys.readouterr().err.splitlines()


@pytest.mark.parametrize(
    "arguments",
    [("nosuch",), ("check", "--no-such"), ("say",), ("simulate", "--speed", "-1"), ()],
)
def test_wrong_usage_has_the_prefix_of_all_errors(capsys, arguments):
    status, lines = said(capsys, *arguments)
    assert status == 2
    assert len(lines) == 1
    assert lines[0].startswith("cued: ")


def test_every_line_of_a_bad_configuration_has_prefix_and_file(capsys, tmp_path):
    path = tmp_path / "gym.toml"
    path.write_text("[station]\nnam = 1\nhardwar = 2\n")
    status, lines = said(capsys, "check", "--config", str(path))
    assert status == 78
    assert len(lines) == 2
    for number, line in enumerate(lines, 2):
        assert line.startswith(f"cued: gym.toml: line {number}: [station] ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chek"], "there is no command chek; did you mean check?"),
        (["simulate", "--speed", "1,5"], "--speed: 1,5 is not a number; write 1.5"),
        (["explain", "walk", "--at", "noon"], "--at: noon is not a number"),
        (["simulate", "--seed", "x"], "--seed: x is not a whole number"),
        (["simulate", "steady", "--seed", "-1"], "--seed: -1 is not a whole number from 0 up"),
        (["sessions", "forget", "", "--yes"], "say whose: cued sessions forget RUNNER"),
        (["check", ""], "there is no argument '' here"),
        (["say", "--tone", "alram"], "no tone 'alram'; did you mean alarm?"),
        (["simulate", "steady", "--sound", "/nowhere/a.wav"], "/nowhere/a.wav: No such file"),
        (["import", "/nowhere", "--out", "x"], "/nowhere: there is no such file or folder"),
    ],
)
def test_a_misspelt_word_gets_a_suggestion(capsys, arguments, message):
    _, lines = said(capsys, *arguments)
    assert len(lines) == 1
    assert message in lines[0]


def test_an_unknown_profile_is_reported_with_the_other_mistakes(capsys, tmp_path):
    path = tmp_path / "gym.toml"
    path.write_text('[coach]\nprofile = "first_time"\n[sinks.live]\nadress = ""\n')
    _, lines = said(capsys, "check", "--config", str(path))
    assert len(lines) == 2
    assert any(line.endswith("did you mean first_time_ever?") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "leave"),
    [
        (["--speed", "8"], "leave out --speed 8"),
        (["--sound", "a.wav"], "leave out --sound a.wav"),
        (["--speed", "8", "--sound", "a.wav"], "leave out --speed 8 and --sound a.wav"),
    ],
)
def test_conflicting_options_say_what_to_leave_out(capsys, arguments, leave):
    status, lines = said(capsys, "simulate", "steady", "--over-bluetooth", *arguments)
    assert status == 1
    assert lines == [lines[0]]
    assert lines[0].endswith(leave)


def test_a_run_without_time_says_that_it_keeps_nothing(capsys, tmp_path):
    walk = tmp_path / "walk.toml"
    walk.write_text("duration_s = 4.0\n[[does]]\nat_s = 0.0\nwhat = 'stand'\n")
    arguments = ["simulate", str(walk), "--speed", "0", "--set", f"station.state={tmp_path}"]
    path = tmp_path / "cued.toml"
    path.write_text("[sinks.recorder]\n[sinks.history]\n")
    status, lines = said(capsys, *arguments, "--config", str(path))
    assert status == 0
    assert "writes nothing to [sinks.recorder], [sinks.history]" in lines[0]
    assert said(capsys, *arguments)[1] == []


def test_a_file_that_cannot_be_written_is_named_in_one_line(capsys, tmp_path):
    status, lines = said(capsys, "simulate", "steady", "--speed", "0", "--events", str(tmp_path))
    assert status == 1
    assert len(lines) == 1
    assert str(tmp_path) in lines[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["simulate", "--sped", "8"], "there is no --sped here; did you mean --speed?"),
        (["check", "--quite-another"], "there is no --quite-another here; cued check --help"),
        (["doctor", "gym.toml"], "there is no gym.toml here; cued doctor --help says more"),
    ],
)
def test_an_unknown_option_is_reported_by_its_command(capsys, arguments, message):
    status, lines = said(capsys, *arguments)
    assert status == 2
    assert len(lines) == 1
    assert message in lines[0]


def in_a_shell(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    words = f"{shlex.quote(sys.executable)} -m cued {line}"
    settings = {**os.environ, **environment}
    return subprocess.run(
        ["bash", "-c", words], capture_output=True, text=True, env=settings, check=False
    )


def test_output_to_a_full_disk_is_reported():
    done = in_a_shell("parts >/dev/full")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "cued: what is printed cannot be written: No space left on device"
    ]


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_error(closed):
    done = in_a_shell(f"setup {closed}")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert ("not a terminal" in done.stderr) == ("2>" not in closed)


INTERRUPTED = """
import os, signal, sys
class Finder:
    def find_spec(self, name, *_):
        if name == "numpy":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
signal.signal(signal.SIGINT, signal.default_int_handler)
import cued.__main__
"""


def test_ctrl_c_while_the_program_loads_ends_it_silently():
    command = [sys.executable, "-c", INTERRUPTED]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (-signal.SIGINT, b"")


def test_an_ascii_terminal_gets_distinct_marks():
    done = in_a_shell("doctor", PYTHONIOENCODING="ascii")
    marks = {line[0] for line in done.stdout.splitlines() if line[:1] not in ("", " ")}
    assert "?" not in marks
    assert marks & {"+", "x", "-"}


def test_an_unwritable_folder_is_named_as_given(capsys, tmp_path):
    (tmp_path / "chest.csv").write_text(
        "t_s,ax,ay,az\n" + "".join(f"{n / 100},0,0,9.8\n" for n in range(99))
    )
    out = "/proc/nowhere"
    _, lines = said(capsys, "import", str(tmp_path / "chest.csv"), "--out", out)
    assert len(lines) == 1
    assert lines[0].startswith(f"cued: {out}: ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["report"], "a folder, not a session; cued sessions lists"),
        (["export", "--csv", "x.csv"], "a folder, not a session; cued sessions lists"),
        (["replay"], "a pipe or a device, not a file"),
        (["explain", "--at", "1"], "a pipe or a device, not a file"),
    ],
)
def test_folders_and_pipes_instead_of_a_recording_are_refused(tmp_path, capsys, words, message):
    (tmp_path / "chest.csv").write_text("t_s,ax,ay,az\n" + rows(T, ACC))
    imported(tmp_path, tmp_path / "chest.csv")
    table = next((tmp_path / "out").glob("*.csv*"))
    table.unlink()
    os.mkfifo(table)
    capsys.readouterr()
    assert __main__.main([words[0], str(tmp_path / "out"), *words[1:]]) == 1
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1


def test_a_second_daemon_of_a_station_stops_with_one_line(tmp_path, capsys):
    file = tmp_path / "cued.toml"
    file.write_text(
        f'[station]\nname = "one"\nhardware = false\nstate = "{tmp_path}"\n[sources.simulate]\n'
    )
    with lock.only_one(tmp_path, "one"):
        assert __main__.main(["run", "--config", str(file)]) == 1
    output = capsys.readouterr().err
    assert output.startswith("cued: station one is run by another cued already")
    assert output.count("\n") == 1
    with lock.only_one(tmp_path, "one"):  # it is let go of
        pass


def test_a_daemon_started_next_to_the_service_stops_with_one_line(monkeypatch, capsys, tmp_path):
    file = tmp_path / "cued.toml"
    file.write_text(f'[station]\nstate = "{tmp_path}"\n[sources.ble]\n')
    monkeypatch.setattr(run.Machine, "active", lambda *_: True)
    monkeypatch.delenv("INVOCATION_ID", raising=False)
    assert __main__.main(["run", "--config", str(file)]) == 1
    output = capsys.readouterr().err
    assert "sudo systemctl stop cued" in output
    assert output.count("\n") == 1
