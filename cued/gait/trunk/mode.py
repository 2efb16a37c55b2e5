"""Standing, walking or running, and which candidates are contacts in each.

Walk and run differ at the trunk by flight (the vertical nearly vanishes), by cadence (people change
over at 135-140 steps/min, PubMed 37336086), and by how much the vertical swings. A landing scores
by flight and cadence, both capped, so that a shallow flight at a runner's cadence is running and a
deep dip at a walker's is not; two good landings in a row are running. Because a shallow jog shows
no flight, so are three steps in a row at a runner's cadence while the vertical swings more than a
walk's. Two steps with neither are walking.

Rules: from standing, the first candidate is held back until a second one follows, so that a single
bend or knock is no step. Standing needs half a second of quiet after the next step was due.
Movement without steps is unknown. A landing times a contact better than the network does, so while
there are landings the network's candidates are dropped.
"""

from __future__ import annotations

from collections import deque
from statistics import median

from msgspec.structs import replace

from cued.gait.trunk.contacts import Candidate
from cued.model import Mode
from cued.signal.grid import DT_S

SWITCH_HZ = 2.35  # step rate; walks 1.2-2.2 and runs 2.4-3.4 Hz on SisFall, Bandai, Alcantara
SWITCH_WIDTH_HZ = 0.2  # over which the score grows from 0 to 1; chosen
BRISK_HZ = 2.2  # walks with landings stay below on Bandai, the jogs of SisFall above
LIVELY = 4.0  # m/s², of the vertical in a slot: one slot in twenty of walks, nineteen of jogs
JOLTED = 6.5  # half the slots of a shallow jog, none of a walk but one acted bouncing one
LIVELY_SLOTS = 3  # for which that is remembered
FLOAT = 2.0  # m/s² left in flight; the same recordings
FLOAT_WIDTH = 1.5  # m/s², over which the score grows from 0 to 1; chosen
FLOATED_S = 1.5  # for which a landing makes a brisk walk suspect
LANDED_S = 0.8  # for which a second landing is awaited after a first one
POOR = 4  # landings in a row that do not look like running end it
QUIET = 0.3  # m/s², of a slot; standing measures 0.02-0.1, walks at usual speed 0.6
SLOW_STEP_S = 0.8  # people whose usual step takes longer may walk so softly that ...
QUIET_SLOW = 0.2  # ... quiet is less; chosen between standing and ``QUIET``
REST_S = 0.7  # since the last contact until quiet is rest, or ...
REST_STEPS = 1.5  # ... this many usual steps
PAUSE_S = 2.0  # a longer time between contacts is a new start, or ...
PAUSE_STEPS = 2.5  # ... this many usual steps, of which one may be missed
LOST_S = 0.5  # after that
RESTLESS = 3  # slots of movement without a step that end standing
SAME_STEP_S = 0.32  # a step may show as a landing and as a peak of the network's answers
NEXT_LANDING_S = 0.5  # by which the next landing of a run comes
REFRACTORY_S = 0.22  # 300 ms is the step of 200 spm
HURRIED = 3  # steps

MOVING = ("walking", "running")


class TrunkMode:
    """Follows the mode and picks the contacts among candidates."""

    def __init__(self) -> None:
        self.mode: Mode = "unknown"
        self.last: Candidate | None = None  # the last contact
        self._held: Candidate | None = None  # the first candidate after standing
        self._landed: Candidate | None = None  # the last landing, contact or not
        self._step_s: float | None = None  # mean of the last few steps
        self._restless = 0  # slots without quiet since standing
        self._poor = 0  # landings in a row that do not look like running
        self._runs = 0  # landings in a row that do
        self._walks = 0  # steps without landing while running
        self._latest: deque[float] = deque(maxlen=HURRIED)  # times of the last steps
        self._swings: deque[float] = deque(maxlen=LIVELY_SLOTS)  # of the vertical, by slot

    def judge(self, c: Candidate) -> list[Candidate]:
        """Judge a candidate and return the contacts it makes known, oldest first."""
        return self._walk(c) if c.kind == "walk" else self._run(c)

    def rest(self, k: int, deviation: float, vertical: float) -> bool:
        """Process a finished slot and return whether the mode changed.

        deviation, vertical : standard deviations of the acceleration and of its vertical part.
        """
        since = DT_S * (k - self.last.k) if self.last else 1e9
        before = self.mode
        self._swings.append(vertical)
        step_s = self.step_s
        quiet = QUIET if step_s < SLOW_STEP_S else QUIET_SLOW
        if deviation < quiet and since > max(REST_S, REST_STEPS * step_s):
            if self._held is None or DT_S * (k - self._held.k) > self._pause_s:
                self.mode, self._held = "standing", None
            self._runs = self._walks = self._restless = 0
        else:
            self._restless += 1
            if since > self._pause_s + LOST_S and self._restless >= RESTLESS:
                self.mode = "unknown"
        return self.mode != before

    def lose(self) -> bool:
        """Forget the mode because half a slot is missing; return whether that changed it."""
        changed = self.mode != "unknown"
        self.mode = "unknown"
        return changed

    @property
    def step_s(self) -> float:
        """Mean time of the last few steps, 0 while there are none."""
        return self._step_s or 0.0

    @property
    def surely_walking(self) -> bool:
        """Walking without recent flight and without the cadence and the swing of running."""
        if self.mode != "walking" or self.last is None:
            return False
        floated = self._landed is not None and self.last.t - self._landed.t < FLOATED_S
        swing = max(self._swings, default=0.0)
        suspect = floated or swing > LIVELY
        return swing < JOLTED and self._rate < (BRISK_HZ if suspect else SWITCH_HZ)

    @property
    def _pause_s(self) -> float:
        return max(PAUSE_S, PAUSE_STEPS * self.step_s)

    @property
    def _rate(self) -> float:
        """Step rate, Hz: the quicker of the mean and the median of the last three steps."""
        return 1.0 / min(self._step_s, median(self._latest)) if self._step_s else 0.0

    @property
    def _hurried(self) -> bool:
        """Steps too quick and too lively for walking: running without visible flight."""
        quick = len(self._latest) == HURRIED and max(self._latest) < 1.0 / BRISK_HZ
        mean = self._step_s is not None and self._step_s < 1.0 / SWITCH_HZ
        return quick and mean and max(self._swings, default=0.0) > LIVELY

    def _walk(self, c: Candidate) -> list[Candidate]:
        since = self._since(c)
        if not self._swings:
            return []  # the first half second is too little for the network
        if self.mode == "running":
            if self.last and self.last.kind == "run" and since < NEXT_LANDING_S:
                return []
            self._runs = 0
        if since < REFRACTORY_S or (self.mode not in MOVING and self._just_landed(c)):
            return []
        return self._accept(c, "running" if self._hurried else "walking")

    def _just_landed(self, c: Candidate) -> bool:
        """Return whether a good landing was so recent that this may be a run."""
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
            if self.last and self.mode == "running":
                self.last = replace(self.last, kind="run")  # so that the next landing is awaited
            return []
        return self._accept(c, "running")

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

    def _accept(self, c: Candidate, mode: Mode) -> list[Candidate]:
        if self.mode in MOVING and self._since(c) < self._pause_s:
            self._settle(mode)
            if self.last and self.last.kind == c.kind:
                latest, before = self._since(c), self._step_s
                self._latest.append(latest)
                self._step_s = 0.5 * (latest + (before or latest))
            self.last = c
            return [c]
        held, self._held = self._held, c
        if held is None or c.t - held.t >= self._pause_s:
            return []
        if c.t - held.t < (REFRACTORY_S if held.kind == c.kind else SAME_STEP_S):
            self._held = held
            return []
        self._held = None
        self.mode, self.last = mode, c
        if held.kind == c.kind == "walk":  # so that slow steps are not interrupted by rest
            self._step_s = c.t - held.t
            self._latest.clear()
            self._latest.append(self._step_s)
        return [held, c]

    def _settle(self, mode: Mode) -> None:
        if mode == "walking" and self.mode == "running":
            self._walks += 1
            if self._walks < 2:
                return
        if mode == "running" and self.mode == "walking" and self._runs < 2 and not self._hurried:
            return
        self._walks = 0
        self.mode = mode
