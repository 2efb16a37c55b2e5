"""English left over in other languages' texts."""

from __future__ import annotations

import re

from cued.coach.workout.ladder import STAGES
from cued.words import catalogue, languages

TRANSLATED = [language for language in languages() if language != "en"]

WORD = re.compile(r"[^\W\d_]{3,}")
# Short English words that no page in another language has.
COMMON = "the and not with was were this that there which from into while already nobody could"
NAMES = "cued mqtt anna home assistant bluetooth sensor mph min"  # in every language


def words_of(text: str) -> set[str]:
    """Return the words of a text, in lower case."""
    return {word.lower() for word in WORD.findall(text)}


def english_in(text: str, language: str) -> set[str]:
    """Return the words of a text that exist in English and not in the language."""
    english = words_of(" ".join(catalogue("en").values())) | words_of(COMMON)
    english |= {stage.name for stage in STAGES}
    own = words_of(" ".join(catalogue(language).values())) | words_of(NAMES)
    return words_of(text) & (english - own)
