"""Backscatter of what surrounds the head: maternal tissue, placenta, fluid, the fetal body and limbs."""

from __future__ import annotations

import math

import numpy as np

from GenerativeModelsLib.skull.ultrasound.anatomy import Anatomy
from GenerativeModelsLib.skull.ultrasound.beam_grid import BeamGrid
from GenerativeModelsLib.skull.ultrasound.domain import Domain
from GenerativeModelsLib.skull.ultrasound.textures import crop, smooth, streak_bank


def _body(level, grid: BeamGrid, anatomy: Anatomy, domain: Domain, small, medium, rng: np.random.Generator) -> None:
    """Paint the trunk or some limbs of the fetus beside the head into `level` (D, B), with bright bone in them."""
    near = float(anatomy.half_mm[:2].mean())
    pixels_mm = grid.step_mm / max(1e-6, float(np.hypot(*(np.diff(f[:2, 0])[0] for f in (grid.rows, grid.columns)))))
    deepest = np.unravel_index(int(np.argmin(grid.signed_mm)), grid.signed_mm.shape)
    for _ in range(int(rng.integers(1, 4))):
        limb, direction = rng.random() < 0.6, float(rng.choice([0.0, np.pi]) + rng.normal(0.0, 0.6))
        half = near * (rng.uniform(0.15, 0.35) if limb else rng.uniform(0.6, 1.2)) / pixels_mm
        away = 1.1 * near / pixels_mm + half
        y = grid.rows - grid.rows[deepest] - away * math.sin(direction)
        x = grid.columns - grid.columns[deepest] - away * math.cos(direction)
        turn, ratio = rng.uniform(0.0, np.pi), rng.uniform(1.5, 4.0) if limb else rng.uniform(1.0, 1.8)
        cosine, sine = math.cos(turn), math.sin(turn)
        a, b = (x * cosine + y * sine) / ratio, y * cosine - x * sine
        d = np.hypot(a, b) / half + 0.12 * medium
        cover = np.clip((1.0 - d + 0.08 * small) * 5.0, 0.0, 1.0) * (grid.signed_mm > 0)
        level += cover * (domain.tissue_db + rng.normal(1.0, 2.0) + 2.0 * small - level)
        core = np.exp(-np.minimum((b / half / 0.15 + 0.5 * medium) ** 2 + (a / (0.75 * half)) ** 4, 40.0)) * cover
        level += core * np.clip(0.4 + 0.6 * small, 0.0, 1.3) * rng.uniform(2.0, 12.0)


def maternal_level_db(grid: BeamGrid, anatomy: Anatomy, domain: Domain, rng: np.random.Generator) -> np.ndarray:
    """Backscatter (D, B) in dB of layers, placenta, fluid and far tissue without the head."""
    shape = grid.signed_mm.shape
    broad, broad2, medium = smooth(4, shape, rng), smooth(4, shape, rng), smooth(3, shape, rng)
    small, fibres = smooth(2, shape, rng), crop(streak_bank()[1], shape, rng)
    contrast = np.float32(domain.tissue_contrast)
    level = domain.tissue_db + contrast * (
        2.2 * broad + 2.8 * medium + 2.4 * small + rng.uniform(0.3, 2.0) * fibres * (0.6 + 0.4 * broad2)
    )
    level += 8.0 * np.maximum(fibres + 0.8 * broad2 + 0.3 * medium - 1.9, 0.0)  # interfaces across the beam
    level += domain.beam_db * smooth(3, (1, shape[1]), rng)
    # far side of the head
    tilt = rng.normal(0.0, 0.25)
    depth = grid.rows + tilt * (grid.columns - 0.7) + 0.05 * broad
    far = np.clip((depth - rng.uniform(0.6, 1.0)) / 0.08, 0.0, 1.0)
    level += far * domain.far_tissue_db
    # placenta: uniform grey on one side
    direction = rng.uniform(0.0, 2 * np.pi)
    place = (grid.columns - 0.7) * np.cos(direction) + (grid.rows - 0.5) * np.sin(direction) + 0.12 * broad2
    edge = 0.65 - domain.placenta_share
    placenta = (
        np.clip((place - edge + 0.008 * small) / 0.02, 0.0, 1.0) if domain.placenta_share > 0.02 else np.float32(0.0)
    )
    level = level * (1 - placenta) + placenta * (domain.tissue_db + rng.normal(4.0, 3.0) + 1.2 * small + 1.5 * medium)
    # amniotic fluid, preferably around the head
    deepest = np.unravel_index(int(np.argmin(grid.signed_mm)), shape)
    near_head = np.exp(-np.maximum(grid.signed_mm, 0.0) / (0.5 * float(anatomy.half_mm[0])))
    dx, dy = grid.columns - grid.columns[deepest], grid.rows - grid.rows[deepest]
    beside = np.abs(dx) / (np.hypot(dx, dy) + 0.01)  # fluid lies rather at the ends of the head than above and below
    pocket = broad * 0.7 + 0.3 * medium + near_head * (2.3 * beside - 0.8)
    pocket += 3.2 * domain.fluid_share - 2.0 - 1.5 * placenta
    fluid = np.clip((pocket + 0.06 * small) * 5.0, 0.0, 1.0)
    level = level * (1 - fluid) + fluid * domain.fluid_db
    # abdominal and uterine wall next to the probe
    if domain.layer_depth > 0.02:
        d = grid.rows - rng.uniform(-0.1, 0.1) + 0.04 * broad2 + 0.35 * (grid.columns - 0.7) ** 2 * rng.uniform(-1, 1)
        layers = (
            rng.uniform(0.5, 3.0) * np.sin(d * rng.uniform(20.0, 80.0) + 1.0 * medium + 1.2 * broad)
            + rng.uniform(0.0, 2.5) * fibres
            + 2.0 * small
            + rng.normal(domain.tissue_db + 3.0, 3.0)
        )
        inside = np.clip((domain.layer_depth - d) / 0.012, 0.0, 1.0)
        level = level * (1 - inside) + inside * layers
    if domain.body < 0.3:
        _body(level, grid, anatomy, domain, small, medium, rng)
    if domain.clutter_share > 0.01:
        blob = np.clip((broad2 * 0.5 + medium * 0.6 + 0.4 * small - (2.0 - 6.0 * domain.clutter_share)) * 5.0, 0.0, 1.0)
        level += blob * rng.uniform(6.0, 14.0)
    return level.astype(np.float32)
