"""What a runner would hear, feel and see, as lines in /run/senses.log: uptime in s, sense, value.

motor 12 1      a motor's line went high (0: low); looked at every 10 ms
sound 0.123     the loudest sample of a tenth of a second, if it is no silence
mqtt TOPIC      a message, and what is in it
"""

import array
import glob
import os
import subprocess
import threading
import time

LOG = open("/run/senses.log", "a", buffering=1)  # noqa: SIM115 (for life)
LINES = glob.glob("/sys/devices/platform/gpio-sim.*/gpiochip*")[0]


def note(*words):
    print(f"{time.monotonic():.3f}", *words, file=LOG)


def feel():
    files = {n: os.open(f"{LINES}/sim_gpio{n}/value", os.O_RDONLY) for n in (6, 12, 13)}
    before = dict.fromkeys(files, b"0")
    while True:
        for n, file in files.items():
            now = os.pread(file, 1, 0)
            if now != before[n]:
                note("light" if n == 6 else "motor", n, now.decode())
            before[n] = now
        time.sleep(0.01)


def hear():
    card = ["-D", "plughw:Loopback,1,0", "-t", "raw", "-f", "S16_LE", "-r", "8000"]
    with subprocess.Popen(["arecord", "-q", *card], stdout=subprocess.PIPE) as ear:
        while block := ear.stdout.read(1600):
            loudest = max(map(abs, array.array("h", block))) / 32768
            if loudest > 0.01:
                note("sound", f"{loudest:.3f}")


def read():
    while True:
        who = ["-h", "localhost", "-u", "bench", "-P", "secret of the bench"]
        command = ["mosquitto_sub", *who, "-v", "-t", "cued/#", "-t", "homeassistant/#"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as paper:
            for line in paper.stdout:
                note("mqtt", line.decode(errors="replace").strip()[:3000])
        time.sleep(1)


for sense in (feel, hear, read):
    threading.Thread(target=sense).start()
