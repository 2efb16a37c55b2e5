"""Lead a person by voice through a recording that others can use, from consent to score.

Consent is asked first and kept with the recording, under a code instead of a name. The protocol's
steps are spoken, and somebody sets the belt accordingly. The result is a table recording: the belt
as it reported, contacts from the feet's sensors, and a mark at each change.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cued import app
from cued.actuators import speech
from cued.commands._options import add_config, load_config
from cued.config import Config
from cued.engine import Worn
from cued.model import Cue, CuedError, CueDone, Input, Notice, Priority
from cued.recording.study.conductor import Conductor, Protocol, Step, read_protocol, shipped
from cued.recording.tables.table import TableRecording
from cued.recording.tables.truth import TruthRow
from cued.recording.tables.write import write_table
from cued.runtime.supervise import ignore
from cued.simulation.run import Simulation
from cued.simulation.scenario import parse
from cued.sources.simulate import SIDES
from cued.toml import to_toml

NAME = "study"
HELP = "lead a person by voice through a recording, with consent"

YES = ("yes", "ja", "oui", "sí", "si")
HEARD_WITHIN_S = 60.0  # for all sensors; else the silent ones are named and nothing begins


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    there = ", ".join(shipped())
    parser.add_argument("protocol", help=f"a file, or one of: {there}")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="folder of recordings (default study)"
    )
    parser.add_argument("--person", default="", metavar="CODE", help="pseudonym (default: random)")
    parser.add_argument(
        "--simulate", action="store_true", help="silently lead a simulated runner, without sensors"
    )
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Ask, lead, and write."""
    protocol = read_protocol(args.protocol)
    config = load_config(args)
    worn = _simulated_sensors(protocol) if args.simulate else _sensors(config, protocol)
    code = args.person or f"p{secrets.token_hex(3)}"
    name = f"{Path(args.protocol).stem}-{code}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    folder = (args.out or Path("study")) / name
    if not _agreed(protocol):
        print("no consent: nothing was recorded")
        return 1
    conductor = Conductor(protocol, worn)
    contacts: list[TruthRow] | None = None
    if args.simulate:
        contacts = _simulated(protocol, conductor)
    else:
        asyncio.run(_led(config, protocol, conductor))
    recording = _recording(protocol, conductor, name, code, contacts)
    try:
        _keep_consent(folder, protocol, code)
        write_table(folder, recording)
    except OSError as error:
        raise CuedError(f"{folder}: {error.strerror}") from None
    print(f"wrote {folder}\nto score it: cued evaluate {folder}")
    return 0


def _agreed(protocol: Protocol) -> bool:
    """Ask once for consent to all sentences."""
    print(f"{protocol.title}, {protocol.lasts_s / 60:.0f} minutes\n")
    for sentence in protocol.consent:
        print(f"  {sentence}")
    try:
        answer = input("\nDo you agree to all of this? (yes / no) ")
    except EOFError:
        return False
    return answer.strip().lower() in YES


def _keep_consent(folder: Path, protocol: Protocol, code: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    kept: dict[str, Any] = {
        "person": code,
        "agreed": f"{datetime.now(UTC):%Y-%m-%d}",
        "licence": protocol.licence,
        "to": protocol.consent,
    }
    lines = [f"{key} = {to_toml(value)}" for key, value in kept.items()]
    (folder / "consent.toml").write_text("\n".join(lines) + "\n", "utf-8")


def _sensors(config: Config, protocol: Protocol) -> Mapping[str, Worn]:
    """Return the configured sensors on the body. Raises CuedError when one is missing."""
    worn = app.worn(config)
    there = {w.placement for w in worn.values()}
    missing = [place for place in protocol.placements if place not in there]
    if missing:
        raise CuedError(
            f"{protocol.title} needs a sensor on {', '.join(missing)}: add it with cued setup"
        )
    return worn


def _recording(
    protocol: Protocol,
    conductor: Conductor,
    name: str,
    code: str,
    contacts: list[TruthRow] | None,
) -> TableRecording:
    """Return the recording, with its truth in order of time."""
    simulated = contacts is not None
    caution = "simulated; no evidence about people. " if simulated else ""
    rows = [*conductor.truth, *(contacts if contacts is not None else conductor.feet())]
    return TableRecording(
        name=name,
        title=protocol.title,
        subject=f"simulated-{code}" if simulated else f"study-{code}",
        source=f"cued study, protocol {protocol.title}",
        licence=protocol.licence,
        notes=f"{caution}Direction and gait are what the person was asked to do; contacts are from "
        + ("the simulation." if simulated else "the feet's own sensors."),
        sensors=conductor.tracks(),
        belt=tuple(conductor.belt),
        truth=tuple(sorted(rows, key=lambda row: row.t)),
    )


async def _led(config: Config, protocol: Protocol, conductor: Conductor) -> None:
    """Lead a person by voice until the protocol ends or is stopped."""
    where = app.site(config)
    over, newest = asyncio.Event(), [0.0]
    options: speech.Config = config.part("actuators", "speech") or speech.Config()
    texts = [step.say for step in protocol.step]
    async with speech.Speech(options, where, _unheard, texts=texts) as voice:
        await voice.rendered()

        def begin(step: Step) -> None:
            print(step.say)
            voice.give(Cue("study", step.say, "none", Priority.PHASE, "given", t=newest[0]))

        def emit(item: Input) -> None:
            newest[0] = item.t
            for step in conductor.feed(item):
                begin(step)
            if conductor.done:
                over.set()

        tasks = [asyncio.create_task(s.run(emit, ignore)) for s in app.sources(config, where)]
        try:
            await _until_over(conductor, over)
        finally:
            conductor.close(newest[0])
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _until_over(conductor: Conductor, over: asyncio.Event) -> None:
    """Wait for the end; Ctrl-C ends it, too, and keeps what was recorded."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait({asyncio.create_task(over.wait())}, timeout=HEARD_WITHIN_S)
        if conductor.silent:
            raise CuedError(f"{', '.join(conductor.silent)} cannot be heard: see cued doctor")
        await over.wait()


def _unheard(item: CueDone | Notice) -> None:
    if isinstance(item, Notice) and item.level != "info":
        print(item.text)


def _simulated_sensors(protocol: Protocol) -> Mapping[str, Worn]:
    return {s.name: Worn(s.placement, s.mounting) for s in parse(_script(protocol)).sensor}


def _simulated(protocol: Protocol, conductor: Conductor) -> list[TruthRow]:
    """Lead the simulated runner as fast as possible; return its contacts."""
    simulation = Simulation(parse(_script(protocol)))
    for item in simulation.inputs():
        for step in conductor.feed(item):
            print(step.say)
    return [
        TruthRow(row.t_s, row.kind, SIDES.get(row.side, "unknown"))
        for row in simulation.truth
        if row.kind in ("contact", "lift")
    ]


def _script(protocol: Protocol) -> str:
    """Return a scenario in which the runner follows each step at once."""
    at, facing = 0.5, protocol.step[0].direction
    lines = [f'title = "study"\nduration_s = {protocol.lasts_s + 2.0}']
    if facing == "backward":
        lines.append('[[does]]\nat_s = 0.0\nwhat = "face_back"')
    for step in protocol.step:
        speed = f"speed_m_s = {step.speed_m_s}\nincline_percent = {step.incline_percent}"
        lines.append(f"[[belt]]\nat_s = {at}\n{speed}")
        lines.append(f'[[does]]\nat_s = {at}\nwhat = "{step.gait}"')
        at += step.for_s
    return "\n".join(lines)
