"""Checks of what the runner hears, feels and touches: sound, motors, buttons.

The machine knows only that a tone was played and a motor driven. ``ask`` asks a person whether it
was heard or felt; without it the lines say only what was done.
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

Ask = Callable[[str], bool]
SETTLE_S = 0.3  # chosen: a process that cannot start has ended by then
CARD = "is the volume up? aplay -l lists the cards; name one as device in [actuators.speech]"
WIRES = "check wiring and driver (hardware/), and that python3-lgpio is installed"


async def sound(config: Config, site: Site, ask: Ask | None) -> Check:
    """Play a tone."""
    options: speech.Config | None = config.part("actuators", "speech")
    if options is None:
        return Check("sound", "skipped", "[actuators.speech] is not in the configuration")
    why = await speech.say("", options, site, tone="phase")
    if why:
        return Check("sound", "failed", why, CARD)
    if ask and not ask("Did you hear two bells?"):
        return Check("sound", "failed", "a tone was played, but nobody heard it", CARD)
    return Check("sound", "ok", "a tone was played" + (" and heard" if ask else ""))


async def voice(config: Config, site: Site, text: str) -> Check:
    """Speak an English text, which has to be rendered the first time."""
    options: speech.Config | None = config.part("actuators", "speech")
    if options is None:
        return Check("voice", "skipped", "[actuators.speech] is not in the configuration")
    why = await speech.say(text, replace(options, voice=""), replace(site, language="en"))
    if why:
        advice = "if the sound check is ok: sudo apt install espeak-ng libespeak-ng1"
        return Check("voice", "failed", why, advice)
    return Check("voice", "ok", f"spoken: {text}")


async def motors(config: Config, site: Site, ask: Ask | None) -> list[Check]:
    """Buzz left, then right."""
    options: haptic.Config | None = config.part("actuators", "haptic")
    if options is None:
        return [Check("motors", "skipped", "[actuators.haptic] is not in the configuration")]
    out: list[Check] = []
    for side in ("left", "right"):
        pin = getattr(options, f"{side}_pin")
        why = await haptic.buzz(side, options, site)
        if not why and ask and not ask(f"Did the {side} motor buzz twice?"):
            why = f"GPIO {pin} was driven, but nobody felt it"
        found = why or f"GPIO {pin} was driven" + (" and felt" if ask else "")
        out.append(Check(f"motor {side}", "failed" if why else "ok", found, WIRES if why else ""))
        if "lgpio" in why:
            break
    return out


async def pressed(config: Config, site: Site) -> Check:
    """Check that no button is stuck."""
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
    return Check("buttons", "ok", f"not pressed: {', '.join(state)}")
