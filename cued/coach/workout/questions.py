"""The check-in's questions: each waits for a yes; silence or a held button means no.

Rules of this file
------------------
* A press is yes. No press for 20 s, or the button held, is no: then the coach says that it waits,
  and continues when the button is pressed. Walking on is not an answer.
* A first session asks one thing at a time; later ones combine the usual checks in one question.
* A runner who has completed the profile is offered the next one: a press accepts it, and silence
  leaves it for next time.
* A runner who reported something wrong last time is first asked whether it is better.
"""

from __future__ import annotations

from cued.coach.workout import ladder
from cued.coach.workout.memory import Memory
from cued.coach.workout.profile import Profile

SILENT_S = 20.0  # without an answer means no; chosen
REMIND_S = 45.0  # while waiting: never a minute without a sign
SPOTTER_FROM = 2  # stage: uphill and faster
OFFERS = ("check_onward", "check_console")  # a no to these only skips something


class Questions:
    """The questions still to be answered."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._asked: float | None = None
        self._waits = False
        self.console_minded = False  # a person stands at the console
        self.onward = False  # the runner accepted the next profile

    @property
    def answered(self) -> bool:
        """Every question was answered with yes, or skipped."""
        return not self._keys

    def begin(self, memory: Memory, profile: Profile, stage: int, *, by_hand: bool) -> None:
        """Queue the questions for this runner."""
        self._asked, self._waits, self.console_minded, self.onward = None, False, False, False
        self._keys = ["check_better"] if memory.wrong else []
        self._keys += ["check_onward"] if ladder.outgrown(memory, profile) else []
        self._keys += ["check_in", "check_rails"] if memory.sessions == 0 else ["check_all"]
        if profile.spotter or stage >= SPOTTER_FROM:
            self._keys.append("check_spotter")
        if by_hand and ladder.STAGES[stage].jog:
            self._keys.append("check_console")

    def line(self, now: float) -> str | None:
        """Return the question to ask now, or that the coach waits."""
        if not self._keys:
            return None
        if self._asked is None:
            return "waiting" if self._waits else self._keys[0]
        if now - self._asked >= (REMIND_S if self._waits else SILENT_S):
            self.no()
            return "waiting" if self._waits else self.line(now)
        return None

    def said(self, key: str, now: float) -> None:
        """Start the time to answer."""
        if self._keys and key in ("waiting", self._keys[0]):
            self._asked = now

    def yes(self) -> None:
        """Process a yes."""
        if self._keys and (self._asked is not None or self._waits):
            self.console_minded |= self._keys[0] == "check_console"
            self.onward |= self._keys[0] == "check_onward"
            self._keys.pop(0)
            self._asked, self._waits = None, False

    def no(self) -> None:
        """Process a no: wait, or skip what was only offered, such as jogging."""
        if self._keys and self._keys[0] in OFFERS:
            self._keys.pop(0)
            self._asked, self._waits = None, False
            return
        self._waits, self._asked = True, None
