"""Ladder VAE of shapes with a classified top level, and the plain VAE it is compared with.

After Biffi et al., IEEE TMI 2020;39(6):2088-2099 (LVAE) and MICCAI 2018 (VAE). Latents z_1 (detail) .. z_L (top,
two-dimensional and classified); the paper's ladder is 64 / 32 / 2 with deterministic layers of 96 / 48 / 24.

    d_l = f_l(d_{l-1}),  d_0 = features of x                      bottom up, deterministic
    p(z_L) = N(0, I),    p(z_l | z_{l+1}) = N(mu_p, sigma_p^2)    top down, the generative model
    q(z_L | x) = N(mu_e(d_L), sigma_e^2),
    q(z_l | x, z_{l+1}) proportional to N(mu_e(d_l), sigma_e^2) N(mu_p(z_{l+1}), sigma_p^2)    precision-weighted merge
    p(x | z_1 .. z_{L-1}), p(y | z_L), p(a | z_L)

Encoder and decoder share the top-down pass: q of every level below the top holds the generative model's prior. An
estimate with an infinite sigma leaves the prior, a prior with an infinite sigma leaves the estimate.

The paper's decoder reads z_1 alone, so that all that the other levels know has to pass through it. Here it reads every
level below the top, as later ladders do (Maaloe et al., BIVA, NeurIPS 2019): the coarsest modes of the population start
in z_{L-1}, finer ones in the levels below, and z_1 holds what those leave. The top reaches the shape through its
priors, so that what it says is about the class y, and about attributes a of the shape that the class goes with
(as attribute-regularised VAEs do; Pati and Lerch 2020): a class alone draws a border, an attribute gives the way to it.

x here are the radii of a ventricle's rays in mm (`heart.infer.code`) where the paper has masks of 80^3 voxels, so
the convolutions are replaced by the principal modes of the population, which are fixed: features of a shape are its
coordinates along them, and the decoder gives such coordinates. Only what lies between is learned. The numbers of x
belong to groups (phases of the heart); a group may be absent, and a learned token then says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from GenerativeModelsLib.models.gaussian import DiagonalGaussian

LOG_SIGMA_RANGE = (-5.0, 5.0)


@dataclass(frozen=True)
class LadderLevel:
    """One level of a pass: its prior, its posterior (absent when sampling) and the value passed down, all (B, d)."""

    prior: DiagonalGaussian
    posterior: DiagonalGaussian | None
    z: Tensor


class _Gaussian(nn.Module):
    """Features -> N(mu, sigma^2); the head emits log sigma, clamped."""

    def __init__(self, features: int, latent: int) -> None:
        super().__init__()
        self.head = nn.Linear(features, 2 * latent)

    def forward(self, features: Tensor) -> DiagonalGaussian:
        mu, log_sigma = self.head(features).chunk(2, dim=-1)
        return DiagonalGaussian(mu, log_sigma.clamp(*LOG_SIGMA_RANGE))


def _dense(inputs: int, outputs: int, activation: type[nn.Module]) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, outputs), nn.LayerNorm(outputs), activation())


class LadderVAE(nn.Module):
    """See the module's equations. With one latent level it is the plain VAE with a classifier on its latent space.

    Parameters
    ----------
    inputs : numbers of a shape x.
    features : number of the population's modes between which and the latents the net works.
    latents : sizes of z_1 .. z_L, detail first.
    widths : sizes of the deterministic layers d_1 .. d_L.
    classes : of the classifier on z_L.
    attributes : numbers of a shape that are read from z_L.
    classifier : sizes of the classifier's hidden layers; none makes it linear, so that the score of a class grows all
        along its gradient and a walk along that never turns.
    groups : of the numbers of x, each of which may be absent.

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
        `latents` and `widths` are not one size a level each.
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
        self.estimates = nn.ModuleList(_Gaussian(w, d) for w, d in zip(widths, latents, strict=True))
        self.down = nn.ModuleList(
            nn.Sequential(_dense(above, width, nn.ReLU), _Gaussian(width, below))
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
            # Start as principal components: straight up to the latents, the coarsest highest, and down again.
            eye, first = torch.eye(features), 0
            for up, down, size in reversed(list(zip(self.straight_up, self.straight_down, read, strict=True))):
                own = eye[first : first + size]
                nn.init.zeros_(up.weight)[: len(own)] = own
                nn.init.zeros_(down.weight)[:, : len(own)] = own.T
                first += size

    def set_population(self, shapes: Tensor, metric: Tensor, group: Tensor, attributes: Tensor) -> None:
        """Take centre and modes from shapes (N, inputs) of a population, and the scale of its `attributes` (N, A).

        `metric` and `group` as the class has them.

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
        """Features (B, features) of shapes (B, inputs); absent groups (`present` (B, groups) bool) count as average."""
        offset = x - self.centre
        if present is not None:
            offset = torch.where(present[:, self.group], offset, 0.0)
        return (offset * self.metric) @ self.modes.T / self.root

    def shape(self, features: Tensor) -> Tensor:
        """Shapes (B, inputs) of features (B, features)."""
        return self.centre + (features * self.root) @ self.modes

    def estimate(self, features: Tensor, present: Tensor | None = None) -> list[DiagonalGaussian]:
        """Bottom-up estimates N(mu_e, sigma_e^2) of z_1 .. z_L from `features` of the groups `present`."""
        if present is not None:
            features = features + (~present).to(features) @ self.absent
        found, d = [], features
        for layer, head in zip(self.up, self.estimates, strict=True):
            d = layer(d)
            found.append(head(d))
        for level, straight in enumerate(self.straight_up):
            found[level] = DiagonalGaussian(found[level].mu + straight(features), found[level].log_sigma)
        return found

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
            # The top's prior is part of its KL, not of its posterior: nothing above it could inform both.
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
        """Features (B, features) of the mean of p(x | z), `z` being z_1 .. z_{L-1} (B, d_l); a top is not read."""
        read = zip(self.straight_down, z, strict=False)
        return self.expand(z[0]) + sum(straight(value) for straight, value in read)

    def decode(self, z: Sequence[Tensor]) -> Tensor:
        """Mean of p(x | z) (B, inputs), of what `describe` takes."""
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

    def from_level(self, level: int, z: Sequence[Tensor], noise: Sequence[Tensor | None] | None = None) -> Tensor:
        """Shapes (B, inputs) from values `z` of the levels `level` .. L; see `follow`."""
        return self.decode([*self.follow(level, z[0], noise), *z])

    def follow(self, level: int, z: Tensor, noise: Sequence[Tensor | None] | None = None) -> list[Tensor]:
        """The values below one of `level`: z_1 .. of the levels before it, at their prior means or sampled."""
        found: list[Tensor] = []
        for below in reversed(range(level)):
            prior = self.prior(below, z, z)
            n = None if noise is None else noise[below]
            z = prior.mu if n is None else prior.sample(n)
            found.insert(0, z)
        return found
