"""Broker, simulated station and browser for the page's tests and screenshots.

The station is the whole daemon on a simulated runner, in its own thread. It plays the first part of
its scenario as fast as possible and continues in real time, so that a test meets a runner who has
been walking for a minute.

Scripts import it as ``world``, so it imports no other module of the tests.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from cued import app
from cued import config as configuration
from cued.commands.simulate import Runner
from cued.daemon import Daemon
from cued.engine import Engine
from cued.model import Battery, Input
from cued.simulation.run import Simulation
from cued.sinks.mqtt import Config
from cued.sources.simulate import open_scenario

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
# The shell lacks what a person needs around a page, and opens one in a third of the time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next((path for name in BROWSERS if (path := shutil.which(name))), None)
FLAGS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-breakpad", "--password-store=basic",
    "--no-sandbox",  # root may not have one, a container often cannot; it sees only our own page
]  # fmt: skip
PATIENCE_S = 30.0  # not a claim about time: a busy machine is slower
BROWSER_STARTS_WITHIN_S = 90.0  # a cold start on a small, busy machine
STATION_STARTS_WITHIN_S = 240.0
LASTS_S = 3600.0  # longer than all tests on a slow machine, whose last one needs a walker, too
BATTERIES = {"trunk": 83.0, "foot_left": 61.0, "foot_right": 14.0}


class NoBrowser(Exception):
    """No browser can be started; the message says why."""


@contextmanager
def browsing() -> Iterator[Any]:
    """Start the browser with a temporary profile; raises NoBrowser."""
    from playwright.sync_api import Error, sync_playwright

    if not Path("/proc/self").exists():
        raise NoBrowser("chromium does not start without /proc: mount -t proc proc /proc")
    try:
        playwright = sync_playwright().start()
    except Exception as error:  # noqa: BLE001 - its driver, a separate node process, may fail in any way
        hint = "its node needs libatomic.so.1 (Debian: libatomic1)"
        raise NoBrowser(f"playwright does not start: {error}; {hint}") from None
    try:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, timeout=1000 * BROWSER_STARTS_WITHIN_S
        )
    except Error as error:
        playwright.stop()
        said = [line for line in error.message.splitlines() if "<launching>" not in line]
        raise NoBrowser(f"{CHROMIUM} does not start:\n" + "\n".join(said[:25])) from None
    try:
        yield browser
    finally:
        browser.close()
        playwright.stop()


def free_port() -> int:
    """Return a port where nothing listens, below those that the kernel gives to clients.

    At one of theirs, a client that retries long enough gets that port and connects to itself.
    """
    while True:
        port = random.SystemRandom().randrange(20000, 32768)
        with suppress(OSError), socket.socket() as sock:
            sock.bind(("127.0.0.1", port))
            return port


@contextmanager
def taken() -> Iterator[int]:
    """Listen on some port, as a program of somebody else."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def wait_for(what: Callable[[], object], message: str, patience_s: float = PATIENCE_S) -> None:
    end = time.monotonic() + patience_s
    while not what():
        assert time.monotonic() < end, message
        time.sleep(0.02)


class Mosquitto:
    """A broker that can be killed, started again on its port, and frozen.

    ``lines`` are its configuration, with PORT for its port; without any it is open to everybody.
    """

    def __init__(self, folder: Path, *lines: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self._conf = folder / f"mosquitto-{self.port}.conf"
        self._said = self._conf.with_suffix(".log")
        lines = lines or ("listener PORT 127.0.0.1", "allow_anonymous true")
        text = "\n".join((*lines, "log_dest stderr", f"user {os.environ.get('USER', 'root')}", ""))
        self._conf.write_text(text.replace("PORT", str(self.port)))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert MOSQUITTO
        with self._said.open("w") as log:
            self.process = subprocess.Popen([MOSQUITTO, "-c", str(self._conf)], stderr=log)
        wait_for(lambda: "running" in self._said.read_text() or self._ended(), "no mosquitto")
        assert not self._ended(), f"mosquitto did not start: {self._said.read_text()}"

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def config(self, **options: Any) -> Config:
        """Return the configuration of a sink at this broker."""
        return Config(host="127.0.0.1", port=self.port, **options)

    def _ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None


class Broker(Mosquitto):
    """A broker with a listener for the station and one, ``web``, for browsers."""

    def __init__(self, folder: Path, http_dir: Path | None = None, *more: str) -> None:
        self.web = free_port()
        lines = ["listener PORT 127.0.0.1", f"listener {self.web} 127.0.0.1"]
        lines += ["protocol websockets"] + ([f"http_dir {http_dir}"] if http_dir else [])
        super().__init__(folder, *lines, "allow_anonymous true", *more)


class HeadStart:
    """A source: everything up to ``fast_s`` at once, then in real time, until stopped."""

    def __init__(self, inputs: Iterator[Input], fast_s: float, request: Callable[..., str]) -> None:
        self._inputs, self.fast_s, self._request = inputs, fast_s, request
        self.live = threading.Event()
        self.began = 0.0  # wall time at which the scenario was at fast_s

    async def run(self, emit: Callable[[Input], None], up: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        start = 0.0
        up()
        for n, item in enumerate(self._inputs):
            if item.t < self.fast_s:
                if n % 64 == 0:
                    await asyncio.sleep(0)
            else:
                if not self.live.is_set():
                    start, self.began = loop.time(), time.time()
                    self.live.set()
                wait = start + item.t - self.fast_s - loop.time()
                if wait > 0:
                    await asyncio.sleep(wait)
            emit(item)
        await asyncio.Event().wait()

    async def request(self, request: Any) -> str:
        return self._request(request)


class Station:
    """A daemon running in a thread."""

    def __init__(
        self,
        folder: Path,
        broker: Broker,
        scenario: str,
        fast_s: float,
        name: str = "demo",
        *,
        program: bool = True,
        ancestors: tuple[str, ...] = (),
    ) -> None:
        self.broker, self.port = broker, free_port()
        table = {
            "station": {"name": name, "hardware": False, "state": str(folder / name)},
            "coach": {"program": program},
            "sinks": {
                "mqtt": {"port": broker.port, "host": "127.0.0.1"},
                "live": {
                    "port": self.port,
                    "broker_port": broker.web,
                    "frame_ancestors": [*ancestors],
                },
            },
        }
        self.url = f"http://127.0.0.1:{self.port}/"
        self._config = configuration.convert(table)
        script = replace(open_scenario(scenario), duration_s=LASTS_S)
        simulation = Simulation(script, keep_truth=1000)
        self._worn = {s.name: app.Worn(s.placement, s.mounting) for s in simulation.scenario.sensor}
        self.simulation = simulation
        runner = Runner(simulation)
        self.source = HeadStart(_charged(simulation.inputs()), fast_s, runner.request)
        self._hears = runner.hear
        self._loop: asyncio.AbstractEventLoop | None = None
        self._daemon: Daemon | None = None
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()
        wait_for(self._there, "the simulated station did not get going", STATION_STARTS_WITHIN_S)

    def engine(self) -> Engine:
        return app.engine(self._config, self._worn)

    def stop(self) -> None:
        if self._loop and self._daemon and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._daemon.stop)
        self._thread.join(STATION_STARTS_WITHIN_S)
        assert not self._thread.is_alive()
        if self._failed:
            raise self._failed

    def _there(self) -> bool:
        if self._failed:
            raise self._failed
        return self.source.live.is_set()

    def _run(self) -> None:
        try:
            asyncio.run(self._work())
        except BaseException as error:  # noqa: BLE001 - reported to the test's own thread
            self._failed = error

    async def _work(self) -> None:
        self._loop = asyncio.get_running_loop()
        where = app.site(self._config)
        self._daemon = Daemon(
            self.engine(),
            [self.source],
            [],
            app.sinks(self._config, where),
            live=False,
            hears=self._hears,
        )
        await self._daemon.run()


def _charged(inputs: Iterator[Input]) -> Iterator[Input]:
    """Give batteries to the simulated sensors, one of them nearly empty."""
    for sensor, percent in BATTERIES.items():
        yield Battery(t=0.0, sensor=sensor, percent=percent)
    yield from inputs


def hour() -> dict[str, Any]:
    """Return an hour of strides and cues as kept by the daemon."""
    n = range(3600)
    columns = {
        "length": [1.0 + 0.03 * ((s * 7919) % 17 - 8) / 8 for s in n],
        "low": [0.95] * 3600, "high": [1.05] * 3600,
        "cadence": [100.0 + (s * 31) % 5 for s in n],
        "score": [((s * 13) % 9 - 4) / 4 for s in n],
    }  # fmt: skip
    marks = [{"t": 20.0 * m, "kind": "cue", "text": "short"} for m in range(180)]
    t = [float(s) for s in n]
    return {"t": t, "columns": columns, "marks": marks, "began": 0.0, "events": []}
