"""Set-up: flags and a conversation come to the same, and a file is replaced whole or not at all."""

from __future__ import annotations

import argparse
import contextlib
import signal
import tomllib

import pytest

from cued import __main__, config
from cued.commands import run, setup
from cued.commands.setup import Keyboard
from cued.model import ConfigError
from tests.commands.setup.talking import BELT, POD, Answering, Machine, talked


def test_a_conversation_becomes_a_configuration_that_loads():
    person = Answering(
        language="de", heard=["l", "y"], pod="lower_back", buzz="right", MQTT="mq:1884"
    )
    machine = Machine([POD, BELT])
    made = talked({}, person, machine)
    assert made["station"] == {"language": "de", "name": "treadmill"}
    assert made["sensors"] == {
        "lower_back": {"device": "pod", "placement": "lower_back", "address": POD.address},
        "treadmill": {"device": "ftms", "placement": "treadmill", "address": BELT.address},
    }
    assert machine.volumes == [0.8, 0.95]
    assert made["actuators"]["speech"]["volume"] == 0.95
    assert made["actuators"]["haptic"] == {"left_pin": 13, "right_pin": 12}  # they were swapped
    assert (made["sinks"]["mqtt"]["host"], made["sinks"]["mqtt"]["port"]) == ("mq", 1884)
    assert "ble" in made["sources"]
    assert config.convert(made)


@pytest.mark.parametrize(("flag", "m_s"), [("--belt-kmh", 1 / 3.6), ("--belt-mph", 0.44704)])
def test_a_speed_may_be_given_as_a_flag_in_either_unit(flag: str, m_s: float) -> None:
    made = talked({}, Answering(), Machine([POD]), flag, "2")
    assert made["sources"]["belt_by_hand"]["speed_m_s"] == pytest.approx(2 * m_s, abs=1e-3)


def test_flags_replace_the_conversation(tmp_path, capsys):
    path = tmp_path / "cued.toml"
    arguments = ["--config", str(path), "--yes", "--language", "de", "--volume", "0.5"]
    arguments += ["--sensor", f"pod@lower_back={POD.address}", "--sensor", "ftms@treadmill=my belt"]
    arguments += ["--no-motors", "--buttons", "--light", "--belt-kmh", "0", "--mqtt", "mq"]
    assert __main__.main(["setup", *arguments]) == 0
    made = tomllib.loads(path.read_text())
    assert made["sensors"]["treadmill"]["name"] == "my belt"
    assert "haptic" not in made["actuators"]
    assert set(made["sinks"]) == {"light", "mqtt"}
    assert config.load(path).station.language == "de"
    first = path.read_text()
    assert __main__.main(["setup", "--config", str(path), "--yes"]) == 0
    assert path.read_text() == first
    assert not (tmp_path / "cued.toml.old").exists()
    assert __main__.main(["setup", "--config", str(path), "--yes", "--mqtt", ""]) == 0
    assert "mqtt" not in tomllib.loads(path.read_text()).get("sinks", {})
    assert (tmp_path / "cued.toml.old").read_text() == first


def test_settings_not_asked_about_are_kept():
    raw = {
        "rules": {"metronome": {"enabled": False}, "trunk_lean": {"limit_deg": 9.0}},
        "sensors": {"back": {"device": "pod", "placement": "waist"}},
        "sources": {"ble": {"adapter": "hci1"}},
        "coach": {"program": True},
    }
    made = talked(raw, Answering(), Machine())
    for section in ("rules", "sensors", "coach"):
        for key, value in raw[section].items():
            assert made[section][key] == value
    assert made["sources"]["ble"] == {"adapter": "hci1"}
    assert config.convert(made).parts["rules"].keys() == config.convert(raw).parts["rules"].keys()


def test_without_bluetooth_or_sound_it_continues_with_a_message():
    person = Answering(card="-")
    made = talked({}, person, Machine(deaf="no sound: no sound device"))
    assert "sensors" not in made
    assert any("Bluetooth" in t for t in person.lines)
    assert any("no sound" in t for t in person.lines)


def test_without_a_sensor_it_says_what_to_do(tmp_path, capsys):
    path = tmp_path / "cued.toml"
    assert __main__.main(["setup", "--yes", "--config", str(path)]) == 0
    assert "wake one" in capsys.readouterr().out
    assert __main__.main(["check", "--config", str(path)]) == 78  # as cued run would


@pytest.mark.parametrize("typed", ["y", "Y", "yes", "Yes please", ""])
def test_yes_is_yes_however_it_is_typed(monkeypatch, typed):
    monkeypatch.setattr("builtins.input", lambda _: typed)
    assert Keyboard().ask("Heard?", "y", ("y", "n")) == "y"


def test_leaving_early_gives_one_line(monkeypatch, tmp_path, capsys):
    def gone(_prompt):
        raise EOFError

    monkeypatch.setattr("builtins.input", gone)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert __main__.main(["setup", "--config", str(tmp_path / "cued.toml")]) == 1
    assert capsys.readouterr().err == "cued: no more answers; nothing was written\n"
    assert list(tmp_path.iterdir()) == []


def test_a_user_who_may_not_write_learns_it_before_any_question(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("os.access", lambda *_: False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert __main__.main(["setup", "--config", str(tmp_path / "cued.toml")]) == 1
    assert "sudo cued setup" in capsys.readouterr().err


def test_the_service_is_stopped_while_parts_are_tried(monkeypatch):
    calls, before = [], signal.getsignal(signal.SIGHUP)
    monkeypatch.setattr(setup.Machine, "active", lambda *_: True)
    monkeypatch.setattr("subprocess.run", lambda command, check: calls.append(command[1]))
    with contextlib.suppress(KeyboardInterrupt), setup.stopped(Answering()):
        calls.append("tried")
        signal.raise_signal(signal.SIGHUP)  # as when ssh ends
    signal.signal(signal.SIGHUP, before)
    assert calls == ["stop", "tried", "start"]


def test_an_invalid_configuration_is_named_and_left_alone(tmp_path, capsys):
    path = tmp_path / "cued.toml"
    path.write_bytes(b"[station]\n# f\xfcr uns\n")
    assert __main__.main(["setup", "--yes", "--config", str(path)]) == 78
    assert capsys.readouterr().err.count("\n") == 1
    assert path.read_bytes() == b"[station]\n# f\xfcr uns\n"
    assert __main__.main(["setup", "--yes", "--config", str(tmp_path)]) == 78


def test_a_flag_takes_precedence_over_the_conversation():
    made = talked({}, Answering(), Machine(), "--language", "fr", "--sensor", "pod@chest")
    assert made["station"]["language"] == "fr"
    assert made["sensors"] == {"chest": {"device": "pod", "placement": "chest"}}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--sensor", "pod"], "DEVICE@PLACEMENT"),
        (["--sensor", "phone@pocket"], "not in a pocket"),
        (["--sensor", "pod@knee"], "lower_back"),
        (["--sensor", "pot@waist"], "did you mean"),
        (["--mqtt", "mq:http"], "HOST:PORT"),
        (["--volume", "7"], "volume"),
        (["--station", "My Mill"], "name"),
    ],
)
def test_a_wrong_answer_is_one_line_and_nothing_is_written(tmp_path, capsys, arguments, says):
    path = tmp_path / "cued.toml"
    assert __main__.main(["setup", "--yes", "--config", str(path), *arguments]) == 78
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_nobody_is_asked(tmp_path, capsys):
    assert __main__.main(["setup", "--config", str(tmp_path / "cued.toml")]) == 1
    assert "--yes" in capsys.readouterr().err


def nothing(args):
    raise ConfigError("[sources] has no table")


def test_a_first_start_without_a_configuration_is_set_up_from_a_phone(tmp_path, monkeypatch):
    path, served = tmp_path / "cued.toml", []
    monkeypatch.setattr(config, "SEARCHED", (str(path),))
    monkeypatch.setattr(setup, "from_a_phone", lambda place, unattended: served.append(place))
    monkeypatch.setattr(run, "load_config", nothing)
    with pytest.raises(ConfigError):  # nobody came
        run.run(argparse.Namespace(config=None, set_up=False))
    assert [place.path for place in served] == [path]
    with pytest.raises(ConfigError):
        run.run(argparse.Namespace(config=path, set_up=False))
    assert len(served) == 1, "a file that was asked for by name is not made up"
