"""Benchmark of the skull model on held-out simulated heads, with the published results."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.data.published import SKULL_METHODS
from GenerativeModelsLib.evaluation.data.test_heads import TEST_SET
from GenerativeModelsLib.evaluation.scores.calibration import LEVELS, calibration
from GenerativeModelsLib.evaluation.scores.normal_offsets import Offsets
from GenerativeModelsLib.evaluation.scores.resampling import paired_mean
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.evaluation.skull.records import CaseRecords, Record
from GenerativeModelsLib.evaluation.skull.run import evaluate_set
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.skull.infer.variant_shape import RESEMBLANCE_COLUMN, resemblance_cell
from GenerativeModelsLib.skull.population.heads import WEEKS
from GenerativeModelsLib.skull.shape.regions import REGIONS, regions

ORDER = ("three planes", "axial + sagittal", "axial + coronal", "axial")
AGE_BOUNDS = (16, 22, 30, 38)
"""Weeks that separate the groups of ages."""


def run(bundle: Path, cases: int, seed: int, workers: int) -> Report:
    """Evaluate `cases` held-out heads from every subset of planes."""
    with bar("heads") as progress:
        found = evaluate_set(bundle, TEST_SET + 1000 * seed, cases, workers=workers, progress=progress)
    return report(found)


def report(cases: Sequence[CaseRecords]) -> Report:
    """All tables of the comparison from the records of the cases."""
    whole = [c for c in cases if not c.failure]
    tables = [accuracy_table(whole, "rigid", len(cases)), accuracy_table(whole, "none", len(cases))]
    spread = [calibration_table(whole)] if all(_has_spread(whole, subset) for subset in ORDER) else []
    tables += [baseline_table(whole), *spread, biometry_table(whole), variant_table(whole)]
    figures = {
        "cases": len(cases),
        "failures": {c.case: c.failure for c in cases if c.failure},
        "accuracy": {a: {s: means(whole, s, a) for s in ORDER} for a in ("rigid", "none")},
        "coverage90": {a: {s: coverage90(whole, s, a) for s in ORDER} for a in ("rigid", "none")},
        "gain_mm": {s: paired_gain(whole, s, "rigid") for s in ORDER},
    }
    return Report(tables, figures)


def _records(cases: Sequence[CaseRecords], subset: str) -> list[Record]:
    return [c.records[subset] for c in cases]


def _has_spread(cases: Sequence[CaseRecords], subset: str) -> bool:
    """Whether the records have standard deviations; those of a model without draws have none."""
    return all(record.sigma_mm is not None for record in _records(cases, subset))


def share_cell(share: float | None) -> str:
    """Share with two decimals; a dash for None."""
    return "-" if share is None else f"{share:.2f}"


def means(cases: Sequence[CaseRecords], subset: str, align: str) -> dict[str, float]:
    """Mean of every accuracy metric over the cases, and of the absolute relative volume difference."""
    rows = [r.accuracy[align] for r in _records(cases, subset)]
    found = {name: float(np.mean([getattr(r, name) for r in rows])) for name in vars(rows[0])}
    found["absolute_volume_difference"] = float(np.mean([abs(r.relative_volume_difference) for r in rows]))
    return found


def accuracy_table(cases: Sequence[CaseRecords], align: str, asked: int) -> Table:
    frame = "after rigid alignment" if align == "rigid" else "in the head frame as it comes"
    rows = []
    for subset in ORDER:
        m = means(cases, subset, align)
        sd = [
            np.std([getattr(r.accuracy[align], n) for r in _records(cases, subset)]) for n in ("dice", "hausdorff_mm")
        ]
        paper = SKULL_METHODS["HiREC-CVAE"].get(subset)
        rows.append(
            [
                subset,
                f"{m['dice']:.3f} +- {sd[0]:.3f}",
                f"{m['hausdorff_mm']:.2f} +- {sd[1]:.2f}",
                f"{m['hd95_mm']:.2f}",
                f"{m['mean_surface_distance_mm']:.2f}",
                f"{m['absolute_volume_difference']:.3f} ({m['relative_volume_difference']:+.3f})",
                share_cell(coverage90(cases, subset, align)),
                "-" if paper is None else f"{paper.dice[0]:.2f} / {paper.hausdorff_mm[0]:.2f} / {paper.rvd[0]:.2f}",
            ]
        )
    columns = ("planes", "Dice", "Hausdorff, mm", "HD95, mm", "mean distance, mm", "volume, absolute (signed)")
    columns += ("90 % coverage", "paper: Dice / HD / RVD")
    notes = [
        f"{len(cases)} of {asked} held-out simulated heads, {WEEKS[0]:g} to {WEEKS[1]:g} weeks, all variants, "
        "planes with full pose noise.",
        "The paper used 14 real heads and another length scale (docs/science.md); compare with care.",
    ]
    return Table(f"Accuracy {frame}", columns, rows, notes)


def paired_gain(cases: Sequence[CaseRecords], subset: str, align: str) -> tuple[float, float, float]:
    """Baseline minus model, mean surface distance in mm: mean and its 95 % bootstrap interval over cases."""
    gain = np.array(
        [
            c.baseline[align].mean_surface_distance_mm - c.records[subset].accuracy[align].mean_surface_distance_mm
            for c in cases
        ]
    )
    return paired_mean(gain)


def baseline_table(cases: Sequence[CaseRecords]) -> Table:
    """The model against the population's mean head scaled by the axial ellipse."""
    rows = []
    for align in ("rigid", "none"):
        base = np.mean([c.baseline[align].mean_surface_distance_mm for c in cases])
        dice = np.mean([c.baseline[align].dice for c in cases])
        for subset in ORDER:
            m, (gain, low, high) = means(cases, subset, align), paired_gain(cases, subset, align)
            better = np.mean(
                [
                    c.records[subset].accuracy[align].mean_surface_distance_mm
                    < c.baseline[align].mean_surface_distance_mm
                    for c in cases
                ]
            )
            rows.append(
                [
                    "aligned" if align == "rigid" else "as it comes",
                    subset,
                    f"{base:.2f} / {dice:.3f}",
                    f"{m['mean_surface_distance_mm']:.2f} / {m['dice']:.3f}",
                    f"{gain:.2f} ({low:.2f} to {high:.2f})",
                    f"{100 * better:.0f} %",
                ]
            )
    columns = ("frame", "planes", "mean head, scaled: distance mm / Dice", "model: the same")
    columns += ("gain, mm (paired 95 % interval)", "heads where the model is better")
    return Table("Against the mean head scaled by the axial ellipse", columns, rows)


def offsets_of(cases: Sequence[CaseRecords], subset: str, align: str, region: int | None = None) -> Offsets:
    """Offsets and predicted standard deviations of the vertices in a region (None: all); both must be known."""
    rows = _records(cases, subset)
    d = np.concatenate([r.offsets_mm[align] for r in rows])
    sigma = np.concatenate([r.sigma_mm for r in rows])
    areas = np.concatenate([r.areas for r in rows])
    labels = np.concatenate([np.full(len(r.areas), i) for i, r in enumerate(rows)])
    if region is not None:
        keep = regions(np.concatenate([r.points for r in rows]), 1.0) == region
        d, sigma, areas, labels = d[keep], sigma[keep], areas[keep], labels[keep]
    return Offsets.of(d, sigma, areas, labels)


def coverage(cases: Sequence[CaseRecords], subset: str, align: str) -> list[float]:
    """Share of the surface covered at the levels of `calibration.LEVELS`."""
    c = calibration(offsets_of(cases, subset, align))
    return [getattr(c, f"coverage_{round(100 * p)}") for p in LEVELS]


def coverage90(cases: Sequence[CaseRecords], subset: str, align: str) -> float | None:
    """Share of the surface within the 90 % interval; None for a model without draws."""
    return coverage(cases, subset, align)[LEVELS.index(0.90)] if _has_spread(cases, subset) else None


def calibration_table(cases: Sequence[CaseRecords]) -> Table:
    """Coverage, sharpness and ranking of the uncertainty map after alignment: whole head and regions."""
    rows = []
    for subset in ORDER:
        for region, number in {"whole": None, **{name: k for k, name in enumerate(REGIONS)}}.items():
            c = calibration(offsets_of(cases, subset, "rigid", number))
            cover = " / ".join(f"{getattr(c, f'coverage_{round(100 * p)}'):.2f}" for p in LEVELS)
            numbers = (c.sigma_scale, c.crps_mm, c.ence, c.ause_relative, c.mean_sigma_mm, c.mean_error_mm)
            rows.append([subset, region, cover, *(f"{v:.2f}" for v in numbers)])
    columns = (
        "planes",
        "region",
        "coverage at 50 / 68 / 90 / 95 %",
        "sigma scale",
        "CRPS, mm",
        "ENCE",
        "AUSE, relative",
    )
    columns += ("mean sigma, mm", "mean error, mm")
    return Table("Uncertainty of the surface, after rigid alignment", columns, rows)


def interval_share(truth: np.ndarray, intervals: Sequence[tuple[float, float] | None]) -> float | None:
    """Share of the intervals that contain the truth (N,); None if a case has no interval."""
    if any(interval is None for interval in intervals):
        return None
    return float(np.mean([low <= t <= high for t, (low, high) in zip(truth, intervals, strict=True)]))


def biometry_table(cases: Sequence[CaseRecords]) -> Table:
    """Error of every quantity, and coverage of its 90 % interval if it has one."""
    rows = []
    for subset in ORDER:
        records = _records(cases, subset)
        row = [subset]
        for quantity in QUANTITIES:
            truth = np.array([getattr(r.truth, quantity) for r in records])
            error = np.array([getattr(r.found, quantity) for r in records]) - truth
            held = share_cell(interval_share(truth, [r.interval90[quantity] for r in records]))
            row.append(f"{np.abs(error).mean():.2f} ({error.mean():+.2f}), {held}")
        rows.append(row)
    names = ("BPD, mm", "OFD, mm", "HC, mm", "CI, %", "volume, ml")
    return Table("Biometry: mean absolute error (bias), coverage of the 90 % interval", ("planes", *names), rows)


def variant_table(cases: Sequence[CaseRecords]) -> Table:
    """Mean surface distance by shape variant and age, after alignment; and the in-distribution verdicts."""
    groups = {v: [c for c in cases if c.variant == v] for v in sorted({c.variant for c in cases})}
    bounds = (WEEKS[0], *AGE_BOUNDS, WEEKS[1])
    for k, (low, high) in enumerate(pairwise(bounds)):
        groups[f"{low:.0f} to {high:.0f} weeks"] = [c for c in cases if np.digitize(c.weeks, AGE_BOUNDS) == k]
    rows = []
    for name, group in groups.items():
        if not group:
            continue
        distances = [f"{means(group, s, 'rigid')['mean_surface_distance_mm']:.2f}" for s in ORDER]
        verdicts = [r.verdict for c in group for r in c.records.values()]
        shares = " / ".join(f"{100 * verdicts.count(v) / len(verdicts):.0f}" for v in ("typical", "unusual", "outside"))
        said = resemblance_cell([r.variants for c in group for r in c.records.values()])
        rows.append([name, str(len(group)), *distances, shares, said])
    columns = ("group", "heads", *(f"{s}, mm" for s in ORDER), "typical / unusual / outside, %")
    columns += (RESEMBLANCE_COLUMN,)
    return Table("Mean surface distance by variant and age", columns, rows)
