"""Standing, walking or running, and which candidates are contacts in each.

Walk and run differ at the trunk by flight (the vertical nearly vanishes) and cadence, which people
change from one to the other at 135-140 steps/min (PubMed 37336086).
A landing scores by both, with both capped, so that a shallow flight at a runner's cadence is
running and a deep dip at a walker's is not; two good landings in a row are running, two steps
without landing are walking.

Rules: from standing nothing is said at the first candidate, only at the second, which then brings
the first along; so one bend or knock is no step. Standing needs half a second of quiet. Movement
without steps is unknown.
"""

from __future__ import annotations

from cued.gait.trunk.contacts import Candidate
from cued.model import Mode
from cued.signal.grid import DT_S

SWITCH_HZ = 2.35  # step rate; walks 1.3-2.2 and runs 2.4-3.4 Hz on SisFall, Bandai, Alcantara
SWITCH_WIDTH_HZ = 0.2
FLOAT = 2.0  # m/s² left in flight; the same recordings
FLOAT_WIDTH = 1.5
FLOATED_S = 1.5  # a landing that lately makes a brisk walk suspect
BRISK_HZ = 2.2  # walks with landings stay below on Bandai, the jogs of SisFall above
LANDED_S = 0.8  # a first landing lets the second wait so long
POOR = 4  # landings in a row that do not look like running end it
QUIET = 0.3  # m/s², of a slot; standing measures 0.02-0.1, the slowest walks 0.6
PAUSE_S = 1.5  # longer between contacts is a new start
LOST_S = 2.0
RESTLESS = 3  # slots of moving without a step until standing is over
SAME_STEP_S = 0.32  # a step may show as a landing and as a peak of the drive
REFRACTORY_S = 0.22  # 300 ms is the step of 200 spm


class Pace:
    """Follows the mode and sifts candidates."""

    def __init__(self) -> None:
        self.mode: Mode = "unknown"
        self.last: Candidate | None = None  # the last contact given
        self._held: Candidate | None = None  # the first of whoever begins to move
        self._landed: Candidate | None = None  # the last landing, contact or not
        self._step_s: float | None = None  # mean of the last few steps
        self._latest_s = 1.0
        self._restless = 0  # slots without quiet since standing
        self._poor = 0  # landings that do not look like running, in a row
        self._runs = 0  # and that do
        self._walks = 0  # steps without landing while running

    def take(self, c: Candidate) -> list[Candidate]:
        """Judge a candidate; the contacts that are known with it, oldest first."""
        return self._walk(c) if c.kind == "walk" else self._run(c)

    def rest(self, k: int, deviation: float) -> bool:
        """Look at a finished slot of the given standard deviation; True when the mode changed."""
        since = DT_S * (k - self.last.k) if self.last else 1e9
        before = self.mode
        if deviation < QUIET and since > 0.7:
            self.mode, self._held = "standing", None
            self._runs = self._walks = self._restless = 0
        else:
            self._restless += 1
            if since > LOST_S and self._restless >= RESTLESS:
                self.mode = "unknown"
        return self.mode != before

    def lose(self) -> bool:
        """Half a slot is missing, so nothing is known; True when the mode changed."""
        changed = self.mode != "unknown"
        self.mode = "unknown"
        return changed

    @property
    def sedate(self) -> bool:
        """Surely walking: no flight lately and no cadence of running."""
        if self.mode != "walking" or self.last is None:
            return False
        rate = 1.0 / min(self._step_s, self._latest_s) if self._step_s else 0.0
        floated = self._landed is not None and self.last.t - self._landed.t < FLOATED_S
        return rate < (BRISK_HZ if floated else SWITCH_HZ)

    def _walk(self, c: Candidate) -> list[Candidate]:
        since = self._since(c)
        if self.mode == "running":
            if since < 0.5:
                return []
            self._runs = 0
        elif since < REFRACTORY_S or (self.mode != "walking" and self._landing(c)):
            return []
        return self._give(c, "walking")

    def _landing(self, c: Candidate) -> bool:
        """Say whether whoever starts to move has just landed from flight, so may be running."""
        return self._runs > 0 and self._landed is not None and c.t - self._landed.t < LANDED_S

    def _run(self, c: Candidate) -> list[Candidate]:
        good = self._score(c) > 0.0
        self._poor = 0 if good else self._poor + 1
        if self.mode == "running" and self._poor >= POOR:
            self.mode = "walking"
        self._landed = c
        self._runs = self._runs + 1 if good else 0
        if not good and self.mode != "running":
            return []
        if self.mode == "walking" and self._runs < 2:
            return []
        if self._since(c) < REFRACTORY_S:
            self._settle("running")
            return []
        return self._give(c, "running")

    def _score(self, c: Candidate) -> float:
        depth = min(1.0, (FLOAT - c.size) / FLOAT_WIDTH)
        rates = [1.0 / self._step_s] if self._since(c) < 0.6 and self._step_s else []
        if self._landed and c.t - self._landed.t < 1.0:
            rates.append(1.0 / (c.t - self._landed.t))
        if not rates:
            return depth
        return depth + max(-1.0, min(1.0, (max(rates) - SWITCH_HZ) / SWITCH_WIDTH_HZ))

    def _since(self, c: Candidate) -> float:
        return c.t - self.last.t if self.last else 1e9

    def _give(self, c: Candidate, mode: Mode) -> list[Candidate]:
        if self.mode in ("walking", "running") and self._since(c) < PAUSE_S:
            self._settle(mode)
            if self.last and self.last.kind == c.kind:
                self._latest_s, before = self._since(c), self._step_s
                self._step_s = 0.5 * (self._latest_s + (before or self._latest_s))
            self.last = c
            return [c]
        held, self._held = self._held, c
        if held is None or c.t - held.t >= PAUSE_S:
            return []
        if c.t - held.t < (REFRACTORY_S if held.kind == c.kind else SAME_STEP_S):
            self._held = held
            return []
        self._held = None
        self.mode, self.last = mode, c
        return [held, c]

    def _settle(self, mode: Mode) -> None:
        if mode == "walking" and self.mode == "running":
            self._walks += 1
            if self._walks < 2:
                return
        if mode == "running" and self.mode == "walking" and self._runs < 2:
            return
        self._walks = 0
        self.mode = mode
