"""Conversion of echoes along the beams to grey values."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import lfilter

from GenerativeModelsLib.skull.ultrasound.beam_grid import BeamGrid
from GenerativeModelsLib.skull.ultrasound.domain import Domain
from GenerativeModelsLib.skull.ultrasound.scene import Echoes
from GenerativeModelsLib.skull.ultrasound.textures import smooth, speckle


def compress(echoes: Echoes, grid: BeamGrid, domain: Domain, rng: np.random.Generator) -> np.ndarray:
    """Grey values (D, B), 0 to 1, of the echoes: shadows, haze, speckle, blur, gain and log compression."""
    shape = echoes.level_db.shape
    depth = grid.rows[:, shape[1] // 2]
    inside = grid.signed_mm < 0
    samples = np.cumsum(inside, axis=0, dtype=np.float32)
    bone_mm = np.cumsum(echoes.bone, axis=0) * np.float32(grid.step_mm)
    scale = np.float32(2.0 / max(0.2, float(np.percentile(bone_mm[-1], 50)) * 0.5 + 1.0))
    shadow_db = np.minimum(bone_mm * np.float32(domain.bone_attenuation_db_mm) * scale, domain.shadow_limit_db)
    shadow_db = gaussian_filter1d(shadow_db, 1.2, axis=1, mode="nearest", truncate=2.0)

    shadow_db += _transmission_loss(grid, samples, domain.refraction_db)

    texture = speckle(domain.speckle_width, domain.speckle_growth, shape, rng)
    # the near half of the brain is veiled: its structures are lost in an even grey
    crossed = samples / np.maximum(samples[-1], 0.1 * shape[0])
    veil = np.clip((domain.veil_depth - crossed) * 5.0, 0.0, 1.0) * (inside * np.float32(domain.veil))
    level = echoes.level_db + veil * (domain.texture_db["brain"] + 0.5 - echoes.level_db)
    interface = echoes.interface * (1.0 - veil)
    amplitude = np.exp(np.float32(np.log(10) / 20) * level)
    # reverberation under the near wall
    since = samples * np.float32(1.0 / (shape[0] * domain.haze_length))
    haze = inside * np.exp(np.float32(domain.haze_db * np.log(10) / 20) - since)
    amplitude = (amplitude + haze) * texture ** np.float32(domain.speckle_contrast)
    # ringing behind the skull, a linear decay in dB
    keep = np.exp(-1.0 / max(1.0, domain.tail_length * shape[0]))
    tail = 10 ** (domain.tail_db / 20) * (1.0 - keep) * 8.0
    skull = gaussian_filter1d(echoes.skull, domain.blur_lateral, axis=1, mode="nearest", truncate=2.0)
    skull = skull + lfilter([0.0, tail], [1.0, -keep], skull, axis=0).astype(np.float32)
    line_blur = min(1.4, domain.blur_lateral)
    bright = gaussian_filter1d(interface, line_blur, axis=1, mode="nearest", truncate=2.0) + skull
    bright = bright * (0.45 + 0.55 * texture)
    bright = gaussian_filter1d(bright, domain.blur_axial, axis=0, mode="nearest", truncate=2.0)
    if domain.reverberation < 0.3:  # the near wall repeated below itself, weaker and wider
        repeat = int(rng.integers(8, 24))
        again = gaussian_filter1d(bright[:-repeat], 1.0, axis=0, mode="nearest", truncate=2.0)
        bright[repeat:] += np.float32(0.2 * domain.reverberation) * again
    amplitude = amplitude + bright

    gain = np.interp(np.linspace(0, 1, shape[0]), (0.0, 0.5, 1.0), domain.tgc_db).astype(np.float32)[:, None]
    lateral = np.interp(np.linspace(-1, 1, shape[1]), (-1, 0, 1), (rng.normal(-2, 2.5), 0.0, rng.normal(-2, 2.5)))
    decibel = (20 / np.log(10)) * np.log(amplitude + np.float32(1e-4))
    decibel += gain + lateral.astype(np.float32) - shadow_db
    if rng.random() < 0.12:  # poor contact: a dark stripe from the probe
        at, width = rng.uniform(0, shape[1]), rng.uniform(2, 10)
        stripe = np.exp(-(((np.arange(shape[1]) - at) / width) ** 2)) * rng.uniform(4, 16)
        decibel -= stripe.astype(np.float32) * np.clip(1.5 - depth[:, None], 0.3, 1.0)
    decibel += np.float32(domain.uneven_db) * smooth(4, shape, rng)
    if domain.shadow < 0.15:
        decibel -= _shadow(shape, rng)
    grey = (decibel - domain.floor_db) / domain.range_db
    # soft toe and shoulder of the grey map
    toe, shoulder = np.float32(domain.toe), np.float32(domain.shoulder)
    grey = 0.5 * (grey + np.sqrt(grey * grey + toe * toe))
    square = grey * grey
    return grey / np.sqrt(np.sqrt(1.0 + shoulder * square * square))


def _transmission_loss(grid: BeamGrid, samples: np.ndarray, loss_db: float) -> np.ndarray:
    """Loss (D, B) in dB of beams that enter the skull at a slant, up to `loss_db` for those that graze it.

    `samples` (D, B) counts the samples inside the head so far.
    """
    first = np.clip(np.argmax(samples > 0, axis=0), 1, None)
    beam = np.arange(samples.shape[1])
    facing = np.abs(grid.signed_mm[first, beam] - grid.signed_mm[first - 1, beam]) / np.float32(grid.step_mm)
    behind = np.clip(samples * np.float32(grid.step_mm / 3.0) - 0.7, 0.0, 1.0)  # the near wall itself is reached
    loss = np.where(samples[-1] > 0, (1.0 - np.minimum(facing, 1.0)) ** 1.5, 0.0) * np.float32(loss_db)
    return gaussian_filter1d(loss.astype(np.float32), 2.0, mode="nearest") * behind


def _shadow(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Attenuation (D, B) in dB of a wedge behind a rib, limb, pubic bone or lack of gel."""
    at, width = rng.uniform(-0.1, 1.1) * shape[1], rng.uniform(0.03, 0.16) * shape[1]
    across = np.abs(np.arange(shape[1]) - at) / width
    wedge = rng.uniform(4.0, 18.0) / (1.0 + np.exp(np.minimum((across - 1.0) / rng.uniform(0.15, 0.4), 50.0)))
    start = rng.uniform(-0.2, 0.15)
    along = np.clip((np.linspace(0.0, 1.0, shape[0]) - start) / 0.2, 0.0, 1.0)
    return (along[:, None] * wedge).astype(np.float32)
