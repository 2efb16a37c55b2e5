"""Remove a station from Home Assistant: its device, entities and retained messages disappear."""

from __future__ import annotations

import argparse
import asyncio
import sys

from msgspec import structs

from cued import app, reading
from cued.commands._options import add_config, load_config
from cued.config import Station
from cued.model import ConfigError
from cued.sinks import _mqtt_client as mqtt

NAME = "hass"
HELP = "remove the station from Home Assistant (stop it first)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--remove", action="store_true", required=True, help="confirm the removal")
    parser.add_argument("--station", help="a station other than the configured, after a rename")
    add_config(parser, settings=True)


def run(args: argparse.Namespace) -> int:
    """Empty the station's retained topics and list them."""
    config = load_config(args)
    options: mqtt.Config | None = config.part("sinks", "mqtt")
    if options is None:
        raise ConfigError("[sinks.mqtt] is missing: there is no broker to remove anything from")
    where = app.site(config)
    if args.station:
        named = reading.convert({"name": args.station}, Station, "--station")
        where = structs.replace(where, station=named.name)
    topics, runs = asyncio.run(mqtt.remove(options, where))
    for topic in topics:
        print(f"emptied {topic}")
    if runs:
        print(
            f"{where.station} seems to be running and would announce itself again: stop it first,"
            " or set discovery = false in [sinks.mqtt]",
            file=sys.stderr,
        )
    return 0
