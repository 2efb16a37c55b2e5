"""Exports of Movesense."""

from __future__ import annotations

import json

import pytest

from tests.recording.imports.exports import ACC, DPS, N, alike, imported


def test_movesense_json(tmp_path):
    def block(start):
        def axes(values):
            return [{"x": x, "y": y, "z": z} for x, y, z in values[start : start + 8].tolist()]

        body = {"Timestamp": round(start * 10), "ArrayAcc": axes(ACC), "ArrayGyro": axes(DPS)}
        return {"imu6": body}

    (tmp_path / "m.json").write_text(json.dumps({"data": [block(n) for n in range(0, N, 8)]}))
    alike(imported(tmp_path, tmp_path / "m.json", "--placement", "chest"))


def block(values, start, key, named):
    some = values[start : start + 8].tolist()
    return {"Timestamp": start * 10, key: [dict(zip("xyz", r, strict=True)) for r in some]
            if named else some}  # fmt: skip


@pytest.mark.parametrize("named", [True, False])
def test_movesense_with_turn_rates_in_separate_blocks(tmp_path, named):
    starts = range(0, N, 8)
    whole = {
        "Meas": {
            "Acc": [block(ACC, n, "ArrayAcc", named) for n in starts],
            "Gyro": [block(DPS, n, "ArrayGyro", named) for n in starts],
        }
    }
    (tmp_path / "m.json").write_text(json.dumps(whole))
    alike(imported(tmp_path, tmp_path / "m.json", "--placement", "chest"))
