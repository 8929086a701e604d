"""Simulated negative images, without a fetal head in ultrasound, for training the locator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from GenerativeModelsLib.skull.shape.star_surface import ellipsoid
from GenerativeModelsLib.skull.ultrasound.anatomy import Anatomy
from GenerativeModelsLib.skull.ultrasound.artefacts import burn_in, finish, glyphs
from GenerativeModelsLib.skull.ultrasound.beam_grid import BeamGrid
from GenerativeModelsLib.skull.ultrasound.domain import Domain
from GenerativeModelsLib.skull.ultrasound.imaging import compress
from GenerativeModelsLib.skull.ultrasound.probe import choose_scan
from GenerativeModelsLib.skull.ultrasound.scene import Echoes
from GenerativeModelsLib.skull.ultrasound.surroundings import maternal_level_db
from GenerativeModelsLib.skull.ultrasound.textures import smooth


def simulate_negative(rng: np.random.Generator, size: tuple[int, int] = (192, 256)) -> np.ndarray:
    """One image (H, W) uint8 that does not show a fetal head in ultrasound.

    Half are scans of something else (uterus, placenta, abdomen, limbs, a lone bone arc); the rest are wires in a
    phantom, MR-like and CT-like heads, noise, flat pictures, text pages and photograph-like gradients.
    """
    kinds = (_scan, _wires, _mr_like, _ct_like, _noise, _page, _photograph)
    weights = np.array([0.54, 0.07, 0.13, 0.09, 0.05, 0.05, 0.07])
    image = kinds[int(rng.choice(len(kinds), p=weights))](rng, size)
    if rng.random() < 0.1:
        image = 255 - image
    return image


def _scan(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Ultrasound image without a head."""
    domain = Domain.sample(rng)
    domain = replace(domain, fluid_share=float(rng.uniform(0.0, 0.6)), clutter_share=float(rng.uniform(0.0, 0.15)))
    height, width = size
    turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    around = np.stack([width / 2 + 0.3 * width * np.cos(turn), height / 2 + 0.3 * height * np.sin(turn)], axis=-1)
    scan = choose_scan(size, domain, around)
    anatomy = Anatomy.sample(ellipsoid(35.0, 45.0, 38.0), rng)
    far = np.full(scan.rows.shape, 400.0, np.float32)
    grid = BeamGrid(
        np.zeros((*far.shape, 3), np.float32),
        np.zeros((far.shape[1], 3), np.float32),
        far,
        far,
        scan.rows / height,
        scan.columns / height,
        scan.step_px * 0.5,
    )
    level = maternal_level_db(grid, anatomy, domain, rng)
    echoes = Echoes(level, np.zeros_like(far), np.zeros_like(far), np.zeros_like(far))
    for thing in _CONTENTS[int(rng.integers(len(_CONTENTS)))]:
        thing(echoes, grid, domain, rng)
    grey = compress(echoes, grid, domain, rng)
    image = map_coordinates(grey, scan.lookup.reshape(2, -1), order=1, mode="constant", cval=0.0, prefilter=False)
    return finish(image.reshape(size), scan.seen, around, domain, rng)


def _oval(grid: BeamGrid, size: float, rng: np.random.Generator, wobble: float = 0.05) -> np.ndarray:
    """Signed distance (D, B) from a random ellipse in units of its mean radius, negative inside."""
    angle, aspect = rng.uniform(0, np.pi), rng.uniform(0.65, 1.0)
    x = grid.columns - rng.uniform(0.35, 1.05)
    y = grid.rows - rng.uniform(0.3, 0.75)
    a, b = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return np.hypot(a, b / aspect) / size - 1.0 + wobble * smooth(3, grid.rows.shape, rng)


def _abdomen(echoes: Echoes, grid: BeamGrid, domain: Domain, rng: np.random.Generator) -> None:
    """A soft round trunk with a dark stomach and bright spine."""
    size = rng.uniform(0.2, 0.5)
    d = _oval(grid, size, rng)
    level = (
        domain.texture_db["neck"] + rng.normal(-3, 2) + 2.0 * smooth(3, d.shape, rng) + 1.5 * smooth(2, d.shape, rng)
    )
    inside = d < 0
    echoes.level_db[inside] = level[inside]
    edge = np.exp(-np.minimum((d * size / 0.008) ** 2, 40.0)) * 10 ** (rng.uniform(-2, 8) / 20)
    echoes.interface[...] += edge * (0.4 + 0.3 * smooth(2, d.shape, rng)).clip(0)
    for _ in range(int(rng.integers(0, 4))):
        hole = _oval(grid, size * rng.uniform(0.1, 0.3), rng)
        echoes.level_db[(hole < 0) & inside] = domain.fluid_db
    for _ in range(int(rng.integers(0, 5))):
        bright = (_oval(grid, size * rng.uniform(0.03, 0.1), rng, 0.3) < 0) & inside
        echoes.skull[bright] += 10 ** ((domain.skull_db - 6) / 20)
        echoes.bone[bright] = 1.0


def _bone(echoes: Echoes, grid: BeamGrid, domain: Domain, rng: np.random.Generator) -> None:
    """One open arc or bar of bone, bright towards the probe, with a shadow."""
    x = grid.columns - rng.uniform(0.2, 1.2)
    y = grid.rows - rng.uniform(0.15, 0.75)
    tilt, bend = rng.normal(0, 0.5), rng.normal(0, 0.9)
    a, b = x * np.cos(tilt) + y * np.sin(tilt), y * np.cos(tilt) - x * np.sin(tilt)
    length, thick = rng.uniform(0.05, 0.45), rng.uniform(0.008, 0.025)
    d = (b - bend * a * a + 0.006 * smooth(2, x.shape, rng)) / thick
    bar = np.exp(-np.minimum(d**4, 40.0)) / (1.0 + np.exp(np.clip((np.abs(a) - length) / 0.01, -30, 30)))
    echoes.skull[...] += 10 ** (domain.skull_db / 20) * bar * (0.8 + 0.3 * smooth(1, x.shape, rng)).clip(0)
    np.maximum(echoes.bone, bar * rng.uniform(0.3, 3.0), out=echoes.bone)


def _limb(echoes: Echoes, grid: BeamGrid, domain: Domain, rng: np.random.Generator) -> None:
    """Soft cylinders with a bone echo in the middle."""
    size = rng.uniform(0.06, 0.16)
    d = _oval(grid, size, rng)
    echoes.level_db[d < 0] = -7.0 + 2.0 * smooth(2, d.shape, rng)[d < 0]
    core = np.exp(-np.minimum((d + 1.0) ** 2 / 0.03, 40.0))
    echoes.skull[...] += 10 ** ((domain.skull_db - 3) / 20) * core
    np.maximum(echoes.bone, core, out=echoes.bone)


def _dots(echoes: Echoes, grid: BeamGrid, domain: Domain, rng: np.random.Generator) -> None:
    """Scattered bright points."""
    for _ in range(int(rng.integers(3, 25))):
        d = _oval(grid, rng.uniform(0.005, 0.02), rng, 0.0)
        echoes.skull[d < 0] += 10 ** (domain.skull_db / 20)


def _chambers(echoes: Echoes, grid: BeamGrid, domain: Domain, rng: np.random.Generator) -> None:
    """Dark chambers with bright thin walls, as in a heart or a bladder."""
    for _ in range(int(rng.integers(1, 6))):
        size = rng.uniform(0.05, 0.25)
        d = _oval(grid, size, rng, 0.1)
        echoes.level_db[d < 0] = domain.fluid_db + 2.0
        echoes.interface[...] += np.exp(-np.minimum((d * size / 0.008) ** 2, 40.0)) * 10 ** (rng.uniform(-4, 6) / 20)


_CONTENTS = (
    (),
    (_abdomen,),
    (_bone,),
    (_bone, _bone),
    (_limb,),
    (_limb, _bone),
    (_dots,),
    (_abdomen, _bone),
    (_chambers,),
)


def _coordinates(size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    row, column = np.mgrid[: size[0], : size[1]].astype(np.float32)
    return row / size[0] - 0.5, (column - size[1] / 2) / size[0]


def _finish_plain(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    image = (255 * np.clip(image, 0, 1)).astype(np.uint8)
    if rng.random() < 0.3:
        burn_in(image, None, Domain.sample(rng), rng)
    return image


def _wires(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Bright points on black: a calibration phantom, with or without echoes of a tank wall."""
    image = np.zeros(size, np.float32)
    count = int(rng.integers(3, 16))
    rows, columns = rng.integers(0, size[0], count), rng.integers(0, size[1], count)
    if rng.random() < 0.5:
        rows, columns = np.meshgrid(np.linspace(20, size[0] - 20, 4), np.linspace(30, size[1] - 30, 4))
        rows, columns = rows.ravel().astype(int), columns.ravel().astype(int)
    image[rows, columns] = rng.uniform(0.5, 1.0, rows.size)
    image = gaussian_filter(image, (rng.uniform(0.7, 1.5), rng.uniform(1.0, 4.5)))
    image /= image.max()
    for _ in range(int(rng.integers(0, 3))):
        row = int(rng.integers(0, size[0] - 3))
        image[row : row + int(rng.integers(1, 4)), int(rng.integers(0, 60)) : size[1] - int(rng.integers(1, 60))] += 0.6
    image += rng.uniform(0, 0.12) * np.abs(smooth(0, size, rng)) + rng.uniform(-0.02, 0.05)
    return _finish_plain(image, rng)


def _mr_like(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """A filled bright head, or several filled organs, with smooth contrast and no bone echo."""
    y, x = _coordinates(size)
    image = np.full(size, rng.uniform(0.0, 0.15), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        radius, aspect, angle = rng.uniform(0.12, 0.55), rng.uniform(0.65, 1.0), rng.uniform(0, np.pi)
        a, b = x - rng.normal(0, 0.2), y - rng.normal(0, 0.12)
        a, b = a * np.cos(angle) + b * np.sin(angle), (b * np.cos(angle) - a * np.sin(angle)) / aspect
        d = np.hypot(a, b) / radius + 0.03 * smooth(3, size, rng)
        fill = rng.uniform(0.3, 0.8) + rng.uniform(0.03, 0.2) * smooth(int(rng.integers(1, 4)), size, rng)
        if rng.random() < 0.5:  # cortex and fluid rim
            fill = fill + np.where((d > 0.8) & (d < 0.93), rng.uniform(-0.4, 0.5), 0.0)
        if rng.random() < 0.5:  # two halves with ventricles
            fill = np.where(np.abs(b) < 0.02 * radius, rng.uniform(0, 1), fill)
            ventricle = np.hypot((np.abs(b) - 0.22 * radius) / 0.1, (a - 0.1 * radius) / 0.3) < radius
            fill = np.where(ventricle, rng.uniform(0, 1), fill)
        image = np.where(d < 1, fill, image)
        if rng.random() < 0.4:  # fat outside a dark gap
            image = np.where((d > 1.04) & (d < 1.04 + rng.uniform(0.03, 0.12)), rng.uniform(0.5, 1.0), image)
    image = gaussian_filter(image, rng.uniform(0.4, 1.6)) + rng.uniform(0.0, 0.05) * smooth(0, size, rng)
    return _finish_plain(image, rng)


def _ct_like(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """A closed ring of even thickness and brightness, hard edged."""
    y, x = _coordinates(size)
    radius, aspect, angle = rng.uniform(0.2, 0.5), rng.uniform(0.7, 1.0), rng.uniform(0, np.pi)
    a, b = x - rng.normal(0, 0.1), y - rng.normal(0, 0.05)
    a, b = a * np.cos(angle) + b * np.sin(angle), (b * np.cos(angle) - a * np.sin(angle)) / aspect
    d = np.hypot(a, b) - radius * (1 + 0.02 * smooth(4, size, rng))
    thick = rng.uniform(0.006, 0.06)
    image = np.where((d < 0) & (d > -thick), rng.uniform(0.8, 1.0), 0.0)
    content = rng.uniform(0.0, 0.5) if rng.random() < 0.6 else 0.0
    image = np.where(d <= -thick, content + 0.06 * content * smooth(1, size, rng), image)
    if rng.random() < 0.4:
        image = np.where((d >= 0) & (d < rng.uniform(0.02, 0.08)), rng.uniform(0.15, 0.5), image)
    if rng.random() < 0.5:
        image = gaussian_filter(image.astype(np.float32), rng.uniform(0.3, 0.9))
    return _finish_plain(image, rng)


def _noise(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Flat, noisy or blotchy pictures."""
    image = np.full(size, rng.uniform(0, 1), np.float32)
    if rng.random() < 0.8:
        image = image + rng.uniform(0.02, 0.4) * smooth(int(rng.integers(0, 5)), size, rng)
    if rng.random() < 0.4:
        image = image + rng.uniform(0.0, 0.3) * rng.normal(size=size)
    return _finish_plain(image, rng)


def _page(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Lines of text, dark on light or light on dark."""
    paper, ink = (rng.uniform(0.8, 1.0), rng.uniform(0, 0.3))
    if rng.random() < 0.3:
        paper, ink = ink, paper
    image = np.full(size, paper, np.float32)
    scale = int(rng.integers(1, 4))
    row = int(rng.integers(4, 20))
    while row + 5 * scale < size[0]:
        count = int(rng.integers(1, max(2, (size[1] - 12) // (4 * scale))))
        line = np.kron(glyphs(count, rng), np.ones((scale, scale))) > 0
        window = image[row : row + line.shape[0], 6 : 6 + line.shape[1]]
        window[line[: window.shape[0], : window.shape[1]]] = ink
        row += int(scale * rng.integers(6, 12))
    return _finish_plain(image, rng)


def _photograph(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Gradients with a few soft or hard shapes."""
    y, x = _coordinates(size)
    image = rng.uniform(0.2, 0.8) + rng.normal(0, 0.5) * x + rng.normal(0, 0.6) * y
    for _ in range(int(rng.integers(1, 8))):
        a, b = x - rng.uniform(-0.7, 0.7), y - rng.uniform(-0.5, 0.5)
        angle, long, short = rng.uniform(0, np.pi), rng.uniform(0.05, 0.6), rng.uniform(0.03, 0.4)
        a, b = a * np.cos(angle) + b * np.sin(angle), b * np.cos(angle) - a * np.sin(angle)
        d = np.maximum(np.abs(a) / long, np.abs(b) / short) if rng.random() < 0.5 else np.hypot(a / long, b / short)
        image = np.where(d < 1, rng.uniform(0, 1) + rng.normal(0, 0.4) * a, image)
    image = gaussian_filter(image.astype(np.float32), rng.uniform(0.3, 3.0)) + rng.uniform(0, 0.08) * smooth(
        1, size, rng
    )
    return _finish_plain(image, rng)
