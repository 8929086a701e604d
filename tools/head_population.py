"""Does the simulated population agree with the growth charts and with the spread of cephalic index seen in ultrasound?

Run as ``python -m tools.head_population --output docs/images [--data ../shared/data]``. Sizes
are measured on the shapes, by the ellipse fitted to the axial outline, not read from the draws. The charts describe
healthy pregnancies, so they are compared with typical heads; the cephalic index with all variants as drawn.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.evaluation.data.hc18 import read_hc18, split_hc18
from GenerativeModelsLib.skull.growth import intergrowth
from GenerativeModelsLib.skull.population.heads import VARIANTS, Head, sample_heads
from GenerativeModelsLib.skull.shape.ellipse import fit_ellipse

WEEKS = tuple(range(18, 41, 2))
"""Weeks compared with the charts; below 18 their BPD and OFD imply a cephalic index that real heads do not have."""
GALLERY_WEEKS = (11.0, 12.0, 13.0, 14.0, 16.0, 20.0, 27.0, 34.0, 42.0)
MEAN_LIMIT_PERCENT, SD_LIMIT_PERCENT = 1.0, 10.0
"""Largest accepted deviations of the simulated from the chart's mean and standard deviation."""


@dataclass(frozen=True)
class ChartAgreement:
    """One quantity at one week: chart and simulated mean and SD in mm."""

    quantity: str
    weeks: float
    heads: int
    chart_mean: float
    chart_sd: float
    mean: float
    sd: float

    @property
    def mean_deviation_percent(self) -> float:
        """Simulated against chart mean."""
        return 100 * (self.mean / self.chart_mean - 1)

    @property
    def sd_deviation_percent(self) -> float:
        """Simulated against chart standard deviation."""
        return 100 * (self.sd / self.chart_sd - 1)


def sizes(heads: Sequence[Head]) -> dict[str, np.ndarray]:
    """Arrays (N,) of hc, bpd, ofd in mm and ci in per cent, measured on the axial outlines."""
    ellipses = [fit_ellipse(head.shape.axial_outline()) for head in heads]
    bpd, ofd = (2 * np.array([getattr(e, name) for e in ellipses]) for name in ("semi_minor", "semi_major"))
    return {"hc": np.array([e.perimeter for e in ellipses]), "bpd": bpd, "ofd": ofd, "ci": 100 * bpd / ofd}


def chart_agreement(
    weeks: Sequence[float] = WEEKS, heads_per_week: int = 1000, seed: int = 1, variant: str | None = "typical"
) -> list[ChartAgreement]:
    """Simulated against chart mean and SD of HC, BPD and OFD at each of `weeks`; 4 ms a head."""
    rows = []
    for number, week in enumerate(weeks):
        found = sizes(sample_heads(heads_per_week, (seed, number), weeks=float(week), variant=variant))
        for name, chart in intergrowth.CURVES.items():
            at = float(chart.mean(week)), float(chart.sd(week))
            mean, sd = float(found[name].mean()), float(found[name].std(ddof=1))
            rows.append(ChartAgreement(name.upper(), float(week), heads_per_week, *at, mean, sd))
    return rows


def markdown_table(rows: Sequence[ChartAgreement]) -> str:
    """One line per week, deviations of mean and SD in per cent."""
    names = list(dict.fromkeys(row.quantity for row in rows))
    lines = ["| week | " + " | ".join(f"{n} mean | {n} SD" for n in names) + " |", "|---" * (1 + 2 * len(names)) + "|"]
    for week in dict.fromkeys(row.weeks for row in rows):
        cells = [
            f"{row.mean_deviation_percent:+.2f} % | {row.sd_deviation_percent:+.1f} %"
            for name in names
            for row in rows
            if row.weeks == week and row.quantity == name
        ]
        lines.append(f"| {week:g} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def read_hc18_index(data: str | Path) -> np.ndarray:
    """Cephalic index in per cent of the annotated ellipses of HC18's training part."""
    ellipses = [case.ellipse for case in split_hc18(read_hc18(Path(data) / "hc18")).training]
    return np.array([100 * ellipse.semi_minor / ellipse.semi_major for ellipse in ellipses])


def draw_population(heads: Sequence[Head], path: str | Path, hc18_index: np.ndarray | None = None) -> None:
    """Write a picture of BPD, OFD, HC against the charts' percentiles, and of the cephalic index."""
    from matplotlib.figure import Figure

    found, age = sizes(heads), np.array([head.gestational_age_weeks for head in heads])
    typical = np.array([head.variant == "typical" for head in heads])
    figure = Figure(figsize=(12, 8.5), layout="constrained")
    axes = figure.subplots(2, 2)
    weeks = np.linspace(max(age.min(), intergrowth.WEEKS[0]), min(age.max(), intergrowth.WEEKS[1]), 100)
    for axis, (name, chart) in zip(axes.flat, intergrowth.CURVES.items()):
        axis.plot(age[~typical], found[name][~typical], ".", ms=3, alpha=0.5, color="tab:orange", label="variants")
        axis.plot(age[typical], found[name][typical], ".", ms=3, alpha=0.4, color="tab:blue", label="typical")
        for z, label in ((-1.881, "3rd"), (0.0, "50th"), (1.881, "97th")):
            axis.plot(weeks, chart.value_mm(z, weeks), "k-" if z == 0 else "k--", lw=1.3)
            axis.annotate(f" {label}", (weeks[-1], float(chart.value_mm(z, weeks[-1]))), fontsize=8, va="center")
        axis.set(xlabel="gestational age (weeks)", ylabel=f"{name.upper()} (mm)")
        axis.legend(loc="upper left", markerscale=3, fontsize=8)
    axis, bins = axes[1, 1], np.arange(60, 97, 1.5)
    axis.hist(found["ci"], bins, density=True, alpha=0.6, label=_moments("simulated", found["ci"]))
    if hc18_index is not None:
        axis.hist(
            hc18_index, bins, density=True, histtype="step", color="k", lw=1.5, label=_moments("HC18", hc18_index)
        )
    axis.set(xlabel="cephalic index (%)", ylabel="density")
    axis.legend(fontsize=8)
    figure.suptitle(f"{len(heads)} simulated heads and the INTERGROWTH-21st percentiles")
    figure.savefig(path, dpi=90)


def _moments(name: str, values: np.ndarray) -> str:
    return f"{name}: {values.mean():.1f} (SD {values.std(ddof=1):.1f}), n = {len(values)}"


def write_population_check(
    output: str | Path, data: str | Path | None = None, *, heads: int = 2000, heads_per_week: int = 1000, seed: int = 1
) -> str:
    """Write population.png, head_variants.png and head_ages.png into folder `output`.

    Returns the Markdown table of deviations.
    """
    from tools.head_gallery import draw_gallery

    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    index = None if data is None else read_hc18_index(data)
    draw_population(sample_heads(heads, (seed, 1000)), folder / "population.png", index)
    gallery = [sample_heads(1, (seed, 2007), weeks=28.0, variant=variant)[0] for variant in VARIANTS]
    draw_gallery(gallery, folder / "head_variants.png")
    ages = [sample_heads(1, (seed, i), weeks=week, variant="typical")[0] for i, week in enumerate(GALLERY_WEEKS)]
    draw_gallery(ages, folder / "head_ages.png")
    return markdown_table(chart_agreement(heads_per_week=heads_per_week, seed=seed))


def main(arguments: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--data", type=Path, help="folder with hc18/hc18.csv")
    parser.add_argument("--heads-per-week", type=int, default=1000)
    options = parser.parse_args(arguments)
    print(write_population_check(options.output, options.data, heads_per_week=options.heads_per_week))


if __name__ == "__main__":
    main()
