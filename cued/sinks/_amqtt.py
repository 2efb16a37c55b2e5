"""The embedded broker's process: reads its orders from standard input and ends when that closes.

Standard input is a pipe of the daemon's. When the daemon goes, however it goes, the pipe closes,
and no broker is left behind. The only file that knows amqtt.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeArgument=false, reportUnknownParameterType=false

from __future__ import annotations

import asyncio
import hmac
import logging
import signal
import sys
from dataclasses import dataclass

import msgspec
from amqtt.broker import Broker
from amqtt.contexts import Action, BrokerConfig, ListenerConfig, ListenerType
from amqtt.errors import AMQTTError
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from cued.sinks.broker import READY, Orders

CONNECTIONS = 50  # a household's worth of screens


class Access(BaseAuthPlugin):
    """Who is let in."""

    async def authenticate(self, *, session: Session) -> bool:
        """Check the password; without one a guest may come in if guests may read."""
        config: Access.Config = self.config  # pyright: ignore[reportAssignmentType]
        if not config.user:
            return True
        if session.username:
            known = hmac.compare_digest(session.username.encode(), config.user.encode())
            given = (session.password or "").encode()
            return hmac.compare_digest(given, config.password.encode()) and known
        # A guest's last will would be published without being asked about (amqtt 0.12.1).
        return config.guests_read and not session.will_flag

    @dataclass
    class Config:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The one user."""

        user: str = ""
        password: str = ""
        guests_read: bool = False


class Rights(BaseTopicPlugin):
    """What those who are in may do: users everything, guests listen."""

    async def topic_filtering(
        self,
        *,
        session: Session | None = None,
        topic: str | None = None,
        action: Action | None = None,
    ) -> bool:
        """Let a guest subscribe and receive."""
        config: Rights.Config = self.config  # pyright: ignore[reportAssignmentType]
        return not config.user or action != Action.PUBLISH or bool(session and session.username)

    @dataclass
    class Config:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The one user."""

        user: str = ""


async def serve(orders: Orders) -> None:
    """Listen until standard input closes."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), over.set)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    broker = Broker(configured(orders))
    await broker.start()
    sys.stdout.buffer.write(READY)
    sys.stdout.flush()
    await over.wait()
    await broker.shutdown()


def configured(orders: Orders) -> BrokerConfig:
    """Say it in amqtt's words."""
    here = f"[{orders.address}]" if ":" in orders.address else orders.address
    plain = ListenerConfig(
        type=ListenerType.TCP, bind=f"{here}:{orders.port}", max_connections=CONNECTIONS
    )
    websocket = ListenerConfig(
        type=ListenerType.WS, bind=f"{here}:{orders.websocket_port}", max_connections=CONNECTIONS
    )
    who = {"user": orders.user, "password": orders.password, "guests_read": orders.guests_read}
    return BrokerConfig(
        listeners={"default": plain, "websocket": websocket},
        plugins={f"{__name__}.Access": who, f"{__name__}.Rights": {"user": orders.user}},
    )


def main() -> int:
    """Read the orders and serve; what goes wrong is told in a line."""
    logging.basicConfig(level=logging.CRITICAL)
    orders = msgspec.json.decode(sys.stdin.buffer.raw.readline(), type=Orders)  # pyright: ignore[reportAttributeAccessIssue]
    try:
        asyncio.run(serve(orders))
    except (AMQTTError, OSError) as error:
        print(error, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.modules["cued.sinks._amqtt"] = sys.modules[__name__]
    __name__ = "cued.sinks._amqtt"  # amqtt loads plug-ins by the name of their module
    sys.exit(main())
