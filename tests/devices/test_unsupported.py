"""Treadmills that cannot be read are named, with what their owners can do."""

from __future__ import annotations

import pytest

from cued.devices._unsupported import unsupported


@pytest.mark.parametrize(
    ("name", "speaks"),
    [
        *((name, "an encrypted KingSmith") for name in ("KS-R1AC", "KS-HC-R1AA-7", "KS-ST-K12PRO")),
        *((name, "an encrypted KingSmith") for name in ("KS-HDSY-X21C", "KS-NGCH-G1C")),
        ("I_TL", "iFit"),
        ("NordicTrack T6.5", "iFit"),
        ("PitPat-T01", "its maker's own"),
    ],
)
def test_an_unreadable_treadmill_is_named_with_the_alternatives(name, speaks):
    said = unsupported(name)
    assert speaks in said
    assert name in said
    assert all(way in said for way in ("belt sensor", "feet", "typed", "FTMS"))
    assert [unsupported(other) for other in ("Kettle", "KS-MC21", "KS-HD-Z1D")] == ["", "", ""]
