"""Reports and exports: any session gives a page or one line, and files others can read."""

from __future__ import annotations

import csv
import itertools
import math
import re
import time
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import fitdecode
import garmin_fit_sdk
import msgspec
import numpy as np
import pytest
from matplotlib.figure import Figure
from pyarrow import parquet

from cued import __main__, __version__
from cued import words as wording
from cued.coach.workout import phases
from cued.coach.workout.memory import Memory
from cued.model import (
    Band,
    BeltState,
    Cue,
    Effect,
    Fall,
    Gait,
    Imprint,
    Measurement,
    Packet,
    Phase,
    Priority,
    Stability,
    Stride,
    Stumble,
    Summary,
)
from cued.recording.sessions.opening import Opening
from cued.recording.sessions.rewriting import merge
from cued.recording.sessions.session import RecordedSession
from cued.recording.sessions.totals import Ending
from cued.recording.sessions.writing import SessionWriter
from cued.report import weeks
from cued.report.digest import Digest, digest
from cued.report.facts import sides_text
from cued.report.paces import paces
from cued.report.palette import LIGHT
from cued.report.pictures import _own_band, judged_by
from cued.report.seconds import seconds
from cued.report.visit import visit
from tests.helpers.languages import TRANSLATED, english_in, words_of

MINUTES = 4
EMPTY = Digest(
    runner="anna", began=1.8e9, start_t=0.0, end_t=10.0,
    ending=Ending(runner="anna", began=1.8e9, duration_s=10.0), strides=[], cues=[],
    phases=[], gaits=[], stability=[], stumbles=[], falls=[], effects=[], imprints=[],
    summaries=[], measured={}, belts=[], own=[],
)  # fmt: skip


def moved(t, direction, side):
    return Stride(
        t=t, known_t=t, side=side, duration_s=1.1, length_m=1.0, speed_m_s=0.9, mode="walking",
        direction=direction, stance_s=0.7,
    )  # fmt: skip


def events(start):
    out = [Phase(t=start, name="settle", from_="idle", why="begin")]
    back = start + 60.0 * MINUTES / 2
    for n in range(60 * MINUTES):
        t = start + n
        direction = "backward" if t >= back else "forward"
        if n in (1, 60 * MINUTES // 2):
            out.append(Gait(t=t, mode="walking", direction=direction))
            out.append(Stability(t=t, level="steady", score=0.1))
        if t in (start + 60.0, back + 60.0):
            out.append(Band(t=t, low_m=0.9 * 1.045, high_m=0.9 * 1.155))
        if t == back:
            out.append(Band(t=t, low_m=None, high_m=None))
            out.append(Phase(t=t, name="backward_walk", from_="settle", why="timeout"))
        out.append(moved(t, direction, "left" if n % 2 else "right"))
        out.append(Measurement(t=t, name="cadence_spm", value=109.0, unit="spm", strides=5))
    cue = Cue(
        t=back, key="tall", text="<b>Tall</b>", pattern="none", priority=2, verdict="given",
        because={"speed_m_s": 0.4},
    )  # fmt: skip
    imprint = Imprint(
        t=back, direction="backward", mode="walking", speed_m_s=0.9, incline_percent=0.0,
        strides=20, stride_s=1.1, cv=0.02,
    )  # fmt: skip
    return [
        *out, cue, Effect(t=back, key="tall", text="<b>Tall</b>", worked=True, strides=8), imprint,
        Stumble(t=back, score=1.4), Fall(t=back, stage="possible"),
        Measurement(t=back, name="carried_percent", value=40.0, unit="%", strides=20),
    ]  # fmt: skip


def write(path, recorded, start=1000.0, belts=True, runner="anna", began=1.8e9, config=None):
    opening = Opening(began=began, t=start, memory=Memory(runner=runner), config=config or {})
    log = SessionWriter(path, opening)
    end = start + 60.0 * MINUTES
    inputs = [
        Packet(t, "trunk", None, np.zeros((1, 3)), None, 1.0)
        for t in np.arange(start, end).tolist()
    ]
    belt = BeltState(t=start, speed_m_s=0.9, incline_percent=2.0, source="console", since=start)
    log.write([*inputs, *([belt] if belts else []), *recorded])
    log.close()
    return path


@pytest.fixture
def session(tmp_path):
    return write(tmp_path / "s.mcap", events(1000.0))


class Page(HTMLParser):
    """Collects tags, text and everything that would be fetched."""

    def __init__(self, text):
        super().__init__()
        self.fetched, self.open, self.text = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href") and not (value or "").startswith("#"):
                self.fetched.append(value)

    def handle_data(self, data):
        self.text += data


def report(tmp_path, *words):
    out = tmp_path / "page.html"
    status = __main__.main(["report", *map(str, words), "--out", str(out)])
    return status, out.read_text("utf-8") if out.exists() else ""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return the session's report, drawn once for all tests that only read it."""
    folder = tmp_path_factory.mktemp("written")
    return report(folder, write(folder / "s.mcap", events(1000.0)))


def test_the_page_loads_nothing_external_and_escapes_texts(written):
    status, text = written
    page = Page(text)
    assert status == 0
    assert page.fetched == []
    assert "script" not in page.open
    assert page.open.count("svg") == 3
    assert "<b>Tall" not in text
    assert "speed 1.4 km/h" in page.text
    assert "1 of 1 cue about your stride was followed" in page.text
    assert not re.search(r"url\((?!#)", text)


def test_every_colour_of_a_picture_comes_from_the_page(written):
    _, text = written
    drawn = text[text.index("<svg") : text.rindex("</svg>")]
    assert set(re.findall(r"#[0-9a-f]{6}\b", drawn)) <= {"#ffffff"}


def test_the_same_session_gives_the_same_page(written, session, tmp_path):
    assert report(tmp_path, session) == written


def test_ids_in_the_page_are_unique(written):
    _, text = written
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


@pytest.mark.once
@pytest.mark.parametrize("belts", [True, False])
@pytest.mark.parametrize(
    "recorded", [[], [Phase(t=1000.0, name="free_run", from_="idle", why="x")]]
)
def test_without_a_stride_there_is_a_page_and_no_picture(tmp_path, belts, recorded):
    path = write(tmp_path / "empty.mcap", recorded, belts=belts)
    status, text = report(tmp_path, path)
    assert status == 0
    assert "No stride was seen" in text
    assert __main__.main(["export", str(path), "--fit", str(tmp_path / "e.fit")]) == 0
    assert decoded(tmp_path / "e.fit")["record_mesgs"]


@pytest.mark.once
def test_a_session_cut_anywhere_gives_a_page_or_a_line_and_is_not_altered(
    session, tmp_path, capsys
):
    whole = session.read_bytes()
    for part in (0, 5, 20, 300, len(whole) // 2, len(whole) - 1):
        session.write_bytes(whole[:part])
        status, text = report(tmp_path, session)
        said = capsys.readouterr()
        assert status == 0 or said.err.count("\n") == 1
        assert status == 0 or text == "" or "cut short" not in text
        assert session.read_bytes() == whole[:part]


def test_a_runners_page_covers_all_sessions(session, tmp_path):
    write(tmp_path / "t.mcap", events(1000.0))
    write(tmp_path / "u.mcap", events(1000.0), runner="bea")
    status, text = report(tmp_path, "anna", "--folder", tmp_path)
    assert status == 0
    assert "anna, 2 sessions" in Page(text).text


def test_a_report_of_an_unknown_runner_gives_one_line(tmp_path, capsys):
    assert report(tmp_path, "nobody", "--folder", tmp_path) == (1, "")
    assert "there is no session nobody" in capsys.readouterr().err


def test_no_meaning_is_carried_by_colour_alone(written):
    _, text = written
    assert "<pattern" in text  # backward is hatched
    for words in ("hatched: you faced backward", "low steady, high unsteady", "right, outline"):
        assert words in Page(text).text


def test_on_paper_the_page_is_light_and_rows_stay_whole(written):
    _, text = written
    paper = text[text.index("@media print") : text.index("</style>")]
    assert "--paper:#ffffff" in paper
    assert "break-inside:avoid" in paper
    assert "<thead>" in text


def test_a_runners_page_says_what_is_not_in_it(session, tmp_path):
    whole = session.read_bytes()
    (tmp_path / "t.mcap").write_bytes(whole[: len(whole) - 20])
    (tmp_path / "u.mcap").write_bytes(b"not a session at all")
    _, text = report(tmp_path, "anna", "--folder", tmp_path)
    assert "t: cut short or damaged" in Page(text).text
    assert "u could not be read" in Page(text).text


def walked(per_speed):
    """Return alternating strides: stance of left and right, s, None where unseen."""
    out = []
    for stances in per_speed:
        for _ in range(60):
            for side, stance in zip(("left", "right"), stances, strict=True):
                noise = 0.01 * math.sin(17.0 * len(out))
                out.append(Stride(
                    t=1000.0 + 0.6 * len(out), side=side, duration_s=1.2, length_m=None,
                    speed_m_s=None, stance_s=stance and stance + noise,
                ))  # fmt: skip
    return out


@pytest.mark.once
@pytest.mark.parametrize(
    ("per_speed", "words"),
    [
        ([(0.7, 0.7), (0.9, 0.9)], "equally long, as far as can be told"),
        ([(0.7, 0.7), (0.9, None)], "equally long, as far as can be told"),
        ([(0.73, 0.7), (0.94, 0.9)], "Your left foot stayed on the belt 4."),
        ([(0.7, None)], "too few steps of both feet"),
    ],
)
def test_feet_are_compared_by_steps_and_no_finer_than_measured(tmp_path, per_speed, words):
    path = write(tmp_path / "s.mcap", walked(per_speed))
    assert words in sides_text(digest(RecordedSession(path), RecordedSession(path).parts[0]))


@pytest.mark.once
def test_each_cue_has_its_outcome_and_a_withheld_one_its_reason(tmp_path):
    cues = [
        Cue(t=1000.0 + t, key="tall", text=text, pattern="none", priority=2, verdict=verdict)
        for t, text, verdict in (
            (10.0, "Never judged", "given"), (40.0, "Tall", "given"), (80.0, "Tall", "given"),
            (81.0, "Later", "faded"),
        )
    ]  # fmt: skip
    effects = [
        Effect(t=1000.0 + t, key="tall", text="Tall", worked=worked, strides=20)
        for t, worked in ((80.0, False), (110.0, True))
    ]
    path = write(tmp_path / "s.mcap", [*events(1000.0)[:200], *cues, *effects])
    _, text = report(tmp_path, path)
    cues = text.split("<h2>Cues")[1]
    rows = [Page(row.replace("<td>", " ")).text for row in cues.split("<tr>")[2:]]
    assert [" ".join(row.split()) for row in rows[:3]] == [
        "0:10 Never judged", "0:40 Tall did not help", "1:20 Tall helped",
    ]  # fmt: skip
    assert "left out on purpose, to see what stays" in rows[3]


@pytest.mark.once
def test_the_number_of_cues_matches_the_list_and_tones_are_described(tmp_path):
    cues = [
        Cue(t=1000.0 + t, key=key, text=text, pattern="none", priority=priority, verdict=verdict)
        for t, key, text, priority, verdict in (
            (5.0, "turn", "Turn round", Priority.PHASE, "given"),
            (10.0, "tall", "Tall", Priority.TECHNIQUE, "given"),
            (40.0, "in_range", "", Priority.TECHNIQUE, "given"),
            (41.0, "tall", "Later", Priority.TECHNIQUE, "faded"),
        )
    ]
    _, text = report(tmp_path, write(tmp_path / "s.mcap", [*events(1000.0)[:200], *cues]))
    assert "<b>2</b>cues" in text
    assert "(a tone: steps in range)" in text


@pytest.mark.once
def test_the_parts_of_a_joined_session_say_when_they_were(session, tmp_path):
    later = write(tmp_path / "t.mcap", events(1000.0), began=1.8e9 + 7200.0)
    joined = merge([RecordedSession(session), RecordedSession(later)])
    _, text = report(tmp_path, joined)
    first, second = (digest(RecordedSession(joined), p).when for p in RecordedSession(joined).parts)
    assert text.index(f"<h1>{first:%d %B %Y, %H:%M}") < text.index(f"<h1>{second:%d %B %Y, %H:%M}")


# --- the runner's own band ----------------------------------------------------------------------


def test_the_band_is_the_coachs_and_each_holds_until_the_next(session):
    opened = RecordedSession(session)
    d = digest(opened, opened.parts[0])
    back = 1000.0 + 60.0 * MINUTES / 2
    assert [o.t for o in d.own] == [1060.0, back, back + 60.0]
    assert [math.isfinite(o.low_s) for o in d.own] == [True, False, True]
    assert (d.own[0].low_s, d.own[0].high_s) == pytest.approx((1.045, 1.155))


def test_a_band_is_drawn_until_it_changes_and_not_while_there_was_none(session):
    opened = RecordedSession(session)
    d = digest(opened, opened.parts[0])
    axis = Figure().subplots()
    _own_band(axis, d, LIGHT)
    low = axis.lines[0]
    assert low.get_drawstyle() == "steps-post"
    minutes, ends = low.get_data()
    assert minutes == pytest.approx([1.0, 2.0, 3.0, MINUTES], abs=0.02)
    assert [math.isfinite(e) for e in ends] == [True, False, True, True]


@pytest.mark.once
def test_without_a_belt_there_is_no_band_and_the_page_says_so(tmp_path):
    path = write(tmp_path / "s.mcap", events(1000.0), belts=False)
    _, text = report(tmp_path, path)
    assert "There is no band of your own" in Page(text).text


def test_a_cue_shows_the_strides_it_was_judged_by():
    because = {"own_stride_s": 1.2, "threshold_percent": 5.0}
    cue = Cue(t=0.0, key="x", text="", pattern="none", priority=2, verdict="given", because=because)
    assert judged_by(cue) == pytest.approx((1.2, 1.26))
    assert judged_by(msgspec.structs.replace(cue, because={"score": 1.0})) is None


# --- weeks --------------------------------------------------------------------------------------


def test_the_dose_is_by_calendar_week_and_a_break_shows(session, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    opened = RecordedSession(session)
    d = digest(opened, opened.parts[0])
    days = [datetime(2026, 3, day, 12, tzinfo=UTC).timestamp() for day in (1, 2, 8, 23)]
    sessions = []
    for day in days:
        d.began = day
        sessions.append(visit(d))
    minutes = d.ending.backward_s / 60.0
    assert minutes > 0.5
    assert weeks.dose(sessions) == {
        date(2026, 2, 23): minutes,  # 1 March was a Sunday
        date(2026, 3, 2): 2 * minutes,
        date(2026, 3, 9): 0.0,
        date(2026, 3, 16): 0.0,
        date(2026, 3, 23): minutes,
    }


def test_the_ladder_names_its_stages(tmp_path):
    for n, stage in enumerate((0.0, 1.0)):
        ended = Summary(
            t=1240.0, started_t=1000.0, duration_s=240.0, strides=240, backward_s=60.0, cues=1,
            stumbles=n, details={"runner": "anna", "stage": stage},
        )  # fmt: skip
        write(tmp_path / f"{n}.mcap", [*events(1000.0), ended], began=1.8e9 + n * 864000)
    status, text = report(tmp_path, "anna", "--folder", tmp_path)
    assert status == 0
    text = Page(text).text
    for words in ("0 imprint", "1 walk", "minutes backward: bars by week", "Mondays"):
        assert words in text


@pytest.mark.once
def test_the_weeks_count_stride_cues_and_start_at_zero(tmp_path):
    cues = [
        Cue(t=1000.0 + n, key="tall", text="", pattern="none", priority=p, verdict=verdict)
        for n, (p, verdict) in enumerate(
            [(2, "given"), (2, "faded"), (2, "refractory"), (3, "given"), (0, "given")]
        )
    ]
    out = [e for e in events(1000.0) if not isinstance(e, Cue)]
    path = write(tmp_path / "s.mcap", [*out, *cues])
    d = digest(RecordedSession(path), RecordedSession(path).parts[0])
    (rate,) = [
        row
        for row in weeks.rows([visit(d)], wording.Words())
        if row.title.startswith("stride cues")
    ]
    assert rate.values[0] == pytest.approx(2 * 600.0 / (60 * MINUTES), rel=0.01)


def test_steps_of_a_doubtful_runner_are_not_in_the_weeks(session):
    opened = RecordedSession(session)
    d = digest(opened, opened.parts[0])
    assert visit(d).last
    d.summaries = [
        Summary(
            t=1.0, started_t=0.0, duration_s=1.0, strides=1, backward_s=0.0, cues=0, stumbles=0,
            details={"apart": 1.0},
        )
    ]  # fmt: skip
    apart = visit(d)
    assert (apart.last, apart.cue_rate) == ({}, None)
    assert apart.backward_s == d.ending.backward_s


# --- a picture for a phone ----------------------------------------------------------------------


def size_of(png):
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


@pytest.mark.once
def test_a_phone_gets_a_portrait_picture_and_a_page_only_if_asked(session, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    png = tmp_path / "s.png"
    assert __main__.main(["report", str(session), "--png", str(png)]) == 0
    wide, high = size_of(png.read_bytes())
    assert wide == 1080
    assert high > 1.5 * wide
    assert not list(tmp_path.glob("*.html"))
    first = png.read_bytes()
    out = tmp_path / "s.html"
    __main__.main(["report", str(session), "--png", str(png), "--out", str(out)])
    assert png.read_bytes() == first
    assert out.exists()


def test_a_runners_weeks_and_an_empty_session_have_a_picture_too(session, tmp_path):
    write(tmp_path / "empty.mcap", [])
    for words in (["anna", "--folder", tmp_path], [tmp_path / "empty.mcap"]):
        png = tmp_path / "x.png"
        assert __main__.main(["report", *map(str, words), "--png", str(png)]) == 0
        assert size_of(png.read_bytes())[0] == 1080


# --- files --------------------------------------------------------------------------------------


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


def test_tables_hold_every_stride(session, tmp_path):
    out, columns = tmp_path / "s.csv", tmp_path / "s.parquet"
    words = ["--csv", str(out), "--parquet", str(columns)]
    assert __main__.main(["export", str(session), *words]) == 0
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    table = parquet.read_table(columns)
    assert len(rows) == table.num_rows == 60 * MINUTES
    assert float(rows[3]["unix_s"]) == 1.8e9 + 3
    assert rows[3]["phase"] == "settle"
    assert rows[3]["step_s"] == ""
    assert table["step_s"].null_count == table.num_rows


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
        Measurement(t=1000.0 + n, name="bounce_cm", value=4.0, unit="cm", strides=5)
        for n in range(60 * MINUTES)
    ]
    path = write(tmp_path / "s.mcap", sorted([*events(1000.0), *bounce], key=lambda e: e.t))
    __main__.main(["export", str(path), "--fit", str(tmp_path / "s.fit")])
    messages = decoded(tmp_path / "s.fit")
    assert messages["session_mesgs"][0]["avg_vertical_oscillation"] == 40.0
    assert messages["lap_mesgs"][1]["avg_vertical_oscillation"] == 40.0


def test_a_german_excel_reads_the_table(session, tmp_path):
    out = tmp_path / "s.csv"
    arguments = ["export", str(session), "--csv", str(out), "--dialect", "excel-de"]
    assert __main__.main(arguments) == 0
    text = out.read_bytes().decode("utf-8-sig")
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    assert rows[3]["duration_s"] == "1,100"
    assert rows[3]["length_m"] == "1"
    assert rows[3]["speed_m_s"] == "0,9"


@pytest.mark.parametrize("option", ["--fit", "--csv", "--parquet"])
def test_a_full_disk_leaves_no_partial_file_and_one_line(
    session, tmp_path, option, monkeypatch, capsys
):
    def full(_fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    out = tmp_path / "there" / "out.file"
    out.parent.mkdir()
    out.write_text("the one before")
    assert __main__.main(["export", str(session), option, str(out)]) == 1
    assert capsys.readouterr().err == f"cued: {out}: No space left on device\n"
    assert out.read_text() == "the one before"
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.once
def test_a_report_on_a_full_disk_is_one_line_too(session, tmp_path, monkeypatch, capsys):
    def full(_fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    out = tmp_path / "there.html"
    assert __main__.main(["report", str(session), "--out", str(out)]) == 1
    assert capsys.readouterr().err == f"cued: {out}: No space left on device\n"
    assert not out.exists()


# --- words --------------------------------------------------------------------------------------


def kept(start, seconds):
    return Measurement(t=start + 230.0, name="time_to_drift_s", value=seconds, unit="s", strides=1)


@pytest.mark.once
def test_the_report_opens_with_how_long_the_short_step_stayed(tmp_path):
    write(tmp_path / "a.mcap", [*events(1000.0), kept(1000.0, 14.0)], began=1.8e9)
    path = write(tmp_path / "b.mcap", [*events(1000.0), kept(1000.0, 50.0)], began=1.8e9 + 3600.0)
    _, text = report(tmp_path, path)
    assert '<p class="first">You kept the short step 50 s; last time 14 s.</p>' in text


@pytest.mark.once
@pytest.mark.parametrize(
    ("seconds", "said"), [(50.0, "50 s"), (434.0, "7:14 minutes"), (None, "is not known")]
)
def test_durations_are_worded_as_people_say_them(tmp_path, seconds, said):
    more = [] if seconds is None else [kept(1000.0, seconds)]
    path = write(tmp_path / "only.mcap", [*events(1000.0), *more])
    _, text = report(tmp_path, path)
    assert said in text.split('<p class="first">')[1].split("</p>")[0]
    assert "last time" not in text.split('<p class="first">')[1].split("</p>")[0]


def test_no_mean_goes_across_directions_or_speeds():
    strides = [
        Stride(
            t=float(n), known_t=float(n), side="left", duration_s=duration, length_m=length,
            speed_m_s=length / duration, mode="walking", direction=direction,
        )
        for direction, duration, length in (
            ("forward", 1.0, 1.0), ("forward", 1.0, 2.0), ("backward", 1.25, 0.5),
        )
        for n in range(10)
    ]  # fmt: skip
    found = paces(msgspec.structs.replace(EMPTY, strides=strides))
    assert [(p.direction, p.length_m, round(p.steps_a_minute)) for p in found] == [
        ("backward", 0.5, 96), ("forward", 1.0, 120), ("forward", 2.0, 120),
    ]  # fmt: skip


def test_without_a_belt_speed_a_stride_has_no_length():
    strides = [
        Stride(
            t=float(n), known_t=float(n), side="left", duration_s=1.0, length_m=None,
            speed_m_s=None, mode="walking", direction="forward",
        )
        for n in range(10)
    ]  # fmt: skip
    (found,) = paces(msgspec.structs.replace(EMPTY, strides=strides))
    assert (found.km_h, found.length_m, found.steps_a_minute) == (None, None, 120.0)


def test_every_symbol_in_the_picture_is_explained(session, tmp_path):
    text = Page(report(tmp_path, session)[1]).text
    for sign in ("round forward", "diamonds backward", "crosses", "filled triangle", "hollow red"):
        assert sign in text


def test_each_phase_is_worded_for_a_newcomer(written):
    _, text = written
    assert "Warm up</td><td>easy forward walk" in text
    assert "Backward walk</td><td>short steps, toes first" in text
    assert all(wording.Words().does(name) for name in phases.PHASES)


def test_a_count_of_one_is_singular(written):
    _, text = written
    assert "<b>1</b>stumble" in text
    assert "<b>1</b>stumbles" not in text
    assert "<b>1</b>cue<" in text


def test_a_request_for_nothing_is_refused(session, capsys):
    assert __main__.main(["export", str(session)]) == 1
    assert "--fit FILE" in capsys.readouterr().err


def test_seconds_hold_only_fresh_values(session):
    opened = RecordedSession(session)
    rows = seconds(digest(opened, opened.parts[0]))
    assert rows[0].direction == "unknown"
    assert rows[0].speed_m_s == 0.0
    assert rows[10].incline_percent == 2.0
    assert all(b.distance_m >= a.distance_m for a, b in itertools.pairwise(rows))


def shown(page: str) -> str:
    """Return the text of a page, including that of its pictures."""
    return Page(re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)).text


@pytest.mark.once
@pytest.mark.parametrize("language", TRANSLATED)
def test_the_report_is_in_the_stations_language_and_unit(tmp_path, language):
    station = {"station": {"language": language}, "coach": {"speed_unit": "mph"}}
    path = write(tmp_path / "s.mcap", events(1000.0), config=station)
    status, text = report(tmp_path, path)
    assert status == 0
    assert f'<html lang="{language}">' in text
    assert "1,9 mph" in text
    assert "km/h" not in text
    assert not re.search(
        r"[0-9]\.[0-9]",
        Page(re.sub(r"<(svg|style).*?</\1>", "", text, flags=re.S)).text.split(__version__)[0],
    )
    own = wording.catalogue(language)
    spoken = words_of(" ".join(c.text for c in events(1000.0) if isinstance(c, Cue)))
    assert english_in(shown(text), language) - spoken == set()
    assert own["month.1"] in text
    (tmp_path / "bad.mcap").write_bytes(b"no session")
    path.write_bytes(path.read_bytes()[:-3000])
    of_runner = report(tmp_path, "anna", "--folder", tmp_path)[1]
    assert own["report.weeks"] in of_runner
    assert "bad" in of_runner
    assert english_in(shown(of_runner), language) == set()


def test_fit_laps_are_named_in_the_stations_language(tmp_path):
    path = write(tmp_path / "s.mcap", events(1000.0), config={"station": {"language": "it"}})
    fit = tmp_path / "s.fit"
    assert __main__.main(["export", str(path), "--fit", str(fit)]) == 0
    named = [x["wkt_step_name"] for x in decoded(fit)["workout_step_mesgs"]]
    assert named == [
        wording.catalogue("it")["phase.settle"],
        wording.catalogue("it")["phase.backward_walk"],
    ]
