"""The arbiter: chooses the one cue to give now, and says why the others are withheld.

Rules of this file
------------------
* Priority: fall > stumble > unsteady > link > limit > phase > technique > info > praise. A higher
  one cuts off a lower one that is being said; nothing else does.
* The voice is busy until its ``CueDone`` comes, or, without a loudspeaker, until the estimated end
  of the text. At most one cue waits for it, the most important; a cue that waits too long is
  dropped.
* Technique: at least ``spacing_s`` apart, at most ``per_minute``, one theme per phase, none while
  ``Known.hold`` names a reason (after a stumble or a fall, and while unsteady: no guidance either),
  none in a catch block, and only a share of them as feedback fades.
* Of a key's wordings the one that most often worked for this runner is said, but never the last one
  again; without experience they take turns.
* Mute silences everything below a limit, except a low battery, an unknown belt speed and a voice
  without words; a question about sensors waits.
* Every cue given or withheld is an event with its reason. A withheld one is reported once per
  occurrence and reason, not with every stride.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TypeVar

from cued.coach.config import CoachConfig
from cued.coach.known import Known
from cued.coach.rule import Proposal
from cued.coach.voice.phrases import Phrases
from cued.coach.workout.memory import Worked
from cued.model import Cue, CueDone, Priority

SAFETY_HOLDS = {  # the lowest priority that still passes
    "after_stumble": Priority.LIMIT,
    "unsteady": Priority.LIMIT,
    "fall": Priority.FALL,
    "far_too_fast": Priority.LINK,
    "wrong": Priority.INFO,  # above all, signs of life
}
WAITING = (Priority.INFO, Priority.PHASE, Priority.LIMIT, Priority.LINK)
TONE_S = 0.5  # of a cue without words
WAITED_FOR_S = 3.0  # extra time for a voice that reports its end: the alarm alone lasts 2.4 s
THEME_LASTS_S = 120.0  # after this time without a cue of the theme, another may begin
MOST_PATIENCE = 8.0  # a cue that does not help is repeated after 2, 4, 8 times its refractory time
REMEMBERED = 256  # reasons already reported
K = TypeVar("K")
V = TypeVar("V")


class Arbiter:
    """Chooses among proposals.

    >>> from cued.coach.voice.phrases import load
    >>> say = lambda key, priority, theme: Proposal(
    ...     key=key, priority=priority, theme=theme, since=0.0
    ... )
    >>> both = [
    ...     say("hard_landing", Priority.TECHNIQUE, "posture"),
    ...     say("unsteady", Priority.UNSTEADY, "safety"),
    ... ]
    >>> cues = Arbiter(CoachConfig(), load("en")).decide(both, Known(), 60.0)
    >>> [(cue.text, cue.verdict) for cue in cues]
    [('Hold the rail', 'given'), ('Land quietly', 'busy')]
    """

    def __init__(self, plan: CoachConfig, words: Phrases) -> None:
        self._plan = plan
        self._words = words
        self._last: dict[str, int] = {}  # the last wording of each key
        self._worked: dict[str, Worked] = {}
        self._given_at: dict[str, float] = {}
        self._speaking: Cue | None = None
        self._free_at = float("-inf")
        self._reports = False
        self._waiting: Proposal | None = None
        self._waiting_until = 0.0
        self._technique: deque[float] = deque(maxlen=3)
        self._theme = ""
        self._theme_phase = ""
        self._reported: dict[tuple[str, float, str], None] = {}
        self._chosen: dict[tuple[str, float], bool] = {}
        self._occurrences = 0
        self._repeated: dict[str, tuple[float, int]] = {}

    def done(self, report: CueDone) -> None:
        """Note that the voice finished, if the report is about the present cue."""
        if report.channel != "sound":
            return
        self._reports = report.ok
        if self._speaking and report.key == self._speaking.key:
            self._free_at = min(self._free_at, report.t)

    def busy(self, now: float) -> bool:
        """Return whether something is being said."""
        return now < self._free_at

    def decide(self, proposals: list[Proposal], known: Known, now: float) -> list[Cue]:
        """Choose a cue; return it, and those withheld for a reason not yet reported."""
        self._worked = known.worked
        if known.phase != self._theme_phase:
            self._theme, self._theme_phase = "", known.phase
            if self._waiting and self._waiting.theme == "program":
                self._waiting = None  # it belonged to the phase before
        out: list[Cue] = []
        waited = self._waiting
        if waited and now > self._waiting_until:
            self._waiting = None
            out += self._withhold(waited, "stale", now)
        elif waited and not self.busy(now):
            self._waiting = None
            proposals = [waited, *(p for p in proposals if not _same(p, waited))]
        for proposal in sorted(proposals, key=lambda p: -p.priority):
            out += self._one(proposal, known, now)
        return out

    def _one(self, proposal: Proposal, known: Known, now: float) -> list[Cue]:
        verdict = self._verdict(proposal, known, now)
        if verdict == "given":
            return [self._give(proposal, now)]
        if verdict == "busy" and proposal.priority in WAITING:
            return self._wait(proposal, now)
        return self._withhold(proposal, verdict, now)

    def _verdict(self, p: Proposal, known: Known, now: float) -> str:
        if known.blind and p.priority < Priority.LINK:
            return "blind"
        state = p.theme == "safety" and p.tone  # battery, belt or voice; questions have no tone
        if known.muted and p.priority < Priority.LIMIT and not state:
            return "muted"
        if now - self._given_at.get(p.key, float("-inf")) < self._refractory_s(p):
            return "refractory"
        if p.priority < SAFETY_HOLDS.get(known.hold, Priority.PRAISE):
            return known.hold
        technique = p.priority <= Priority.TECHNIQUE and p.theme not in ("safety", "program")
        if technique and known.hold:
            return known.hold
        if self.busy(now) and self._speaking and self._speaking.priority >= p.priority:
            return "busy"
        return (
            self._technique_verdict(p, known, now) if p.priority == Priority.TECHNIQUE else "given"
        )

    def _refractory_s(self, p: Proposal) -> float:
        """Return the least time between cues of a key: longer each time that one did not help."""
        since, times = self._repeated.get(p.key, (None, 0))
        if p.priority != Priority.TECHNIQUE or since != p.since:
            return p.refractory_s
        return p.refractory_s * min(2.0**times, MOST_PATIENCE)

    def _technique_verdict(self, p: Proposal, known: Known, now: float) -> str:
        last = self._technique[-1] if self._technique else float("-inf")
        if now - last < self._plan.spacing_s:
            return "spacing"
        if sum(now - t < 60.0 for t in self._technique) >= self._plan.per_minute:
            return "per_minute"
        if self._theme not in ("", p.theme) and now - last < THEME_LASTS_S:
            return "other_theme"
        if known.catch:
            return "catch_block"
        return "given" if self._survives(p, known.share) else "faded"

    def _survives(self, p: Proposal, share: float) -> bool:
        """Decide once per occurrence: the first is given, then every second or fourth."""
        key = (p.key, p.since)
        if key not in self._chosen:
            n = self._occurrences
            self._occurrences += 1
            self._chosen[key] = math.ceil((n + 1) * share) > math.ceil(n * share)
            _forget_oldest(self._chosen)
        return self._chosen[key]

    def _give(self, p: Proposal, now: float) -> Cue:
        turn = self._last[p.key] = self._wording(p.key)
        text = self._words.say(p.key, turn, **p.blanks)
        cue = _cue(p, "given", now, text)
        self._given_at[p.key] = now
        if text or p.tone:
            self._speaking = cue
            longer = WAITED_FOR_S if self._reports else 0.0
            self._free_at = now + max(self._words.seconds(text), TONE_S) + longer
        if p.priority == Priority.TECHNIQUE:
            self._technique.append(now)
            self._theme = p.theme
            since, times = self._repeated.get(p.key, (p.since, 0))
            self._repeated[p.key] = (p.since, times + 1 if since == p.since else 1)
        return cue

    def _wait(self, p: Proposal, now: float) -> list[Cue]:
        other = self._waiting
        if other is not None and other.priority > p.priority:
            return self._withhold(p, "busy", now)
        if other is not None and _same(other, p):
            return []
        self._waiting, self._waiting_until = p, now + p.valid_s
        return self._withhold(other, "outranked", now) if other else []

    def _withhold(self, p: Proposal, verdict: str, now: float) -> list[Cue]:
        reason = (p.key, p.since, verdict)
        if reason in self._reported:
            return []
        self._reported[reason] = None
        _forget_oldest(self._reported)
        text = self._words.say(p.key, self._wording(p.key), **p.blanks)
        return [_cue(p, verdict, now, text)]

    def _wording(self, key: str) -> int:
        """Return the number of a key's next wording."""
        wordings, last = self._words.wordings(key), self._last.get(key, -1)
        if len(wordings) < 2:
            return 0
        others = range(last + 1, last + len(wordings) + (last < 0))
        turns = [n % len(wordings) for n in others]
        return max(turns, key=lambda n: self._worked.get(wordings[n], Worked()).share)


def _same(a: Proposal, b: Proposal) -> bool:
    """Return whether both belong to one occurrence: owed cues are proposed again and again."""
    return (a.key, a.since) == (b.key, b.since)


def _cue(p: Proposal, verdict: str, now: float, text: str) -> Cue:
    return Cue(
        t=now,
        key=p.key,
        text=text,
        pattern=p.pattern,
        priority=int(p.priority),
        verdict=verdict,
        because=p.because,
        valid_s=p.valid_s,
        tone=p.tone,
        size=p.size,
    )


def _forget_oldest(remembered: dict[K, V]) -> None:
    while len(remembered) > REMEMBERED:
        del remembered[next(iter(remembered))]
