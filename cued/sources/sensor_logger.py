"""A phone with Sensor Logger as a sensor: it posts its measurements to a small server here.

In the app: Settings, Data Streaming, HTTP Push on, with the address of this machine, the port and
the token below (``http://pi.local:8710/TOKEN``), and the shortest batch period offered. The decoder
is ``cued/devices/phone.py``. Delay: the app's batch period. Not tried with a phone yet; tested with
messages from its documentation.

Listens on the loopback address by default. In a network it requires a token, which you invent, as
the path; otherwise anybody there could send strides. The token is sent unencrypted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from msgspec import Meta, Struct

from cued.config import Site
from cued.parts import Part
from cued.sources._http import posts
from cued.sources._phone import pass_on, phone_options
from cued.sources.source import Emit, Source


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the Sensor Logger source."""

    listen: Annotated[
        str, Meta(description="Address to listen on; 0.0.0.0 lets the network in.")
    ] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="Port to listen on.")] = 8710
    token: Annotated[
        str,
        Meta(
            pattern="^([A-Za-z0-9_-]{8,64})?$",
            description="Path that the phone must post to, 8 to 64 letters and digits.",
        ),
    ] = ""
    sensor: Annotated[str, Meta(description="NAME of its [sensors.NAME] table.")] = "phone"

    def __post_init__(self) -> None:
        """Refuse to listen to a whole network without a token."""
        if self.listen not in ("127.0.0.1", "::1", "localhost") and not self.token:
            raise ValueError(f"listen = {self.listen!r} lets the network in: set token")


class SensorLogger(Source):
    """The source."""

    def __init__(self, config: Config, site: Site) -> None:
        self._config = config
        self._options = phone_options(site, config.sensor, "sensor_logger")
        self.port = config.port

    async def run(self, emit: Emit, up: Callable[[], None]) -> None:
        """Serve; raise LinkLost when a phone that has sent data falls silent."""
        config = self._config
        async with posts(config.listen, config.port, config.token) as (self.port, bodies):
            await pass_on(bodies.get, self._options, config.sensor, emit, up)


PART = Part(Config, SensorLogger)
