"""A question to whoever sits at the terminal."""

from __future__ import annotations

import sys


def ask(question: str) -> bool:
    """Ask, and return whether the answer was yes."""
    print(f"{question} [y/n] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower().startswith("y")
