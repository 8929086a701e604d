"""Training of a skull model: basis, readings, drawn heads, networks; writes `skull.safetensors`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import lightning as L
from safetensors.torch import load_file
from torch.utils.data import DataLoader

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.hc18 import training_pictures
from GenerativeModelsLib.evaluation.data.real_heads import evaluation_templates
from GenerativeModelsLib.process.parallel import Progress, parallel_map
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
from GenerativeModelsLib.training.skull.bank import fill_bank, write_shard
from GenerativeModelsLib.training.skull.cohort import OwnCohort, read_cohort, read_own_cohort, report_cohort
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from GenerativeModelsLib.training.skull.data import FixedBatches, SkullData
from GenerativeModelsLib.training.skull.derived import readings_folder, shapes_folder
from GenerativeModelsLib.training.skull.durations import (
    DRAWING,
    OWN,
    READING,
    SIMULATION,
    TRAINING,
    publishing_seconds,
    training_seconds,
)
from GenerativeModelsLib.training.skull.field_basis import load_basis, mirror_matrix, write_basis
from GenerativeModelsLib.training.skull.module import SkullTraining
from GenerativeModelsLib.training.skull.pictures import ReconstructionPictures
from GenerativeModelsLib.training.skull.readings import Readings, RealReadings, load_reader, read_file, read_real
from GenerativeModelsLib.training.skull.shapes import Shapes, fill_shapes
from GenerativeModelsLib.training.skull.start import START, with_start

SHAPES_SEED = 0
"""Seed of the first file of drawn heads."""
LEAST_POPULATION = 100
"""Real pictures from which on they are compared with the simulated ones as populations."""


def _read(seed: int, bank: Path, output: Path, locator: Path, reader: Path, basis: Path) -> Path:
    return read_file(write_shard(bank, seed), output, locator, reader, basis)


def bank_readings(
    config: SkullTrainingConfig, basis: Path, progress: Progress | None = None
) -> tuple[Readings, Readings]:
    """Readings of the training and of the validation shards, complete before a training starts."""
    bank, folder = config.bank, readings_folder(config, basis)
    folder.mkdir(parents=True, exist_ok=True)
    work = partial(_read, bank=bank.folder, output=folder, locator=config.locator, reader=config.reader, basis=basis)
    found = parallel_map(work, [*bank.seeds, *bank.validation_seeds], bank.processes, threads=1, progress=progress)
    parts = [Readings.load(path) for path in found]
    return Readings.concatenate(parts[: bank.shards]), Readings.concatenate(parts[bank.shards :])


def drawn_shapes(config: SkullTrainingConfig, basis: Path, progress: Progress | None = None) -> Shapes | None:
    """The heads without pictures of a training, drawn where their files are missing; None if it has none."""
    if not config.shapes:
        return None
    seeds = range(SHAPES_SEED, SHAPES_SEED + config.shapes)
    return Shapes.load(fill_shapes(shapes_folder(config, basis), basis, seeds, config.bank.processes, progress))


def _fixed(data: SkullData) -> FixedBatches:
    return FixedBatches(data, min(64, len(data.readings)))


def _require_inputs(config: SkullTrainingConfig) -> None:
    for field, file in (("locator", "locator.safetensors"), ("reader", "reader.safetensors")):
        folder = getattr(config, field)
        if folder is None or not (folder / file).is_file():
            raise InputError(f"{field}: {folder} holds no {file}: train it first, make train-skull trains all.")
    if config.heads is not None and not evaluation_templates(config.heads):
        raise InputError(
            f"heads: {config.heads} holds no fetal_heads_spina_bifida with templates (*_mask.nii.gz): name the data "
            "folder, or leave it out for a calibration on simulated heads alone."
        )


def _real(config: SkullTrainingConfig, own: OwnCohort) -> RealReadings | None:
    """Readings of real axial pictures: HC18's, and own ones of which the circumference alone is known."""
    parts = [own.pictures["train"]] if "train" in own.pictures else []
    if config.hc18:
        parts.append(read_real(training_pictures(config.hc18), load_reader(config.locator, config.reader)))
    return RealReadings.concatenate([part for part in parts if len(part)]) if any(map(len, parts)) else None


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
    basis = load_basis(basis_path)
    mirror = mirror_matrix(basis)
    own = OwnCohort({}, {})
    if config.cohort is not None:
        own = read_own_cohort(config, basis_path, stages.stage(OWN))
        report_cohort(config.cohort, config.output)
    fill_bank(
        config.bank.folder,
        [*config.bank.seeds, *config.bank.validation_seeds],
        config.bank.processes,
        stages.stage(SIMULATION),
    )
    readings, held_out = bank_readings(config, basis_path, stages.stage(READING))
    shapes = drawn_shapes(config, basis_path, stages.stage(DRAWING))
    real = _real(config, own)
    real_size = config.batch_size // 4 if real is not None and len(real) else 0
    own_size = round(config.cohort.share * config.batch_size) if "train" in own.heads else 0
    data = SkullData(
        readings, shapes, real, mirror, config.batch_size, real_size, config.seed, own.heads.get("train"), own_size
    )
    validation = [_fixed(SkullData(held_out, None, None, mirror, 64, 0, 0))]
    if "calibration" in own.heads:
        validation.append(_fixed(SkullData(None, None, None, mirror, 64, 0, 0, own.heads["calibration"])))
    callbacks: list[L.Callback] = [ReconstructionPictures(validation[0])]
    callbacks += [ReconstructionPictures(held, name="reconstructions of own cases") for held in validation[1:]]
    callbacks.append(ReportedBatches(stages, TRAINING, epoch))
    trainer = make_trainer(config, callbacks, **options)
    batches = max(1, config.items_per_epoch // config.batch_size)
    module = SkullTraining(
        config.model,
        network,
        basis,
        data.x_scale(),
        config.learning_rate,
        optimiser_steps(config, trainer, -(-batches // trainer.world_size)),
        config.kl_warm_up,
        config.free_bits,
        config.real_weight,
        config.seed,
        population_terms=real is not None and len(real) >= LEAST_POPULATION,
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
