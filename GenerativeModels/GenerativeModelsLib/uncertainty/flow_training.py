"""Fit of a normalising flow to samples by maximum likelihood, stopped early by held-out samples."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.uncertainty.flow_shape import FlowShape

__all__ = ["Schedule", "checked_samples", "trained_weights", "whitening"]

LEAST_SAMPLES = 100
LEAST_VARIANCE = 1e-6
"""Lower bound of a variance of the standardised samples relative to the largest one."""


@dataclass(frozen=True)
class Schedule:
    """How a flow is fitted.

    Attributes
    ----------
    epochs, patience : largest number of passes over the samples, and how many of them may gain nothing on the held-out
        samples before the fit ends.
    batch, rate, decay : of AdamW; the rate is halved whenever a third of the patience gained nothing.
    """

    epochs: int = 80
    patience: int = 10
    batch: int = 256
    rate: float = 2e-3
    decay: float = 1e-2


def checked_samples(x: np.ndarray) -> np.ndarray:
    """Samples (N, d) as float64; raises InputError unless they are finite, enough and not constant in any column."""
    x = np.asarray(x, float)
    if x.ndim != 2 or x.shape[1] < 2:
        raise InputError(f"The samples have shape {x.shape}: give (N, d) with d of at least 2.")
    least = max(LEAST_SAMPLES, 2 * x.shape[1])
    if len(x) < least:
        raise InputError(f"There are {len(x)} samples of {x.shape[1]} numbers: give at least {least}.")
    if not np.isfinite(x).all():
        raise InputError("The samples hold NaN or infinity: give finite numbers.")
    constant = np.flatnonzero(np.ptp(x, axis=0) <= 1e-12 * np.abs(x).max(axis=0))
    if len(constant):
        raise InputError(f"Column {constant[0]} of the samples is constant: leave it out, as it has no density.")
    return x


def whitening(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean (d,) and matrix (d, d), float32, so that (x - mean) @ matrix has unit covariance for samples x (N, d).

    The matrix is that closest to a mere standardisation (zero-phase components), so that columns keep their meaning.
    """
    mean = x.mean(axis=0).astype(np.float32)
    deviation = x.std(axis=0)
    values, vectors = np.linalg.eigh(np.cov(((x - mean) / deviation).T))
    values = np.maximum(values, LEAST_VARIANCE * values[-1])
    return mean, ((vectors / np.sqrt(values) @ vectors.T) / deviation[:, None]).astype(np.float32)


def trained_weights(
    shape: FlowShape, white: np.ndarray, held_out: np.ndarray, seed: int, schedule: Schedule
) -> list[np.ndarray]:
    """Weights in half precision of the flow with the largest likelihood of whitened held-out samples.

    The flow starts as the standard normal distribution, so that the likelihood is never below that of a Gaussian.

    Parameters
    ----------
    shape
        Architecture.
    white
        (N, d) whitened samples.
    held_out
        (H, d) others, that end the fit.
    seed
        Of the first weights and the batches.
    schedule
        Passes, batches and rates.
    """
    x, others = (torch.from_numpy(part).float() for part in (white, held_out))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = shape.network()
    _start_as_identity(net)
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(net.parameters(), lr=schedule.rate, weight_decay=schedule.decay)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, factor=0.5, patience=max(1, schedule.patience // 3))
    best, best_loss, since = deepcopy(net.state_dict()), _loss(net, others), 0
    for _ in range(schedule.epochs):
        for rows in torch.randperm(len(x), generator=generator).split(schedule.batch):
            optimiser.zero_grad(set_to_none=True)
            (-net().log_prob(x[rows]).mean()).backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
        loss = _loss(net, others)
        plateau.step(loss)
        if loss < best_loss:
            best, best_loss, since = deepcopy(net.state_dict()), loss, 0
        else:
            since += 1
        if since >= schedule.patience:
            break
    net.load_state_dict(best)
    return [own.detach().half().numpy() for own in net.parameters()]


@torch.no_grad()
def _loss(net: torch.nn.Module, x: torch.Tensor) -> float:
    loss = float(-net().log_prob(x).mean())
    return loss if np.isfinite(loss) else float("inf")


@torch.no_grad()
def _start_as_identity(net: torch.nn.Module) -> None:
    """Set the last layer of every transform to zero: shift 0, scale 1."""
    for transform in net.transform.transforms:
        for own in transform.hyper[-1].parameters():
            own.zero_()
