"""Run the whole daemon on a simulated runner and treadmill, in real time or faster."""

from __future__ import annotations

import argparse
import importlib
import secrets
import sys
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cued import app
from cued.commands import _play
from cued.commands._options import add_config, load_config, non_negative, whole
from cued.config import Config, Sensor
from cued.engine import Worn
from cued.model import AnyEvent, BeltRequest, Cue, CuedError
from cued.recording.tables.write import write_table
from cued.runtime.playback import Playback
from cued.simulation.run import Simulation
from cued.sinks._hosts import free_port
from cued.sources.simulate import open_scenario, recorded, scenarios
from cued.sources.source import Source
from cued.standin.bus import private_bus

EVERYWHERE = "0.0.0.0"
USER = "demo"

NAME = "simulate"
HELP = "run the whole daemon on a simulated runner"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "scenario",
        nargs="?",
        default="workout",
        help=f"a file, or one of: {', '.join(scenarios())} (default workout)",
    )
    parser.add_argument(
        "--speed",
        type=non_negative,
        default=1.0,
        metavar="N",
        help="times real time (default 1); 0: as fast as possible and silent",
    )
    parser.add_argument("--seed", type=whole, help="vary the run of the same scenario")
    parser.add_argument(
        "--record", type=Path, metavar="FOLDER", help="write a table recording instead of running"
    )
    parser.add_argument("--sound", type=Path, metavar="FILE", help="write the sound to a WAV file")
    parser.add_argument(
        "--over-bluetooth",
        action="store_true",
        help="receive the sensors through BlueZ's D-Bus and bleak, without a radio",
    )
    parser.add_argument("--events", metavar="FILE", help="event lines to a file, or - for stdout")
    parser.add_argument(
        "--show",
        action="store_true",
        help="open page and broker, on free ports, to phones in this network, for viewing only",
    )
    add_config(parser, settings=True)


def run(args: argparse.Namespace) -> int:
    """Simulate and, unless event lines go to standard output, sum up."""
    config = load_config(args)
    scenario = open_scenario(args.scenario)
    if args.record:
        try:
            write_table(args.record, recorded(Simulation(scenario, args.seed), args.record.name))
        except OSError as error:
            raise CuedError(f"{args.record}: {error.strerror}") from None
        print(f"wrote {args.record}")
        return 0
    simulation = Simulation(scenario, args.seed, keep_truth=1000)
    worn = {s.name: Worn(s.placement, s.mounting) for s in simulation.scenario.sensor}
    runner = Runner(simulation)
    if args.over_bluetooth:
        _over_bluetooth(args, config, worn, runner)
        return 0
    if args.speed > 0 or args.sound:
        source = Playback(simulation.inputs(), args.speed, runner.request)
        with shown(config) if args.show else nullcontext(config) as config:
            _in_time(args, config, runner, source)
        return 0
    if kept := [n for n in _play.KEEPERS if n in config.parts.get("sinks", {})]:
        sections = ", ".join(f"[sinks.{n}]" for n in kept)
        hint = "--speed 50 does, and --record FOLDER writes a table recording"
        print(f"cued: --speed 0 writes nothing to {sections}: {hint}", file=sys.stderr)
    counts = _play.at_full_speed(config, worn, simulation.inputs(), args.events, runner.answer)
    if args.events != "-":
        print(_play.summed_up(counts))
    return 0


def _in_time(
    args: argparse.Namespace, config: Config, runner: Runner, source: Source, *, live: bool = False
) -> None:
    """Play the run as a new session, which uses the runner's history and can be recorded."""
    sensors = {
        s.name: Sensor(device="pod", placement=s.placement, mounting=s.mounting)
        for s in runner.simulation.scenario.sensor
    }
    config = replace(config, sensors=sensors)
    engines = app.Engines(config)
    _play.in_time(
        config,
        engines.begin(),
        source,
        args.events,
        live=live,
        hears=runner.hear,
        sound=args.sound,
        opening=engines.opening,
    )


def _over_bluetooth(
    args: argparse.Namespace, config: Config, worn: dict[str, Worn], runner: Runner
) -> None:
    """Play the run in real time over a stand-in for BlueZ."""
    extra = [f"--speed {args.speed:g}"] if args.speed != 1.0 else []
    extra += [f"--sound {args.sound}"] if args.sound else []
    if extra:
        why = "runs in real time, with the configured actuators"
        raise CuedError(f"--over-bluetooth {why}: leave out {' and '.join(extra)}")
    without = [s.name for s in runner.simulation.scenario.sensor if not s.gyro]
    if without:
        raise CuedError(f"--over-bluetooth: {without[0]} has no gyroscope, but a pod needs one")
    module: Any = importlib.import_module("cued.commands._over_bluetooth")  # bleak is slow
    inputs = runner.simulation.inputs()
    source = module.OverBluetooth(inputs, worn, runner.request)
    with private_bus():
        _in_time(args, config, runner, source, live=True)


class Runner:
    """Passes cues and requests on to the simulated person and treadmill."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation

    def hear(self, event: AnyEvent) -> None:
        """Pass a given cue on to the person."""
        if isinstance(event, Cue) and event.verdict == "given":
            self.simulation.hear(event.key, event.because)

    def request(self, request: BeltRequest) -> str:
        """Set the simulated treadmill; return why it refused, or ""."""
        return self.simulation.request(request)

    def answer(self, event: AnyEvent) -> None:
        """Pass on a cue or a request, as the daemon does when one runs."""
        if isinstance(event, BeltRequest):
            self.request(event)
        else:
            self.hear(event)


@contextmanager
def shown(config: Config) -> Generator[Config]:
    """Return the configuration with its page and broker, if any, open to the network.

    Each moves to a free port if another program uses its own. Without a password a phone may only
    look; the broker gets one for this run, which is printed for those who want to press buttons.
    """
    sinks = config.parts.get("sinks", {})
    with TemporaryDirectory(prefix="cued-show-") as folder:
        if "broker" in sinks:
            word = secrets.token_hex(4)
            file = Path(folder) / "password"
            file.touch(0o600)
            file.write_text(word)
            sinks = _guarded(sinks, str(file))
            print(f"the page's buttons need user {USER}, password {word}", file=sys.stderr)
        if "live" in sinks:
            live: Any = sinks["live"]
            port = free_port(EVERYWHERE, live.port)
            sinks = {**sinks, "live": replace(live, host=EVERYWHERE, port=port, qr_code=True)}
        yield replace(config, parts={**config.parts, "sinks": sinks})


def _guarded(sinks: dict[str, Struct], password_file: str) -> dict[str, Struct]:
    """Open the broker to guests, and point the parts that use it to its ports."""
    broker: Any = sinks["broker"]
    port = free_port(EVERYWHERE, broker.port)
    websocket = free_port(EVERYWHERE, broker.websocket_port)
    access = {"user": USER, "password_file": password_file}
    out = dict(sinks)
    out["broker"] = replace(
        broker,
        address=EVERYWHERE,
        port=port,
        websocket_port=websocket,
        guests_read=True,
        **access,
    )
    if "mqtt" in sinks:
        out["mqtt"] = replace(sinks["mqtt"], host="127.0.0.1", port=port, **access)
    if "live" in sinks:
        out["live"] = replace(sinks["live"], broker_port=websocket)
    return out
