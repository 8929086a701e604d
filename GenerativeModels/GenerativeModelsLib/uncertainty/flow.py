"""Density of vectors by a normalising flow, small enough for a model bundle.

A flow is an invertible map from a vector to one with a standard normal distribution, of which the determinant of the
Jacobian is known: log p(x) = log N(f(x); 0, I) + log |det df/dx| (Papamakarios et al., Masked Autoregressive Flow for
Density Estimation, 2017; Dinh et al., Density Estimation Using Real NVP, 2017). See `uncertainty.flow_shape`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.uncertainty.flow_shape import KINDS, FlowShape

if TYPE_CHECKING:
    from zuko.lazy import Flow

__all__ = ["FlowDensity"]

TRANSFORMS = {"maf": 4, "realnvp": 8}
HIDDEN = (96, 96)
MOST_HELD_OUT = 2000
"""Stored log densities of held-out samples; of more, as many quantiles."""
CHUNK = 4096
"""Vectors evaluated at once."""
PROBE_TOLERANCE = 1e-3
"""Largest difference in nats between the stored and the found log density of the probe."""


@dataclass(frozen=True, eq=False)
class FlowDensity:
    """Density of vectors (d,): whitening x -> (x - mean) @ whiten, then a flow. Made by `fit` or `from_bundle`.

    The weights are rounded to half precision when the density is made, before anything is computed with them; they are
    evaluated in double precision. So a density that was stored is the same to the bit.

    Attributes
    ----------
    shape : architecture.
    mean : (d,) float32.
    whiten : (d, d) float32.
    weights : float16, in the order of the network's parameters.
    held_out : (H,) float32, increasing log densities of samples that the weights were not fitted to.
    """

    shape: FlowShape
    mean: np.ndarray = field(repr=False)
    whiten: np.ndarray = field(repr=False)
    weights: Sequence[np.ndarray] = field(repr=False)
    held_out: np.ndarray = field(repr=False, default_factory=lambda: np.zeros(0, np.float32))

    @classmethod
    def fit(
        cls,
        x: np.ndarray,
        *,
        kind: str | None = None,
        groups: np.ndarray | None = None,
        seed: int = 0,
        transforms: int | None = None,
        hidden: Sequence[int] = HIDDEN,
        held_out_share: float = 0.15,
        **schedule: Any,
    ) -> FlowDensity:
        """Fit to samples (N, d) on the CPU, in seconds for some ten thousand samples of 70 numbers.

        Parameters
        ----------
        x
            (N, d) finite samples.
        kind
            One of `flow_shape.KINDS`; None = that with the larger likelihood of the held-out samples.
        groups
            (N,) labels; samples with one label are held out together. None: every sample on its own.
        seed
            Of the division, the first weights and the batches; same seed, same density.
        transforms, hidden
            Number of transforms (default `TRANSFORMS` by kind) and hidden widths of each.
        held_out_share
            Share of the groups whose samples end the fit and give the ranks.
        schedule
            Values of `flow_training.Schedule`, such as epochs.

        Raises
        ------
        InputError
            The samples are not finite, too few, or constant in one column, or the kind or a size is unknown.
        """
        from GenerativeModelsLib.uncertainty.flow_training import Schedule, checked_samples, trained_weights, whitening

        x = checked_samples(x)
        if kind is not None and kind not in KINDS:
            raise InputError(f"The kind of flow is {kind!r}: give one of {', '.join(KINDS)}.")
        if not 0 < held_out_share < 1:
            raise InputError(f"The held-out share is {held_out_share}: give a number between 0 and 1.")
        group = np.arange(len(x)) if groups is None else np.unique(groups, return_inverse=True)[1]
        order = np.random.default_rng(seed).permutation(int(group.max()) + 1)
        out = np.isin(group, order[: max(1, round(held_out_share * len(order)))])
        held_out, training = x[out], x[~out]
        mean, whiten = whitening(training)
        white, white_held_out = ((part - mean) @ whiten.astype(float) for part in (training, held_out))
        found = []
        for name in [kind] if kind else KINDS:
            try:
                shape = FlowShape(name, x.shape[1], transforms or TRANSFORMS[name], tuple(hidden))
            except ValueError as error:
                raise InputError(f"The flow cannot be made: {error}.") from error
            weights = trained_weights(shape, white, white_held_out, seed, Schedule(**schedule))
            log = np.sort(cls(shape, mean, whiten, weights).log_density(held_out))
            if len(log) > MOST_HELD_OUT:
                log = np.quantile(log, (np.arange(MOST_HELD_OUT) + 0.5) / MOST_HELD_OUT)
            found.append(cls(shape, mean, whiten, weights, log.astype(np.float32)))
        return max(found, key=lambda density: density.nats_per_dimension)

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """Log density in nats (...) of vectors (..., d); -inf where it is too small for double precision.

        Raises
        ------
        InputError
            The vectors have another size or are not finite.
        """
        import torch

        x = self._vectors(x)
        with np.errstate(over="ignore", invalid="ignore"):
            white = (x - self.mean.astype(float)) @ self._whiten64
        rows = torch.from_numpy(white.reshape(-1, x.shape[-1]))
        with torch.no_grad():
            found = [self._flow().log_prob(part).numpy() for part in rows.split(CHUNK) if len(part)]
        log = np.concatenate([np.zeros(0), *found]).reshape(x.shape[:-1]) + self._log_scale
        return np.where(np.isnan(log), -np.inf, log)

    def rank(self, x: np.ndarray) -> np.ndarray:
        """Share in [0, 1] of the held-out samples with a higher density than vectors (..., d): 1 = atypical."""
        lower_or_equal = np.searchsorted(self.held_out, self.log_density(x).astype(np.float32), side="right")
        return 1 - lower_or_equal / max(len(self.held_out), 1)

    def sample(self, count: int, generator: np.random.Generator) -> np.ndarray:
        """(count, d) draws; a masked autoregressive flow takes d passes for them."""
        import torch

        noise = torch.from_numpy(generator.standard_normal((count, self.shape.features)))
        with torch.no_grad():
            white = self._flow().transform.inv(noise).numpy()
        return white @ np.linalg.inv(self._whiten64) + self.mean.astype(float)

    @property
    def nats_per_dimension(self) -> float:
        """Mean log density of the held-out samples by the number of dimensions."""
        return float(self.held_out.mean(dtype=float)) / self.shape.features

    def settings(self) -> dict[str, Any]:
        """What a bundle stores as JSON beside `tensors`; the log density of a probe tells whether both came back."""
        shape = {name: getattr(self.shape, name) for name in ("kind", "features", "transforms")}
        figures = {"probe": float(self.log_density(self._probe)), "nats_per_dimension": self.nats_per_dimension}
        return shape | {"hidden": list(self.shape.hidden)} | figures

    def tensors(self) -> dict[str, np.ndarray]:
        """The arrays that a bundle stores, by name, in the types that they should be stored in."""
        weights = {f"weights.{number:02d}": values for number, values in enumerate(self.weights)}
        return {"mean": self.mean, "whiten": self.whiten, "held_out": self.held_out} | weights

    @classmethod
    def from_bundle(cls, tensors: Mapping[str, np.ndarray], settings: Mapping[str, Any]) -> FlowDensity:
        """Build from `tensors` (of any floating-point type) and `settings`.

        Raises
        ------
        KeyError, TypeError, ValueError
            A part is missing or has another shape, or the density of the probe is not that in the settings: the
            weights were changed, or this version of zuko orders them otherwise.
        """
        shape = FlowShape(*(settings[k] for k in ("kind", "features", "transforms")), tuple(settings["hidden"]))
        mean, whiten, held_out = (np.asarray(tensors[k], np.float32) for k in ("mean", "whiten", "held_out"))
        size = shape.features
        if mean.shape != (size,) or whiten.shape != (size, size) or held_out.ndim != 1:
            raise ValueError(f"a flow of {size} features has shapes {mean.shape}, {whiten.shape}, {held_out.shape}")
        count = sum(name.startswith("weights.") for name in tensors)
        weights = [np.asarray(tensors[f"weights.{number:02d}"], np.float16) for number in range(count)]
        made = cls(shape, mean, whiten, weights, held_out)
        found, due = float(made.log_density(made._probe)), float(settings["probe"])
        if not abs(found - due) <= PROBE_TOLERANCE:
            raise ValueError(f"a flow's log density of the probe is {found:.4f}, where its settings say {due:.4f}")
        return made

    @property
    def _probe(self) -> np.ndarray:
        """(d,) a fixed vector within the usual range."""
        white = np.cos(np.arange(self.shape.features, dtype=float))
        return white @ np.linalg.inv(self._whiten64) + self.mean

    @cached_property
    def _whiten64(self) -> np.ndarray:
        return self.whiten.astype(float)

    @cached_property
    def _log_scale(self) -> float:
        return float(np.linalg.slogdet(self._whiten64)[1])

    @cached_property
    def _flow(self) -> Flow:
        import torch

        with torch.random.fork_rng(devices=[]):
            net = self.shape.network()
        due = [tuple(own.shape) for own in net.parameters()]
        given = [values.shape for values in self.weights]
        if due != given:
            raise ValueError(f"a flow has weights of shapes {given}, expected {due}")
        net = net.double().requires_grad_(False).eval()
        for own, values in zip(net.parameters(), self.weights):
            own.copy_(torch.from_numpy(values.astype(float)))
        return net

    def _vectors(self, x: np.ndarray) -> np.ndarray:
        x = np.asarray(x, float)
        if x.ndim < 1 or x.shape[-1] != self.shape.features:
            raise InputError(f"The vectors have shape {x.shape}: give (..., {self.shape.features}), as this flow has.")
        if not np.isfinite(x).all():
            raise InputError("The vectors hold NaN or infinity: give finite numbers.")
        return x
