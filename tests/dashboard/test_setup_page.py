"""Set-up on a phone, in a real browser: from the spoken digits to the file, for one phone."""

from __future__ import annotations

import asyncio
import gzip
import threading
import tomllib
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from cued import config
from cued.commands._setup import place
from cued.commands._setup.place import Place
from cued.commands._setup.served import SetUp
from cued.commands._setup.topics.topic import Nearby
from cued.model import ConfigError, CuedError
from cued.sinks import _door
from cued.words import catalogue, languages
from tests.helpers.accessibility import violations
from tests.helpers.languages import TRANSLATED, english_in
from tests.helpers.world import wait_for

PHONE = {"width": 390, "height": 844}
POD = Nearby("cued pod", "C4:F2:17:1A:1D:AA", ("pod",), -65)
BEFORE = '[station]\nname = "hall"\n\n[sinks.mqtt]\nhost = "mq"\nuser = "me"\n'


class Machine:
    """A machine without parts that records its words."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.found = [POD]
        self.trouble = ""

    def scan(self):
        if not self.found:
            raise CuedError("the Bluetooth service does not answer")
        return self.found

    def listen(self, tables, seconds):
        return []

    def say(self, text, options, language):
        self.said.append(text)
        return self.trouble

    def buzz(self, side, options):
        return "no motors"

    def digits(self) -> str:
        return "".join(c for c in self.said[-1] if c.isdigit())


@asynccontextmanager
async def serving(path: Path, machine: Machine, **places: Path):
    set_up = SetUp(Place(path, "127.0.0.1", 0, **places), machine)
    opened: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(set_up.run(opened.set_result))
    url = f"http://127.0.0.1:{await opened}"
    async with aiohttp.ClientSession(headers={"Origin": url}) as session:
        yield url, session, running
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def asked(session, url, name, body=None, key="", **headers):
    headers = {"X-Cued-Key": key, **headers}
    async with session.post(f"{url}/ask/{name}", json=body or {}, headers=headers) as answer:
        text = answer.content_type == "application/json"
        return answer.status, (await answer.json() if text else await answer.text())


async def entered(session, url, machine) -> str:
    assert (await asked(session, url, "speak"))[0] == 200
    status, body = await asked(session, url, "enter", {"digits": machine.digits()})
    assert status == 200
    return body["key"]


async def test_without_the_digits_nothing_is_answered(tmp_path) -> None:
    path = tmp_path / "cued.toml"
    path.write_text(BEFORE)
    async with serving(path, Machine()) as (url, session, _):
        for name in ("show", "answer", "back", "go", "try", "write", "leave", "other"):
            for key in ("", "guess"):
                assert (await asked(session, url, name, key=key))[0] == 403
        about = await (await session.get(f"{url}/config.json")).json()
        assert about.pop("languages") == languages()
        assert about == {"language": "en", "speed_unit": "km/h"}
    assert path.read_text() == BEFORE


async def test_a_page_of_another_origin_gets_no_answer(tmp_path) -> None:
    machine = Machine()
    async with serving(tmp_path / "cued.toml", machine) as (url, session, _):
        for origin in ("http://evil.example", "null", ""):
            assert (await asked(session, url, "speak", Origin=origin))[0] == 403
        assert (await asked(session, url, "speak", Host="evil.example"))[0] == 421
        async with session.post(f"{url}/ask/speak", data="digits=1") as answer:
            assert answer.status == 415
        async with session.post(f"{url}/ask/speak", json={"x": "y" * 20_000}) as answer:
            assert answer.status == 413
    assert machine.said == []


async def test_the_access_point_leads_phones_to_the_page_and_asks_which_network_to_join(tmp_path):
    network, wanted, path = tmp_path / "told", tmp_path / "wanted", tmp_path / "cued.toml"
    machine, probe = Machine(), {"Host": "captive.apple.com"}
    async with serving(path, machine, network=network, wanted=wanted) as (url, session, _):
        assert (await session.get(f"{url}/hotspot-detect.html", headers=probe)).status == 421
        network.write_text("cued-set-up\n123456789012\n")
        found = await session.get(f"{url}/generate_204", headers=probe, allow_redirects=False)
        assert (found.status, found.headers["Location"]) == (302, place.PAGE)
        assert (await asked(session, url, "speak", Host="captive.apple.com"))[0] == 421
        key = await entered(session, url, machine)
        status, view = await asked(session, url, "go", {"to": "wifi"}, key)
        assert (status, view["fields"]) == (200, {"wifi": "", "wifi_password": ""})
        short = {"step": "wifi", "values": {"wifi": "home", "wifi_password": "short"}}
        assert (await asked(session, url, "answer", short, key))[0] == 409
        values = {"wifi": "home", "wifi_password": "a long secret"}
        assert (await asked(session, url, "answer", {"step": "wifi", "values": values}, key))[
            0
        ] == 200
        assert (await asked(session, url, "write", key=key))[0] == 200
    assert wanted.read_text() == "home\na long secret\n"
    assert wanted.stat().st_mode & 0o777 == 0o660
    assert "secret" not in path.read_text()


async def test_digits_work_once_and_the_second_phone_takes_over(tmp_path) -> None:
    machine = Machine()
    async with serving(tmp_path / "cued.toml", machine) as (url, session, _):
        first = await entered(session, url, machine)
        assert (await asked(session, url, "show", key=first))[0] == 200
        assert (await asked(session, url, "enter", {"digits": machine.digits()}))[0] == 403
        assert (await asked(session, url, "speak"))[0] == 429


ODD_BODIES = (
    b"", b"[]", b"7", b'"x"', b"{", b'{"digits": null}', b'{"digits": ["1"]}', b'{"digits": 1}',
    b'{"digits": "\\ud800"}', '{"digits": "١٢٣٤"}'.encode(), b'{"digits": "' + b"1" * 9000 + b'"}',
    b'{"x": ' + b"[" * 7000 + b"]" * 7000 + b"}", b'{"digits": "\xff"}', b'{"digits": 1e400}',
)  # fmt: skip
ODD_HEADERS = (
    {"Origin": "http://["}, {"Origin": "http://[::1"}, {"Origin": "\xff"}, {"Host": "["},
    {"Host": ""}, {"X-Cued-Key": "\xff\xfe"}, {"X-Cued-Key": "k" * 5000}, {"Content-Type": "a/b"},
    {"Content-Type": "application/json; charset=\xff"},
)  # fmt: skip


async def test_bad_requests_are_refused_and_do_not_disturb_the_user(tmp_path, caplog) -> None:
    machine = Machine()
    async with serving(tmp_path / "cued.toml", machine) as (url, session, _):
        usual = {"Content-Type": "application/json"}
        kinds = [(b, {}) for b in ODD_BODIES] + [(b'{"digits": "0"}', h) for h in ODD_HEADERS]
        kinds.append(
            (gzip.compress(b'{"x": "' + b"0" * 10**7 + b'"}'), {"Content-Encoding": "gzip"})
        )
        for body, headers in kinds:
            for name in ("enter", "show", "answer", "try", "%2e%2e", "a" * 3000):
                ask = session.post(f"{url}/ask/{name}", data=body, headers=usual | headers)
                async with ask as answer:
                    assert 400 <= answer.status < 500, (body[:40], headers, name, answer.status)
        key = await entered(session, url, machine)
        for values in (
            {"volume": 1e308},
            {"language": {}},
            {"runner": "\0"},
            {"runner": 7},
            [],
            None,
        ):
            body = {"step": "language", "values": values}
            assert (await asked(session, url, "answer", body, key))[0] in (200, 409)
        assert (await asked(session, url, "go", {"to": ["x"]}, key))[0] == 409
        assert (await asked(session, url, "show", key=key))[0] == 200
    assert [r for r in caplog.records if r.levelname in ("ERROR", "CRITICAL")] == []


async def test_a_damaged_file_does_not_block_set_up_or_is_named(tmp_path) -> None:
    machine, path = Machine(), tmp_path / "cued.toml"
    path.write_text("[coach]\nprofile = 'fastest'\n")
    async with serving(path, machine) as (url, session, _):
        assert (await asked(session, url, "show", key=await entered(session, url, machine)))[
            0
        ] == 200
    for wrong in ("[actuators]\nspeech = 3\n", "sinks = 'x'\n", "[sensors]\nback = []\n"):
        path.write_text(wrong)
        with pytest.raises(ConfigError, match="table"):
            SetUp(Place(path, "127.0.0.1", 0), machine)


async def test_three_wrong_attempts_give_new_digits_and_a_pause(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(_door, "GUESS_S", 0.2)
    machine = Machine()
    async with serving(tmp_path / "cued.toml", machine) as (url, session, _):
        await asked(session, url, "speak")
        first = machine.digits()
        wrong = f"{(int(first) + 1) % 10_000:04d}"
        for left in (2, 1, 0):
            status, body = await asked(session, url, "enter", {"digits": wrong})
            assert (status, body["left"]) == (403, left)
            assert (await asked(session, url, "enter", {"digits": first}))[0] == 403, "too soon"
            await asyncio.sleep(0.25)
        assert (await asked(session, url, "enter", {"digits": first}))[0] == 403, "they are void"
        status, body = await asked(session, url, "speak")
        assert (status, body["why"]) == (429, "wait")


async def test_a_second_phone_with_new_digits_leaves_the_first_without_a_key(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(_door, "PAUSE_S", 0.0)
    monkeypatch.setattr(_door, "GUESS_S", 0.0)
    machine, path = Machine(), tmp_path / "cued.toml"
    path.write_text(BEFORE)
    async with serving(path, machine) as (url, session, _):
        first = await entered(session, url, machine)
        await asked(
            session, url, "answer", {"step": "language", "values": {"language": "it"}}, first
        )
        second = await entered(session, url, machine)
        for name in ("show", "answer", "try", "write", "leave"):
            assert (await asked(session, url, name, key=first))[0] == 403
        _, view = await asked(session, url, "show", key=second)
        assert view["step"] == "purpose", "what was answered is there"
    assert path.read_text() == BEFORE


async def test_a_stored_password_is_never_shown(tmp_path) -> None:
    machine = Machine()
    path = tmp_path / "cued.toml"
    path.write_text(BEFORE)
    async with serving(path, machine) as (url, session, _):
        key = await entered(session, url, machine)
        _, view = await asked(session, url, "show", key=key)
        while view["step"] != "mqtt":
            _, view = await asked(session, url, "answer", {"step": view["step"]}, key)
        assert view["fields"] == {
            "station": "hall", "live_page": False, "mqtt": "mq", "mqtt_user": "me",
            "mqtt_password": "",
        }  # fmt: skip
        values = {"mqtt_password": "s3cret"}
        await asked(session, url, "answer", {"step": "mqtt", "values": values}, key)
        _, view = await asked(session, url, "back", key=key)
        assert "s3cret" not in str(view)
    assert path.read_text() == BEFORE, "nothing is written before the end"


class Serving(threading.Thread):
    """Set-up in its own thread, for a browser."""

    def __init__(self, path: Path, machine: Machine) -> None:
        super().__init__(daemon=True)
        self.path, self.machine, self.url, self.written = path, machine, "", False

    def run(self) -> None:
        async def serve() -> None:
            def opened(port: int) -> None:
                self.url = f"http://127.0.0.1:{port}/"

            place = Place(self.path, "127.0.0.1", 0, network=self.path.with_name("told"))
            self.written = await SetUp(place, self.machine).run(opened)

        asyncio.run(serve())


@pytest.fixture
def served(tmp_path) -> Serving:
    served = Serving(tmp_path / "cued.toml", Machine())
    served.path.write_text(BEFORE)
    served.start()
    wait_for(lambda: served.url, "set-up did not open")
    return served


def let_in(page: Any, served: Any) -> None:
    """Ask for the digits, and enter those that the machine of ``served`` spoke."""
    before = len(served.machine.said)
    page.locator("#speak").click()
    wait_for(lambda: len(served.machine.said) > before, "no digits were spoken")
    page.locator("#digits").fill(served.machine.digits())
    page.locator("#door .main").click()
    page.locator("#step").wait_for()


def on(page: Any, step: str) -> None:
    page.locator("#title", has_text=step).wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.once
def test_a_phone_leads_from_the_digits_to_the_file(served: Serving, visit: Any) -> None:
    page = visit(served.url, size=PHONE, locale="en-US")
    let_in(page, served)
    on(page, "Language")
    page.get_by_label("Language of the voice").select_option("de")
    page.locator("#next").click()
    on(page, "Purpose")
    page.get_by_label("For whom").select_option("knee_sparing_return")
    page.get_by_label("Speeds in").select_option("mph")
    page.locator("#next").click()
    on(page, "Sensors")
    page.get_by_role("button", name="Listen", exact=True).click()
    page.get_by_label("cued pod").select_option("waist")
    page.locator("#next").click()
    on(page, "Which way")
    page.locator("#next").click()
    on(page, "Belt")
    page.get_by_label("Speed, mph").fill("2.2")
    page.reload()  # closed, and resumed
    on(page, "Belt")
    page.get_by_label("Speed, mph").fill("2.2")
    page.locator("#next").click()
    on(page, "Voice")
    page.get_by_role("button", name="Try the voice").click()
    page.get_by_text("If you heard it, continue").wait_for()
    page.locator("#next").click()
    on(page, "Vibration")
    page.get_by_label("Motors are wired").check()
    page.get_by_role("button", name="Try left").click()
    page.get_by_text("no motors").wait_for()
    page.locator("#back").click()
    on(page, "Voice")
    page.locator("#next").click()
    on(page, "Vibration")
    page.get_by_label("Motors are wired").check()
    for step in ("Buttons", "MQTT", "minute", "All questions answered"):
        page.locator("#next").click()
        on(page, step)
    assert served.path.read_text() == BEFORE
    page.locator("#next").click()
    page.get_by_text("Saved. The coach starts").wait_for()
    served.join(10)
    assert served.written
    made = tomllib.loads(served.path.read_text())
    assert made["station"] == {"name": "hall", "language": "de"}
    assert made["coach"]["profile"] == "knee_sparing_return"
    assert made["sensors"]["waist"]["address"] == POD.address
    assert made["sources"]["belt_by_hand"]["speed_m_s"] == 0.983  # 2.2 mph
    assert config.load(served.path)
    assert served.path.with_name("cued.toml.old").read_text() == BEFORE


RUNS_OUT = """() => [...document.querySelectorAll("button, label, h1")]
    .filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)"""


@pytest.mark.once
@pytest.mark.parametrize("language", TRANSLATED)
def test_every_step_is_in_the_phones_language_and_fits_320_pixels(
    served: Serving, visit: Any, language: str
) -> None:
    page = visit(served.url, size={"width": 320, "height": 640}, locale=language)
    served.path.with_name("told").write_text("cued-set-up\n123456789012\n")  # and asks for Wi-Fi
    let_in(page, served)
    left: dict[str, set[str]] = {}
    for step in page.locator("#go option").evaluate_all("all => all.map((one) => one.value)"):
        page.locator("#go").select_option(step)
        page.wait_for_function("(step) => document.querySelector('#go').value === step", arg=step)
        shown = page.locator("body").inner_text()
        left[step] = english_in(shown, language)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, step
        assert page.evaluate(RUNS_OUT) == [], step
    assert {step: words for step, words in left.items() if words} == {}
    assert "wifi" in left
    page.locator("#go").select_option("voice")
    served.machine.trouble = "no sound: the card is gone"
    page.locator("#trials button").first.click()
    text = catalogue(language)["why.sound"].format(text="the card is gone")
    page.locator("#said", has_text=text).wait_for()
