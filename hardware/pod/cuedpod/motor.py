"""The motor: a rhythm of pulses that a host wrote, kept by the program's own steps.

Rules
-----
* The motor's gate passes edges only (hardware/README.md), and there is no PWM: each step gives the
  pin one short low. If the program stalls, the motor is off within 0.2 s, whatever the pin's level;
  if the link is lost or the stream stops, at once.
* It turns for 0.5 s at most without a rest, whatever was written.
* A rhythm that comes later than its host allowed is not played: a late cue is wrong.
* A new rhythm replaces the previous one; one without pulses is silence.

Layout: docs/pod-protocol.md.
"""

import struct

VERSION = 1
HEADER = 6
MOST_PULSES = 8
LONGEST = HEADER + 2 * MOST_PULSES
UNIT_US = 10000
MOST_ON_US = 500000
FARTHEST_US = 1000000  # a moment farther ahead than this has passed


class Motor:
    """One motor. Each step calls ``drive`` with whether the motor should turn."""

    def __init__(self, drive, clock_us):
        self._drive = drive
        self._clock_us = clock_us
        self._pulses = ()  # (from, until), µs
        self._since_us = None  # when it began to turn

    def take(self, command):
        """Start the rhythm that a host wrote; an unreadable one is silence."""
        now_us = self._clock_us()
        self._pulses = ()
        if len(command) < HEADER or command[0] != VERSION:
            return
        until_us = struct.unpack_from("<I", command, 2)[0]
        if (until_us - now_us) & 0xFFFFFFFF > FARTHEST_US:
            return
        self._pulses = tuple(pulses(command, now_us))

    def silence(self):
        """End the rhythm."""
        self._pulses = ()
        self._drive(False)

    def step(self):
        """Keep the motor turning, or off."""
        now_us = self._clock_us()
        felt = any(since <= now_us < until for since, until in self._pulses)
        if not felt:
            self._since_us = None
        elif self._since_us is None:
            self._since_us = now_us
        self._drive(felt and now_us - self._since_us < MOST_ON_US)


def pulses(command, start_us):
    """Yield the start and end of each pulse of a command, µs."""
    n = min(command[1], MOST_PULSES, (len(command) - HEADER) // 2)
    for i in range(n):
        wait, on = command[HEADER + 2 * i], command[HEADER + 2 * i + 1]
        start_us += wait * UNIT_US
        yield start_us, start_us + on * UNIT_US
        start_us += on * UNIT_US
