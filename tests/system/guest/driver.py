"""A program that drives a line as soon as it may, as the service does, and then only waits.

driver.py REQUEST THEN. REQUEST: the fields of cued.keeper.PinRequest as a JSON list. THEN "lock":
holds the interpreter's lock for ever. Prints "ready", or why it may not drive. Run by the package's
own Python.
"""

import asyncio
import json
import re
import sys

from cued import kept
from cued.keeper import PinRequest


async def main(wanted: PinRequest, then: str) -> None:
    made = await kept.keep(wanted, lambda change: None)
    print(made.missing or "ready", flush=True)
    made.drive(wanted.pins[0], 1.0)
    if then == "lock":  # matching holds the interpreter's lock, and takes for ever
        await asyncio.sleep(0.1)
        re.match(r"(a+)+$", "a" * 40 + "b")
    await asyncio.sleep(60)


pins, *rest = json.loads(sys.argv[1])
asyncio.run(main(PinRequest(tuple(pins), *rest), sys.argv[2]))
