"""FIT activities, as the official decoder and an independent reader see them."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import fitdecode
import garmin_fit_sdk
import pytest

from cued import __main__
from cued import words as wording
from cued.model import Measurement, Phase
from tests.report.made import MINUTES, START, events, write


def decoded(path):
    stream = garmin_fit_sdk.Stream.from_file(str(path))
    assert garmin_fit_sdk.Decoder(stream).check_integrity()
    stream.reset()
    messages, errors = garmin_fit_sdk.Decoder(stream).read()
    assert errors == []
    return messages


def test_the_official_decoder_reads_the_fit_file(session, tmp_path):
    path = tmp_path / "s.fit"
    assert __main__.main(["export", str(session), "--fit", str(path)]) == 0
    messages = decoded(path)
    records = messages["record_mesgs"]
    assert len(records) == 60 * MINUTES
    assert records[100]["enhanced_speed"] == 0.9
    assert records[100]["cadence"] + records[100]["fractional_cadence"] == 54.5
    assert records[100]["stance_time"] == 700.0
    assert [x["message_index"] for x in messages["lap_mesgs"]] == [0, 1]
    total = messages["session_mesgs"][0]
    assert total["total_distance"] == pytest.approx(
        sum(x["total_distance"] for x in messages["lap_mesgs"]), abs=1.0
    )
    assert total["sub_sport"] == "indoor_walking"
    for each in (total, *messages["lap_mesgs"]):
        assert each["avg_cadence"] + each["avg_fractional_cadence"] == pytest.approx(54.5, abs=0.01)
        assert each["avg_step_length"] == 500.0
        assert each["avg_stance_time"] == 700.0
        assert each["enhanced_max_speed"] == 0.9
    names = [x["wkt_step_name"] for x in messages["workout_step_mesgs"]]
    assert [names[x["wkt_step_index"]] for x in messages["lap_mesgs"]] == [
        "Warm up",
        "Backward walk",
    ]
    device = messages["device_info_mesgs"][0]
    assert (device["device_index"], device["product_name"]) == ("creator", "cued")
    assert total["total_strides"] == pytest.approx(60 * MINUTES / 1.1, abs=1)
    timed = messages["activity_mesgs"][0]["total_timer_time"]
    assert timed == total["total_timer_time"] == 60 * MINUTES - 1
    assert messages["file_id_mesgs"][0]["time_created"].timestamp() == 1.8e9


def test_an_independent_reader_finds_our_own_fields(session, tmp_path):
    path = tmp_path / "s.fit"
    __main__.main(["export", str(session), "--fit", str(path)])
    with fitdecode.FitReader(path, check_crc=fitdecode.CrcCheck.RAISE) as reader:
        records = [
            f for f in reader if isinstance(f, fitdecode.FitDataMessage) and f.name == "record"
        ]
    ways = [r.get_value("direction") for r in records]
    half = 60 * MINUTES // 2
    assert ways[5:half] == [1] * (half - 5)
    assert ways[half + 1 :] == [2] * (half - 1)
    assert sum(r.get_value("cues") for r in records) == 1
    assert sum(r.get_value("stumbles") for r in records) == 1


@pytest.mark.once
@pytest.mark.parametrize("belts", [True, False])
@pytest.mark.parametrize("recorded", [[], [Phase(t=START, name="free_run", from_="idle", why="x")]])
def test_a_session_without_a_stride_is_an_activity_too(tmp_path, belts, recorded):
    path = write(tmp_path / "empty.mcap", recorded, belts=belts)
    assert __main__.main(["export", str(path), "--fit", str(tmp_path / "e.fit")]) == 0
    assert decoded(tmp_path / "e.fit")["record_mesgs"]


def test_a_file_knows_its_local_time(session, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        path = tmp_path / "s.fit"
        __main__.main(["export", str(session), "--fit", str(path)])
        activity = decoded(path)["activity_mesgs"][0]
        ahead = datetime.fromtimestamp(1.8e9, UTC).astimezone().utcoffset().total_seconds()
    finally:
        monkeypatch.undo()
        time.tzset()
    here = activity["timestamp"].timestamp() - 631065600
    assert activity["local_timestamp"] - here == ahead != 0


def test_bounce_and_its_mean_are_in_the_fit_file(tmp_path):
    bounce = [
        Measurement(t=START + n, name="bounce_cm", value=4.0, unit="cm", strides=5)
        for n in range(60 * MINUTES)
    ]
    path = write(tmp_path / "s.mcap", sorted([*events(), *bounce], key=lambda e: e.t))
    __main__.main(["export", str(path), "--fit", str(tmp_path / "s.fit")])
    messages = decoded(tmp_path / "s.fit")
    assert messages["session_mesgs"][0]["avg_vertical_oscillation"] == 40.0
    assert messages["lap_mesgs"][1]["avg_vertical_oscillation"] == 40.0


def test_fit_laps_are_named_in_the_stations_language(tmp_path):
    path = write(tmp_path / "s.mcap", events(), config={"station": {"language": "it"}})
    fit = tmp_path / "s.fit"
    assert __main__.main(["export", str(path), "--fit", str(fit)]) == 0
    named = [x["wkt_step_name"] for x in decoded(fit)["workout_step_mesgs"]]
    assert named == [
        wording.catalogue("it")["phase.settle"],
        wording.catalogue("it")["phase.backward_walk"],
    ]
