"""How often rulers and text drawn into pictures are found, and found where there are none: figures of docs/science.md.

On the training part of HC18, in which no scanner has left a ruler; the pictures in which text is found are named, for a
few have some. With `--planes`, also on pictures with real rulers whose scale is known.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case, read_hc18, split_hc18
from GenerativeModelsLib.skull.planes.burnt_text import find_text
from GenerativeModelsLib.skull.planes.ruler import TICKS_MM, Ruler, find_rulers

WORDS = ("SMITH, ANNA", "12/03/2024", "GA 27w3d", "HC 245.1 mm", "Dr. Meier", "ID 0815-4711")
FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSerif", "STIXGeneral")
SIZES, GREYS = (10, 13, 17, 22, 28), (110, 160, 210, 255)
SEED = 12
LEAST_COVERED = 0.95
"""Share of the drawn pixels that boxes cover for the text to count as blanked."""


def wilson(hits: int, count: int) -> str:
    """A rate with its 95 % interval (Wilson)."""
    from scipy.stats import binomtest

    if not count:
        return "-"
    found = binomtest(hits, count).proportion_ci(method="wilson")
    return f"{hits} of {count} ({100 * found.low:.1f} to {100 * found.high:.1f} %)"


def false_rates(cases: list[Hc18Case]) -> None:
    """Print the pictures of HC18 in which something is found."""
    rulers = [case.path.name for case in cases if find_rulers(case.pixels())]
    text = {case.path.name: boxes for case in cases if (boxes := find_text(case.pixels()))}
    print(f"rulers found in {wilson(len(rulers), len(cases))} pictures without one", *rulers)
    print(f"text found in {wilson(len(text), len(cases))} pictures; look which of them have some:")
    for name, boxes in text.items():
        print("   ", name, *boxes)


def drawn_text(cases: list[Hc18Case]) -> None:
    """Print how much of the text drawn into pictures, a word each, beside and over the sector, is found."""
    rng, rates = np.random.default_rng(SEED), defaultdict(list)
    for case, (word, font, size, grey) in zip(cases, _styles(rng)):
        plain = case.pixels()
        image = Image.fromarray(plain.copy())
        draw, letters = ImageDraw.Draw(image), ImageFont.truetype(_font(font), size)
        x0, y0, x1, y1 = draw.textbbox((0, 0), word, font=letters)
        at = int(rng.integers(2, plain.shape[1] - x1 - 2)), int(rng.integers(2, plain.shape[0] - y1 - 2))
        draw.text(at, word, fill=grey, font=letters)
        drawn = np.asarray(image)
        changed = np.abs(drawn.astype(int) - plain) > 20
        under = plain[at[1] + int(y0) : at[1] + int(y1), at[0] + int(x0) : at[0] + int(x1)].mean()
        inside = np.zeros(plain.shape, bool)
        for left, top, right, bottom in find_text(drawn):
            inside[top:bottom, left:right] = True
        covered = (inside & changed).sum() / max(changed.sum(), 1)
        contrast = grey - under
        place = "beside the sector" if under < 4 else "over tissue"
        step = next(f"contrast of {low} to {high}" for low, high in _STEPS if low <= contrast < high)
        for key in (place, f"{place}, {step}", f"size {size}", font):
            rates[key].append((covered > 0, covered >= LEAST_COVERED))
    for key in sorted(rates):
        found, blanked = np.array(rates[key]).sum(0)
        print(f"{key}: found {wilson(found, len(rates[key]))}, blanked {wilson(blanked, len(rates[key]))}")


_STEPS = ((-255, 30), (30, 60), (60, 100), (100, 150), (150, 256))


def _styles(rng: np.random.Generator) -> Iterator[tuple[str, str, int, int]]:
    while True:
        yield str(rng.choice(WORDS)), str(rng.choice(FONTS)), int(rng.choice(SIZES)), int(rng.choice(GREYS))


def _font(name: str) -> str:
    import matplotlib

    return f"{matplotlib.get_data_path()}/fonts/ttf/{name}.ttf"


def real_rulers(folder: Path) -> None:
    """Print how many of the pictures of `folder` whose vertical scale is known show a ruler that says the same."""
    with (folder / "us_planes.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    right, found, errors = 0, 0, []
    known = [row for row in rows if row["mm_per_px_vertical_from_ruler"]]
    for row in rows:
        rulers = find_rulers(np.asarray(Image.open(folder / row["file"]).convert("L")))
        found += bool(rulers)
        upright = next((ruler for ruler in rulers if abs(ruler.direction[1]) > 0.9), None)
        if row in known and upright is not None:
            off = _nearest(upright, float(row["mm_per_px_vertical_from_ruler"]))
            errors.append(off)
            right += abs(off) < 0.01
    print(f"a ruler found in {wilson(found, len(rows))} pictures")
    print(f"of {len(known)} with a known scale, right to 1 %: {wilson(right, len(known))}")
    print(f"largest difference of the scale: {100 * np.abs(errors).max():.2f} %")


def _nearest(ruler: Ruler, mm_per_px: float) -> float:
    """Relative difference of the ruler's scale from a known one, for the nearest of the usual distances of ticks."""
    ratios = [ruler.tick_px * mm_per_px / tick - 1 for tick in TICKS_MM]
    return min(ratios, key=abs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hc18", type=Path, help="folder with hc18.csv and its images")
    parser.add_argument("--planes", type=Path, help="folder with us_planes.csv and its images")
    parser.add_argument("--every", type=int, default=1, help="take every n-th picture of HC18")
    options = parser.parse_args()
    if options.hc18:
        cases = split_hc18(read_hc18(options.hc18)).training[:: options.every]
        false_rates(cases)
        drawn_text(cases)
    if options.planes:
        real_rulers(options.planes)


if __name__ == "__main__":
    main()
