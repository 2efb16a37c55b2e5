"""The configuration: TOML into frozen structs, and one clear line for every mistake.

(Being written.)
"""

from __future__ import annotations

from msgspec import Struct


class Site(Struct, frozen=True, kw_only=True):
    """Where the daemon runs: what parts of the shell need to know besides their own options.

    state : folder that survives reboots.  cache : folder that may be deleted at any time.
    runtime : folder for sockets and pipes, gone at reboot.
    hardware : False makes parts use their stand-ins (gpiozero's mock pins, a null sound device).
    """

    station: str = "treadmill"
    language: str = "en"
    state: str = "state"
    cache: str = "cache"
    runtime: str = "run"
    hardware: bool = True
