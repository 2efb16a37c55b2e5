"""Runs a program that speaks into a file."""

from __future__ import annotations

import subprocess

from cued.actuators.voices.voice import RenderError

PATIENCE_S = 10.0  # chosen: many times what a phrase takes


def speak(command: list[str], text: str = "", environment: dict[str, str] | None = None) -> None:
    """Run a program to its end, with a text on its standard input. Raises RenderError."""
    try:
        done = subprocess.run(
            command,
            input=text.encode(),
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RenderError(f"{command[0]} does not work ({error})") from error
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise RenderError(lines[-1] if lines else f"{command[0]} failed")
