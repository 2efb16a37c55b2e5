"""The colours of a report: told apart, readable, and replaced by their role."""

from __future__ import annotations

import pytest

from cued.report.palette import DARK, LIGHT, STAND_IN, roles, style


def luminance(colour):
    """Return the relative luminance of WCAG 2.2."""
    parts = [int(colour[n : n + 2], 16) / 255.0 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_lines_have_the_contrast_that_wcag_asks(palette):
    paper = luminance(palette.paper)
    for role, least in (("ink", 4.5), ("ahead", 3.0), ("back", 3.0), ("warn", 3.0), ("grey", 3.0)):
        low, high = sorted((paper, luminance(getattr(palette, role))))
        assert (high + 0.05) / (low + 0.05) >= least, role


def test_stand_ins_differ_so_that_each_finds_its_role():
    assert len(set(roles(STAND_IN).values())) == len(roles(STAND_IN)) == 9


def test_an_unknown_direction_is_grey():
    colours = [LIGHT.direction(way) for way in ("forward", "backward", "unknown")]
    assert colours == [LIGHT.ahead, LIGHT.back, LIGHT.grey]


def test_letters_take_the_size_and_the_ink():
    settings = style(DARK, 11.0)
    assert settings["font.size"] == settings["axes.titlesize"] == 11.0
    assert settings["text.color"] == DARK.ink
    assert settings["svg.fonttype"] == "none"
