"""The configuration's ``[coach]`` section: how much is said, to whom, and consent to requests."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct


class CoachConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the coach. Each number's reason is in docs/coaching.md."""

    program: Annotated[
        bool | None,
        Meta(
            description="Lead through a workout in phases. False: free run in any direction, "
            "watched only for unsteadiness and overlong strides, until a press begins a workout. "
            "Left out: true for people; false for simulated and recorded runners, who answer no "
            "questions."
        ),
    ] = None
    profile: Annotated[
        str,
        Meta(description="The workout: a file of cued/coach/workout/profiles."),
    ] = "first_time_ever"
    runner: Annotated[
        str,
        Meta(
            min_length=1, description="The runner's name in the history; a command can change it."
        ),
    ] = "runner"
    feedback: Annotated[
        Literal["auto", "full", "half", "quarter", "safety"],
        Meta(
            description="Share of technique cues that are given. auto: fades from full to half "
            "to a quarter over the sessions at a stage. safety: none."
        ),
    ] = "auto"
    catch_strides: Annotated[
        int,
        Meta(
            ge=0,
            le=400,
            description="Length of a stretch without technique cues that tests what the runner "
            "keeps, strides; 0: no such stretches.",
        ),
    ] = 40
    praise: Annotated[
        bool, Meta(description="A short chime after 20 strides in range after a cue.")
    ] = True
    metronome: Annotated[
        bool,
        Meta(
            description="Tick every step at the runner's target while off target, for at most "
            "30 s at a time."
        ),
    ] = False
    beats: Annotated[
        bool,
        Meta(
            description="Tick the runner's backward step rate in the first 20 s of the carry, "
            "fading out, and a quicker one with an offer in free run. False: words only."
        ),
    ] = True
    spacing_s: Annotated[
        float,
        Meta(ge=15.0, le=300.0, description="Least time between two technique cues, s."),
    ] = 20.0
    per_minute: Annotated[
        int, Meta(ge=0, le=3, description="Most technique cues in any minute.")
    ] = 3
    phase_quiet_s: Annotated[
        float,
        Meta(
            ge=10.0,
            le=120.0,
            description="Only safety and guidance for this long at the start of a phase, s.",
        ),
    ] = 10.0
    hold_steps: Annotated[
        int,
        Meta(ge=12, le=60, description="Only safety cues for this long after a stumble, steps."),
    ] = 12
    speed_unit: Annotated[
        Literal["km/h", "mph"], Meta(description="Unit in which belt speeds are spoken and shown.")
    ] = "km/h"
    belt_requests: Annotated[
        bool,
        Meta(
            description="Consent to the coach setting a connected treadmill's speed and incline. "
            "Off: it says what to set and the runner sets it."
        ),
    ] = False
    stop_belt_on_fall: Annotated[
        bool,
        Meta(
            description="Ask a connected treadmill to slow to a stop after a confirmed fall. A "
            "convenience, not a safety device."
        ),
    ] = False
    step_off_s: Annotated[
        float,
        Meta(ge=3.0, le=60.0, description="Time without a stride that means stepped off, s."),
    ] = 8.0
    end_after_s: Annotated[
        float,
        Meta(ge=20.0, le=1800.0, description="Time standing or gone that ends the session, s."),
    ] = 120.0
