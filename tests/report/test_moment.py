"""The picture of one moment: a panel for each kind of signal, and what was found in it."""

from __future__ import annotations

import re

import numpy as np

from cued.evaluation.moment import Moment, Seen
from cued.gait.finding import Contact, Heading
from cued.model import Stumble
from cued.report.moment import picture


def panels(seen: Seen) -> str:
    moment = Moment(
        at=5.0, start=2.0, end=8.0, sensors={"back": seen}, events=[Stumble(t=5.0, score=2.0)]
    )
    return picture(moment, "svg").decode()


def test_a_sensor_without_gyroscope_has_one_panel_with_its_contacts():
    found = Contact(t=4.0, at=4.2, sensor="back", side="left")
    t = np.array([2.0, 8.0])
    text = panels(Seen("waist", t, np.array([9.0, 10.0]), None, {}, [found]))
    assert len(re.findall(r'id="axes_\d+"', text)) == 2  # and one of events
    assert "contact left" in text
    assert "stumble" in text
    assert "turn rate" not in text


def test_turn_and_scores_have_panels_and_a_heading_its_evidence():
    t, level = np.array([2.0, 8.0]), np.array([0.5, 9.0])
    found = Heading(t=6.0, at=6.0, sensor="back", log_odds=-1.5)
    text = panels(Seen("waist", t, level, level, {"jolt": (t, level)}, [found]))
    assert len(re.findall(r'id="axes_\d+"', text)) == 4
    assert "jolt" in text
    assert "-1.5" in text or "−1.5" in text


def test_a_png_is_made_too():
    t = np.array([2.0, 8.0])
    moment = Moment(5.0, 2.0, 8.0, {"back": Seen("waist", t, t, None, {}, [])}, [])
    assert picture(moment, "png").startswith(b"\x89PNG")
