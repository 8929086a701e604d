"""Comparison of the simulated population of left ventricles with real people.

Real people are 300 of `lv_cap`, whose meshes are read as label maps. Simulated hearts are those of the training, with
its errors of contours and frames. Hypertrophy is compared with published changes and with ACDC's patients.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from GenerativeModelsLib.evaluation.data.acdc import read_acdc
from GenerativeModelsLib.evaluation.data.lv_cap import read_lv_cap
from GenerativeModelsLib.evaluation.heart.facts import FACTS, facts_of, ks_distance, segment_walls
from GenerativeModelsLib.evaluation.heart.measuring import (
    group_rays,
    in_processes,
    measure_patient,
    measure_person,
    rays_of,
)
from GenerativeModelsLib.evaluation.heart.population_picture import draw_population
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.heart.population.hearts import HCM_WALL_MM
from GenerativeModelsLib.heart.population.simulate import simulated_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.segments import SEGMENT_NAMES

__all__ = ["PICTURE", "run"]

PICTURE = "heart_population.png"
SIMULATED = 1500
POPULATION_SET = 7_100_000
"""Seed of the simulated hearts; training uses others."""
WHOLE_SOURCE = {"edv": (132.0, 130.0), "esv": (40.0, 49.0), "ef": (70.0, 62.0), "mass": (175.0, None)}
"""ACDC's 30 patients with HCM and 30 normal ones, means of their label maps."""


def run(data: Path, cases: int, seed: int, workers: int, output: Path | None) -> Report:
    """Compare `cases` real people with the simulated healthy population; writes a figure to `output`, if given."""
    rows = read_lv_cap(data).sample(cases)
    people = list(in_processes(measure_person, [(str(data), int(row)) for row in rows], workers, "people"))
    patients = list(in_processes(measure_patient, read_acdc(data), workers, "patients"))
    simulated = {c: simulated_hearts(SIMULATED, POPULATION_SET + seed, c) for c in ("healthy", "hcm")}
    refused = [f"{heart.name}: {heart.failure}" for heart in people + patients if heart.loaded is None]
    acdc = {group: group_rays(patients, group) for group in ("NOR", "HCM")}
    report = compare(simulated, rays_of(people), acdc, refused)
    if output is not None:
        Path(output).mkdir(parents=True, exist_ok=True)
        draw_population(simulated["healthy"], simulated["hcm"], rays_of(people), Path(output) / PICTURE)
    return report


def compare(simulated: dict[str, RayBatch], people: RayBatch, acdc: dict[str, RayBatch], refused: list[str]) -> Report:
    """Report with all tables."""
    own, real = facts_of(simulated["healthy"]), facts_of(people)
    tables = [_facts_table(own, real), _segment_table(simulated["healthy"], people)]
    tables.append(_hypertrophy_table(own, facts_of(simulated["hcm"]), {g: facts_of(r) for g, r in acdc.items()}))
    figures = {
        "people": len(people.reach_mm),
        "refused": refused,
        "simulated": {key: _moments(values) for key, values in own.items()},
        "real": {key: _moments(values) for key, values in real.items()},
        "ks": {key: ks_distance(own[key], real[key]) for key in FACTS},
        "edv_mass_correlation": [float(np.corrcoef(f["edv"], f["mass"])[0, 1]) for f in (own, real)],
    }
    return Report(tables, figures)


def _moments(values: np.ndarray) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1))


def _facts_table(own: dict[str, np.ndarray], real: dict[str, np.ndarray]) -> Table:
    rows = []
    for key, words in FACTS.items():
        digits = 2 if "ratio" in key else 1
        cells = [" +- ".join(f"{v:.{digits}f}" for v in _moments(facts[key])) for facts in (own, real)]
        ends = [" to ".join(f"{v:.{digits}f}" for v in np.percentile(facts[key], (5, 95))) for facts in (own, real)]
        rows.append([words, *cells, *ends, f"{ks_distance(own[key], real[key]):.2f}"])
    correlation = [np.corrcoef(facts["edv"], facts["mass"])[0, 1] for facts in (own, real)]
    rows.append(["correlation of EDV and mass", *(f"{v:.2f}" for v in correlation), "", "", ""])
    columns = ("fact", "simulated, healthy", "real people", "simulated, 5 to 95 %", "real, 5 to 95 %", "KS distance")
    notes = [
        f"{len(own['edv'])} simulated hearts, {len(real['edv'])} people of lv_cap (MESA); walls along the normal, the "
        "thickest as the 98th percentile. The simulated mass lies between contouring conventions: UK Biobank has 103 g "
        "in men, 70 g in women.",
    ]
    return Table("Healthy left ventricles: simulated against real people", columns, rows, notes)


def _segment_table(simulated: RayBatch, people: RayBatch) -> Table:
    walls = [segment_walls(rays) for rays in (simulated, people)]
    rows = []
    for index, name in enumerate(SEGMENT_NAMES[:16]):
        cells = []
        for phase in (0, 1):
            values = [wall[:, phase, index][np.isfinite(wall[:, phase, index])] for wall in walls]
            cells += [" +- ".join(f"{v:.1f}" for v in _moments(some)) for some in values]
            cells.append(f"{ks_distance(*values):.2f}")
        rows.append([f"{index + 1} {name}", *cells])
    columns = ("segment", "ED simulated, mm", "ED real, mm", "KS", "ES simulated, mm", "ES real, mm", "KS")
    return Table("Mean wall by AHA segment", columns, rows)


def _hypertrophy_table(
    healthy: dict[str, np.ndarray], hcm: dict[str, np.ndarray], acdc: dict[str, dict[str, np.ndarray]]
) -> Table:
    def change(key: str, of: dict[str, np.ndarray], to: dict[str, np.ndarray]) -> str:
        return f"{100 * (of[key].mean() / to[key].mean() - 1):+.0f} %"

    def means(facts: dict[str, np.ndarray], key: str) -> str:
        return f"{facts[key].mean():.1f} +- {facts[key].std(ddof=1):.1f}"

    published = {"mass": "+15 %", "edv": "+6 %"}
    rows = []
    for key in ("edv", "esv", "ef", "mass", "wall_ed", "wall_es", "thickest"):
        source = " / ".join("-" if v is None else f"{v:.0f}" for v in WHOLE_SOURCE.get(key, (None, None)))
        rows.append(
            [
                FACTS[key],
                means(hcm, key),
                change(key, hcm, healthy),
                published.get(key, "-"),
                means(acdc["HCM"], key),
                change(key, acdc["HCM"], acdc["NOR"]),
                source,
            ]
        )
    share = [100 * np.mean(facts["thickest"] >= HCM_WALL_MM) for facts in (hcm, acdc["HCM"])]
    rows.append(
        [f"share with a wall of {HCM_WALL_MM:g} mm", f"{share[0]:.0f} %", "-", "all", f"{share[1]:.0f} %", "-", "-"]
    )
    columns = ("fact", "simulated HCM", "against simulated healthy", "published (Biffi et al.)")
    columns += ("ACDC HCM, 10 patients", "against ACDC NOR", "ACDC, 30 HCM / 30 NOR")
    notes = [
        "The walls of simulated hearts and of ACDC's patients are both measured along the normal of their ray maps."
    ]
    return Table("Hypertrophy", columns, rows, notes)
