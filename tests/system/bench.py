"""The bench: the package in a guest, from installation over boot to cue, and through every fault.

bench.py IMAGE-FOLDER PACKAGE. Each step prints what was expected and what was seen; the exit
status is 0 when all agree. Times are a guest's without hardware virtualisation, which runs Python
some fifteen times slower than the host: limits are the product's where they hold there too.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from guest import Guest  # noqa: E402
from plan import frames  # noqa: E402

SETUP = (
    "cued setup --yes --station bench --sensor pod@lower_back --motors --buttons --light "
    "--belt-kmh 3.6 --mqtt localhost"
)
CONFIG = "/etc/cued/cued.toml"
RUNNER = "/opt/venv/bin/python /bench/runner.py "
CUE_S = 75.0  # the walk has a stumble every 30 s, and the coach may hold its tongue at one


class Bench:
    """Steps, and what came of them."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self.failed: list[str] = []

    def check(self, name: str, expected: str, seen: object, ok: bool) -> None:
        """Print one line."""
        print(f"{'PASS' if ok else 'FAIL'} {name}: expected {expected}; seen {seen}", flush=True)
        if not ok:
            self.failed.append(name)

    def until(self, condition: str, seconds: float) -> float | None:
        """Wait for a shell condition in the guest; how long it took, or None."""
        script = (
            f"for _ in $(seq {int(seconds * 5)}); do {condition} && exit 0; sleep 0.2; done; exit 1"
        )
        start = time.monotonic()
        return None if self.guest.status(script) else time.monotonic() - start

    def now(self) -> float:
        """The guest's uptime."""
        return float(self.guest.run("cut -d' ' -f1 /proc/uptime"))

    def sensed(self, sense: str, since: float) -> list[str]:
        """What the senses noted since then."""
        awk = f"awk '$1 > {since} && $2 == \"{sense}\"' /run/senses.log"
        return self.guest.run(awk, check=False).splitlines()

    def wait_for(self, sense: str, pattern: str, seconds: float) -> float | None:
        """Wait until a sense notes something new; how long it took."""
        since = self.now()
        awk = f"awk '$1 > {since} && $2 == \"{sense}\"' /run/senses.log | grep -q -E '{pattern}'"
        return self.until(awk, seconds)

    def log(self, since: float) -> str:
        """What the service logged since then."""
        ask = f"journalctl -u cued -b -o short-monotonic --no-pager | awk -F'[][]' '$2 > {since}'"
        return self.guest.run(ask, check=False)

    def pid(self) -> str:
        """The service's process."""
        return self.guest.run("systemctl show cued -p MainPID --value")

    def low(self) -> str:
        """The motors' lines as they are."""
        line = "cat /sys/devices/platform/gpio-sim.*/gpiochip*/sim_gpio"
        return self.guest.run(f"{line}12/value; {line}13/value").replace("\n", "")

    def cue(self, name: str, what: str = "a cue that is felt") -> None:
        """Wait for the next cue that is given to the motors."""
        took = self.wait_for("motor", " 1$", CUE_S)
        self.check(
            name, f"{what} within {CUE_S:.0f} s", took and f"after {took:.0f} s", took is not None
        )


def install(bench: Bench, package: Path) -> None:
    """Install, set up, and look at the unit."""
    guest = bench.guest
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "plan.bin").write_bytes(frames(HERE / "walk.toml"))
        guest.put(Path(folder), "/bench")
    guest.put(HERE / "guest", "/bench")
    guest.put(package, "/root")
    for unit in ("parts", "radio", "senses"):
        guest.run(f"cp /bench/{unit}.service /etc/systemd/system/ && systemctl enable -q {unit}")
    guest.run("systemctl enable -q mosquitto bluetooth")
    start = time.monotonic()
    guest.run(f"dpkg -i /root/{package.name}")
    bench.check("install", "no network needed", f"{time.monotonic() - start:.0f} s", True)
    state = guest.run("systemctl is-enabled cued; systemctl is-active cued", check=False).split()
    bench.check("before set-up", "enabled, not running", state, state == ["enabled", "inactive"])
    user = guest.run("id -nG cued").split()
    bench.check(
        "user", "in audio, bluetooth, gpio", user, {"audio", "bluetooth", "gpio"} <= set(user)
    )
    guest.run("systemctl start parts")
    print(guest.run(SETUP))
    for sink in ("history", "recorder"):
        guest.run(f"sed -i 's/^#\\[sinks.{sink}\\]/[sinks.{sink}]/' {CONFIG}")
    guest.run(f"cued check --config {CONFIG}")
    verify = guest.run("systemd-analyze verify cued.service 2>&1", check=False)
    bench.check(
        "systemd-analyze verify",
        "nothing to say of cued",
        verify or "nothing",
        "cued" not in verify,
    )
    score = guest.run("systemd-analyze security cued --no-pager | tail -1")
    rating = float(score.split(": ")[1].split()[0])
    bench.check("systemd-analyze security", "2.0 or less", score.split(": ")[1], rating <= 2.0)


def boot(bench: Bench) -> None:
    """Restart, and follow it from boot to cue."""
    took = bench.guest.reboot()
    print(f"rebooted in {took:.0f} s")
    up = bench.until("systemctl -q is-active cued", 60)
    show = "systemctl show cued --value -p"
    began = int(bench.guest.run(f"{show} ExecMainStartTimestampMonotonic")) / 1e6
    ready = int(bench.guest.run(f"{show} ActiveEnterTimestampMonotonic")) / 1e6
    bench.check(
        "ready after start",
        "within 60 s here",
        f"{ready - began:.1f} s, {ready:.0f} s after boot",
        up is not None,
    )
    data = bench.until("journalctl -u cued -b | grep -q 'lower_back: data'", 60)
    bench.check(
        "pod", "found and sending by itself", data and f"{data:.0f} s later", data is not None
    )
    heard = bench.until("grep -q sound /run/senses.log", 30)
    bench.check(
        "greeting", "sound that is no silence", bench.sensed("sound", 0.0)[:1], heard is not None
    )
    bench.cue("cue", "motor lines that toggle")
    loud = bench.sensed("sound", bench.now() - 5)
    bench.check("cue is heard", "sound with it", f"{len(loud)} tenths of a second", bool(loud))
    topics = bench.guest.run("awk '$2==\"mqtt\" {print $3}' /run/senses.log | sort -u").split()
    wanted = {f"cued/bench/{t}" for t in ("availability", "state", "metrics", "cue")}
    bench.check(
        "MQTT",
        "availability, state, metrics, cue, discovery",
        topics,
        wanted <= set(topics) and any(t.startswith("homeassistant/") for t in topics),
    )
    memory = bench.guest.run("systemctl show cued -p MemoryCurrent -p TasksCurrent --value").split()
    bench.check(
        "memory",
        "below 384 MB",
        f"{int(memory[0]) / 1e6:.0f} MB, {memory[1]} tasks",
        int(memory[0]) < 384e6,
    )


def faults(bench: Bench) -> None:
    """One after another; the service has to coach again after each."""
    guest = bench.guest
    before = bench.pid()
    for _ in range(100):  # kill it while a motor is on, if that can be hit
        if "1" in bench.low():
            break
    guest.run("systemctl kill -s KILL cued")
    low = bench.until("systemctl show cued -p SubState --value | grep -q running", 60)
    bench.check(
        "kill -9",
        "started again, motors low",
        f"{low and round(low)} s, lines {bench.low()}",
        low is not None and bench.pid() != before,
    )
    bench.cue("cue after kill -9")

    before, t = bench.pid(), bench.now()
    guest.run("systemctl restart bluetooth; systemctl restart radio")
    data = bench.until(
        f"journalctl -u cued -b -o short-monotonic | awk -F'[][]' '$2 > {t}' | grep -q 'data$'", 120
    )
    bench.check(
        "bluetoothd restarted",
        "data again, same process",
        f"{data and round(data)} s",
        data is not None and bench.pid() == before,
    )

    guest.run("systemctl stop mosquitto")
    bench.cue("cue without a broker")
    guest.run("systemctl start mosquitto")
    online = bench.wait_for("mqtt", "availability online", 120)
    bench.check(
        "broker back",
        "online by itself, same process",
        f"{online and round(online)} s",
        online is not None and bench.pid() == before,
    )

    guest.run(f"{RUNNER}silent")
    lost = bench.wait_for("motor", " 1$", 20)
    bench.check(
        "sensor falls silent",
        "felt within a few seconds",
        f"{lost and round(lost, 1)} s",
        lost is not None,
    )
    for command in ("vanish; sleep 5", "speak", "return"):
        guest.run(RUNNER + command)
    bench.cue("cue after the sensor's return")

    guest.run(f"cp {CONFIG} /root/good; echo '[nonsense]' >> {CONFIG}; systemctl reload cued")
    refused = bench.until("journalctl -u cued -b | grep -q 'old configuration stays'", 20)
    bench.check(
        "bad reload",
        "refused, same process",
        f"{refused and round(refused, 1)} s",
        refused is not None and bench.pid() == before,
    )
    guest.run("systemctl restart cued", check=False)
    time.sleep(20)
    exit_ = guest.run(
        "systemctl show cued -p ExecMainStatus -p NRestarts -p SubState --value"
    ).split()
    bench.check("bad start", "78, and no second try", exit_, "78" in exit_ and "failed" in exit_)
    guest.run(f"cp /root/good {CONFIG}; systemctl reset-failed cued; systemctl start cued")
    bench.cue("cue after the repair")

    before = bench.pid()
    guest.run("date -s '+2 days' > /dev/null")
    bench.cue("cue after the clock jumped two days")
    guest.run("fallocate -l $(($(df --output=avail -B1 / | tail -1) - 4096)) /full", check=False)
    guest.run("dd if=/dev/zero of=/full2 bs=4k 2>/dev/null", check=False)
    full = guest.run("df --output=avail / | tail -1")
    bench.cue(f"cue with a full disk ({full.strip()} kB free)")
    guest.run("rm -f /full /full2")
    bench.check("clock and disk", "same process", bench.pid(), bench.pid() == before)

    bench.wait_for("sound", ".", 60)
    start = time.monotonic()
    guest.run("systemctl stop cued")
    took = time.monotonic() - start
    result = guest.run("systemctl show cued -p Result --value")
    bench.check(
        "stop while it speaks",
        "within 5 s here, motors low",
        f"{took:.1f} s, {result}, lines {bench.low()}",
        took < 5 and result == "success" and "1" not in bench.low(),
    )
    guest.run("systemctl start cued")


def power_cut(bench: Bench) -> None:
    """Stop the machine dead in a session and see what is left."""
    bench.cue("cue before the power cut")
    time.sleep(12)
    files = "find /var/lib/cued -type f -printf '%s %p\\n' | sort -k2"
    before = bench.guest.run(files)
    bench.guest.cut_power()
    took = bench.guest.boot()
    after = bench.guest.run(files)
    print(f"before:\n{before}\nafter:\n{after}")
    bench.check(
        "power cut",
        "boots, service runs",
        f"{took:.0f} s",
        bench.until("systemctl -q is-active cued", 90) is not None,
    )
    kept = {line.split()[1] for line in before.splitlines()} <= {
        line.split()[1] for line in after.splitlines()
    }
    bench.check(
        "files after the power cut", "all are still there", "all" if kept else "not all", kept
    )
    look = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1])"
    look += "; print(c.execute('pragma integrity_check').fetchone()[0])"
    state = bench.guest.run(f'python3 -c "{look}" /var/lib/cued/history.sqlite', check=False)
    bench.check("history after the power cut", "ok", state, state == "ok")
    bench.cue("cue after the power cut")


def remove(bench: Bench, package: Path) -> None:
    """Upgrade, remove, purge."""
    guest = bench.guest
    guest.run(f"dpkg -i /root/{package.name}")
    same = guest.run(f"cmp /root/good {CONFIG} && echo same", check=False)
    bench.check(
        "upgrade",
        "configuration kept, running",
        same,
        same == "same" and bench.until("systemctl -q is-active cued", 60) is not None,
    )
    guest.run("dpkg -r cued")
    left = guest.run(
        "ls -d /var/lib/cued /etc/cued/cued.toml /opt/cued 2>/dev/null", check=False
    ).split()
    bench.check(
        "remove",
        "data and configuration left",
        left,
        left == ["/etc/cued/cued.toml", "/var/lib/cued"],
    )
    guest.run("dpkg -P cued")
    left = guest.run(
        "ls -d /var/lib/cued /etc/cued /opt/cued; getent passwd cued", check=False
    ).split()
    bench.check("purge", "nothing left", left or "nothing", not left)


def main() -> int:
    """Run the bench."""
    folder, package = Path(sys.argv[1]), Path(sys.argv[2])
    start = time.monotonic()
    with Guest(folder) as guest:
        bench = Bench(guest)
        print(f"login {guest.boot():.0f} s after switching on", flush=True)
        for step in (
            lambda: install(bench, package),
            lambda: boot(bench),
            lambda: faults(bench),
            lambda: power_cut(bench),
            lambda: remove(bench, package),
        ):
            try:
                step()
            except (RuntimeError, ValueError, IndexError) as error:
                bench.check("step", "to run to its end", error, False)
                print(bench.log(0.0)[-6000:])
        if bench.failed:
            print(bench.log(0.0)[-6000:])
    print(f"{len(bench.failed)} failed {bench.failed}, {time.monotonic() - start:.0f} s")
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
