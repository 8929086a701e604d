"""The bundle of a skull training: tensors, description and card."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from GenerativeModelsLib.bundle.bundle import write_bundle
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.evaluation.data.folders import data_set
from GenerativeModelsLib.evaluation.data.hc18 import read_hc18
from GenerativeModelsLib.evaluation.data.real_heads import evaluation_templates
from GenerativeModelsLib.skull.infer.model import KIND
from GenerativeModelsLib.skull.locate.canonical import HALF_WIDTH, PICTURE_SIZE, PROFILE
from GenerativeModelsLib.skull.locate.locator import LOCATOR_SIZE
from GenerativeModelsLib.skull.locate.strip import ANGLES, INNER, OUTER, RADII
from GenerativeModelsLib.skull.population.basis import BASIS_FILE
from GenerativeModelsLib.skull.shape.field import GRID_SIZE, HALF_EXTENT
from GenerativeModelsLib.skull.shape.from_brain_mask import parcellation_of
from GenerativeModelsLib.training.shared.card import card_text
from GenerativeModelsLib.training.shared.prior_part import PriorPart
from GenerativeModelsLib.training.shared.provenance import provenance
from GenerativeModelsLib.training.shared.recorded_figures import stored
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from GenerativeModelsLib.training.skull.kept import Start
from GenerativeModelsLib.training.skull.readings import locator_channels

__all__ = ["gather", "plain", "write_skull_bundle"]

SINCE = "0.2.0"
"""Oldest version of this software that can use the bundles written here: skull models see borders since then."""


def gather(config: SkullTrainingConfig) -> dict[str, torch.Tensor]:
    """Tensors of the trained networks by bundle name; matrices and kernels in half precision."""
    files = {
        "locator.": config.locator / "locator.safetensors",
        "": config.reader / "reader.safetensors",
        "skull.": config.output / "skull.safetensors",
        "basis.": config.output / "basis.safetensors",
    }
    tensors = {f"{prefix}{k}": v for prefix, file in files.items() for k, v in load_file(file).items()}
    return {k: stored(v) for k, v in tensors.items()}


def plain(value: Any) -> Any:
    """A document of plain JSON values."""
    return json.loads(json.dumps(value, default=float))


def write_skull_bundle(
    folder: Path,
    config: SkullTrainingConfig,
    tensors: Mapping[str, torch.Tensor],
    calibration: Mapping[str, Any],
    typical: Mapping[str, Any],
    *,
    prior: PriorPart | None = None,
    validation: Mapping[str, Any] | None = None,
    start: Start | None = None,
) -> Path:
    """Write a bundle with its card; returns its folder.

    Parameters
    ----------
    config
        With a section `bundle`, its locator and reader named.
    tensors
        By bundle name, without the prior's.
    calibration, typical, validation
        Sections of the manifest; empty: without calibration, in-distribution check or figures.
    start
        The bundle that the training started from, for the provenance.
    """
    wanted = config.bundle
    network = {"rank": 64, **config.network}
    channels = locator_channels({k.removeprefix("locator."): v for k, v in tensors.items() if k.startswith("locator.")})
    made = provenance(_trainings(config), _data_files(config))
    if start is not None:
        made["started_from"] = {"name": start.name, "bundle_sha256": start.bundle.checksum}
    description = ModelDescription(
        name=wanted.name,
        version=wanted.version,
        requires_version=SINCE,
        kind=KIND,
        licence=wanted.licence,
        architecture={
            "locator": Component(class_name="HeadLocatorNet", parameters={"channels": list(channels)}),
            "border": Component(class_name="BorderReader"),
            "facing": Component(class_name="FacingNet"),
            "skull": Component(class_name=config.model, parameters=network),
            "basis": Component(class_name="LowRankField", parameters={"rank": network["rank"], "size": GRID_SIZE}),
            **({"typical": Component(class_name="FlowDensity")} if typical else {}),
            **(prior.architecture if prior else {}),
        },
        normalisation={
            "locator_pixels": LOCATOR_SIZE,
            "strip_angles": ANGLES,
            "strip_radii": RADII,
            "strip_range_ellipse_radii": [INNER, OUTER],
            "border_angles": PROFILE,
            "facing_pixels": PICTURE_SIZE,
            "facing_half_width_head_sizes": HALF_WIDTH,
            "grid_points": GRID_SIZE,
            "grid_half_extent_head_sizes": HALF_EXTENT,
        },
        training_population={
            "summary": wanted.population,
            "limits": wanted.limits,
            **(prior.population if prior else {}),
        },
        calibration=plain(calibration),
        in_distribution=plain(typical),
        validation=plain(validation or {}),
        provenance=made,
        created=datetime.now(timezone.utc).date().isoformat(),
        software={"python": platform.python_version(), "torch": torch.__version__},
    )
    whole = dict(tensors) | (prior.tensors if prior else {})
    write_bundle(folder, whole, description, card_text(description), overwrite=True)
    return folder


def _trainings(config: SkullTrainingConfig) -> dict[str, Path]:
    """Output folders of the trainings; networks taken from the bundle that a training started from have none."""
    folders = {"locator": config.locator, "reader": config.reader, "skull": config.output}
    return {name: folder for name, folder in folders.items() if name == "skull" or folder != config.output}


def _data_files(config: SkullTrainingConfig) -> dict[str, list[Path]]:
    """Files of each data set that the bundle depends on."""
    files = {"shape basis": [BASIS_FILE]}
    if config.hc18:
        files["HC18"] = [data_set(config.hc18, "hc18") / "hc18.csv", *(case.path for case in read_hc18(config.hc18))]
    if config.heads:
        masks = evaluation_templates(config.heads)
        files["real heads"] = [*masks, *filter(None, map(parcellation_of, masks))]
    return files
