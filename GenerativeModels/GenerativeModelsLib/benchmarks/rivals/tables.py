"""Tables of the comparison: accuracy, differences, regions and biometry, spread, real heads, real pictures, cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from GenerativeModelsLib.benchmarks.rivals.cases import COMPARED
from GenerativeModelsLib.benchmarks.rivals.cost import Cost
from GenerativeModelsLib.benchmarks.rivals.methods import Method
from GenerativeModelsLib.benchmarks.rivals.results import (
    MEASURES,
    Coverage,
    MethodScores,
    change,
    change_cell,
    circumference_coverage,
    mean_over_heads,
    refused_cell,
    surface_coverage,
    values_of,
)
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
            cells += [_cell(values_of(scores, subset, "mean_mm"), "mean_mm"), _between_seeds(scores, subset)]
            cells.append(refused_cell(scores, subset))
            rows.append([subset, method.title, *cells, _published(method, subset)])
    columns = ("planes", "method", "Dice", "sensitivity", "precision", "Hausdorff, mm", "relative volume difference")
    columns += ("mean distance, mm", "between seeds, mm", "refused", "paper: DC, SEN, PPV, HD, RVD")
    notes = [
        "Simulated heads of the left-out third of the bank, after rigid alignment; mean and standard deviation over "
        "cases, of methods with several seeds the mean over these. Between seeds: standard deviation of the seeds' "
        "mean distances. Refused: predictions of all trainings.",
        "Published figures: DC, SEN and PPV from the authors' lecture notes, HD and RVD from a slide of theirs.",
        "The paper's millimetres do not compare: its heads are resampled to 96 x 96 x 96 voxels of 0.5 mm, a cube of "
        "48 mm, which holds no head of its ages; its 72 heads are real, with manual segmentations.",
    ]
    return Table("Methods and the published results", columns, rows, notes)


def _published(method: Method, subset: str) -> str:
    paper = SKULL_METHODS.get(method.published or "", {}).get(subset)
    if paper is None:
        return "-"
    values = (paper.dice, paper.sensitivity, paper.precision, paper.hausdorff_mm, paper.rvd)
    return ", ".join("-" if value is None else f"{value[0]:.2f} +- {value[1]:.2f}" for value in values)


def _between_seeds(scores: MethodScores, subset: str) -> str:
    found = scores.between_seeds(subset, "mean_mm")
    return "-" if found is None else f"{found:.3f}"


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
    count = len(rows) * len(COMPARED_MEASURES)
    notes = [
        "Paired 95 % intervals over heads, the examinations of one head averaged first, given these trainings. Better "
        f"and worse are written where the interval excludes zero; of {count} intervals, 1 in 20 does so by chance."
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
            rows.append([subset, method.title, *map(_with_half, found)])
    names = ("vault", "face", "base")
    columns = ("planes", "method", *(f"{n}, mm" for n in names), "BPD, mm", "OFD, mm", "HC, mm", "CI, %", "volume, ml")
    notes = ["Mean over heads +- half its 95 % interval by Student's t."]
    return Table("Mean absolute error by region and of the biometry, simulated heads", columns, rows, notes)


def _with_half(values: Mapping[str, float]) -> str:
    found = mean_over_heads(values)
    return "-" if found is None else f"{found[0]:.2f} +- {found[1]:.2f}"


def _spread(results: Results) -> Table:
    rows = []
    for subset in COMPARED:
        for method in results.methods:
            cells = [subset, method.title]
            own = results.simulated[method.key]
            cells += _coverage_cells(
                surface_coverage(own, subset), "raw", "factor", "calibrated", "width_mm", "error_mm"
            )
            cells += _coverage_cells(circumference_coverage(own, subset), "raw", "calibrated", "width_mm")
            if results.real_heads:
                real = results.real_heads[method.key]
                cells += _coverage_cells(surface_coverage(real, subset, own), "calibrated", "width_mm")
            rows.append(cells)
    columns = ("planes", "method", "coverage of the draws", "factor", "coverage with it", "width, mm", "mean error, mm")
    columns += ("HC: coverage of the draws", "HC: coverage with its factor", "HC: width, mm")
    if results.real_heads:
        columns += ("real heads: coverage with it", "real heads: width, mm")
    notes = [
        "Share of the surface, and of the circumferences, within the 90 % interval, after rigid alignment. The factor "
        "of a fold makes 90 % of the other folds' lie within; +- is half the 95 % interval of the coverage over heads, "
        "given the factor. A dash stands for a method without draws."
    ]
    return Table("Uncertainty of the surface", columns, rows, notes)


def _coverage_cells(found: Coverage | None, *names: str) -> list[str]:
    if found is None:
        return ["-"] * len(names)
    half = {"calibrated": f" +- {found.half95:.2f}"}
    return [f"{getattr(found, name):.2f}{half.get(name, '')}" for name in names]


def _real_heads(results: Results) -> Table:
    rows = []
    measures = ("dice", "hausdorff_mm", "mean_mm", "vault_mm", "face_mm", "base_mm")
    for subset in COMPARED:
        for method in results.methods:
            scores = results.real_heads[method.key]
            cells = [_cell(values_of(scores, subset, measure), measure) for measure in measures]
            rows.append([subset, method.title, *cells, refused_cell(scores, subset)])
    columns = ("planes", "method", "Dice", "Hausdorff, mm", "mean distance, mm", "vault, mm", "face, mm", "base, mm")
    notes = ["Fetal MRI templates that the shape basis was not made from, imaged by the simulator; mean over folds."]
    return Table("Real heads outside the shape basis", (*columns, "refused"), rows, notes)


def _pictures(results: Results) -> Table:
    base = values_of(results.pictures[results.methods[0].key], "axial", "hc_mm error")
    rows = []
    for method in results.methods:
        scores = results.pictures[method.key]
        errors, bias = values_of(scores, "axial", "hc_mm error"), _bias(scores)
        cells = ["-", "-"] if not errors else [_with_half(errors), f"{bias:+.2f}"]
        found = None if method is results.methods[0] else change(base, errors, "hc_mm error")
        spread = circumference_coverage(scores, "axial", results.simulated[method.key])
        cells += [change_cell(found, 2), *_coverage_cells(spread, "raw", "calibrated", "width_mm")]
        rows.append([method.title, str(len(errors)), refused_cell(scores, "axial"), *cells])
    columns = ("method", "pictures", "refused", "HC error, mm", "bias, mm")
    columns += (f"difference from {results.methods[0].title}, mm", "coverage of the draws")
    columns += ("coverage with the factor of simulated heads", "width, mm")
    notes = [
        "HC18 pictures of the test part, HC >= 150 mm, axial plane alone; mean over folds; paired intervals, and those "
        "behind +-, over examinations."
    ]
    return Table("Real pictures", columns, rows, notes)


def _bias(scores: MethodScores) -> float | None:
    """Mean of predicted minus annotated circumference in real pictures, mm; None without results."""
    rows = [np.mean([score.biometry["hc_mm"] for score in found]) for found in scores.of("axial").values()]
    return float(np.mean(rows)) if rows else None


def _costs(results: Results) -> Table:
    rows = []
    for method in results.methods:
        cost = results.costs[method.key]
        trained = "-" if cost.training_s is None else f"{cost.training_s / 60:.1f}"
        memory = "-" if cost.memory_mb is None else f"{cost.memory_mb:.0f}"
        numbers = f"{cost.parameters / 1e6:.2f}"
        rows.append([method.title, str(method.seeds), trained, f"{1000 * cost.case_s:.0f}", memory, numbers])
    columns = ("method", "seeds", "training, minutes of one core", "prediction, ms", "peak memory, MB")
    notes = ["Processor time; the prediction is of one case on one core, with 100 draws where a method has draws."]
    return Table("Cost of one network or fit", (*columns, "numbers stored, millions"), rows, notes)


def figures_of(results: Results) -> dict[str, Any]:
    """The same figures for JSON, by method and subset of planes."""
    found: dict[str, Any] = {}
    kinds = {"simulated": results.simulated, "real_heads": results.real_heads, "pictures": results.pictures}
    for method in results.methods:
        seeds = list(range(1, method.seeds + 1))
        entry: dict[str, Any] = {"title": method.title, "seeds": seeds, "settings": method.settings()}
        entry["cost"] = asdict(results.costs[method.key])
        paper = SKULL_METHODS.get(method.published or "", {})
        entry["published"] = {subset: asdict(values) for subset, values in paper.items()}
        for kind, scores in kinds.items():
            if scores:
                entry[kind] = {
                    s: _figures(results, scores, method, s) for s in (COMPARED if kind != "pictures" else ("axial",))
                }
        found[method.key] = entry
    return found


def _figures(results: Results, scores: Mapping[str, MethodScores], method: Method, subset: str) -> dict[str, Any]:
    own = scores[method.key]
    means = {name: values_of(own, subset, name) for name in MEASURES}
    fitted_on = None if scores is results.simulated else results.simulated[method.key]
    coverage = surface_coverage(own, subset, fitted_on)
    of_hc = circumference_coverage(own, subset, fitted_on)
    bias = _bias(own) if scores is results.pictures else None
    return {
        "mean": {name: float(np.mean(list(v.values()))) for name, v in means.items() if v},
        "sd": {name: float(np.std(list(v.values()))) for name, v in means.items() if v},
        "between_seeds": {name: own.between_seeds(subset, name) for name, v in means.items() if v},
        "refused": own.refused(subset),
        "predictions": own.predictions(subset),
        "hc_bias_mm": bias,
        "coverage": None if coverage is None else asdict(coverage),
        "hc_coverage": None if of_hc is None else asdict(of_hc),
        "change": {name: asdict(c) for name, c in changes(results, scores, subset, method.key).items()}
        if method is not results.methods[0]
        else {},
    }
