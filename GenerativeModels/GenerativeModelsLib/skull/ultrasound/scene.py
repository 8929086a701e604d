"""Echoes along the beams: backscatter, interfaces and bone of the head and the maternal tissue around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.skull.ultrasound.anatomy import Anatomy, Structure, Tissue
from GenerativeModelsLib.skull.ultrasound.domain import Domain
from GenerativeModelsLib.skull.ultrasound.textures import crop, smooth, streak_bank


@dataclass(frozen=True)
class BeamGrid:
    """Samples along the beams of one scan.

    Attributes
    ----------
    points_mm
        (D, B, 3) head-frame position of sample d of beam b.
    beams
        (B, 3) unit vectors of the beams in the head frame.
    signed_mm, radius_mm
        (D, B) signed distance to the skull (negative inside) and the head's radius in that direction.
    rows, columns
        (D, B) position in the image, fractions of its height.
    step_mm
        Distance of neighbouring samples along a beam.
    """

    points_mm: np.ndarray
    beams: np.ndarray
    signed_mm: np.ndarray
    radius_mm: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    step_mm: float


@dataclass(frozen=True)
class Echoes:
    """Fields (D, B) of a scene.

    Attributes
    ----------
    level_db
        Backscatter, dB relative to soft tissue.
    interface
        Amplitude of smooth interfaces, weighted by the angle to the beam.
    skull
        The same for the skull.
    bone
        Share of attenuating bone, 0 to 1.
    """

    level_db: np.ndarray
    interface: np.ndarray
    skull: np.ndarray
    bone: np.ndarray


def head_echoes(grid: BeamGrid, anatomy: Anatomy, domain: Domain, rng: np.random.Generator) -> Echoes:
    """Echoes of the head and of the maternal tissue around it (`maternal_level_db`)."""
    shape = grid.signed_mm.shape
    level = maternal_level_db(grid, anatomy, domain, rng).ravel()
    interface = np.zeros(level.size, np.float32)
    bone = np.zeros(level.size, np.float32)
    signed = grid.signed_mm.ravel()
    points = grid.points_mm.reshape(-1, 3)
    beam_index = np.broadcast_to(np.arange(shape[1]), shape).ravel()
    streaks = crop(streak_bank()[0], shape, rng)
    long_streaks = crop(streak_bank()[1], shape, rng)
    patches = smooth(2, shape, rng).ravel()
    rough = smooth(1, shape, rng).ravel()

    outside = np.flatnonzero((signed > 0) & (signed < 1.2 * float(anatomy.half_mm.mean())))
    if outside.size:
        q, s = anatomy.unit_coordinates(points[outside], grid.radius_mm.ravel()[outside])
        context = _Painter(anatomy, domain, grid, outside, q, beam_index[outside], rough, patches)
        soft_tissue = domain.tissue_db + 3.0 * patches[outside] + 2.0 * rough[outside]
        share = _base_share(q, rough[outside]) * np.clip(1.6 - 1.2 * s + 0.3 * patches[outside], 0.0, 1.0)
        level[outside] += share * (soft_tissue - level[outside])
        context.paint(anatomy.outside, level, interface, bone)
        band = 0.09 * anatomy.half_mm[0] * (0.3 + domain.scalp + 0.2 * patches[outside])
        scalp = (signed[outside] < band) & (q[2] > -0.45 + 0.15 * patches[outside])
        scalp = outside[scalp]
        level[scalp] = np.maximum(level[scalp], -14.0 + 13.0 * domain.scalp + 2.0 * patches[scalp])

    inside = np.flatnonzero(signed <= 0)
    if inside.size:
        q, s = anatomy.unit_coordinates(points[inside], grid.radius_mm.ravel()[inside])
        db = domain.texture_db
        mixed = db["brain"] + 2.2 * patches[inside] + 2.0 * rough[inside]
        mixed = np.where(s > 0.9 + 0.012 * patches[inside], db["csf"], mixed)
        share = _base_share(q, rough[inside]) * np.clip((s - 0.8 - 0.1 * patches[inside]) * 8.0, 0.0, 1.0)
        soft_tissue = domain.tissue_db + 3.0 * patches[inside] + 2.0 * rough[inside]
        level[inside] = mixed + share * (soft_tissue - mixed)
        # sulci and vessels: short bright lines, denser in patches and around the midline
        crowd = 0.55 * patches[inside] + domain.streak_density - 1.35 * np.abs(np.abs(q[0]) - 0.1)
        crowd -= 2.0 * np.maximum(s - 0.7, 0.0)
        threshold = 2.4 - 0.8 * crowd
        short = np.maximum(streaks.ravel()[inside] - threshold, 0.0)
        long = np.maximum(long_streaks.ravel()[inside] - threshold - 0.35, 0.0)
        interface[inside] += 10 ** (domain.streak_db / 20) * np.minimum(short + long, 1.5) * (s < 0.9)
        # curved sulci: contour lines of a smooth field, seen where they face the beam
        field = smooth(1, shape, rng) + 0.6 * smooth(2, shape, rng)
        facing = np.abs(np.gradient(field, axis=0)).ravel()[inside]
        curls = np.exp(-((field.ravel()[inside] * 5.0) ** 2)) * np.minimum(facing * 8.0, 1.3)
        curls *= np.clip(1.2 * crowd - 0.3 + 0.4 * (s > 0.65), 0.0, 1.0) * (s < 0.89)
        curls *= 1.0 - share
        interface[inside] += np.float32(10 ** (domain.curl_db / 20)) * curls
        # surface of the brain under the skull
        surface = (1.0 - share) * np.exp(-(((s - 0.88 - 0.02 * patches[inside]) * anatomy.half_mm.mean() / 0.8) ** 2))
        interface[inside] += surface * (rough[inside] > 0.4) * 10 ** ((domain.wall_db - 6) / 20)
        context = _Painter(anatomy, domain, grid, inside, q, beam_index[inside], rough, patches)
        context.paint(anatomy.brain, level, interface, bone)
        _falx(context, anatomy, domain, points[inside, 0], q, s, interface)

    skull, skull_bone = _skull(grid, anatomy, domain, rough, patches, smooth(3, shape, rng).ravel(), points, signed)
    bone = np.maximum(bone.reshape(shape), skull_bone)
    return Echoes(level.reshape(shape), interface.reshape(shape), skull, bone)


def _base_share(q: np.ndarray, rough: np.ndarray) -> np.ndarray:
    """Share of skull base, which has no uniform echo, in direction `q` (3, N): 0 for the vault, 1 for the base."""
    height = q[2] / np.maximum(np.sqrt((q * q).sum(axis=0)), 1e-6)
    return np.clip((-0.45 - 0.28 * np.maximum(q[1], 0) - height + 0.06 * rough) / 0.14, 0.0, 1.0)


def _falx(context, anatomy, domain, x_mm, q, s, interface) -> None:
    """Add the midline echo: the falx where there is one, a faint interrupted line elsewhere."""
    near = np.flatnonzero(np.abs(x_mm) < 4 * anatomy.falx_mm + 2.0)
    if not near.size:
        return
    where = context.index[near]
    wander = 0.5 * context.patches[where] * anatomy.falx_mm
    line = np.exp(-np.minimum(((x_mm[near] - wander) / anatomy.falx_mm) ** 2, 40.0))
    full = anatomy.falx_mask(q[:, near], s[near])
    in_cavum = (q[1, near] > -0.52) & (q[1, near] < -0.14) & (q[2, near] < 0.38)
    strength = np.where(full, 1.0, np.where(in_cavum, 0.0, 0.45)) * (s[near] < 0.96)
    strength *= np.clip(0.55 + 0.4 * context.rough[where] + 0.35 * context.patches[where], 0.02, 1.3)
    lateral = np.abs(context.grid.beams[context.beam[near], 0])
    strength *= 0.1 + 0.9 * lateral
    interface[where] += 10 ** (domain.falx_db / 20) * line * strength


def _skull(grid, anatomy, domain, rough, patches, broad, points, signed) -> tuple[np.ndarray, np.ndarray]:
    """Amplitude and bone share (D, B) of the skull, with its outer border at signed distance 0.

    `rough`, `patches`, `broad` (fields), `points` and `signed` are flat.
    """
    echo, bone = np.zeros(signed.size, np.float32), np.zeros(signed.size, np.float32)
    shell = np.flatnonzero(np.abs(signed + 0.5 * anatomy.wall_mm) < 1.1 * anatomy.wall_mm)
    if not shell.size:
        return echo.reshape(grid.signed_mm.shape), bone.reshape(grid.signed_mm.shape)
    q, _ = anatomy.unit_coordinates(points[shell], grid.radius_mm.ravel()[shell])
    # blurring moves the outer border outwards; the band starts further inside by the same amount
    thickness = anatomy.wall_mm * np.clip(1.0 + 0.18 * patches[shell], 0.5, 1.5)
    across = (signed[shell] + 0.7 * domain.blur_axial * grid.step_mm) / (0.5 * thickness) + 1.0
    across *= across
    bone[shell] = np.exp(-np.minimum(across * across, 40.0))
    bone[shell] *= (1.0 - _base_share(q, rough[shell])) * (1.0 - anatomy.gap(q))
    slope = (signed[np.minimum(shell + grid.signed_mm.shape[1], signed.size - 1)] - signed[shell]) / grid.step_mm
    incidence = np.minimum(np.abs(slope), 1.0) ** domain.incidence_power
    strength = domain.incidence_floor + (1.0 - domain.incidence_floor) * incidence
    strength *= np.where(slope > 0, np.float32(10 ** (domain.far_wall_db / 20)), np.float32(1.0))
    strength *= np.exp(domain.skull_patch_db * np.log(10) / 20 * np.minimum(broad[shell], 1.0) + 0.18 * rough[shell])
    echo[shell] = 10 ** (domain.skull_db / 20) * bone[shell] * strength
    return echo.reshape(grid.signed_mm.shape), bone.reshape(grid.signed_mm.shape)


class _Painter:
    """Paints structures over a subset of the samples of a grid."""

    def __init__(self, anatomy, domain, grid, index, q, beam, rough, patches) -> None:
        self.anatomy, self.domain, self.grid = anatomy, domain, grid
        self.index, self.q, self.beam, self.rough, self.patches = index, q, beam, rough, patches

    def paint(self, structures: tuple[Structure, ...], level, interface, bone) -> None:
        """Write levels, border echoes and bone of `structures` into the flat fields."""
        wall_amplitude = 10 ** (self.domain.wall_db / 20)
        half = self.anatomy.half_mm[:, None]
        wall_mm = 0.018 * float(half.mean())
        for structure in structures:
            d = structure.offset(self.q)
            k2 = np.einsum("ij,ij->j", d, d)
            near = np.flatnonzero(k2 < 2.2)
            if not near.size:
                continue
            where = self.index[near]
            bony = structure.tissue in (Tissue.BASE, Tissue.FACE_BONE, Tissue.SPINE)
            k = np.sqrt(k2[near])
            if bony or structure.tissue is Tissue.CHOROID:
                k = k + (0.35 * self.rough[where] + 0.3 * self.patches[where] if bony else 0.2 * self.rough[where])
            within = k < 1
            core = where[within]
            decibel = self.domain.texture_db[structure.tissue.name.lower()]
            if structure.tissue is Tissue.CEREBELLUM:
                decibel = decibel + 3.0 * self.rough[core]
            decibel = decibel + (1.5 if not bony else 5.0) * self.patches[core]
            soft = np.minimum((1.0 - k[within]) * 4.0, 1.0)
            level[core] += soft * (decibel - level[core])
            if structure.tissue in (Tissue.VENTRICLE, Tissue.CAVUM, Tissue.CISTERNA, Tissue.ORBIT):
                interface[core] *= 0.15
            if bony:
                pattern = np.clip(0.1 + 0.6 * self.patches[core] + 0.6 * self.rough[core], 0.0, 1.3)
                pattern = pattern * soft
                if structure.tissue is Tissue.SPINE:
                    pattern = pattern * (np.sin(self.q[2, near[within]] * 38.0) > 0.1)
                bone[core] = np.maximum(bone[core], 0.6 * np.minimum(pattern, 1.0))
                interface[core] += 10 ** ((self.domain.skull_db - 6.0) / 20) * pattern * structure.wall
                continue
            gradient = d[:, near] / (structure.radii[:, None] * half)
            if structure.paired:
                gradient[0] *= np.sign(self.q[0, near])
            norm = np.sqrt(np.einsum("ij,ij->j", gradient, gradient)) + 1e-6
            beams = self.grid.beams[self.beam[near]]
            cosine = np.abs(np.einsum("ij,ji->j", gradient, beams)) / norm
            distance = k * (k - 1.0) / norm
            line = np.exp(-np.minimum((distance / wall_mm) ** 2, 40.0)) * cosine**2
            line *= np.clip(0.8 + 0.5 * self.rough[where], 0.0, 1.6)
            interface[where] += wall_amplitude * structure.wall * line


def maternal_level_db(grid: BeamGrid, anatomy: Anatomy, domain: Domain, rng: np.random.Generator) -> np.ndarray:
    """Backscatter (D, B) in dB of layers, placenta, fluid and far tissue without the head."""
    shape = grid.signed_mm.shape
    broad, broad2, medium = smooth(4, shape, rng), smooth(4, shape, rng), smooth(3, shape, rng)
    small, fibres = smooth(2, shape, rng), crop(streak_bank()[1], shape, rng)
    contrast = np.float32(domain.tissue_contrast)
    level = domain.tissue_db + contrast * (
        2.2 * broad + 2.8 * medium + 2.4 * small + 1.4 * fibres * (0.6 + 0.4 * broad2)
    )
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
    near_head = np.exp(-np.maximum(grid.signed_mm, 0.0) / (0.5 * float(anatomy.half_mm[0])))
    pocket = broad * 0.7 + 0.3 * medium + 0.7 * near_head + 3.2 * domain.fluid_share - 2.0 - 1.5 * placenta
    fluid = np.clip((pocket + 0.06 * small) * 5.0, 0.0, 1.0)
    level = level * (1 - fluid) + fluid * domain.fluid_db
    # abdominal and uterine wall next to the probe
    if domain.layer_depth > 0.02:
        d = grid.rows - rng.uniform(-0.1, 0.1) + 0.04 * broad2 + 0.35 * (grid.columns - 0.7) ** 2 * rng.uniform(-1, 1)
        layers = (
            3.0 * np.sin(d * rng.uniform(25.0, 110.0) + 1.5 * medium + 0.8 * broad)
            + 3.0 * fibres
            + 2.0 * small
            + rng.normal(domain.tissue_db + 3.0, 3.0)
        )
        inside = np.clip((domain.layer_depth - d) / 0.012, 0.0, 1.0)
        level = level * (1 - inside) + inside * layers
    if domain.clutter_share > 0.01:
        blob = np.clip((broad2 * 0.5 + medium * 0.6 + 0.4 * small - (2.0 - 6.0 * domain.clutter_share)) * 5.0, 0.0, 1.0)
        level += blob * rng.uniform(6.0, 14.0)
    return level.astype(np.float32)
