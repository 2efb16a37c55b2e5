"""Tables into structs: each mistake in words, with what was probably meant."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta, Struct

from cued import reading, toml
from cued.model import ConfigError


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    device: str
    speed_m_s: Annotated[float, Meta(ge=0, le=7, description="The belt's speed, m/s.")] = 1.0
    steps: Annotated[int, Meta(gt=0)] = 1
    way: Literal["up", "down"] = "up"
    on: bool = True
    at: tuple[int, int] = (0, 0)
    name: Annotated[str, Meta(pattern="^[a-z]+$", description="In small letters.")] | None = None


def refused(table: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        reading.convert(table, Options, "[belt]")
    return str(caught.value).split("\n")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sped_m_s": 1}, "sped_m_s: no such key; did you mean speed_m_s?"),
        ({"speed_m_s": 8}, "speed_m_s: needs to be at most 7 (The belt's speed, m/s)"),
        ({"speed_m_s": -1}, "speed_m_s: needs to be at least 0 (The belt's speed, m/s)"),
        ({"steps": 0}, "steps: needs to be at least 1"),
        ({"steps": 1.5}, "steps: needs a whole number, not a number with a point"),
        ({"way": "upp"}, "way: 'upp' is not known; did you mean up?"),
        ({"on": "ja"}, "on: needs true or false, not text in quotes; write true"),
        ({"on": "off"}, "on: needs true or false, not text in quotes; write false"),
        ({"on": "perhaps"}, "on: needs true or false, not text in quotes"),
        ({"at": [1, 2, 3]}, "at: needs 2 entries, not 3"),
        ({"name": "Gym"}, "name: does not fit (In small letters)"),
        ({"name": 5}, "name: needs text in quotes, not a whole number (In small letters)"),
    ],
)
def test_a_mistake_is_said_in_words_with_its_key(wrong: dict[str, Any], said: str) -> None:
    assert refused({"device": "pod", **wrong}) == [f"[belt] {said}"]


def test_all_mistakes_are_reported_at_once_and_what_is_missing_too() -> None:
    assert refused({"way": "left", "on": 1, "sped": 2}) == [
        "[belt] way: 'left' is not known (there are: up, down)",
        "[belt] on: needs true or false, not a whole number",
        "[belt] sped: no such key (there are: device, speed_m_s, steps, way, on, at, name)",
        "[belt] device: is missing",
    ]


def test_a_table_without_a_mistake_is_a_struct_and_anything_else_is_refused() -> None:
    made = reading.convert({"device": "pod", "speed_m_s": 2}, Options, "[belt]")
    assert made == Options(device="pod", speed_m_s=2.0)
    assert refused(5) == ["[belt] needs a table, not a whole number"]


@pytest.mark.parametrize("written", ["1,5", "1.5", "“1,5”", " 1.5 "])
def test_a_number_in_quotes_is_recognised(written: str) -> None:
    (line,) = refused({"device": "pod", "speed_m_s": written})
    assert "needs a number, not text in quotes; write 1.5, without quotes (The" in line
    (line,) = refused({"device": "pod", "speed_m_s": "1.5 m/s"})
    assert "; write 1.5, without quotes and unit (The" in line


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [
        ("languge", ["language", "name"], "language"),
        ("left_foot", ["foot_left", "foot_right"], "foot_left"),
        ("back", ["lower_back", "waist"], "lower_back"),
        ("polar", ["pod", "ftms"], None),
        ("volume", ["device", "voice"], None),
        ("Name", ["name"], "name"),
    ],
)
def test_only_similar_names_are_suggested(word, known, near):
    lines = reading.meant(word, known)
    assert lines == (f"; did you mean {near}?" if near else f" (there are: {', '.join(known)})")


def test_untrusted_json_fails_in_one_way() -> None:
    assert reading.from_json(b'{"device": "pod"}', Options) == Options(device="pod")
    for data in (b"[" * 100_000, b'{"a": "\xff"}', b"{", b'"a"', "\ud800"):
        with pytest.raises(msgspec.DecodeError):
            reading.from_json(data, dict[str, Any])


def test_a_terminal_gets_no_control_character() -> None:
    assert (
        reading.visible("a\x1b[2Jé\n") == "a\N{REPLACEMENT CHARACTER}[2Jé\N{REPLACEMENT CHARACTER}"
    )


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ({"station": {"name": "gym\x07"}}, "[station] name: has a character that cannot be seen"),
        ({"sinks": {"live": {"names": ["a", "\ud800"]}}}, "[sinks.live] names: has a character"),
        ({"sensors": {"a\nb": {}}}, r"[sensors] 'a\nb': a name has letters"),
        ({"": 1}, "[] '': a name has letters"),
    ],
)
def test_a_name_or_text_with_an_unseen_character_is_found(table: Any, where: str) -> None:
    assert reading.unprintable(table).startswith(where)
    assert reading.unprintable({"a": "one\n\ttwo", "b": [1, "é"]}) == ""


def test_a_mistake_is_placed_in_its_file_if_it_names_a_section(tmp_path) -> None:
    path = tmp_path / "gym.toml"
    path.write_text("\ufeff[belt]\nspeed_m_s = 9\n", "utf-8")
    assert reading.placed(path, "[belt] speed_m_s: 9") == "gym.toml: line 2: [belt] speed_m_s: 9"
    assert reading.placed(path, "nothing works") == "gym.toml: nothing works"
    assert reading.placed(tmp_path / "none", "[belt]: 9") == "none: [belt]: 9"


def test_the_mistakes_of_a_wrong_file_are_not_all_listed() -> None:
    mistakes = refused({f"k{n}": n for n in range(5000)})
    assert len(mistakes) == toml.MOST_SLIPS
