"""The documentation's picture of simulated planes beside real ones."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.hc18 import read_hc18, split_hc18
from GenerativeModelsLib.skull.population.heads import sample_head
from GenerativeModelsLib.skull.ultrasound.simulate import simulate_plane

PICTURE = (168, 248)
"""Rows and columns of each small picture."""
GAP, FOOT, HEADING, GREYS = 4, 50, 26, 64
ATTRIBUTION = (
    "Real images: HC18 (van den Heuvel et al., Zenodo 1327317, PLoS ONE 13: e0200412){planes}; CC BY 4.0, "
    "creativecommons.org/licenses/by/4.0; resized, fewer greys.",
    "Heads, planes and machine settings of the simulated images are random, nothing is matched to its neighbour; "
    "those nearly black or with over a quarter of the outline cut off are left out.",
)
ATTRIBUTION_PLANES = " and, last row, FETAL_PLANES_DB (Burgos-Artizzu et al., Zenodo 3904280, Sci Rep 10: 10200)"


def simulated_beside_real(output_png: Path, hc18_dir: Path, seed: int, planes_dir: Path | None = None) -> None:
    """Write a PNG with simulated axial planes on the left, real ones on the right, other simulated planes below.

    Parameters
    ----------
    output_png
        File to write; its folder must exist.
    hc18_dir
        Folder of HC18; only pictures of its training part are shown.
    seed
        Chooses the heads, the machine settings and the real images.
    planes_dir
        Folder with `us_planes.csv` and the images it names, for one row of them; None leaves it to HC18.

    Raises
    ------
    InputError
        If a folder lacks its table or an image.
    """
    from PIL import Image, ImageDraw, ImageFont

    rng = np.random.default_rng(seed)
    count = 9 if planes_dir is None else 6
    training = [case.path for case in split_hc18(read_hc18(hc18_dir)).training]
    real = _real_pictures(training, count, rng)
    if planes_dir is not None:
        real += _real_pictures(_named_in(Path(planes_dir) / "us_planes.csv"), 3, rng)
    rows = [[_simulated("axial", rng) for _ in range(3)] + real[3 * i : 3 * i + 3] for i in range(3)]
    rows.append([_simulated("sagittal", rng) for _ in range(3)] + [_simulated("coronal", rng) for _ in range(3)])

    step_y, step_x = PICTURE[0] + GAP, PICTURE[1] + GAP
    middle = 3 * GAP
    width = 6 * step_x - GAP + middle
    sheet = Image.new("L", (width, 4 * step_y + 2 * HEADING + FOOT), 255)
    draw = ImageDraw.Draw(sheet)
    font, small = ImageFont.load_default(16), ImageFont.load_default(13)
    titles = (("simulated, axial", "real, head circumference plane"), ("simulated, sagittal", "simulated, coronal"))
    for i, row in enumerate(rows):
        top = i * step_y + HEADING * (1 + i // 3)
        for j, picture in enumerate(row):
            grey = np.round(picture / 255.0 * (GREYS - 1)) * (255.0 / (GREYS - 1))  # fewer greys, a smaller file
            sheet.paste(Image.fromarray(grey.astype(np.uint8)), (j * step_x + middle * (j // 3), top))
        if i in (0, 3):
            for j, title in enumerate(titles[i // 3]):
                draw.text((j * (3 * step_x + middle) + 4, top - HEADING + 4), title, fill=0, font=font)
    planes = ATTRIBUTION_PLANES if planes_dir is not None else ""
    for i, line in enumerate(ATTRIBUTION):
        draw.text((4, sheet.height - FOOT + 6 + 20 * i), line.format(planes=planes), fill=40, font=small)
    sheet.save(output_png, optimize=True)


def _simulated(plane: str, rng: np.random.Generator) -> np.ndarray:
    """One simulated picture that shows most of its head and is not nearly black."""
    while True:
        result = simulate_plane(sample_head(rng).shape, plane, rng, size=PICTURE)
        if result.visible > 0.75 and result.image[result.mask].mean() > 15:
            return result.image


def _named_in(table: Path) -> list[Path]:
    if not table.is_file():
        raise InputError(f"{table} is not there; expected the folder that holds {table.name} and its images.")
    with table.open(newline="", encoding="utf-8") as stream:
        return [table.parent / row["file"] for row in csv.DictReader(stream)]


def _real_pictures(files: Sequence[Path], count: int, rng: np.random.Generator) -> list[np.ndarray]:
    """`count` random images of `files`, as wide as the simulated ones and cut or padded to their height."""
    from PIL import Image

    pictures = []
    for index in rng.choice(len(files), count, replace=False):
        file = files[index]
        if not file.is_file():
            raise InputError(f"{file} is not there, though its table names it; expected the images beside the table.")
        image = Image.open(file).convert("L")
        image = image.resize((PICTURE[1], round(image.height * PICTURE[1] / image.width)), Image.Resampling.BOX)
        page = Image.new("L", PICTURE[::-1])
        page.paste(image, (0, (PICTURE[0] - image.height) // 2))
        pictures.append(np.asarray(page))
    return pictures
