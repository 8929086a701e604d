"""Model card of a bundle of label maps, in Markdown."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.bundle.manifest import ModelDescription

__all__ = ["label_card_text"]

PAPERS = {
    "ar-vae": "attribute-regularised VAE after Pati and Lerch, arXiv 2004.05485",
    "constrained-vae": "constrained VAE after Painchaud et al., IEEE TMI 39(11), 2020",
}
ORDER = {
    "spearman": "Spearman, attribute and its dimension",
    "traversal_spearman": "Spearman along traversals",
    "traversal_monotone": "share of growing steps",
    "interpretability": "interpretability, R²",
}


def label_card_text(model: ModelDescription) -> str:
    """Model card in Markdown; sections without content are left out."""
    told, population = model.normalisation, model.training_population
    net = model.architecture["labels"].parameters
    lines = [
        f"# {model.name} {model.version}",
        "",
        "**Research use only. Not a medical device, not for diagnosis.**",
        "",
        f"* kind: {model.kind}, {told['view']} views",
        f"* maps: {net['size']} x {net['size']} pixels of {told['pixel_mm']:g} mm",
        f"* network: {PAPERS[told['objective']]}, {net['latent']} latent dimensions",
        f"* licence: {model.licence}",
        f"* made: {model.created} with torch {model.software.get('torch', '')}",
        "",
        "## Training population",
        "",
        str(population.get("summary") or "Not stated."),
        f"{population['maps']} maps of {population['hearts']} simulated hearts, {population['real_maps']} real maps.",
        "",
    ]
    lines += _figures(model) + _codes(model)
    if population.get("limits"):
        lines += ["## Limits", "", *(f"* {limit}" for limit in population["limits"]), ""]
    return "\n".join(lines)


def _figures(model: ModelDescription) -> list[str]:
    found = model.validation["simulated"]
    lines = [f"## Figures on {found['maps']} maps of {found['hearts']} held-out simulated hearts", ""]
    lines += ["| structure | mean Dice of the reconstruction |", "|---|---|"]
    lines += [f"| {name} | {np.mean(values):.3f} |" for name, values in found["dice"].items()]
    kept = {key: words for key, words in ORDER.items() if key in found}
    lines += ["", f"| attribute | {' | '.join(kept.values())} |", "|---|" + "---|" * len(kept)]
    for name in found["interpretability"]:
        cells = ["–" if found[key][name] is None else f"{found[key][name]:.3f}" for key in kept]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    if "neuron" in found:
        neuron = found["neuron"]
        lines += ["", f"Share of the cavity by the neuron: R² {neuron['r2']:.3f}, Spearman {neuron['spearman']:.3f}."]
    random = found["random"]
    lines += ["", f"Of {random['codes']} random codes, the maps of {random['broken']} break a criterion.", ""]
    return lines


def _codes(model: ModelDescription) -> list[str]:
    found = model.calibration
    valid, kept = (f"{100 * found[name]:.0f} %" for name in ("valid_share", "acceptance"))
    return [
        "## Codes",
        "",
        f"The Parzen density of the training codes has a bandwidth of {found['bandwidth_sd']:g} standard deviations. "
        f"{found['valid_codes']} random codes are stored whose maps pass all criteria, as {valid} did; the "
        f"sampler kept {kept} of its proposals, and {found['beyond_bound']} showed its bound to be none.",
        "",
    ]
