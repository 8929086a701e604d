"""Model card of a heart bundle, in Markdown."""

from __future__ import annotations

from GenerativeModelsLib.bundle.manifest import ModelDescription
from GenerativeModelsLib.heart.infer.code import BOTH_PHASES
from GenerativeModelsLib.training.shared.prior_part import prior_lines

__all__ = ["heart_card_text"]

ROWS = {
    "dice_ed": "Dice of the myocardium, ED (along rays)",
    "dice_es": "Dice of the myocardium, ES (along rays)",
    "rms_mm": "root mean squared error of both surfaces, mm",
    "edv_error": "end-diastolic volume, mean relative error",
    "esv_error": "end-systolic volume, mean relative error",
    "mass_error": "mass, mean relative error",
    "accuracy": "accuracy healthy / HCM, with errors of label maps",
    "auc": "area under the curve, the same",
    "accuracy_ed_alone": "accuracy from end diastole alone",
    "auc_ed_alone": "area under the curve, the same",
}


def heart_card_text(model: ModelDescription) -> str:
    """Model card in Markdown; sections without content are left out."""
    net = model.architecture["lvae"].parameters
    sizes = " / ".join(str(n) for n in net.get("latents", ()))
    lines = [
        f"# {model.name} {model.version}",
        "",
        "**Research use only. Not a medical device, not for diagnosis.**",
        "",
        f"* kind: {model.kind}",
        f"* network: Ladder VAE, latents {sizes} (detail first), after Biffi et al., IEEE TMI 39(6), 2020",
        f"* licence: {model.licence}",
        f"* made: {model.created} with torch {model.software.get('torch', '')}",
        *prior_lines(model),
        "",
        "## Training population",
        "",
        str(model.training_population.get("summary") or "Not stated."),
        "",
    ]
    lines += _calibration(model) + _figures(model)
    limits = model.training_population.get("limits")
    if limits:
        lines += ["## Limits", "", *(f"* {limit}" for limit in limits), ""]
    return "\n".join(lines)


def _calibration(model: ModelDescription) -> list[str]:
    scale = model.calibration.get("hcm_probability", {}).get(BOTH_PHASES, {})
    if not scale.get("reliability"):
        return []
    rows = ["| hearts | mean probability | share with HCM |", "|---|---|---|"]
    rows += [f"| {b['count']} | {b['probability']:.3f} | {b['observed']:.3f} |" for b in scale["reliability"]]
    about = (
        f"Platt's scaling on {model.calibration['hearts']} held-out simulated hearts with the errors of label maps, "
        f"half of them healthy; the table is of a half that the scale was not fitted to. Expected calibration error "
        f"{scale['expected_error']:.3f}. Real hearts differ from simulated ones, and HCM is rare: read the probability "
        "as a score."
    )
    return ["## Calibration of the HCM probability", "", about, "", *rows, ""]


def _figures(model: ModelDescription) -> list[str]:
    lines: list[str] = []
    found = model.validation.get("simulated", {})
    if found:
        lines += ["## Figures on held-out simulated hearts", ""]
        lines += [f"| | {' | '.join(name.upper() for name in found)} |", "|---|" + "---|" * len(found)]
        for key, words in ROWS.items():
            lines.append(f"| {words} | {' | '.join(f'{figures[key]:.3f}' for figures in found.values())} |")
        for name, figures in found.items():
            used = [key for key in figures if key.startswith("active_units_")]
            level = ", ".join(f"z_{k.rsplit('_', 1)[1]} {figures[k]:.0f}" for k in used)
            nats = ", ".join(f"{figures[k.replace('active_units', 'kl') + '_nats']:.1f}" for k in used)
            lines += ["", f"{name.upper()}: active units {level}; KL {nats} nats."]
        lines.append("")
    if model.validation.get("tables"):
        lines += ["## Benchmarks", "", *model.validation["tables"], ""]
    return lines
