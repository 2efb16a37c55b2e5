"""The bench: the installed package in a guest, from boot to cue, and through every fault.

bench.py IMAGE-FOLDER [STEP...]. Each step prints what was expected and what was seen; the exit
status is 0 when all agree. Times are a guest's without hardware virtualisation, which runs Python
some fifteen times slower than the host: limits are the product's where they hold there too.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from guest import Guest  # noqa: E402

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

    def cue(self, name: str, sense: str = "mqtt") -> None:
        """Wait for the coach's next cue for a stumble, and see that it is felt.

        The greeting is felt too, so what is waited for is the cue as the broker is told it; where
        there is no broker, and no start either, the motors are enough.
        """
        since = self.now()
        pattern = "bench/cue .*(stumble|unsteady).*given" if sense == "mqtt" else " 1$"
        took = self.wait_for(sense, pattern, CUE_S)
        felt = [line for line in self.sensed("motor", since) if line.endswith("1")]
        seen = f"after {took:.0f} s, {len(felt)} pulses" if took is not None else "none"
        self.check(name, f"a cue that is felt within {CUE_S:.0f} s", seen, bool(took and felt))


def unit(bench: Bench) -> None:
    """Look at the unit where it will run."""
    guest = bench.guest
    verify = guest.run("systemd-analyze verify cued.service 2>&1", check=False)
    said = [line for line in verify.splitlines() if "cued" in line]
    bench.check("systemd-analyze verify", "nothing to say of cued", said or "nothing", not said)
    score = guest.run("systemd-analyze security cued --no-pager | tail -1")
    rating = float(score.split(": ")[1].split()[0])
    bench.check("systemd-analyze security", "2.0 or less", score.split(": ")[1], rating <= 2.0)


def boot(bench: Bench) -> None:
    """Follow it from boot to cue."""
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
    bench.cue("cue")
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


def crash(bench: Bench) -> None:
    """Kill the service, if it can be hit while a motor is on."""
    guest = bench.guest
    before = bench.pid()
    bench.wait_for("motor", " 1$", CUE_S)
    guest.run("systemctl kill -s KILL cued")
    low = bench.until("systemctl show cued -p SubState --value | grep -q running", 60)
    bench.check(
        "kill -9",
        "started again, motors low",
        f"{low and round(low)} s, lines {bench.low()}",
        low is not None and bench.pid() != before,
    )
    bench.cue("cue after kill -9")


def far_ends(bench: Bench) -> None:
    """Bluetooth, broker and sensor go and return."""
    guest, before, t = bench.guest, bench.pid(), bench.now()
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
    bench.cue("cue without a broker", "motor")
    guest.run("systemctl start mosquitto")
    online = bench.wait_for("mqtt", "availability online", 120)
    bench.check(
        "broker back",
        "online by itself, same process",
        f"{online and round(online)} s",
        online is not None and bench.pid() == before,
    )

    guest.run(f"{RUNNER}silent")
    lost = bench.wait_for("mqtt", "bench/cue .*(blind|sensor_lost)", 20)
    bench.check(
        "sensor falls silent",
        "cued within a few seconds",
        f"{lost and round(lost, 1)} s",
        lost is not None,
    )
    for command in ("vanish; sleep 5", "speak", "return"):
        guest.run(RUNNER + command)
    bench.cue("cue after the sensor's return")


def mistakes(bench: Bench) -> None:
    """A wrong configuration, a clock that jumps, a full disk."""
    guest, before = bench.guest, bench.pid()
    guest.run(f"echo '[nonsense]' >> {CONFIG}; systemctl reload cued")
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


def stop(bench: Bench) -> None:
    """Stop it while it speaks."""
    guest = bench.guest
    bench.wait_for("sound", ".", 60)
    start = time.monotonic()
    guest.run("systemctl stop cued")
    took = time.monotonic() - start
    result = guest.run("systemctl show cued -p Result --value")
    bench.check(
        "stop while it speaks",
        "in good order within 15 s here, motors low",
        f"{took:.1f} s, {result}, lines {bench.low()}",
        took < 15 and result == "success" and "1" not in bench.low(),
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


STEPS = (boot, unit, crash, power_cut, far_ends, mistakes, stop)


def main() -> int:
    """Run the bench."""
    folder, *names = sys.argv[1:]
    chosen = [step for step in STEPS if step.__name__ in names or not names]
    start = time.monotonic()
    with Guest(Path(folder)) as guest:
        bench = Bench(guest)
        print(f"login {guest.boot():.0f} s after switching on", flush=True)
        for step in chosen:
            try:
                step(bench)
            except (RuntimeError, ValueError, subprocess.TimeoutExpired) as error:
                bench.check("step", "to run to its end", error, False)
                print(bench.log(0.0)[-6000:])
        if bench.failed:
            print(bench.log(0.0)[-6000:])
    print(f"{len(bench.failed)} failed {bench.failed}, {time.monotonic() - start:.0f} s")
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
