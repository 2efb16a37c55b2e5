"""The command that makes reports: of a session or a runner, a page or a picture, or one line."""

from __future__ import annotations

import pytest

from cued import __main__
from tests.report.made import Page, events, kept, report, size_of, write


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
    write(tmp_path / "t.mcap", events())
    write(tmp_path / "u.mcap", events(), runner="bea")
    status, text = report(tmp_path, "anna", "--folder", tmp_path)
    assert status == 0
    assert "anna, 2 sessions" in Page(text).text


def test_a_report_of_an_unknown_runner_gives_one_line(tmp_path, capsys):
    assert report(tmp_path, "nobody", "--folder", tmp_path) == (1, "")
    assert "there is no session nobody" in capsys.readouterr().err


def test_a_runners_page_says_what_is_not_in_it(session, tmp_path):
    whole = session.read_bytes()
    (tmp_path / "t.mcap").write_bytes(whole[: len(whole) - 20])
    (tmp_path / "u.mcap").write_bytes(b"not a session at all")
    _, text = report(tmp_path, "anna", "--folder", tmp_path)
    assert "t: cut short or damaged" in Page(text).text
    assert "u could not be read" in Page(text).text


@pytest.mark.once
def test_the_report_opens_with_how_long_the_short_step_stayed(tmp_path):
    write(tmp_path / "a.mcap", [*events(), kept(14.0)], began=1.8e9)
    path = write(tmp_path / "b.mcap", [*events(), kept(50.0)], began=1.8e9 + 3600.0)
    _, text = report(tmp_path, path)
    assert '<p class="first">You kept the short step 50 s; last time 14 s.</p>' in text


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


@pytest.mark.once
def test_a_report_on_a_full_disk_is_one_line_too(session, tmp_path, monkeypatch, capsys):
    def full(_fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    out = tmp_path / "there.html"
    assert __main__.main(["report", str(session), "--out", str(out)]) == 1
    assert capsys.readouterr().err == f"cued: {out}: No space left on device\n"
    assert not out.exists()
