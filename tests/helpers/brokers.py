"""Brokers that end with the test, and certificates for them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers.world import MOSQUITTO, Mosquitto

Start = Callable[..., Mosquitto]


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Start]:
    """Make brokers that end with the test; without lines, open to everybody."""
    if MOSQUITTO is None:
        pytest.skip("mosquitto is not installed")
    made: list[Mosquitto] = []

    def make(*lines: str, port: int | None = None) -> Mosquitto:
        made.append(Mosquitto(tmp_path, *lines, port=port))
        return made[-1]

    yield make
    for broker in made:
        broker.kill()


@pytest.fixture
def broker(mosquitto: Start) -> Mosquitto:
    """Start a broker open to everybody."""
    made = mosquitto()
    made.start()
    return made


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a CA, certificates of server and client, and an unknown CA."""
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
