"""The VAE of label maps on held-out hearts: simulated ones, the held-out patients of Sunnybrook, real apical views."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from GenerativeModelsLib.evaluation.data.folders import data_set
from GenerativeModelsLib.evaluation.scores.label_maps import rank_correlations
from GenerativeModelsLib.evaluation.scores.probability import wilson
from GenerativeModelsLib.evaluation.scores.resampling import bootstrap_interval
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.evaluation.segmentation.expert_maps import DEVELOPMENT, apical_maps, cine_maps
from GenerativeModelsLib.evaluation.segmentation.faulty_maps import (
    TrueMap,
    maps_of_cycles,
    score_maps,
    summary_of_maps,
    table_of_maps,
)
from GenerativeModelsLib.evaluation.segmentation.label_scores import dice_by_heart, label_scores
from GenerativeModelsLib.evaluation.segmentation.label_strips import draw_traversals
from GenerativeModelsLib.evaluation.segmentation.left_out import left_out_dice
from GenerativeModelsLib.segmentation.attributes import attributes
from GenerativeModelsLib.segmentation.label_model import LabelModel, load_label_model
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.population.frame_maps import FrameMaps
from GenerativeModelsLib.segmentation.population.sequences import simulated_cycles, sunnybrook_slices

__all__ = ["run", "table_of_attributes"]

SEED = 13_600_000
"""Above all seeds of training and validation."""
MAPS = 80
"""Largest number of simulated maps into which faults are put."""


def run(bundle: Path, data: Path, cases: int, seed: int, output: Path | None = None, *, final: bool = False) -> Report:
    """Scores of a bundle of label maps on `cases` simulated hearts.

    Faults are put into single maps, which are repaired with the network and without: simulated ones, and of apical
    views those of the real hearts in `data`. With `final`, short-axis views are scored on the patients of Sunnybrook
    that are held out as well: their Dice, and how many of their maps lie outside the population. With `output`, the
    figure of traversals is written there as label-model.png, for an attribute-regularised VAE.
    """
    model = load_label_model(bundle)
    spacing = float(model.pixel_mm[0])
    hearts = list(simulated_cycles(model.view, cases, SEED + seed, grid=model.grid, pixel_mm=spacing))
    maps = FrameMaps.of(hearts, model.grid, spacing)
    scores = label_scores(model, maps, seed=SEED + seed)
    dice = {"simulated": {name: np.array(values) for name, values in scores.pop("dice").items()}}
    codes = {"simulated": model.encode(maps.values, maps.known)}
    if final and model.view == "short-axis":
        real = _sunnybrook(data_set(data, "sunnybrook_slices"), model.grid, spacing)
        dice["Sunnybrook, held out"] = dice_by_heart(model, real)
        walled = real[real.known[:, CODES["myo"]]]
        codes["Sunnybrook, held out, end diastole"] = model.encode(walled.values, walled.known)
    outside = {source: _outside(model, found) for source, found in codes.items()}
    intervals = {source: {name: _mean(values) for name, values in rows.items()} for source, rows in dice.items()}
    if output is not None and model.objective == "ar-vae":
        Path(output).mkdir(parents=True, exist_ok=True)
        draw_traversals(model, np.median(model.codes, axis=0), Path(output) / "label-model.png")
    rebuilt = left_out_dice(model, hearts)
    left_out = {way: {name: _mean(values) for name, values in rows.items()} for way, rows in rebuilt.items()}
    truths = {"simulated": maps_of_cycles(hearts, MAPS), **(_real_apical(data) if model.view == "apical" else {})}
    faulty = {
        source: summary_of_maps(list(score_maps(found, model.view, model, seed))) for source, found in truths.items()
    }
    figures = {**scores, "dice": intervals, "left_out": left_out, "outside": outside, "final": final}
    figures |= {"faulty_maps": faulty, "bundle": model.manifest.name, "weights_sha256": model.manifest.sha256}
    tables = [_dice_table(intervals, dice), table_of_attributes(model, scores), _random_table(scores["random"])]
    tables += [_outside_table(outside), _left_out_table(left_out), table_of_maps(faulty)]
    if model.objective == "ar-vae":
        tables.append(_correlation_table(model, maps))
    return Report(tables, figures)


def _sunnybrook(folder: Path, grid: int, pixel_mm: float) -> FrameMaps:
    """The patients that no training sees: every second one by name."""
    slices = sunnybrook_slices(folder)
    patients = sorted({sequence.subject for sequence in slices})
    return FrameMaps.of([s for s in slices if patients.index(s.subject) % 2], grid, pixel_mm)


def _real_apical(data: Path) -> dict[str, list[TrueMap]]:
    """The planes of a CT heart, and the frames of the apical development series of the biventricular model's cine."""
    planes = [TrueMap(expert.patient, expert.maps) for expert in apical_maps(data)]
    frames = [
        TrueMap(expert.patient, replace(expert.maps, values=expert.maps.values[[frame]], frame_s=None, grid=None))
        for expert in cine_maps(data)
        if expert.view == "apical" and expert.part == DEVELOPMENT
        for frame in range(0, expert.maps.frames, 3)
    ]
    return {"planes of a CT heart": planes, "cine of a fitted model": frames}


def _mean(values: np.ndarray) -> tuple[float, float, float]:
    return float(values.mean()), *bootstrap_interval([values], np.mean, np.random.default_rng(0))


def _dice_table(intervals: dict[str, dict], dice: dict[str, dict[str, np.ndarray]]) -> Table:
    rows = [
        [source, name, str(len(dice[source][name])), f"{mean:.3f} ({low:.3f} to {high:.3f})"]
        for source, found in intervals.items()
        for name, (mean, low, high) in found.items()
    ]
    columns = ("source", "structure", "hearts", "mean Dice (95 % interval)")
    return Table("Reconstruction of label maps", columns, rows, ["Dice is the mean of each heart's maps."])


def table_of_attributes(model: LabelModel, scores: dict[str, Any]) -> Table:
    """Order, traversals and interpretability of every attribute; of a constrained VAE, its neuron in the notes."""
    keys = {
        "spearman": "Spearman with its dimension",
        "traversal_spearman": "Spearman along traversals",
        "traversal_monotone": "growing steps",
        "interpretability": "interpretability, R²",
    }
    kept = {key: words for key, words in keys.items() if key in scores}
    rows = [
        [name, *("–" if scores[key][name] is None else f"{scores[key][name]:.3f}" for key in kept)]
        for name in model.attributes
    ]
    notes = ["Traversals go from -2 to 2 standard deviations of the codes; attributes are measured on decoded maps."]
    if "neuron" in scores:
        notes = [
            f"The neuron's share of the cavity: R² {scores['neuron']['r2']:.3f}, Spearman "
            f"{scores['neuron']['spearman']:.3f}."
        ]
    return Table(
        f"Attributes, {scores['maps']} maps of {scores['hearts']} hearts", ("attribute", *kept.values()), rows, notes
    )


def _random_table(random: dict[str, Any]) -> Table:
    low, high = wilson(random["broken"], random["codes"])
    share = random["broken"] / max(random["codes"], 1)
    rules = ", ".join(f"{name} {count}" for name, count in random["criteria"].items()) or "–"
    row = [
        str(random["codes"]),
        f"{100 * share:.1f} ({100 * low:.1f} to {100 * high:.1f})",
        rules,
        f"{100 * random['acceptance']:.1f}",
        str(random["beyond_bound"]),
    ]
    columns = ("random codes", "break a criterion, % (95 % interval)", "criteria", "proposals kept, %", "P > k Q")
    return Table("Maps of random codes", columns, [row])


def _outside(model: LabelModel, codes: np.ndarray) -> dict[str, int]:
    return {"maps": len(codes), "outside": int((model.density.log_density(codes) < model.limit).sum())}


def _outside_table(outside: dict[str, dict[str, int]]) -> Table:
    rows = []
    for source, found in outside.items():
        low, high = wilson(found["outside"], found["maps"])
        share = 100 * found["outside"] / max(found["maps"], 1)
        rows.append([source, str(found["maps"]), f"{share:.1f} ({100 * low:.1f} to {100 * high:.1f})"])
    return Table("Maps outside the population", ("source", "maps", "% outside (95 % interval)"), rows)


def _left_out_table(left_out: dict[str, dict[str, tuple]]) -> Table:
    rows = [
        [way, name, f"{mean:.3f} ({low:.3f} to {high:.3f})"]
        for way, found in left_out.items()
        for name, (mean, low, high) in found.items()
    ]
    columns = ("rebuilt by", "structure", "mean Dice (95 % interval)")
    return Table("Frames of simulated cycles left out and rebuilt from the others", columns, rows)


def _correlation_table(model: LabelModel, maps: FrameMaps) -> Table:
    """Spearman's correlation of every two attributes, of which each has a dimension of its own."""
    measured = attributes(maps.values, model.pixel_mm, model.view)
    rows = []
    for number, name in enumerate(model.attributes):
        one = np.repeat(measured[:, number, None], measured.shape[1], axis=1)
        rows.append([name, *(f"{value:.2f}" for value in rank_correlations(one, measured))])
    return Table("Correlation of the attributes in these hearts", ("", *model.attributes), rows)
