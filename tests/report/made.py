"""What tests of reports make: a session of four minutes, its page, and a page taken apart."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np

from cued import __main__
from cued.coach.workout.memory import Memory
from cued.model import (
    Band,
    BeltState,
    Cue,
    Effect,
    Fall,
    Gait,
    Imprint,
    Measurement,
    Packet,
    Phase,
    Stability,
    Stride,
    Stumble,
)
from cued.recording.sessions.opening import Opening
from cued.recording.sessions.session import RecordedSession
from cued.recording.sessions.totals import Ending
from cued.recording.sessions.writing import SessionWriter
from cued.report.digest import Digest, digest

MINUTES = 4
START = 1000.0  # s, of the recording's own clock
EMPTY = Digest(
    runner="anna", began=1.8e9, start_t=0.0, end_t=10.0,
    ending=Ending(runner="anna", began=1.8e9, duration_s=10.0), strides=[], cues=[],
    phases=[], gaits=[], stability=[], stumbles=[], falls=[], effects=[], imprints=[],
    summaries=[], measured={}, belts=[], own=[],
)  # fmt: skip


def moved(t, direction, side):
    return Stride(
        t=t, known_t=t, side=side, duration_s=1.1, length_m=1.0, speed_m_s=0.9, mode="walking",
        direction=direction, stance_s=0.7,
    )  # fmt: skip


def events():
    """Return what a session finds in minutes forward and as many backward."""
    out = [Phase(t=START, name="settle", from_="idle", why="begin")]
    back = START + 60.0 * MINUTES / 2
    for n in range(60 * MINUTES):
        t = START + n
        direction = "backward" if t >= back else "forward"
        if n in (1, 60 * MINUTES // 2):
            out.append(Gait(t=t, mode="walking", direction=direction))
            out.append(Stability(t=t, level="steady", score=0.1))
        if t in (START + 60.0, back + 60.0):
            out.append(Band(t=t, low_m=0.9 * 1.045, high_m=0.9 * 1.155))
        if t == back:
            out.append(Band(t=t, low_m=None, high_m=None))
            out.append(Phase(t=t, name="backward_walk", from_="settle", why="timeout"))
        out.append(moved(t, direction, "left" if n % 2 else "right"))
        out.append(Measurement(t=t, name="cadence_spm", value=109.0, unit="spm", strides=5))
    cue = Cue(
        t=back, key="tall", text="<b>Tall</b>", pattern="none", priority=2, verdict="given",
        because={"speed_m_s": 0.4},
    )  # fmt: skip
    imprint = Imprint(
        t=back, direction="backward", mode="walking", speed_m_s=0.9, incline_percent=0.0,
        strides=20, stride_s=1.1, cv=0.02,
    )  # fmt: skip
    return [
        *out, cue, Effect(t=back, key="tall", text="<b>Tall</b>", worked=True, strides=8), imprint,
        Stumble(t=back, score=1.4), Fall(t=back, stage="possible"),
        Measurement(t=back, name="carried_percent", value=40.0, unit="%", strides=20),
    ]  # fmt: skip


def write(path, recorded, belts=True, runner="anna", began=1.8e9, config=None):
    opening = Opening(began=began, t=START, memory=Memory(runner=runner), config=config or {})
    log = SessionWriter(path, opening)
    inputs = [
        Packet(t, "trunk", None, np.zeros((1, 3)), None, 1.0)
        for t in np.arange(START, START + 60.0 * MINUTES).tolist()
    ]
    belt = BeltState(t=START, speed_m_s=0.9, incline_percent=2.0, source="console", since=START)
    log.write([*inputs, *([belt] if belts else []), *recorded])
    log.close()
    return path


class Page(HTMLParser):
    """Collects tags, text and everything that would be fetched."""

    def __init__(self, text):
        super().__init__()
        self.fetched, self.open, self.text = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href") and not (value or "").startswith("#"):
                self.fetched.append(value)

    def handle_data(self, data):
        self.text += data


def digested(path):
    """Return the digest of a session's first part."""
    session = RecordedSession(path)
    return digest(session, session.parts[0])


def kept(seconds):
    """Return how long the short step stayed, as found at the end of the session."""
    t = START + 230.0
    return Measurement(t=t, name="time_to_drift_s", value=seconds, unit="s", strides=1)


def size_of(png):
    """Return a picture's width and height."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def report(tmp_path, *words):
    out = tmp_path / "page.html"
    status = __main__.main(["report", *map(str, words), "--out", str(out)])
    return status, out.read_text("utf-8") if out.exists() else ""
