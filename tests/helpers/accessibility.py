"""What axe, the accessibility checker of the web, finds wrong on a page."""

from __future__ import annotations

from typing import Any

from tests.helpers.home import HOME

AXE = (HOME / "tests" / "dashboard" / "vendor" / "axe.min.js").read_text("utf-8")
# Without selectors, and without a description of all that passes, axe needs a third less time.
RUN = "axe.run({ resultTypes: ['violations'], selectors: false })"


def violations(page: Any) -> list[str]:
    """Return the broken rules, each with the element that breaks it."""
    page.evaluate(AXE)
    found = page.evaluate(RUN)["violations"]
    return [f"{v['id']}: {n['html'][:120]}" for v in found for n in v["nodes"]]
