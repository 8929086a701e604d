"""Losses of the VAEs of label maps, for maps of which some structures may not be labelled.

A source that does not label a structure leaves its pixels at 0. There the value 0 means "background or any structure
that is not known": `known` (B, C) bool says by label whether it is labelled, and entry 0 whether 0 is background alone.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["attribute_loss", "cross_entropy", "neuron_loss", "soft_dice_loss"]

_SMOOTH = 1.0
"""Pixels added to both sides of a Dice, so that an absent structure that stays absent has the Dice 1."""


def _merged(logits: Tensor, known: Tensor) -> Tensor:
    """Log probabilities (B, C, H, W) in which 0 has that of background and of all structures that are not known.

    The entries of structures that are not known stay as they are; no pixel has their value.
    """
    log_p = F.log_softmax(logits, dim=1)
    at_zero = ~known.bool()
    at_zero[:, 0] = True
    zero = torch.where(at_zero[:, :, None, None], log_p, -torch.inf).logsumexp(1, keepdim=True)
    return torch.cat([zero, log_p[:, 1:]], dim=1)


def cross_entropy(logits: Tensor, target: Tensor, known: Tensor) -> Tensor:
    """Mean over the pixels of -log p(x | z), where 0 has the probability of all that it may mean.

    The marginal likelihood of partially labelled maps (Fidon et al., BrainLes 2021; Shi et al., Medical Image Analysis
    2021): which of the labels that are not known lies at a pixel of value 0 does not count.

    Parameters
    ----------
    logits, target
        (B, C, H, W) and (B, H, W) integers.
    known
        (B, C) bool, see the module.
    """
    return F.nll_loss(_merged(logits, known), target.long())


def soft_dice_loss(logits: Tensor, target: Tensor, known: Tensor) -> Tensor:
    """1 - mean Dice over the maps and their known structures, the background left out; arguments as `cross_entropy`.

    Dice of a structure of a map = (2 sum p t + 1) / (sum p + sum t + 1), p = softmax and t in {0, 1} over the pixels.
    """
    p = logits.softmax(1)[:, 1:].flatten(2)
    t = F.one_hot(target.long(), logits.shape[1]).movedim(-1, 1)[:, 1:].flatten(2).to(p)
    dice = (2 * (p * t).sum(2) + _SMOOTH) / (p.sum(2) + t.sum(2) + _SMOOTH)
    counted = known[:, 1:].to(dice)
    return 1 - (dice * counted).sum() / counted.sum().clamp_min(1)


def attribute_loss(z: Tensor, attributes: Tensor, *, delta: float, dead_band: float) -> Tensor:
    """Sum over the attributes a of L_(r_a, a), attribute a on dimension r_a = a (Pati and Lerch, arXiv 2004.05485).

        D_a(i, j) = a(x_i) - a(x_j),   D_r(i, j) = z_i^r - z_j^r
        L_(r, a) = mean over the pairs of |tanh(delta D_r) - sign(D_a)|

    The mean is over the pairs i != j whose attributes are known and differ by more than `dead_band`: the authors' mean
    counts the diagonal, which is 0, and ties, whose sign is the raster's. An attribute without a pair counts 0.

    Parameters
    ----------
    z
        (B, d) codes, d >= A.
    attributes
        (B, A), NaN where an attribute is not known; in units of its standard deviation.
    delta
        Steepness.
    dead_band
        Smallest difference that orders a pair, in the same units.
    """
    count = attributes.shape[1]
    latent = z[:, :count]
    difference = attributes[:, None] - attributes[None]
    ordered = difference.abs() > dead_band  # False for NaN
    distance = torch.tanh(delta * (latent[:, None] - latent[None]))
    wrong = torch.where(ordered, (distance - difference.nan_to_num().sign()).abs(), 0.0)
    return (wrong.sum((0, 1)) / ordered.sum((0, 1)).clamp_min(1)).sum()


def neuron_loss(predicted: Tensor, wanted: Tensor) -> Tensor:
    """Mean squared error (B,) of the neuron over the maps whose value is known (not NaN); 0 without any."""
    known = wanted.isfinite()
    error = torch.where(known, predicted - wanted.nan_to_num(), 0.0)
    return error.square().sum() / known.sum().clamp_min(1)
