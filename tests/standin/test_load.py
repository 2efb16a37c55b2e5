"""The age of a frame that carries the time at which it was due."""

from __future__ import annotations

import numpy as np
import pytest

from cued.standin.load import age_ms
from cued.standin.wearables import pod_frame

TWO = np.zeros((2, 6), np.int16)


def test_a_frame_is_as_old_as_its_second_sample():
    frame = pod_frame(0, 5_000_000, 10_000, TWO)  # the second is due at 5.01 s
    assert age_ms(5.5, frame) == pytest.approx(490.0)


def test_the_age_is_right_across_a_wrap_of_the_frames_clock():
    wrap_s = 2**32 / 1e6
    frame = pod_frame(0, 2**32 - 12_000, 10_000, TWO)  # due 2 ms before the wrap
    assert age_ms(wrap_s + 0.001, frame) == pytest.approx(3.0)
    assert age_ms(3 * wrap_s + 0.001, frame) == pytest.approx(3.0)
