"""Cues printed as lines on standard error, for trying things without sound and motors."""

from __future__ import annotations

import sys
import time
from typing import Literal

from cued.actuators.actuator import Actuator, Report
from cued.config import Site
from cued.model import Beat, Cue, CueDone
from cued.parts import NoOptions, Part


class Log(Actuator):
    """Prints a line for each cue."""

    def __init__(self, config: NoOptions, site: Site, report: Report) -> None:
        self._report = report

    @property
    def channel(self) -> Literal["light"]:
        """The sense by which it reaches the runner."""
        return "light"

    def give(self, cue: Cue) -> None:
        """Print the cue."""
        said = [repr(cue.text)] if cue.text else []
        said += [f"tone {cue.tone}"] if cue.tone else []
        said += [f"buzz {cue.pattern}"] if cue.pattern != "none" else []
        print(f"{cue.t:10.2f}  {cue.key}: {', '.join(said) or 'nothing'}", file=sys.stderr)
        self._report(CueDone(time.monotonic(), cue.key, self.channel))

    def beat(self, beat: Beat) -> None:
        """Print the start or the end."""
        said = f"{beat.spm:g} a minute" if beat.spm else "ends"
        print(f"{beat.t:10.2f}  metronome: {said}", file=sys.stderr)


PART = Part(NoOptions, Log)
