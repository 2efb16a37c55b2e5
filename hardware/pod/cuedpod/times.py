"""Times the samples in the chip's queue by the board's crystal.

The chip samples by its own oscillator, some per cent off; only the number of samples that it held
at each look is known. A look that begins at ``before``, ends at ``after`` and finds ``held``
samples shows two things: the newest was taken before ``after``, and the next one comes after
``before``. Predicted times are moved by no more than it takes to make both true, and the period is
adjusted after each such move.

Rules
-----
* Whole numbers only, in 1/256 µs: CircuitPython's floats have 22 bits, which after ten minutes is
  not even a millisecond.
* Frames never overlap: no sample is given a time at or before one already given.
* Looking every 5 ms, on a stand-in whose oscillator is up to 6 % off but steady, times are within
  4 ms from the first sample on and within 1 ms after 5 s, pauses of the program or not
  (tests/hardware/test_times.py). A real chip's jitter is not in this.
"""

FINE = 256  # parts of a microsecond
SHARE = 10  # the period stays within a tenth of the nominal one
LEARN = 64  # part of a move that goes into the period: settles in about 2 s at 104 Hz


class SampleTimes:
    """Predicts sample times and corrects them at every look."""

    def __init__(self, nominal_us):
        self._nominal = nominal_us * FINE
        self._last = -1  # time of the newest sample given out
        self.restart()

    def restart(self):
        """Forget when samples come, because the queue was emptied."""
        self._period = self._nominal
        self._next = None  # time of the oldest sample held
        self._seen = None  # when the look before this one began

    @property
    def step_us(self):
        """Return the time between samples, µs."""
        return (self._period + FINE // 2) // FINE

    def look(self, before_us, after_us, held):
        """Learn from one look at the queue."""
        before, after = before_us * FINE, after_us * FINE
        if self._next is None:
            if held:
                newest = after if self._seen is None else (self._seen + after) // 2
                self._next = newest - (held - 1) * self._period
            self._seen = before
            return
        newest = self._next + (held - 1) * self._period
        if newest > after:
            self._move(after - newest)
        elif newest + self._period < before:
            self._move(before - newest - self._period)

    def _move(self, by):
        self._next += by
        period = self._period + max(-self._nominal, min(self._nominal, by)) // LEARN
        most = self._nominal // SHARE
        self._period = max(self._nominal - most, min(self._nominal + most, period))

    def take(self, n):
        """Take ``n`` samples off the queue; return the first one's time and the step, µs."""
        step = self.step_us
        first = max(self._next // FINE, self._last + 1)
        self._next += n * self._period
        self._last = first + (n - 1) * step
        return first, step
