"""Names of treadmills that cannot be read, and what their owners can do instead.

Source: name prefixes known to qdomyos-zwift (facts), owners' reports.
"""

from __future__ import annotations

ENCRYPTED, IFIT, OWN = "an encrypted KingSmith protocol", "iFit", "its maker's own protocol"
# name prefix: protocol
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
    "it can still be used: with a belt sensor (hardware/belt-sensor.md), the speed of the feet, "
    "a typed speed, or a program that makes it an FTMS treadmill"
)


def unsupported(name: str) -> str:
    """Return why a treadmill of this name cannot be read and what to do; empty for all others."""
    upper = name.upper()
    for prefix, protocol in NAMES.items():
        if upper.startswith(prefix):
            return f"{name} speaks {protocol}, which cued cannot read; {WAYS_OUT}"
    return ""
