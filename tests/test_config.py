"""The configuration: every mistake is one line with section, key, fault and suggestion."""

from __future__ import annotations

import re

import msgspec
import pytest

from cued import config, parts, reading, toml
from cued.commands import parts as listing
from cued.model import ConfigError


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[stations]\n", "[stations] is no section; did you mean station?"),
        ("[station]\nnam = 'x'\n", "[station] nam: no such key; did you mean name?"),
        ("[station]\nname = 5\n", "[station] name: needs text in quotes, not a whole number"),
        ("[sources.belt_by_hand]\nspeed_m_s = 99\n", "speed_m_s: needs to be at most 7"),
        (
            "[sources.belt_by_hand]\nspeed_m_s = 'fast'\n",
            "speed_m_s: needs a number, not text in quotes",
        ),
        ('[station]\nname = "hall\\n"\n', "[station] name"),
        ("x = " + "[" * 5000, "line 1: nested too deeply"),
        ("x." * 5000 + "x = 1", "line 1: nested too deeply"),
        ("x = " + "9" * 5000, "line 1: a number has thousands of digits"),
        ("[rules.overlong_strid]\n", "did you mean overlong_stride?"),
        ("[rules]\noverlong = 3\n", "line 2: [rules] overlong: holds tables only"),
        ("sensors.a = {device = 'pod'}", "line 1: [sensors.a] placement: is missing"),
        ("[station]\nstate = '''\n#\n'''\nnam = 1", "line 5: [station] nam: no such key"),
        ("[metrics.cadence_spm]\nenabled = 'no'\n", "enabled: needs true or false; write false"),
        ("[sensors.a]\ndevice = 'pod'\n", "[sensors.a] placement: is missing"),
        ("[sensors.a]\ndevice = 'pood'\nplacement = 'waist'\n", "did you mean pod?"),
        ("[sensors.a]\ndevice = 'pod'\nplacement = 'back'\n", "did you mean lower_back?"),
        (
            "[station]\nlanguage = 'english'\n",
            "'english' is not known (there are: en, de",
        ),
        ("[station]\nname = 'Gym 1'\n", "in topics and files: a-z, 0-9, _ and -)"),
        (
            "[sensors.a]\ndevice = 'pod'\nplacement = 'waist'\n"
            "mounting = [[1, 0, 0], [0, 1, 0], [0, 0, 2]]\n",
            "length 1",
        ),
        (
            "[sensors]\na = {device = 'pod', placement = 'chest', address = 'C4:F2:17:1A:1D:AA'}\n"
            "b = {device = 'pod', placement = 'waist', address = 'c4:f2:17:1a:1d:aa'}\n",
            "[sensors.b] address: c4:f2:17:1a:1d:aa is that of [sensors.a]",
        ),
        ("station = ['a', ", "a quote or a bracket that is opened is not closed"),
    ],
)
def test_a_mistake_is_one_line_that_says_where_and_what(tmp_path, text, said):
    path = tmp_path / "cued.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    message = str(caught.value)
    assert re.match(r"cued.toml: line \d+: ", message)
    assert said in message
    assert "\n" not in message


def refused(tmp_path, text, settings=None):
    path = tmp_path / "cued.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        config.load(path, settings)
    return str(caught.value).split("\n")


def test_all_mistakes_of_a_file_are_reported_at_once_a_line_each(tmp_path):
    lines = refused(
        tmp_path,
        "[station]\nnam = 'x'\nlanguage = 'english'\n[sensors.a]\ndevice = 'pood'\n"
        "placement = 'waist'\n[sinks.live]\nport = '8080'\ncommands = 'yes'\n[stations]\n"
        "[rules.overlong_strid]\n[actuators.haptic]\nleft_pin = 13\nright_pin = 13\n",
    )
    for said in (
        "line 10: [stations] is no section",
        "line 2: [station] nam: no such key; did you mean name?",
        "line 3: [station] language: 'english' is not known",
        "line 5: [sensors.a] device: no device 'pood'; did you mean pod?",
        "line 8: [sinks.live] port: needs a whole number, not text in quotes; write 8080, without",
        "line 9: [sinks.live] commands: needs true or false, not text in quotes; write true",
        "line 11: [rules.overlong_strid] is no part",
        "line 13: [actuators.haptic] left_pin and right_pin are the same pin",
    ):
        assert any(line.startswith(f"cued.toml: {said}") for line in lines), (said, lines)
    assert len(lines) == 8


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
        ("hour = 020", "line 2: a number begins with no 0: write 20"),
    ],
)
def test_common_slips_that_are_not_toml_are_recognised(tmp_path, line, said):
    assert refused(tmp_path, f"[station]\n{line}\n")[0].startswith(f"cued.toml: {said}")


def test_every_line_with_a_slip_is_reported(tmp_path):
    lines = refused(tmp_path, "[station]\nname = “gym”\n[gait]\na = 1,5\nb = 2,5\n")
    assert len(lines) == 3


def test_different_slips_are_reported_at_once(tmp_path):
    lines = refused(
        tmp_path,
        "[station]\nname = gym\nhardware = yes\nlanguage: de\n[coach]\npraise =\n// done\n",
    )
    assert [line.split(":")[1].strip() for line in lines] == [f"line {n}" for n in (2, 3, 4, 6, 7)]


@pytest.mark.parametrize("line", ["name = 'a – b'", "name = 'a\u00a0b'  # – \u00a0"])
def test_quotes_and_comments_hold_no_slips(line):
    assert toml.slips(f"[station]\n{line}\n") == {}


@pytest.mark.parametrize("written", ['"1,5"', '"1.5"', '"“1,5”"'])
def test_a_number_in_quotes_is_recognised(tmp_path, written):
    lines = refused(tmp_path, f"[sources.belt_by_hand]\nspeed_m_s = {written}\n")
    assert "needs a number, not text in quotes; write 1.5, without quotes" in lines[0]


def test_a_mistake_in_a_setting_is_not_blamed_on_the_file(tmp_path):
    lines = refused(tmp_path, "[station]\n", {"station.name": "5", "station.language": "'english'"})
    assert [line.split(":")[0] for line in lines] == ["--set", "--set"]
    lines = refused(tmp_path, "[station]\n", {"stations.name": "x", "station.name.x": "1"})
    assert [line.split(":")[0] for line in lines] == ["--set", "--set"]


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


def test_a_file_of_any_editor_is_read(tmp_path):
    path = tmp_path / "cued.toml"
    path.write_bytes("\ufeff[station]\r\n# für uns\r\nname = 'gym'\r\n".encode())
    assert config.load(path).station.name == "gym"
    path.write_bytes("[station]\n# für uns\nname = 'gym'\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"^cued.toml: line 2 is not UTF-8"):
        config.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        config.load(tmp_path / "nowhere.toml")


def test_settings_override_the_file(tmp_path):
    path = tmp_path / "cued.toml"
    path.write_text("[sources.belt_by_hand]\nspeed_m_s = 1.0\n")
    loaded = config.load(path, {"sources.belt_by_hand.speed_m_s": "1.5", "station.name": "gym-2"})
    assert loaded.parts["sources"]["belt_by_hand"].speed_m_s == 1.5
    assert loaded.station.name == "gym-2"
    with pytest.raises(ConfigError, match="SECTION"):
        config.load(path, {"station": "1"})


def test_rules_and_metrics_are_on_unless_switched_off():
    loaded = config.convert({"metrics": {"cadence_spm": {"enabled": False}}})
    assert set(loaded.parts["metrics"]) == set(parts.names("metrics")) - {"cadence_spm"}
    assert set(loaded.parts["rules"]) == set(parts.names("rules"))
    assert loaded.parts["actuators"] == {}


@pytest.mark.parametrize(("kind", "name"), [(k, n) for k in parts.KINDS for n in parts.names(k)])
def test_every_part_describes_its_options_and_keeps_its_own_bounds(kind, name):
    options = parts.load(kind, name).config
    schema = msgspec.json.schema(options)
    body = schema["$defs"][options.__name__]
    for key, about in body["properties"].items():
        lines = about.get("description") or any(
            a.get("description") for a in about.get("anyOf", [])
        )
        assert lines, f"{kind}.{name}: {key} has no description"
    required = set(body.get("required", []))
    if not required:
        assert msgspec.convert(msgspec.to_builtins(options()), options) == options()
    assert parts.about(kind, name)


def test_the_schema_knows_every_part():
    text = msgspec.json.encode(listing.schema()).decode()
    for kind in config.NAMED_KINDS:
        for name in parts.names(kind):
            assert f"{kind}_{name}" in text


@pytest.mark.parametrize(
    ("device", "placement", "meant"),
    [
        ("rsc", "foot_right", "treadmill"),
        ("ftms", "waist", "treadmill"),
        ("heart_rate", "chest", "heart_rate"),
    ],
)
def test_a_device_without_motion_data_is_not_worn_for_it(device, placement, meant):
    raw = {"sensors": {"it": {"device": device, "placement": placement}}}
    with pytest.raises(ConfigError, match=f'no motion.*write placement = "{meant}"'):
        config.convert(raw)
    raw["sensors"]["it"]["placement"] = meant
    assert config.convert(raw).sensors["it"].placement == meant
