"""Exports of Shimmer's Consensys: ``sep=`` first, headings with the device's name, then units.

``Shimmer_5ECB_Accel_LN_X_CAL`` is the low-noise accelerometer along x, calibrated; ``Accel_WR`` is
the wide-range one, which is used where the first is missing. Columns that end in ``RAW`` or
``UNCAL`` are counts and are left out.
Source: Shimmer's user manual for Consensys. Tested only on files made for the tests.
"""

from __future__ import annotations

import re

from cued.recording.imports.files import TEXT, Files
from cued.recording.imports.foreign import Export, Format, ImportOptions
from cued.recording.imports.formats import columns

DEVICE = re.compile(r"Shimmer_[0-9A-Za-z]+_")
LOW_NOISE = "_Accel_LN_X"


def knows(files: Files) -> bool:
    """Recognise it by a heading that begins with the device's name."""
    return any(_heads(files, name) for name in files.names(*TEXT))


def read(files: Files, asked: ImportOptions) -> Export:
    """Read the calibrated columns."""
    heads = " ".join(_heads(files, name) for name in files.names(*TEXT))
    unwanted = "_WR_" if LOW_NOISE in heads else "(none)"

    def rename(head: str) -> str:
        if unwanted in head or "RAW" in head or "UNCAL" in head:
            return ""
        return DEVICE.sub("", head)

    return columns.read(files, asked, rename)


def _heads(files: Files, name: str) -> str:
    return next((line for line in files.head(name, 3) if DEVICE.search(line)), "")


FORMAT = Format("Shimmer", knows, read)
