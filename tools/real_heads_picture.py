"""Pictures of the documentation on real data: borders read in HC18 pictures, and sigma beside the error on real heads.

Run from the repository root: `python -m tools.real_heads_picture --data ../shared/data --output docs/images`. The
pictures of HC18 are from the test part, which did not train; each real head is calibrated on the others.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case, read_hc18, split_hc18
from GenerativeModelsLib.evaluation.data.real_heads import evaluation_templates, load_fetal_template
from GenerativeModelsLib.evaluation.data.test_heads import TEST_SET, head_surface, imaged
from GenerativeModelsLib.evaluation.scores.normal_offsets import signed_offsets
from GenerativeModelsLib.evaluation.skull.real_heads import RealHead, examine, left_out_calibration
from GenerativeModelsLib.geometry.registration import rigid_align
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.skull.infer.model import SkullModel, load_skull_model
from GenerativeModelsLib.skull.infer.reconstruct import reconstruct
from GenerativeModelsLib.skull.planes.image import plane_from_array

if TYPE_CHECKING:
    from matplotlib.figure import Figure

VISIBLE = 0.5
EXAMINATIONS = 4
"""Of each template, for the calibration of the others."""
ATTRIBUTION = "HC18, van den Heuvel et al., Zenodo 1327317, PLoS ONE 13: e0200412; CC BY 4.0."


def borders_figure(model: SkullModel, cases: list[Hc18Case]) -> Figure:
    """Every picture with the reconstructed outline, its 90 % band, the border read, and the annotated ellipse."""
    from matplotlib.figure import Figure

    columns = 3
    rows = -(-len(cases) // columns)
    figure = Figure(figsize=(4.2 * columns, 3.1 * rows), layout="constrained")
    for axis, case in zip(figure.subplots(rows, columns, squeeze=False).flat, cases):
        pixels = case.pixels()
        found = reconstruct(
            model, {"axial": plane_from_array(pixels, (case.spacing_mm, case.spacing_mm), "axial")}, seed=0
        )
        plane = found.planes["axial"]
        rows_mm, columns_mm = (n * case.spacing_mm for n in pixels.shape)
        axis.imshow(pixels, cmap="gray", extent=(0, columns_mm, rows_mm, 0))
        for line in plane.band_mm[0] + plane.band_mm[1]:
            axis.plot(*line.T, color="tab:orange", linewidth=0.6)
        for line in plane.outline_mm:
            axis.plot(*line.T, color="tab:orange", linewidth=1.3)
        axis.plot(*case.ellipse.points(200).T, color="white", linewidth=0.8, linestyle=":")
        points, seen = plane.finding.border.points_mm(), plane.finding.border.visible > VISIBLE
        axis.plot(*points[seen].T, ".", color="tab:cyan", markersize=3)
        axis.plot(*points[~seen].T, ".", color="tab:red", markersize=3)
        hc = found.biometry.hc_mm
        axis.set_title(
            f"HC {hc.value:.0f} ({hc.interval90[0]:.0f} to {hc.interval90[1]:.0f}); annotated {case.hc_mm:.0f} mm",
            fontsize=9,
        )
        axis.set_axis_off()
    figure.supxlabel(
        "orange: reconstruction and its 90 % band; white dots: the sonographer's ellipse; cyan: border read where its "
        f"echo is visible, red: where it is not. {ATTRIBUTION}",
        fontsize=7,
    )
    return figure


def sigma_figure(model: SkullModel, heads: list[RealHead], paths: list[Path], seed: int = TEST_SET) -> Figure:
    """Error of the surface and its standard deviation over the directions from the centre, for the heads of `paths`.

    Each is calibrated on the `heads` that share no fetus with it.
    """
    from matplotlib.figure import Figure
    from scipy.interpolate import griddata

    figure = Figure(figsize=(10, 2.6 * len(paths)), layout="constrained")
    axes = figure.subplots(len(paths), 3, squeeze=False)
    longitude, latitude = np.meshgrid(np.linspace(-180, 180, 121), np.linspace(-88, 88, 61))
    for row, path in zip(axes, paths, strict=True):
        head = load_fetal_template(path)
        name = path.name.removesuffix("_mask.nii.gz")
        judged = next(known for known in heads if known.name == name)
        apart = replace(model, head_calibration=left_out_calibration(heads, judged))
        images = imaged(head.shape, np.random.default_rng([seed, int(10 * head.gestational_age_weeks), 0]))
        try:
            found = reconstruct(apart, images, seed=0)
        except InputError:  # a further plane without a head: the axial one alone
            found = reconstruct(apart, {"axial": images["axial"]}, seed=0)
        truth = head_surface(head.shape)
        moved = found.surface.transformed(rigid_align(found.surface, truth))
        error = np.abs(signed_offsets(moved, truth))
        sigma = found.surface.point_data["uncertainty_mm"]
        x, y, z = (found.surface.points / np.linalg.norm(found.surface.points, axis=1, keepdims=True)).T
        at = np.degrees(np.stack([np.arctan2(x, -y), np.arcsin(z)], axis=-1))
        at = np.concatenate([at + np.array([turn, 0]) for turn in (-360, 0, 360)])
        for axis, values, title in zip(
            row,
            (error, sigma, 1.645 * sigma - error),
            ("error, mm", "standard deviation, mm", "90 % bound minus error, mm"),
        ):
            table = griddata(at, np.tile(values, 3), (longitude, latitude), method="nearest")
            limits = (
                {"cmap": "viridis", "vmin": 0, "vmax": 4}
                if "bound" not in title
                else {"cmap": "RdBu", "vmin": -4, "vmax": 4}
            )
            shown = axis.pcolormesh(longitude, latitude, table, shading="nearest", **limits)
            axis.set(title=title, xticks=[-180, -90, 0, 90, 180], yticks=[-90, 0, 90])
            axis.set_xticklabels(["back", "right", "front", "left", "back"], fontsize=7)
            axis.set_yticklabels(["base", "axial plane", "vertex"], fontsize=7)
            figure.colorbar(shown, ax=axis)
        row[0].set_ylabel(name, fontsize=8)
    return figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--output", type=Path, default=Path("docs/images"))
    parser.add_argument("--seed", type=int, default=1, help="chooses the pictures")
    options = parser.parse_args()
    bundle = options.model or default_bundle("skull")
    model = load_skull_model(bundle)
    options.output.mkdir(parents=True, exist_ok=True)
    test = split_hc18(read_hc18(options.data / "hc18")).test
    rng = np.random.default_rng(options.seed)
    large = [case for case in test if case.hc_mm >= 150]
    small = [case for case in test if case.hc_mm < 110]
    chosen = [
        *(large[i] for i in rng.choice(len(large), 4, replace=False)),
        *(small[i] for i in rng.choice(len(small), 2, replace=False)),
    ]
    borders_figure(model, chosen).savefig(options.output / "real_borders.png", dpi=110)
    templates = evaluation_templates(options.data)
    heads = examine(bundle, templates, EXAMINATIONS, 1, 2)
    sigma_figure(model, heads, templates[::3]).savefig(options.output / "sigma_beside_error.png", dpi=90)


if __name__ == "__main__":
    main()
