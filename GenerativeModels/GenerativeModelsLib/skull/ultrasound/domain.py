"""Random imaging parameters of a simulated scan."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

TISSUE_DB = {
    "csf": -18.0,
    "brain": -14.0,
    "thalamus": -15.0,
    "ventricle": -25.0,
    "choroid": -1.0,
    "cavum": -26.0,
    "callosum": -19.0,
    "cerebellum": -13.0,
    "vermis": -8.0,
    "cisterna": -25.0,
    "brainstem": -15.0,
    "base": -6.0,
    "insula": -11.5,
    "face": -9.0,
    "orbit": -24.0,
    "face_bone": -2.0,
    "neck": -11.0,
    "spine": 0.0,
}
"""Mean backscatter relative to maternal soft tissue, dB (set by visual comparison with real images)."""
MIDDLE_OF = 301
"""Draws whose medians are the middle of the ranges."""


@dataclass(frozen=True)
class Domain:
    """Imaging parameters; lengths in fractions of the image height unless stated, levels in dB relative to soft tissue.

    `sample` draws them from ranges that include the machines, settings and practices seen in public images.
    """

    probe: str
    apex_above: float
    arc_top: float
    arc_bottom: float
    coverage: float
    steer_degrees: float
    head_fraction: float
    shift: tuple[float, float]
    mirrored: bool
    skull_db: float
    skull_patch_db: float
    patch_fine: float
    incidence_near: float
    incidence_far: float
    incidence_width: float
    incidence_floor: float
    far_wall_db: float
    far_inner: float
    bone_attenuation_db_mm: float
    shadow_limit_db: float
    refraction_db: float
    texture_db: dict[str, float]
    streak_db: float
    streak_density: float
    brain_contrast: float
    brain_rim_db: float
    meninges_db: float
    meninges_from: float
    midline_share: float
    veil: float
    veil_depth: float
    reverberation: float
    shadow: float
    body: float
    wall_db: float
    falx_db: float
    tail_db: float
    tail_length: float
    haze_db: float
    haze_length: float
    fluid_db: float
    fluid_share: float
    placenta_share: float
    layer_depth: float
    far_tissue_db: float
    clutter_share: float
    scalp: float
    tissue_db: float
    tissue_contrast: float
    beam_db: float
    tgc_db: tuple[float, float, float]
    speckle_width: float
    speckle_growth: float
    speckle_contrast: float
    blur_axial: float
    blur_lateral: float
    floor_db: float
    range_db: float
    uneven_db: float
    toe: float
    shoulder: float
    gamma: float
    gain: float
    sharpen: float
    smoothing: float
    electronic_noise: float
    overlays: float
    black_boxes: float
    calipers: float

    def for_young(self, young: float, rng: np.random.Generator) -> Domain:
        """These settings for a head that is still small in the picture; `young` from 0 (no change) to 1 (13 weeks)."""
        texture = self.texture_db | {
            name: self.texture_db[name] + rise * young
            for name, rise in (("csf", 6.0), ("brain", 2.0), ("thalamus", 3.0), ("ventricle", 4.0), ("choroid", -0.5))
        }
        return replace(
            self,
            texture_db=texture,
            patch_fine=self.patch_fine + 0.6 * young,
            far_wall_db=self.far_wall_db - 3.0 * young,
            refraction_db=self.refraction_db * (1.0 - 0.6 * young),
            brain_rim_db=self.brain_rim_db * (1.0 - young),
            meninges_db=self.meninges_db + rng.uniform(0.0, 4.0) * young,
            head_fraction=max(0.25, self.head_fraction * (1.0 - rng.uniform(0.0, 0.5) * young)),
            shift=(self.shift[0] * (1.0 + young), self.shift[1] * (1.0 + young)),
            fluid_share=min(0.8, self.fluid_share + rng.uniform(0.0, 0.4) * young),
            body=self.body * (1.0 - 0.5 * young),
            veil=self.veil * (1.0 - 0.7 * young),
            skull_patch_db=self.skull_patch_db + rng.uniform(2.0, 8.0) * young,
            speckle_width=self.speckle_width * (1.0 + rng.uniform(0.0, 0.8) * young),
        )

    @staticmethod
    def sample(rng: np.random.Generator) -> Domain:
        """Random imaging parameters."""
        u, n = rng.uniform, rng.normal
        probe = str(rng.choice(["sector", "full", "linear"], p=[0.72, 0.23, 0.05]))
        zoom = rng.random() < 0.45
        brain_shift = n(-1.5, 1.0)
        texture = {name: level + n(0.0, 1.6) for name, level in TISSUE_DB.items()}
        texture["choroid"] += n(2.5, 3.0)
        for name in ("csf", "brain", "thalamus", "ventricle", "choroid", "callosum", "cerebellum", "brainstem"):
            texture[name] += brain_shift
        style = rng.random()
        smoothing = u(0.6, 1.1) if style < 0.12 else (u(0.3, 0.65) if style < 0.8 else 0.0)
        rare = rng.random()
        return Domain(
            probe=probe,
            apex_above=float(u(0.3, 1.3) if zoom else u(0.12, 0.6)),
            arc_top=float(-0.3 if zoom else u(-0.06, 0.14)),
            arc_bottom=float(u(0.9, 1.5)),
            coverage=float(u(0.85, 1.15) if rng.random() < 0.15 else u(1.3, 2.4)),
            steer_degrees=float(n(0.0, 9.0) if rng.random() < 0.2 else 0.0),
            head_fraction=float(np.clip(n(0.70, 0.13) if rng.random() < 0.88 else u(0.3, 1.15), 0.3, 1.15)),
            shift=(float(n(0.0, 0.06)), float(n(0.0, 0.06))),
            mirrored=bool(rng.random() < 0.5),
            skull_db=float(u(14.5, 22.5)),
            skull_patch_db=float(u(1.5, 12.0)),
            patch_fine=float(u(0.2, 0.9)),
            incidence_near=float(u(-0.25, 0.3)),
            incidence_far=float(u(0.72, 1.05)),
            incidence_width=float(u(0.04, 0.12)),
            incidence_floor=float(np.exp(u(np.log(0.001), np.log(0.04)))),
            far_wall_db=float(n(3.5, 2.5)),
            far_inner=float(u(0.0, 2.5)),
            bone_attenuation_db_mm=float(np.exp(u(np.log(0.25), np.log(2.2)))),
            shadow_limit_db=float(u(5.0, 20.0)),
            refraction_db=float(u(2.0, 16.0)),
            texture_db=texture,
            streak_db=float(n(5.0, 3.0)),
            streak_density=float(u(-0.7, 0.9)),
            brain_contrast=float(u(0.5, 1.8)),
            brain_rim_db=float(u(-1.0, 5.0)),
            meninges_db=float(u(0.0, 17.0)),
            meninges_from=float(u(0.76, 0.88)),
            midline_share=float(u(0.0, 1.0)),
            veil=float(np.clip(u(-0.1, 1.2), 0.0, 1.0)),
            veil_depth=float(u(0.35, 0.75)),
            reverberation=float(rng.random()),
            shadow=float(rng.random()),
            body=float(rng.random()),
            wall_db=float(n(10.5, 3.0)),
            falx_db=float(n(8.0, 4.0)),
            tail_db=float(u(-44.0, -25.0)),
            tail_length=float(u(0.008, 0.035)),
            haze_db=float(n(-19.0, 4.0)),
            haze_length=float(u(0.1, 0.6)),
            fluid_db=float(u(-32.0, -18.0)),
            fluid_share=float(np.clip(n(0.15, 0.25), 0.0, 0.8)),
            placenta_share=float(np.clip(n(0.15, 0.25), 0.0, 0.7)),
            layer_depth=float(np.clip(n(0.12, 0.12), 0.0, 0.4)),
            far_tissue_db=float(n(0.0, 4.0)),
            clutter_share=float(np.clip(n(0.03, 0.05), 0.0, 0.2)),
            scalp=float(u(0.0, 1.0)),
            tissue_db=float(n(-11.0, 1.7)),
            tissue_contrast=float(u(0.7, 2.0)),
            beam_db=float(u(0.0, 4.0)),
            tgc_db=(float(n(0.0, 1.8)), float(n(0.5, 1.0)), float(n(0.0, 2.5))),
            speckle_width=float(u(1.0, 1.6)),
            speckle_growth=float(u(1.0, 1.5)),
            speckle_contrast=float(u(0.28, 0.68)),
            blur_axial=float(u(0.3, 0.9)),
            blur_lateral=float(np.exp(u(np.log(0.8), np.log(2.6)))),
            floor_db=float(n(-25.0, 1.1) + (6.0 if rare < 0.04 else (-6.0 if rare > 0.97 else 0.0))),
            range_db=float(u(34.0, 47.0)),
            uneven_db=float(u(0.0, 2.0)),
            toe=float(u(0.06, 0.24)),
            shoulder=float(u(0.3, 1.0)),
            gamma=float(np.exp(n(0.44, 0.15))),
            gain=float(u(0.82, 1.05) if rare > 0.04 else u(0.45, 0.8)),
            sharpen=float(u(0.2, 0.9) if rng.random() < 0.35 else 0.0),
            smoothing=float(smoothing),
            electronic_noise=float(u(0.0, 0.008) if rng.random() < 0.8 else u(0.01, 0.035)),
            overlays=float(rng.random()),
            black_boxes=float(rng.random()),
            calipers=float(rng.random()),
        )

    @staticmethod
    def middle() -> Domain:
        """The middle of the ranges: medians of drawn parameters, a sector probe above the head, not mirrored."""
        rng = np.random.default_rng(0)
        drawn = [Domain.sample(rng) for _ in range(MIDDLE_OF)]
        medians: dict[str, Any] = {}
        for field in fields(Domain):
            values = [getattr(domain, field.name) for domain in drawn]
            if isinstance(values[0], dict):
                medians[field.name] = {key: float(np.median([value[key] for value in values])) for key in values[0]}
            elif isinstance(values[0], tuple):
                medians[field.name] = tuple(np.median(values, axis=0).tolist())
            elif isinstance(values[0], float):
                medians[field.name] = float(np.median(values))
        return Domain(**medians | {"probe": "sector", "steer_degrees": 0.0, "shift": (0.0, 0.0), "mirrored": False})
