"""Names, numbers and units in words, as each language writes them."""

from __future__ import annotations

from datetime import datetime

import pytest

from cued import words
from cued.words import Words


@pytest.mark.parametrize(
    ("name", "called", "unit"),
    [
        ("stride_time_s", "stride time", "s"),
        ("odd_thing_m_s", "odd thing", "m/s"),
        ("odd_thing_percent", "odd thing", "%"),
        ("odd_thing", "odd thing", ""),
    ],
)
def test_a_name_is_read_by_its_parts(name: str, called: str, unit: str) -> None:
    assert words.read(name) == (called, unit)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.234, "1.23"),
        (12.34, "12.3"),
        (123.4, "123"),
        (7.0, "7"),
        (-1.5, "\u22121.50"),
        (-0.001, "0.00"),
    ],
)
def test_a_number_has_three_digits_and_a_true_minus(value: float, text: str) -> None:
    assert words.number(value) == text


def test_each_language_has_its_point_and_its_space_before_a_percent_sign() -> None:
    for language, text in (("en", "8.2%"), ("it", "8,2%"), ("de", "8,2 %"), ("fr", "8,2 %")):
        assert Words(language).percent(8.2, 1) == text
    assert words.with_unit("9", "°") == "9°"
    assert words.with_unit("9", "m") == "9 m"
    assert words.with_unit("9", "") == "9"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("over_percent", 8.2, "8"),
        ("own_cv_percent", 2.14, "2.1"),
        ("stride_s", 1.2386, "1.24"),
        ("held_s", 95.4, "95"),
        ("drift_percent", -0.04, "0.0"),
    ],
)
def test_a_reason_has_no_more_digits_than_it_is_worth(name: str, value: float, text: str) -> None:
    assert words.reason(name, value) == text


def test_time_and_counts() -> None:
    assert (words.clock(434.4), words.clock(59.6)) == ("7:14", "1:00")
    assert [words.counted(n, "stride") for n in (0, 1, 2)] == ["0 strides", "1 stride", "2 strides"]
    assert words.counted(2, "foot", "feet") == "2 feet"


def test_a_speed_is_written_in_the_stations_unit() -> None:
    assert Words("de").speed(1.0) == "3,6 km/h"
    assert Words("en", "mph").speed(1.0) == "2.2 mph"  # 3600 / 1609.344 = 2.237
    assert Words("en", "mph").because("belt_m_s", 1.0).endswith(" 2.2 mph")


def test_french_takes_the_singular_below_two() -> None:
    french, english = Words("fr"), Words("en")
    assert french.count("plots.minutes", 1.5) == "1,50 minute"
    assert french.count("plots.minutes", 2.0) == "2 minutes"
    assert english.count("plots.minutes", 1.5) == "1.50 minutes"
    assert english.count("plots.minutes", 1.0) == "1 minute"


def test_a_day_is_written_as_the_language_writes_it() -> None:
    when = datetime(2026, 3, 5, 7, 4)  # noqa: DTZ001 - the station's own time
    assert "March" in Words("en").date(when)
    assert "März" in Words("de").date(when)
    assert Words("en").date(when).endswith(", 07:04")
    assert "07" not in Words("en").date(when, time=False)


def test_a_word_that_nobody_has_is_shown_without_its_underscores() -> None:
    one = Words("de")
    assert one.phase("odd_phase") == "Odd phase"
    assert one.value("odd_code") == "odd code"
    assert one.does("odd_phase") == ""
    assert one.because("odd_thing", None) == "odd thing None"


def test_a_sentence_of_the_machine_is_translated_with_its_blanks_and_others_are_kept() -> None:
    said = "cut short or damaged at byte 57"
    assert Words("de").own(said) == "bei Byte 57 abgeschnitten oder beschädigt"
    assert Words("en").own(said) == said
    assert Words("de").own("Nobody says this.") == "Nobody says this."


def test_a_language_only_the_voice_has_is_shown_in_english() -> None:
    assert words.catalogue("xx") == words.catalogue("en")
    assert {"en", "de", "fr"} <= set(words.languages())
