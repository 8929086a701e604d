"""Benchmarks on real data: HC18's pictures, and real fetal heads imaged by the simulator."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.real_heads import evaluation_templates, load_fetal_template
from GenerativeModelsLib.evaluation.data.test_heads import TEST_SET, imaged
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.evaluation.skull.benchmark import ORDER, interval_share, share_cell
from GenerativeModelsLib.evaluation.skull.records import evaluate_case
from GenerativeModelsLib.skull.infer.model import load_skull_model
from GenerativeModelsLib.skull.infer.reconstruct import reconstruct
from GenerativeModelsLib.skull.planes.image import plane_from_array
from GenerativeModelsLib.skull.shape.ellipse import Ellipse

FOUND_DICE = 0.90
"""Smallest Dice of located and annotated ellipse at which a head counts as found."""


def run_hc18(bundle: Path, data: Path, cases: int | None) -> Report:
    """Head circumference of held-out HC18 pictures, from the axial plane alone."""
    from rich.console import Console
    from rich.progress import track

    from GenerativeModelsLib.evaluation.data.hc18 import large_heads, read_hc18, split_hc18

    held_out = large_heads(split_hc18(read_hc18(Path(data) / "hc18")).test)[:cases]
    model = load_skull_model(bundle)
    rows, intervals, overlaps, refused, verdicts = [], [], [], [], []
    for number, case in enumerate(track(held_out, "pictures", console=Console(stderr=True))):
        image = plane_from_array(case.pixels(), (case.spacing_mm, case.spacing_mm), "axial")
        try:
            found = reconstruct(model, {"axial": image}, seed=number)
        except InputError as error:
            refused.append(f"{case.path.name}: {error}")
            continue
        hc = found.biometry.hc_mm
        located = found.planes["axial"].finding.ellipse
        overlaps.append(ellipse_dice(located, case.ellipse))
        verdicts.append(found.in_distribution.verdict)
        rows.append((case.hc_mm, hc.value, located.perimeter))
        intervals.append(hc.interval90)
    truth, value, located = np.array(rows).T
    error = value - truth
    inside = interval_share(truth, intervals)
    width = None if inside is None else float(np.mean([high - low for low, high in intervals]))
    success = sum(d >= FOUND_DICE for d in overlaps) / len(held_out)
    figures = {
        "pictures": len(held_out),
        "refused": refused,
        "locator_success": success,
        "hc_mae_mm": float(np.abs(error).mean()),
        "hc_bias_mm": float(error.mean()),
        "hc_p95_mm": float(np.quantile(np.abs(error), 0.95)),
        "coverage90": inside,
        "interval_width_mm": width,
        "locator_hc_mae_mm": float(np.abs(located - truth).mean()),
        "verdicts": {v: verdicts.count(v) for v in ("typical", "unusual", "outside")},
    }
    row = [
        str(len(held_out)),
        f"{100 * success:.0f} %",
        str(len(refused)),
        f"{figures['hc_mae_mm']:.2f} ({figures['hc_bias_mm']:+.2f})",
        f"{figures['hc_p95_mm']:.2f}",
        share_cell(inside) + ("" if width is None else f" ({width:.1f} mm wide)"),
        f"{figures['locator_hc_mae_mm']:.2f}",
        " / ".join(str(n) for n in figures["verdicts"].values()),
    ]
    columns = (
        "pictures",
        "located (Dice >= 0.9)",
        "refused",
        "HC error, mm: mean absolute (bias)",
        "95th percentile, mm",
    )
    columns += ("90 % interval covers", "locator's ellipse alone, mm", "typical / unusual / outside")
    return Report([Table("HC18 pictures kept out of training, HC >= 150 mm", columns, [row])], figures)


def ellipse_dice(a: Ellipse, b: Ellipse, size: int = 200) -> float:
    """Dice of two ellipses, on size x size points of their common bounding box."""
    points = np.concatenate([a.points(90), b.points(90)])
    axes = [np.linspace(points[:, k].min(), points[:, k].max(), size) for k in range(2)]
    grid = np.stack(np.meshgrid(*axes), axis=-1)

    def inside(e: Ellipse) -> np.ndarray:
        offset = grid - np.asarray(e.centre)
        c, s = np.cos(e.angle_rad), np.sin(e.angle_rad)
        along = (offset[..., 0] * c + offset[..., 1] * s) / e.semi_major
        across = (offset[..., 1] * c - offset[..., 0] * s) / e.semi_minor
        return along**2 + across**2 <= 1

    first, second = inside(a), inside(b)
    return float(2 * (first & second).sum() / (first.sum() + second.sum()))


def run_templates(bundle: Path, data: Path, repeats: int, seed: int) -> Report:
    """Real fetal heads (spina bifida MRI templates not used for the shape basis), each imaged `repeats` times."""
    paths = evaluation_templates(data)
    if not paths:
        raise InputError(
            f"{Path(data) / 'fetal_heads_spina_bifida'} contains no templates: name the data folder with --data."
        )
    model = load_skull_model(bundle)
    rows, figures = [], {}
    for path in paths:
        head = load_fetal_template(path)
        results = []
        for repeat in range(repeats):
            rng = np.random.default_rng([TEST_SET + 1000 * seed, int(10 * head.gestational_age_weeks), repeat])
            results.append(evaluate_case(model, repeat, head.shape, imaged(head.shape, rng)))
        results = [r for r in results if not r.failure]
        row = [path.name.removesuffix("_mask.nii.gz"), f"{head.hc_mm:.0f}"]
        for subset in ORDER:
            found = [r.records[subset].accuracy["rigid"] for r in results]
            row.append(
                f"{np.mean([f.dice for f in found]):.3f} / {np.mean([f.hausdorff_mm for f in found]):.1f} / "
                f"{np.mean([f.mean_surface_distance_mm for f in found]):.2f}"
            )
        base = [r.baseline["rigid"] for r in results]
        row.append(f"{np.mean([b.dice for b in base]):.3f} / {np.mean([b.mean_surface_distance_mm for b in base]):.2f}")
        verdicts = [r.records["three planes"].verdict for r in results]
        row.append(" / ".join(str(verdicts.count(v)) for v in ("typical", "unusual", "outside")))
        figures[row[0]] = row[1:]
        rows.append(row)
    columns = ("head", "HC, mm", *(f"{s}: Dice / HD / mean mm" for s in ORDER), "scaled mean head: Dice / mean mm")
    columns += ("three planes: typical / unusual / outside",)
    title = f"Real fetal heads (spina bifida templates), each imaged {repeats} times, after rigid alignment"
    return Report([Table(title, columns, rows)], figures)
