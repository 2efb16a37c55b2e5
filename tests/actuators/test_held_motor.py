"""A program that holds a motor and is ended or frozen."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from cued.actuators import haptic
from cued.commands import _bench_hardware as bench
from cued.config import Site


@pytest.fixture
def site(tmp_path):
    return Site(runtime=str(tmp_path), hardware=False)


def alive(pid):
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.alone
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_ending_a_program_ends_its_keeper(site, sign):
    with bench.held(haptic.Config(), site) as (program, keeper):
        assert alive(keeper)
        os.kill(program, sign)
        # Its pins are low before it ends, but how long Python takes to end is the machine's.
        assert bench.off_after(12, lambda _pin: alive(keeper), give_up_s=20.0) is not None


def test_no_frozen_program_is_left_behind(site):
    with bench.held(haptic.Config(), site) as (program, keeper):
        for pid in (program, keeper):
            os.kill(pid, signal.SIGSTOP)
        assert bench.off_after(12, lambda _pin: alive(keeper), give_up_s=0.3) is None
    deadline = time.monotonic() + 5
    while alive(keeper):
        assert time.monotonic() < deadline
        time.sleep(0.01)
