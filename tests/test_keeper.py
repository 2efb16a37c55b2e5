"""A keeper's pins are low in time whatever becomes of the program: seen on real processes."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cued import keeper as module
from cued.gpio import mock_factory
from cued.keeper import PinRequest, Pins
from tests.actuators.test_held_motor import alive
from tests.helpers.home import HOME

pytestmark = pytest.mark.alone

MOST_S, WITHIN_S = 0.5, 0.6
MOTOR = PinRequest(pins=(12, 13), most_s=MOST_S, frequency_hz=200.0, hardware=False)
RELAY = PinRequest(pins=(24,), most_s=MOST_S, hardware=False)

# A program that turns its first pin on and then does what its last argument says. What its keeper
# tells is written to a file that outlives it: the keeper itself has nobody left to tell.
PROGRAM = """
import asyncio, json, os, re, signal, sys, time
from cued import kept
from cued.keeper import PinRequest

async def main(wanted, then):
    loop = asyncio.get_running_loop()
    on = loop.create_future()
    made = await kept.keep(wanted, lambda told: on.done() or on.set_result(told))
    pin = wanted.pins[0]
    made.drive(pin, 1.0)
    await on
    print(made.pid, flush=True)
    if then == "lock":  # matching holds the interpreter's lock, and takes for ever
        re.match(r"(a+)+$", "a" * 40 + "b")
    time.sleep(60)

asyncio.run(main(PinRequest(*json.loads(sys.argv[1])), sys.argv[2]))
"""


class Traced:
    """The program of above, and what its keeper does, read from a copy of the keeper's lines."""

    def __init__(self, folder: Path, wanted: PinRequest, then: str) -> None:
        self.log = folder / "pins"
        # The keeper's lines are copied to a file.
        shutil.copy((HOME / "tests/helpers/faulty_site.py"), folder / "sitecustomize.py")
        path = os.pathsep.join((str(folder), str(HOME)))
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, json.dumps(wanted), then],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": path},
        )
        assert self.process.stdout
        self.keeper = int(self.process.stdout.readline())
        self.since = time.monotonic()

    def off_after_s(self) -> float:
        """Wait until the first pin is low; return how long after it was on."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            lines = [x.split(" ", 3) for x in self.log.read_text().splitlines()[1:]]
            if lines and float(lines[-1][2]) == 0:
                return float(lines[-1][0]) - self.since
            time.sleep(0.01)
        pytest.fail(f"still on: {self.log.read_text()}")

    def ended(self) -> bool:
        """Wait until the keeper is gone."""
        deadline = time.monotonic() + 20
        while alive(self.keeper) and time.monotonic() < deadline:
            time.sleep(0.01)
        return not alive(self.keeper)


@pytest.fixture
def traced(tmp_path):
    made: list[Traced] = []

    def make(wanted: PinRequest, then: str) -> Traced:
        made.append(Traced(tmp_path, wanted, then))
        return made[-1]

    yield make
    for each in made:
        each.process.kill()
        each.process.wait()
        assert each.process.stdout
        each.process.stdout.close()


@pytest.mark.parametrize("wanted", [MOTOR, RELAY], ids=["motor", "relay"])
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
def test_a_pin_is_low_within_0_6_s_of_its_program_being_killed_or_frozen(traced, wanted, sent):
    program = traced(wanted, "sleep")
    program.process.send_signal(sent)
    assert program.off_after_s() < WITHIN_S


@pytest.mark.parametrize("wanted", [MOTOR, RELAY], ids=["motor", "relay"])
def test_a_pin_is_low_within_0_6_s_while_the_program_holds_its_interpreters_lock(traced, wanted):
    assert traced(wanted, "lock").off_after_s() < WITHIN_S


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_program_leaves_the_keeper_running(traced, sent):
    program = traced(MOTOR, "sleep")
    os.kill(program.keeper, sent)
    assert 0.3 < program.off_after_s() < WITHIN_S  # by its time, not by the signal


def test_a_keeper_ends_with_its_program(traced):
    program = traced(MOTOR, "sleep")
    program.process.kill()
    program.process.wait()
    assert program.ended()


def lines(process: subprocess.Popen[bytes], n: int) -> list[str]:
    assert process.stdout
    return [process.stdout.readline().decode().rstrip("\n") for _ in range(n)]


@pytest.fixture
def keeper():
    process = subprocess.Popen(
        [sys.executable, "-m", "cued.keeper", json.dumps(MOTOR)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    )
    with process:
        assert lines(process, 1) == ["ready"]
        yield process
        assert process.stdin
        process.stdin.close()
        process.wait(10)


def test_setting_a_pin_repeatedly_gives_no_more_time(keeper):
    values = (0.5, 0.6, 0.7, 0.8)
    for value in values:
        keeper.stdin.write(f"12 {value}\n".encode())
        select.select([], [], [], 0.1)
    rows = [line.split(" ", 3) for line in lines(keeper, 5)]
    assert [float(x[2]) for x in rows] == [*values, 0.0]
    assert rows[-1][3] == "cut"
    assert float(rows[-1][0]) - float(rows[0][0]) == pytest.approx(MOST_S, abs=0.1)


def test_each_pin_has_its_own_time(keeper):
    keeper.stdin.write(b"12 1.0\n")
    select.select([], [], [], 0.2)
    keeper.stdin.write(b"13 1.0\n")
    rows = [line.split(" ", 3) for line in lines(keeper, 4)]
    assert [(x[1], x[3]) for x in rows] == [("12", ""), ("13", ""), ("12", "cut"), ("13", "cut")]
    for on, off in ((0, 2), (1, 3)):
        assert float(rows[off][0]) - float(rows[on][0]) == pytest.approx(MOST_S, abs=0.1)


def test_pwm_never_has_no_edge():
    class Pin:
        value = 0.0

    pin, said = Pin(), []
    Pins({12: pin}, 0.95, MOST_S, said.append).drive(12, 1.0, now=0.0)
    assert pin.value == 0.95


def test_a_failing_pin_is_reported_with_its_reason():
    class Pin:
        @property
        def value(self) -> float:
            return 0.0

        @value.setter
        def value(self, _: float) -> None:
            raise OSError("the pin is gone")

    said: list[str] = []
    pins = Pins({12: Pin()}, 1.0, MOST_S, said.append)
    pins.drive(12, 1.0, now=0.0)
    assert said[0].split(" ", 3)[2:] == ["0.0", "GPIO: the pin is gone\n"]
    assert pins.wait_s(now=0.0) is None


def test_the_keeper_imports_nothing_of_the_program():
    heavy = ("numpy", "asyncio", "msgspec")
    code = f"import sys, cued.keeper; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def two_stations(monkeypatch):
    """Open pins as two programs would, on mock pins for real ones; their reasons not to."""
    monkeypatch.setattr(module, "open_factory", lambda *_: mock_factory())
    monkeypatch.setattr(module, "_reserved", held := [])
    yield lambda *pins: module._open(PinRequest(pins=pins, most_s=MOST_S))[1:]
    for name in held:
        name.close()


def test_a_pin_of_another_station_is_refused_with_a_message(two_stations) -> None:
    _, why = two_stations(12, 13)
    assert why == ""
    devices, why = two_stations(6, 13)
    assert "GPIO13 is driven by another cued" in why
    devices[13].value = 1.0
    assert type(devices[13].pin_factory).__name__ == "MockFactory"
    assert two_stations(6)[1] == "", "a pin that was given up"
