"""Model card of a bundle of image synthesis, in Markdown."""

from __future__ import annotations

from GenerativeModelsLib.bundle.manifest import ModelDescription

__all__ = ["images_card_text"]

_METHODS = {
    "spade": "SPADE generator with a style encoder, trained as a VAE-GAN",
    "cgan": "U-Net that has the labels concatenated, with a style encoder, trained as a conditional GAN",
    "ldm": "latent diffusion: VQ-VAE, diffusion network on its codes, and a style encoder",
}


def images_card_text(model: ModelDescription) -> str:
    """Model card in Markdown; sections without content are left out."""
    told, population, found = model.normalisation, model.training_population, model.validation
    method = next(name for name in model.architecture if name in _METHODS)
    size = model.architecture[method].parameters["size"]
    lines = [
        f"# {model.name} {model.version}",
        "",
        "**Research use only. Not a medical device, not for diagnosis. What it draws shows no patient.**",
        "",
        f"* kind: {model.kind}, method {method}: {_METHODS[method]}",
        f"* squares: {size} x {size} pixels of {told['grid_mm']:g} mm about the heart",
        f"* classes of pixels: {', '.join(told['classes'])}",
        f"* licence: {model.licence}",
        f"* made: {model.created} with torch {model.software.get('torch', '')}",
        "",
        "## Intended use",
        "",
        "Synthetic cine MR of given label maps, to train and to test segmentation methods. Not for diagnosis, not as",
        "an image of the patient whose labels or style were given, not as the only test of a method.",
        "",
        "## Training population",
        "",
        str(population.get("summary") or "Not stated."),
        f"{len(population['patients'])} patients train, {len(population['validation_patients'])} others validate.",
        "",
        "## Fidelity",
        "",
        f"On {found['slices']} slices of the patients that validate, each drawn in its own style: Wasserstein distance",
        f"of the grey values {found['histogram_distance']:.3f} of the grey range"
        + "".join(f", {name} {value:.3f}" for name, value in found["by_class"].items())
        + f"; mean absolute error {found['absolute_error']:.3f}.",
        "",
    ]
    if population.get("limits"):
        lines += ["## Limits", "", *(f"* {limit}" for limit in population["limits"]), ""]
    return "\n".join(lines)
