"""Normalising flows to draw from, and named flows as a part of a model bundle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.uncertainty.flow import FlowDensity

__all__ = ["HIGHEST_RANK", "FlowDraws", "FlowPrior", "read_flows", "require_prior", "stored_flows"]

HIGHEST_RANK = 0.99
"""Draws that are less probable than this share of the flow's held-out samples are not used."""
LEAST_BATCH, MOST_BATCH = 64, 2048
"""Vectors drawn at once."""
RANGE = "range"


class Stored(Protocol):
    """What a bundle can store: settings as JSON, and tensors."""

    def settings(self) -> dict[str, Any]: ...

    def tensors(self) -> dict[str, np.ndarray]: ...


Read = TypeVar("Read")


@dataclass(frozen=True, eq=False)
class FlowDraws:
    """Accepted draws.

    Attributes
    ----------
    vectors : (N, d), N at most the number asked for.
    made : vectors drawn from the flow.
    wanted : those of them that were wanted.
    accepted : those of the wanted ones that lie among the samples; `vectors` are the first of these.
    """

    vectors: np.ndarray
    made: int
    wanted: int
    accepted: int


@dataclass(frozen=True, eq=False)
class FlowPrior:
    """A flow of vectors (d,) to draw from. Made by `fit` or `from_bundle`.

    Affine flows have heavier tails than their samples: some draws in a thousand lie up to hundreds of standard
    deviations away, and a shape decoded from them is none. Draws outside the samples' range are therefore left out, and
    those of a rank above `HIGHEST_RANK`.

    Attributes
    ----------
    density : the flow.
    low, high : (d,) float32, smallest and largest samples in each number.
    """

    density: FlowDensity
    low: np.ndarray = field(repr=False)
    high: np.ndarray = field(repr=False)

    @classmethod
    def fit(cls, x: np.ndarray, **options: Any) -> FlowPrior:
        """Fit to samples (N, d); `options` and errors are those of `FlowDensity.fit`."""
        density = FlowDensity.fit(x, **options)
        low, high = (np.asarray(ends, np.float32) for ends in (np.min(x, axis=0), np.max(x, axis=0)))
        return cls(density, low, high)

    def draw(
        self,
        count: int,
        generator: np.random.Generator,
        wanted: Callable[[np.ndarray], np.ndarray] | None = None,
        most: int = 20_000,
    ) -> FlowDraws:
        """Draw `count` vectors by rejection; fewer if `most` draws do not give as many.

        Parameters
        ----------
        count
            Number of vectors.
        generator
            Of the draws; same state, same vectors.
        wanted
            Vectors (M, d) -> (M,) bool, for draws under a condition; None = all.
        most
            Largest number of draws.
        """
        found, made, hits, accepted = [np.zeros((0, self.density.shape.features))], 0, 0, 0
        while accepted < count and made < most:
            missing = (count - accepted) * (made / max(accepted, 1) if made else 1)
            size = int(min(np.clip(1.2 * missing, LEAST_BATCH, MOST_BATCH), most - made))
            vectors = self.density.sample(size, generator)
            made += size
            if wanted is not None:
                vectors = vectors[wanted(vectors)]
            hits += len(vectors)
            vectors = vectors[self.among_samples(vectors)]
            accepted += len(vectors)
            found.append(vectors)
        return FlowDraws(np.concatenate(found)[:count], made, hits, accepted)

    def among_samples(self, x: np.ndarray) -> np.ndarray:
        """(M,) bool: whether vectors (M, d) lie in the samples' range and are not improbable."""
        found = ((x >= self.low) & (x <= self.high)).all(axis=1)
        if len(self.density.held_out):
            found[found] = self.density.rank(x[found]) <= HIGHEST_RANK
        return found

    def settings(self) -> dict[str, Any]:
        """What a bundle stores as JSON beside `tensors`."""
        return self.density.settings()

    def tensors(self) -> dict[str, np.ndarray]:
        """The arrays that a bundle stores, by name, in the types that they should be stored in."""
        return self.density.tensors() | {RANGE: np.stack([self.low, self.high])}

    @classmethod
    def from_bundle(cls, tensors: Mapping[str, np.ndarray], settings: Mapping[str, Any]) -> FlowPrior:
        """Build from `tensors` and `settings`; raises as `FlowDensity.from_bundle`."""
        density, ends = FlowDensity.from_bundle(tensors, settings), np.asarray(tensors[RANGE], np.float32)
        if ends.shape != (2, density.shape.features):
            raise ValueError(f"a flow of {density.shape.features} features has a range of shape {ends.shape}")
        return cls(density, *ends)


def require_prior(found: FlowPrior | None, manifest: Any, instead: str = "") -> FlowPrior:
    """The prior `found` in the bundle of `manifest`.

    Raises
    ------
    InputError
        There is none; the sentence names the model and the remedies, first `instead`.
    """
    if found is None:
        raise InputError(
            f"The model '{manifest.name} {manifest.version}' holds no flow to draw from: {instead}give a bundle with "
            "the part 'prior', or add it to this one with its training's config (docs/training.md)."
        )
    return found


def stored_flows(flows: Mapping[str, Stored]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Settings of each flow by its name, and the tensors of all of them, for a bundle; read back by `read_flows`.

    A tensor is called by the number of its flow, a dot and its name, as names of flows may have spaces.
    """
    tensors: dict[str, np.ndarray] = {}
    for number, flow in enumerate(flows.values()):
        tensors |= {f"{number}.{part}": value for part, value in flow.tensors().items()}
    return {name: flow.settings() for name, flow in flows.items()}, tensors


def read_flows(
    settings: Mapping[str, Any],
    tensors: Mapping[str, Any],
    build: Callable[[Mapping[str, np.ndarray], Mapping[str, Any]], Read],
) -> dict[str, Read]:
    """The flows of `stored_flows` by their names, made by `build`, such as `FlowDensity.from_bundle`.

    Raises
    ------
    KeyError, TypeError, ValueError
        As `FlowDensity.from_bundle`.
    """
    flows = {}
    for number, (name, flow) in enumerate(settings.items()):
        prefix = f"{number}."
        parts = {k.removeprefix(prefix): np.asarray(v) for k, v in tensors.items() if k.startswith(prefix)}
        flows[name] = build(parts, flow)
    return flows
