"""The runner's memory and profile, and how a session changes them.

Rules of this file
------------------
* A station may run for weeks without a restart, so memory is updated here after each session.
* While somebody else may be walking (``stranger.py``) only the backward time is kept.
"""

from __future__ import annotations

from typing import cast

from cued.coach.config import CoachConfig
from cued.coach.known import Known
from cued.coach.workout import ladder, totals
from cued.coach.workout.ladder import Prescription
from cued.coach.workout.memory import Memory, Past, learned
from cued.coach.workout.profile import PROFILES, followed, load
from cued.coach.workout.prompts import Spoken
from cued.coach.workout.stranger import GUEST, Stranger
from cued.coach.workout.totals import SessionTally
from cued.frames import Matrix
from cued.model import AnyEvent, Effect, Imprint, Mounting, Notice, Stride, Summary


class Keeping:
    """A runner's memory over a session, and the profile in use."""

    def __init__(self, plan: CoachConfig, memory: Memory, known: Known) -> None:
        self._plan = plan
        self._known = known
        self.memory = memory
        self.profile_name = followed(plan.profile, memory)
        self.profile = load(self.profile_name)
        self.stranger = Stranger()
        self.news: list[AnyEvent] = []
        self._loaded: float | None = None
        self._before = memory  # at the start of the session
        self._first: list[Imprint] | None = None  # the session's first imprints
        self._latest: list[Imprint] = []
        known.stage = ladder.entered(memory, self.profile)
        known.sessions = memory.sessions

    @property
    def elapsed_s(self) -> float:
        """Time since the memory was loaded."""
        return 0.0 if self._loaded is None else self._known.now - self._loaded

    def tick(self) -> None:
        """Start counting the memory's age at the first input."""
        if self._loaded is None:
            self._loaded = self._known.now

    def due(self, tally: SessionTally, cut_s: float) -> Prescription:
        """Return what is due at the present stage.

        cut_s : backward time before the session was cut off.
        """
        return ladder.prescribe(
            self._known.stage,
            self.memory,
            self.profile,
            done_s=tally.backward_s,
            cut_s=cut_s,
            elapsed_s=self.elapsed_s,
        )

    def begin(self) -> None:
        """Begin a session."""
        self.stranger, self._before = Stranger(), self.memory
        self._first, self._latest = None, []
        self._known.stage = ladder.entered(self.memory, self.profile, self.elapsed_s)

    def remember(self, imprint: list[Imprint]) -> None:
        """Keep the imprint for later sessions."""
        if not imprint:
            return
        self._first = imprint if self._first is None else self._first
        self._latest = imprint
        if not self.stranger.apart:
            self._keep_steps(usual=imprint is self._first)

    def _keep_steps(self, *, usual: bool) -> None:
        self.memory = self.memory.with_imprint(self._latest)
        if usual:
            self.memory = self.memory.with_usual(self._first or [])

    def compare(self, stride: Stride) -> Notice | None:
        """Return the question of who walks, if a stride raises it; undo the session's changes."""
        free = not self._known.program
        asks = self.stranger.feed(stride, self._known, self.memory, free=free)
        if asks:
            self.memory = self._before.resumed()
        return asks

    def same(self, same: bool) -> str:
        """Process the answer to who walks; return why it is refused, or an empty text."""
        if self.stranger.state != "asked":
            return "there is no open question"
        self.news.append(self.stranger.answer(same, self._known.now))
        if same:
            self._keep_steps(usual=True)
            self.news += [] if self._known.active else self._latest
        elif self._known.active:
            self.memory = Memory(runner=GUEST)
            self.follow(self.profile_name)
            self._known.sessions = 0
        return ""

    def wear(self, worn: Mounting) -> None:
        """Keep a trunk sensor's mounting as found."""
        if worn.matrix is not None and learned(worn) and not self.stranger.apart:
            matrix = cast("Matrix", worn.matrix)
            self.memory = self.memory.with_worn(worn.sensor, matrix, sure=worn.sure)

    def judged(self, effect: Effect) -> None:
        """Keep the effect of a wording on this runner."""
        if not self.stranger.apart:
            self.memory = self.memory.with_effect(effect)

    def choose(self, runner: str) -> str:
        """Change the runner between sessions; return why not, or an empty text."""
        if self._known.active:
            return "a session is going on"
        self.memory, self.stranger = self.memory.of(runner), Stranger()
        self.follow(followed(self._plan.profile, self.memory))
        self._known.stage = ladder.entered(self.memory, self.profile)
        self._known.sessions = self.memory.sessions
        return ""

    def choose_profile(self, name: str) -> str:
        """Change the profile between sessions; return why not, or an empty text."""
        if name not in PROFILES:
            return f"there are the profiles {', '.join(PROFILES)}"
        if self._known.active:
            return "a session is going on"
        self.follow(name)
        return ""

    def follow(self, name: str) -> None:
        """Use a profile from now on."""
        self.profile, self.profile_name = load(name), name
        self._known.stage = ladder.entered(self.memory, self.profile, self.elapsed_s)

    def close(self, tally: SessionTally) -> tuple[Summary, list[Spoken]]:
        """Remember the session; return its summary and its closing words."""
        known = self._known
        standing = totals.standing_after(known, tally, self.memory, self.profile, self.elapsed_s)
        if self.stranger.apart:
            standing = totals.no_higher(standing, self.memory)
        words = totals.closing_words(tally, self.memory, standing, wrong=known.wrong)
        tally.before = self.memory.past[-1] if self.memory.past else None
        past = Past(
            age_s=-self.elapsed_s,
            backward_s=tally.backward_s,
            peak_m_s=tally.peak_m_s,
            stage=known.stage,
            held_s=None if self.stranger.apart else tally.held_s,
        )
        runner, trained, wrong = self.memory.runner, known.stage, known.wrong
        self.memory = self.memory.with_session(
            past, standing.stage, standing.clean_sessions, profile=self.profile_name, wrong=wrong
        )
        known.sessions, known.wrong = self.memory.sessions, False
        if self.stranger.state == "guest":
            self.memory = self._before.resumed()
        tally.measured["apart"] = float(self.stranger.apart)
        summary = tally.summary(
            known.now, runner, self.profile_name, trained, standing, wrong=wrong
        )
        return summary, words if tally.kind == "program" else []
