"""Run the daemon through simulated days with faults, and fail on a trend in what it uses.

A child process is the real ``cued run`` on a simulated runner, as fast as the machine goes, with
history, recorder, MQTT, page, motors and voice. Every simulated hour has one fault, in turn; the
links stall and drop on their own. When its hour is over and the fault with it, memory, descriptors,
threads and tasks are sampled. A trend is a last third that uses more than the first.

The hours count from when the voice has rendered its phrases: these stay in memory (60 MB), and
at full speed rendering takes the first simulated hours. Rows that a disk refuses wait in memory,
minutes of a runner's data for each second; the lowest of six samples after that counts, and the
peak is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import gc
import json
import os
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
HOUR_S = 3600.0
MOST_GROWTH = {"rss_mb": 12.0, "descriptors": 1.5, "threads": 1.5, "tasks": 1.5}
FAULT_S = 6.0  # of the machine's time
SETTLES_S = 12.0  # longer than any sink waits to write or connect again
CONFIG = """
[station]
name = "soak"
hardware = false
[sensors.back]
device = "pod"
placement = "lower_back"
address = "C0:FF:EE:00:00:01"
[sensors.foot]
device = "pod"
placement = "foot_left"
address = "C0:FF:EE:00:00:02"
[sources.simulate]
scenario = "{folder}/soak.toml"
speed = 0
seed = {seed}
[coach]
program = false
[actuators.haptic]
[actuators.speech]
[sinks.history]
[sinks.recorder]
keep_free_mb = 0
[sinks.mqtt]
host = "127.0.0.1"
port = {port}
[sinks.live]
port = {page}
"""
SCENARIO = """
title = "days of walking, with rests"
seed = 1
duration_s = 604800.0
[person]
responsive = 0.5
[link]
samples = 20
interval_s = 0.2
jitter_s = 0.02
skew_ppm = 30.0
synced = false
stalls_per_h = 4.0
drops_per_h = 2.0
[[sensor]]
name = "back"
placement = "lower_back"
[[sensor]]
name = "foot"
placement = "foot_left"
"""
WALKS_S, RESTS_S = 1500.0, 900.0  # a session, and long enough off the belt to end it
TMPFS_MB = 400


def scenario() -> str:
    """Write a week of walks and rests, with a stumble in each walk."""
    lines = [SCENARIO]
    for n in range(int(604800 / (WALKS_S + RESTS_S)) - 1):
        start = 4 + n * (WALKS_S + RESTS_S)
        lines += [
            f"[[belt]]\nat_s = {start}\nspeed_m_s = 1.1\n"
            f"[[belt]]\nat_s = {start + WALKS_S}\nspeed_m_s = 0.0\n"
            f'[[does]]\nat_s = {start}\nwhat = "walk"\n'
            f'[[does]]\nat_s = {start + 600}\nwhat = "stumble"\n'
            f'[[does]]\nat_s = {start + WALKS_S}\nwhat = "stand"\n'
        ]
    return "".join(lines)


# --- the child -----------------------------------------------------------------------------------


def sample(daemon: Any, loop: asyncio.AbstractEventLoop) -> dict[str, float]:
    """Return what this process uses, and how far its daemon has come.

    Called in a thread: gc.get_objects would hand it tuples that the loop is still making.
    """
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return {
        "t": daemon._now,
        "rss_mb": pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
        "blocks": sys.getallocatedblocks(),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "threads": threading.active_count(),
        "tasks": len(asyncio.all_tasks(loop)),
    }


def serve(config: str) -> int:
    """Run the daemon, and answer each line from the parent with a sample."""
    from cued.__main__ import main as cued  # noqa: PLC0415 - the parent does without
    from cued.daemon import Daemon  # noqa: PLC0415 - as above

    answers, sys.stdout = sys.stdout, sys.stderr
    latest: list[Any] = []
    run = Daemon.run

    async def noted(daemon: Daemon) -> None:
        latest[:] = daemon, asyncio.get_running_loop()
        await run(daemon)

    def answer() -> None:
        for line in sys.stdin:
            if "collect" in line:
                gc.collect()
                ctypes.CDLL(None).malloc_trim(0)  # what is free but kept would hide a trend
            while not latest:
                time.sleep(0.1)
            print(json.dumps(sample(*latest)), file=answers, flush=True)

    Daemon.run = noted
    threading.Thread(target=answer, daemon=True).start()
    return cued(["run", "--config", config])


# --- the parent ----------------------------------------------------------------------------------


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return server.getsockname()[1]


class Soak:
    """The daemon, its broker and its disk."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state = folder, folder / "state"
        self.port, self.page, self.seed = free_port(), free_port(), 1
        self.mounted = self._mount()
        (folder / "soak.toml").write_text(scenario())
        self.broker = self._broker()
        self.configure()
        environment = os.environ | {
            "STATE_DIRECTORY": str(self.state),
            "CACHE_DIRECTORY": str(folder),
            "RUNTIME_DIRECTORY": str(folder),
            "PYTHONPATH": str(HERE.parents[1]),
        }
        self.log = (folder / "log").open("w")
        self.daemon = subprocess.Popen(
            [sys.executable, str(HERE), "--child", str(folder / "cued.toml")],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )

    def _mount(self) -> bool:
        self.state.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MB}m", "none", str(self.state)]
        return not subprocess.run(command, capture_output=True, check=False).returncode

    def _broker(self) -> subprocess.Popen[bytes]:
        program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
        if program is None:
            sys.exit("mosquitto is not installed")
        conf = self.folder / "mosquitto.conf"
        conf.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        return subprocess.Popen([program, "-c", str(conf)], stderr=subprocess.DEVNULL)

    def configure(self) -> None:
        """Write the configuration, each with another seed."""
        text = CONFIG.format(folder=self.folder, seed=self.seed, port=self.port, page=self.page)
        (self.folder / "cued.toml").write_text(text)

    def sample(self, how: str = "") -> dict[str, float]:
        """Ask the daemon for a sample; "collect": after collecting its garbage."""
        assert self.daemon.stdin
        assert self.daemon.stdout
        self.daemon.stdin.write(f"{how}\n")
        self.daemon.stdin.flush()
        line = self.daemon.stdout.readline()
        if not line:
            said = Path(self.log.name).read_text()[-3000:]
            sys.exit(f"{said}\nthe daemon has ended: {self.daemon.wait()}")
        return json.loads(line)

    def rendering(self) -> bool:
        """Say whether a child process still renders the voice's phrases."""
        pid = self.daemon.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split():
            with suppress(OSError):  # it has just ended
                if "cued.actuators._render" in Path(f"/proc/{child}/cmdline").read_text("utf-8"):
                    return True
        return False

    def close(self) -> int:
        """Stop it cleanly and return its exit status."""
        if self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGTERM)
        status = self.daemon.wait(20)
        self.broker.kill()
        self.broker.wait()
        if self.mounted:
            subprocess.run(["umount", "-l", self.state], check=False)
        return status

    # Faults: each begins, waits, and ends.

    def broker_gone(self) -> None:
        self.broker.kill()
        self.broker.wait()
        time.sleep(FAULT_S)
        self.broker = self._broker()

    def broker_mute(self) -> None:
        self.broker.send_signal(signal.SIGSTOP)
        time.sleep(FAULT_S)
        self.broker.send_signal(signal.SIGCONT)

    def suspended(self) -> None:
        self.daemon.send_signal(signal.SIGSTOP)
        time.sleep(FAULT_S)
        self.daemon.send_signal(signal.SIGCONT)

    def reloaded(self) -> None:
        self.seed += 1
        self.configure()
        self.daemon.send_signal(signal.SIGHUP)
        time.sleep(FAULT_S)

    def history_held(self) -> None:
        with closing(sqlite3.connect(self.state / "history.sqlite", timeout=30)) as other:
            other.execute("begin exclusive")
            time.sleep(FAULT_S)
            other.rollback()

    def sessions_deleted(self) -> None:
        for path in (self.state / "sessions").glob("*"):
            path.unlink(missing_ok=True)
        time.sleep(FAULT_S)

    def disk_full(self) -> None:
        with (self.state / "full").open("wb") as file:
            try:
                while self.mounted:
                    file.write(b"\0" * 1_000_000)
            except OSError:
                pass
            time.sleep(FAULT_S)
        (self.state / "full").unlink()

    def disk_read_only(self) -> None:
        # Refused while the daemon has a file open for writing; then the hour has no fault.
        remount = ["mount", "-o", "remount,ro", str(self.state)]
        done = self.mounted and subprocess.run(remount, capture_output=True, check=False)
        time.sleep(FAULT_S)
        if done and not done.returncode:
            subprocess.run(["mount", "-o", "remount,rw", str(self.state)], check=True)


FAULTS = (
    *(Soak.broker_gone, Soak.disk_full, Soak.suspended, Soak.history_held),
    *(Soak.reloaded, Soak.broker_mute, Soak.sessions_deleted, Soak.disk_read_only),
)


@contextmanager
def soaking() -> Iterator[Soak]:
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        soak = Soak(Path(folder))
        try:
            yield soak
        finally:
            soak.close()


def run(hours: float, minutes: float) -> tuple[list[dict[str, float]], float, int]:
    """Run the hours; return a sample for each, the peak of memory, and the exit status."""
    until = time.monotonic() + 60.0 * minutes
    samples: list[dict[str, float]] = []
    passed = since = peak = 0.0
    with soaking() as soak:
        since = soak.sample()["t"]
        time.sleep(SETTLES_S)
        while soak.rendering():
            since = soak.sample()["t"]
            time.sleep(1.0)
        while passed < hours * HOUR_S and time.monotonic() < until:
            before, fault = passed, FAULTS[len(samples) % len(FAULTS)]
            fault(soak)
            settled = time.monotonic() + SETTLES_S
            while passed < before + HOUR_S or time.monotonic() < settled:
                seen = soak.sample()
                passed += seen["t"] - since if seen["t"] >= since else seen["t"]
                since, peak = seen["t"], max(peak, seen["rss_mb"])
                time.sleep(1.0)
            lowest = min(
                (soak.sample("collect") for _ in range(6) if not time.sleep(1)), key=_memory
            )
            samples.append(lowest | {"hours": passed / HOUR_S})
            figures = " ".join(f"{k} {v:.0f}" for k, v in lowest.items() if k != "t")
            print(f"{passed / HOUR_S:6.1f} h after {fault.__name__}: {figures}", flush=True)
        return samples, peak, soak.close()


def _memory(seen: dict[str, float]) -> float:
    return seen["rss_mb"]


def growth(samples: list[dict[str, float]], name: str) -> float:
    """Return how much more the last third uses than the first, without the first hours."""
    values = [s[name] for s in samples[2:]]
    third = max(1, len(values) // 3)
    return statistics.median(values[-third:]) - statistics.median(values[:third])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=72.0)
    parser.add_argument(
        "--minutes", type=float, default=600.0, help="of the machine: then no further hour is begun"
    )
    parser.add_argument("--child", help=argparse.SUPPRESS)
    args: Any = parser.parse_args()
    if args.child:
        return serve(args.child)
    began = time.monotonic()
    samples, peak, status = run(args.hours, args.minutes)
    grown = {name: growth(samples, name) for name in MOST_GROWTH}
    for name, most in MOST_GROWTH.items():
        print(f"{name}: {grown[name]:+.1f} from first to last third (at most {most:+.1f})")
    print(f"peak {peak:.0f} MB; {samples[-1]['hours']:.1f} h in {time.monotonic() - began:.0f} s")
    failed = [n for n, most in MOST_GROWTH.items() if grown[n] > most]
    print(f"failed: {', '.join(failed) or 'none'}; ended with {status}")
    return 1 if failed or status else 0


if __name__ == "__main__":
    sys.exit(main())
