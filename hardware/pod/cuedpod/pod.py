"""The pod's main loop: advertise, stream while asked to, sleep when left alone.

      found            01 written              00, or link lost
    idle ----> idle, connected ----> streaming ----> idle
      |  no motion and nobody connected for 5 min, or 02 written
      '---> asleep ---- moved ----> idle

Rules
-----
* A frame of 4 samples: 26 notifications a second; the first sample waits 29 ms for the last.
  After a pause frames are longer, up to what the link carries, until the queue is empty again.
* Asleep, the radio is silent, the gyroscope off, and the processor waits for the chip's INT1.
  A connected pod counts as worn: only the host can know better, and it can write 02.
* The motor, if there is one, is played only while the pod streams, when steps are 5 ms apart.
* ``step`` never waits; it returns how long there is nothing to do: at least 5 ms, because a shorter
  sleep stalls on the nRF52840 while Bluetooth is on (circuitpython issues 4525 and 7613).
* The chip's samples of its first tenth of a second are dropped: the gyroscope needs 80 ms to
  settle (LSM6DS3TR-C, turn-on time), and until then its values look like motion.
"""

from .frame import Frames, room
from .imu import NOMINAL_US, SET
from .times import SampleTimes

START, STOP, SLEEP = 1, 0, 2
SAMPLES = 4
LOOK_S, IDLE_S = 0.005, 0.1
SETTLING_US = 100000
BATTERY_EVERY_US = 60 * 1000000
SLEEP_AFTER_US = 5 * 60 * 1000000


class Pod:
    """The pod, on any board. ``clock_us`` never wraps and never goes back."""

    def __init__(self, imu, radio, clock_us, battery_percent, motor):
        self._imu = imu
        self._radio = radio
        self._clock_us = clock_us
        self._battery_percent = battery_percent
        self._motor = motor
        self._frames = Frames()
        self._times = SampleTimes(NOMINAL_US)
        self._queue = bytearray(SET * room(1000))
        self._streaming = False
        self._settled_us = 0
        self._battery_us = None
        self._imu.watch()
        self.awake()

    @property
    def tired(self):
        """Whether it is time to sleep."""
        return self._dismissed or self._clock_us() - self._moved_us > SLEEP_AFTER_US

    def awake(self):
        """Restart the time since the last motion."""
        self._moved_us = self._clock_us()
        self._dismissed = False

    def rest(self):
        """Make ready for sleep: be silent, and clear what has moved until now."""
        self._radio.silence()
        self._imu.moved()

    def step(self):
        """Do what is due; return after how many seconds to come again."""
        connected = self._radio.connected()
        self._obey(self._radio.command() if connected else STOP)
        self._tell_battery()
        rhythm = self._radio.rhythm() if connected else None
        if self._streaming:
            if rhythm:
                self._motor.take(rhythm)
            self._motor.step()
            self._stream()
            return LOOK_S
        if (connected or self._imu.moved()) and not self._dismissed:
            self.awake()
        if not connected:
            self._radio.advertise()
        return IDLE_S

    def _obey(self, command):
        if command == START and not self._streaming:
            self._imu.start()
            self._times.restart()
            self._streaming = True
            self._settled_us = self._clock_us() + SETTLING_US
        elif command in (STOP, SLEEP) and self._streaming:
            self._streaming = False
            self._motor.silence()
            self._imu.watch()
            self.awake()
        self._dismissed = self._dismissed or command == SLEEP

    def _stream(self):
        before_us = self._clock_us()
        held = self._imu.held()
        after_us = self._clock_us()
        if held < 0 or before_us < self._settled_us:
            self._imu.restart()
            self._times.restart()
            return
        self._times.look(before_us, after_us, held)
        fits = room(self._radio.packet_length())
        if held < SAMPLES or not fits:
            return
        n = min(held, fits)
        queue = memoryview(self._queue)[: n * SET]
        self._imu.read(queue)
        first_us, step_us = self._times.take(n)
        self._radio.send(self._frames.pack(first_us, step_us, queue, n))

    def _tell_battery(self):
        now_us = self._clock_us()
        if self._battery_us is None or now_us - self._battery_us >= BATTERY_EVERY_US:
            self._battery_us = now_us
            self._radio.tell_battery(self._battery_percent())
