"""Publication of trained generators between two domains as a model bundle."""

from __future__ import annotations

import platform
from datetime import datetime, timezone

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn

from GenerativeModelsLib.bundle.bundle import write_bundle
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.models.translation import LookGenerator
from GenerativeModelsLib.synthesis.translate.domains import ULTRASOUND
from GenerativeModelsLib.synthesis.translate.model import KIND, PARTS
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.provenance import provenance
from GenerativeModelsLib.training.shared.recorded_figures import stored
from GenerativeModelsLib.training.shared.trained import Trained
from GenerativeModelsLib.training.synthesis.looks import Look, looks_of
from GenerativeModelsLib.training.synthesis.translation_card import translation_card_text
from GenerativeModelsLib.training.synthesis.translation_config import TranslationTrainingConfig
from GenerativeModelsLib.training.synthesis.translation_data import squares_of
from GenerativeModelsLib.training.synthesis.translation_module import generator_parameters
from GenerativeModelsLib.training.synthesis.translation_run import translation_weights

__all__ = ["held_out_figures", "publish_translation", "trained_generators"]

HELD_OUT = "Translating held-out images"


def trained_generators(config: TranslationTrainingConfig) -> nn.ModuleDict:
    """The generators of a finished training, by `PARTS`."""
    nets = nn.ModuleDict({part: LookGenerator(**generator_parameters(config)) for part in PARTS})
    nets.load_state_dict(load_file(translation_weights(config)))
    return nets.eval().requires_grad_(False)


def held_out_figures(nets: nn.ModuleDict, looks: tuple[Look, Look], config: TranslationTrainingConfig) -> dict:
    """Mean absolute differences on images that do not train, in shares of the grey range, over both directions.

    `change`: of an image and its translation; `cycle`: of an image and what comes back; `identity`: of an image of the
    target domain and what a generator makes of it.
    """
    count = min(len(look) for look in looks)
    squares = [squares_of(look, np.arange(count), config, None)[0] for look in looks]
    draw = torch.Generator().manual_seed(config.seed)
    found: dict[str, list[float]] = {"change": [], "cycle": [], "identity": []}
    with torch.inference_mode():
        for there, back, mine, theirs in (
            (nets["to_second"], nets["to_first"], *squares),
            (nets["to_first"], nets["to_second"], *reversed(squares)),
        ):
            noise = [torch.randn(mine.shape, generator=draw) for _ in range(3)]
            made = there(mine, noise[0])
            apart = {"change": made - mine, "cycle": back(made, noise[1]) - mine}
            apart["identity"] = there(theirs, noise[2]) - theirs
            for name, value in apart.items():
                found[name].append(0.5 * float(value.abs().mean()))
    return {"images": count, **{name: round(float(np.mean(values)), 4) for name, values in found.items()}}


def publish_translation(config: TranslationTrainingConfig, stages: Stages) -> Trained:
    """Write the bundle of a finished training."""
    wanted = config.bundle
    nets = trained_generators(config)
    looks = looks_of(config, stages.stage(HELD_OUT))
    parameters = generator_parameters(config)
    scale = {"rows": config.rows} if config.data.modality == ULTRASOUND else {"grid_mm": config.grid_mm}
    description = ModelDescription(
        name=wanted.name,
        version=wanted.version,
        kind=KIND,
        licence=wanted.licence,
        architecture={part: Component(class_name="LookGenerator", parameters=parameters) for part in PARTS},
        normalisation={"modality": config.data.modality, "domains": list(config.data.domains), **scale},
        training_population={
            "summary": wanted.population,
            "limits": wanted.limits,
            "images": [len(look) for look in looks.training],
        },
        validation=held_out_figures(nets, looks.validation, config),
        created=datetime.now(timezone.utc).date().isoformat(),
        provenance=provenance({"cyclegan": config.output}, {}),
        software={"python": platform.python_version(), "torch": torch.__version__},
    )
    tensors = {name: stored(tensor) for name, tensor in nets.state_dict().items()}
    write_bundle(wanted.output, tensors, description, translation_card_text(description), overwrite=True)
    return Trained(wanted.output)
