"""Exports of ActiGraph and Axivity software."""

from __future__ import annotations

import pytest

from tests.recording.imports.exports import (
    ACC,
    DPS,
    ISO,
    G,
    T,
    is_read,
    rows,
    stamps,
)

ACTILIFE = (
    "------------ Data File Created By ActiGraph GT3X+ ActiLife v6.13.4 at 100 Hz ------\n"
    "Serial Number: TAS1\nStart Time 22:13:20\nStart Date 11/14/2023\n"
    "Epoch Period (hh:mm:ss) 00:00:00\nDownload Time 1\nDownload Date 1\n"
    "Current Memory Address: 0\nCurrent Battery Voltage: 4.2     Mode = 12\n----------\n"
)
BARE = (
    "------ Data File Created By ActiGraph wGT3XBT ActiLife v6.13.4 date format dd.MM.yy at 100 Hz"
    " Filter Normal -----\n" + "x: 1\n" * 8 + "---------\n"
)
FILES = {
    "actilife": (
        ACTILIFE + "Accelerometer X,Accelerometer Y,Accelerometer Z\n" + rows(ACC / G),
        [],
        False,
    ),
    "actilife with semicolons": (
        ACTILIFE
        + "Accelerometer X;Accelerometer Y;Accelerometer Z\n"
        + rows(ACC / G, separator=";", comma=True),
        [],
        False,
    ),
    "actilife of a GT9X": (
        ACTILIFE + "Timestamp,Accelerometer X,Accelerometer Y,Accelerometer Z,Temperature,"
        "Gyroscope X,Gyroscope Y,Gyroscope Z,Magnetometer X,Magnetometer Y,Magnetometer Z\n"
        + rows([f"{i}0" for i in ISO], ACC / G, 0 * T, DPS, 0 * ACC),
        [],
        True,
    ),
    "omgui": (
        rows([i.replace("T", " ") for i in ISO], ACC / G),
        [],
        False,
    ),
    "ActiLife without headings": (
        BARE + rows(ACC / G),
        [],
        False,
    ),
    "ActiLife without headings in German": (
        BARE + rows(ACC / G, separator=";").replace(".", ","),
        [],
        False,
    ),
    "Axivity with a gyroscope": (
        rows(stamps("%Y-%m-%d %H:%M:%S.@@@"), ACC / G, DPS),
        [],
        True,
    ),
    "Axivity with light, battery and temperature": (
        rows(stamps("%Y-%m-%d %H:%M:%S.@@@"), ACC / G, 0 * T + 120, 0 * T + 4, 0 * T + 21),
        [],
        False,
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_means_what_was_measured(tmp_path, kind):
    is_read(tmp_path, *FILES[kind])
