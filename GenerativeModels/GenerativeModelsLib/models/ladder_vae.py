"""Ladder VAE of shapes with a classified top level, and the plain VAE for comparison.

After Biffi et al., IEEE TMI 2020;39(6):2088-2099 (LVAE) and MICCAI 2018 (VAE). Latents z_1 (detail) .. z_L (top,
classified); 64 / 32 / 2 with deterministic layers of 96 / 48 / 24 by default. The equations as computed:

    features   d_0 = W (x - centre) / root, of the groups present, + a learned token for each absent group
    bottom up  d_l = ELU(LayerNorm(A_l d_(l-1) + a_l))
    estimate   mu_e,l = B_l d_l + b_l + S_l d_0 (S_l for l < L alone),   log sigma_e,l = clamp(C_l d_l + c_l, -5, 5)
    prior      p(z_L) = N(0, I),   p(z_l | z_(l+1)) = N(mu_p, sigma_p^2) = head(ReLU(LayerNorm(P_l z_(l+1) + p_l)))
    posterior  q(z_L | x) = N(mu_e,L, sigma_e,L^2)
               q(z_l | x, z_(l+1)) proportional to N(mu_e,l, sigma_e,l^2) N(mu_p, sigma_p^2)     for l < L
    decoder    mean of p(x | z) = centre + root * (E(z_1) + sum_(l < L) D_l z_l) W',  E = 125 units, LayerNorm, ReLU
    top        logits of p(y | z_L) and mean of p(a | z_L), both linear in z_L unless `classifier` has hidden layers

W are fixed principal modes of the population. S_l and D_l are linear skips, initialised as unit matrices between the
latents and the modes, the coarsest modes in z_(L-1). The decoder does not read z_L, which affects the shape through the
priors. With L = 1 the only level has the skips, is decoded and is classified.

Deviations from the papers:

* radii of rays in mm (`heart.infer.code`) instead of masks of 80^3 voxels, and modes instead of convolutions: errors
  below a voxel matter, and only relations between fixed modes are learned;
* the decoder reads z_1 .. z_(L-1) instead of z_1 (as BIVA; Maaloe et al., NeurIPS 2019): with z_1 alone the ladder
  did not reconstruct hearts better than the VAE;
* linear skips from the features to the means: training starts from principal components;
* LayerNorm instead of batch normalisation: the latents of a heart do not depend on its batch;
* no dense layer of 12 units (tanh) before the top's head, since d_L has 24 units already;
* a linear classifier instead of one hidden layer of 64 units, so that its gradient has one direction;
* attributes a, such as the thickest wall (Pati and Lerch 2020): class labels alone define a border, no direction to it;
* the standard deviation of the merged Gaussian, where the authors' code uses its variance.

The optimiser and the likelihood are in `training.heart.module`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from GenerativeModelsLib.models.gaussian import DiagonalGaussian, GaussianHead, hard_bound


@dataclass(frozen=True)
class LadderLevel:
    """One level of a pass: its prior, its posterior (absent when sampling) and the value passed down, all (B, d)."""

    prior: DiagonalGaussian
    posterior: DiagonalGaussian | None
    z: Tensor


def _head(features: int, latent: int) -> GaussianHead:
    return GaussianHead(nn.Linear(features, 2 * latent), hard_bound, name="head")


def _dense(inputs: int, outputs: int, activation: type[nn.Module]) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, outputs), nn.LayerNorm(outputs), activation())


class LadderVAE(nn.Module):
    """Ladder VAE of the module's equations; with one latent level, the plain VAE with a classifier on its latent space.

    Parameters
    ----------
    inputs : numbers of a shape x.
    features : number of the population's modes that the net reads and predicts.
    latents : sizes of z_1 .. z_L, detail first.
    widths : sizes of the deterministic layers d_1 .. d_L.
    classes : number of classes of the classifier on z_L.
    attributes : number of attributes of a shape that are predicted from z_L.
    classifier : sizes of the classifier's hidden layers; without any it is linear, so that its gradient has one
        direction.
    groups : number of groups of the numbers of x, such as the phases of a heart, each of which may be absent; 2 in
        bundles that do not name it.

    Attributes
    ----------
    centre : (inputs,) mean shape.
    modes : (features, inputs) principal modes, orthonormal under `metric`.
    metric : (inputs,) weight of every number of x, of mean 1.
    root : (features,) unit of the features: the square root of the population's standard deviation along each mode,
        half-way between principal and whitened components.
    group : (inputs,) the group of every number of x.
    attribute_centre, attribute_scale : (attributes,) mean and standard deviation of the population's.

    Raises
    ------
    ValueError
        `latents` and `widths` differ in length.
    """

    def __init__(
        self,
        inputs: int,
        features: int = 256,
        latents: Sequence[int] = (64, 32, 2),
        widths: Sequence[int] = (96, 48, 24),
        classes: int = 2,
        groups: int = 2,
        attributes: int = 1,
        classifier: Sequence[int] = (),
    ) -> None:
        super().__init__()
        if len(latents) != len(widths) or not latents:
            raise ValueError(f"latents {tuple(latents)} and widths {tuple(widths)} must have as many levels each.")
        self.latents = tuple(latents)
        self.register_buffer("centre", torch.zeros(inputs))
        self.register_buffer("modes", torch.zeros(features, inputs))
        self.register_buffer("metric", torch.ones(inputs))
        self.register_buffer("root", torch.ones(features))
        self.register_buffer("group", torch.zeros(inputs, dtype=torch.long))
        self.register_buffer("attribute_centre", torch.zeros(attributes))
        self.register_buffer("attribute_scale", torch.ones(attributes))
        self.absent = nn.Parameter(torch.zeros(groups, features))
        sizes = (features, *widths)
        self.up = nn.ModuleList(_dense(a, b, nn.ELU) for a, b in zip(sizes, widths, strict=False))
        self.estimates = nn.ModuleList(_head(w, d) for w, d in zip(widths, latents, strict=True))
        self.down = nn.ModuleList(
            nn.Sequential(_dense(above, width, nn.ReLU), _head(width, below))
            for above, below, width in zip(latents[1:], latents[:-1], widths[:-1], strict=True)
        )
        hidden = [latents[-1], *classifier]
        inner = [(nn.Linear(a, b), nn.ReLU()) for a, b in pairwise(hidden)]
        self.classifier = nn.Sequential(*(part for pair in inner for part in pair), nn.Linear(hidden[-1], classes))
        self.attribute = nn.Linear(latents[-1], attributes)
        read = latents[: max(1, len(latents) - 1)]
        self.straight_up = nn.ModuleList(nn.Linear(features, size, bias=False) for size in read)
        self.straight_down = nn.ModuleList(nn.Linear(size, features, bias=False) for size in read)
        self.expand = nn.Sequential(_dense(latents[0], 125, nn.ReLU), nn.Linear(125, features))
        with torch.no_grad():
            # Initialise as principal components: identities up to the latents and down, the coarsest modes highest.
            eye, first = torch.eye(features), 0
            for up, down, size in reversed(list(zip(self.straight_up, self.straight_down, read, strict=True))):
                own = eye[first : first + size]
                nn.init.zeros_(up.weight)[: len(own)] = own
                nn.init.zeros_(down.weight)[:, : len(own)] = own.T
                first += size

    def set_population(self, shapes: Tensor, metric: Tensor, group: Tensor, attributes: Tensor) -> None:
        """Set centre and modes from shapes (N, inputs) of a population, and the scale of its `attributes` (N, A).

        `metric` and `group` are as the attributes of the class.

        Raises
        ------
        ValueError
            There are fewer shapes than features.
        """
        if len(shapes) <= len(self.modes):
            raise ValueError(f"{len(self.modes)} features need more shapes to start from than {len(shapes)}.")
        centre = shapes.mean(0)
        _, s, modes = torch.linalg.svd((shapes - centre) * metric.sqrt(), full_matrices=False)
        count = len(self.modes)
        with torch.no_grad():
            self.centre.copy_(centre)
            self.metric.copy_(metric)
            self.group.copy_(group)
            self.modes.copy_(modes[:count] / metric.sqrt())
            self.root.copy_((s[:count] / len(shapes) ** 0.5).clamp_min(1e-3).sqrt())
            self.attribute_centre.copy_(attributes.mean(0))
            self.attribute_scale.copy_(attributes.std(0).clamp_min(1e-6))

    def features(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """Features (B, features) of shapes (B, inputs); absent groups (`present` (B, groups) bool) count as average.

        Raises
        ------
        ValueError
            `present` has another shape.
        """
        offset = x - self.centre
        if present is not None:
            self._check(present, len(x))
            offset = torch.where(present[:, self.group], offset, 0.0)
        return (offset * self.metric) @ self.modes.T / self.root

    def shape(self, features: Tensor) -> Tensor:
        """Shapes (B, inputs) of features (B, features)."""
        return self.centre + (features * self.root) @ self.modes

    def estimate(self, features: Tensor, present: Tensor | None = None) -> list[DiagonalGaussian]:
        """Bottom-up estimates N(mu_e, sigma_e^2) of z_1 .. z_L from `features` (B, F) of the groups `present`.

        `present` and the errors are as in `features`.
        """
        if present is not None:
            self._check(present, len(features))
            features = features + (~present).to(features) @ self.absent
        found, d = [], features
        for layer, head in zip(self.up, self.estimates, strict=True):
            d = layer(d)
            found.append(head(d))
        for level, straight in enumerate(self.straight_up):
            found[level] = DiagonalGaussian(found[level].mu + straight(features), found[level].log_sigma)
        return found

    def _check(self, present: Tensor, count: int) -> None:
        if present.shape != (count, len(self.absent)):
            raise ValueError(f"present has shape {tuple(present.shape)}, expected {(count, len(self.absent))}.")

    def prior(self, level: int, above: Tensor | None, like: Tensor) -> DiagonalGaussian:
        """p(z_level | z_{level+1}); the top's is N(0, I). `like` (B, ...) gives batch, type and device."""
        if level == len(self.latents) - 1:
            zero = like.new_zeros(len(like), self.latents[level])
            return DiagonalGaussian(zero, zero)
        return self.down[level](above)

    def descend(
        self,
        estimates: Sequence[DiagonalGaussian] | None,
        noise: Sequence[Tensor | None],
        forced: Sequence[Tensor | None] | None = None,
    ) -> list[LadderLevel]:
        """The top-down pass; levels in the order z_1 .. z_L.

        With `estimates` it infers (posterior = merge of estimate and prior), without it generates from the prior. A
        level takes its mean where its `noise` is None; a level in `forced` takes that value.
        """
        levels: list[LadderLevel | None] = [None] * len(self.latents)
        above: Tensor | None = None
        for level in reversed(range(len(self.latents))):
            given = None if forced is None else forced[level]
            estimate = None if estimates is None else estimates[level]
            known = (given, above, None if estimate is None else estimate.mu, noise[level])
            prior = self.prior(level, above, next(t for t in known if t is not None))
            # The prior of the top level is part of its KL, not of its posterior: there is no level above it.
            top = level == len(self.latents) - 1
            posterior = estimate if estimate is None or top else estimate.merge(prior)
            of = prior if posterior is None else posterior
            if given is not None:
                z = given
            else:
                z = of.mu if noise[level] is None else of.sample(noise[level])
            levels[level] = LadderLevel(prior, posterior, z)
            above = z
        return levels

    def describe(self, z: Sequence[Tensor]) -> Tensor:
        """Features (B, features) of the mean of p(x | z) from `z`, z_1 .. z_{L-1} (B, d_l); a top level is ignored."""
        read = zip(self.straight_down, z, strict=False)
        return self.expand(z[0]) + sum(straight(value) for straight, value in read)

    def decode(self, z: Sequence[Tensor]) -> Tensor:
        """Mean of p(x | z) (B, inputs), for `z` as in `describe`."""
        return self.shape(self.describe(z))

    def classify(self, top: Tensor) -> Tensor:
        """Class logits from the top level, (B, classes)."""
        return self.classifier(top)

    def attributes(self, top: Tensor) -> Tensor:
        """Means of the attributes (B, A) given the top level, in their own units."""
        return self.attribute_centre + self.attribute_scale * self.attribute(top)

    def encode(self, x: Tensor, present: Tensor | None = None) -> list[LadderLevel]:
        """Means of all levels given shapes (B, inputs), as in `features`."""
        return self.descend(self.estimate(self.features(x, present), present), [None] * len(self.latents))

    def from_level(
        self,
        level: int,
        z: Sequence[Tensor],
        noise: Sequence[Tensor | None] | None = None,
        shifts: Sequence[Tensor] | None = None,
    ) -> Tensor:
        """Shapes (B, inputs) from values `z` of the levels `level` .. L; see `follow`."""
        return self.decode([*self.follow(level, z[0], noise, shifts), *z])

    def follow(
        self,
        level: int,
        z: Tensor,
        noise: Sequence[Tensor | None] | None = None,
        shifts: Sequence[Tensor] | None = None,
    ) -> list[Tensor]:
        """Values of the levels below `level`, z_1 .. first, at their prior means or sampled; `shifts` are added."""
        found: list[Tensor] = []
        for below in reversed(range(level)):
            prior = self.prior(below, z, z)
            n = None if noise is None else noise[below]
            z = prior.mu if n is None else prior.sample(n)
            if shifts is not None:
                z = z + shifts[below]
            found.insert(0, z)
        return found
