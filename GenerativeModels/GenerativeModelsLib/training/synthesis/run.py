"""Trainings of image synthesis; each writes its networks as `MODEL.safetensors`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import lightning as L
import numpy as np
from safetensors.torch import load_file
from torch.utils.data import DataLoader

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.provenance import record_training, recorded_training
from GenerativeModelsLib.training.shared.trainer import (
    FreshIndices,
    ReportedBatches,
    make_trainer,
    optimiser_steps,
    resumed,
    save_net,
)
from GenerativeModelsLib.training.synthesis.cases import Parts, parts_of
from GenerativeModelsLib.training.synthesis.config import (
    CodesConfig,
    GanTrainingConfig,
    LdmTrainingConfig,
    SynthesisTrainingConfig,
    VqvaeTrainingConfig,
)
from GenerativeModelsLib.training.synthesis.data import SynthesisBatches, squares_of

__all__ = ["SCALED", "train_gan", "train_ldm", "train_vqvae", "trained_codes", "weights_of"]

TRAINING = "Training"
ITEM = {"spade": 0.074, "cgan": 0.068, "vqvae": 0.028, "ldm": 0.022}
"""Seconds of one core of an AMD EPYC for an item of a batch, by model."""
SCALED = 20
"""Batches whose codes give the scale of the latents."""
_VALIDATED = 16


def weights_of(config: SynthesisTrainingConfig) -> Path:
    """File of the networks of a training."""
    return config.output / f"{config.model}.safetensors"


def train_gan(config: GanTrainingConfig, resume: bool, options: dict, stages: Stages) -> Path:
    """Run the training of a config of a GAN; returns the output folder."""
    from GenerativeModelsLib.training.synthesis.gan_module import GanTraining

    return _train(config, resume, options, stages, lambda parts, steps: GanTraining(config=config, steps=steps))


def train_vqvae(config: VqvaeTrainingConfig, resume: bool, options: dict, stages: Stages) -> Path:
    """Run the training of a config of the VQ-VAE; returns the output folder."""
    from GenerativeModelsLib.training.synthesis.vqvae_module import VqvaeTraining

    def module(parts: Parts, steps: int) -> L.LightningModule:
        made = VqvaeTraining(config=config, steps=steps)
        made.renew(SynthesisBatches(parts.training, config)[0].images)
        return made

    return _train(config, resume, options, stages, module)


def train_ldm(config: LdmTrainingConfig, resume: bool, options: dict, stages: Stages) -> Path:
    """Run the training of a config of the latent diffusion; returns the output folder.

    Raises
    ------
    InputError
        The VQ-VAE is not trained yet.
    """
    from GenerativeModelsLib.training.synthesis.ldm_module import LdmTraining, scale_of

    codes, weights = trained_codes(config.vqvae)

    def module(parts: Parts, steps: int) -> L.LightningModule:
        made = LdmTraining(config=config, steps=steps, codes=codes, weights=load_file(weights))
        batches = SynthesisBatches(parts.training, config)
        made.net.scale.copy_(scale_of(made.net, (batches[number] for number in range(SCALED))))
        return made

    return _train(config, resume, options, stages, module)


def trained_codes(folder: Path) -> tuple[CodesConfig, Path]:
    """Sizes and weights of the VQ-VAE in the output folder of its training; raises `InputError` without one."""
    weights, record = folder / "vqvae.safetensors", recorded_training(folder)
    if not weights.is_file() or "network" not in record.get("config", {}):
        raise InputError(f"{folder} has no trained VQ-VAE: run generative-models train vqvae.yaml, or name its output.")
    return CodesConfig.model_validate(record["config"]["network"]), weights


def _train(
    config: SynthesisTrainingConfig,
    resume: bool,
    options: dict,
    stages: Stages,
    make: Callable[[Parts, int], L.LightningModule],
) -> Path:
    checkpoint, epoch = resumed(config.output, resume)
    parts = parts_of(config)
    stages.expect({TRAINING: ITEM[config.model] * max(config.epochs - epoch, 0) * config.items_per_epoch})
    batches = max(1, config.items_per_epoch // config.batch_size)
    manual = isinstance(config, GanTrainingConfig)
    trainer = make_trainer(
        config, [ReportedBatches(stages, TRAINING, epoch)], automatic_optimization=not manual, **options
    )
    module = make(parts, optimiser_steps(config, trainer, -(-batches // trainer.world_size)))
    held_out = [
        squares_of(parts.validation, which, config, None)
        for which in np.array_split(np.arange(len(parts.validation)), -(-len(parts.validation) // _VALIDATED))
    ]
    trainer.fit(
        module,
        DataLoader(SynthesisBatches(parts.training, config), batch_size=None, sampler=FreshIndices(batches, epoch)),
        DataLoader(held_out, batch_size=None),
        ckpt_path=checkpoint,
    )
    if trainer.is_global_zero:
        save_net(module.net, weights_of(config))
        record_training(config, config.output, trained=epoch < config.epochs)
    return config.output
