"""Model card of a bundle, in Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from GenerativeModelsLib.bundle.manifest import ModelDescription
from GenerativeModelsLib.skull.infer.calibration import excess_sd
from GenerativeModelsLib.skull.shape.regions import REGIONS
from GenerativeModelsLib.skull.shape.star_surface import unit_sphere
from GenerativeModelsLib.training.shared.prior_part import prior_lines

PARTS = {
    "size": "weight of the network's size",
    "surface": "standard deviations of the surface",
    "biometry": "intervals of the measurements",
    "heads": "factors of real heads",
    "usual inputs": "what is called typical",
}
"""Words for the parts of a calibration."""
TABLE = ("| {:<30} | {:>6} | {:>6} | {:>6} |").format


def card_text(model: ModelDescription) -> str:
    """Model card in Markdown; sections without content are left out."""
    lines = [f"# {model.name} {model.version}", ""]
    lines += ["**Research use only. Not a medical device, not for diagnosis.**", ""]
    skull, locator = model.architecture["skull"], model.architecture["locator"]
    lines += [
        f"* kind: {model.kind}",
        f"* networks: {locator.class_name} (head locator), {skull.class_name} {skull.parameters}",
    ]
    lines += [
        f"* licence: {model.licence}",
        f"* made: {model.created} with torch {model.software.get('torch', '')}",
        *prior_lines(model),
        "",
    ]
    population = model.training_population
    lines += ["## Training population", "", str(population.get("summary") or "Not stated."), ""]
    if model.calibration.get("surface"):
        lines += _calibration(model)
    if model.validation.get("tables"):
        lines += ["## Figures on held-out cases", "", *model.validation["tables"], ""]
    if model.provenance:
        lines += _provenance(model)
    if population.get("limits"):
        lines += ["## Limits", "", *(f"* {limit}" for limit in population["limits"]), ""]
    return "\n".join(lines)


def _calibration(model: ModelDescription) -> list[str]:
    surface = model.calibration["surface"]
    rows = [TABLE("planes", 1, 2, 3), "|---|---|---|---|"]
    rows += [TABLE("scale of the draws' sd", *surface["scale"])]
    rows += [TABLE("floor, % of head size", *(round(100 * f, 2) for f in surface["floor"]))]
    size, heads = model.calibration.get("size"), model.calibration.get("heads")
    if size:
        rows.insert(2, TABLE("weight of the network's size", *size["weight"]))
    if heads:
        rows += [TABLE("real heads: weight of that sd", *(round(a, 2) for a in heads["weight"]))]
        rows += [TABLE("added to it, median, % of size", *(round(100 * e, 2) for e in _median_excess(heads)))]
    for k, region in enumerate(REGIONS if heads else ()):
        rows += [TABLE(f"then times, {region}", *(round(row[k], 2) for row in heads["factor"]))]
    found = f"Fitted on {model.calibration.get('set', 'cases that are not stated')}; head size = HC / 2 pi."
    if heads:
        found += f" The factors are fitted on {heads.get('set', 'real heads that are not stated')}."
    return ["## Calibration of the uncertainty", "", found, "", *rows, "", *_sources(model.calibration)]


def _sources(calibration: Mapping[str, Any]) -> list[str]:
    """Where each part of a calibration comes from; nothing for bundles that do not say."""
    sources = calibration.get("sources")
    if not sources:
        return []
    lines = ["Where each part comes from:", ""]
    return [*lines, *(f"* {PARTS.get(name, name)}: {words}." for name, words in sources.items()), ""]


def _median_excess(heads: Mapping[str, Any]) -> list[float]:
    """Median over the directions of what real heads add to the standard deviation, in head sizes, by planes."""
    directions, _ = unit_sphere(3)
    return [float(np.median(excess_sd(np.asarray(row, float), directions))) for row in heads["log_excess"]]


def _provenance(model: ModelDescription) -> list[str]:
    made = model.provenance
    facts = [f"calibrated and written at commit {made.get('commit') or 'not known'}"]
    if start := made.get("started_from"):
        facts += [f"started from: {start['name']}, SHA-256 of the bundle {start['bundle_sha256']}"]
    for name, training in made.get("trainings", {}).items():
        config = json.dumps(training.get("config", {}), sort_keys=True)
        known = f"commit {training.get('commit') or 'not known'}, config `{config}`"
        facts += [f"{name}: {known if training else 'not recorded'}"]
    facts += [f"data, {name}: SHA-256 {digest}" for name, digest in made.get("data", {}).items()]
    return ["## How it was made", "", *(f"* {fact}" for fact in facts), ""]
