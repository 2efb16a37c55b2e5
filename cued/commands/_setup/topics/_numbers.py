"""Numbers as people type them."""

from __future__ import annotations

from cued.model import ConfigError


def number(text: str) -> float:
    """Read a number with a point or a comma. Raises ConfigError."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise ConfigError(f"{text} is no number") from None
