"""Publication of a trained VAE of label maps as a model bundle, with the density of its codes and a bank of valid
ones."""

from __future__ import annotations

import json
import platform
from dataclasses import replace
from datetime import datetime, timezone

import numpy as np
import torch
from safetensors.torch import load_file

from GenerativeModelsLib.bundle.bundle import write_bundle
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.evaluation.segmentation.label_scores import label_scores
from GenerativeModelsLib.models.label_vae import LabelVAE
from GenerativeModelsLib.process.parallel import Progress
from GenerativeModelsLib.segmentation.codes.bank import CodeBank, fill_bank
from GenerativeModelsLib.segmentation.codes.parzen import fit_parzen
from GenerativeModelsLib.segmentation.codes.rejection import parzen_sampler
from GenerativeModelsLib.segmentation.criteria.single import broken_criteria
from GenerativeModelsLib.segmentation.label_model import KIND, LabelModel
from GenerativeModelsLib.segmentation.population.frame_maps import FrameMaps
from GenerativeModelsLib.training.segmentation.card import label_card_text
from GenerativeModelsLib.training.segmentation.config import LabelTrainingConfig
from GenerativeModelsLib.training.segmentation.durations import CODING
from GenerativeModelsLib.training.segmentation.module import network_parameters
from GenerativeModelsLib.training.segmentation.run import WEIGHTS, Population, population_of
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.provenance import provenance
from GenerativeModelsLib.training.shared.recorded_figures import stored
from GenerativeModelsLib.training.shared.trained import Trained

__all__ = ["collected", "publish_labels", "trained_model"]

HELD_OUT = 1000
"""Held-out maps that choose the bandwidth, and that the figures of the card are of."""


def trained_model(config: LabelTrainingConfig) -> LabelModel:
    """The network of a finished training, without codes."""
    weights = load_file(config.output / WEIGHTS)
    net = LabelVAE(**network_parameters(config))
    net.load_state_dict({name[len("net.") :]: v for name, v in weights.items() if name.startswith("net.")})
    return LabelModel(
        net.eval().requires_grad_(False),
        config.model,
        config.view,
        np.full(2, config.pixel_mm),
        weights["centre"].double().numpy(),
        weights["scale"].double().numpy(),
        np.empty((0, net.latent)),
        1.0,
        np.empty((0, net.latent)),
    )


def collected(
    model: LabelModel, population: Population, config: LabelTrainingConfig, progress: Progress
) -> tuple[LabelModel, CodeBank]:
    """The model with codes of training maps and a bank of valid random ones; and that bank with its rates.

    Codes are of maps whose ventricle is labelled whole. Bandwidth and limit are chosen by held-out simulated hearts:
    held-out patients steer nothing.
    """
    training = [_whole(population.training).some(config.codes)]
    if population.real is not None:
        training.append(_whole(population.real))
    codes = np.concatenate([model.encode(maps.values, maps.known) for maps in training])
    held_out = _whole(population.held_out).some(HELD_OUT)
    others = model.encode(held_out.values, held_out.known)
    density, bandwidth = fit_parzen(codes, others)
    found = replace(model, codes=codes, bandwidth=bandwidth, limit=density.with_limit(others).limit)

    def is_valid(values: np.ndarray) -> bool:
        return not broken_criteria(values, model.pixel_mm, model.view)

    rng = np.random.default_rng([config.seed, 7])
    bank = fill_bank(found, parzen_sampler(density), is_valid, config.valid_codes, rng, progress=progress)
    return replace(found, valid=bank.codes), bank


def _whole(maps: FrameMaps) -> FrameMaps:
    return maps[maps.known[:, 1] & maps.known[:, 2]]


def publish_labels(config: LabelTrainingConfig, stages: Stages) -> Trained:
    """Write the bundle of a finished training: its network, codes of training maps, valid codes, figures."""
    wanted = config.bundle
    population = population_of(config, stages)
    model, bank = collected(trained_model(config), population, config, stages.stage(CODING))
    scores = label_scores(model, population.held_out.some(HELD_OUT), seed=config.seed)
    arrays = {
        "training": model.codes,
        "valid": model.valid,
        "bandwidth": np.float64(model.bandwidth),
        "limit": np.float64(model.limit),
        "centre": model.centre,
        "scale": model.scale,
    }
    tensors = {f"labels.{name}": stored(tensor) for name, tensor in model.net.state_dict().items()}
    tensors |= {f"codes.{name}": torch.from_numpy(np.asarray(values)).float() for name, values in arrays.items()}
    description = ModelDescription(
        name=wanted.name,
        version=wanted.version,
        kind=KIND,
        licence=wanted.licence,
        architecture={
            "labels": Component(class_name="LabelVAE", parameters=network_parameters(config)),
            "codes": Component(class_name="ParzenCodes"),
        },
        normalisation={"view": config.view, "objective": config.model, "pixel_mm": config.pixel_mm},
        training_population={
            "summary": wanted.population,
            "limits": wanted.limits,
            "maps": len(population.training),
            "hearts": len(np.unique(population.training.subject)),
            "real_maps": 0 if population.real is None else len(population.real),
        },
        calibration=_rates(bank, model),
        validation={"simulated": json.loads(json.dumps(scores, default=float))},
        created=datetime.now(timezone.utc).date().isoformat(),
        provenance=provenance({"labels": config.output}, {}),
        software={"python": platform.python_version(), "torch": torch.__version__},
    )
    write_bundle(wanted.output, tensors, description, label_card_text(description), overwrite=True)
    return Trained(wanted.output)


def _rates(bank: CodeBank, model: LabelModel) -> dict:
    return {
        "bandwidth_sd": round(model.bandwidth, 4),
        "valid_codes": len(bank.codes),
        "valid_share": round(bank.rate, 4),
        "tried": bank.tried,
        "acceptance": round(bank.acceptance, 4),
        "beyond_bound": bank.beyond,
    }
