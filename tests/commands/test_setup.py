"""Set-up: flags and a conversation come to the same, and a file is replaced whole or not at all."""

from __future__ import annotations

import argparse
import contextlib
import signal
import tomllib

import pytest

from cued import __main__, config
from cued.commands import setup
from cued.commands._setup import writing
from cued.commands._setup.answers import CREDENTIAL
from cued.commands._setup.topics.topic import Nearby
from cued.commands.setup import Keyboard
from cued.model import Belt, CuedError


class Answering:
    """A person who was told what to answer to which question, and takes what is offered else."""

    def __init__(self, **answers):
        self.answers, self.lines, self.asked = answers, [], []

    def ask(self, question, default, choices=()):
        self.asked.append(question)
        for key, answer in self.answers.items():
            if key.lower() in question.lower():
                said = answer if isinstance(answer, str) else answer.pop(0)
                assert not choices or said in choices, (question, said)
                return said
        return default

    def secret(self, question):
        return "s3cret"

    def tell(self, text):
        self.lines.append(text)


class Machine:
    """What trials find."""

    def __init__(self, found=(), deaf=""):
        self.found, self.deaf, self.volumes = list(found), deaf, []
        self.listened, self.ready = None, False

    def scan(self):
        if not self.found:
            raise CuedError("the Bluetooth service does not answer")
        return self.found

    def listen(self, tables, seconds):
        self.listened = (tables["sources"], seconds)
        return (
            [Belt(t / 4.0, 0.05) for t in range(240)] if "belt_pulses" in tables["sources"] else []
        )

    def unit(self, treadmill):
        if self.ready:
            return 1.609
        self.ready = True
        raise CuedError("no speed was reported")

    def say(self, text, options, language):
        self.volumes.append(options.volume)
        return self.deaf

    def buzz(self, side, options):
        return ""


POD = Nearby("cued pod", "C4:F2:17:1A:1D:AA", ("pod",), -65)
BELT = Nearby("belt", "C4:F2:17:1A:1D:BB", ("ftms",), -81)


def flags(*arguments):
    parser = argparse.ArgumentParser()
    setup.configure(parser)
    return setup.flagged(parser.parse_args(arguments))


def talked(raw, person, machine, *arguments):
    answers = setup.merged(raw, flags(*arguments), person, machine)
    return tomllib.loads(writing.text(setup.laid_over(raw, answers)))


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


def test_a_belt_sensor_is_measured_by_a_minute_at_a_known_speed():
    person = Answering(**{"belt sensor": "y", "strips": "6", "speed of the belt": "4,5"})
    machine = Machine([POD])
    made = talked({}, person, machine)
    assert machine.listened == ({"belt_pulses": {"marks": 6, "length_m": 0.1}}, 60.0)
    assert made["sources"]["belt_pulses"] == {"length_m": 2.5, "marks": 6}  # 1.25 over 0.05 m/s
    assert "belt_by_hand" not in made["sources"]
    assert config.convert(made)


def test_a_typed_speed_gets_its_keys():
    answers = {"typed by hand": "4.0", "faster and slower": "y"}
    made = talked({}, Answering(**answers), Machine([POD]))
    assert made["sources"]["buttons"] == {"faster_pin": 22, "slower_pin": 23}
    assert config.convert(made)
    made = talked(made, Answering(**{"faster and slower": "n", "button wired": "y"}), Machine())
    assert made["sources"]["buttons"] == {}


def test_speeds_are_typed_in_the_unit_that_was_chosen() -> None:
    answers = {"unit of speeds": "mph", "typed by hand": "2.5"}
    person = Answering(**answers)
    made = talked({}, person, Machine([POD]))
    assert made["coach"]["speed_unit"] == "mph"
    assert made["sources"]["belt_by_hand"]["speed_m_s"] == pytest.approx(2.5 * 0.44704, abs=1e-3)
    person = Answering(**{"belt sensor": "y", "strips": "6", "speed of the belt": "2.8"})
    made = talked({"coach": {"speed_unit": "mph"}}, person, Machine([POD]))
    length = made["sources"]["belt_pulses"]["length_m"]
    assert length == pytest.approx(0.1 * 2.8 * 0.44704 / 0.05, abs=2e-3)


@pytest.mark.parametrize(("flag", "m_s"), [("--belt-kmh", 1 / 3.6), ("--belt-mph", 0.44704)])
def test_a_speed_may_be_given_as_a_flag_in_either_unit(flag: str, m_s: float) -> None:
    made = talked({}, Answering(), Machine([POD]), flag, "2")
    assert made["sources"]["belt_by_hand"]["speed_m_s"] == pytest.approx(2 * m_s, abs=1e-3)


def test_consent_leads_to_trials_of_the_unit_until_one_works():
    person = Answering(**{"may cued change": "y", "lowest speed": ["y", "y"]})
    made = talked({}, person, Machine([POD, BELT]))
    assert made["sensors"]["treadmill"]["options"] == {"control": True, "write_factor": 1.609}
    assert "no speed was reported" in person.lines
    refused = talked(made, Answering(**{"may cued change": "n"}), Machine())
    assert refused["sensors"]["treadmill"]["options"] == {"control": False, "write_factor": 1.609}


def test_a_treadmill_that_does_not_identify_itself_is_chosen_by_name():
    strangers = [Nearby("MyRun 2", "C4:F2:17:1A:1D:CC", ()), Nearby("I_TL 7", "C4:1A:1D:DD", ())]
    person = Answering(**{"one of them": "myrun"})
    made = talked({}, person, Machine([POD, *strangers]))
    assert made["sensors"]["treadmill"] == {
        "device": "ftms", "placement": "treadmill", "address": "C4:F2:17:1A:1D:CC",
    }  # fmt: skip
    assert any("iFit" in line for line in person.lines)


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


def test_a_card_that_was_not_found_is_not_kept():
    raw = {"actuators": {"speech": {"device": "USB"}}}
    made = talked(raw, Answering(card=["loudspeaker", "-"]), Machine(deaf="no sound"))
    assert made["actuators"]["speech"]["device"] == "USB"


def test_an_invalid_answer_is_asked_again():
    person = Answering(
        treadmill=["My Mill", "mill"], broker=["mq:http", "mq"], belt=["n", "n", "fast", "99", "9"]
    )
    made = talked({}, person, Machine())
    assert made["station"]["name"] == "mill"
    assert made["sinks"]["mqtt"]["host"] == "mq"
    assert made["sources"]["belt_by_hand"]["speed_m_s"] == 2.5
    assert [t for t in person.lines if "a-z" in t]


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


def test_a_sensor_may_have_any_name():
    raw = {"sensors": {"my pod. left": {"device": "pod", "placement": "foot_left"}}}
    assert talked(raw, Answering(), Machine())["sensors"] == raw["sensors"]


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


def test_the_password_is_stored_for_the_service_only(tmp_path):
    path = writing.keep_password("s3cret", "cued", tmp_path / "store")
    assert (path.name, path.read_text(), path.stat().st_mode & 0o777) == (
        CREDENTIAL,
        "s3cret\n",
        0o600,
    )
    assert writing.keep_password("s3cret", "left", tmp_path).name == f"{CREDENTIAL}-left"
    (tmp_path / "password").write_text("s3cret\n")
    answers = flags(
        "--mqtt", "mq", "--mqtt-user", "me", "--mqtt-password-file", str(tmp_path / "password")
    )
    text = writing.text(setup.laid_over({}, answers))
    assert "s3cret" not in text
    assert tomllib.loads(text)["sinks"]["mqtt"]["credential"] == CREDENTIAL
