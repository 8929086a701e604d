"""Figure of the heart and the population on the top latent level, for the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from GenerativeModelsLib.heart.report.latent_figures import CLASS_COLOURS, INK, SOFT, draw_population
from GenerativeModelsLib.language import _
from GenerativeModelsLib.page.figures import page_svg
from GenerativeModelsLib.uncertainty.platt import probability_text

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel, Placed

__all__ = ["population_svg"]

_COLOURS = {
    INK: "var(--ink)",
    SOFT: "var(--soft)",
    CLASS_COLOURS["healthy"]: "var(--chart)",
    CLASS_COLOURS["hcm"]: "var(--case)",
}


def population_svg(model: HeartModel, placed: Placed) -> str:
    """`latent_figures.draw_population` as an SVG element in the page's colours."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "population"}):
        figure = Figure((4.6, 4.2), facecolor="none")
        axes = figure.add_axes((0.115, 0.215, 0.87, 0.77), facecolor="none")
        draw_population(axes, model, placed)
        axes.spines[["left", "bottom"]].set_color(SOFT)
        words = _("This heart on the model's top level among healthy and hypertrophic hearts")
        if placed.in_distribution[0].verdict != "outside":
            probability = probability_text(float(placed.hcm_probability[0]))
            words += "; " + _("probability {probability}", probability=probability)
        return page_svg(figure, "latent", words, _COLOURS)
