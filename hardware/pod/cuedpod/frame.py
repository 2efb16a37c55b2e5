"""Packs samples into data frames of docs/pod-protocol.md.

Rules
-----
* One buffer for all frames: the less memory is allocated, the rarer the pauses to collect it.
* The chip's queue holds angular rate before acceleration; a frame has acceleration first.
* A count is passed on as it is. At the limits of a range the chip itself gives 32767 or -32768.
"""

import struct

VERSION = 1
HEADER = 10
SAMPLE = 12
MOST_SAMPLES = 19


def room(packet_length):
    """Return how many samples fit a packet of this many bytes, 0 if none."""
    return max(0, min(MOST_SAMPLES, (packet_length - HEADER) // SAMPLE))


class Frames:
    """Packs frames and counts them."""

    def __init__(self):
        self._counter = 0
        self._buffer = bytearray(HEADER + SAMPLE * MOST_SAMPLES)

    def pack(self, first_us, step_us, queue, n):
        """Pack the first ``n`` sets of the chip's queue; the result is good until the next call."""
        out = self._buffer
        struct.pack_into(
            "<BBHIH", out, 0, VERSION, n, self._counter, first_us & 0xFFFFFFFF, step_us
        )
        self._counter = (self._counter + 1) & 0xFFFF
        for i in range(n):
            a, b = i * SAMPLE, HEADER + i * SAMPLE
            out[b : b + 6] = queue[a + 6 : a + 12]
            out[b + 6 : b + 12] = queue[a : a + 6]
        return memoryview(out)[: HEADER + SAMPLE * n]
