"""The set-up scripts: nothing is silent, what was cut off is made anew, every part runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from tests.helpers.home import HOME
from tests.helpers.program import program

SETUP = HOME / "scripts" / "_setup.sh"


def shell(code, folder=HOME):
    """Run code after the set-up functions, in a tree of its own."""
    there = folder / "scripts"
    if folder != HOME:
        there.mkdir(exist_ok=True)
        shutil.copy(SETUP, there)
    return subprocess.run(
        ["bash", "-euc", f'BASH_SOURCE=x; . "{there}/_setup.sh"; {code}'],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_long_work_shows_its_progress():
    done = shell("STILL_S=1; patiently sh -c 'echo Collecting numpy; sleep 2.5'")
    assert done.returncode == 0
    assert "s  Collecting numpy" in done.stderr


def test_a_long_line_is_shown_by_its_start():
    names = " ".join(f"package-{n}" for n in range(60))
    done = shell(
        f"STILL_S=1; patiently sh -c 'echo Installing collected packages: {names}; sleep 2.5'"
    )
    assert "s  Installing collected packages: package-0" in done.stderr


def test_short_work_that_succeeds_is_silent():
    assert shell("STILL_S=60; patiently echo Collecting numpy").stderr == ""


def test_what_failed_is_shown_with_its_status():
    done = shell("patiently sh -c 'echo broken wheel; exit 3'")
    assert done.returncode == 3
    assert "broken wheel" in done.stderr
    assert "no network" not in done.stderr


def test_a_missing_network_is_reported_as_such():
    for said in (
        "NewConnectionError: [Errno -3] Temporary failure in name resolution",
        "Temporary failure resolving 'deb.debian.org'",
        "Could not connect to deb.debian.org:80",
    ):
        done = shell(f'patiently sh -c "echo \\"{said}\\"; exit 1"')
        assert "no network: connect this machine and run the same command again" in done.stderr


PIP = '[ "$1" = -c ] && exec {python} "$@"\necho "$@" >> {log}\n{then}\n[ ! -e {fail} ]'


def tree(folder, then=""):
    """Make a tree with a Python that can make environments, whose pip and uv only write down."""
    (folder / "pyproject.toml").touch()
    pip = PIP.format(python=sys.executable, log=folder / "log", fail=folder / "fail", then=then)
    inside = program(folder / "inside", pip)
    maker = program(
        folder / "maker",
        '[ "$1" != -c ] || exit 0\nrm -rf .venv; mkdir -p .venv/bin\n'
        f'cp "{inside}" .venv/bin/python\necho "$@" >> {folder}/log',
    )
    return f"environment .venv {maker} dev"


def test_an_environment_is_made_once(tmp_path):
    make = tree(tmp_path)
    assert shell(f"{make}; {make}", tmp_path).returncode == 0
    log = (tmp_path / "log").read_text().splitlines()
    assert [line.split()[1] for line in log] == ["venv", "pip", "uv"]
    assert not (tmp_path / ".venv/.unfinished").exists()


@pytest.mark.parametrize("fails", ["*compile?uv", "-m?uv*"], ids=["to come", "to install"])
def test_pip_installs_where_uv_fails(tmp_path, fails):
    make = tree(tmp_path, f'case "$*" in {fails}) exit 1;; esac')
    assert shell(make, tmp_path).returncode == 0
    last = (tmp_path / "log").read_text().splitlines()[-1]
    assert last.startswith("-m pip install")
    assert last.endswith("-e .[dev]")


def test_an_incomplete_environment_is_rebuilt(tmp_path):
    make = tree(tmp_path)
    (tmp_path / "fail").touch()
    assert shell(make, tmp_path).returncode == 1
    assert (tmp_path / ".venv/.unfinished").exists()
    (tmp_path / "fail").unlink()
    again = shell(make, tmp_path)
    assert again.returncode == 0
    assert "unfinished or broken: making it again" in again.stderr
    assert (tmp_path / "log").read_text().count("venv --clear") == 2


def test_an_environment_without_pip_is_rebuilt(tmp_path):
    make = tree(tmp_path)
    program(tmp_path / ".venv/bin/python", "exit 1")
    (tmp_path / ".venv/.installed-dev").touch()
    assert shell(make, tmp_path).returncode == 0
    assert "venv --clear" in (tmp_path / "log").read_text()


def test_without_root_the_one_needed_command_is_named(tmp_path):
    for name, body in (("dpkg-query", "exit 1"), ("id", "echo 1000"), ("sudo", "exit 1")):
        program(tmp_path / "bin" / name, body)
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    done = shell(f'export PATH="{path}"; system_packages python3-venv espeak-ng')
    assert done.returncode == 0
    assert "sudo apt install python3-venv espeak-ng" in done.stderr


def test_a_package_that_is_not_to_be_had_does_not_cost_the_others(tmp_path):
    there = tmp_path / "there"
    knows = f'case "$*" in *mosquitto) [ ! -e {there} ] || echo "install ok installed";; esac'
    gives = f'case "$*" in *no-such*) exit 100;; *-y*mosquitto) touch {there};; esac'
    for name, body in (("dpkg-query", knows), ("id", "echo 0"), ("apt-get", gives)):
        program(tmp_path / "bin" / name, body)
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    done = shell(f'export PATH="{path}"; system_packages mosquitto no-such')
    assert done.returncode == 0
    assert "could not install: no-such (" in done.stderr


def run_tests_with_tools_that_end_with(status, folder):
    """Run scripts/test in a tree whose tools only log their arguments and end with status."""
    tools = folder / ".venv" / "bin"
    for name in ("ruff", "lint-imports", "pyright", "python"):
        program(tools / name, f'echo {name} "$@" >> {folder}/ran\nexit {status}')
    scripts = folder / "scripts"
    scripts.mkdir()
    stand_ins = (
        "system_packages() { :; }; environment() { :; }; venv_package() { :; };"
        f' python_for() {{ [ "$1" = 3.11 ] && echo "{tools}/python"; }}'
    )
    (scripts / "_setup.sh").write_text(SETUP.read_text() + stand_ins)
    shutil.copy(HOME / "scripts" / "test", scripts)
    return subprocess.run(
        ["bash", scripts / "test"], capture_output=True, text=True, check=False, cwd=folder
    )


def test_every_part_of_the_tests_runs_after_a_failure(tmp_path):
    done = run_tests_with_tools_that_end_with(1, tmp_path)
    assert done.returncode == 1
    lines = (tmp_path / "ran").read_text()
    for part in ("ruff format", "ruff check", "lint-imports", "pyright", "not alone", "-m alone"):
        assert part in lines, lines
    assert "== failed: format; lint; architecture;" in done.stderr


def test_tests_that_pass_end_with_0(tmp_path):
    done = run_tests_with_tools_that_end_with(0, tmp_path)
    assert "== all parts passed" in done.stderr
    assert done.returncode == 0
