"""iConsole treadmills: polled, their status read, a bike's refused."""

from __future__ import annotations

import pytest

from cued.devices import ftms, iconsole
from cued.devices.device import Advert
from cued.model import Belt, DecodeError
from tests.devices.frames import H
from tests.devices.treadmills import writes

ICONSOLE = H("f0b201d30101010101010101012403010101a9")


def test_an_iconsole_reports_speed_and_incline_and_is_only_polled():
    device = iconsole.IConsole(iconsole.Config(), "belt")
    asked = [w for t in range(4) for w in writes(device.tick(float(t)))]
    assert asked == ["f0a0010192", "f0a101d365", "f0a201d366", "f0a201d366"]
    (belt,) = device.receive(4.0, iconsole.NOTIFY, ICONSOLE)
    assert isinstance(belt, Belt)
    assert (belt.speed_m_s, belt.incline_percent) == (pytest.approx(3.5 / 3.6), 2.0)
    device.receive(5.0, iconsole.NOTIFY, H("f0b05bd3ce"))
    assert writes(device.tick(6.0)) == ["f0a25bd3c0"]


def test_a_bikes_or_a_damaged_iconsole_status_is_refused():
    body = ICONSOLE[:13] + b"\0" + ICONSOLE[14:-1]  # numbers are sent plus one
    bike = body + bytes((sum(body) & 0xFF,))
    for data in (ICONSOLE[:-1] + b"\0", ICONSOLE[:-2] + H("01010101") + ICONSOLE[-1:], bike):
        with pytest.raises(DecodeError):
            iconsole.decode(data)


def test_a_speed_that_no_belt_has_is_a_decode_error():
    fast = H("f0b2" + "01" * 10 + "c832c8")  # 1994.9 km/h
    fast += bytes(18 - len(fast))
    console = iconsole.IConsole(iconsole.Config(), "belt")
    with pytest.raises(DecodeError, match="554 m/s"):
        console.receive(4.0, iconsole.NOTIFY, fast + bytes((sum(fast) & 0xFF,)))


def test_a_board_that_also_speaks_ftms_is_not_proposed():
    both = (iconsole.SERVICE, ftms.SERVICE)
    assert iconsole.matches(Advert("A", "iConsole+0123", both[:1]))
    assert not iconsole.matches(Advert("A", "iConsole+0123", both))
    assert not iconsole.matches(Advert("A", "Kettle", both[:1]))
