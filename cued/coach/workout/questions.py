"""The check-in's questions: each waits for a yes, and takes silence or a held button as a no.

Rules of this file
------------------
* A press is yes. Nothing for 20 s, or the button held, is no: then the coach waits, says so, and
  goes on when the button is pressed. Walking on is no answer.
* A first session asks one thing at a time; later ones put the usual in one question.
* A runner for whom the profile has nothing more is offered the next one: a press takes it, and
  silence leaves it for next time.
* Who reported something wrong last time is asked whether it is better before anything else.
"""

from __future__ import annotations

from cued.coach.workout import ladder
from cued.coach.workout.memory import Memory
from cued.coach.workout.profile import Profile

SILENT_S = 20.0  # without an answer is no; chosen
REMIND_S = 45.0  # while waiting: nobody is left longer than a minute without a sign
SPOTTER_FROM = 2  # stage: uphill and faster
OFFERS = ("check_onward", "check_console")  # whose no only leaves something out


class Questions:
    """What is still to be answered."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._asked: float | None = None
        self._waits = False
        self.console_minded = False  # a person stands at the console
        self.onward = False  # the next profile was wished for

    @property
    def answered(self) -> bool:
        """Every question has its yes."""
        return not self._keys

    def begin(self, memory: Memory, profile: Profile, stage: int, *, by_hand: bool) -> None:
        """Line up what has to be asked of this runner."""
        self._asked, self._waits, self.console_minded, self.onward = None, False, False, False
        self._keys = ["check_better"] if memory.wrong else []
        self._keys += ["check_onward"] if ladder.outgrown(memory, profile) else []
        self._keys += ["check_in", "check_rails"] if memory.sessions == 0 else ["check_all"]
        if profile.spotter or stage >= SPOTTER_FROM:
            self._keys.append("check_spotter")
        if by_hand and ladder.STAGES[stage].jog:
            self._keys.append("check_console")

    def line(self, now: float) -> str | None:
        """Return what is to be said now: the question, or that the coach waits."""
        if not self._keys:
            return None
        if self._asked is None:
            return "waiting" if self._waits else self._keys[0]
        if now - self._asked >= (REMIND_S if self._waits else SILENT_S):
            self.no()
            return "waiting" if self._waits else self.line(now)
        return None

    def said(self, key: str, now: float) -> None:
        """Count the time for the answer from the question."""
        if self._keys and key in ("waiting", self._keys[0]):
            self._asked = now

    def yes(self) -> None:
        """Process the answer."""
        if self._keys and (self._asked is not None or self._waits):
            self.console_minded |= self._keys[0] == "check_console"
            self.onward |= self._keys[0] == "check_onward"
            self._keys.pop(0)
            self._asked, self._waits = None, False

    def no(self) -> None:
        """Wait; but what was only offered is left out, such as jogging."""
        if self._keys and self._keys[0] in OFFERS:
            self._keys.pop(0)
            self._asked, self._waits = None, False
            return
        self._waits, self._asked = True, None
