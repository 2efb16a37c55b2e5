"""The report as a page: what it loads, shows, explains and says, in every language."""

from __future__ import annotations

import re

import pytest

from cued import __version__
from cued import words as wording
from cued.coach.workout import phases
from cued.model import Cue, Effect, Phase, Priority
from cued.recording.sessions.rewriting import merge
from cued.recording.sessions.session import RecordedSession
from cued.report.digest import digest
from tests.helpers.languages import TRANSLATED, english_in, words_of
from tests.report.made import START, Page, events, report, write


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return the session's report, drawn once for all tests that only read it."""
    folder = tmp_path_factory.mktemp("written")
    return report(folder, write(folder / "s.mcap", events()))


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
@pytest.mark.parametrize("recorded", [[], [Phase(t=START, name="free_run", from_="idle", why="x")]])
def test_without_a_stride_there_is_a_page_and_no_picture(tmp_path, belts, recorded):
    path = write(tmp_path / "empty.mcap", recorded, belts=belts)
    status, text = report(tmp_path, path)
    assert status == 0
    assert "No stride was seen" in text


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


@pytest.mark.once
def test_each_cue_has_its_outcome_and_a_withheld_one_its_reason(tmp_path):
    cues = [
        Cue(t=START + t, key="tall", text=text, pattern="none", priority=2, verdict=verdict)
        for t, text, verdict in (
            (10.0, "Never judged", "given"), (40.0, "Tall", "given"), (80.0, "Tall", "given"),
            (81.0, "Later", "faded"),
        )
    ]  # fmt: skip
    effects = [
        Effect(t=START + t, key="tall", text="Tall", worked=worked, strides=20)
        for t, worked in ((80.0, False), (110.0, True))
    ]
    path = write(tmp_path / "s.mcap", [*events()[:200], *cues, *effects])
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
        Cue(t=START + t, key=key, text=text, pattern="none", priority=priority, verdict=verdict)
        for t, key, text, priority, verdict in (
            (5.0, "turn", "Turn round", Priority.PHASE, "given"),
            (10.0, "tall", "Tall", Priority.TECHNIQUE, "given"),
            (40.0, "in_range", "", Priority.TECHNIQUE, "given"),
            (41.0, "tall", "Later", Priority.TECHNIQUE, "faded"),
        )
    ]
    _, text = report(tmp_path, write(tmp_path / "s.mcap", [*events()[:200], *cues]))
    assert "<b>2</b>cues" in text
    assert "(a tone: steps in range)" in text


@pytest.mark.once
def test_the_parts_of_a_joined_session_say_when_they_were(session, tmp_path):
    later = write(tmp_path / "t.mcap", events(), began=1.8e9 + 7200.0)
    joined = merge([RecordedSession(session), RecordedSession(later)])
    _, text = report(tmp_path, joined)
    first, second = (digest(RecordedSession(joined), p).when for p in RecordedSession(joined).parts)
    assert text.index(f"<h1>{first:%d %B %Y, %H:%M}") < text.index(f"<h1>{second:%d %B %Y, %H:%M}")


@pytest.mark.once
def test_without_a_belt_there_is_no_band_and_the_page_says_so(tmp_path):
    path = write(tmp_path / "s.mcap", events(), belts=False)
    _, text = report(tmp_path, path)
    assert "There is no band of your own" in Page(text).text


def test_every_symbol_in_the_picture_is_explained(written):
    text = Page(written[1]).text
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


def shown(page: str) -> str:
    """Return the text of a page, including that of its pictures."""
    return Page(re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)).text


@pytest.mark.once
@pytest.mark.parametrize("language", TRANSLATED)
def test_the_report_is_in_the_stations_language_and_unit(tmp_path, language):
    station = {"station": {"language": language}, "coach": {"speed_unit": "mph"}}
    path = write(tmp_path / "s.mcap", events(), config=station)
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
    spoken = words_of(" ".join(c.text for c in events() if isinstance(c, Cue)))
    assert english_in(shown(text), language) - spoken == set()
    assert own["month.1"] in text
    (tmp_path / "bad.mcap").write_bytes(b"no session")
    path.write_bytes(path.read_bytes()[:-3000])
    of_runner = report(tmp_path, "anna", "--folder", tmp_path)[1]
    assert own["report.weeks"] in of_runner
    assert "bad" in of_runner
    assert english_in(shown(of_runner), language) == set()
