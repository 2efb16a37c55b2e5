"""The segment chains of a sensor, by where it is worn, and their configuration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Protocol

from msgspec import Meta, Struct

from cued.frames import Matrix
from cued.gait.finding import Finding
from cued.gait.foot.chain import Foot
from cued.gait.foot.shank import Shank
from cued.gait.fusion.footfalls import SIDE_OF
from cued.gait.trunk.chain import Trunk
from cued.gait.trunk.falls import Falls
from cued.gait.trunk.stumble import Stumbles
from cued.model import Block, Placement


class GaitConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the gait analysis."""

    starts_forward: Annotated[
        bool,
        Meta(
            description="A trunk sensor of unknown mounting takes its first ten walking strides "
            "for forward ones. Leave it off when workouts open backward."
        ),
    ] = False


class Segment(Protocol):
    """A chain that turns one sensor's blocks into findings."""

    def feed(self, block: Block) -> Sequence[Finding]:
        """Process a block and return its findings."""
        ...


def chains(
    sensor: str, placement: Placement, config: GaitConfig, earlier: Matrix | None = None
) -> list[Segment]:
    """Build the chains of a sensor worn at ``placement``; ``earlier`` : mounting once learned."""
    side = SIDE_OF.get(placement)
    if placement in ("foot_left", "foot_right"):
        return [Foot(sensor, side or "unknown")]
    if side:
        return [Shank(sensor, side)]
    trunk = Trunk(sensor, starts_forward=config.starts_forward, earlier=earlier)
    return [trunk, Stumbles(sensor), Falls(sensor)]
