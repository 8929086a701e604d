"""A heart model small enough for tests: real networks and a real bundle, no training."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from GenerativeModelsLib.bundle.bundle import write_bundle
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.heart.infer.code import CODE_SIZE, PHASE_OF_CODE, SEEN, encode
from GenerativeModelsLib.heart.infer.model import KIND
from GenerativeModelsLib.heart.infer.typicality import SeenHearts, TypicalHeart, VolumeModel
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.models.ladder_vae import LadderVAE
from GenerativeModelsLib.uncertainty.density import LatentDensity
from GenerativeModelsLib.uncertainty.in_distribution import FeatureModel, TypicalInput
from GenerativeModelsLib.uncertainty.platt import PlattScale

__all__ = ["NETWORK", "tiny_hearts", "write_tiny_heart_bundle"]

NETWORK = {"features": 20, "latents": [12, 6, 2], "widths": [16, 12, 8]}


@lru_cache(maxsize=1)
def tiny_hearts() -> tuple[RayBatch, np.ndarray]:
    """Forty healthy and forty hypertrophic hearts, and their labels."""
    return RayBatch.joined([sample_hearts(40, 5, name).rays for name in ("healthy", "hcm")]), np.repeat([0, 1], 40)


@lru_cache(maxsize=1)
def _tiny_model() -> tuple[dict[str, torch.Tensor], dict[str, object]]:
    """Tensors and `in_distribution` of the bundle: the same for all bundles of a run. Not to be changed."""
    torch.manual_seed(0)
    hearts, label = tiny_hearts()
    x = torch.from_numpy(encode(hearts))
    net = LadderVAE(CODE_SIZE, **NETWORK)
    thickest = torch.from_numpy(hearts[:, 0].thickest_mm).float()[:, None]
    net.set_population(x, torch.ones(CODE_SIZE), torch.from_numpy(PHASE_OF_CODE).long(), thickest)
    present = torch.from_numpy(hearts.present)
    optimiser = torch.optim.Adam(net.parameters(), 1e-2)
    target = torch.from_numpy(label)
    for _ in range(60):
        levels = net.descend(net.estimate(net.features(x), present), [None] * 3)
        loss = torch.nn.functional.cross_entropy(net.classify(levels[-1].z), target, label_smoothing=0.1)
        loss = loss + 1e-2 * (net.describe([level.z for level in levels]) - net.features(x)).square().mean()
        loss = loss + ((net.attributes(levels[-1].z) - thickest) / net.attribute_scale).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    net.eval().requires_grad_(False)
    z = [level.z.double().numpy() for level in net.encode(x, present)]
    error = np.sqrt(((net.decode([torch.from_numpy(level).float() for level in z]) - x) ** 2).mean(1).numpy())
    density = LatentDensity.fit(z[-1], label).with_limit(z[-1])
    detail = FeatureModel.fit(np.concatenate(z[:-1], axis=1))
    typical = TypicalHeart(density, detail, VolumeModel.fit(hearts), {})
    rows = typical.measures(SeenHearts(hearts, z, error))
    quantiles = {name: np.sort([row[name] for row in rows]) for name in rows[0]}
    ranks = TypicalInput(quantiles=quantiles)
    worst = np.sort([max(ranks.ranks(row).values()) for row in rows])
    ranks = TypicalInput(quantiles=quantiles, worst={len(quantiles): worst})
    typical = replace(typical, ranks=dict.fromkeys(SEEN, ranks))
    tensors = {f"lvae.{name}": tensor for name, tensor in net.state_dict().items()}
    tensors |= {f"typical.{k}": torch.from_numpy(np.asarray(v)).float() for k, v in typical.tensors().items()}
    tensors |= {f"typical.spread.{k}": torch.from_numpy(v.std(0)).float() for k, v in enumerate(z, start=1)}
    return tensors, typical.settings()


def write_tiny_heart_bundle(folder: Path, **changes: object) -> Path:
    """A bundle of a ladder whose top level is read off the thickness of the wall, with `changes` to its description."""
    tensors, settings = _tiny_model()
    scale = asdict(PlattScale(1.0, 0.0))
    given = {
        "name": "tiny-heart",
        "version": "0",
        "kind": KIND,
        "architecture": {
            "lvae": Component(class_name="LadderVAE", parameters={"inputs": CODE_SIZE, **NETWORK}),
            "typical": Component(class_name="TypicalHeart"),
        },
        "calibration": {"hcm_probability": dict.fromkeys(SEEN, scale)},
        "in_distribution": dict(settings),
    }
    write_bundle(folder, tensors, ModelDescription(**given | changes), "# tiny\n")
    return folder
