"""A simulation that anybody in the network may look at, whatever else runs on this machine.

Page and broker go to free ports where another program has theirs. Both listen on every network, so
that a phone can look. Who has no password may only look: the broker gets one for this run alone,
which is printed for those who want to press the page's buttons.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cued.config import Config
from cued.sinks._hosts import free_port

EVERYWHERE = "0.0.0.0"
USER = "demo"


@contextmanager
def shown(config: Config) -> Generator[Config]:
    """Return the configuration with page and broker, if it has them, open to the network."""
    sinks = config.parts.get("sinks", {})
    with TemporaryDirectory(prefix="cued-show-") as folder:
        if "broker" in sinks:
            word = secrets.token_hex(4)
            file = Path(folder) / "password"
            file.touch(0o600)
            file.write_text(word)
            sinks = _guarded(sinks, str(file))
            print(f"the page's buttons want the user {USER} and {word}", file=sys.stderr)
        if "live" in sinks:
            live: Any = sinks["live"]
            port = free_port(EVERYWHERE, live.port)
            sinks = {**sinks, "live": replace(live, host=EVERYWHERE, port=port, qr_code=True)}
        yield replace(config, parts={**config.parts, "sinks": sinks})


def _guarded(sinks: dict[str, Struct], password_file: str) -> dict[str, Struct]:
    """Open the broker to guests, and move those parts that use it to its ports."""
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
