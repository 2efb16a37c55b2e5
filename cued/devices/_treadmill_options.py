"""Options of treadmills: consent and its limits, and corrections of their numbers."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

ERROR = 0.03  # relative, of a steady speed; chosen


class SpeedOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Correction of a treadmill's own speed."""

    speed_factor: Annotated[
        float,
        Meta(gt=0.5, lt=2, description="True over reported speed; 1.609 if it reports mph."),
    ] = 1.0


class ControlOptions(SpeedOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Consent to change a treadmill's speed, and its limit."""

    control: Annotated[
        bool, Meta(description="Consent: cued may change speed and incline when asked to.")
    ] = False
    max_raise_m_s: Annotated[
        float, Meta(gt=0, le=1, description="Largest increase that cued may make at once, m/s.")
    ] = 0.3


class FtmsOptions(ControlOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of an FTMS treadmill."""

    max_speed_m_s: Annotated[
        float, Meta(gt=0, le=6, description="Fastest speed that cued may set, m/s.")
    ] = 2.5
    max_incline_percent: Annotated[
        float, Meta(ge=0, le=40, description="Steepest incline that cued may set, percent.")
    ] = 15.0
    write_factor: Annotated[
        Annotated[float, Meta(ge=1, lt=2)] | None,
        Meta(
            description="True over written speed; 1.609 if it takes mph, 1 if km/h. Unset: as "
            "speed_factor."
        ),
    ] = None
    incline_factor: Annotated[
        float, Meta(ge=0, le=10, description="True over reported incline; 0 ignores it.")
    ] = 1.0
    incline_offset_percent: Annotated[
        float,
        Meta(ge=-20, le=20, description="Added to the reported incline: -6 if level reads 6 %."),
    ] = 0.0
    fixed_incline_percent: Annotated[
        Annotated[float, Meta(ge=-20, le=40)] | None,
        Meta(description="Incline of a deck that is never level, percent; unset: as reported."),
    ] = None
    unlock: Annotated[
        Literal["", "kingsmith_z1", "urevo", "request_control"],
        Meta(
            description="Wake a machine that reports 0 km/h or nothing until its own app has "
            "connected; request_control is the standard's way."
        ),
    ] = ""
    unlock_name: Annotated[
        str, Meta(description="Advertised name of a KingSmith Z1, which unlocks it.")
    ] = ""
    heart_rate: Annotated[
        bool, Meta(description="Use the heart rate that the treadmill measures.")
    ] = False

    @property
    def written_factor(self) -> float:
        """True over written speed."""
        return self.speed_factor if self.write_factor is None else self.write_factor

    def incline_of(self, reported_percent: float) -> float:
        """Return the true incline, percent."""
        if self.fixed_incline_percent is not None:
            return self.fixed_incline_percent
        if not self.incline_factor:
            return 0.0
        return reported_percent * self.incline_factor + self.incline_offset_percent
