"""The configuration: every mistake is one line with section, key, fault and suggestion."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from cued import config, parts
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


def test_a_mistake_in_a_setting_is_not_blamed_on_the_file(tmp_path):
    lines = refused(tmp_path, "[station]\n", {"station.name": "5", "station.language": "'english'"})
    assert [line.split(":")[0] for line in lines] == ["--set", "--set"]
    lines = refused(tmp_path, "[station]\n", {"stations.name": "x", "station.name.x": "1"})
    assert [line.split(":")[0] for line in lines] == ["--set", "--set"]


def test_a_file_of_any_editor_is_read(tmp_path):
    path = tmp_path / "cued.toml"
    path.write_bytes("\ufeff[station]\r\n# für uns\r\nname = 'gym'\r\n".encode())
    assert config.load(path).station.name == "gym"
    path.write_bytes("[station]\n# für uns\nname = 'gym'\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"^cued.toml: line 2 is not UTF-8"):
        config.load(path)


@pytest.mark.parametrize("content", [b"# x\n" * 100_000, bytes(300_000)])
def test_a_file_too_large_to_be_meant_is_not_parsed(tmp_path, content):
    path = tmp_path / "cued.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"^cued.toml: has more than 256 kB"):
        config.load(path)
    with pytest.raises(ConfigError, match=r"^zero: has more than 256 kB"):
        config.load(Path("/dev/zero"))


@pytest.mark.parametrize(
    ("section", "key"),
    [("sinks.mqtt", "host"), ("sources.phyphox", "host"), ("sinks.live", "host")],
)
def test_a_host_that_no_resolver_takes_is_refused(section, key):
    kind, name = section.split(".")
    for wrong in ("a..b", ".local", "x" * 64, "a." + "x" * 64):
        with pytest.raises(ConfigError, match=f"{key}: does not fit"):
            config.convert({kind: {name: {key: wrong}}})
    for right in ("pi.local", "10.0.0.7", "fe80::1", "x" * 63, "pi.local."):
        assert config.convert({kind: {name: {key: right}}}).part(kind, name).host == right


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
