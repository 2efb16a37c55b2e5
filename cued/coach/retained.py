"""What has stayed since the last session, told from the first minute of easy walking."""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.strides.baseline import terms_of
from cued.model import Imprint, Measurement, Stride

RETENTION_S = 60.0  # the first minute of easy walking
RETAINED_WITHIN = 0.025  # half of the least threshold of a cue
LEAST_RETENTION_STRIDES = 20  # fewer give no share worth telling; chosen


class Retained:
    """The strides of the first minute, against those carried last time."""

    def __init__(self, imprint: tuple[Imprint, ...], began: float) -> None:
        self._kept = {
            (i.mode, round(i.speed_m_s * 10.0)): i for i in imprint if i.direction == "forward"
        }
        self._began = began
        self._strides = 0
        self._short = 0
        self._told = False

    def feed(self, stride: Stride, known: Known) -> list[Measurement]:
        """Process a stride and return, once, the share that was as short as carried last time."""
        key = terms_of(stride, known.belt)
        if self._told or key is None or key.direction != "forward" or not stride.clean:
            return []
        kept = self._kept.get((key.mode, key.speed))
        if kept is not None and known.settled(stride.side):
            self._strides += 1
            self._short += stride.duration_s < kept.stride_s * (1.0 + RETAINED_WITHIN)
        if known.now - self._began < RETENTION_S or self._strides < LEAST_RETENTION_STRIDES:
            return []
        self._told = True
        share = round(100.0 * self._short / self._strides, 1)
        name, strides = "retention_percent", self._strides
        return [Measurement(t=known.now, name=name, value=share, unit="%", strides=strides)]
