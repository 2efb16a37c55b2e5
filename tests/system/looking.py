"""What a step has in its hands: the guest, and ways to wait for what is heard, felt, published."""

from __future__ import annotations

import time

from guest import Guest

CONFIG = "/etc/cued/cued.toml"
RUNNER = "/opt/venv/bin/python /bench/runner.py "
CUE_S = 75.0  # the walk has a stumble every 30 s, and the coach may hold its tongue at one


class Bench:
    """Steps, and what came of them."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self.rows: list[tuple[str, str, str, bool]] = []

    @property
    def failed(self) -> list[str]:
        """The names of the checks that saw something else."""
        return [name for name, _, _, ok in self.rows if not ok]

    @property
    def passed(self) -> set[str]:
        """The names of the checks that saw what was expected."""
        return {name for name, _, _, ok in self.rows if ok}

    def table(self) -> str:
        """All checks as a table for docs/system-tests.md."""
        rows = "\n".join(f"| {n} | {e} | {s} |" for n, e, s, _ in self.rows)
        return f"| check | expected | seen |\n|---|---|---|\n{rows}"

    def check(self, name: str, expected: str, seen: object, ok: bool) -> None:
        """Print one line."""
        print(f"{'PASS' if ok else 'FAIL'} {name}: expected {expected}; seen {seen}", flush=True)
        self.rows.append((name, expected, str(seen), ok))
        if not ok:
            print(self.surroundings(), flush=True)

    def until(self, condition: str, seconds: float) -> float | None:
        """Wait for a shell condition in the guest; how long it took, or None."""
        # By the clock of the shell, not by tries: on a busy host one takes seconds.
        script = (
            f"end=$((SECONDS + {int(seconds) + 1})); until {condition}; do "
            "[ $SECONDS -lt $end ] || exit 1; sleep 0.2; done"
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

    def data(self, since: float, seconds: float) -> float | None:
        """Wait until the service logs that a sensor sends, anew since then; how long it took."""
        log = "journalctl -u cued -b -o short-monotonic"
        return self.until(f"{log} | awk -F'[][]' '$2 > {since}' | grep -q 'data$'", seconds)

    def surroundings(self) -> str:
        """What the parts around the service logged of late, for whoever wonders why."""
        show = "journalctl -b -u radio -u bluetooth -u cued -o short-monotonic --no-pager -n 80"
        return self.guest.run(f"{show}; timeout 10 {RUNNER}status", check=False)

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
