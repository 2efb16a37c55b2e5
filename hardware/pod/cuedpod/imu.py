"""The LSM6DS3TR-C (and the LSM6DS33 of older Feather Sense boards): its queue and its motion watch.

Rules
-----
* The chip itself samples into a queue of 4 kB; at 104 Hz the program may be away for 3 s before
  a sample is lost. If one is, the queue is emptied and restarted: no sample moves in time.
* The queue gives words, six to a set. Its pattern counter says which word comes next; if that is
  not the first of a set, the rest of that set is dropped, so that axes are never swapped.
* When nobody listens, the gyroscope is off and the accelerometer watches for motion at 26 Hz.

Registers: ST's datasheets of LSM6DS3TR-C and LSM6DS33, application note AN5130. The registers used
here are the same in both chips.
"""

WHO_AM_I, KNOWN = 0x0F, (0x69, 0x6A)
FIFO_CTRL3, FIFO_CTRL5 = 0x08, 0x0A
CTRL1_XL, CTRL2_G, CTRL3_C, CTRL6_C = 0x10, 0x11, 0x12, 0x15
WAKE_UP_SRC = 0x1B
FIFO_STATUS1, FIFO_DATA = 0x3A, 0x3E
TAP_CFG, WAKE_UP_THS, WAKE_UP_DUR, MD1_CFG = 0x58, 0x5B, 0x5C, 0x5E

BLOCKS_AND_INCREMENT = 0x44  # whole values only; addresses count up in a burst
ACC_104_HZ_16_G, GYR_104_HZ_2000_DPS = 0x44, 0x4C
ACC_26_HZ_2_G, ACC_LOW_POWER = 0x20, 0x10
BOTH_INTO_FIFO = 0x09
FIFO_OFF, FIFO_104_HZ_CONTINUOUS = 0x00, 0x26
LATCHED_INTERRUPTS, WAKE_ON_INT1, WOKE = 0x81, 0x20, 0x08
WAKE_AT = 4  # of 2 g / 64: a change by 125 mg from one sample to the next
OVERRUN = 0x40
WORDS = 6  # in a set: three of angular rate, three of acceleration
SET = 2 * WORDS  # bytes

NOMINAL_US = 9615  # 104 Hz


class UnknownChip(Exception):
    """The chip that answers is unknown."""


class Imu:
    """The chip on its I2C bus. ``i2c`` is locked by whoever made it."""

    def __init__(self, i2c, address=0x6A):
        self._i2c = i2c
        self._address = address
        self._one = bytearray(1)
        self._status = bytearray(4)
        self._pair = bytearray(2)
        who = self._get(WHO_AM_I)
        if who not in KNOWN:
            raise UnknownChip(f"chip 0x{who:02x}")
        self._set(CTRL3_C, BLOCKS_AND_INCREMENT)

    def start(self):
        """Sample both sensors into an empty queue."""
        self._set(MD1_CFG, 0)
        self._set(CTRL6_C, 0)
        self._set(CTRL1_XL, ACC_104_HZ_16_G)
        self._set(CTRL2_G, GYR_104_HZ_2000_DPS)
        self._set(FIFO_CTRL3, BOTH_INTO_FIFO)
        self.restart()

    def restart(self):
        """Empty the queue and restart it."""
        self._set(FIFO_CTRL5, FIFO_OFF)
        self._set(FIFO_CTRL5, FIFO_104_HZ_CONTINUOUS)

    def held(self):
        """Return how many whole sets the queue holds; -1 if it overran."""
        self._burst(FIFO_STATUS1, self._status)
        words = self._status[0] | (self._status[1] & 0x0F) << 8
        if self._status[1] & OVERRUN:
            return -1
        ahead = (self._status[2] | (self._status[3] & 0x03) << 8) % WORDS
        if ahead and words >= WORDS - ahead:
            for _ in range(WORDS - ahead):
                self._burst(FIFO_DATA, self._pair)
                words -= 1
        return words // WORDS

    def read(self, queue):
        """Fill ``queue``, a buffer of whole sets, from the chip's."""
        self._burst(FIFO_DATA, queue)

    def watch(self):
        """Stop sampling; let INT1 rise, and stay, when the chip is moved."""
        self._set(FIFO_CTRL5, FIFO_OFF)
        self._set(CTRL2_G, 0)
        self._set(CTRL6_C, ACC_LOW_POWER)
        self._set(CTRL1_XL, ACC_26_HZ_2_G)
        self._set(WAKE_UP_DUR, 0)
        self._set(WAKE_UP_THS, WAKE_AT)
        self._set(TAP_CFG, LATCHED_INTERRUPTS)
        self._set(MD1_CFG, WAKE_ON_INT1)
        self.moved()

    def moved(self):
        """Whether the chip was moved since this was last asked; INT1 falls."""
        return bool(self._get(WAKE_UP_SRC) & WOKE)

    def _get(self, register):
        self._burst(register, self._one)
        return self._one[0]

    def _set(self, register, value):
        self._i2c.writeto(self._address, bytes((register, value)))

    def _burst(self, register, into):
        self._i2c.writeto_then_readfrom(self._address, bytes((register,)), into)
