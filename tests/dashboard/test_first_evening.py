"""The first evening: a phone leads a new machine to a workout that starts, with wrong turns.

Everything is real except Bluetooth, which has a stand-in, and loudspeaker and motors, which a
machine replaces that records its words.
"""

from __future__ import annotations

import asyncio
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cued import app, config
from cued.commands._setup.opened import set_up
from cued.commands._setup.place import Place
from cued.commands._setup.real import Real
from cued.commands._setup.topics import sensors, walked
from cued.config import Site
from cued.daemon import Daemon
from cued.devices import pod
from cued.model import Command, Phase
from cued.sinks import _door
from cued.standin.bluez import Bluez
from cued.standin.bus import private_bus
from cued.standin.machines import TreadmillPeripheral
from tests.dashboard.test_setup_page import PHONE, let_in, on
from tests.helpers.pods import LSB_PER_G, Pod, frame
from tests.helpers.world import wait_for

pytestmark = [pytest.mark.once, pytest.mark.timeout(600)]
FRAMES_HZ = 50.0
PAUSE_S = 4.0  # before digits are spoken again; 10 s in the program, for a listener


class Leg(Pod):
    """A pod on a leg that may stamp."""

    stamps = silent = False

    def send(self) -> None:
        """Send the next two samples: standing, or a blow of 10 g."""
        if self.streaming and not self.silent:
            blow = 10 * LSB_PER_G if self.stamps and self.frames % 50 == 0 else self.frames % 3
            self.bluez.notify(self, pod.DATA, frame(self.frames, blow, blow))
        self.frames += 1


class Heard(Real):
    """The machine without sound and motors."""

    def __init__(self) -> None:
        super().__init__(Site(hardware=False))
        self.said: list[str] = []

    def say(self, text: str, options: object, language: str) -> str:
        self.said.append(text)
        return ""

    def buzz(self, side: str, options: object) -> str:
        return ""

    def digits(self) -> str:
        return next(t for t in reversed(self.said) if t[0].isdigit()).replace(", ", "")


class House(threading.Thread):
    """A treadmill with two pods in reach, and the machine next to it."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.path, self.url, self.machine = path, "", Heard()
        self.loop = asyncio.new_event_loop()
        self.left: Leg
        self.right: Leg
        self._over = asyncio.Event()
        self._opened: asyncio.Task[bool] | None = None

    def run(self) -> None:
        self.loop.run_until_complete(self._house())

    async def _house(self) -> None:
        async with Bluez() as bluez:
            self.left, self.right = Leg(bluez, 1), Leg(bluez, 2)
            belt = TreadmillPeripheral(bluez)
            for device in (self.left, self.right, belt.peripheral):
                bluez.add(device)
            playing = asyncio.create_task(self._play(belt))
            await self._over.wait()
            playing.cancel()

    async def _play(self, belt: TreadmillPeripheral) -> None:
        due, n = self.loop.time(), 0
        while True:
            self.left.send()
            self.right.send()
            if n % 50 == 0:
                belt.report()
            due, n = max(due + 1.0 / FRAMES_HZ, self.loop.time()), n + 1
            await asyncio.sleep(due - self.loop.time())

    def power(self, monkeypatch: Any) -> None:
        """Switch the machine on, with set-up open."""
        self.url = ""
        self.machine.said.clear()  # earlier greetings and digits would match below
        place = Place(self.path, "127.0.0.1", 0)
        monkeypatch.setattr(
            "cued.commands._setup.opened.show_address",
            lambda _, port: setattr(self, "url", f"http://127.0.0.1:{port}/"),
        )

        async def on() -> None:
            self._opened = asyncio.ensure_future(set_up(place, None, self.machine))

        asyncio.run_coroutine_threadsafe(on(), self.loop).result(10)
        wait_for(lambda: self.url, "set-up did not open")
        wait_for(lambda: self.machine.said, "nobody was greeted")

    def cut(self) -> None:
        """Cut the power."""

        async def off() -> None:
            assert self._opened
            self._opened.cancel()
            await asyncio.gather(self._opened, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(off(), self.loop).result(10)

    def train(self, state: Path) -> list[str]:
        """Run the coach as configured until a workout has started."""
        return asyncio.run_coroutine_threadsafe(self._train(state), self.loop).result(60)

    async def _train(self, state: Path) -> list[str]:
        chosen = config.load(self.path)
        where = app.site(chosen, hardware=False)
        entered: list[str] = []
        begun = asyncio.Event()

        def hear(event: object) -> None:
            if isinstance(event, Phase):
                entered.append(event.name)
                begun.set()

        engines = app.Engines(chosen)
        sources = app.sources(chosen, where)
        coach = Daemon(engines.begin(), sources, [], [], live=True, hears=hear)
        running = asyncio.create_task(coach.run())
        await asyncio.sleep(3.0)  # sensors are heard
        coach.emit(Command(self.loop.time(), "start_program"))
        async with asyncio.timeout(20):
            await begun.wait()
        coach.stop()
        await running
        return entered

    def leave(self) -> None:
        """End everything."""
        self.loop.call_soon_threadsafe(self._over.set)
        self.join(10)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with private_bus():
        house = House(tmp_path / "cued.toml")
        house.start()
        yield house
        house.leave()


@pytest.fixture
def phone(browser: Any) -> Iterator[Any]:
    """Open pages as phones do; intended refusals are no errors."""

    def take(url: str, locale: str = "en-US") -> Any:
        page = browser.new_page(viewport=PHONE, locale=locale, is_mobile=True)
        page.set_default_timeout(60_000)
        page.goto(url)
        return page

    yield take
    for context in browser.contexts:
        context.close()


def onward(page: Any, title: str) -> None:
    page.locator("#next").click()
    on(page, title)


def tried(page: Any, button: str) -> str:
    page.get_by_role("button", name=button, exact=True).click()  # shows at once that it is trying
    page.wait_for_function("() => !/Trying/.test(document.getElementById('said').textContent)")
    return str(page.locator("#said").inner_text())


def test_from_power_on_to_a_workout_that_starts(
    house: House, phone: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.setattr(sensors, "LISTEN_S", 6.0)
    monkeypatch.setattr(walked, "WALK_S", 4.0)
    monkeypatch.setattr("cued.commands._setup.real.SCAN_S", 3.0)
    monkeypatch.setattr(_door, "PAUSE_S", PAUSE_S)
    house.power(monkeypatch)
    assert "cued dot local" in house.machine.said[0]
    page = phone(house.url)

    # After three wrong attempts the digits are void, and new ones come after a pause.
    page.locator("#speak").click()
    wait_for(lambda: len(house.machine.said) > 1, "no digits were spoken")
    wrong = "0000" if house.machine.digits() != "0000" else "1111"
    for left in ("2", "1", "0"):
        page.locator("#digits").fill(wrong)
        page.locator("#door .main").click()
        page.locator("#said", has_text=f"left: {left}").wait_for()
        page.wait_for_timeout(1100)
    page.locator("#speak").click()
    page.locator("#said", has_text="Wait").wait_for()
    page.wait_for_timeout(1000 * (2 * PAUSE_S + 0.5))
    let_in(page, house)

    # A second phone takes over; the first is locked out, and returns with new digits.
    on(page, "Language")
    page.wait_for_timeout(1000 * (PAUSE_S + 0.5))
    other = phone(house.url, "de-DE")
    let_in(other, house)
    on(other, "Sprache")
    page.locator("#next").click()
    page.locator("#door").wait_for()
    other.close()
    page.wait_for_timeout(1000 * (PAUSE_S + 0.5))
    let_in(page, house)
    onward(page, "Purpose")
    page.get_by_label("Runner's name").fill("Ada")
    onward(page, "Sensors")

    # A sensor is lost in the middle; the step stays and is repeated.
    tried(page, "Listen")
    page.get_by_label("cued pod 0001").select_option("foot_right")
    page.get_by_label("cued pod 0002").select_option("foot_left")
    page.get_by_label("Treadmill, signal").select_option("treadmill")
    threading.Timer(4.0, setattr, (house.left, "silent", True)).start()
    assert "right foot: lost" in tried(page, "Listen for ten seconds")
    house.left.silent = False
    house.left.stamps = True
    assert "not on the left leg" in tried(page, "Stamp with the left foot")
    page.get_by_label("cued pod 0001").select_option("foot_left")
    page.get_by_label("cued pod 0002").select_option("foot_right")
    assert "that is right" in tried(page, "Stamp with the left foot")
    house.left.stamps = False

    # The power is cut before the end: nothing was written, and set-up starts over.
    onward(page, "Which way")
    house.cut()
    assert not house.path.exists()
    house.power(monkeypatch)
    page.goto(house.url)
    let_in(page, house)
    on(page, "Language")
    onward(page, "Purpose")
    onward(page, "Sensors")
    tried(page, "Listen")
    page.get_by_label("cued pod 0001").select_option("foot_left")
    page.get_by_label("cued pod 0002").select_option("foot_right")
    page.get_by_label("Treadmill, signal").select_option("treadmill")
    assert "samples a second" in tried(page, "Listen for ten seconds")
    onward(page, "Which way")
    onward(page, "Belt")
    assert "4.0\u00a0km/h" in tried(page, "Check the empty belt")

    # Closed, and reopened at the same step.
    url = page.url
    page.goto("about:blank")
    page.goto(url)
    on(page, "Belt")
    onward(page, "Voice")
    assert "If you heard it" in tried(page, "Try the voice")
    onward(page, "Vibration")
    onward(page, "Buttons")
    onward(page, "MQTT")
    onward(page, "minute")
    assert "strides" in tried(page, "Walk for a minute")
    onward(page, "All questions answered")
    assert not house.path.exists()
    page.locator("#next").click()
    page.locator("#said", has_text="Saved").wait_for()
    house.cut()
    made = tomllib.loads(house.path.read_text())
    assert set(made["sensors"]) == {"foot_left", "foot_right", "treadmill"}
    assert house.train(tmp_path)[0] in ("check_in", "settle")

    # A second run shows what is configured, and changes one thing.
    first = house.path.read_text()
    house.power(monkeypatch)
    page.goto(house.url)
    let_in(page, house)
    on(page, "All questions answered")
    page.get_by_label("All steps").select_option("language")
    on(page, "Language")
    page.get_by_label("Language of the voice").select_option("it")
    onward(page, "Purpose")
    page.get_by_label("All steps").select_option("done")
    on(page, "All questions answered")
    page.locator("#next").click()
    page.locator("#said", has_text="Saved").wait_for()
    changed = tomllib.loads(house.path.read_text())
    assert changed["station"]["language"] == "it"
    assert {**changed, "station": made["station"]} == made
    assert house.path.with_name("cued.toml.old").read_text() == first
