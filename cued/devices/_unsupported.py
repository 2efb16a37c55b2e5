"""Treadmills that are known by name and cannot be read, and what their owner can do instead.

Source: name prefixes known to qdomyos-zwift (facts), owners' reports.
"""

from __future__ import annotations

ENCRYPTED, IFIT, OWN = "an encrypted KingSmith", "iFit", "a protocol of its maker's own"
# name prefix: what it speaks
NAMES: dict[str, str] = {
    "KS-R1AC": ENCRYPTED,
    "KS-R2": ENCRYPTED,
    "KS-HC-R1A": ENCRYPTED,
    "KS-ST-K12": ENCRYPTED,
    "KS-K12": ENCRYPTED,
    "KS-X21": ENCRYPTED,
    "KS-HDSC-X21": ENCRYPTED,
    "KS-HDSY-X21": ENCRYPTED,
    "KS-NACH-": ENCRYPTED,
    "KS-NGCH-": ENCRYPTED,
    "I_TL": IFIT,
    "I_EL": IFIT,
    "NORDICTRACK": IFIT,
    "PROFORM": IFIT,
    "IFIT": IFIT,
    "PITPAT": OWN,
    "DEERRUN": OWN,
    "SUPERUN": OWN,
    "LIFESPAN": OWN,
    "DOMYOS": OWN,
    "ECHELON": OWN,
}
WAYS_OUT = (
    "its belt can still be coached on: a belt sensor (hardware/belt-sensor.md), the feet's own "
    "speed, a speed that is typed, or a program that makes an FTMS treadmill of it"
)


def unsupported(name: str) -> str:
    """Return why a treadmill of this name cannot be read and what to do; empty for all others."""
    upper = name.upper()
    for prefix, speaks in NAMES.items():
        if upper.startswith(prefix):
            return f"{name} speaks {speaks}, which cued cannot read; {WAYS_OUT}"
    return ""
