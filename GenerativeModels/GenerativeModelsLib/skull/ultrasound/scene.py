"""Echoes along the beams: backscatter, interfaces and bone of the head and the maternal tissue around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.skull.ultrasound.anatomy import Anatomy, Structure, Tissue
from GenerativeModelsLib.skull.ultrasound.beam_grid import BeamGrid
from GenerativeModelsLib.skull.ultrasound.domain import Domain
from GenerativeModelsLib.skull.ultrasound.surroundings import maternal_level_db
from GenerativeModelsLib.skull.ultrasound.textures import crop, smooth, streak_bank


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
    broad = smooth(3, shape, rng).ravel()

    outside = np.flatnonzero((signed > 0) & (signed < 1.2 * float(anatomy.half_mm.mean())))
    if outside.size:
        q, s = anatomy.unit_coordinates(points[outside], grid.radius_mm.ravel()[outside])
        context = _Painter(anatomy, domain, grid, outside, q, beam_index[outside], rough, patches)
        soft_tissue = domain.tissue_db + 3.0 * patches[outside] + 2.0 * rough[outside]
        share = _base_share(q, rough[outside]) * np.clip(1.6 - 1.2 * s + 0.3 * patches[outside], 0.0, 1.0)
        level[outside] += share * (soft_tissue - level[outside])
        context.paint(anatomy.outside, level, interface, bone)
        if domain.scalp > 0.4:  # a smooth layer of even thickness, seen in some pictures
            band = 0.11 * anatomy.half_mm[0] * (domain.scalp - 0.2) * (1.0 + 0.15 * broad[outside])
            cover = np.clip((band - signed[outside]) / (0.02 * anatomy.half_mm[0]), 0.0, 1.0)
            cover *= np.clip((q[2] + 0.45 - 0.15 * patches[outside]) * 8.0, 0.0, 1.0)
            above = np.maximum(-22.0 + 16.0 * domain.scalp + 1.5 * patches[outside] - level[outside], 0.0)
            level[outside] += cover * above

    inside = np.flatnonzero(signed <= 0)
    if inside.size:
        q, s = anatomy.unit_coordinates(points[inside], grid.radius_mm.ravel()[inside])
        db = domain.texture_db
        uneven = 2.2 * patches[inside] + 1.2 * rough[inside] + 2.0 * broad[inside]
        mixed = (
            db["brain"]
            + domain.brain_contrast * uneven
            - domain.brain_rim_db * np.clip((s - 0.3 + 0.15 * broad[inside]) * 2.0, 0.0, 1.0)
        )
        fluid = np.clip((s - 0.9 - 0.01 * broad[inside]) * 30.0, 0.0, 1.0)
        mixed += fluid * (db["csf"] - mixed) + domain.meninges_db * np.clip((s - domain.meninges_from) * 7.0, 0.0, 1.0)
        share = _base_share(q, rough[inside]) * np.clip((s - 0.8 - 0.1 * patches[inside]) * 8.0, 0.0, 1.0)
        soft_tissue = domain.tissue_db + 3.0 * patches[inside] + 2.0 * rough[inside]
        level[inside] = mixed + share * (soft_tissue - mixed)
        # sulci and vessels: short bright lines, denser in patches and around the midline
        spread = 1.5 - 0.5 * anatomy.folding
        crowd = 0.55 * patches[inside] + 0.4 * broad[inside] - spread * np.abs(np.abs(q[0]) - 0.1)
        crowd += domain.streak_density + 0.4 * anatomy.folding - 2.0 * np.maximum(s - 0.7 - 0.15 * anatomy.folding, 0.0)
        threshold = 2.4 - 0.8 * crowd
        short = np.maximum(streaks.ravel()[inside] - threshold, 0.0)
        long = np.maximum(long_streaks.ravel()[inside] - threshold - 0.35, 0.0)
        lines = np.minimum(short * short + 0.7 * long, 2.0) * np.clip(0.5 + 0.6 * rough[inside], 0.1, 1.5)
        interface[inside] += np.float32(10 ** (domain.streak_db / 20)) * lines * (s < 0.9)
        # surface of the brain under the skull of an older head, in parts
        if anatomy.folding > 0.0:
            surface = np.exp(-(((s - 0.9 - 0.015 * broad[inside]) * anatomy.half_mm.mean() / 0.7) ** 2))
            surface *= (1.0 - share) * np.clip(0.8 * broad[inside] - 0.4, 0.0, 1.0) * anatomy.folding
            interface[inside] += surface * np.float32(10 ** ((domain.wall_db - 9) / 20))
        context = _Painter(anatomy, domain, grid, inside, q, beam_index[inside], rough, patches)
        context.paint(anatomy.brain, level, interface, bone)
        _falx(context, anatomy, domain, points[inside, 0], q, s, broad[inside], interface)

    skull, skull_bone = _skull(grid, anatomy, domain, rough, patches, broad, points, signed)
    bone = np.maximum(bone.reshape(shape), skull_bone)
    return Echoes(level.reshape(shape), interface.reshape(shape), skull, bone)


def _base_share(q: np.ndarray, rough: np.ndarray) -> np.ndarray:
    """Share of skull base, which has no uniform echo, in direction `q` (3, N): 0 for the vault, 1 for the base."""
    height = q[2] / np.maximum(np.sqrt((q * q).sum(axis=0)), 1e-6)
    return np.clip((-0.45 - 0.28 * np.maximum(q[1], 0) - height + 0.06 * rough) / 0.14, 0.0, 1.0)


def _falx(context, anatomy, domain, x_mm, q, s, broad, interface) -> None:
    """Add the midline echo: stretches of the falx and of the midline, which wavers and is nowhere complete."""
    near = np.flatnonzero(np.abs(x_mm) < 4 * anatomy.falx_mm + 2.0)
    if not near.size:
        return
    where = context.index[near]
    patches, broad = context.patches[where], broad[near]
    wander = (0.9 * broad + 0.3 * patches) * anatomy.falx_mm
    line = np.exp(-np.minimum(((x_mm[near] - wander) / anatomy.falx_mm) ** 2, 40.0))
    full = anatomy.falx_mask(q[:, near], s[near])
    in_cavum = (q[1, near] > -0.52) & (q[1, near] < -0.14) & (q[2, near] < 0.38)
    strength = np.where(full, 1.0, np.where(in_cavum, 0.0, 0.8)) * np.clip((0.94 - s[near]) * 12.0, 0.0, 1.0)
    gate = 1.6 * (domain.midline_share - 0.5) + 0.9 * patches + 0.6 * broad + 0.2 * context.rough[where]
    strength *= np.clip(gate + 0.3, 0.02, 1.1)
    lateral = np.abs(context.grid.beams[context.beam[near], 0])
    strength *= 0.06 + 0.94 * lateral**2
    interface[where] += np.float32(10 ** (domain.falx_db / 20)) * line * strength


def _skull(grid, anatomy, domain, rough, patches, broad, points, signed) -> tuple[np.ndarray, np.ndarray]:
    """Amplitude and bone share (D, B) of the skull, with its outer border at signed distance 0.

    `rough`, `patches`, `broad` (fields), `points` and `signed` are flat.
    """
    echo, bone = np.zeros(signed.size, np.float32), np.zeros(signed.size, np.float32)
    shell = np.flatnonzero(np.abs(signed + 0.5 * anatomy.wall_mm) < 1.1 * anatomy.wall_mm)
    if not shell.size:
        return echo.reshape(grid.signed_mm.shape), bone.reshape(grid.signed_mm.shape)
    q, _ = anatomy.unit_coordinates(points[shell], grid.radius_mm.ravel()[shell])
    slope = (signed[np.minimum(shell + grid.signed_mm.shape[1], signed.size - 1)] - signed[shell]) / grid.step_mm
    facing, far = np.minimum(np.abs(slope), 1.0), slope > 0
    # blurring moves the outer border outwards; the band starts further inside by the same amount
    thickness = anatomy.wall_mm * np.clip(1.0 + 0.1 * broad[shell], 0.6, 1.4)
    across = (signed[shell] + 0.7 * domain.blur_axial * grid.step_mm) / (0.5 * thickness) + 1.0
    # at a slant only the inner side of the far wall sends an echo
    across += far * (1.0 - facing) * np.float32(domain.far_inner)
    across *= np.where(far & (across < 0), np.float32(0.65), np.float32(1.0))  # and it blends into the meninges
    across *= across
    bone[shell] = np.exp(-np.minimum(across * across, 40.0))
    bone[shell] *= (1.0 - _base_share(q, rough[shell])) * (1.0 - anatomy.gap(q))
    # Nearly even where the wall faces the beam, gone where the beam runs along it. The near wall shows at more angles
    # (compound imaging) than the far one, which beams reach through the slanting parts of the near wall.
    at = np.where(far, np.float32(domain.incidence_far), np.float32(domain.incidence_near))
    incidence = np.where(far, facing, np.sqrt(facing))
    incidence /= 1.0 + np.exp((at - facing) / np.float32(domain.incidence_width))
    floor = np.where(far, np.float32(domain.incidence_floor), np.float32(min(1.0, 4.0 * domain.incidence_floor)))
    strength = floor + (1.0 - floor) * incidence
    strength *= np.where(far, np.float32(10 ** (domain.far_wall_db / 20)), np.float32(1.0))
    patch = np.minimum(broad[shell] + np.float32(domain.patch_fine) * patches[shell], 1.0)
    strength *= np.exp(np.float32(domain.skull_patch_db * np.log(10) / 20) * patch + 0.25 * rough[shell])
    echo[shell] = np.float32(10 ** ((domain.skull_db + anatomy.skull_db) / 20)) * bone[shell] * strength
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
                k = k + (0.35 * self.rough[where] + 0.3 * self.patches[where] if bony else 0.12 * self.rough[where])
            else:
                k = k + 0.1 * self.patches[where]
            within = k < 1
            core = where[within]
            decibel = self.domain.texture_db[structure.tissue.name.lower()]
            if structure.tissue is Tissue.CEREBELLUM:
                decibel = decibel + 3.0 * self.rough[core]
            decibel = decibel + (1.5 if not bony else 5.0) * self.patches[core]
            soft = np.minimum((1.0 - k[within]) * 3.0, 1.0)
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
            line = np.exp(-np.minimum((distance / wall_mm) ** 2, 40.0)) * cosine**6
            line *= np.clip(0.6 + 0.7 * self.patches[where] + 0.3 * self.rough[where], 0.0, 1.6)
            interface[where] += wall_amplitude * structure.wall * line
