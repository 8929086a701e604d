"""Publication of trained heart nets as a model bundle, calibrated on held-out simulated hearts."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timezone
from typing import Any, NamedTuple

import numpy as np
import torch
from safetensors.torch import load_file

from GenerativeModelsLib.bundle.bundle import write_bundle
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.heart.anatomy import CLASSES
from GenerativeModelsLib.heart.infer.code import BOTH_PHASES, CODE_SIZE, encode
from GenerativeModelsLib.heart.infer.error import ERROR_WEIGHTING, reconstruction_error
from GenerativeModelsLib.heart.infer.model import KIND
from GenerativeModelsLib.heart.infer.typicality import SeenHearts, TypicalHeart, VolumeModel
from GenerativeModelsLib.heart.population.simulate import observed_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.models.ladder_vae import LadderVAE
from GenerativeModelsLib.training.heart.bank import CALIBRATION_FIRST, HEARTS_PER_CLASS, LabelledHearts
from GenerativeModelsLib.training.heart.card import heart_card_text
from GenerativeModelsLib.training.heart.cohort_report import write_heart_report
from GenerativeModelsLib.training.heart.config import HeartTrainingConfig
from GenerativeModelsLib.training.heart.data import CHUNK, as_floats, features_of, seen_as
from GenerativeModelsLib.training.heart.durations import CALIBRATION, COMPARISON
from GenerativeModelsLib.training.heart.figures import heart_figures
from GenerativeModelsLib.training.heart.run import fill_heart_bank, networks
from GenerativeModelsLib.training.shared.prior_part import prior_part
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.recorded_figures import stored
from GenerativeModelsLib.training.shared.trained import Trained
from GenerativeModelsLib.training.skull.calibrate import rank_tables
from GenerativeModelsLib.uncertainty.density import LatentDensity
from GenerativeModelsLib.uncertainty.flow_prior import FlowPrior
from GenerativeModelsLib.uncertainty.in_distribution import FeatureModel, TypicalInput
from GenerativeModelsLib.uncertainty.platt import PlattScale, expected_calibration_error, reliability

__all__ = ["CALIBRATION_FIRST", "LEAST_HEARTS", "class_priors", "encoded", "publish_heart", "training_population"]

DENSITY_HEARTS = 4000
PRIOR_HIDDEN = (24, 24)
"""Hidden widths of a flow of the top level; 14 kB for two numbers."""
LEAST_HEARTS = 200
"""Hearts of a class that a flow is fitted to, at least."""
STEPS = 4
"""Of a calibration, as its progress counts them."""
WEIGHTING = "mm"
"""Weighting of the error whose ranks are stored in a bundle, see `heart.infer.error`."""


def publish_heart(config: HeartTrainingConfig, stages: Stages) -> Trained:
    """Calibrate the weights of a finished training and write them as a bundle, with the report on own test hearts."""
    wanted = config.bundle
    advance = stages.stage(CALIBRATION)
    nets = trained_nets(config)
    lvae = nets["lvae"]
    bank = config.bank
    population, training_hearts = training_population(lvae, config)
    shards = -(-wanted.calibration_cases // (2 * HEARTS_PER_CLASS))
    held_out = fill_heart_bank(bank, range(CALIBRATION_FIRST, CALIBRATION_FIRST + shards))
    advance(1, STEPS)
    calibration = observed(lvae, held_out, config.seed + 3)
    typical = typical_hearts(lvae, population, calibration)
    levels = encoded(lvae, population)
    advance(2, STEPS)
    tensors = {f"lvae.{name}": stored(tensor) for name, tensor in lvae.state_dict().items()}
    tensors |= {f"typical.{name}": _tensor(values) for name, values in typical.tensors().items()}
    tensors |= {f"typical.spread.{k}": _tensor(z.std(axis=0)) for k, z in enumerate(levels, start=1)}
    prior = prior_part(class_priors(levels[-1], population.label.numpy(), config.seed))
    tensors |= prior.tensors
    advance(3, STEPS)
    test = fill_heart_bank(bank, bank.validation_seeds)
    figures = heart_figures(nets, test, config.seed + 4)
    description = ModelDescription(
        name=wanted.name,
        version=wanted.version,
        kind=KIND,
        licence=wanted.licence,
        architecture={
            "lvae": Component(class_name="LadderVAE", parameters={"inputs": CODE_SIZE, **networks(config)["lvae"]}),
            "typical": Component(class_name="TypicalHeart"),
            **prior.architecture,
        },
        normalisation={"units": "mm", "code": "radii of heart.infer.code; centre and modes lie with the weights"},
        training_population={
            "summary": wanted.population,
            "limits": wanted.limits,
            "hearts": training_hearts,
            **prior.population,
        },
        calibration=_plain({"hcm_probability": probability_calibration(lvae, calibration), "hearts": len(held_out)}),
        in_distribution=_plain(typical.settings() | {ERROR_WEIGHTING: WEIGHTING}),
        validation=_plain({"summary": summary(figures["lvae"]), "simulated": figures, "beta": config.beta}),
        created=datetime.now(timezone.utc).date().isoformat(),
        software={"python": platform.python_version(), "torch": torch.__version__},
    )
    write_bundle(wanted.output, tensors, description, heart_card_text(description), overwrite=True)
    return Trained(wanted.output, write_heart_report(config, stages.stage(COMPARISON)))


def training_population(net: LadderVAE, config: HeartTrainingConfig) -> tuple[ObservedHearts, int]:
    """The training hearts that the densities are fitted to, as the net sees them; and how many training hearts exist.

    The same config and net give the same hearts; shards of the bank that are not there yet are made.
    """
    bank = config.bank
    training = fill_heart_bank(bank, bank.seeds)
    thinned = training[np.linspace(0, len(training) - 1, min(len(training), DENSITY_HEARTS)).astype(int)]
    return observed(net, thinned, config.seed + 2)[BOTH_PHASES], len(training)


def class_priors(top: np.ndarray, label: np.ndarray, seed: int) -> dict[str, FlowPrior]:
    """Normalising flow of the top level by class, from codes (N, d_L) and their labels (N,).

    None if a class has fewer than `LEAST_HEARTS` hearts.
    """
    groups = {name: top[label == number] for number, name in enumerate(CLASSES)}
    if min(map(len, groups.values())) < LEAST_HEARTS:
        return {}
    return {name: FlowPrior.fit(codes, seed=seed, hidden=PRIOR_HIDDEN) for name, codes in groups.items()}


def summary(figures: dict[str, float]) -> dict[str, str]:
    """Figures that a report shows, as text."""
    return {
        "held-out simulated hearts": f"Dice of the myocardium {figures['dice_ed']:.3f} at end diastole and "
        f"{figures['dice_es']:.3f} at end systole, volumes off by {100 * figures['edv_error']:.1f} % and "
        f"{100 * figures['esv_error']:.1f} %, mass by {100 * figures['mass_error']:.1f} %",
        "class of held-out simulated hearts": f"accuracy {figures['accuracy']:.3f}, area under the curve "
        f"{figures['auc']:.3f}; from end diastole alone {figures['accuracy_ed_alone']:.3f} and "
        f"{figures['auc_ed_alone']:.3f}",
    }


def trained_nets(config: HeartTrainingConfig) -> dict[str, LadderVAE]:
    """The nets of a finished training, by name."""
    weights = load_file(config.output / "heart.safetensors")
    nets = {}
    for name, parameters in networks(config).items():
        net = LadderVAE(CODE_SIZE, **parameters)
        net.load_state_dict({k[len(name) + 1 :]: v for k, v in weights.items() if k.startswith(f"{name}.")})
        nets[name] = net.eval().requires_grad_(False)
    return nets


class ObservedHearts(NamedTuple):
    """Hearts with the errors of label maps, as a net sees them.

    Attributes
    ----------
    rays : (N, PHASES) shapes; the net sees those that are present.
    features : (N, F) of them.
    label : (N,) index of each heart's condition.
    """

    rays: RayBatch
    features: torch.Tensor
    label: torch.Tensor


def observed(net: LadderVAE, hearts: LabelledHearts, seed: int) -> dict[str, ObservedHearts]:
    """Hearts with the errors of label maps and the phases of each entry of `heart.infer.code.SEEN`, by its name."""
    rng = np.random.default_rng([seed, 3])
    starts = range(0, len(hearts), CHUNK)
    rays = RayBatch.joined([observed_hearts(rng, as_floats(hearts.rays[start : start + CHUNK])) for start in starts])
    label = torch.from_numpy(hearts.label)
    return {name: ObservedHearts(seen, features_of(net, seen), label) for name, seen in seen_as(rays).items()}


def encoded(net: LadderVAE, hearts: ObservedHearts) -> list[np.ndarray]:
    """Means of z_1 .. z_L, (N, d_l) each."""
    present = torch.from_numpy(hearts.rays.present)
    levels = net.descend(net.estimate(hearts.features, present), [None] * len(net.latents))
    return [level.z.double().numpy() for level in levels]


def judged(net: LadderVAE, hearts: ObservedHearts) -> SeenHearts:
    """Hearts with their levels and errors, as in `HeartModel.place`."""
    levels = encoded(net, hearts)
    rebuilt = net.decode([torch.from_numpy(z).float() for z in levels]).numpy()
    error = reconstruction_error(encode(hearts.rays), rebuilt, hearts.rays.present, WEIGHTING)
    return SeenHearts(hearts.rays, levels, error)


def typical_hearts(net: LadderVAE, population: ObservedHearts, held_out: Mapping[str, ObservedHearts]) -> TypicalHeart:
    """Densities of the population (all phases present), and ranks of the held-out hearts of `observed`."""
    levels = encoded(net, population)
    density = LatentDensity.fit(levels[-1], population.label.numpy())
    density = density.with_limit(encoded(net, held_out[BOTH_PHASES])[-1])
    detail = FeatureModel.fit(np.concatenate(levels[:-1] or levels, axis=1), count=48)
    typical = TypicalHeart(density, detail, VolumeModel.fit(population.rays), {})
    ranks = {
        name: TypicalInput.from_bundle(rank_tables(typical.measures(judged(net, hearts))), {})
        for name, hearts in held_out.items()
    }
    return replace(typical, ranks=ranks)


def probability_calibration(net: LadderVAE, held_out: Mapping[str, ObservedHearts]) -> dict[str, dict]:
    """Platt scaling of the HCM logit with reliability bins, for each pattern of present phases in `observed`.

    The bins are of one half of the held-out hearts and a scale fitted to the other half; the scale is fitted to all.
    """
    found = {}
    for name, hearts in held_out.items():
        label = hearts.label.numpy()
        half = np.arange(len(label)) % 2 == 0
        top = encoded(net, hearts)[-1]
        logits = net.classify(torch.from_numpy(top).float()).double().numpy()
        logit = logits[:, 1] - logits[:, 0]
        tried = PlattScale.fit(logit[half], label[half])
        bins = reliability(tried.probability(logit[~half]), label[~half])
        final = PlattScale.fit(logit, label)
        found[name] = {
            **asdict(final),
            "reliability": [asdict(b) for b in bins],
            "expected_error": expected_calibration_error(bins),
        }
    return found


def _tensor(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.asarray(values)).float()


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=float))
