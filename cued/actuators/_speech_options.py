"""The options of the voice, and the clips that they select."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from cued import parts
from cued.actuators._clips import Clips, recordings
from cued.actuators.voices.voice import VoiceOptions
from cued.coach.voice import phrases
from cued.config import Site
from cued.reading import meant


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The voice and the loudspeaker."""

    device: Annotated[
        str,
        Meta(description="Part of the sound card's name; empty: the first that works."),
    ] = ""
    volume: Annotated[
        float, Meta(ge=0.05, le=1.0, description="Loudness, share of the card's full scale.")
    ] = 0.8
    renderer: Annotated[
        str, Meta(description="Speech synthesiser: pyttsx3, pico, piper or espeak_ng.")
    ] = "pyttsx3"
    voice: Annotated[
        str,
        Meta(
            description="Its voice, such as en-us (espeak), mb-de6 (MBROLA), en-US (pico) or a "
            "file (piper); empty: that of the language."
        ),
    ] = ""
    clips: Annotated[
        str,
        Meta(
            description="Folder of a coach's own recordings, such as overlong_stride-1.wav; "
            "`cued say --all --out FOLDER` writes a file for every phrase."
        ),
    ] = ""
    # 150-170 words a minute: derived for words over treadmill noise, not tried on runners.
    rate_wpm: Annotated[
        int, Meta(ge=80, le=300, description="Speed of speech, words a minute.")
    ] = 165
    latency_ms: Annotated[
        float,
        Meta(ge=5, le=200, description="Buffer of the sound card, ms; more if it crackles."),
    ] = 10.0

    def __post_init__(self) -> None:
        there = parts.names("voices")
        if self.renderer not in there:
            raise ValueError(f"renderer: no {self.renderer!r}{meant(self.renderer, there)}")

    def clips_at(self, site: Site) -> Clips:
        """Return the clips of this voice, and of the coach's own recordings."""
        names = phrases.load(site.language).names() if self.clips else {}
        own = recordings(Path(self.clips), names)
        options = VoiceOptions(site.language, self.voice, self.rate_wpm)
        return Clips(Path(site.cache) / "speech", options, self.renderer, own)
