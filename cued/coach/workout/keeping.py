"""Whose session it is: the runner's memory and profile, and what a session changes of them.

Rules of this file
------------------
* A station that runs for weeks is not restarted between sessions: what is kept is kept here.
* While somebody else may be walking (``stranger.py``) nothing is kept but the time backward.
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
    """A runner's memory over a session, and the profile that is followed."""

    def __init__(self, plan: CoachConfig, memory: Memory, known: Known) -> None:
        self._plan = plan
        self._known = known
        self.memory = memory
        self.profile_name = followed(plan.profile, memory)
        self.profile = load(self.profile_name)
        self.stranger = Stranger()
        self.news: list[AnyEvent] = []
        self._loaded: float | None = None
        self._before = memory  # as it was before the session
        self._first: list[Imprint] | None = None  # imprints of the session
        self._last_told: list[Imprint] = []
        known.stage = ladder.entered(memory, self.profile)
        known.sessions = memory.sessions

    @property
    def elapsed_s(self) -> float:
        """Time since the memory was loaded."""
        return 0.0 if self._loaded is None else self._known.now - self._loaded

    def tick(self) -> None:
        """Count the age of what is kept from the first input on."""
        if self._loaded is None:
            self._loaded = self._known.now

    def due(self, tally: SessionTally, cut_s: float) -> Prescription:
        """Return what is due at the present stage, after so much backward, and before a cut."""
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
        self._first, self._last_told = None, []
        self._known.stage = ladder.entered(self.memory, self.profile, self.elapsed_s)

    def remember(self, imprint: list[Imprint]) -> None:
        """Keep the imprint for the sessions to come."""
        if not imprint:
            return
        self._first = imprint if self._first is None else self._first
        self._last_told = imprint
        if not self.stranger.apart:
            self._keep_steps(usual=imprint is self._first)

    def _keep_steps(self, *, usual: bool) -> None:
        self.memory = self.memory.with_imprint(self._last_told)
        if usual:
            self.memory = self.memory.with_usual(self._first or [])

    def compare(self, stride: Stride) -> Notice | None:
        """Return the question who walks, if a stride raises it; undo what the session changed."""
        free = not self._known.program
        asks = self.stranger.feed(stride, self._known, self.memory, free=free)
        if asks:
            self.memory = self._before.gone_on()
        return asks

    def same(self, same: bool) -> str:
        """Process whether it is the chosen runner who walks; return why it is no answer, or ""."""
        if self.stranger.state != "asked":
            return "nobody asks"
        self.news.append(self.stranger.answer(same, self._known.now))
        if same:
            self._keep_steps(usual=True)
            self.news += [] if self._known.active else self._last_told
        elif self._known.active:
            self.memory = Memory(runner=GUEST)
            self.follow(self.profile_name)
            self._known.sessions = 0
        return ""

    def wear(self, worn: Mounting) -> None:
        """Keep how a trunk sensor was found to be worn."""
        if worn.matrix is not None and learned(worn) and not self.stranger.apart:
            matrix = cast("Matrix", worn.matrix)
            self.memory = self.memory.with_worn(worn.sensor, matrix, sure=worn.sure)

    def judged(self, effect: Effect) -> None:
        """Keep whether a wording worked for this runner."""
        if not self.stranger.apart:
            self.memory = self.memory.with_effect(effect)

    def choose(self, runner: str) -> str:
        """Change the runner between sessions; why not, or an empty text."""
        if self._known.active:
            return "a session is going on"
        self.memory, self.stranger = self.memory.of(runner), Stranger()
        self.follow(followed(self._plan.profile, self.memory))
        self._known.stage = ladder.entered(self.memory, self.profile)
        self._known.sessions = self.memory.sessions
        return ""

    def choose_profile(self, name: str) -> str:
        """Change the profile between sessions; why not, or an empty text."""
        if name not in PROFILES:
            return f"there are the profiles {', '.join(PROFILES)}"
        if self._known.active:
            return "a session is going on"
        self.follow(name)
        return ""

    def follow(self, name: str) -> None:
        """Follow a profile from now on."""
        self.profile, self.profile_name = load(name), name
        self._known.stage = ladder.entered(self.memory, self.profile, self.elapsed_s)

    def close(self, tally: SessionTally) -> tuple[Summary, list[Spoken]]:
        """Remember the session; return its summary, and what is said at its end."""
        known = self._known
        standing = totals.standing_after(known, tally, self.memory, self.profile, self.elapsed_s)
        if self.stranger.apart:
            standing = totals.no_higher(standing, self.memory)
        told = totals.last_words(tally, self.memory, standing, wrong=known.wrong)
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
            self.memory = self._before.gone_on()
        tally.measured["apart"] = float(self.stranger.apart)
        summary = tally.summary(
            known.now, runner, self.profile_name, trained, standing, wrong=wrong
        )
        return summary, told if tally.kind == "program" else []
