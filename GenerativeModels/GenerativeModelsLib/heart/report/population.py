"""The heart's point among the population on the top latent level, as a figure of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from GenerativeModelsLib.heart.report import latent_figures
from GenerativeModelsLib.page.figures import page_svg
from GenerativeModelsLib.uncertainty.platt import probability_text

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel, Placed

__all__ = ["population_svg"]

_COLOURS = {
    latent_figures.INK: "var(--ink)",
    latent_figures.SOFT: "var(--soft)",
    latent_figures.CLASS_COLOURS["healthy"]: "var(--chart)",
    latent_figures.CLASS_COLOURS["hcm"]: "var(--case)",
}


def population_svg(model: HeartModel, placed: Placed) -> str:
    """`latent_figures.population_figure` as an SVG element in the page's colours."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "population"}):
        figure = Figure((4.6, 4.2), facecolor="none")
        axes = figure.add_axes((0.115, 0.215, 0.87, 0.77), facecolor="none")
        latent_figures.draw_population(axes, model, placed)
        axes.spines[["left", "bottom"]].set_color(latent_figures.SOFT)
        chance = probability_text(float(placed.hcm_probability[0]))
        words = f"This heart on the model's top level among healthy and hypertrophic hearts; probability {chance}"
        return page_svg(figure, "latent", words, _COLOURS)
