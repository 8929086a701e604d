"""Publication of trained networks of image synthesis as a model bundle, with their fidelity on held-out patients."""

from __future__ import annotations

import platform
from datetime import datetime, timezone

import numpy as np
import torch
from safetensors.torch import load_file

from GenerativeModelsLib.bundle.bundle import write_bundle
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.synthesis.images.classes import CLASSES
from GenerativeModelsLib.synthesis.images.fidelity import histogram_distance
from GenerativeModelsLib.synthesis.images.learned import LearnedSynthesiser
from GenerativeModelsLib.synthesis.images.model import KIND, NETWORKS
from GenerativeModelsLib.synthesis.images.painters import DiffusionPainter, GeneratorPainter, StyleGaussian
from GenerativeModelsLib.synthesis.images.tone import Tone
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.provenance import provenance
from GenerativeModelsLib.training.shared.recorded_figures import stored
from GenerativeModelsLib.training.shared.trained import Trained
from GenerativeModelsLib.training.synthesis.card import images_card_text
from GenerativeModelsLib.training.synthesis.cases import ClassedSlices, parts_of
from GenerativeModelsLib.training.synthesis.config import GanTrainingConfig, LdmTrainingConfig
from GenerativeModelsLib.training.synthesis.data import squares_of
from GenerativeModelsLib.training.synthesis.gan_module import gan_parameters
from GenerativeModelsLib.training.synthesis.ldm_module import ldm_parameters
from GenerativeModelsLib.training.synthesis.run import trained_codes, weights_of

__all__ = ["fidelity", "publish_images", "trained_synthesiser"]

FIDELITY = "Drawing held-out patients"
_SEEN = Tone(-1.0, 1.0)


def trained_synthesiser(
    config: GanTrainingConfig | LdmTrainingConfig, slices: ClassedSlices
) -> tuple[LearnedSynthesiser, dict]:
    """The networks of a finished training on slices, and their parameters."""
    if isinstance(config, LdmTrainingConfig):
        parameters = ldm_parameters(config, trained_codes(config.vqvae)[0])
    else:
        parameters = gan_parameters(config)
    net = NETWORKS[config.model](**parameters)
    net.load_state_dict(load_file(weights_of(config)))
    net.eval().requires_grad_(False)
    if isinstance(config, LdmTrainingConfig):
        painter = DiffusionPainter(net, config.guidance)
    else:
        images = squares_of(slices, np.arange(len(slices)), config, None).images
        painter = GeneratorPainter(net, StyleGaussian.of(net.encoder(images)))
    return LearnedSynthesiser(config.model, painter, config.grid, config.grid_mm), parameters


def fidelity(
    method: LearnedSynthesiser, slices: ClassedSlices, config: GanTrainingConfig | LdmTrainingConfig, stages: Stages
) -> dict:
    """Distances of grey values and absolute error of slices that are drawn in their own style, in the grey range.

    `histogram_distance` and `by_class` are means over the slices, of the pixels of a slice and of those of a class.
    """
    progress = stages.stage(FIDELITY)
    apart, errors, by_class = [], [], {name: [] for name in ("lv", "myo")}
    rng = np.random.default_rng([config.seed, 7])
    for number in range(len(slices)):
        batch = squares_of(slices, np.array([number]), config, None)
        with torch.inference_mode():
            drawn = method.painter.paint(batch.classes, batch.images, method.painter.noise(1, rng)).numpy()
        real = batch.images.numpy()
        apart.append(histogram_distance(drawn, real, _SEEN))
        errors.append(float(np.abs(drawn - real).mean()) / (_SEEN.high - _SEEN.low))
        for name, found in by_class.items():
            mask = batch.classes.numpy() == CLASSES.index(name)
            if mask.any():
                found.append(histogram_distance(drawn[mask], real[mask], _SEEN))
        progress(number + 1, len(slices))
    return {
        "slices": len(slices),
        "histogram_distance": round(float(np.mean(apart)), 4),
        "by_class": {name: round(float(np.mean(found)), 4) for name, found in by_class.items() if found},
        "absolute_error": round(float(np.mean(errors)), 4),
    }


def publish_images(config: GanTrainingConfig | LdmTrainingConfig, stages: Stages) -> Trained:
    """Write the bundle of a finished training."""
    wanted, parts = config.bundle, parts_of(config)
    method, parameters = trained_synthesiser(config, parts.training)
    architecture = {config.model: Component(class_name=type(method.painter.net).__name__, parameters=parameters)}
    tensors = {f"{config.model}.{name}": stored(tensor) for name, tensor in method.painter.net.state_dict().items()}
    told = {"grid_mm": config.grid_mm, "classes": list(CLASSES)}
    trainings = {config.model: config.output}
    if isinstance(config, LdmTrainingConfig):
        told["guidance"] = config.guidance
        trainings["vqvae"] = config.vqvae
    else:
        architecture["styles"] = Component(class_name="StyleGaussian")
        tensors |= {f"styles.{name}": tensor for name, tensor in method.painter.styles._asdict().items()}
    description = ModelDescription(
        name=wanted.name,
        version=wanted.version,
        kind=KIND,
        licence=wanted.licence,
        architecture=architecture,
        normalisation=told,
        training_population={
            "summary": wanted.population,
            "limits": wanted.limits,
            "patients": list(parts.training_patients),
            "validation_patients": list(parts.validation_patients),
        },
        validation=fidelity(method, parts.validation, config, stages),
        created=datetime.now(timezone.utc).date().isoformat(),
        provenance=provenance(trainings, {}),
        software={"python": platform.python_version(), "torch": torch.__version__},
    )
    write_bundle(wanted.output, tensors, description, images_card_text(description), overwrite=True)
    return Trained(wanted.output)
