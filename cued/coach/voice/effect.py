"""The effect of a cue: judges the strides after it, and praises with a chime.

Strides 8 to 15 after a technique cue are judged; before that a runner has hardly had time to
respond (no published number of strides from words to change is known). The rules' means lag behind
the strides by about five and clear only after four: so the cue worked if its rule has fallen silent
by stride 20. Praise is due when 20 strides after the response were in range.
"""

from __future__ import annotations

from cued.coach.rule import Proposal
from cued.model import Cue, Effect, Priority, Side, Stride

SILENT_FROM, JUDGED_AT = 19, 20  # strides: 15 judged, 5 of the rules' own delay, see above
PRAISED_AT = 28  # 20 strides after the eight that a response takes


class Effects:
    """Follows the strides after the last technique cue."""

    def __init__(self, praise: bool) -> None:
        self._praise = praise
        self._cue: Cue | None = None
        self._strides: dict[Side, int] = {}
        self._proposed_at = 0
        self._judged = False

    def forget(self) -> None:
        """Forget the cue: conditions changed, so later strides do not show its effect."""
        self._cue = None

    def given(self, cue: Cue) -> list[Effect]:
        """Note a technique cue; one still waiting to be judged did not work."""
        out = self._verdict(cue.t, worked=False) if self._cue and not self._judged else []
        self._cue, self._strides, self._proposed_at, self._judged = cue, {}, 0, False
        return out

    def feed(self, stride: Stride, proposals: list[Proposal]) -> list[Effect]:
        """Process a stride and the rules' proposals with it."""
        if self._cue is None:
            return []
        self._strides[stride.side] = self._strides.get(stride.side, 0) + 1
        if any(p.key == self._cue.key for p in proposals):
            self._proposed_at = self._count
            if self._judged:
                self._cue = None
                return []
        if self._judged or self._count < JUDGED_AT:
            return []
        return self._verdict(stride.t, worked=self._proposed_at < SILENT_FROM)

    def praise(self, now: float) -> Proposal | None:
        """Propose the chime, once, when 20 strides after the response are in range."""
        if self._cue is None or not self._judged or self._count < PRAISED_AT:
            return None
        key, self._cue = self._cue.key, None
        if not self._praise:
            return None
        return Proposal(
            key="praise",
            priority=Priority.PRAISE,
            theme="praise",
            since=now,
            pattern="none",
            tone="praise",
            because={"after": key, "strides": float(PRAISED_AT)},
        )

    @property
    def _count(self) -> int:
        return max(self._strides.values(), default=0)

    def _verdict(self, t: float, *, worked: bool) -> list[Effect]:
        assert self._cue is not None
        cue, self._judged = self._cue, True
        if not worked:
            self._cue = None
        return [Effect(t=t, key=cue.key, text=cue.text, worked=worked, strides=self._count)]
