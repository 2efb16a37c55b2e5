"""The checkout and the dashboard in it, for tests that read their files."""

from __future__ import annotations

from pathlib import Path

HOME = Path(__file__).parents[2]
DASHBOARD = HOME / "cued" / "dashboard"
