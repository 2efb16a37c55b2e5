"""The conversation: what is there is shown as the answer, and Enter takes it.

``Person`` is the keyboard; a test answers in its place. Sound and motors are tried as they are
asked about, because a wrong card or two swapped motors are heard and felt at once or never.
"""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Callable, Sequence
from typing import Protocol

from cued import config, parts
from cued.actuators import haptic, speech
from cued.coach.voice.phrases import LANGUAGES
from cued.coach.workout.profile import PROFILES, load
from cued.commands._setup.answers import NOT_LOOSE, PLACES, Answers, Sensor, Tables, laid_over
from cued.commands._setup.steps import standing
from cued.config import Site
from cued.model import ConfigError, CuedError

LISTEN_S = 8.0
LOUDER, STEP = "l", 0.15


class Person(Protocol):
    """Who answers."""

    def ask(self, question: str, default: str, choices: Sequence[str] = ()) -> str:
        """Put a question; an empty answer is the default."""
        ...

    def secret(self, question: str) -> str:
        """Put a question whose answer is not shown."""
        ...

    def tell(self, text: str) -> None:
        """Say something."""
        ...


class Keyboard:
    """A person at a terminal."""

    def ask(self, question: str, default: str, choices: Sequence[str] = ()) -> str:
        """Ask until the answer is one of the choices, or begins with it as "yes" and "No" do."""
        while True:
            answer = _typed(f"{question} [{default}] ") or default
            if not choices:
                return answer
            for choice in choices:
                if answer.lower().startswith(choice):
                    return choice
            print(f"one of: {', '.join(choices)}")

    def secret(self, question: str) -> str:
        """Ask without showing what is typed."""
        return getpass.getpass(f"{question} ")

    def tell(self, text: str) -> None:
        """Print it."""
        print(text)


def _typed(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except (EOFError, UnicodeDecodeError):
        raise CuedError("no more answers; nothing was written") from None


class Trials(Protocol):
    """What is tried while it is asked about; a test puts a machine without parts here."""

    def scan(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Name, address and device files of what is in reach. Raises CuedError."""
        ...

    def say(self, text: str, options: speech.Config, language: str) -> str:
        """Speak; why it was not heard, or nothing."""
        ...

    def buzz(self, side: str, options: haptic.Config) -> str:
        """Buzz left or right; why it was not felt, or nothing."""
        ...


class Real:
    """The machine's own parts."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def scan(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Listen for advertisements."""
        from cued.sources import ble  # noqa: PLC0415 (importing bleak takes its time)

        try:
            found = asyncio.run(ble.scan(LISTEN_S))
        except TimeoutError as error:
            raise CuedError(str(error)) from None
        return [(f.advert.name, f.advert.address, f.devices) for f in found if f.devices]

    def say(self, text: str, options: speech.Config, language: str) -> str:
        """Speak on the sound card."""
        site = Site(language=language, cache=self._site.cache, runtime=self._site.runtime)
        return asyncio.run(speech.say(text, options, site))

    def buzz(self, side: str, options: haptic.Config) -> str:
        """Drive the motors."""
        return asyncio.run(haptic.buzz("left" if side == "left" else "right", options, self._site))


def asked(raw: Tables, person: Person, trials: Trials) -> Answers:
    """Have the whole conversation."""
    now = standing(raw)
    language = person.ask("Language", now["language"], LANGUAGES)
    sensors = _sensors(raw, person, trials)
    sound, volume = _voice(raw, person, trials, language)
    motors, swap = _motors(raw, person, trials)
    belt = _belt(raw, person, sensors)
    buttons = _yes(person, "Is a button wired", now["buttons"])
    light = _yes(person, "Is a status light wired", now["light"])
    mqtt, user, password = _broker(raw, person)
    name = _fitting(raw, person, "Name of this treadmill", now["station"], _name).station
    program, profile = _purpose(raw, person)
    return Answers(
        station=name,
        language=language,
        program=program,
        profile=profile,
        sensors=sensors,
        sound=sound,
        volume=volume,
        motors=motors,
        swap_motors=swap,
        buttons=buttons,
        light=light,
        belt_kmh=belt,
        mqtt=mqtt,
        mqtt_user=user,
        mqtt_password=password,
    )


def _purpose(raw: Tables, person: Person) -> tuple[bool, str]:
    """Ask what it is for, and who trains."""
    now = standing(raw)
    before = "guided" if now["program"] else "free"
    program = person.ask("Guided workouts or free run", before, ("guided", "free")) == "guided"
    profile = now["profile"]
    if program:
        for name in PROFILES:
            person.tell(f"  {name}: {load(name).about}")
        profile = person.ask("Whom for", profile, PROFILES)
    return program, profile


def _sensors(raw: Tables, person: Person, trials: Trials) -> tuple[Sensor, ...] | None:
    """Ask of each device in reach where it is worn; None keeps what is configured."""
    there = raw.get("sensors", {})
    if there:
        listed = [f"{table.get('device')} on {name}" for name, table in there.items()]
        person.tell(f"Configured: {', '.join(listed)}")
    if not _yes(person, "Look for sensors (wake them, start the belt)", not there):
        return None
    try:
        found = trials.scan()
    except CuedError as error:
        person.tell(f"Bluetooth: {error}")
        return None
    if found:
        person.tell(f"Worn {NOT_LOOSE}.")
    chosen: list[Sensor] = []
    for name, address, devices in found:
        device = devices[0]
        question = f"{name or address} ({device}): worn where, or skip"
        usual = parts.load("devices", device).place or "lower_back"
        place = person.ask(question, usual, (*PLACES, "skip"))
        if place != "skip":
            chosen.append(Sensor(device, place, address))
    if not chosen:
        person.tell("No sensor chosen; what is configured stays.")
    return tuple(chosen) or None


def _voice(raw: Tables, person: Person, trials: Trials, language: str) -> tuple[str, float]:
    """Speak until it is heard well."""
    options = config.convert(raw).parts.get("actuators", {}).get("speech")
    options = options if isinstance(options, speech.Config) else speech.Config()
    device, volume = options.device, options.volume
    while True:
        trial = speech.Config(device=device, volume=volume, rate_wpm=options.rate_wpm)
        why = trials.say("Short, quick steps", trial, language)
        if why:
            person.tell(why)
            card = person.ask("Part of the sound card's name, or - to go on without", device or "-")
            if card == "-":
                return options.device, volume
            device = card
            continue
        answer = person.ask(
            "Heard? y, l louder, s softer, n another card", "y", ("y", "l", "s", "n")
        )
        if answer == "y":
            return device, volume
        if answer == "n":
            device = person.ask("Part of the sound card's name", device)
        else:
            step = STEP if answer == LOUDER else -STEP
            volume = round(min(1.0, max(0.05, volume + step)), 2)


def _motors(raw: Tables, person: Person, trials: Trials) -> tuple[bool, bool]:
    """Buzz, and find out whether left is left."""
    there = "haptic" in raw.get("actuators", {}) or not raw.get("sensors")  # new: as usual
    if not _yes(person, "Are vibration motors wired", there):
        return False, False
    options = config.convert(raw).parts.get("actuators", {}).get("haptic")
    options = options if isinstance(options, haptic.Config) else haptic.Config()
    why = trials.buzz("left", options)
    if why:
        person.tell(why)
        return True, False
    felt = person.ask(
        "The left motor should buzz twice. Which did", "left", ("left", "right", "none")
    )
    if felt == "none":
        person.tell("Nothing felt: see the test sheet in hardware/, then cued selftest --ask")
    return True, felt == "right"


def _belt(raw: Tables, person: Person, sensors: tuple[Sensor, ...] | None) -> float | None:
    """Ask for a speed by hand where no treadmill tells it."""
    told = [s.placement for s in sensors or ()]
    told += [s.get("placement", "") for s in raw.get("sensors", {}).values() if sensors is None]
    if "treadmill" in told:
        return 0.0
    before = standing(raw)["belt_kmh"]
    question = "Belt speed at the start, km/h, typed by hand (0: none)"
    return _fitting(raw, person, question, f"{before:.1f}", _speed).belt_kmh


def _speed(text: str) -> Answers:
    try:
        return Answers(belt_kmh=float(text.replace(",", ".")))
    except ValueError:
        raise ConfigError(f"{text} is no number") from None


def _name(text: str) -> Answers:
    return Answers(station=text)


def _host(text: str) -> Answers:
    return Answers(mqtt="" if text == "-" else text)


def _fitting(
    raw: Tables, person: Person, question: str, default: str, read: Callable[[str], Answers]
) -> Answers:
    """Ask until the answer can stand in the configuration."""
    while True:
        try:
            answers = read(person.ask(question, default))
            config.convert(laid_over(raw, answers))
        except ConfigError as error:
            person.tell(str(error))
            continue
        return answers


def _broker(raw: Tables, person: Person) -> tuple[str, str | None, str | None]:
    now = standing(raw)
    question = "MQTT broker, HOST or HOST:PORT (-: none)"
    host = _fitting(raw, person, question, now["mqtt"] or "-", _host).mqtt
    if not host:
        return "", None, None
    user = person.ask("MQTT user (-: none)", now["mqtt_user"] or "-")
    if user == "-":
        return host, "", None
    return host, user, person.secret("MQTT password (Enter keeps it):") or None


def _yes(person: Person, question: str, default: bool) -> bool:
    return person.ask(f"{question}?", "y" if default else "n", ("y", "n")) == "y"
