"""The embedded broker's process: reads its settings from standard input and ends when that closes.

Standard input is a pipe from the daemon. However the daemon ends, the pipe closes and no broker is
left behind. Only this file and ``_amqtt_guard.py`` import amqtt.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeArgument=false, reportUnknownParameterType=false

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec
from amqtt.contexts import Action, BrokerConfig, ListenerConfig, ListenerType
from amqtt.errors import AMQTTError, BrokerError
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from cued.sinks._amqtt_guard import GuardedBroker
from cued.sinks.broker import READY, Orders

ENDS_WITHIN_S = 1.0  # chosen: a third of the time that the daemon waits
OOM_SCORE = "900"  # of 1000: when memory runs out, this process is killed before the coach
WRONG_COSTS_S = 1.0  # at one guess a second nobody finds a password


class Access(BaseAuthPlugin):
    """Authenticates clients."""

    async def authenticate(self, *, session: Session) -> bool:
        """Check the password; admit a guest without one if guests may read."""
        config: Access.Config = self.config  # pyright: ignore[reportAssignmentType]
        if not config.user:
            return True
        if session.username:
            known = hmac.compare_digest(session.username.encode(), config.user.encode())
            given = (session.password or "").encode()
            right = hmac.compare_digest(given, config.password.encode()) and known
            return right or await self._refuse(session)
        # amqtt 0.12.1 would publish a guest's last will without checking its rights.
        return config.guests_read and not session.will_flag

    async def _refuse(self, session: Session) -> bool:
        """Log a wrong password, and delay the answer."""
        where = f"{session.remote_address}:{session.remote_port}"
        print(f"embedded broker: wrong user or password from {where}", file=sys.stderr, flush=True)
        await asyncio.sleep(WRONG_COSTS_S)
        return False

    @dataclass
    class Config:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The one user."""

        user: str = ""
        password: str = ""
        guests_read: bool = False


class Rights(BaseTopicPlugin):
    """Authorises clients: users may do everything, guests may listen."""

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
    broker = GuardedBroker(configured(orders), orders.config.origins)
    await broker.start()
    sys.stdout.buffer.write(READY)
    sys.stdout.flush()
    await over.wait()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ENDS_WITHIN_S):
            await broker.shutdown()
    os._exit(0)  # connections that amqtt still waits for must not keep the process


def configured(orders: Orders) -> BrokerConfig:
    """Convert the settings to amqtt's."""
    c = orders.config
    here = f"[{c.address}]" if ":" in c.address else c.address
    plain = ListenerConfig(type=ListenerType.TCP, bind=f"{here}:{c.port}")
    websocket = ListenerConfig(type=ListenerType.WS, bind=f"{here}:{c.websocket_port}")
    who = {"user": c.user, "password": orders.password, "guests_read": c.guests_read}
    return BrokerConfig(
        listeners={"default": plain, "websocket": websocket},
        plugins={f"{__name__}.Access": who, f"{__name__}.Rights": {"user": c.user}},
    )


def main() -> int:
    """Read the settings and serve; an error is printed as one line."""
    logging.basicConfig(level=logging.CRITICAL)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)
    orders = msgspec.json.decode(sys.stdin.buffer.raw.readline(), type=Orders)  # pyright: ignore[reportAttributeAccessIssue]
    try:
        asyncio.run(serve(orders))
    except (AMQTTError, BrokerError, OSError) as error:
        print(error, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.modules["cued.sinks._amqtt"] = sys.modules[__name__]
    __name__ = "cued.sinks._amqtt"  # amqtt loads plug-ins by module name
    sys.exit(main())
