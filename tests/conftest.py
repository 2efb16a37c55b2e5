"""Fixtures that several folders of tests share."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.helpers.home import HOME

pytest_plugins = ["tests.helpers.bluetooth", "tests.helpers.brokers", "tests.helpers.disk"]

# These tests claim values, not times: on a loaded machine an example may take long.
settings.register_profile("cued", deadline=None)
settings.load_profile("cued")

# A shell's background job starts with Ctrl-C ignored, and so does all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Thousands of tests stay in memory. Searching them for garbage again and again costs a tenth of
# the run, so what collecting them leaves is not searched.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


# Processor time a test may use, s; it does not depend on the machine's other work.
# pytest-timeout ends a test that waits for ever, by the clock.
MOST_WORK_S = 120.0


# The longest tests start first, so that no worker is left with one at the end.
LONGEST = (
    "faults/test_fault_matrix.py",
    "dashboard/test_first_evening.py",
    "dashboard/test_page.py",
    "actuators/test_speech.py",
    "commands/test_reanalyse.py",
)

# Radios and sound in real time come after the fault matrix, which starts four daemons at once.
LAST = (
    "actuators/test_portaudio.py",
    "commands/test_over_bluetooth.py",
    "sources/test_daemon_ble.py",
)

# The same on every Python: pure computing, which the tests of engine and daemon also exercise
# on each version, and checks of the files of the checkout.
ONCE = tuple(
    str(HOME / "tests" / room)
    for room in (
        *("belt", "coach", "devices", "evaluation", "gait", "signal", "simulation"),
        *("recording", "report", "contracts/test_devices.py", "contracts/test_rules.py"),
        *("actuators/test_speech.py", "hardware", "scripts", "test_house.py"),
    )
)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out files that hold no chosen test: importing all of them takes as long as many do."""
    chosen, file = config.option.markexpr, collection_path.suffix == ".py"
    if "not once" in chosen and str(collection_path) in ONCE:
        return True
    if chosen.startswith("alone") and file and "mark.alone" not in collection_path.read_text():
        return True
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {item: str(item.path) for item in items}
    items.sort(key=lambda item: 1 + place[item].endswith(LAST) - place[item].endswith(LONGEST))
    for item in items:
        if place[item].startswith(ONCE):
            item.add_marker(pytest.mark.once)


@pytest.fixture(autouse=True)
def within_its_work(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that computes for too long; those marked slow may."""
    if request.node.get_closest_marker("slow"):
        yield
        return

    def over(_number: int, _frame: object) -> None:
        pytest.fail(f"computed for {MOST_WORK_S:.0f} s", pytrace=True)

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, MOST_WORK_S)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0.0)
    signal.signal(signal.SIGPROF, before)


def _folder(variable: str, name: str) -> Path:
    """Return the folder named by a variable, or the shared one; skip if there is none."""
    named = os.environ.get(variable)
    folder = Path(named) if named else HOME.parent / "shared" / name
    if not folder.is_dir():
        pytest.skip(f"no recordings: {folder} does not exist (set {variable})")
    return folder


@pytest.fixture(scope="session")
def data() -> Path:
    """Folder of real recordings, which are not part of the project."""
    return _folder("CUED_DATA", "data")


@pytest.fixture(scope="session")
def more() -> Path:
    """Folder of recordings of people that nothing was first tuned on."""
    return _folder("CUED_MORE", "more")
