"""Pictures as SVG in the page's colours, and as PNG."""

from __future__ import annotations

import re
import signal

import pytest

from cued.report.drawing import png, svg
from tests.report.made import size_of


def draw(figure, palette):
    axis = figure.subplots()
    axis.plot([0.0, 0.5], [1.0, 2.0], color=palette.warn)
    axis.set_title("a title")


def test_colours_are_left_to_the_page_and_letters_stay_text():
    text = svg(draw, (4.0, 2.0), "one")
    assert "var(--warn)" in text
    assert "#101112" not in text  # red, while it was drawn
    assert "a title" in text
    assert text.startswith('<svg viewBox="')


def test_two_pictures_on_a_page_share_no_id():
    ids = [set(re.findall(r'id="([^"]+)"', svg(draw, (4.0, 2.0), salt))) for salt in ("a", "b")]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_numbers_at_the_axes_have_the_languages_decimal_mark():
    assert ">0,5<" in svg(draw, (4.0, 2.0), "one", ",")
    assert ">0.5<" in svg(draw, (4.0, 2.0), "one")


def test_a_png_is_1080_dots_wide_and_as_high_as_asked():
    assert size_of(png(draw, 2.0)) == (1080, 360)


def test_ctrl_c_waits_until_a_picture_is_drawn():
    drawn = []

    def interrupted(figure, palette):
        signal.raise_signal(signal.SIGINT)
        drawn.append(figure)

    with pytest.raises(KeyboardInterrupt):
        png(interrupted, 2.0)
    assert drawn
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
