"""Find devices, try voice and motors, and write the configuration; repeatable at any time.

Without flags it asks, offering the current configuration as answers. A flag is an answer; with
--yes nothing is asked, and settings without a flag stay. The old file is kept next to the new one.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from msgspec.structs import asdict, replace
from rich.console import Console

from cued import app, config
from cued.coach.voice.phrases import LANGUAGES
from cued.commands._checks.all import all_checks, missing, show
from cued.commands._checks.system import Check, Machine
from cued.commands._options import number, whole
from cued.commands._setup import writing
from cued.commands._setup.answers import Answers, Tables, sensor
from cued.commands._setup.place import Place
from cued.commands._setup.real import Real
from cued.commands._setup.steps import LAST, Conversation, laid_over
from cued.commands._setup.topics.topic import Respondent, Talk, Trials
from cued.model import ConfigError, CuedError
from cued.reading import read_text
from cued.words import SPEEDS, Words

NAME = "setup"
HELP = "pick devices and write the configuration"
SERVICE = "cued.service"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments: one for each answer."""
    add = parser.add_argument
    add(
        "--config",
        type=Path,
        default=Path(config.SEARCHED[0]),
        metavar="FILE",
        help="file to write",
    )
    add("--yes", action="store_true", help="ask nothing: use the flags and what is configured")
    add("--page", action="store_true", help="ask on a page for a phone instead of here")
    add("--host", default="0.0.0.0", help="address that the page listens on")
    add("--port", type=whole, default=8080, help="port of the page")
    add("--print", action="store_true", help="print the file instead of writing it")
    add("--station", metavar="NAME", help="name of this treadmill in topics and files")
    add("--language", choices=LANGUAGES, help="language of the voice")
    add(
        "--sensor",
        dest="sensors",
        action="append",
        metavar="DEVICE@PLACEMENT[=ADDRESS]",
        help="a sensor, such as pod@lower_back; name all of them: they replace the configured ones",
    )
    add("--sound", metavar="CARD", help="part of the sound card's name")
    add("--volume", type=number, metavar="0.05..1", help="loudness")
    for name, what in (("motors", "motors"), ("buttons", "a button"), ("light", "a status light")):
        add(f"--{name}", action=argparse.BooleanOptionalAction, help=f"{what} wired or not")
    _belt(parser)
    add("--mqtt", metavar="HOST[:PORT]", help="broker; an empty text removes it")
    add(
        "--mqtt-user",
        metavar="NAME",
        help="user at the broker; the password comes from --mqtt-password-file",
    )
    add(
        "--mqtt-password-file",
        type=Path,
        metavar="FILE",
        help="file with the password, which is stored for the service",
    )


def _belt(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments about the belt's speed: its source, and who may change it."""
    add = parser.add_argument
    for unit, word in (("km/h", "kmh"), ("mph", "mph")):
        add(
            f"--belt-{word}",
            dest="belt_m_s",
            type=partial(_m_s, unit),
            metavar="SPEED",
            help=f"belt speed typed by hand, {unit}; 0: none",
        )
    add("--belt-length-m", type=number, metavar="M", help="belt length, for a belt sensor; 0: none")
    add("--belt-marks", type=whole, metavar="N", help="strips or magnets that the belt sensor sees")
    for name, what in (
        ("belt-keys", "two buttons to type faster and slower, wired or not"),
        ("control", "whether cued may change the treadmill's speed"),
    ):
        add(f"--{name}", action=argparse.BooleanOptionalAction, help=what)


def run(args: argparse.Namespace) -> int:
    """Ask, or use the flags; then write, check and start."""
    if args.page:
        written = from_a_phone(Place(args.config, args.host, args.port))
        if written and args.config == Path(config.SEARCHED[0]):
            restart(Keyboard())
        return 0 if written else 1
    person, raw = Keyboard(), writing.read(args.config)
    if not args.yes and not sys.stdin.isatty():
        raise CuedError("standard input is not a terminal: answer with flags and --yes")
    trials = Real(app.site(config.convert(raw)))
    if not args.print:
        look_for_a_place(args.config)
    with nullcontext() if args.yes else stopped(person):
        answers = flagged(args) if args.yes else merged(raw, flagged(args), person, trials)
        tables = laid_over(raw, answers)
        content = writing.text(tables)
        if args.print:
            print(content, end="")
            return 0
        save(args.config, content, answers, person)
        diagnose(config.convert(tables))
        if not tables.get("sources"):
            person.tell("the service needs a sensor: wake one, then run cued setup again")
        elif args.config == Path(config.SEARCHED[0]):
            restart(person)
    return 0


def diagnose(chosen: config.Config) -> None:
    """Print what ``cued doctor`` finds wrong with the new configuration."""
    written = Check("configuration", "ok", "written just now")
    found = missing(asyncio.run(all_checks(Machine(), chosen, written)))
    problems = [c for c in found if c.name != "other daemon"]  # the service is started next
    if problems:
        print("still to be put right (cued doctor):", file=sys.stderr)
        show(problems, Console(stderr=True))


def from_a_phone(place: Place, *, unattended: bool = False) -> bool:
    """Serve set-up to a phone; return whether a configuration was written in time.

    unattended : nobody is at a terminal, and the service itself may be calling.
    """
    if find_spec("aiohttp") is None:
        raise CuedError("a page needs the extra dashboard: pip install 'cued[dashboard]'")
    if not Path(writing.WRITER).is_socket():
        look_for_a_place(place.path)
    from cued.commands._setup.opened import set_up  # noqa: PLC0415 - only this needs aiohttp

    with nullcontext() if unattended else stopped(Keyboard()):
        written = asyncio.run(set_up(place, unattended=unattended))
    if not written:
        print("nobody finished set-up within a quarter of an hour; nothing was written")
    return written


def look_for_a_place(path: Path) -> None:
    """Make sure that the file can be written before any question is asked. Raises CuedError."""
    if not writing.may_write(path):
        why = "run it as root: sudo cued setup" if os.geteuid() else "the disk is read-only"
        raise CuedError(f"{path} can't be written: {why}")


@contextmanager
def stopped(person: Respondent) -> Generator[None]:
    """Stop the service, which holds the radio, sound and pins, while they are tried."""
    if not Machine().active(SERVICE):
        yield
        return
    for each in (signal.SIGHUP, signal.SIGTERM):  # an ssh connection may drop
        signal.signal(each, signal.default_int_handler)
    person.tell("the service is stopped meanwhile: it holds the sensors, the sound and the pins")
    subprocess.run(["systemctl", "stop", SERVICE], check=False)
    try:
        yield
    finally:
        subprocess.run(["systemctl", "start", SERVICE], check=False)


def _m_s(unit: str, text: str) -> float:
    return float(text) / SPEEDS[unit]


def flagged(args: argparse.Namespace) -> Answers:
    """Read the flags as answers."""
    given: dict[str, Any] = {
        name: getattr(args, name) for name in Answers.__struct_fields__ if hasattr(args, name)
    }
    given["sensors"] = None if args.sensors is None else tuple(map(sensor, args.sensors))
    if args.mqtt_password_file:
        try:
            given["mqtt_password"] = read_text(args.mqtt_password_file).strip()
        except (OSError, ConfigError) as error:
            raise ConfigError(f"--mqtt-password-file: {error}") from None
    return Answers(**given)


def merged(raw: dict[str, Any], flags: Answers, person: Respondent, trials: Trials) -> Answers:
    """Ask, offering the flags as answers; a flag takes precedence over the answer."""
    start = laid_over(raw, flags)
    config.convert(start)
    answers = asked(start, person, trials)
    given = {k: v for k, v in asdict(flags).items() if v not in (None, False)}
    return replace(answers, **given)


def save(path: Path, content: str, answers: Answers, person: Respondent) -> None:
    """Write the file, and the password where only the service can read it."""
    try:
        kept = writing.write(path, content)
        if answers.mqtt_password:
            place = writing.keep_password(answers.mqtt_password, path.stem)
            person.tell(f"stored the password in {place}")
    except PermissionError as error:
        raise CuedError(
            f"{error.filename} can't be written; run it as root: sudo cued setup"
        ) from None
    except OSError as error:
        raise CuedError(f"{path}: {error.strerror}") from None
    person.tell(f"wrote {path}" + (f"; the old file is {kept}" if kept else ""))


def restart(person: Respondent) -> None:
    """Restart the service, if there is one, with the new configuration."""
    if not Path("/run/systemd/system").is_dir() or not shutil.which("systemctl"):
        return
    done = subprocess.run(["systemctl", "restart", SERVICE], check=False)
    outcome = "the service is running" if done.returncode == 0 else "the service did not start"
    person.tell(f"{outcome}: systemctl status cued, journalctl -u cued")


class Keyboard:
    """A person at a terminal."""

    def ask(self, question: str, default: str, choices: Sequence[str] = ()) -> str:
        """Ask until the answer is one of the choices, or begins with one ("yes", "No")."""
        while True:
            answer = _typed(f"{question} [{default}] ") or default
            if not choices:
                return answer
            for choice in choices:
                if answer.lower().startswith(choice):
                    return choice
            print(f"please answer {' or '.join(choices)}")

    def secret(self, question: str) -> str:
        """Ask without echoing the answer."""
        return getpass.getpass(f"{question} ")

    def tell(self, text: str) -> None:
        """Print it."""
        print(text)


def _typed(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except (EOFError, UnicodeDecodeError):
        raise CuedError("no more answers; nothing was written") from None


def asked(raw: Tables, person: Respondent, trials: Trials) -> Answers:
    """Ask everything and return the answers."""
    conversation = Conversation(raw)

    def tell(trial: str, values: Mapping[str, Any]) -> None:
        station = conversation.tables.get("station", {})
        words = Words(station.get("language", "en"))
        try:
            findings = conversation.tries(trial, trials, values, {})
        except CuedError as error:
            person.tell(str(error))
            return
        for found in findings:
            person.tell(words.finding(found.key, found.blanks))

    while conversation.step != LAST:
        tables = conversation.tables
        fresh = not raw.get("sensors")
        conversation.ask(Talk(person, trials, tables, conversation.tried, tell, fresh))
    return conversation.answers
