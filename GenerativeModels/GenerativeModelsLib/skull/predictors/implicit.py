"""Fit of the implicit head to the borders of a case.

Code z, log size and the poses of the planes are t = m + L u with the moments m, L L^T of the training heads. With the
border points p_i of the planes that are present, brought into the head frame by the poses and divided by the head's
size S over the size read s, the fit minimises

    1/2 sum_i (S f(z, p_i))^2 / (n (sd_i^2 + r^2)) + |u|^2 / 2

sd_i is the standard deviation that was read, r = `RESOLUTION` and n = `ANGLES_A_READING` are those of `BorderFit`. The
minimum is found by damped Gauss-Newton steps; one backward pass gives all derivatives. The field of the head on the
grid, projected on the basis, is the prediction. Draws are those of Laplace's approximation, with the field linear in
the code.

Deviations from the papers (see `models.implicit_head`): the slices' poses are not known and are found with the code;
the penalty of the code is that of the Gaussian of the trained codes, not of N(0, I), and so is that of size and poses;
Gauss-Newton steps, of which 20 suffice, for 2000 of Adam.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from GenerativeModelsLib.models.gaussian import matched_noise
from GenerativeModelsLib.models.implicit_head import ImplicitHead
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.predictor import PLANES, Conditions, Prediction
from GenerativeModelsLib.skull.infer.border_fit import ANGLES_A_READING, RESOLUTION
from GenerativeModelsLib.skull.locate.canonical import STANDARD_AXES
from GenerativeModelsLib.skull.shape.field import CLAMP, unit_points

__all__ = ["ImplicitFit", "load_implicit"]

STEPS = 20
"""Most Gauss-Newton steps."""
TOLERANCE = 1e-3
"""Fall of the cost, in nats, below which the fit ends."""
SLICE = 4096
"""Grid points that are decoded at a time."""


@dataclass(frozen=True)
class ImplicitFit:
    """`Predictor` that fits the code of an auto-decoder to the borders of each case.

    Attributes
    ----------
    net : trained network, on the CPU.
    basis : the fitted field is projected on it.
    mean : (C + 19,) of code, log size and poses (in the order of `Prediction.poses`).
    factor : (C + 19, C + 19) lower Cholesky factor of their covariance.
    """

    net: ImplicitHead
    basis: LowRankField
    mean: Tensor
    factor: Tensor

    def predict(self, y: Conditions, samples: int = 0, generator: torch.Generator | None = None) -> Prediction:
        """Fit one case, B = 1; see `Predictor.predict`."""
        present = [k for k in range(len(PLANES)) if y.present[0, k]]
        radius, log_sd = y.borders[0, present, 0], y.borders[0, present, 1]
        weight = (ANGLES_A_READING * ((2 * log_sd).exp() + RESOLUTION**2)).rsqrt().flatten()
        rays = _standard_rays(radius.shape[-1])[present]
        plane = torch.tensor(present).repeat_interleave(radius.shape[-1])

        def residuals(u: Tensor) -> tuple[Tensor, Tensor]:
            """Residual (P,) of every border point and its derivatives (P, C + 19)."""
            own = u.expand(len(plane), -1).clone().requires_grad_()  # each point has its own copy of the unknowns
            t = self.mean + own @ self.factor.T
            size, poses = t[:, self.net.code].exp(), t[:, self.net.code + 1 :].view(-1, len(PLANES), 6)
            pose = poses[torch.arange(len(plane)), plane]
            points = pose[:, :3] + radius.reshape(-1, 1) * rotated(rays.reshape(-1, 3), pose[:, 3:])
            distance = self.net(t[:, : self.net.code], (points / size[:, None])[:, None])[:, 0]
            found = weight * size * distance
            (slope,) = torch.autograd.grad(found.sum(), own)
            return found.detach(), slope

        u, hessian = _gauss_newton(residuals, len(self.mean))
        t = self.mean + self.factor @ u
        code, log_size = t[: self.net.code], t[self.net.code]
        coefficients, slope = self._coefficients(code, slope=samples > 0)
        mean = torch.cat([coefficients, log_size[None]])[None]
        draws = None
        if samples:
            noise = matched_noise(samples, len(u), generator=generator)
            moved = torch.linalg.solve_triangular(torch.linalg.cholesky(hessian).T, noise.T, upper=True).T
            moved = moved @ self.factor.T
            changes = torch.cat([moved[:, : self.net.code] @ slope.T, moved[:, self.net.code, None]], dim=1)
            draws = mean + changes
        return Prediction(mean, draws, t[None, self.net.code + 1 :])

    def _coefficients(self, code: Tensor, *, slope: bool) -> tuple[Tensor, Tensor | None]:
        """Coefficients (K,) of the head of a code, and their derivatives (K, C) by the code."""
        points = torch.from_numpy(unit_points()).float().reshape(-1, 3)
        fields, slopes = [], []
        for part in points.split(SLICE):
            with torch.set_grad_enabled(slope):
                own = code.expand(len(part), -1).clone().requires_grad_(slope)
                field = self.net(own, part[:, None])[:, 0].clamp(-CLAMP, CLAMP)
            if slope:
                slopes.append(torch.autograd.grad(field.sum(), own)[0])
            fields.append(field.detach())
        projected = self.basis.project(torch.cat(fields)[None])[0]
        if not slope:
            return projected, None
        return projected, (self.basis.modes * self.basis.weight) @ torch.cat(slopes)


def rotated(vectors: Tensor, rotation: Tensor) -> Tensor:
    """Vectors (P, 3), each turned by its rotation vector (P, 3): Rodrigues' formula."""
    angle = (rotation.square().sum(-1, keepdim=True) + 1e-12).sqrt()
    axis = rotation / angle
    along = (axis * vectors).sum(-1, keepdim=True) * axis
    return angle.cos() * (vectors - along) + angle.sin() * torch.linalg.cross(axis, vectors) + along


def _standard_rays(angles: int) -> Tensor:
    """(3, A, 3) directions of the rays of each standard plane in the head frame."""
    theta = np.arange(angles)[:, None] * (2 * np.pi / angles)
    rays = [np.cos(theta) * right + np.sin(theta) * down for right, down in (STANDARD_AXES[p] for p in PLANES)]
    return torch.from_numpy(np.stack(rays)).float()


def _gauss_newton(residuals, unknowns: int) -> tuple[Tensor, Tensor]:
    """u (unknowns,) that minimises |residuals(u)|^2 / 2 + |u|^2 / 2, and the Gauss-Newton Hessian there.

    Levenberg-Marquardt: a step that raises the cost is refused, and the next one is shorter.
    """
    u = torch.zeros(unknowns)
    found, slope = residuals(u)
    cost, damping, eye = 0.5 * float(found @ found), 0.1, torch.eye(unknowns)
    for _ in range(STEPS):
        hessian = slope.T @ slope + eye
        step = torch.linalg.solve(hessian + damping * eye, slope.T @ found + u)
        tried = u - step
        found_there, slope_there = residuals(tried)
        cost_there = 0.5 * float(found_there @ found_there + tried @ tried)
        if cost_there >= cost:
            damping *= 10
            continue
        fall, cost, damping = cost - cost_there, cost_there, damping / 5
        u, found, slope = tried, found_there, slope_there
        if fall < TOLERANCE:
            break
    return u, slope.T @ slope + eye


def load_implicit(config: Mapping[str, Any], tensors: Mapping[str, Tensor], basis: LowRankField) -> ImplicitFit:
    """The fit with the network of a training."""
    network = {name: value for name, value in config["network"].items() if name not in ("heads", "points")}
    net = ImplicitHead(**network)
    net.load_state_dict({k.removeprefix("net."): v for k, v in tensors.items() if k.startswith("net.")})
    factor = torch.linalg.cholesky(tensors["prior.covariance"]).float()
    return ImplicitFit(net.eval().requires_grad_(False), basis, tensors["prior.mean"].float(), factor)
