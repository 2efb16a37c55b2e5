"""Fences: switch off a rule or metric that raises, alone and for the rest of the session.

Rules
-----
* Only dispensable parts are fenced: rules and metrics here, sinks and actuators in
  ``runtime/fences.py``. A fault in the engine, in safety or in the arbiter still ends the process,
  because a coach whose judgement is broken must not keep talking.
* A fault is reported once, as a ``Notice`` with the code ``part_failed``; the greeting speaks it.
* "For the session": the next engine is built from new parts (``runtime/engine_renewal.py``).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule
from cued.gait.metric import Cycle, Metric
from cued.model import AnyEvent, Input, Notice

T = TypeVar("T")

FAILED = "part_failed"
Failed = Callable[[str, Exception], None]


def fault_notice(name: str, error: Exception, t: float) -> Notice:
    """Return the notice that a part has failed, with the file and line that raised."""
    text = f"{name} failed and is off for this session: {_described(error)}"
    return Notice(t=t, known_t=t, level="error", code=FAILED, text=text)


def _described(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    what = f"{type(error).__name__}: {error}".rstrip(": ").replace("\n", " ")
    if trace is None:
        return what
    file = trace.tb_frame.f_code.co_filename.rpartition("/")[2]
    return f"{what} ({file}, line {trace.tb_lineno})"


class Faults:
    """Collects faults until they are drained."""

    def __init__(self) -> None:
        self._new: list[tuple[str, Exception]] = []

    def add(self, name: str, error: Exception) -> None:
        """Keep a fault until it is reported."""
        self._new.append((name, error))

    def drain(self, t: float) -> list[Notice]:
        """Return a notice for each new fault."""
        new, self._new = self._new, []
        return [fault_notice(name, error, t) for name, error in new]


class Fence:
    """Calls a part until one call raises, and then no more until it is mended."""

    def __init__(self, name: str, failed: Failed) -> None:
        self.name = name
        self._failed = failed
        self.broken = False

    def call(self, method: Callable[[], T], otherwise: T) -> T:
        """Return what the method returns, or ``otherwise`` if the part has failed."""
        if self.broken:
            return otherwise
        try:
            return method()
        except Exception as error:  # noqa: BLE001 (catching everything is a fence's purpose)
            self.fail(error)
            return otherwise

    def fail(self, error: Exception) -> None:
        """Switch the part off and report why, once."""
        if not self.broken:
            self.broken = True
            self._failed(self.name, error)


def _number(value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise ValueError(f"its value is {value}")
    return value


class FencedRule(Rule):
    """A rule that can fail alone."""

    def __init__(self, name: str, rule: Rule, faults: Faults) -> None:
        self.needs, self.keys = rule.needs, rule.keys
        self._rule = rule
        self._fence = Fence(f"rules.{name}", faults.add)

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Return what the rule proposes, None once it has failed."""
        if self._fence.broken:
            return None
        try:  # not through ``call``, for speed: this runs a dozen times for every event
            proposal = self._rule.consider(news, known)
            return proposal if proposal is None else self._declared(proposal)
        except Exception as error:  # noqa: BLE001 (catching everything is a fence's purpose)
            self._fence.fail(error)
            return None

    def _declared(self, proposal: Proposal) -> Proposal:
        if proposal.key not in self.keys:
            raise ValueError(f"it proposes {proposal.key}, which it does not declare")
        return proposal

    def reset(self) -> None:
        """Reset the rule."""
        self._fence.call(self._rule.reset, None)


class FencedMetric:
    """A metric that can fail alone."""

    def __init__(self, name: str, metric: Metric, faults: Faults) -> None:
        self.unit, self.strides, self.basis = metric.unit, metric.strides, metric.basis
        self._metric = metric
        self._fence = Fence(f"metrics.{name}", faults.add)

    def update(self, cycle: Cycle) -> float | None:
        """Return the metric's new value; None once it has failed or returned a non-finite value."""
        return self._fence.call(lambda: _number(self._metric.update(cycle)), None)

    def reset(self) -> None:
        """Reset the metric."""
        self._fence.call(self._metric.reset, None)
