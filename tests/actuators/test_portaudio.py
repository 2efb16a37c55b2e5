"""A sound card by PortAudio, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cued.actuators._wav import RATE

# ALSA's own file plugin stands for a card: what PortAudio plays goes through a pipe to a reader
# that takes it no faster than a card would.
ALSA = """
pcm.silent {{ type null }}
pcm.card {{
    type file
    slave.pcm silent
    file "|{python} {reader} {raw} {dies_s} {stalls_s}"
    format raw
}}
pcm.!default {{
    type plug
    slave {{ pcm card format S16_LE channels 1 rate {rate} }}
}}
ctl.!default {{ type null }}
"""


READER = """
import os, sys, time
start, taken = time.monotonic(), 0
end, stall = (float(arg) * 88200 for arg in sys.argv[2:])
with open(sys.argv[1], "wb", 0) as out:
    while taken < end and (chunk := os.read(0, 440)):
        out.write(chunk)
        taken += len(chunk)
        time.sleep(max(0.0, start + taken / 88200 - time.monotonic()))
        if taken > stall:
            time.sleep(4.0)
            break
"""


PLAYER = """
import asyncio, sys
import numpy as np
from pathlib import Path
from cued.actuators import _wav, speech
from cued.config import Site
from cued.model import Cue, Notice

def cue(text):
    return Cue(t=0, key=text, text=text, pattern="none", priority=2, verdict="given")

async def main(cache):
    said = []
    config = speech.Config(device="default")
    texts, site = ["old", "new"], Site(cache=cache, hardware=True)
    clips = config.clips_at(site)
    Path(cache, "speech").mkdir(parents=True)
    for text, value in (("old", 10000), ("new", -10000)):
        _wav.write(np.full(3 * 44100, value, dtype=np.int16), clips.path(text))
    async with speech.Speech(config, site, said.append, texts=texts) as voice:
        voice.give(cue("old"))
        await asyncio.sleep(0.5)
        heard_of_old = voice._mixer._voice.at if voice._mixer else 0
        voice.give(cue("new"))
        await asyncio.sleep(1.5)
        begun = [round((b - g) * 1000, 1) for _, g, b in voice.stats.begun]
    print("begun after ms", begun, said, file=sys.stderr)
    print(heard_of_old, *(s.code for s in said if isinstance(s, Notice)))

asyncio.run(main(sys.argv[1]))
"""


def play(
    folder: Path, *, dies_s: float = 60.0, stalls_s: float = 60.0
) -> tuple[Any, list[str], str]:
    """Run the player on a card that lasts so long; what was heard, its answer, its errors."""
    pytest.importorskip("sounddevice", reason="PortAudio is not installed", exc_type=OSError)
    raw, config, reader = folder / "heard.raw", folder / "asoundrc", folder / "reader.py"
    reader.write_text(READER)
    text = ALSA.format(
        python=sys.executable, reader=reader, raw=raw, dies_s=dies_s, stalls_s=stalls_s, rate=RATE
    )
    config.write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", PLAYER, str(folder / "cache")],
        env={**os.environ, "ALSA_CONFIG_PATH": str(config)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return np.frombuffer(raw.read_bytes(), dtype="<i2"), done.stdout.split(), done.stderr


@pytest.mark.alone
def test_portaudio_plays_and_stops_within_20_ms(tmp_path: Path) -> None:
    heard, (heard_of_old,), errors = play(tmp_path)
    assert np.count_nonzero(heard), f"silence: {errors}"
    old, new = np.flatnonzero(heard > 0), np.flatnonzero(heard < 0)
    assert old[-1] < new[0]
    assert 0 < int(heard_of_old) <= old.size
    assert (old.size - int(heard_of_old)) / RATE <= 0.020


@pytest.mark.alone
def test_a_card_that_fails_under_portaudio_is_noticed(tmp_path: Path) -> None:
    _, (_, *codes), errors = play(tmp_path, dies_s=0.2)
    assert "sound_lost" in codes, errors


@pytest.mark.alone
def test_a_card_that_takes_no_more_sound_is_noticed(tmp_path: Path) -> None:
    _, (_, *codes), errors = play(tmp_path, stalls_s=0.2)
    assert codes == ["sound_lost"], errors
