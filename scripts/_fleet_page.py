"""The live page with a fleet: opened late, in a real browser, it has to list every station."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from cued.sinks._pages import Pages
from cued.sinks.live import FILES

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "shell" / "page"))

LISTED_WITHIN_S = 60.0
COUNT = """() => {
    const cards = [...document.querySelectorAll('#floor-list li')];
    const filled = (part) => cards.filter((c) => c.querySelector(part).textContent.trim()).length;
    return [cards.length, filled('.phase'), cards.filter((c) => /\\d/.test(
        c.querySelector('.rate').textContent)).length];
}"""


async def visit(broker: str, stations: int, picture: Path) -> str:
    """Open the page of all stations at this WebSocket address of a broker; count what it lists."""
    config = json.dumps({"root": "cued", "broker": broker}).encode()
    origin = broker[: broker.index("/", 5)]
    pages = Pages(FILES, {"config.json": lambda: config}, (), lambda _host: origin)
    await pages.open("127.0.0.1", 0)
    try:
        address = f"http://127.0.0.1:{pages.port}/#all"
        return await asyncio.to_thread(_look, address, stations, picture)
    finally:
        await pages.close()


def _look(address: str, stations: int, picture: Path) -> str:
    from world import browsing  # noqa: PLC0415 - needs playwright, which few need

    with browsing() as browser:
        page: Any = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        begin = time.monotonic()
        found = []
        for n, what in enumerate(("listed", "with a phase", "with a step rate")):
            while page.evaluate(COUNT)[n] < stations and time.monotonic() - begin < LISTED_WITHIN_S:
                page.wait_for_timeout(50)
            found.append(f"{page.evaluate(COUNT)[n]} {what} after {time.monotonic() - begin:.1f} s")
        page.screenshot(path=picture)
    return ", ".join(found)
