"""The live page's request to open set-up: refused in a session, and few guesses a year."""

from __future__ import annotations

import math

from cued.sinks._door import Door
from cued.sinks._settings import Settings


def settings(now, *, idle=True):
    said: list[str] = []
    opened: list[Door] = []
    door = Door(0.0, lambda _: 1234, lambda: "key", shy=True)

    def speak(digits):
        said.append(digits)
        return idle

    def open_(door):
        opened.append(door)
        return idle

    return Settings(door, speak, open_, lambda: now[0]), said, opened


async def test_the_live_page_opens_set_up_with_the_spoken_digits():
    now = [0.0]
    page, said, opened = settings(now)
    assert (await page.ask("enter", {"digits": "1234"}, "")).status == 403
    assert (await page.ask("speak", {}, "")).status == 200
    assert said == ["1234"]
    now[0] = 2.0
    for name in ("show", "answer", "write", "try", "leave"):
        assert (await page.ask(name, {}, "key")).status == 403
    reply = await page.ask("enter", {"digits": "1234"}, "")
    assert (reply.status, reply.body) == (200, {"key": "key"})
    assert len(opened) == 1
    assert opened[0].admits("key", 3.0)


async def test_in_a_session_nothing_is_opened():
    now = [0.0]
    page, _, _ = settings(now, idle=False)
    assert (await page.ask("speak", {}, "")).body == {"why": "session"}
    now[0] = 2.0
    assert (await page.ask("enter", {"digits": "1234"}, "")).status == 409


async def test_repeated_requests_are_answered_less_and_less_often():
    now = [0.0]
    page, said, _ = settings(now)
    for second in range(86_400 // 10):
        now[0] = 10.0 * second
        await page.ask("speak", {}, "")
    assert len(said) < 35, "a day of asking"


async def test_a_year_of_guessing_gets_few_attempts():
    now = [0.0]
    page, _, _ = settings(now)
    tries = 0
    while now[0] < 365 * 86_400:
        await page.ask("speak", {}, "")
        for _ in range(3):
            now[0] += 1.1
            reply = await page.ask("enter", {"digits": "0000"}, "")
            tries += reply.status == 403 and reply.body["left"] < 3
        now[0] += max(600.0, page._door.wait_s(now[0]))
    assert tries < 80
    assert math.isinf(page._door._until), "and it is not shut to its owner"
