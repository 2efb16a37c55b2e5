"""The language of the coach: offered as configured, and one that has a catalogue."""

from __future__ import annotations

from cued.commands._setup.steps import Conversation
from cued.words import languages
from tests.commands.setup.talking import Answering, Machine, talked


def test_the_configured_language_is_offered_and_another_may_be_chosen():
    raw = {"station": {"language": "it", "name": "hall"}}
    assert talked(raw, Answering(), Machine())["station"] == {"language": "it", "name": "hall"}
    assert talked(raw, Answering(language="fr"), Machine())["station"]["language"] == "fr"


def test_every_language_with_a_catalogue_can_be_chosen():
    assert set(Conversation({}, "language").view().choices["language"]) == set(languages())
