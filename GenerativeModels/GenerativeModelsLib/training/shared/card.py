"""Model card of a bundle, in Markdown."""

from __future__ import annotations

from GenerativeModelsLib.bundle.manifest import ModelDescription

TABLE = ("| {:<24} | {:>6} | {:>6} | {:>6} |").format


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
        "",
    ]
    population = model.training_population
    lines += ["## Training population", "", str(population.get("summary") or "Not stated."), ""]
    if model.calibration.get("surface"):
        lines += _calibration(model)
    if model.validation.get("tables"):
        lines += ["## Figures on held-out cases", "", *model.validation["tables"], ""]
    if population.get("limits"):
        lines += ["## Limits", "", *(f"* {limit}" for limit in population["limits"]), ""]
    return "\n".join(lines)


def _calibration(model: ModelDescription) -> list[str]:
    surface = model.calibration["surface"]
    rows = [TABLE("planes", 1, 2, 3), "|---|---|---|---|"]
    rows += [TABLE("scale of the draws' sd", *surface["scale"])]
    rows += [TABLE("floor, % of head size", *(round(100 * f, 2) for f in surface["floor"]))]
    found = f"Fitted on {model.calibration.get('set', 'cases that are not stated')}; head size = HC / 2 pi."
    return ["## Calibration of the uncertainty", "", found, "", *rows, ""]
