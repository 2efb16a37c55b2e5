"""Frames from documents, other programs and captures decode to the values given with them.

The vectors are not part of the project (their licences differ): they are read from the folder
of recordings, ``protocols/vectors.json``, and the tests are skipped without it. The frames
in the other files of this folder are our own.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cued.devices import _polar_frames as polar
from cued.devices import _treadmill_data as treadmill
from cued.devices import metamotion, movesense, rsc, thingy52, witmotion, xsens_dot
from cued.devices._gatt import DEGREE, G, fields, heart_rate
from tests.helpers.home import HOME

NAMED = os.environ.get("CUED_DATA")
DATA = Path(NAMED) if NAMED else HOME.parent / "shared" / "data"
FILE = DATA.parent / "protocols" / "vectors.json"

if not FILE.is_file():
    pytest.skip(f"no protocol vectors: {FILE} does not exist", allow_module_level=True)

ALL: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))


def polar_data(data, expect, _id):
    frame = polar.decode(data, expect["factor"])
    assert frame.last_ns == expect["ts_ns"]
    if "samples" in expect:
        assert frame.values == pytest.approx(np.array(expect["samples"]), rel=1e-6)
        return
    whole = np.trunc(frame.values)  # Polar's code cuts mg to integers
    assert len(whole) == expect["count"]
    assert whole[: len(expect["first"])].tolist() == expect["first"]
    assert whole[-1].tolist() == expect["last"]


def polar_delta(data, expect, _id):
    values = polar.decompress(data, expect["channels"], expect["resolution"])
    assert len(values) == expect["count"]
    if "first" in expect:
        assert values[: len(expect["first"])].tolist() == expect["first"]
        assert values[-1].tolist() == expect["last"]


def polar_reply(data, expect, _id):
    reply = polar.reply(data)
    assert (reply.op, reply.kind, reply.status) == (expect["op"], expect["type"], expect["status"])
    assert reply.more == bool(expect["more"])
    found = {str(k): v for k, v in polar.settings(reply.rest).items()}
    assert found == {k: pytest.approx(v) for k, v in expect["settings"].items()}


def movesense_payload(data, expect, _id):
    if "acc_ms2" in expect:
        ms, values = movesense.decode(data, 9 if "mag_ut" in expect or len(data) == 148 else 6)
        assert ms == expect["ts_ms"]
        assert values[:, :3] == pytest.approx(np.array(expect["acc_ms2"]))
        assert values[:, 3:6] == pytest.approx(np.array(expect["gyro_dps"]))
    elif "utc_us" in expect:  # replies the driver does not ask for: only the layouts are checked
        assert fields("QIII", data) == tuple(expect.values())
    elif "hr" in expect:
        bpm, rr = fields("fH", data)
        assert (bpm, [rr]) == (pytest.approx(expect["hr"], abs=1e-3), expect["rr_ms"])
    else:
        count = data[0]
        assert list(fields(f"{count}H", data, 1)) == expect["rates"]
        assert list(data[2 + 2 * count :]) == expect["ranges_g"]


def wit(data, expect, _id):
    acc, gyr, angles = witmotion.decode(data)
    assert acc / G == pytest.approx(np.array(expect["acc"]))
    assert gyr / DEGREE == pytest.approx(np.array(expect["gyr"]))
    assert angles == pytest.approx(np.array(expect["ang"]))


def dot(data, expect, _id):
    us, acc, gyr = xsens_dot.decode(data, 6)
    assert us == expect["ts_us"]
    assert gyr is None
    assert acc == pytest.approx(np.array(expect["free_acc_ms2"]))


def thingy(data, expect, _id):
    acc, _, _ = thingy52.decode(data + bytes(12))
    assert acc[0] == pytest.approx(np.array(expect["acc_g"]))


def meta(data, expect, name):
    range_g = next((r for r in metamotion.PER_G if f"acc{r}g" in name), 8)
    range_dps = next((r for r in metamotion.PER_DPS if f"gyro{r}" in name), 2000)
    _, values = metamotion.decode(data, range_g, range_dps)
    expected = np.atleast_2d(expect.get("acc_g") or expect["gyro_dps"])
    assert values == pytest.approx(expected, abs=1e-3)


NAMES = {
    "speed": "speed_km_h",
    "avg_speed": "average_speed_km_h",
    "dist": "distance_m",
    "incl": "incline_percent",
    "ramp": "ramp_deg",
    "gain+": "gain_m",
    "gain-": "loss_m",
    "pace": "pace",
    "avg_pace": "average_pace",
    "kcal": "energy_kcal",
    "kcal_h": "energy_kcal_h",
    "kcal_m": "energy_kcal_min",
    "hr": "heart_rate",
    "met": "met",
    "elapsed": "elapsed_s",
    "remaining": "remaining_s",
    "force": "force_n",
    "power": "power_w",
    "steps": "steps",
}


def treadmill_data(data, expect, _id):
    frame = treadmill.decode(data)
    assert frame.left == expect["left"]
    assert frame.cut == expect.get("truncated", False)
    known = {NAMES[k]: v for k, v in expect.items() if k in NAMES}
    found = {k: v if v is None else pytest.approx(v) for k, v in frame.values.items()}
    assert known == found


def machine_status(data, expect, _id):
    status = treadmill.machine_status(data)
    assert status.op == expect["op"]
    assert status.value == pytest.approx(expect["target_speed"] / 3.6)


def running(data, expect, _id):
    report = rsc.decode(data)
    assert report.speed_m_s == pytest.approx(expect["speed"])
    assert report.cadence == expect["cad"]
    assert report.running == expect["run"]


def heart(data, expect, _id):
    bpm, intervals = heart_rate(data)
    assert bpm == expect["bpm"]
    assert intervals == pytest.approx(expect["rr_s"])


KINDS = {
    "polar.pmd.data": polar_data,
    "polar.pmd.delta": polar_delta,
    "polar.pmd.cp": polar_reply,
    "movesense.gsp.payload": movesense_payload,
    "wit.frame": wit,
    "dot.short.mode6": dot,
    "thingy52.raw.first6": thingy,
    "metamotion": meta,
    "ftms.2acd": treadmill_data,
    "ftms.2ada": machine_status,
    "rsc.2a53": running,
    "hr.2a37": heart,
}


def test_there_are_as_many_as_expected():
    assert len(ALL) == 48


@pytest.mark.data
@pytest.mark.parametrize("vector", ALL, ids=[v["id"] for v in ALL])
def test_vector(vector):
    digits = vector["hex"]
    KINDS[vector["kind"]](bytes.fromhex(digits), vector["expect"], vector["id"])
