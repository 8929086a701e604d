"""What axe-core finds on a page."""

from __future__ import annotations

from typing import Any

import pytest

__all__ = ["grave_findings"]

GRAVE = ("critical", "serious")
"""The impacts that no page may have."""
AT_REST = """() => document.getAnimations().every(
    (one) => one.playState !== "running" || one.effect.getComputedTiming().endTime === Infinity
)"""
"""Whether every transition is over: colours on the way are not those of the page."""


def grave_findings(page: Any) -> list[str]:
    """The critical and serious findings on a page of playwright, a line each; skips where axe-core is missing."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page.wait_for_function(AT_REST)
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{violation['impact']}: {violation['id']} at {node['target']}: {' '.join(node['failureSummary'].split())}"
        for violation in found
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]
