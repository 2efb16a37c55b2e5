"""Stumbles and falls scored, file by file, and what was cried without cause.

* a fall is *warned of* when a possible fall is known before the largest acceleration, at most 3 s
  ahead of it; the lead is the time from knowing to that peak;
* a fall is *caught* when one is confirmed that did not begin earlier than that;
* a stumble is *flagged* when a stumble, or a possible fall, is said within 2 s of its peak;
* in a file without either, everything said is false; hours are those of the files.

Files are whole files with one label. Recordings of gait without a label are counted under their
mode, where anything said is false as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from cued.evaluation.case import Case
from cued.evaluation.tally import Alarms
from cued.model import Fall, Stumble

BEFORE_S = 3.0  # earlier ones belong to something else
STUMBLE_WITHIN_S = 2.0  # of its peak, as docs/accuracy.md counts


def score_alarms(case: Case, said: Sequence[Stumble | Fall]) -> None:
    """Count the alarms of one run."""
    truth, recording = case.truth, case.recording
    alarms = case.out.alarms.setdefault(case.watch(), Alarms())
    alarms.files += 1
    alarms.hours += (truth.end - truth.start) / 3600
    alarms.stumbles += sum(isinstance(event, Stumble) for event in said)
    alarms.possible += sum(_is(event, "possible") for event in said)
    alarms.confirmed += sum(_is(event, "confirmed") for event in said)
    falls = [row.t for row in recording.truth if row.kind == "fall_peak"]
    stumbles = [row.t for row in recording.truth if row.kind == "stumble_peak"]
    for peak in falls:
        _score_fall(alarms, recording.name, peak, said)
    for peak in stumbles:
        if any(abs(event.t - peak) <= STUMBLE_WITHIN_S for event in said):
            alarms.flagged += 1
        else:
            alarms.missed.append(f"{recording.name} (stumble)")
    false = [event for event in said if not stumbles or _is(event, "confirmed")]
    if not falls and false:
        alarms.loud.append(recording.name)


def _score_fall(alarms: Alarms, name: str, peak: float, said: Sequence[Stumble | Fall]) -> None:
    falls = [event for event in said if isinstance(event, Fall) and event.t >= peak - BEFORE_S]
    known = [event.known_t for event in falls if event.known_t <= peak]
    if known:
        alarms.warned += 1
        alarms.leads_s.append(peak - min(known))
    else:
        alarms.missed.append(f"{name} (before)")
    if any(_is(event, "confirmed") for event in falls):
        alarms.caught += 1
    else:
        alarms.missed.append(f"{name} (confirmed)")


def _is(event: Stumble | Fall, stage: str) -> bool:
    return isinstance(event, Fall) and event.stage == stage
