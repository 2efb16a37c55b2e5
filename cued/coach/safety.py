"""Safety cues, given in any phase: stumbles, falls, lost sensors, low batteries.

Rules of this file
------------------
* Nothing here is muted, faded or postponed, except the state of batteries and the like: those are
  owed, and proposed until they were said.
* Each state has its own tone, unlike any coaching cue, and its end is announced too.
* If all sensors are lost while the belt moves, nobody is watched: that is said, and repeated every
  10 s up to three times, and everything else is quiet until data come back.
* A sensor whose samples come too late counts as lost; this reason is said in place of "gone", or
  after it. If sensors contradict each other (``swapped_sensors.py``), the runner is asked.
* A stumble holds technique cues for 12 steps: balance is normal again after 10.9 (SD 7.0) steps
  (10.3389/fspor.2020.00082). For a runner who stops, the hold ends after 15 s, as in
  ``stability.py``.
* A possible fall is a tone and a buzz at once; a confirmed one is an alarm until acknowledged.

All of this is a convenience. It is no medical or safety device, and it cannot prevent a fall.
"""

from __future__ import annotations

from cued.coach.config import CoachConfig
from cued.coach.known import Known
from cued.coach.rule import Proposal, Reason, safety_cue
from cued.model import (
    AnyEvent,
    Battery,
    BeltRequest,
    BeltState,
    CueDone,
    Fall,
    Input,
    Link,
    LinkState,
    Notice,
    Priority,
    Stride,
    Stumble,
)

BLIND_AGAIN_S = 10.0  # chosen
BLIND_TIMES = 3  # by then the runner knows; chosen
SEEN_LASTS_S = 5.0  # further sensors that return within this are not announced
STUMBLE_AGAIN_S = 3.0  # chosen
ALARM_AGAIN_S = 5.0  # high alarms repeat within 2.5-15 s (IEC 60601-1-8, from memory)
POSSIBLE_LASTS_S = 5.0  # a possible fall not confirmed by then is dropped; chosen
BATTERY_LOW_PERCENT = (15.0, 5.0)  # first and second warning
LATE = "sensor_late"
ASKED = {"feet_swapped": "feet_swapped", "body_map": "sensor_backward"}  # notice: question
BELT_EXPECTED_AFTER_S = 20.0  # of walking; chosen
DOUBTED = ("zero", "unit", "off_belt")  # doubts raised by the feet; other doubts are not announced
STOOD_S = 15.0  # as ``HOLD_S`` of stability
# A belt that does not stop is as urgent as a fall, because only the safety key helps.
BELT_FAULTS = {"belt_wont_stop": Priority.FALL, "belt_control_off": Priority.LINK}


class Safety:
    """Watches for stumbles and falls, and over the sensors."""

    def __init__(self, plan: CoachConfig) -> None:
        self._plan = plan
        self._links: dict[str, LinkState] = {}
        self._lagging: set[str] = set()
        self._low: dict[str, int] = {}
        self._failed: set[tuple[str, str]] = set()
        self._hold_until = 0  # footfalls
        self._upset_at = float("-inf")
        self._blind_since: float | None = None
        self._blind_said = 0
        self._seen_at = float("-inf")
        self._fall: Fall | None = None
        self._walking_since: float | None = None
        self._belt_reported = False
        self._belt_at = float("-inf")
        self._doubted: set[str] = set()
        self._owed: dict[str, Proposal] = {}
        self._requests: list[BeltRequest] = []
        self._notices: list[Notice] = []

    @property
    def blind(self) -> bool:
        """No sensor sees a runner who may be moving."""
        return self._blind_since is not None

    @property
    def lost(self) -> bool:
        """At least one sensor is lost."""
        return "lost" in self._links.values()

    @property
    def fallen(self) -> bool:
        """There is a confirmed fall that nobody has acknowledged."""
        return self._fall is not None and self._fall.stage == "confirmed"

    def holds(self, known: Known) -> bool:
        """Return whether the hold after a stumble lasts."""
        return known.footfalls < self._hold_until

    def said(self, key: str) -> None:
        """Note that a cue was said, so it is no longer owed."""
        self._owed.pop(key, None)

    def _owe(
        self,
        key: str,
        now: float,
        tone: str,
        because: Reason | None = None,
        priority: Priority = Priority.INFO,
        valid_s: float = 1.5,
    ) -> list[Proposal]:
        """Propose a cue, now and until it was said."""
        self._owed[key] = safety_cue(key, priority, now, tone, valid_s=valid_s, because=because)
        return [self._owed[key]]

    def drain(self) -> list[BeltRequest | Notice]:
        """Return the new requests and notices."""
        new = [*self._requests, *self._notices]
        self._requests, self._notices = [], []
        return new

    def acknowledge(self, now: float) -> bool:
        """End the alarm, and owe its end to the runner; return False without an alarm."""
        if self._fall is None:
            return False
        self._fall = None
        text = "the alarm after a fall was acknowledged"
        self._notices.append(Notice(t=now, level="info", code="fall_acknowledged", text=text))
        self._owe("fall_acknowledged", now, "back", priority=Priority.LIMIT, valid_s=5.0)
        return True

    def consider(self, item: Input | AnyEvent, known: Known, now: float) -> list[Proposal]:
        """Process an input or an event; return the cues that it requires."""
        match item:
            case Stumble():
                return self._stumble(item, known, now)
            case Fall():
                return self._fall_cue(item, known, now)
            case Link():
                return self._link(item, known, now)
            case Notice():
                return self._notice(item, now)
            case BeltState() if item.doubt in DOUBTED and item.doubt not in self._doubted:
                return self._doubt(item, now)
            case Battery():
                return self._battery(item, now)
            case CueDone():
                return self._report_failure(item, now)
            case Stride():
                self._walking_since = self._walking_since or now
                return []
            case _:
                return [*self._owed.values(), *self._pass_time(known, now)]

    def _stumble(self, item: Stumble, known: Known, now: float) -> list[Proposal]:
        self._hold_until, self._upset_at = known.footfalls + self._plan.hold_steps, now
        because: Reason = {"score": round(item.score, 2)}
        return [
            safety_cue(
                "stumble",
                Priority.STUMBLE,
                item.t,
                "stumble",
                refractory_s=STUMBLE_AGAIN_S,
                because=because,
            )
        ]

    def _fall_cue(self, item: Fall, known: Known, now: float) -> list[Proposal]:
        if self.fallen:
            return []
        self._fall = item
        self._hold_until, self._upset_at = known.footfalls + self._plan.hold_steps, now
        because: Reason = dict(item.because)
        if item.stage == "possible":
            return [safety_cue("fall_possible", Priority.FALL, now, "alarm", because=because)]
        if self._plan.stop_belt_on_fall:
            self._requests.append(BeltRequest(t=now, speed_m_s=0.0, why="confirmed fall"))
        return [self._alarm(now)]

    def _alarm(self, now: float) -> Proposal:
        assert self._fall is not None
        because: Reason = dict(self._fall.because)
        return safety_cue(
            "fall_confirmed",
            Priority.FALL,
            self._fall.t,
            "alarm",
            refractory_s=ALARM_AGAIN_S,
            because=because,
        )

    def _link(self, item: Link, known: Known, now: float) -> list[Proposal]:
        before = self._links.get(item.sensor)
        self._links[item.sensor] = item.state
        because: Reason = {"sensor": item.sensor, "age_s": item.age_s}
        if item.state == "lost" and before != "lost":
            return self._announce_loss(item.sensor, known, now, because)
        if item.state != "lost" and before == "lost":
            return self._announce_return(now, because)
        return []

    def _announce_loss(
        self, sensor: str, known: Known, now: float, because: Reason
    ) -> list[Proposal]:
        """Announce that a sensor is gone, or that nobody is watched any more."""
        late = self._owe_late(sensor, now) if sensor in self._lagging else []
        if not self._all_lost():
            return late or [
                safety_cue("sensor_lost", Priority.LIMIT, now, "lost", valid_s=5.0, because=because)
            ]
        if known.belt_moves or now - known.stride_at < self._plan.step_off_s:
            self._blind_since, self._blind_said = now, 1
            return [safety_cue("blind", Priority.LINK, now, "lost", valid_s=5.0, because=because)]
        return []

    def _owe_late(self, sensor: str, now: float) -> list[Proposal]:
        """Owe the reason why a sensor counts as lost, even after "blind" was said."""
        priority = Priority.LINK if self._all_lost() else Priority.LIMIT
        return self._owe(LATE, now, "lost", {"sensor": sensor}, priority, valid_s=5.0)

    def _notice(self, item: Notice, now: float) -> list[Proposal]:
        """Announce a sensor's or treadmill's fault."""
        because: Reason = {"notice": item.text}
        if item.code == "link_lags":
            self._lagging.add(item.sensor)
            if self._links.get(item.sensor) == "lost":
                return self._owe_late(item.sensor, now)
        elif item.code == "link_fresh":
            self._lagging.discard(item.sensor)
            if not self._lagging:
                self._owed.pop(LATE, None)
        elif item.code in BELT_FAULTS:
            return self._owe(item.code, now, "alarm", because, BELT_FAULTS[item.code])
        elif item.code in ASKED:
            return self._owe(ASKED[item.code], now, "", because)
        return []

    def _doubt(self, item: BeltState, now: float) -> list[Proposal]:
        """Owe the warning that the treadmill reports a wrong speed, once per reason."""
        self._doubted.add(item.doubt)
        return self._owe("belt_doubt", now, "belt", {"doubt": item.doubt})

    def _announce_return(self, now: float, because: Reason) -> list[Proposal]:
        """Announce that the runner is watched again, or that the last missing sensor is back."""
        if self.blind:
            self._blind_since, self._seen_at = None, now
            return [safety_cue("seen", Priority.LINK, now, "back", valid_s=5.0, because=because)]
        if self.lost or now - self._seen_at < SEEN_LASTS_S:
            return []
        return [
            safety_cue("sensor_back", Priority.LIMIT, now, "back", valid_s=5.0, because=because)
        ]

    def _all_lost(self) -> bool:
        return bool(self._links) and all(state == "lost" for state in self._links.values())

    def _battery(self, item: Battery, now: float) -> list[Proposal]:
        low = sum(item.percent <= limit for limit in BATTERY_LOW_PERCENT)
        known = self._low.get(item.sensor, 0)
        self._low[item.sensor] = low
        if low <= known:
            return []
        because: Reason = {"sensor": item.sensor, "percent": item.percent}
        return self._owe("battery_low", now, "battery", because)

    def _report_failure(self, item: CueDone, now: float) -> list[Proposal]:
        """Report, once per channel and reason, that cues fail, until the channel works again."""
        if item.ok:
            self._failed = {f for f in self._failed if f[0] != item.channel}
            return []
        failure = (item.channel, item.why)
        if item.key == "clip_missing" or failure in self._failed:
            return []
        self._failed.add(failure)
        text = f"cue {item.key} was not given by {item.channel}: {item.why or 'no reason given'}"
        self._notices.append(Notice(t=now, level="warning", code="cue_failed", text=text))
        return self._owe("clip_missing", now, "clip", {"cue": item.key, "channel": item.channel})

    def _pass_time(self, known: Known, now: float) -> list[Proposal]:
        """Repeat lasting alarms, end what is over, and notice a missing belt speed."""
        if now - max(known.stride_at, self._upset_at) > STOOD_S:
            self._hold_until = 0
        if self.fallen:
            return [self._alarm(now)]
        if self._fall and now - self._fall.t > POSSIBLE_LASTS_S:
            self._fall = None
        return self._still_blind(known, now) + self._belt(known, now)

    def _still_blind(self, known: Known, now: float) -> list[Proposal]:
        if self._blind_since is None and known.belt_moves and self._all_lost():
            self._blind_since, self._blind_said = now, 0
        since = self._blind_since
        if since is None or self._blind_said >= BLIND_TIMES:
            return []
        if now - since < self._blind_said * BLIND_AGAIN_S:
            return []
        self._blind_said += 1
        because: Reason = {"lasting_s": round(now - since, 1)}
        return [safety_cue("blind", Priority.LINK, now, "lost", valid_s=5.0, because=because)]

    def _belt(self, known: Known, now: float) -> list[Proposal]:
        if not known.walking:
            self._walking_since = None
        if self._belt_reported and known.belt is not None:
            self._belt_reported = False
            self._owed.pop("belt_unknown", None)
            return self._owe("belt_known", now, "back")
        if known.belt is not None:
            self._belt_at = now
        since = max(self._walking_since or now, self._belt_at)  # short gaps are ignored
        if self._belt_reported or now - since < BELT_EXPECTED_AFTER_S:
            return []
        self._belt_reported = True
        return self._owe("belt_unknown", now, "belt")
