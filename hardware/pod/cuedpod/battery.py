"""Estimates a lithium cell's charge from its voltage.

A rough curve of one cell under a few milliamperes, from typical data sheets, not measured on a pod:
good for "charge it before the next run", not for minutes.
"""

CURVE = ((3.3, 0), (3.6, 10), (3.7, 25), (3.8, 50), (3.95, 75), (4.15, 100))


def percent(volts):
    """Charge of a cell at this voltage, 0 to 100."""
    low_v, low = CURVE[0]
    for high_v, high in CURVE:
        if volts <= high_v:
            if high_v == low_v:
                return low
            return int(low + (high - low) * (volts - low_v) / (high_v - low_v) + 0.5)
        low_v, low = high_v, high
    return CURVE[-1][1]
