"""Records in JSON become the same movement, or are refused in one line."""

from __future__ import annotations

import json

import pytest

from tests.recording.imports.exports import ACC, BEGAN, GYR, N, T, alike, imported

MOTION = {"acc": ACC, "gyro": GYR}


def axes(values):
    return dict(zip("zyx", values[::-1].tolist(), strict=True))


def samples():
    for t, acc, gyr in zip(T, ACC, GYR, strict=True):
        for name, values in (("TotalAcceleration", acc), ("Gyroscope", gyr)):
            yield int((BEGAN + t) * 1e9), t, name, axes(values)


def sensor_logger_json(cut=0):
    about = {"platform": "android", "standardisation": "false", "sensor": "Metadata"}
    readings = [
        {"sensor": name, "time": f"{ns}", "seconds_elapsed": f"{t}"}
        | {k: f"{x}" for k, x in v.items()}
        for ns, t, name, v in samples()
    ]
    text = json.dumps([about, *readings])
    return text[: len(text) - cut]


def pushed():
    payload = [{"name": name.lower(), "time": ns, "values": v} for ns, _, name, v in samples()]
    messages = [payload[at : at + 80] for at in range(0, 2 * N, 80)]
    messages[2:4] = messages[3:1:-1]  # one overtakes another
    return "".join(json.dumps({"messageId": 1, "payload": m}) + "\n" for m in messages)


def a_record_a_line():
    records = (
        {"t_ms": 1e3 * t, "acc": acc.tolist(), "gyro": axes(gyr)}
        for t, acc, gyr in zip(T, ACC, GYR, strict=True)
    )
    return "".join(json.dumps(r) + "\n" for r in records)


def columns_of_axes():
    named = {key: dict(zip("xyz", a.T.tolist(), strict=True)) for key, a in MOTION.items()}
    return json.dumps({"person": "p", "samples": {"t_ms": (1e3 * T).tolist(), **named}})


def columns_of_vectors():
    named = {key: a.tolist() for key, a in MOTION.items()}
    return json.dumps({"t_ms": (1e3 * T).tolist(), **named})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (sensor_logger_json(), []),
        (pushed(), []),
        (a_record_a_line(), ["--units", "m/s2,rad/s"]),
        (columns_of_axes(), ["--units", "m/s2,rad/s"]),
        (columns_of_vectors(), ["--units", "m/s2,rad/s"]),
    ],
    ids=["exported", "pushed", "own", "columns", "vectors"],
)
def test_records_in_json(tmp_path, text, words):
    (tmp_path / "walk.json").write_text(text)
    alike(imported(tmp_path, tmp_path / "walk.json", "--placement", "chest", *words))


def test_truncated_json_is_read_to_its_end_and_reported(tmp_path, capsys):
    (tmp_path / "walk.json").write_text(sensor_logger_json(cut=200))
    assert (
        imported(tmp_path, tmp_path / "walk.json", "--placement", "chest").sensors[0].t.size > 390
    )
    assert "the incomplete end was left out" in capsys.readouterr().err


def test_a_push_message_of_another_version_is_refused_in_one_line(tmp_path, capsys):
    sample = {"name": "gyroscope", "values": {"x": 1}}
    lines = [json.dumps({"payload": [sample | {"time": 10**n}]}) for n in (400, 1)]
    (tmp_path / "a.json").write_text("\n".join(lines))
    assert imported(tmp_path, tmp_path / "a.json") is None
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("text", ["hello", '{"a": [1, 2]}', "[" * 100_000, "[1, 2, 3]"])
def test_other_json_is_refused_in_one_line(tmp_path, capsys, text):
    (tmp_path / "a.json").write_text(text)
    assert imported(tmp_path, tmp_path / "a.json") is None
    said = capsys.readouterr().err
    assert "or JSON of samples" in said
    assert said.count("\n") == 1
