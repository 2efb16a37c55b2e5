"""Heart rate straps and watches: beats a minute from the standard service, and their battery.

Protocol facts
--------------
Service 0x180D, measurement 0x2A37 (notify, about 1 Hz): flags u8 (bit 0: rate is u16, bits 1-2
contact, bit 3: energy u16 follows, bit 4: RR intervals u16 in s/1024 follow, oldest first), rate.
A rate of 0 means that the strap does not lie on skin. So does a rate that has not changed for a
minute without intervals (``_gatt.Skin``); it is passed on as 0. The contact bits are not used: some
straps report "no contact" with a correct rate (polar-ble-sdk#83).

An H10 disconnects when nothing is read from it for 150 s (OpenHRV#39), so its battery is read
regularly.

Source: Bluetooth SIG Heart Rate Service; captures of Polar H7 and H10. Certainty A.
"""

from __future__ import annotations

from collections.abc import Sequence

from cued.devices._gatt import BATTERY_LEVEL, HEART_RATE, Skin, sig, standard, standard_start
from cued.devices.device import Action, Advert, Device, Output, Read
from cued.parts import NoOptions, Part

SERVICE = sig(0x180D)
ASK_EVERY_S = 60.0  # an H10 disconnects after 150 s without


def matches(advert: Advert) -> bool:
    """Return whether this advertisement offers heart rate."""
    return SERVICE in advert.services


class HeartRateStrap(Device):
    """One connection to a strap."""

    def __init__(self, config: NoOptions, sensor: str) -> None:
        self._sensor = sensor
        self._skin = Skin()
        self._asked_t: float | None = None

    def start(self, services: Sequence[str]) -> list[Action]:
        """Subscribe to heart rate and battery."""
        self.need(services, "this device measures no heart rate", HEART_RATE)
        return standard_start(services or (HEART_RATE,))

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Process a measurement or the battery."""
        return standard(t, self._sensor, char, data, self._skin)

    def tick(self, t: float) -> list[Output]:
        """Read the battery, so that the strap stays connected."""
        if self._asked_t is None:
            self._asked_t = t  # the start has just read it
        if t - self._asked_t < ASK_EVERY_S:
            return []
        self._asked_t = t
        return [Read(BATTERY_LEVEL)]


PART = Part(NoOptions, HeartRateStrap, place="heart_rate")
