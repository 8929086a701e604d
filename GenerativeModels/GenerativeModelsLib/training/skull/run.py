"""Training of a skull model: basis, readings, drawn heads, networks; writes `skull.safetensors`."""

from __future__ import annotations

from pathlib import Path

import lightning as L
from safetensors.torch import load_file
from torch.utils.data import DataLoader

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.hc18 import training_pictures
from GenerativeModelsLib.evaluation.data.real_heads import evaluation_templates
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.provenance import record_training
from GenerativeModelsLib.training.shared.trainer import (
    FreshIndices,
    ReportedBatches,
    make_trainer,
    optimiser_steps,
    resumed,
    save_net,
)
from GenerativeModelsLib.training.skull.cohort import OwnCohort, read_cohort, read_own_cohort, report_cohort
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from GenerativeModelsLib.training.skull.data import FixedBatches, SkullData
from GenerativeModelsLib.training.skull.durations import OWN, TRAINING, publishing_seconds, training_seconds
from GenerativeModelsLib.training.skull.field_basis import write_basis
from GenerativeModelsLib.training.skull.module import SkullTraining
from GenerativeModelsLib.training.skull.pictures import ReconstructionPictures
from GenerativeModelsLib.training.skull.sources import read_sources, require_reader
from GenerativeModelsLib.training.skull.start import START, with_start

LEAST_POPULATION = 100
"""Real pictures from which on they are compared with the simulated ones as populations."""


def _require_inputs(config: SkullTrainingConfig) -> None:
    require_reader(config)
    if config.heads is not None and not evaluation_templates(config.heads):
        raise InputError(
            f"heads: {config.heads} holds no fetal_heads_spina_bifida with templates (*_mask.nii.gz): name the data "
            "folder, or leave it out for a calibration on simulated heads alone."
        )


def train_skull(config: SkullTrainingConfig, resume: bool, options: dict, stages: Stages) -> Path:
    """Train REC-CVAE or HiREC-CVAE; returns the output folder."""
    rows = read_cohort(config.cohort) if config.cohort else []
    if config.hc18:
        training_pictures(config.hc18)  # refused before anything is simulated
    config = with_start(config)
    _require_inputs(config)
    checkpoint, epoch = resumed(config.output, resume)
    network = {"rank": 64, **config.network}
    basis_path = write_basis(config.output / "basis.safetensors", network["rank"])
    stages.expect(training_seconds(config, basis_path, max(config.epochs - epoch, 0), len(rows)))
    stages.expect(publishing_seconds(config, rows, started=config.start_from is not None))
    own = OwnCohort({}, {})
    if config.cohort is not None:
        own = read_own_cohort(config, basis_path, stages.stage(OWN))
        report_cohort(config.cohort, config.output)
    sources = read_sources(config, basis_path, stages, own.pictures.get("train"))
    own_size = round(config.cohort.share * config.batch_size) if "train" in own.heads else 0
    data = sources.data(config.batch_size, config.seed, own.heads.get("train"), own_size)
    validation = [sources.validation()]
    if "calibration" in own.heads:
        held = SkullData(None, None, None, sources.mirror, 64, 0, 0, own.heads["calibration"])
        validation.append(FixedBatches(held, min(64, len(held.readings))))
    callbacks: list[L.Callback] = [ReconstructionPictures(validation[0])]
    callbacks += [ReconstructionPictures(held, name="reconstructions of own cases") for held in validation[1:]]
    callbacks.append(ReportedBatches(stages, TRAINING, epoch))
    trainer = make_trainer(config, callbacks, **options)
    batches = max(1, config.items_per_epoch // config.batch_size)
    module = SkullTraining(
        config.model,
        network,
        sources.basis,
        data.x_scale(),
        config.learning_rate,
        optimiser_steps(config, trainer, -(-batches // trainer.world_size)),
        config.kl_warm_up,
        config.free_bits,
        config.real_weight,
        config.seed,
        beta=config.beta,
        real_terms=config.real_terms,
        population_terms=sources.real is not None and len(sources.real) >= LEAST_POPULATION,
    )
    if config.start_from is not None and checkpoint is None:
        module.net.load_state_dict(load_file(config.output / START))
    trainer.fit(
        module,
        DataLoader(data, batch_size=None, sampler=FreshIndices(batches, epoch)),
        [DataLoader(held, batch_size=None) for held in validation],
        ckpt_path=checkpoint,
    )
    if trainer.is_global_zero:
        save_net(module.net, config.output / "skull.safetensors")
        record_training(config, config.output, trained=epoch < config.epochs)
    return config.output
