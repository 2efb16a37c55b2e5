"""The boards: where the chip and the battery are. Runs on a board only.

Pins by CircuitPython's names. XIAO nRF52840 Sense: the chip has its own bus and supply pin
(IMU_PWR), the battery is read over 1 MΩ and 510 kΩ. READ_BATT_ENABLE stays low: if high, the
battery's full voltage would reach a pin that bears 3.6 V (Seeed's wiki on this board). Feather
Sense: the chip is on the board's bus, the battery is halved. Both have a D10, for a motor's gate.
"""

import time

import analogio
import board
import busio
import digitalio
import keypad
import microcontroller
from alarm import light_sleep_until_alarms, pin
from alarm import time as clock
from watchdog import WatchDogMode

from .battery import percent

XIAO = hasattr(board, "IMU_PWR")
LOW_US = 200  # recharges the capacitor before the gate (scripts/simulate-driver)
WATCHDOG_S, DOZE_S = 8, 4  # asleep it is fed as well: it can't be stopped, only fed


def output(to, value):
    """Return a pin that drives this value."""
    out = digitalio.DigitalInOut(to)
    out.switch_to_output(value)
    return out


class Board:
    """The board this runs on. Keep it as long as the program runs: released pins change state."""

    def __init__(self):
        if XIAO:
            self._power = output(board.IMU_PWR, True)
            self._divider = output(board.READ_BATT_ENABLE, False)
            time.sleep(0.05)  # the chip takes 35 ms to start
            scl, sda = board.IMU_SCL, board.IMU_SDA
            self._interrupt = board.IMU_INT1
            self._battery, self._ratio = analogio.AnalogIn(board.VBATT), 1510 / 510
        else:
            scl, sda = board.SCL, board.SDA
            self._interrupt = board.ACCELEROMETER_GYRO_INTERRUPT
            self._battery, self._ratio = analogio.AnalogIn(board.VOLTAGE_MONITOR), 2.0
        self._motor = output(board.D10, False)
        self.i2c = busio.I2C(scl, sda, frequency=400000)
        while not self.i2c.try_lock():
            time.sleep(0.005)
        self._keep_ticking()
        self._watchdog = microcontroller.watchdog
        self._watchdog.timeout = WATCHDOG_S
        self._watchdog.mode = WatchDogMode.RESET

    def feed(self):
        """Tell the watchdog that the program still runs; otherwise the board restarts."""
        self._watchdog.feed()

    def _keep_ticking(self):
        """Keep the 1 ms tick on, which ends a sleep that has missed its own end.

        Looking at keys does: whichever pin it is, nothing is connected to it.
        """
        self._keys = keypad.Keys((board.D5,), value_when_pressed=False, pull=True)

    def motor(self, felt):
        """Give the motor's gate one more edge, or none, without which the motor turns off."""
        self._motor.value = False
        if felt:
            microcontroller.delay_us(LOW_US)
            self._motor.value = True

    def battery_percent(self):
        """Return the battery's charge, percent."""
        share = self._battery.value / 65535
        return percent(share * self._battery.reference_voltage * self._ratio)

    def sleep(self):
        """Wait, using as little as possible, until the chip raises INT1.

        Light sleep, because deep sleep turns pins off and with them the XIAO's chip
        (circuitpython issue 10664).
        """
        self._keys.deinit()
        moved = pin.PinAlarm(pin=self._interrupt, value=True)
        woken = None
        while woken is not moved:
            self.feed()
            doze = clock.TimeAlarm(monotonic_time=time.monotonic() + DOZE_S)
            woken = light_sleep_until_alarms(moved, doze)
        self.feed()
        self._keep_ticking()


def clock_us():
    """Time since the board was switched on, µs; its steps are about 31 µs."""
    return time.monotonic_ns() // 1000
