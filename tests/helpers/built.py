"""Parts of the program, built as from a configuration."""

from __future__ import annotations

from typing import Any

import msgspec

from cued import parts


def built(kind: str, name: str, *given: Any, **options: Any) -> Any:
    """Build a part with these options; further arguments of its kind follow the name."""
    part = parts.load(kind, name)
    return part.build(msgspec.convert(options, part.config), *given)


def every(kind: str) -> dict[str, Any]:
    """Build every part of a kind with its defaults, by name."""
    return {name: built(kind, name) for name in parts.names(kind)}
