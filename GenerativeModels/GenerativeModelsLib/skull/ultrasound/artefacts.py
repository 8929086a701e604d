"""Post-processing of a simulated image: filters, gain curve and burned-in overlays."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from GenerativeModelsLib.skull.shape.ellipse import Ellipse, fit_ellipse
from GenerativeModelsLib.skull.ultrasound.domain import Domain
from GenerativeModelsLib.skull.ultrasound.textures import smooth


def finish(
    image: np.ndarray, seen: np.ndarray, outline: np.ndarray | None, domain: Domain, rng: np.random.Generator
) -> np.ndarray:
    """The exported picture (H, W) uint8 of grey values `image` (H, W) in 0..1.

    Parameters
    ----------
    image
        Scan-converted, log-compressed echoes.
    seen
        (H, W) bool, the scanned field; black outside.
    outline
        (N, 2) column, row of the head outline, for calipers; None draws none.
    domain
        Imaging parameters.
    rng
        Random number generator.
    """
    image = developed(image, seen, domain, rng)
    burn_in(image, outline, domain, rng)
    return image


def developed(image: np.ndarray, seen: np.ndarray, domain: Domain, rng: np.random.Generator) -> np.ndarray:
    """`finish` without anything burned in."""
    shape = image.shape
    scale = shape[0] / 192.0
    if domain.smoothing > 0:
        image = gaussian_filter(image, domain.smoothing * scale, truncate=2.5)
    if domain.sharpen > 0:
        image = image + np.float32(domain.sharpen) * (image - gaussian_filter(image, 1.6 * scale, truncate=2.0))
    image = domain.gain * np.clip(image, 0.0, 1.0) ** np.float32(domain.gamma)
    if domain.electronic_noise > 0:
        image = image + np.float32(domain.electronic_noise) * smooth(0, shape, rng)
    image = np.where(seen, np.clip(image, 0.0, 1.0), np.float32(0.0))
    return (255.0 * image).astype(np.uint8)


def burn_in(image: np.ndarray, outline: np.ndarray | None, domain: Domain, rng: np.random.Generator) -> None:
    """Draw grey bar, ruler, text, calipers and black boxes into `image` (H, W) uint8, in place."""
    height, width = image.shape
    k = max(1, round(height / 192))
    if domain.overlays < 0.75:
        _grey_bar(image, k, rng)
    if 0.2 < domain.overlays < 0.6:
        _ruler(image, k, rng)
    if domain.overlays > 0.7:
        for _ in range(int(rng.integers(1, 8))):
            _text(image, k, rng)
    if outline is not None and domain.calipers < 0.18:
        _calipers(image, outline, domain.calipers < 0.07, k, rng)
    if domain.black_boxes < 0.55:
        box_h, box_w = int(height * rng.uniform(0.06, 0.22)), int(width * rng.uniform(0.12, 0.3))
        image[height - box_h :, width - box_w :] = 0
    if domain.black_boxes < 0.15:
        box_h, box_w = int(height * rng.uniform(0.08, 0.2)), int(width * rng.uniform(0.05, 0.15))
        image[:box_h, width - box_w :] = 0
    elif domain.black_boxes > 0.95:
        box_h, box_w = int(height * rng.uniform(0.05, 0.3)), int(width * rng.uniform(0.05, 0.3))
        top, left = rng.integers(0, height - box_h), int(rng.choice([0, width - box_w]))
        image[top : top + box_h, left : left + box_w] = 0


def _grey_bar(image: np.ndarray, k: int, rng: np.random.Generator) -> None:
    height = int(image.shape[0] * rng.uniform(0.15, 0.4))
    bar_width = int(rng.integers(1, 4)) * k if rng.random() < 0.8 else int(rng.integers(5, 12)) * k
    top = int(rng.integers(0, max(1, image.shape[0] // 12)))
    left = 0 if rng.random() < 0.85 else image.shape[1] - bar_width - k
    image[top : top + height, left : left + bar_width] = np.linspace(255, 0, height)[:, None].astype(np.uint8)


def _ruler(image: np.ndarray, k: int, rng: np.random.Generator) -> None:
    column = int(rng.integers(2, 8)) * k
    if rng.random() < 0.4:
        column = image.shape[1] - column
    for row in np.arange(rng.uniform(0, 10), image.shape[0], rng.uniform(7, 22) * k).astype(int):
        image[row : row + k, column : column + k] = rng.integers(90, 220)


def glyphs(count: int, rng: np.random.Generator) -> np.ndarray:
    """A line (5, 4 * count) bool of random marks that resemble letters."""
    line = np.zeros((5, 4 * count), bool)
    for i in range(count):
        if rng.random() < 0.15:
            continue
        letter = np.zeros((5, 3), bool)
        letter[:, int(rng.integers(0, 3))] = rng.random() < 0.8
        letter[:, 0] |= rng.random() < 0.5
        for row in rng.integers(0, 5, 2):
            letter[row] = True
        line[:, 4 * i : 4 * i + 3] = letter
    return line


def _text(image: np.ndarray, k: int, rng: np.random.Generator) -> None:
    line = np.kron(glyphs(int(rng.integers(2, 14)), rng), np.ones((k, k), bool)).astype(bool)
    height, width = image.shape
    if line.shape[1] >= width - 4 or line.shape[0] >= height - 4:
        return
    right = rng.random() < 0.6
    left = width - line.shape[1] - int(rng.integers(0, 6)) if right else int(rng.integers(2, 60))
    left = int(np.clip(left, 0, width - line.shape[1]))
    top = int(rng.integers(0, height // 4)) if rng.random() < 0.85 else int(rng.integers(0, height - line.shape[0]))
    window = image[top : top + line.shape[0], left : left + line.shape[1]]
    window[line] = np.maximum(window[line], int(rng.integers(70, 250)))


def _calipers(image: np.ndarray, outline: np.ndarray, ellipse: bool, k: int, rng: np.random.Generator) -> None:
    bright = int(rng.integers(150, 255))
    if ellipse:
        # An ellipse with random error, not the outline itself, so that a network cannot use it as the true outline.
        found = fit_ellipse(outline)
        off = rng.normal(1.0, 0.03, 2)
        drawn = Ellipse(found.centre, found.semi_major * off[0], found.semi_minor * off[1], found.angle_rad)
        dots = drawn.points(180)[:: int(rng.integers(1, 4))] + rng.normal(0.0, 0.02 * found.semi_minor, 2)
        points, arms = np.zeros((0, 2)), ()
    else:
        points, dots = _diameters(outline, rng)
        reach = range(-3 * k, 3 * k + 1)
        plus = tuple((i, 0) for i in reach) + tuple((0, i) for i in reach)
        arms = plus if rng.random() < 0.6 else tuple((i, i) for i in reach) + tuple((i, -i) for i in reach)
    for marks, shape in ((points, arms), (dots, ((0, 0),))):
        for column, row in marks:
            for dr, dc in shape:
                r, c = round(row) + dr, round(column) + dc
                if 0 <= r < image.shape[0] and 0 <= c < image.shape[1]:
                    image[r, c] = bright


def _diameters(outline: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Ends (2 or 4, 2) of the short diameter, the long one or both, with a sonographer's error, and dots between."""
    found = fit_ellipse(outline)
    points = []
    which = rng.random()
    for turn, half, wanted in ((np.pi / 2, found.semi_minor, which < 0.75), (0.0, found.semi_major, which > 0.5)):
        if wanted:
            angle = found.angle_rad + turn + rng.normal(0.0, 0.08)
            arm = half * np.array([np.cos(angle), np.sin(angle)])
            points += [found.centre + arm, found.centre - arm]
    points = np.array(points) + rng.normal(0.0, 0.025 * found.semi_minor, (len(points), 2))
    if rng.random() < 0.3:  # a dotted line between the calipers
        share = np.linspace(0.0, 1.0, int(rng.integers(12, 40)))[1:-1, None]
        lines = [points[i] * (1 - share) + points[i + 1] * share for i in range(0, len(points), 2)]
        return points, np.concatenate(lines)
    return points, np.zeros((0, 2))
