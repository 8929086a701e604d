"""Tables of the comparison: accuracy, differences, regions and biometry, spread, real heads, real pictures, cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from GenerativeModelsLib.benchmarks.rivals.cases import COMPARED
from GenerativeModelsLib.benchmarks.rivals.cost import Cost
from GenerativeModelsLib.benchmarks.rivals.methods import Method
from GenerativeModelsLib.benchmarks.rivals.results import MethodScores, change, change_cell, surface_coverage, values_of
from GenerativeModelsLib.evaluation.data.published import SKULL_METHODS
from GenerativeModelsLib.evaluation.scores.paired import PairedChange
from GenerativeModelsLib.evaluation.scores.tables import Table
from GenerativeModelsLib.skull.shape.regions import REGIONS

__all__ = ["Results", "figures_of", "tables_of"]

PAPER = ("dice", "sensitivity", "precision", "hausdorff_mm", "rvd")
"""The columns of the papers' tables."""
COMPARED_MEASURES = ("mean_mm", "dice", "hausdorff_mm", "vault_mm", "face_mm", "base_mm", "hc_mm error")
DECIMALS = {"dice": 3, "sensitivity": 3, "precision": 3, "rvd": 3}


@dataclass(frozen=True)
class Results:
    """All scores of the comparison.

    Attributes
    ----------
    methods : in the order of the tables; the first is the one that the others are compared with.
    simulated, real_heads, pictures : by key of the method; empty where the data are missing.
    costs : by key of the method.
    """

    methods: Sequence[Method]
    simulated: Mapping[str, MethodScores]
    real_heads: Mapping[str, MethodScores]
    pictures: Mapping[str, MethodScores]
    costs: Mapping[str, Cost]


def tables_of(results: Results) -> list[Table]:
    """The tables for which there are scores."""
    found = [_accuracy(results), _differences(results, results.simulated, "simulated heads of the left-out folds")]
    found += [_parts(results), _spread(results)]
    if results.real_heads:
        found += [_real_heads(results), _differences(results, results.real_heads, "real heads outside the shape basis")]
    if results.pictures:
        found.append(_pictures(results))
    return [*found, _costs(results)]


def _cell(values: Mapping[str, float], measure: str) -> str:
    if not values:
        return "-"
    numbers, digits = np.array(list(values.values())), DECIMALS.get(measure, 2)
    return f"{numbers.mean():.{digits}f} +- {numbers.std():.{digits}f}"


def _accuracy(results: Results) -> Table:
    rows = []
    for subset in COMPARED:
        for method in results.methods:
            scores = results.simulated[method.key]
            cells = [_cell(values_of(scores, subset, measure), measure) for measure in PAPER]
            cells += [_cell(values_of(scores, subset, "mean_mm"), "mean_mm"), str(scores.refused(subset))]
            rows.append([subset, method.title, *cells, _published(method, subset)])
    columns = ("planes", "method", "Dice", "sensitivity", "precision", "Hausdorff, mm", "relative volume difference")
    columns += ("mean distance, mm", "refused", "paper: DC / SEN / PPV / HD / RVD")
    notes = [
        "Simulated heads of the left-out third of the bank, after rigid alignment; mean and standard deviation over "
        "cases, of methods with several seeds the mean over these.",
        "The paper's millimetres do not compare: its heads are resampled to 96 x 96 x 96 voxels of 0.5 mm, a cube of "
        "48 mm, which holds no head of its ages; its 72 heads are real, with manual segmentations.",
    ]
    return Table("Methods and the published results", columns, rows, notes)


def _published(method: Method, subset: str) -> str:
    paper = SKULL_METHODS.get(method.published or "", {}).get(subset)
    if paper is None:
        return "-"
    values = (paper.dice, paper.sensitivity, paper.precision, paper.hausdorff_mm, paper.rvd)
    return " / ".join("-" if value is None else f"{value[0]:.2f}" for value in values)


def changes(results: Results, scores: Mapping[str, MethodScores], subset: str, key: str) -> dict[str, PairedChange]:
    """Paired changes of every compared measure from the first method to that of `key`."""
    base = scores[results.methods[0].key]
    found = {
        measure: change(values_of(base, subset, measure), values_of(scores[key], subset, measure), measure)
        for measure in COMPARED_MEASURES
    }
    return {measure: value for measure, value in found.items() if value is not None}


def _differences(results: Results, scores: Mapping[str, MethodScores], where: str) -> Table:
    rows = []
    for subset in COMPARED:
        for method in results.methods[1:]:
            found = changes(results, scores, subset, method.key)
            cells = [change_cell(found.get(m), DECIMALS.get(m, 2)) for m in COMPARED_MEASURES]
            rows.append([subset, method.title, *cells])
    names = ("mean distance, mm", "Dice", "Hausdorff, mm", "vault, mm", "face, mm", "base, mm", "HC error, mm")
    notes = [
        "Paired 95 % intervals over heads, the examinations of one head averaged first. Better and worse are written "
        "where the interval excludes zero; 7 columns are compared, so some do so by chance."
    ]
    title = f"Difference from {results.methods[0].title}: {where}"
    return Table(title, ("planes", "method", *names), rows, notes)


def _parts(results: Results) -> Table:
    rows = []
    measures = [f"{region}_mm" for region in REGIONS]
    measures += [f"{q} error" for q in ("bpd_mm", "ofd_mm", "hc_mm", "cephalic_index_percent", "head_volume_ml")]
    for subset in COMPARED:
        for method in results.methods:
            found = [values_of(results.simulated[method.key], subset, measure) for measure in measures]
            rows.append([subset, method.title, *("-" if not f else f"{np.mean(list(f.values())):.2f}" for f in found)])
    names = ("vault", "face", "base")
    columns = ("planes", "method", *(f"{n}, mm" for n in names), "BPD, mm", "OFD, mm", "HC, mm", "CI, %", "volume, ml")
    return Table("Mean absolute error by region and of the biometry, simulated heads", columns, rows)


def _spread(results: Results) -> Table:
    rows = []
    for subset in COMPARED:
        for method in results.methods:
            cells = [subset, method.title]
            found = surface_coverage(results.simulated[method.key], subset)
            cells += _coverage_cells(found)
            if results.real_heads:
                real = surface_coverage(results.real_heads[method.key], subset, results.simulated[method.key])
                cells += ["-", "-"] if real is None else [f"{real.calibrated:.2f}", f"{real.width_mm:.2f}"]
            rows.append(cells)
    columns = ("planes", "method", "coverage of the draws", "factor", "coverage with it", "width, mm", "mean error, mm")
    if results.real_heads:
        columns += ("real heads: coverage with it", "width, mm")
    notes = [
        "Share of the surface within the 90 % interval, after rigid alignment. The factor of a fold makes 90 % of the "
        "other folds' surface lie within; a dash stands for a method without draws."
    ]
    return Table("Uncertainty of the surface", columns, rows, notes)


def _coverage_cells(found) -> list[str]:
    if found is None:
        return ["-"] * 5
    numbers = (found.raw, found.factor, found.calibrated, found.width_mm, found.error_mm)
    return [f"{number:.2f}" for number in numbers]


def _real_heads(results: Results) -> Table:
    rows = []
    measures = ("dice", "hausdorff_mm", "mean_mm", "vault_mm", "face_mm", "base_mm")
    for subset in COMPARED:
        for method in results.methods:
            scores = results.real_heads[method.key]
            cells = [_cell(values_of(scores, subset, measure), measure) for measure in measures]
            rows.append([subset, method.title, *cells, str(scores.refused(subset))])
    columns = ("planes", "method", "Dice", "Hausdorff, mm", "mean distance, mm", "vault, mm", "face, mm", "base, mm")
    notes = ["Fetal MRI templates that the shape basis was not made from, imaged by the simulator; mean over folds."]
    return Table("Real heads outside the shape basis", (*columns, "refused"), rows, notes)


def _pictures(results: Results) -> Table:
    base = values_of(results.pictures[results.methods[0].key], "axial", "hc_mm error")
    rows = []
    for method in results.methods:
        scores = results.pictures[method.key]
        errors = values_of(scores, "axial", "hc_mm error")
        signed = [float(np.mean([row.biometry["hc_mm"] for row in found])) for found in scores.of("axial").values()]
        cells = ["-", "-"] if not errors else [f"{np.mean(list(errors.values())):.2f}", f"{np.mean(signed):+.2f}"]
        found = None if method is results.methods[0] else change(base, errors, "hc_mm error")
        rows.append([method.title, str(len(errors)), str(scores.refused("axial")), *cells, change_cell(found, 2)])
    columns = ("method", "pictures", "refused", "HC error, mm", "bias, mm")
    columns += (f"difference from {results.methods[0].title}, mm",)
    notes = ["HC18 pictures of the test part, HC >= 150 mm, axial plane alone; mean over folds."]
    return Table("Real pictures", columns, rows, notes)


def _costs(results: Results) -> Table:
    rows = []
    for method in results.methods:
        cost = results.costs[method.key]
        trained = "-" if cost.training_s is None else f"{cost.training_s / 60:.1f}"
        memory = "-" if cost.memory_mb is None else f"{cost.memory_mb:.0f}"
        numbers = f"{cost.parameters / 1e6:.2f}"
        rows.append([method.title, str(method.seeds), trained, f"{1000 * cost.case_s:.0f}", memory, numbers])
    columns = ("method", "seeds", "training, minutes of one core", "prediction with 100 draws, ms", "peak memory, MB")
    return Table("Cost of one network or fit", (*columns, "numbers stored, millions"), rows)


def figures_of(results: Results) -> dict[str, Any]:
    """The same figures for JSON, by method and subset of planes."""
    found: dict[str, Any] = {}
    kinds = {"simulated": results.simulated, "real_heads": results.real_heads, "pictures": results.pictures}
    for method in results.methods:
        entry: dict[str, Any] = {"title": method.title, "seeds": method.seeds, "settings": method.settings()}
        entry["cost"] = asdict(results.costs[method.key])
        for kind, scores in kinds.items():
            if scores:
                entry[kind] = {
                    s: _figures(results, scores, method, s) for s in (COMPARED if kind != "pictures" else ("axial",))
                }
        found[method.key] = entry
    return found


def _figures(results: Results, scores: Mapping[str, MethodScores], method: Method, subset: str) -> dict[str, Any]:
    own = scores[method.key]
    names = (*PAPER, *COMPARED_MEASURES, "bpd_mm error", "ofd_mm error", "head_volume_ml error")
    means = {name: values_of(own, subset, name) for name in dict.fromkeys(names)}
    coverage = surface_coverage(own, subset, None if scores is results.simulated else results.simulated[method.key])
    return {
        "mean": {name: float(np.mean(list(v.values()))) for name, v in means.items() if v},
        "sd": {name: float(np.std(list(v.values()))) for name, v in means.items() if v},
        "refused": own.refused(subset),
        "coverage": None if coverage is None else asdict(coverage),
        "change": {name: asdict(c) for name, c in changes(results, scores, subset, method.key).items()}
        if method is not results.methods[0]
        else {},
    }
