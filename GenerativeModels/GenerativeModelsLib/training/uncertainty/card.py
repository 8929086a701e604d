"""Model card of a bundle of segmentation uncertainty, in Markdown."""

from __future__ import annotations

from GenerativeModelsLib.bundle.manifest import ModelDescription

__all__ = ["uncertainty_card_text"]


def uncertainty_card_text(model: ModelDescription) -> str:
    """Model card in Markdown; sections without content are left out."""
    told, population, found = model.normalisation, model.training_population, model.calibration
    net = model.architecture["joint"].parameters
    lines = [
        f"# {model.name} {model.version}",
        "",
        "**Research use only. Not a medical device, not for diagnosis.**",
        "",
        f"* kind: {model.kind}, {told['view']} views, structures {', '.join(told['structures'])}",
        f"* pieces: {net['size']} x {net['size']} pixels of {told['grid_mm']:g} mm about the labels",
        f"* networks: joint space of images and label maps after Judge et al. (CRISP), {net['joint']} dimensions",
        f"* licence: {model.licence}",
        f"* made: {model.created} with torch {model.software.get('torch', '')}",
        "",
        "## Training population",
        "",
        str(population.get("summary") or "Not stated."),
        f"{len(population['patients'])} patients train, {len(population['calibration_patients'])} others calibrate.",
        "",
        "## Calibration",
        "",
        f"On {found['slices']} slices of the patients that calibrate, segmented by a small U-Net that the training "
        f"patients trained: {100 * found['wrong_share']:.2f} % of {found['pixels']} pixels are wrong.",
        "",
    ]
    if population.get("limits"):
        lines += ["## Limits", "", *(f"* {limit}" for limit in population["limits"]), ""]
    return "\n".join(lines)
