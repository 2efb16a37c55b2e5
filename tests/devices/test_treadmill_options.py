"""Options for the numbers of an FTMS treadmill."""

from __future__ import annotations

import msgspec
import pytest

from cued.devices._treadmill_options import FtmsOptions


@pytest.mark.parametrize(("options", "reported", "true"), [
    ({}, 6.0, 6.0),
    ({"incline_factor": 0.5, "incline_offset_percent": -2.0}, 6.0, 1.0),
    ({"incline_factor": 0.0, "incline_offset_percent": 3.0}, 6.0, 0.0),
    ({"fixed_incline_percent": 4.0}, 6.0, 4.0),
])  # fmt: skip
def test_incline_is_scaled_ignored_or_fixed(options, reported, true):
    assert FtmsOptions(**options).incline_of(reported) == true


def test_a_machine_takes_the_unit_it_reports_unless_configured():
    assert FtmsOptions(speed_factor=1.609).written_factor == 1.609
    assert FtmsOptions(speed_factor=1.609, write_factor=1.0).written_factor == 1.0


def test_consent_is_never_the_default():
    assert not FtmsOptions().control
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"max_raise_m_s": 2.0}, FtmsOptions)
