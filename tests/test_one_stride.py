"""One stride from packet to spoken cue, in the numbers of docs/architecture.md."""

from __future__ import annotations

import pytest

from cued import app, config
from cued.model import BeltState, Cue, Footfall, Packet, Stride
from cued.simulation.scenario import parse
from tests.simulation.walks import simulated

pytestmark = pytest.mark.once

WALK = """
seed = 5
duration_s = 78.0
[[belt]]
at_s = 2.0
speed_m_s = 1.3
[[does]]
at_s = 2.0
what = "walk"
[[does]]
at_s = 70.0
what = "overlong"
by = 14.0
for_s = 40.0
"""


@pytest.fixture(scope="module")
def pairs():
    """Return (input, event) pairs of a walk whose strides grow by 14 % at 70 s."""
    inputs, worn = simulated(parse(WALK))
    engine = app.engine(config.convert({}), worn)
    return [(item, e) for item in inputs for e in engine.feed(item)]


def cue_of(pairs) -> Cue:
    return next(e for _, e in pairs if isinstance(e, Cue) and e.key == "overlong_stride")


def test_the_belt_is_known_before_any_stride_is_judged(pairs):
    steady = [e for _, e in pairs if isinstance(e, BeltState) and e.steady][-1]
    assert (steady.speed_m_s, steady.source, steady.doubt) == (1.3, "console", "")
    assert steady.known_t < 12.0


def test_a_packet_of_the_right_foot_brings_the_contact_that_ends_the_stride(pairs):
    cue = cue_of(pairs)
    packet, footfall = next(
        (i, e) for i, e in pairs if isinstance(e, Footfall) and e.known_t == cue.known_t
    )
    assert isinstance(packet, Packet)
    assert (footfall.side, footfall.sensor) == ("right", "foot_right")
    assert footfall.t == pytest.approx(76.388, abs=0.02)  # 52 ms before it could be known
    assert footfall.known_t == pytest.approx(76.44, abs=0.06)


def test_its_length_is_the_belts_speed_times_its_time(pairs):
    cue = cue_of(pairs)
    stride = [e for _, e in pairs if isinstance(e, Stride) and e.known_t <= cue.known_t][-1]
    assert stride.duration_s == pytest.approx(1.239, abs=0.02)
    assert stride.length_m == pytest.approx(1.3 * stride.duration_s)  # 1.61 m
    assert (stride.direction, stride.mode, stride.clean) == ("forward", "walking", True)


def test_ten_strides_after_the_change_the_cue_is_given_with_its_reason(pairs):
    cue = cue_of(pairs)
    assert (cue.text, cue.verdict) == ("Short, quick steps", "given")
    assert cue.t == pytest.approx(76.44, abs=1.3)  # within a stride of each foot
    because = cue.because
    assert because["own_stride_s"] == pytest.approx(1.10, abs=0.01)
    assert because["own_cv_percent"] == pytest.approx(2.1, abs=0.3)
    assert because["threshold_percent"] == 5.0  # 1.8 x 2.1 % is below the least
    assert because["step_percent"] > 2 * because["threshold_percent"]
    assert because["evidence"] > 4.0  # standard deviations
