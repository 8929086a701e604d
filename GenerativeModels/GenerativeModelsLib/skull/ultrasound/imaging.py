"""Conversion of echoes along the beams to grey values."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import lfilter

from GenerativeModelsLib.skull.ultrasound.domain import Domain
from GenerativeModelsLib.skull.ultrasound.scene import BeamGrid, Echoes
from GenerativeModelsLib.skull.ultrasound.textures import speckle


def compress(echoes: Echoes, grid: BeamGrid, domain: Domain, rng: np.random.Generator) -> np.ndarray:
    """Grey values (D, B), 0 to 1, of the echoes: shadows, haze, speckle, blur, gain and log compression."""
    shape = echoes.level_db.shape
    depth = grid.rows[:, shape[1] // 2]
    bone_mm = np.cumsum(echoes.bone, axis=0) * np.float32(grid.step_mm)
    scale = np.float32(2.0 / max(0.2, float(np.percentile(bone_mm[-1], 50)) * 0.5 + 1.0))
    shadow_db = np.minimum(bone_mm * np.float32(domain.bone_attenuation_db_mm) * scale, domain.shadow_limit_db)
    shadow_db = gaussian_filter1d(shadow_db, 1.2, axis=1, mode="nearest", truncate=2.0)

    texture = speckle(domain.speckle_width, domain.speckle_growth, shape, rng)
    amplitude = np.exp(np.float32(np.log(10) / 20) * echoes.level_db)
    # reverberation under the near wall
    inside = grid.signed_mm < 0
    since = np.cumsum(inside, axis=0, dtype=np.float32) * np.float32(1.0 / (shape[0] * domain.haze_length))
    haze = inside * np.exp(np.float32(domain.haze_db * np.log(10) / 20) - since)
    amplitude = (amplitude + haze) * texture ** np.float32(domain.speckle_contrast)
    # ringing behind the skull, a linear decay in dB
    keep = np.exp(-1.0 / max(1.0, domain.tail_length * shape[0]))
    tail = 10 ** (domain.tail_db / 20) * (1.0 - keep) * 8.0
    skull = gaussian_filter1d(echoes.skull, domain.blur_lateral, axis=1, mode="nearest", truncate=2.0)
    skull = skull + lfilter([0.0, tail], [1.0, -keep], skull, axis=0).astype(np.float32)
    line_blur = min(1.4, domain.blur_lateral)
    bright = gaussian_filter1d(echoes.interface, line_blur, axis=1, mode="nearest", truncate=2.0) + skull
    bright = bright * (0.45 + 0.55 * texture)
    bright = gaussian_filter1d(bright, domain.blur_axial, axis=0, mode="nearest", truncate=2.0)
    repeat = int(rng.integers(8, 24))
    if rng.random() < 0.3:
        bright[repeat:] += 0.06 * bright[:-repeat]
    amplitude = amplitude + bright

    gain = np.interp(np.linspace(0, 1, shape[0]), (0.0, 0.5, 1.0), domain.tgc_db).astype(np.float32)[:, None]
    lateral = np.interp(np.linspace(-1, 1, shape[1]), (-1, 0, 1), (rng.normal(-2, 2.5), 0.0, rng.normal(-2, 2.5)))
    decibel = (20 / np.log(10)) * np.log(amplitude + np.float32(1e-4))
    decibel += gain + lateral.astype(np.float32) - shadow_db
    if rng.random() < 0.12:  # poor contact: a dark stripe from the probe
        at, width = rng.uniform(0, shape[1]), rng.uniform(2, 10)
        stripe = np.exp(-(((np.arange(shape[1]) - at) / width) ** 2)) * rng.uniform(4, 16)
        decibel -= stripe.astype(np.float32) * np.clip(1.5 - depth[:, None], 0.3, 1.0)
    return np.clip((decibel - domain.floor_db) / domain.range_db, 0.0, 1.0)
