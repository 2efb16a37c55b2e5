"""English that is left over in what another language shows."""

from __future__ import annotations

import re

from cued.coach.workout.ladder import STAGES
from cued.words import catalogue, languages

TRANSLATED = [language for language in languages() if language != "en"]

WORD = re.compile(r"[^\W\d_]{3,}")
# Short words that no page in another language has, whatever a catalogue has of them.
COMMON = "the and not with was were this that there which from into while already nobody could"
NAMES = "cued mqtt anna home assistant bluetooth sensor mph min"  # in every language


def words_of(text: str) -> set[str]:
    """Return the words of a text, in small letters."""
    return {word.lower() for word in WORD.findall(text)}


def english_in(text: str, language: str) -> set[str]:
    """Return the words of a text that English has and the language has not."""
    english = words_of(" ".join(catalogue("en").values())) | words_of(COMMON)
    english |= {stage.name for stage in STAGES}
    own = words_of(" ".join(catalogue(language).values())) | words_of(NAMES)
    return words_of(text) & (english - own)
