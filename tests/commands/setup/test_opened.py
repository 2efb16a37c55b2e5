"""Set-up opened at the machine: what is said aloud until a phone has come."""

from __future__ import annotations

import asyncio
import logging

from cued.commands._setup import opened
from cued.commands._setup.place import Place


class Serving:
    """Set-up that a phone reaches when it was told of twice."""

    def __init__(self) -> None:
        self.said: list[str] = []

    @property
    def reached(self) -> bool:
        return len(self.said) == 2

    async def say(self, text: str) -> str:
        self.said.append(text)
        return ""


async def test_the_password_is_spoken_in_groups_until_a_phone_has_the_page(tmp_path, monkeypatch):
    monkeypatch.setattr(opened, "SAID_EVERY_S", 0.0)
    monkeypatch.setattr(opened, "LOOKS_S", 0.0)
    file, serving = tmp_path / "told", Serving()
    task = asyncio.ensure_future(opened.tell_network(serving, Place(file, network=file), "en"))
    await asyncio.sleep(0.01)
    assert serving.said == []
    file.write_text("cued-set-up\n123456789012\n")
    await asyncio.wait_for(task, 5)
    assert serving.said[0].endswith(": 1, 2, 3. 4, 5, 6. 7, 8, 9. 0, 1, 2")


async def test_a_voice_that_fails_is_logged_and_ends_nothing(caplog):
    class Mute:
        async def say(self, text):
            raise OSError("no sound device")

    await opened.greet(Mute(), "en")
    assert "the voice does not work: no sound device" in caplog.text


def test_without_a_terminal_the_address_is_in_the_log(tmp_path, caplog, capsys):
    caplog.set_level(logging.WARNING)
    opened.show_address(Place(tmp_path / "cued.toml", host="10.0.0.7"), 8081)
    assert "http://10.0.0.7:8081/" in caplog.text
    assert capsys.readouterr().out == ""
