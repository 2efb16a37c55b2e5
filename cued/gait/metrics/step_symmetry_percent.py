"""Step symmetry: how much of the trunk's forward acceleration repeats with every step, per cent.

The improved harmonic ratio of Pasciuto et al. 2017 (doi:10.1016/j.jbiomech.2017.01.005): the power
of the even harmonics of the stride over that of the first twenty; 100 when left and right are
alike. Healthy walking at the lower back 88 +- 4.5 (19 people), good to 10 % after 9 strides; the
plain harmonic ratio would need fifty. It measures symmetry, not stability (Bellanca et al. 2013),
and is lower away from the preferred speed. No norm exists for backward gait or for running: compare
only with the same wearer's. Needs a trunk sensor with known mounting; a missed step looks
asymmetric.
"""

from __future__ import annotations

from cued.gait.finding import Posture
from cued.gait.metrics._figure import trunk_mean


def figure(posture: Posture) -> float | None:
    """Return the share that both steps have in common, per cent."""
    return None if posture.even_share is None else 100.0 * posture.even_share


PART = trunk_mean("%", figure, strides=10)
