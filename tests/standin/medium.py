"""A medium for simulated devices: keeps what they send."""

from __future__ import annotations

import asyncio

from cued.standin.peripheral import Peripheral


class Medium:
    """Stands for the stand-in; nobody is subscribed when it is ``deaf``."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self.deaf = False

    def notify(self, device: Peripheral, uuid: str, data: bytes) -> bool:
        assert uuid in {char for chars in device.services.values() for char in chars}
        self.sent.put_nowait((uuid, data))
        return not self.deaf
