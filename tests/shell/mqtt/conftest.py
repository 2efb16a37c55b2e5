"""Brokers for tests: a real mosquitto, as a child process on a free port of the loopback."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.shell.page.world import MOSQUITTO, free_port

STARTS_WITHIN_S = 10.0


class Mosquitto:
    """A broker that can be killed, started again on its port, and frozen."""

    def __init__(self, folder: Path, *lines: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self._conf = folder / f"mosquitto-{self.port}.conf"
        text = "\n".join(lines).replace("PORT", str(self.port))
        self._conf.write_text(text + f"\nlog_dest stderr\nuser {os.environ.get('USER', 'root')}\n")
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        assert MOSQUITTO
        self._process = await asyncio.create_subprocess_exec(
            MOSQUITTO, "-c", str(self._conf), "-v", stderr=subprocess.PIPE
        )
        assert self._process.stderr
        async with asyncio.timeout(STARTS_WITHIN_S):
            seen = b""
            while b"running" not in (line := await self._process.stderr.readline()):
                seen += line
                assert line, f"mosquitto did not start: {seen.decode()}"
        self._drain = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process
        assert self._process.stderr
        while await self._process.stderr.readline():
            pass

    async def kill(self) -> None:
        if self._process and self._process.returncode is None:
            self.signal(signal.SIGKILL)
            await self._process.wait()
            await self._drain

    def signal(self, number: int) -> None:
        assert self._process
        self._process.send_signal(number)


Start = Callable[..., Mosquitto]


@pytest.fixture(scope="session")
def mosquitto_there() -> None:
    if MOSQUITTO is None:
        pytest.skip("mosquitto is not installed")


@pytest.fixture
async def mosquitto(mosquitto_there: None, tmp_path: Path) -> AsyncIterator[Start]:
    """Make brokers that end with the test; without lines one that lets everybody in."""
    made: list[Mosquitto] = []

    def make(*lines: str, port: int | None = None) -> Mosquitto:
        lines = lines or ("listener PORT 127.0.0.1", "allow_anonymous true")
        made.append(Mosquitto(tmp_path, *lines, port=port))
        return made[-1]

    yield make
    for broker in made:
        await broker.kill()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a CA, a server's and a client's certificate, and a CA nobody knows."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificates")
    for ca in ("ca", "stranger"):
        _openssl(folder, f"req -x509 -nodes {EC} -days 2 -keyout {ca}.key -out {ca}.crt",
                 f"/CN=cued test {ca}", CA)  # fmt: skip
    for name, ca in (("server", "ca"), ("client", "ca")):
        _openssl(folder, f"req -nodes {EC} -keyout {name}.key -out {name}.csr", "/CN=localhost")
        (folder / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        _openssl(folder, f"x509 -req -in {name}.csr -CA {ca}.crt -CAkey {ca}.key -days 2 "
                 f"-CAcreateserial -extfile san -out {name}.crt")  # fmt: skip
    return folder


EC = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1"
CA = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]


def _openssl(folder: Path, words: str, subject: str = "", extra: list[str] | None = None) -> None:
    command = ["openssl", *words.split(), *(["-subj", subject] if subject else []), *(extra or [])]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
