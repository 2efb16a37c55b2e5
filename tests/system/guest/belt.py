"""A belt that runs: its marks pass the simulated line 17 for so many seconds at so many a second.

belt.py MARKS_A_SECOND SECONDS. Prints how many passed a second in truth, as this machine is slow,
and its uptime when the last had passed.
"""

import glob
import sys
import time

rate, seconds = float(sys.argv[1]), float(sys.argv[2])
line = glob.glob("/sys/devices/platform/gpio-sim.*/gpiochip*/sim_gpio17/pull")[0]
pull = open(line, "w")  # noqa: SIM115 (for life)
start = time.monotonic()
passed = 0
while (now := time.monotonic() - start) < seconds:
    for level in ("pull-down", "pull-up"):
        pull.write(level)
        pull.flush()
        time.sleep(0.02)
    passed += 1
    time.sleep(max(0.0, start + passed / rate - time.monotonic()))
end = time.monotonic()
print(f"{passed / (end - start):.3f} {end:.3f}")
