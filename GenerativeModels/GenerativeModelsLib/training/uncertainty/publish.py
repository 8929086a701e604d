"""Publication of a trained joint space as a model bundle: codes of training maps, and the calibration.

A small U-Net is trained on the patients of the training, and segments those that calibrate: the disagreement at its
pixels and whether they are wrong give the probability. Its errors are real ones, and no patient trained either network.
"""

from __future__ import annotations

import hashlib
import platform
from dataclasses import replace
from datetime import datetime, timezone

import numpy as np
import torch
from safetensors.torch import load_file

from GenerativeModelsLib.bundle.bundle import write_bundle
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.kept import kept
from GenerativeModelsLib.evaluation.segmentation.judged import judged_slices
from GenerativeModelsLib.evaluation.segmentation.unet import SETTINGS, predicted, train_unet, unet
from GenerativeModelsLib.models.joint_space import JointSpace
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.uncertainty.calibration import Calibration
from GenerativeModelsLib.segmentation.uncertainty.model import FEATURES, KIND, UncertaintyModel
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.provenance import provenance
from GenerativeModelsLib.training.shared.recorded_figures import stored
from GenerativeModelsLib.training.shared.trained import Trained
from GenerativeModelsLib.training.uncertainty.card import uncertainty_card_text
from GenerativeModelsLib.training.uncertainty.cases import ImagedSlices, Parts, parts_of
from GenerativeModelsLib.training.uncertainty.config import UncertaintyTrainingConfig
from GenerativeModelsLib.training.uncertainty.data import pieces_of
from GenerativeModelsLib.training.uncertainty.module import network_parameters
from GenerativeModelsLib.training.uncertainty.run import CALIBRATION, SEGMENTING, WEIGHTS
from GenerativeModelsLib.uncertainty.in_distribution import FeatureModel

__all__ = ["calibrated", "publish_joint", "trained_model"]

_BATCH = 64
DIRECTIONS = 60
"""Of the features of images, whose Gaussian tells other images."""


def trained_model(config: UncertaintyTrainingConfig, slices: ImagedSlices) -> UncertaintyModel:
    """The networks of a finished training with `config.maps` moved maps of it, not calibrated."""
    net = JointSpace(**network_parameters(config))
    net.load_state_dict(load_file(config.output / WEIGHTS))
    net.eval().requires_grad_(False)
    rng = np.random.default_rng([config.seed, 5])
    codes, known, features = [], [], []
    for start in range(0, config.maps, _BATCH):
        which = np.arange(start, min(start + _BATCH, config.maps)) % len(slices)
        batch = pieces_of(slices, which, config, rng)
        codes.append(net.vae.encode(batch.maps, batch.known).mu.numpy())
        known.append(batch.known.numpy())
        features.append(net.image_features(batch.images).double().numpy())
    return UncertaintyModel(
        net,
        config.view,
        config.grid_mm,
        config.structures,
        np.concatenate(codes).astype(np.float16).astype(np.float32),  # as stored
        np.concatenate(known),
        config.neighbours,
        Calibration(np.array([0.0, 1.0]), np.array([0.0, 1.0])),
        FeatureModel.fit(np.concatenate(features), DIRECTIONS),
        np.zeros(1),
        np.zeros(1),
    )


def calibrated(
    model: UncertaintyModel, parts: Parts, config: UncertaintyTrainingConfig, stages: Stages
) -> tuple[UncertaintyModel, dict[str, float]]:
    """The model with its calibration on the errors of a small U-Net; and how many slices and pixels it is of.

    Raises
    ------
    InputError
        The network made no error, or nothing but errors.
    """
    seen = hashlib.sha256(b"".join(array.tobytes() for c in parts.training for array in (c.images, c.truth.values)))
    settings = {**SETTINGS, "steps": config.network_steps, "seed": config.seed, "data": seen.hexdigest()}
    progress = stages.stage(SEGMENTING)

    def weights() -> dict[str, np.ndarray]:
        net = train_unet(parts.training, config.seed, config.network_steps, classes=_classes(config))
        return {name: tensor.numpy() for name, tensor in net.state_dict().items()}

    found = kept(config.output, "unet", settings, weights)
    net = unet(_classes(config))
    net.load_state_dict({name: torch.from_numpy(values) for name, values in found.items()})
    progress(1, 1)
    progress = stages.stage(CALIBRATION)
    shares, wrong, similarities, distances = [], [], [], []
    for number, case in enumerate(parts.calibration):
        for slices in judged_slices(case, predicted(net.eval(), case)):
            disagreement = model.disagreement(slices.images, slices.labels, slices.pixel_mm, slices.structures)
            shares.append(disagreement.share.ravel())
            wrong.append(slices.wrong.ravel())
            similarities.append(disagreement.similarity)
            distances.append(disagreement.distance)
        progress(number + 1, len(parts.calibration))
    if not shares:
        raise InputError("The small network found no heart in any image: train it with more network_steps.")
    level, is_wrong, *likeness = (np.concatenate(each) for each in (shares, wrong, similarities, distances))
    try:
        calibration = Calibration.fit(level, is_wrong)
    except ValueError as error:
        raise InputError(f"The small network cannot calibrate: {error} Train it with other network_steps.") from error
    similar, apart = (np.sort(each[np.isfinite(each)]) for each in likeness)
    about = {"slices": len(similar), "pixels": len(level), "wrong_share": float(is_wrong.mean())}
    return replace(model, calibration=calibration, similarities=similar, distances=apart), about


def _classes(config: UncertaintyTrainingConfig) -> int:
    return 1 + max(CODES[name] for name in config.structures)


def publish_joint(config: UncertaintyTrainingConfig, stages: Stages) -> Trained:
    """Write the bundle of a finished training."""
    wanted = config.bundle
    parts = parts_of(config)
    plain = trained_model(config, ImagedSlices.of(parts.training, config.view))
    model, about = calibrated(plain, parts, config, stages)
    arrays = {
        "codes": model.codes.astype(np.float16),
        "known": model.known.astype(np.uint8),
        "level": model.calibration.level.astype(np.float32),
        "probability": model.calibration.probability.astype(np.float32),
        "similarities": model.similarities.astype(np.float32),
        "distances": model.distances.astype(np.float32),
        "rest": np.float32(model.images.rest),
        **{name: getattr(model.images, name).astype(np.float32) for name in FEATURES},
    }
    tensors = {f"joint.{name}": stored(tensor) for name, tensor in model.net.state_dict().items()}
    tensors |= {f"bank.{name}": torch.from_numpy(np.asarray(values)) for name, values in arrays.items()}
    description = ModelDescription(
        name=wanted.name,
        version=wanted.version,
        kind=KIND,
        licence=wanted.licence,
        architecture={
            "joint": Component(class_name="JointSpace", parameters=network_parameters(config)),
            "bank": Component(class_name="MapBank"),
        },
        normalisation={
            "view": config.view,
            "grid_mm": config.grid_mm,
            "structures": list(config.structures),
            "neighbours": config.neighbours,
        },
        training_population={
            "summary": wanted.population,
            "limits": wanted.limits,
            "patients": sorted({case.patient for case in parts.training}),
            "calibration_patients": sorted({case.patient for case in parts.calibration}),
        },
        calibration=about,
        created=datetime.now(timezone.utc).date().isoformat(),
        provenance=provenance({"joint": config.output}, {}),
        software={"python": platform.python_version(), "torch": torch.__version__},
    )
    write_bundle(wanted.output, tensors, description, uncertainty_card_text(description), overwrite=True)
    return Trained(wanted.output)
