"""Exports of Shimmer's Consensys."""

from __future__ import annotations

import pytest

from tests.recording.imports.exports import (
    ACC,
    BEGAN,
    DPS,
    T,
    is_read,
    rows,
    stamps,
)

SHIMMER = ["Timestamp_Unix_CAL", *(f"Accel_LN_{a}_CAL" for a in "XYZ"), "Accel_WR_X_RAW",
           *(f"Gyro_{a}_CAL" for a in "XYZ")]  # fmt: skip
MS = (BEGAN + T) * 1e3
SHIMMER_NAMES = ("Timestamp", *(f"Low Noise Accelerometer {a}" for a in "XYZ"))
FILES = {
    "shimmer": (
        "sep=\\t\n" + "\t".join(f"Shimmer_5ECB_{h}" for h in SHIMMER) + "\n"
        "ms\tm/(s^2)\tm/(s^2)\tm/(s^2)\tno_units\tdeg/s\tdeg/s\tdeg/s\n"
        + rows(MS, ACC, 0 * T + 7, DPS, separator="\t", form="{:.13g}"),
        [],
        True,
    ),
    "Shimmer with formatted times": (
        '"sep=\\t"\n'
        + "\t".join(
            f"Shimmer_B6F4_{n}_CAL"
            for n in (
                "Timestamp_FormattedUnix",
                *(f"Accel_LN_{a}" for a in "XYZ"),
                *(f"Gyro_{a}" for a in "XYZ"),
            )
        )
        + "\t\nyyyy/mm/dd hh:mm:ss.000"
        + "\tm/(s^2)" * 3
        + "\tdeg/s" * 3
        + "\t\n"
        + rows(stamps("%Y/%m/%d %H:%M:%S.@@@"), ACC, DPS, separator="\t", end="\t\n"),
        [],
        True,
    ),
    "Shimmer with four lines of headings": (
        "\t".join(["Shimmer_B6F4"] * 4)
        + "\n"
        + "\t".join(SHIMMER_NAMES)
        + "\nCAL\tCAL\tCAL\tCAL\nmSecs\tm/(sec^2)\tm/(sec^2)\tm/(sec^2)\n"
        + rows((BEGAN + T) * 1e3, ACC, separator="\t", form="{:.14g}"),
        [],
        False,
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_means_what_was_measured(tmp_path, kind):
    is_read(tmp_path, *FILES[kind])
