"""Benchmark on real fetal heads imaged by the simulator, with a calibration fitted without the head it is judged on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.data.real_heads import evaluation_templates, load_fetal_template
from GenerativeModelsLib.evaluation.data.test_heads import TEST_SET, head_surface, imaged
from GenerativeModelsLib.evaluation.scores.normal_offsets import signed_offsets
from GenerativeModelsLib.evaluation.scores.sparsification import sparsification
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.evaluation.skull.benchmark import ORDER
from GenerativeModelsLib.evaluation.skull.head_calibration import SUBSETS_BY_COUNT, fit_head_calibration
from GenerativeModelsLib.evaluation.skull.records import CaseRecords, Record, evaluate_case
from GenerativeModelsLib.geometry.registration import rigid_align
from GenerativeModelsLib.process.parallel import Progress, parallel_map
from GenerativeModelsLib.skull.infer.calibration import HeadCalibration
from GenerativeModelsLib.skull.infer.model import SkullModel, load_skull_model
from GenerativeModelsLib.skull.infer.variant_shape import RESEMBLANCE_COLUMN, resemblance_cell
from GenerativeModelsLib.skull.locate.outlines import NORMAL_90
from GenerativeModelsLib.skull.population.basis import shape_basis
from GenerativeModelsLib.skull.shape.harmonics import fit, synthesise
from GenerativeModelsLib.skull.shape.regions import REGIONS, VAULT, regions
from GenerativeModelsLib.skull.shape.star_surface import HeadShape, ellipsoid, table_directions

__all__ = ["RealHead", "examine", "left_out_calibration", "run_templates"]

HEIGHT_OVER_OFD = 0.86
"""Height of the ellipsoid that the reconstruction is compared with."""
MAP_DEGREE = 8
NEIGHBOUR_WEEKS = 1.0
"""Templates within this distance in age share fetuses: both are left out together."""


@dataclass(frozen=True)
class RealHead:
    """Examinations of one real head, with standard deviations calibrated on simulated heads alone.

    Attributes
    ----------
    name, weeks, hc_mm : of the head.
    cases : records of each examination.
    ellipsoid_error_mm : by examination and subset, mean distance on the vault of the ellipsoid with the found BPD, OFD.
    """

    name: str
    weeks: float
    hc_mm: float
    cases: list[CaseRecords]
    ellipsoid_error_mm: list[dict[str, float]]


@lru_cache(maxsize=1)
def _model(bundle: str) -> SkullModel:
    """The model without its calibration on real heads."""
    import torch

    torch.set_num_threads(1)
    return replace(load_skull_model(Path(bundle)), head_calibration=None)


def examine(
    bundle: Path, paths: Sequence[Path], repeats: int, seed: int, workers: int, progress: Progress | None = None
) -> list[RealHead]:
    """Image every template `repeats` times and reconstruct it from every subset of planes."""
    return parallel_map(partial(_examined, str(bundle), repeats, seed), paths, workers, progress=progress)


def _examined(bundle: str, repeats: int, seed: int, path: Path) -> RealHead:
    head = load_fetal_template(path)
    truth = head_surface(head.shape)
    cases, errors = [], []
    for repeat in range(repeats):
        rng = np.random.default_rng([TEST_SET + 1000 * seed, int(10 * head.gestational_age_weeks), repeat])
        case = evaluate_case(_model(bundle), repeat, head.shape, imaged(head.shape, rng))
        cases.append(case)
        errors.append({name: _ellipsoid_error(record, truth) for name, record in case.records.items()})
    return RealHead(path.name.removesuffix("_mask.nii.gz"), head.gestational_age_weeks, head.hc_mm, cases, errors)


def _ellipsoid_error(record: Record, truth) -> float:
    bpd, ofd = record.found.bpd_mm, record.found.ofd_mm
    surface = head_surface(ellipsoid(bpd / 2, ofd / 2, HEIGHT_OVER_OFD * ofd / 2), 4)
    vault = regions(surface.points, record.found.hc_mm / (2 * np.pi)) == VAULT
    moved = surface.transformed(rigid_align(surface, truth))
    return float(np.average(np.abs(signed_offsets(moved, truth, vault)), weights=surface.vertex_areas[vault]))


def _others(heads: Sequence[RealHead], head: RealHead) -> dict[str, list[CaseRecords]]:
    """Records of the heads that share no fetus with `head`."""
    return {h.name: h.cases for h in heads if abs(h.weeks - head.weeks) > NEIGHBOUR_WEEKS}


def calibrated(record: Record, planes: int, heads: HeadCalibration) -> np.ndarray:
    """(M,) standard deviations of a record after the calibration on real heads."""
    size = record.found.hc_mm / (2 * np.pi)
    return heads.surface(record.sigma_mm, record.points * size, planes, size)


def fixed_map(cases: Mapping[str, Sequence[CaseRecords]], subset: str) -> HeadShape:
    """Mean absolute error by direction over the heads, the same for every case; `radius` returns its exponential."""
    values, counts = 0.0, 0.0
    for name in cases:
        for case in cases[name]:
            if subset not in case.records:
                continue
            record = case.records[subset]
            error = np.abs(record.offsets_mm["rigid"]) / record.found.hc_mm
            directions = record.points / np.linalg.norm(record.points, axis=1, keepdims=True)
            near = np.exp((table_directions().reshape(-1, 3)[::4] @ directions.T - 1) / 0.02)
            values, counts = values + near @ error, counts + near.sum(1)
    coarse = values / counts
    everywhere = table_directions().reshape(-1, 3)
    nearest = np.argmax(everywhere @ everywhere[::4].T, axis=1)
    table = np.log(coarse[nearest]).reshape(table_directions().shape[:2])
    return HeadShape(synthesise(fit(table, MAP_DEGREE)))


def run_templates(bundle: Path, data: Path, repeats: int, seed: int, workers: int = 2) -> Report:
    """Real fetal heads (spina bifida MRI templates not used for the shape basis), each imaged `repeats` times."""
    paths = evaluation_templates(data)
    if not paths:
        raise InputError(
            f"Neither {Path(data)} nor its folder fetal_heads_spina_bifida contains templates: name the data folder "
            "with --data."
        )
    with bar("heads") as progress:
        heads = examine(bundle, paths, repeats, seed, workers, progress)
    return report(heads, repeats)


def left_out_calibration(heads: Sequence[RealHead], head: RealHead) -> HeadCalibration:
    """Calibration fitted to the heads that share no fetus with `head`.

    Raises
    ------
    InputError
        There is no such head.
    """
    others = _others(heads, head)
    if not others:
        raise InputError(
            f"Every template lies within a week of {head.name}: the benchmark needs templates of several ages."
        )
    return fit_head_calibration(others)


def _related(head: RealHead) -> bool:
    """Whether a template of the shape basis lies within a week of the head."""
    used = shape_basis().provenance["fetal_heads"]
    weeks = [float(re.search(r"ga(\d+)", name)[1]) for name in used["used_late"] + used["used_early"]]
    return any(abs(week - head.weeks) <= NEIGHBOUR_WEEKS for week in weeks)


def report(heads: Sequence[RealHead], repeats: int) -> Report:
    """All tables from the records of the heads."""
    left_out = {head.name: left_out_calibration(heads, head) for head in heads}
    summary, figures = [], {}
    for subset in ORDER:
        planes = next(k for k, names in enumerate(SUBSETS_BY_COUNT, 1) if subset in names)
        row = _summary(heads, subset, planes, left_out)
        figures[subset] = row
        summary.append([subset, *_cells(row)])
    columns = ("planes", "90 % coverage: vault / face / base / whole", "the same, simulated calibration")
    columns += ("vault error, mm (ratio to the ellipsoid)", "whole error / claimed sd, mm", "volume: bias, % / held")
    columns += ("sigma ranks (Spearman; AUSE): model, fixed map", "typical / unusual / outside, %")
    notes = [
        f"{len(heads)} templates that are not in the shape basis, {repeats} examinations each, after rigid alignment. "
        "The calibration is fitted without the head and its neighbours within a week, which share fetuses.",
    ]
    if related := [head.name for head in heads if _related(head)]:
        notes.append(f"Within a week of a template in the shape basis: {', '.join(related)}.")
    failures = sum(bool(case.failure) for head in heads for case in head.cases)
    if failures:
        notes.append(f"{failures} examinations gave no result.")
    first = Table("Real fetal heads, calibration fitted without the head it is judged on", columns, summary, notes)
    return Report([first, _by_head(heads, repeats)], figures | {"failures": failures})


def _summary(heads, subset: str, planes: int, left_out: Mapping[str, HeadCalibration]) -> dict[str, float]:
    """Figures of one subset: means over the examinations of a head, then over heads."""
    rows: dict[str, list[float]] = {}

    def add(name: str, values: list[float]) -> None:
        rows.setdefault(name, []).append(float(np.mean(values)))

    for head in heads:
        records = [c.records[subset] for c in head.cases if subset in c.records]
        ellipsoids = [e[subset] for e in head.ellipsoid_error_mm if subset in e]
        if not records:
            continue
        maps = fixed_map(_others(heads, head), subset)
        found: dict[str, list[float]] = {}
        for record in records:
            for name, value in _figures(record, planes, left_out[head.name], maps).items():
                found.setdefault(name, []).append(value)
        for name, values in found.items():
            add(name, values)
        add("ellipsoid_vault_mm", ellipsoids)
        verdicts = [r.verdict for r in records]
        for verdict in ("typical", "unusual", "outside"):
            add(verdict, [100.0 * (v == verdict) for v in verdicts])
    means = {name: float(np.mean(values)) for name, values in rows.items()}
    means["vault_ratio"] = means["vault_mm"] / means["ellipsoid_vault_mm"]
    return means


def _figures(record: Record, planes: int, heads: HeadCalibration, maps: HeadShape) -> dict[str, float]:
    from scipy.stats import spearmanr

    d, area = np.abs(record.offsets_mm["rigid"]).astype(float), record.areas.astype(float)
    sigma, plain = calibrated(record, planes, heads), record.sigma_mm.astype(float)
    region = regions(record.points, 1.0)
    where = {name: region == k for k, name in enumerate(REGIONS)} | {"whole": np.ones(len(d), bool)}
    found: dict[str, float] = {}
    for name, here in where.items():
        for label, sd in (("cover", sigma), ("plain", plain)):
            found[f"{label}_{name}"] = float(np.average(d[here] <= NORMAL_90 * sd[here], weights=area[here]))
    fixed = maps.radius(record.points)
    found["vault_mm"] = float(np.average(d[where["vault"]], weights=area[where["vault"]]))
    found["whole_mm"], found["sigma_mm"] = (float(np.average(v, weights=area)) for v in (d, sigma))
    found["spearman"], found["spearman_fixed"] = (float(spearmanr(v, d).statistic) for v in (sigma, fixed))
    found["ause"], found["ause_fixed"] = (sparsification(d, v, area).ause_relative for v in (sigma, fixed))
    value, truth = record.found.head_volume_ml, record.truth.head_volume_ml
    found["volume_bias"] = 100 * (value / truth - 1)
    sd = heads.volume_sd(record.sd["head_volume_ml"], value, planes)
    found["volume_held"] = float(abs(truth - value) <= NORMAL_90 * sd)
    return found


def _cells(f: Mapping[str, float]) -> list[str]:
    names = (*REGIONS, "whole")
    return [
        " / ".join(f"{f[f'cover_{n}']:.2f}" for n in names),
        " / ".join(f"{f[f'plain_{n}']:.2f}" for n in names),
        f"{f['vault_mm']:.2f} ({f['vault_ratio']:.2f})",
        f"{f['whole_mm']:.2f} / {f['sigma_mm']:.2f}",
        f"{f['volume_bias']:+.1f} / {f['volume_held']:.2f}",
        f"{f['spearman']:.2f}; {f['ause']:.2f}, {f['spearman_fixed']:.2f}; {f['ause_fixed']:.2f}",
        f"{f['typical']:.0f} / {f['unusual']:.0f} / {f['outside']:.0f}",
    ]


def _by_head(heads: Sequence[RealHead], repeats: int) -> Table:
    rows = []
    for head in heads:
        results = [c for c in head.cases if not c.failure]
        row = [head.name, f"{head.hc_mm:.0f}"]
        for subset in ORDER:
            found = [r.records[subset].accuracy["rigid"] for r in results]
            row.append(
                f"{np.mean([f.dice for f in found]):.3f} / {np.mean([f.hausdorff_mm for f in found]):.1f} / "
                f"{np.mean([f.mean_surface_distance_mm for f in found]):.2f}"
            )
        base = [r.baseline["rigid"] for r in results]
        row.append(f"{np.mean([b.dice for b in base]):.3f} / {np.mean([b.mean_surface_distance_mm for b in base]):.2f}")
        row.append(resemblance_cell([r.variants for c in results for r in c.records.values()]))
        rows.append(row)
    columns = ("head", "HC, mm", *(f"{s}: Dice / HD / mean mm" for s in ORDER), "scaled mean head: Dice / mean mm")
    columns += (RESEMBLANCE_COLUMN,)
    return Table(f"Every head, {repeats} examinations, after rigid alignment", columns, rows)
