"""Plots as SVG."""

from __future__ import annotations

import numpy as np

from GenerativeModelsWeb.parts.plots import Plot


def test_points_lie_between_the_ends_of_the_axes():
    plot = Plot([-1.0, 3.0], [0.0, 2.0], height=100)
    plot.lines([np.array([[-1, 0], [3, 2]]), np.array([[0, 1]])], "gm-line")
    plot.dots(np.array([[1, 1]]), "gm-dots")
    plot.words([3, 2], "a < b", "gm-word")
    svg = plot.svg()
    assert 'viewBox="0 0 400 100"' in svg
    assert '<path class="gm-line" d="M0.0 100.0L400.0 0.0"/>' in svg, "a single point is no line"
    assert '<path class="gm-dots" d="M200.0 50.0h0"/>' in svg
    assert '<text class="gm-word" x="400.0" y="0.0" text-anchor="middle">a &lt; b</text>' in svg


def test_what_is_empty_is_not_drawn():
    plot = Plot([0, 1], [0, 1])
    plot.lines([], "gm-line")
    plot.dots(np.empty((0, 2)), "gm-dots")
    assert "<path" not in plot.svg()
