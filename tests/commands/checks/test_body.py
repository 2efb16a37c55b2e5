"""Checks of what the runner hears, feels and touches."""

from __future__ import annotations

from cued import config
from cued.actuators import speech
from cued.commands._checks import body
from cued.config import Site


async def test_motors_and_buttons_without_pins_fail_and_with_stand_ins_pass(tmp_path):
    chosen = config.convert({"actuators": {"haptic": {}}, "sources": {"buttons": {"mark_pin": 7}}})
    there = Site(runtime=str(tmp_path), hardware=False)
    assert [c.state for c in await body.motors(chosen, there, None)] == ["ok", "ok"]
    assert (await body.pressed(chosen, there)).found == "not pressed: GPIO5, GPIO7"
    nobody = await body.motors(chosen, there, lambda _question: False)
    assert [c.state for c in nobody] == ["failed", "failed"]
    real = Site(runtime=str(tmp_path), hardware=True, chip=4095)
    for check in [*await body.motors(chosen, real, None), await body.pressed(chosen, real)]:
        assert check.state == "failed"
        assert check.advice


async def test_a_tone_that_nobody_heard_and_a_voice_that_cannot_speak_have_failed(monkeypatch):
    said = []

    async def say(text, options, site, tone=""):
        said.append((text, site.language, tone))
        return "" if tone else "espeak-ng is missing"

    monkeypatch.setattr(speech, "say", say)
    chosen, there = config.convert({"actuators": {"speech": {}}}), Site(language="de")
    assert (await body.sound(chosen, there, None)).found == "a tone was played"
    assert (await body.sound(chosen, there, lambda _question: True)).state == "ok"
    unheard = await body.sound(chosen, there, lambda _question: False)
    assert (unheard.state, unheard.advice) == ("failed", body.CARD)
    mute = await body.voice(chosen, there, "Hello")
    assert (mute.state, mute.found) == ("failed", "espeak-ng is missing")
    assert said[-1] == ("Hello", "en", "")  # the text is English


async def test_what_is_not_configured_is_skipped():
    nothing, there = config.convert({"sources": {}}), Site()
    for check in (
        await body.sound(nothing, there, None),
        await body.voice(nothing, there, "Hello"),
        *await body.motors(nothing, there, None),
        await body.pressed(nothing, there),
    ):
        assert check.state == "skipped"
        assert "is not in the configuration" in check.found
