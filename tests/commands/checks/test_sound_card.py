"""Checks of the sound card: there, the right one, and free."""

from __future__ import annotations

from cued import config
from cued.commands._checks import sound_card

VOICE = config.convert({"actuators": {"speech": {}}})
HDMI = " 0 [vc4hdmi0       ]: vc4-hdmi - vc4-hdmi-0\n                      vc4-hdmi-0\n"
JACK = " 1 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones\n"


def test_hdmi_as_the_first_card_is_reported_with_a_better_one(pi):
    pi.write("/proc/asound/cards", HDMI + JACK)
    check = sound_card.sound_card(pi, VOICE)
    assert check.state == "warning"
    assert 'device = "Headphones"' in check.advice
    named = config.convert({"actuators": {"speech": {"device": "headphones"}}})
    assert sound_card.sound_card(pi, named).state == "ok"


def test_no_card_or_a_missing_card_fails(pi):
    pi.write("/proc/asound/cards", "--- no soundcards ---\n")
    assert sound_card.sound_card(pi, VOICE).state == "failed"
    pi.write("/proc/asound/cards", HDMI + JACK)
    named = config.convert({"actuators": {"speech": {"device": "UACDemo"}}})
    assert "no card 'UACDemo', only vc4hdmi0, Headphones" in sound_card.sound_card(pi, named).found


def test_a_desktop_that_holds_the_sound_card_is_reported(pi):
    pi.write("/proc/asound/cards", JACK)
    units = " ".join(sound_card.DESKTOPS)
    pi.answers[f"systemctl is-active {units}"] = "active\ninactive"
    assert sound_card.sound_card(pi, VOICE).state == "warning"
    pi.write("/proc/asound/card1/pcm0p/sub0/status", "state: RUNNING\nowner_pid   : 812\n")
    pi.write("/proc/812/comm", "pipewire\n")
    check = sound_card.sound_card(pi, VOICE)
    assert check.state == "failed"
    assert "in use by pipewire" in check.found
    assert "multi-user.target" in check.advice
