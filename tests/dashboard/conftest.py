"""A browser, a broker and a simulated station for the page's tests; skipped where one is absent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.home import DASHBOARD
from tests.helpers.world import (
    CHROMIUM,
    MOSQUITTO,
    PATIENCE_S,
    Broker,
    NoBrowser,
    Station,
    browsing,
)

DESKTOP = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("page")


@pytest.fixture(scope="module")
def broker(folder: Path) -> Iterator[Broker]:
    if MOSQUITTO is None:
        pytest.skip("mosquitto is not installed")
    broker = Broker(folder)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def own(folder: Path) -> Iterator[Broker]:
    """Start a broker that may be killed; it serves the page as well."""
    own = Broker(folder, http_dir=DASHBOARD)
    own.start()
    yield own
    own.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no browser (Debian package chromium-headless-shell)")
    pytest.importorskip("playwright.sync_api")
    with ExitStack() as stack:
        why = ""
        try:
            browser = stack.enter_context(browsing())
        except NoBrowser as error:
            why = str(error)
        if why:
            pytest.fail(why, pytrace=False)
        yield browser


@pytest.fixture(scope="module")
def station(folder: Path, broker: Broker, browser: Any) -> Iterator[Station]:
    """Run a station whose runner walks backward and stumbles seven seconds after the tests begin.

    The browser starts first, or a slow machine would start it during the stumble.
    """
    station = Station(folder, broker, "stumble", 83.0)
    station.start()
    yield station
    station.stop()


@pytest.fixture
def visit(browser: Any) -> Iterator[Any]:
    """Open pages that must log no error and request nothing from another host."""
    complaints: list[str] = []
    strangers: list[str] = []

    def visit(url: str, dark: bool = False, size: dict[str, int] = DESKTOP, **more: Any) -> Any:
        scheme = "dark" if dark else "light"
        page = browser.new_page(viewport=size, color_scheme=scheme, **more)
        page.set_default_timeout(1000 * PATIENCE_S)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda line: (
                complaints.append(line.text) if line.type in ("error", "warning") else None
            ),
        )
        page.on("request", lambda request: strangers.append(request.url))
        page.goto(url)
        return page

    yield visit
    for context in browser.contexts:
        context.close()
    # Connections end when a test ends its station or its page, also while something is being sent.
    ended = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_CONNECTION_TIMED_OUT")
    ended += ("WebSocket is already in CLOSING or CLOSED state",)
    unmeant = [line for line in complaints if not any(why in line for why in ended)]
    assert unmeant == []
    assert [url for url in strangers if "//127.0.0.1:" not in url] == []
