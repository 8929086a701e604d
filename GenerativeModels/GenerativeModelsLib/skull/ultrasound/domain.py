"""Random imaging parameters of a simulated scan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TISSUE_DB = {
    "csf": -21.0,
    "brain": -14.0,
    "thalamus": -17.0,
    "ventricle": -25.0,
    "choroid": -1.0,
    "cavum": -26.0,
    "callosum": -19.0,
    "cerebellum": -13.0,
    "vermis": -8.0,
    "cisterna": -25.0,
    "brainstem": -15.0,
    "base": -6.0,
    "insula": -10.0,
    "face": -9.0,
    "orbit": -24.0,
    "face_bone": -2.0,
    "neck": -11.0,
    "spine": 0.0,
}
"""Mean backscatter relative to maternal soft tissue, dB (set by visual comparison with real images)."""


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
    incidence_power: float
    incidence_floor: float
    far_wall_db: float
    bone_attenuation_db_mm: float
    shadow_limit_db: float
    texture_db: dict[str, float]
    streak_db: float
    streak_density: float
    curl_db: float
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
    gamma: float
    gain: float
    sharpen: float
    smoothing: float
    electronic_noise: float
    overlays: float
    black_boxes: float
    calipers: float

    @staticmethod
    def sample(rng: np.random.Generator) -> Domain:
        """Random imaging parameters."""
        u, n = rng.uniform, rng.normal
        probe = str(rng.choice(["sector", "full", "linear"], p=[0.72, 0.23, 0.05]))
        zoom = rng.random() < 0.45
        brain_shift = n(-0.8, 1.6)
        texture = {name: level + n(0.0, 1.6) for name, level in TISSUE_DB.items()}
        texture["choroid"] += n(0.0, 3.0)
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
            coverage=float(u(0.85, 1.15) if rng.random() < 0.15 else u(1.2, 2.3)),
            steer_degrees=float(n(0.0, 9.0) if rng.random() < 0.2 else 0.0),
            head_fraction=float(np.clip(n(0.72, 0.16) if rng.random() < 0.85 else u(0.3, 1.15), 0.3, 1.15)),
            shift=(float(n(0.0, 0.06)), float(n(0.0, 0.06))),
            mirrored=bool(rng.random() < 0.5),
            skull_db=float(u(13.5, 22.5)),
            skull_patch_db=float(u(1.0, 8.0)),
            incidence_power=float(u(1.8, 6.0)),
            incidence_floor=float(np.exp(u(np.log(0.01), np.log(0.12)))),
            far_wall_db=float(n(1.0, 2.5)),
            bone_attenuation_db_mm=float(np.exp(u(np.log(0.25), np.log(2.2)))),
            shadow_limit_db=float(u(5.0, 20.0)),
            texture_db=texture,
            streak_db=float(n(2.0, 4.0)),
            streak_density=float(u(-0.2, 1.1)),
            curl_db=float(n(-5.0, 4.0)),
            wall_db=float(n(6.0, 3.5)),
            falx_db=float(n(7.5, 4.0)),
            tail_db=float(u(-34.0, -15.0)),
            tail_length=float(u(0.008, 0.035)),
            haze_db=float(n(-15.5, 4.0)),
            haze_length=float(u(0.1, 0.6)),
            fluid_db=float(u(-32.0, -18.0)),
            fluid_share=float(np.clip(n(0.15, 0.25), 0.0, 0.8)),
            placenta_share=float(np.clip(n(0.15, 0.25), 0.0, 0.7)),
            layer_depth=float(np.clip(n(0.12, 0.12), 0.0, 0.4)),
            far_tissue_db=float(n(-1.0, 4.0)),
            clutter_share=float(np.clip(n(0.03, 0.05), 0.0, 0.2)),
            scalp=float(u(0.0, 1.0)),
            tissue_db=float(n(-11.0, 2.5)),
            tissue_contrast=float(u(0.6, 1.7)),
            beam_db=float(u(0.0, 4.0)),
            tgc_db=(float(n(0.0, 1.8)), float(n(0.5, 1.0)), float(n(0.0, 2.5))),
            speckle_width=float(u(0.9, 1.7)),
            speckle_growth=float(u(1.0, 1.5)),
            speckle_contrast=float(u(0.2, 0.62)),
            blur_axial=float(u(0.3, 0.9)),
            blur_lateral=float(np.exp(u(np.log(0.7), np.log(3.0)))),
            floor_db=float(n(-24.3, 1.7) + (9.0 if rare < 0.06 else (-8.0 if rare > 0.96 else 0.0))),
            range_db=float(u(34.0, 52.0)),
            gamma=float(np.exp(n(0.25, 0.22))),
            gain=float(u(0.8, 1.1) if rare > 0.06 else u(0.4, 0.8)),
            sharpen=float(u(0.2, 0.9) if rng.random() < 0.35 else 0.0),
            smoothing=float(smoothing),
            electronic_noise=float(u(0.0, 0.008) if rng.random() < 0.8 else u(0.01, 0.035)),
            overlays=float(rng.random()),
            black_boxes=float(rng.random()),
            calipers=float(rng.random()),
        )
