"""Time from a moved latent point to the drawn shape in the browser application, in Chromium on this machine."""

from __future__ import annotations

import numpy as np

from GenerativeModelsWeb.server.sessions import SessionPlan
from Testing.helpers.browser import chromium
from Testing.helpers.heart_page import HeartPage
from Testing.helpers.hubs import running_hub

__all__ = ["moves_in_browser"]

WATCH = """before => {
    const view = document.querySelector("[data-shape-at]");
    const start = performance.now();
    window.gmDrawn = new Promise(resolve => {
        const observer = new MutationObserver(() => {
            if (view.dataset.shapeAt !== before) {
                observer.disconnect();
                resolve(performance.now() - start);
            }
        });
        observer.observe(view, {attributes: true});
    });
}"""
PIXELS = 40.0
"""Distance of the points from the start in the plot."""


def moves_in_browser(points: np.ndarray) -> list[float]:
    """Seconds from a pointer's move in the plot to the shape of the new point, for points (N, 2) of the top level."""
    with (
        running_hub(SessionPlan(grace_seconds=3.0, spare=False, device="cpu")) as hub,
        chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        tab = HeartPage(page, hub.address)
        tab.open("Explore")
        tab.wait_for_shape()
        box = tab.handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        spread = points / np.abs(points).max(axis=0) * PIXELS
        page.mouse.move(x, y)
        page.mouse.down()
        found = []
        for dx, dy in spread:
            page.evaluate(WATCH, tab.drawn)
            page.mouse.move(x + dx, y + dy)
            found.append(page.evaluate("window.gmDrawn") / 1000)
            page.wait_for_timeout(250)
        page.mouse.up()
        page.close()
    return found
