"""A process that holds a motor on, to be killed or frozen: ``python -m cued.commands._held_motor``.

Prints ``on KEEPER``, the process of the pins' keeper, once the pin was driven, or why it can't be.
"""

from __future__ import annotations

import asyncio
import json
import sys

from cued.keeper import PinRequest
from cued.kept import PinChange, keep

HOLDS_S = 20.0  # chosen: whoever kills or freezes it is done by then; it ends by itself


async def hold(wanted: PinRequest) -> None:
    """Drive the first pin and stay."""
    driven = asyncio.Event()

    def heard(told: PinChange) -> None:
        if told.value > 0:
            driven.set()

    kept = await keep(wanted, heard)
    try:
        if kept.missing:
            print(f"missing {kept.missing}", flush=True)
            return
        kept.drive(wanted.pins[0], 1.0)
        await driven.wait()
        print(f"on {kept.pid}", flush=True)
        await asyncio.sleep(HOLDS_S)
    finally:
        await kept.close()


if __name__ == "__main__":
    asyncio.run(hold(PinRequest(*json.loads(sys.argv[1]))))
