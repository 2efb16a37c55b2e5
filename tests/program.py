"""Stand-ins for other programs: shell scripts that are run."""

from __future__ import annotations

from pathlib import Path


def program(path: Path, body: str) -> Path:
    """Put a program there, and return where."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path
