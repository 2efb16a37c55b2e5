"""TOML with a slip in it: advice for each line, and the line of a key."""

from __future__ import annotations

import pytest

from cued import toml
from cued.model import ConfigError


def refused(text):
    with pytest.raises(ConfigError) as caught:
        toml.parse(text, "cued.toml")
    return str(caught.value).split("\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("speed_m_s = 1,5", "line 2: 1,5: write a point, 1.5"),
        ("speed_m_s = -0,25  # slow", "line 2: -0,25: write a point, -0.25"),
        ("name = “gym”", "line 2: “ is a curly quote"),
        ("name = ‘gym’", "line 2: ‘ is a curly quote"),
        ("name = „gym“", "line 2: „ is a curly quote"),
        ("name = «gym»", "line 2: « is a curly quote"),
        ("name = gym", 'line 2: gym: text needs quotes, name = "gym"'),
        ("name = None", "line 2: None: leave the line out, and name is not set"),
        ("name =", "line 2: name has no value after ="),
        ("name: 'gym'", "line 2: write NAME = VALUE"),
        ("name = 'gym", "line 2: a quote is missing at the end"),
        ("name = 'gym';", "line 2: ; after the value: leave it out"),
        ("strength = 80 %", "line 2: % after the value: leave it out"),
        ("// a gym", "line 2: write NAME = VALUE or [SECTION]; a comment begins with #"),
        ("[sinks.live", "line 2: a ] or a comma is missing"),
        ("[station]", "line 2: [station] is there twice: put what belongs to it under one of them"),
        ("hour = 1\nhour = 2", "line 3: hour is there twice: leave one out"),
        ("port = " + "9" * 5000, "line 2: a number has thousands of digits"),
        ("x.y = 1\nx = 3", "line 3: x is there twice: leave one out"),
        ('name = """\ngym', "line 2: a quote or a bracket that is opened is not closed"),
        ("hardware = yes", "line 2: yes: write true"),
        ("hardware = False", "line 2: False: write false"),
        ("strength = –20", "line 2: – is a dash: write a minus, -20"),
        ("strength = \u22120.5", "line 2: \u2212 is a dash: write a minus, -0.5"),
        ("left–pin = 18", "line 2: – is a dash: write - or _, as the name has it"),
        ("[sensors.left–foot]", "line 2: – is a dash: write - or _, as the name has it"),
        ("hour\u00a0= 1", "line 2: a space that is none"),
        ("hour =\u200b 1", "line 2: a space that is none"),
        ("hardware == true", "line 2: ==: write one ="),
        ("hardware := true", "line 2: :=: write one ="),
        ("name = \0\0", "line 2: a zero byte, as a power cut leaves: copy the file again"),
        ("hour = 020", "line 2: a number begins with no 0: write 20"),
    ],
)
def test_common_slips_that_are_not_toml_are_recognised(line, said):
    assert refused(f"[station]\n{line}\n")[0].startswith(f"cued.toml: {said}")


def test_every_line_with_a_slip_is_reported():
    lines = refused("[station]\nname = “gym”\n[gait]\na = 1,5\nb = 2,5\n")
    assert len(lines) == 3


def test_different_slips_are_reported_at_once():
    lines = refused(
        "[station]\nname = gym\nhardware = yes\nlanguage: de\n[coach]\npraise =\n// done\n",
    )
    assert [line.split(":")[1].strip() for line in lines] == [f"line {n}" for n in (2, 3, 4, 6, 7)]


@pytest.mark.parametrize("line", ["name = 'a – b'", "name = 'a\u00a0b'  # – \u00a0"])
def test_quotes_and_comments_hold_no_slips(line):
    assert toml.slips(f"[station]\n{line}\n") == {}


def test_a_mistake_is_placed_at_its_key_or_else_at_its_section():
    text = "[station]\n# a gym\nname = 'x'\n\n[sensors.back]\ndevice = 'pod'\n"
    assert toml.line_of(text, ["station", "name"]) == 3
    assert toml.line_of(text, ["sensors", "back", "device"]) == 6
    assert toml.line_of(text, ["sensors", "back", "placement"]) == 5
    assert toml.line_of(text, ["sinks", "mqtt"]) == 0


def test_a_value_of_several_lines_is_one_statement():
    text = "[sensors.back]\nmounting = [\n  [1, 0, 0],\n]\ndevice = 'pod'\n"
    assert toml.line_of(text, ["sensors", "back", "mounting"]) == 2
    assert toml.line_of(text, ["sensors", "back", "device"]) == 5


def test_tables_may_be_nested_64_deep_and_no_deeper():
    deepest = {}
    for _ in range(63):
        deepest = {"x": deepest}
    assert toml.unnested(deepest) is deepest
    with pytest.raises(RecursionError):
        toml.unnested({"x": deepest})


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        ('a "b"\n\x7f é', '"a \\"b\\"\\n\\u007f é"'),
        ((1, 2.5), "[1, 2.5]"),
        ({"device": "pod", "at": [0]}, '{device = "pod", at = [0]}'),
    ],
)
def test_what_is_written_is_read_again(value, written):
    assert toml.to_toml(value) == written
    again = toml.parse(f"x = {written}", "")["x"]
    assert again == (list(value) if isinstance(value, tuple) else value)
    assert toml.to_toml(None) == "..."
