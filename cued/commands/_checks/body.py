"""What the runner hears, feels and touches: sound, motors, buttons.

That a tone was played and a motor driven is all a machine can know. ``asks`` lets a person answer
whether it was heard and felt; without one the lines say only what was done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from msgspec.structs import replace

from cued.actuators import haptic, speech
from cued.commands._checks.system import Check
from cued.config import Config, Site
from cued.model import LinkLost
from cued.runtime.supervise import ignore, meanwhile
from cued.sources import buttons

Asks = Callable[[str], bool]
SETTLE_S = 0.3  # chosen: a process that cannot start has ended by then
CARD = "aplay -l lists the cards; name one as device of [actuators.speech]; is the volume up?"
WIRES = "wiring and driver: hardware/; python3-lgpio has to be installed"


async def sound(config: Config, site: Site, asks: Asks | None) -> Check:
    """Play a tone."""
    options: speech.Config | None = config.part("actuators", "speech")
    if options is None:
        return Check("sound", "skipped", "[actuators.speech] is not in the configuration")
    why = await speech.say("", options, site, tone="phase")
    if why:
        return Check("sound", "failed", why, CARD)
    if asks and not asks("Did you hear two bells?"):
        return Check("sound", "failed", "a tone was played, and nobody heard it", CARD)
    return Check("sound", "ok", "a tone was played" + (" and heard" if asks else ""))


async def voice(config: Config, site: Site, text: str) -> Check:
    """Speak an English text; the first time it has to be rendered."""
    options: speech.Config | None = config.part("actuators", "speech")
    if options is None:
        return Check("voice", "skipped", "[actuators.speech] is not in the configuration")
    why = await speech.say(text, replace(options, voice=""), replace(site, language="en"))
    if why:
        return Check("voice", "failed", why, "if sound is ok: apt install espeak-ng libespeak-ng1")
    return Check("voice", "ok", f"spoken: {text}")


async def motors(config: Config, site: Site, asks: Asks | None) -> list[Check]:
    """Buzz left, then right."""
    options: haptic.Config | None = config.part("actuators", "haptic")
    if options is None:
        return [Check("motors", "skipped", "[actuators.haptic] is not in the configuration")]
    out: list[Check] = []
    for side in ("left", "right"):
        pin = getattr(options, f"{side}_pin")
        why = await haptic.buzz(side, options, site)
        if not why and asks and not asks(f"Did the {side} motor buzz twice?"):
            why = f"GPIO {pin} was driven, and nobody felt it"
        found = why or f"GPIO {pin} was driven" + (" and felt" if asks else "")
        out.append(Check(f"motor {side}", "failed" if why else "ok", found, WIRES if why else ""))
        if "lgpio" in why:
            break
    return out


async def pressed(config: Config, site: Site) -> Check:
    """See that no button is stuck."""
    options: buttons.Config | None = config.part("sources", "buttons")
    if options is None:
        return Check("buttons", "skipped", "[sources.buttons] is not in the configuration")
    source = buttons.Buttons(options, site)
    try:
        async with meanwhile(source.run(ignore, ignore)) as watching:
            await asyncio.wait([watching], timeout=SETTLE_S)
            state = source.pressed
            if watching.done():
                watching.result()
    except LinkLost as lost:
        return Check("buttons", "failed", str(lost), WIRES)
    stuck = [name for name, down in state.items() if down]
    if stuck:
        return Check("buttons", "failed", f"pressed or shorted: {', '.join(stuck)}", WIRES)
    return Check("buttons", "ok", f"{', '.join(state)} let go")
