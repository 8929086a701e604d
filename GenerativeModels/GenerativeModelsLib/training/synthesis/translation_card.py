"""Model card of a bundle of image translation, in Markdown."""

from __future__ import annotations

from GenerativeModelsLib.bundle.manifest import ModelDescription

__all__ = ["translation_card_text"]


def translation_card_text(model: ModelDescription) -> str:
    """Model card in Markdown; sections without content are left out."""
    told, population, found = model.normalisation, model.training_population, model.validation
    first, second = told["domains"]
    seen = f"{told['rows']} rows of a picture" if "rows" in told else f"pixels of {told['grid_mm']:g} mm"
    lines = [
        f"# {model.name} {model.version}",
        "",
        "**Research use only. Not a medical device, not for diagnosis. What it makes shows no patient.**",
        "",
        f"* kind: {model.kind}, CycleGAN of a tone curve and a bounded residual, with regions that stay where they are",
        f"* domains: {first}, {second} ({told['modality']})",
        f"* seen at {seen}",
        f"* licence: {model.licence}",
        f"* made: {model.created} with torch {model.software.get('torch', '')}",
        "",
        "## Intended use",
        "",
        "Images of one domain with the look of the other, to train networks. A CycleGAN gives no promise on anatomy:",
        "its images must not be measured, not be read for a diagnosis, and not test a method.",
        "",
        "## Training population",
        "",
        str(population.get("summary") or "Not stated."),
        f"{population['images'][0]} images of {first} and {population['images'][1]} of {second} train.",
        "",
        "## Images that did not train",
        "",
        f"On {found['images']} images of each domain, in shares of the grey range: translated there and back they",
        f"differ by {found['cycle']:.3f}, images of the target domain by {found['identity']:.3f}, and a translation",
        f"changes {found['change']:.3f}.",
        "",
    ]
    if population.get("limits"):
        lines += ["## Limits", "", *(f"* {limit}" for limit in population["limits"]), ""]
    return "\n".join(lines)
