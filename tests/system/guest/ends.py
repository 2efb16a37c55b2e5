"""How long a line stays high after the program that drives it is killed, frozen or locked up.

ends.py NUMBER HERTZ END: prints the seconds from high to low for good, as the kernel's simulated
lines show it; END is SIGKILL, SIGSTOP or lock. ends.py NUMBER HERTZ: what a second program that
wants the same line is told. Run as root by the package's own Python; the service must not use it.
"""

import contextlib
import glob
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

CALM_S = 0.1  # low for so long is no gap of the PWM
HIGH_S = 20.0  # a program that has said "ready" drives its line at once


@contextlib.contextmanager
def driving(number: int, hertz: float, then: str = "") -> Iterator[tuple[subprocess.Popen, str]]:
    """Start a program that drives the line; with what it said before."""
    request = json.dumps([[number], 0.5, hertz, None, "/tmp", True])
    command = [sys.executable, "/bench/driver.py", request, then]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def high_after(number: int, hertz: float, end: str) -> float:
    """Let a program drive the line and end it; how long the line was high, s."""
    path = glob.glob(f"/sys/devices/platform/gpio-sim.*/gpiochip*/sim_gpio{number}/value")[0]
    line = os.open(path, os.O_RDONLY)
    with driving(number, hertz, end) as (process, said):
        start = time.monotonic()
        while os.pread(line, 1, 0) != b"1":
            if time.monotonic() - start > HIGH_S:
                raise SystemExit(f"the line was never high; the program said: {said}")
        first = last = time.monotonic()
        if end != "lock":
            process.send_signal(signal.Signals[end])
        while time.monotonic() - last < CALM_S:
            if os.pread(line, 1, 0) == b"1":
                last = time.monotonic()
    os.close(line)
    return last - first


number, hertz = int(sys.argv[1]), float(sys.argv[2])
if len(sys.argv) > 3:
    print(f"{high_after(number, hertz, sys.argv[3]):.2f}")
else:
    with driving(number, hertz), driving(number, hertz) as (_, message):
        print(message)
