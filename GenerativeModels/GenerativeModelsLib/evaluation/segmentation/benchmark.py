"""The check of segmentations on expert maps, of which it should call none wrong, and on faults of known kind and size.

Limits were chosen on the development part alone; the figures of the held-out part and of ACDC never steered them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.scores.probability import wilson
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.evaluation.segmentation.expert_maps import (
    DEVELOPMENT,
    HELD_OUT,
    ExpertMap,
    acdc_maps,
    apical_maps,
    cine_maps,
    sunnybrook_maps,
)
from GenerativeModelsLib.evaluation.segmentation.faults import FAULTS, TIME_FAULTS
from GenerativeModelsLib.evaluation.segmentation.readings import readings_of
from GenerativeModelsLib.process.parallel import parallel_map
from GenerativeModelsLib.resources import sample_dir
from GenerativeModelsLib.segmentation.check import Findings, check_maps
from GenerativeModelsLib.segmentation.read import read_label_maps
from GenerativeModelsLib.segmentation.request import SegmentationRequest

__all__ = ["CheckedMap", "FaultJob", "check_expert", "found_share", "run"]

SEED = 13_000_000


@dataclass(frozen=True)
class CheckedMap:
    """What the check says about an expert map.

    Attributes
    ----------
    slices, wrong
        Number of labelled slices, and of those with a fault, by role.
    whole
        Whether a frame as a whole is called wrong.
    shifted
        Number of slices called shifted.
    criteria
        Violations by criterion.
    """

    slices: dict[str, int]
    wrong: dict[str, int]
    whole: bool
    shifted: int
    criteria: dict[str, int]


@dataclass(frozen=True, eq=False)
class FaultJob:
    """Faults of one kind and size to make in maps of one view and to look for."""

    kind: str
    size: float
    maps: Sequence[ExpertMap]
    cases: int
    seed: int


def check_expert(expert: ExpertMap) -> CheckedMap:
    """Check an expert map."""
    found = check_maps(expert.maps, expert.view)
    role = {(frame, slice_): found.roles[frame][slice_] or "missing" for frame, slice_ in found.labelled}
    wrong = Counter(role.get(place, "missing") for place in found.faulty_slices)
    return CheckedMap(
        dict(Counter(role.values())),
        dict(wrong),
        any(violation.slice is None for violation in found.faults),
        sum(violation.criterion.acquisition for violation in found.violations),
        dict(Counter(violation.criterion.name for violation in found.violations)),
    )


def found_share(job: FaultJob) -> tuple[int, int]:
    """Number of faults made, and of those found: a violation in their slice or frame that the map did not have."""
    rng = np.random.default_rng(job.seed)
    fault = (FAULTS | TIME_FAULTS)[job.kind]
    made = seen = tries = 0
    before: dict[int, Counter] = {}
    while made < job.cases and tries < 20 * job.cases:
        tries += 1
        which = int(rng.integers(len(job.maps)))
        maps, view = job.maps[which].maps, job.maps[which].view
        frame = int(rng.integers(maps.frames))
        labelled = np.flatnonzero((maps.values[frame] == 1).any(axis=(1, 2)))
        if not len(labelled) or (job.kind in ("shifted_slice", "shrunk_slice", "empty_slice") and len(labelled) < 3):
            continue
        inner = labelled[1:-1] if job.kind in ("shifted_slice", "shrunk_slice", "empty_slice") else labelled
        slice_ = int(rng.choice(inner))
        done = fault.put(maps, frame, slice_, job.size, rng)
        if done is None:
            continue
        if which not in before:
            before[which] = _named(check_maps(maps, view))
        new = _named(check_maps(done.maps, view)) - before[which]
        made += 1
        seen += any(t == frame and (done.slice is None or s is None or s == done.slice) for t, s, _ in new)
    return made, seen


def _named(found: Findings) -> Counter:
    return Counter((violation.frame, violation.slice, violation.criterion.name) for violation in found.violations)


def run(data: Path, cases: int, seed: int, workers: int) -> Report:
    """Check all expert maps, and `cases` faults of each kind and size in maps that never steered development."""
    sunnybrook, acdc = list(sunnybrook_maps(data)), list(acdc_maps(data))
    cines, apical = list(cine_maps(data)), list(apical_maps(data))
    parts = {
        f"Sunnybrook, {DEVELOPMENT}": [expert for expert in sunnybrook if expert.part == DEVELOPMENT],
        f"Sunnybrook, {HELD_OUT}": [expert for expert in sunnybrook if expert.part == HELD_OUT],
        "ACDC, patients 101 to 150": acdc,
        f"cine of a fitted model, {DEVELOPMENT}": [expert for expert in cines if expert.part == DEVELOPMENT],
        f"cine of a fitted model, {HELD_OUT}": [expert for expert in cines if expert.part == HELD_OUT],
        "apical planes of a CT heart": apical,
    }
    every = [expert for experts in parts.values() for expert in experts]
    with bar("expert maps") as progress:
        checked = dict(zip(map(id, every), parallel_map(check_expert, every, workers, threads=1, progress=progress)))
    results = {name: [checked[id(expert)] for expert in experts] for name, experts in parts.items()}
    tables, figures = [_expert_table(results)], {"expert": _expert_figures(results)}
    stacks = [expert for expert in (*parts[f"Sunnybrook, {HELD_OUT}"], *acdc) if expert.patient.endswith("ED")]
    moving = [*parts[f"cine of a fitted model, {HELD_OUT}"], _sample_cine()]
    jobs = [
        FaultJob(kind, size, moving if kind in TIME_FAULTS else stacks, cases, SEED + seed + number)
        for number, (kind, fault) in enumerate((FAULTS | TIME_FAULTS).items())
        for size in fault.grades
    ]
    with bar("faults") as progress:
        found = parallel_map(found_share, jobs, workers, threads=1, progress=progress)
    tables.append(_fault_table(jobs, found))
    faults: dict[str, dict] = {}
    for job, (made, seen) in zip(jobs, found):
        faults.setdefault(job.kind, {})[f"{job.size:g}"] = {"made": made, "found": seen}
    figures["faults"] = faults
    development = [expert for expert in every if expert.part == DEVELOPMENT]
    limits, figures["limits"] = _limits_table(development)
    return Report([*tables, limits], figures)


def _sample_cine() -> ExpertMap:
    """Every third slice of the shipped cine of a simulated heart, which are then 18 mm apart."""
    path = sample_dir() / "heart_cine" / "labels.nii.gz"
    maps = read_label_maps(SegmentationRequest(path))
    to_lps = maps.to_lps @ np.diag([1.0, 1.0, 3.0, 1.0])
    return ExpertMap("simulated cine", HELD_OUT, replace(maps, values=maps.values[:, ::3], to_lps=to_lps))


def _sum(checked: Sequence[CheckedMap], roles: Sequence[str] | None = None) -> tuple[int, int]:
    """Slices called wrong and all slices, of these roles or of all."""

    def count(entries: dict[str, int]) -> int:
        return sum(number for name, number in entries.items() if roles is None or name in roles)

    return sum(count(each.wrong) for each in checked), sum(count(each.slices) for each in checked)


def _share(wrong: int, all_: int) -> str:
    if not all_:
        return "–"
    low, high = wilson(wrong, all_)
    return f"{100 * wrong / all_:.2f} ({100 * low:.2f} to {100 * high:.2f})"


def _expert_table(results: dict[str, list[CheckedMap]]) -> Table:
    rows = []
    for name, checked in results.items():
        rules: Counter[str] = Counter()
        for each in checked:
            rules.update({rule: n for rule, n in each.criteria.items() if rule != "slice_shift"})
        wrong, slices = _sum(checked)
        rows.append(
            [
                name,
                str(slices),
                str(wrong),
                _share(wrong, slices),
                " / ".join(
                    f"{a} of {b}"
                    for a, b in (_sum(checked, roles) for roles in (("base", "outflow"), ("mid", "alone"), ("apex",)))
                ),
                str(sum(each.shifted for each in checked)),
                ", ".join(f"{rule} {n}" for rule, n in rules.most_common()) or "–",
            ]
        )
    notes = [
        "Limits were chosen on the development parts. Shifted slices are reported apart from faults of the labels.",
    ]
    columns = ("expert maps", "slices", "called wrong", "% (95 % interval)", "base / middle / apex", "shifted", "rules")
    return Table("Correct maps called wrong", columns, rows, notes)


def _expert_figures(results: dict[str, list[CheckedMap]]) -> dict:
    return {
        name: {
            "maps": len(checked),
            "slices": _sum(checked)[1],
            "wrong": _sum(checked)[0],
            "interval95": list(wilson(*_sum(checked))),
            "shifted": sum(each.shifted for each in checked),
        }
        for name, checked in results.items()
    }


def _fault_table(jobs: Sequence[FaultJob], found: Sequence[tuple[int, int]]) -> Table:
    rows = []
    for job, (made, seen) in zip(jobs, found):
        fault = (FAULTS | TIME_FAULTS)[job.kind]
        rows.append([fault.label, f"{job.size:g}", str(made), str(made - seen), _share(made - seen, made)])
    notes = [
        "Faults of slices: in end-diastolic stacks of ACDC and of the held-out part of Sunnybrook, at any slice; those "
        "that only the slices beside them show, not at the ends. Faults of frames: in the held-out part of the fitted "
        "model's cine and in a simulated one, at any frame, the first and last included.",
        "A fault is found where its slice or frame gets a violation that it did not have.",
    ]
    return Table("Faults that were missed", ("fault", "size", "made", "missed", "% (95 % interval)"), rows, notes)


def _limits_table(development: Sequence[ExpertMap]) -> tuple[Table, dict]:
    rows, figures = [], {}
    for name, readings in readings_of((expert.maps, expert.view) for expert in development).items():
        if not readings:
            continue
        rule = readings[0][0]
        values, limits = np.array([[value, limit] for _, value, limit in readings]).T
        extreme = values.min() if rule.at_least else values.max()
        figures[name] = {"count": len(values), "extreme": float(extreme), "limits": [limits.min(), limits.max()]}
        shown = f"{limits.min():.3g}" if np.ptp(limits) < 1e-9 else f"{limits.min():.3g} to {limits.max():.3g}"
        rows.append([name, rule.unit or "–", str(len(values)), f"{np.median(values):.3g}", f"{extreme:.3g}", shown])
    notes = [
        "The extreme is the largest value, or the smallest of a rule with a least one; limits differ by role and rate."
    ]
    columns = ("rule", "unit", "readings", "median", "extreme", "limit")
    return Table("Readings of the development part, and the limits", columns, rows, notes), figures
