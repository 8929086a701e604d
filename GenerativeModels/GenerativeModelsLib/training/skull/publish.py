"""Model bundle of trained weights, calibrated on held-out cases."""

from __future__ import annotations

import json
import platform
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from safetensors.torch import load_file

from GenerativeModelsLib.bundle.bundle import write_bundle
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.evaluation.data.hc18 import large_heads, read_hc18, split_hc18
from GenerativeModelsLib.evaluation.data.test_heads import CALIBRATION_SET, simulated_case
from GenerativeModelsLib.evaluation.skull.run import evaluate_set
from GenerativeModelsLib.skull.infer.model import KIND, SkullModel, load_skull_model
from GenerativeModelsLib.skull.locate.canonical import HALF_WIDTH, PICTURE_SIZE
from GenerativeModelsLib.skull.locate.locator import LOCATOR_SIZE
from GenerativeModelsLib.skull.shape.field import GRID_SIZE, HALF_EXTENT
from GenerativeModelsLib.training.shared.card import card_text
from GenerativeModelsLib.training.shared.config_parts import BundleConfig
from GenerativeModelsLib.training.shared.recorded_figures import stored
from GenerativeModelsLib.training.skull.calibrate import (
    biometry_calibration,
    case_features,
    feature_models,
    rank_tables,
    read_real,
    surface_calibration,
)
from GenerativeModelsLib.training.skull.cohort_figures import own_cases, own_images, own_records, own_table
from GenerativeModelsLib.training.skull.config import CohortConfig, SkullTrainingConfig
from GenerativeModelsLib.training.skull.crops import locator_channels
from GenerativeModelsLib.training.skull.start import with_start

FEATURE_CASES = 200
FEATURE_SET = 73
"""Seed of the cases for the feature models; disjoint from calibration and test."""


def publish(config: SkullTrainingConfig) -> Path:
    """Calibrate the weights of a finished training and write them as a bundle; returns its folder.

    Three passes: the weights alone; with feature models, fitted to a further simulated set; with calibration and ranks
    from `calibration_cases` held-out simulated cases and HC18's calibration pictures. Own training cases are added to
    the feature models, own calibration cases to the calibration, and results on own test cases to the card.
    """
    config = with_start(config)
    wanted = config.bundle
    tensors = gather(config)
    real = split_hc18(read_hc18(config.hc18)) if config.hc18 else None
    with TemporaryDirectory() as scratch:
        bare = _write(Path(scratch) / "bare", config, wanted, tensors, {}, {})
        typical = _feature_models(load_skull_model(bare), real, config.cohort)
        tensors |= {f"typical.{k}": torch.from_numpy(v).float() for k, v in typical.tensors.items()}
        draft = _write(Path(scratch) / "draft", config, wanted, tensors, {}, _json(typical.settings))
        cases = list(evaluate_set(draft, CALIBRATION_SET, wanted.calibration_cases, workers=wanted.workers))
        readings = read_real(load_skull_model(draft), large_heads(real.calibration)) if real else []
        own = own_records(draft, own_cases(config.cohort, "calibration")) if config.cohort else []
        cases += own
    measures = [r.measures for c in cases for r in c.records.values()] + [r.measures for r in readings]
    calibration = {
        "surface": surface_calibration(cases),
        "biometry": biometry_calibration(cases, readings),
        "set": f"{len(cases) - len(own)} simulated cases of seed {CALIBRATION_SET}"
        + (f", {len(own)} own cases" if own else "")
        + (f" and {len(readings)} HC18 pictures" if readings else ""),
        "failures": sum(bool(c.failure) for c in cases),
    }
    settings = typical.settings | rank_tables(measures)
    parts = (config, wanted, tensors, _json(calibration), _json(settings))
    _write(wanted.output, *parts)
    test = own_cases(config.cohort, "test") if config.cohort else []
    if test:
        tables = own_table(own_records(wanted.output, test))
        _write(wanted.output, *parts, validation={"tables": tables})
    return wanted.output


def gather(config: SkullTrainingConfig) -> dict[str, torch.Tensor]:
    """Tensors of the trained networks by bundle name; matrices and kernels in half precision."""
    files = {
        "locator": config.locator / "locator.safetensors",
        "skull": config.output / "skull.safetensors",
        "basis": config.output / "basis.safetensors",
    }
    tensors = {f"{part}.{k}": v for part, file in files.items() for k, v in load_file(file).items()}
    return {k: stored(v) for k, v in tensors.items()}


def _feature_models(model: SkullModel, real, cohort: CohortConfig | None):
    features: dict[str, list[np.ndarray]] = {}
    sources = [simulated_case(FEATURE_SET, i).images for i in range(FEATURE_CASES)]
    if real:
        from GenerativeModelsLib.skull.planes.image import plane_from_array

        some = real.training[:: max(1, len(real.training) // (FEATURE_CASES // 2))]
        sources += [{"axial": plane_from_array(c.pixels(), (c.spacing_mm,) * 2, "axial")} for c in some]
    if cohort:
        sources += [own_images(case) for case in own_cases(cohort, "train")[:FEATURE_CASES]]
    for images in sources:
        try:
            for name, feature in case_features(model, images).items():
                features.setdefault(name, []).append(feature)
        except ValueError:
            continue
    return feature_models(features)


def _json(value):
    return json.loads(json.dumps(value, default=float))


def _write(
    folder: Path, config: SkullTrainingConfig, wanted: BundleConfig, tensors, calibration, typical, validation=None
) -> Path:
    network = {"rank": 64, **config.network}
    channels = locator_channels({k.removeprefix("locator."): v for k, v in tensors.items() if k.startswith("locator.")})
    description = ModelDescription(
        name=wanted.name,
        version=wanted.version,
        kind=KIND,
        licence=wanted.licence,
        architecture={
            "locator": Component(class_name="HeadLocatorNet", parameters={"channels": list(channels)}),
            "skull": Component(class_name=config.model, parameters=network),
            "basis": Component(class_name="LowRankField", parameters={"rank": network["rank"], "size": GRID_SIZE}),
            **({"typical": Component(class_name="FeatureModel")} if typical else {}),
        },
        normalisation={
            "locator_pixels": LOCATOR_SIZE,
            "picture_pixels": PICTURE_SIZE,
            "picture_half_width_head_sizes": HALF_WIDTH,
            "grid_points": GRID_SIZE,
            "grid_half_extent_head_sizes": HALF_EXTENT,
        },
        training_population={"summary": wanted.population, "limits": wanted.limits},
        calibration=calibration,
        in_distribution=typical,
        validation=validation or {},
        created=datetime.now(timezone.utc).date().isoformat(),
        software={"python": platform.python_version(), "torch": torch.__version__},
    )
    write_bundle(folder, tensors, description, card_text(description), overwrite=True)
    return folder
