"""A private Home Assistant for scripts/test-home-assistant: builds, starts, asks and stops it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from world import wait_for  # importers have this folder on the path

CONFIG = Path(__file__).resolve().parents[1] / "config" / "homeassistant"
USER = PASSWORD = "cued"  # of an instance that only this machine reaches, for minutes
HASS = ("/ha/bin/python", "-m", "homeassistant")
STARTS_WITHIN_S = 300.0
INTEGRATIONS = [
    "api", "automation", "config", "counter", "frontend", "history", "http", "isal", "logger",
    "lovelace", "mqtt", "recorder",
]  # fmt: skip
YAML = """
homeassistant: { name: cued, time_zone: UTC, country: CH }
http: { server_host: 127.0.0.1, server_port: %(port)d }
api:
config:
frontend:
history:
recorder: { commit_interval: 1 }
logger: { default: warning }
counter: { fallen: {}, reminded: {} }
lovelace:
  dashboards:
    cued-run: { mode: yaml, title: Treadmill, filename: dashboard.yaml }
automation:
  - id: fallen
    alias: Fallen
    use_blueprint:
      path: cued/notify_on_fall.yaml
      input:
        alarm: binary_sensor.cued_treadmill_alarm
        notify: [{ action: counter.increment, target: { entity_id: counter.fallen } }]
  - id: reminded
    alias: Reminded
    use_blueprint:
      path: cued/backward_today.yaml
      input:
        backward: sensor.cued_treadmill_backward
        remind: [{ action: counter.increment, target: { entity_id: counter.reminded } }]
"""
# Prints what else the integrations in use require, by their own manifests.
REQUIREMENTS = """
import json, pathlib, homeassistant.components as all_of_them
root, todo, seen = pathlib.Path(all_of_them.__path__[0]), set(%r), set()
while todo:
    name = todo.pop()
    seen.add(name)
    manifest = json.loads((root / name / "manifest.json").read_text())
    todo |= set(manifest.get("dependencies", [])) - seen
    print(*manifest.get("requirements", []), sep="\\n")
"""


def built(folder: Path) -> Path:
    """Return a Debian 13 tree with the newest Home Assistant that its Python allows."""
    tree = folder / "tree"
    if (tree / "complete").exists():
        return tree
    shutil.rmtree(tree, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    site = ["apt-get", "indextargets", "--format", "$(SITE)", "Origin: Debian", "Label: Debian"]
    mirror = subprocess.check_output(site, text=True).split()[0]
    what = [
        "--variant=apt",
        "--include=python3-dev,python3-venv,gcc,libc6-dev,ca-certificates",
        "trixie",
    ]
    whence = f"deb {mirror} trixie main"
    subprocess.run(["mmdebstrap", "--quiet", *what, str(tree), whence], check=True)
    furnish(tree)
    return tree


def furnish(tree: Path) -> None:
    """Install Home Assistant into a Debian tree."""
    for name in ("resolv.conf", "hosts", "pip.conf", "ssl/certs/ca-certificates.crt"):
        if Path("/etc", name).exists():
            shutil.copy(Path("/etc", name), tree / "etc" / name)
    inside(tree, "python3", "-m", "venv", "/ha")
    pip = ("/ha/bin/pip", "install", "-q", "--prefer-binary")
    inside(tree, *pip, "--no-deps", "homeassistant")
    limits = inside(
        tree, "sh", "-c", "ls /ha/lib/*/site-packages/homeassistant/package_constraints.txt"
    )
    inside(tree, *pip, "-c", limits.strip(), "homeassistant")  # without them pip looks for an hour
    asked = inside(tree, "/ha/bin/python", "-c", REQUIREMENTS % INTEGRATIONS)
    extra = {"pyotp", "PyQRCode"}  # of its sign-in, which no manifest names
    inside(tree, *pip, "-c", limits.strip(), *sorted(extra | set(asked.split())))
    (tree / "complete").touch()


def inside(tree: Path, *command: str) -> str:
    """Run a command in the tree and return its output."""
    env = {k: v for k, v in os.environ.items() if k != "PIP_FIND_LINKS"}
    return subprocess.check_output(["chroot", str(tree), *command], text=True, env=env)


class HomeAssistant:
    """One instance; its configuration is empty at first."""

    def __init__(self, tree: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.tokens: dict[str, Any] = {}
        self._tree, self._port = tree, port
        self._process: subprocess.Popen[str] | None = None
        self.log = tree / "config" / "said.log"
        self._configure()

    @property
    def version(self) -> str:
        """Return its version."""
        return inside(self._tree, *HASS, "--version").strip()

    def start(self) -> None:
        """Start it and sign in."""
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                ["chroot", str(self._tree), *HASS, "-c", "/config", "--log-no-color"],
                stdout=log, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
        wait_for(self._answers, "Home Assistant does not answer", STARTS_WITHIN_S)
        self._sign_in()
        wait_for(lambda: self.get("/api/config")["state"] == "RUNNING", "it does not start", 120.0)

    def stop(self) -> None:
        """End it as a service would."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(60)

    def connect(self, port: int) -> None:
        """Add the broker through the dialog that a person would use."""
        flow = self.post("/api/config/config_entries/flow", {"handler": "mqtt"})
        answer = {"broker": "127.0.0.1", "port": port}
        done = self.post(f"/api/config/config_entries/flow/{flow['flow_id']}", answer)
        assert done["type"] == "create_entry", done

    def state(self, entity: str) -> str | None:
        """Return an entity's state, or None if there is no such entity."""
        try:
            return str(self.get(f"/api/states/{entity}")["state"])
        except urllib.error.HTTPError:
            return None

    def attributes(self, entity: str) -> dict[str, Any]:
        """Return an entity's attributes."""
        found: dict[str, Any] = self.get(f"/api/states/{entity}")["attributes"]
        return found

    def call(self, domain: str, service: str, **data: object) -> None:
        """Call a service."""
        self.post(f"/api/services/{domain}/{service}", data)

    def template(self, text: str) -> str:
        """Return a template's result."""
        return self._ask("/api/template", json.dumps({"template": text}).encode()).decode()

    def get(self, path: str) -> Any:
        """Fetch a path of its API."""
        return json.loads(self._ask(path))

    def post(self, path: str, body: object) -> Any:
        """Post a body and return the answer."""
        return json.loads(self._ask(path, json.dumps(body).encode()))

    def complaints(self) -> list[str]:
        """List the warnings and errors in its log, except those about the killed broker."""
        lines = self.log.read_text().splitlines()
        levels = (" WARNING ", " ERROR ", " CRITICAL ")
        bad = [line for line in lines if any(level in line for level in levels)]
        return [line for line in bad if "The connection was lost" not in line]

    def _configure(self) -> None:
        config = self._tree / "config"
        shutil.rmtree(config, ignore_errors=True)
        blueprints = config / "blueprints" / "automation" / "cued"
        blueprints.mkdir(parents=True)
        for name in ("notify_on_fall.yaml", "backward_today.yaml"):
            shutil.copy(CONFIG / name, blueprints)
        shutil.copy(CONFIG / "view.yaml", config)
        (config / "dashboard.yaml").write_text("views:\n  - !include view.yaml\n")
        (config / "configuration.yaml").write_text(YAML % {"port": self._port})
        steps = {"done": ["user", "core_config", "analytics", "integration"]}
        stored = {"version": 4, "minor_version": 1, "key": "onboarding", "data": steps}
        (config / ".storage").mkdir()
        (config / ".storage" / "onboarding").write_text(json.dumps(stored))
        inside(
            self._tree,
            *HASS,
            "--script",
            "auth",
            "-c",
            "/config",
            "add",
            USER,
            PASSWORD,
        )

    def _answers(self) -> bool:
        assert self._process
        if self._process.poll() is not None:
            sys.exit(f"Home Assistant ended:\n{self.log.read_text()[-3000:]}")
        try:
            self._ask("/auth/providers")
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def _sign_in(self) -> None:
        client = f"{self.url}/"
        begin = {"client_id": client, "handler": ["homeassistant", None], "redirect_uri": client}
        flow = self.post("/auth/login_flow", begin)
        who = {"client_id": client, "username": USER, "password": PASSWORD}
        code = self.post(f"/auth/login_flow/{flow['flow_id']}", who)["result"]
        form = {"grant_type": "authorization_code", "code": code, "client_id": client}
        answer = self._ask("/auth/token", urllib.parse.urlencode(form).encode(), form=True)
        self.tokens = {**json.loads(answer), "hassUrl": self.url, "clientId": client}
        self.tokens["expires"] = int(1000 * (time.time() + self.tokens["expires_in"]))

    def _ask(self, path: str, body: bytes | None = None, *, form: bool = False) -> bytes:
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        headers = {"Content-Type": kind}
        if self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens['access_token']}"
        request = urllib.request.Request(self.url + path, body, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return bytes(answer.read())
