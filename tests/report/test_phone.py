"""Pictures for a phone: no text over text, and one for every session."""

from __future__ import annotations

from itertools import combinations

import pytest

from cued import __main__
from cued.report import drawing, phone
from cued.report.facts import Fact
from cued.words import Words, languages
from tests.report.made import size_of, write


@pytest.mark.parametrize("language", languages())
def test_no_text_overlaps_another(language):
    w = Words(language)
    way = w.say("report.way_at", way=w.say("report.backward"), speed="12,5 km/h")
    facts = [
        Fact("0.73 m", w.say("report.stride_way", way=way)),
        Fact("72", w.say("report.steps_way", way=way)),
    ] * 4
    boxes = []

    def draw(figure, p):
        phone._head(figure, "runner", facts, p)
        figure.canvas.draw()
        boxes.extend(text.get_window_extent() for text in figure.texts)

    drawing.png(draw, phone._head_in(facts))
    assert len(boxes) == 1 + 2 * len(facts)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert min(box.y0 for box in boxes) >= 0.0


def test_a_runners_weeks_and_an_empty_session_have_a_picture_too(session, tmp_path):
    write(tmp_path / "empty.mcap", [])
    for words in (["anna", "--folder", tmp_path], [tmp_path / "empty.mcap"]):
        png = tmp_path / "x.png"
        assert __main__.main(["report", *map(str, words), "--png", str(png)]) == 0
        assert size_of(png.read_bytes())[0] == 1080
