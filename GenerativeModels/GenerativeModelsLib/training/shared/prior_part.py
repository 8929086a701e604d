"""The optional part `prior` of a bundle: flows to draw shapes from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from GenerativeModelsLib.bundle.bundle import read_bundle, write_bundle
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.training.shared.rewritten import as_stored, changed
from GenerativeModelsLib.uncertainty.flow_prior import FlowPrior, stored_flows

__all__ = ["PRIOR", "PriorPart", "add_prior", "prior_lines", "prior_part"]

PRIOR = "prior"
"""Name of the part, and of its settings in the bundle's `training_population`."""


class PriorPart(NamedTuple):
    """What a bundle stores of flows: the component, its tensors by their names in the bundle, and JSON settings."""

    component: Component
    tensors: dict[str, torch.Tensor]
    settings: dict[str, Any]

    @property
    def architecture(self) -> dict[str, Component]:
        """The part in a bundle's `architecture`; nothing without flows."""
        return {PRIOR: self.component} if self.settings else {}

    @property
    def population(self) -> dict[str, Any]:
        """The settings in a bundle's `training_population`; nothing without flows."""
        return {PRIOR: self.settings} if self.settings else {}


def prior_part(flows: Mapping[str, FlowPrior]) -> PriorPart:
    """The part of a bundle for flows by name; read back by `flow_prior.read_flows`."""
    settings, arrays = stored_flows(flows)
    tensors = {f"{PRIOR}.{name}": torch.from_numpy(np.array(values)) for name, values in arrays.items()}
    return PriorPart(Component(class_name="FlowDensity"), tensors, json.loads(json.dumps(settings, default=float)))


def add_prior(folder: Path, flows: Mapping[str, FlowPrior], card: Callable[[ModelDescription], str]) -> None:
    """Add flows to a bundle, in place of its own if it has some; all other tensors stay as they are, bit by bit.

    Parameters
    ----------
    folder
        The bundle.
    flows
        By name.
    card
        Text of the model card from the description.

    Raises
    ------
    InputError
        The bundle is invalid or cannot be written.
    """
    bundle, part = read_bundle(folder), prior_part(flows)
    manifest = bundle.manifest
    description = changed(
        bundle,
        architecture=manifest.architecture | part.architecture,
        training_population=manifest.training_population | part.population,
    )
    kept = {name: values for name, values in as_stored(bundle).items() if not name.startswith(f"{PRIOR}.")}
    write_bundle(folder, kept | part.tensors, description, card(description), overwrite=True)


def prior_lines(model: ModelDescription) -> list[str]:
    """Lines of a model card on the flows; none without them."""
    flows = model.training_population.get(PRIOR)
    if not flows:
        return []
    kinds = ", ".join(f"{name} ({flow['kind']}, {flow['features']} numbers)" for name, flow in flows.items())
    return [f"* prior to draw from: normalising flow of {kinds}"]
