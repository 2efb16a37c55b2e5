"""What sound is made of here: one rate, 16 bit, one channel, and headroom for the metronome."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE = 44_100  # every card plays it, most without converting
FULL_SCALE = 32_767  # of 16 bit
PEAK = 0.8  # headroom for the metronome's tick, which may sound together with words
TICK_PEAK = 0.2  # with PEAK just full scale
Samples: TypeAlias = NDArray[np.int16]
