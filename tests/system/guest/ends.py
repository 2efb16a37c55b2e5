"""How long a line stays high after the program that drives it is killed, frozen or locked up.

Run as root by the package's own Python. For a motor's line (PWM) and a relay's, and for each end,
prints: line, end, seconds from high to low for good, as the kernel's simulated lines show it. Then
what a second program is told that wants a line which another has.
"""

import glob
import json
import os
import signal
import subprocess
import sys
import time

PROGRAM = """
import asyncio, json, re, sys, time
from cued import kept
from cued.keeper import Wanted

async def main(wanted, then):
    made = await kept.keep(wanted, lambda told: None)
    print(made.missing or "ready", flush=True)
    made.drive(wanted.pins[0], 1.0)
    if then == "lock":  # matching holds the interpreter's lock, and takes for ever
        time.sleep(0.1)
        re.match(r"(a+)+$", "a" * 40 + "b")
    await asyncio.sleep(60)

asyncio.run(main(Wanted(*json.loads(sys.argv[1])), sys.argv[2]))
"""
LINES = {"motor": (16, 200.0), "relay": (24, 0.0)}  # such as the service does not use
SENT = {"SIGKILL": signal.SIGKILL, "SIGSTOP": signal.SIGSTOP, "lock": None}
CALM_S = 0.1  # low for so long is no gap of the PWM


def program(number: int, hertz: float, then: str) -> subprocess.Popen:
    """Start a program that drives a line as soon as it has said that it may."""
    wanted = json.dumps([[number], 0.5, hertz, None, "/tmp", True])
    return subprocess.Popen([sys.executable, "-c", PROGRAM, wanted, then], stdout=subprocess.PIPE)


def after(number: int, hertz: float, end: str) -> float:
    """Let a program drive a line and end it; how long the line was high."""
    path = glob.glob(f"/sys/devices/platform/gpio-sim.*/gpiochip*/sim_gpio{number}/value")[0]
    line = os.open(path, os.O_RDONLY)
    with program(number, hertz, end) as driving:
        driving.stdout.readline()
        while os.pread(line, 1, 0) != b"1":
            pass
        first = last = time.monotonic()
        if SENT[end]:
            driving.send_signal(SENT[end])
        while time.monotonic() - last < CALM_S:
            if os.pread(line, 1, 0) == b"1":
                last = time.monotonic()
        driving.kill()
    os.close(line)
    return last - first


for name, (number, hertz) in LINES.items():
    for end in SENT:
        print(name, end, f"{after(number, hertz, end):.2f}", flush=True)
with program(16, 200.0, "") as first:
    first.stdout.readline()
    with program(16, 200.0, "") as second:
        print(f"a second daemon: {second.stdout.readline().decode().strip()}", flush=True)
        second.kill()
    first.kill()
