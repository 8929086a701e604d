"""Does the population span real heads? Each fetal template in turn, with its neighbours left out of the shape basis.

Run as ``python -m tools.template_span --data ../shared/data``. Templates within one week share fetuses, so these are
left out together. The heads drawn from the rest give principal components of the signed distance, as the model has;
the template's distance to their span, in mm by region, its Mahalanobis distance among the drawn heads, and the
share of drawn heads with smaller proportions are reported. Templates are averages: single heads are further out.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import map_coordinates

from GenerativeModelsLib.skull.population.basis import basis_of
from GenerativeModelsLib.skull.population.heads import sample_heads
from GenerativeModelsLib.skull.shape.ellipse import fit_ellipse
from GenerativeModelsLib.skull.shape.field import GRID_SIZE, HALF_EXTENT, unit_field
from GenerativeModelsLib.skull.shape.from_brain_mask import CONVENTIONS, read_template
from GenerativeModelsLib.skull.shape.regions import REGIONS, regions
from GenerativeModelsLib.skull.shape.star_surface import POLAR, HeadShape
from GenerativeModelsLib.skull.shape.unit_head import measure
from GenerativeModelsLib.training.skull.field_basis import basis_of_fields
from tools.head_gallery import draw_over_templates
from tools.shape_basis import EARLY, LATE, Sources, content, read_sources

AGE_GROUPS = ((18.0, 28.0), (27.0, 37.0))
"""Weeks of the heads that a template is compared with."""
NEIGHBOUR_WEEKS = 1.0
PROPORTIONS = ("height / OFD", "share above", "volume / HC^3")


@dataclass(frozen=True)
class Span:
    """How a template lies in a population drawn without it.

    Attributes
    ----------
    name : of the template.
    residual_mm : RMS distance to the span of the components on vault, face and base.
    percentile : share of the drawn heads, in per cent, with a smaller Mahalanobis distance.
    proportions : of the template, in the order of `PROPORTIONS`.
    shares : of the drawn heads with smaller proportions, in per cent; inside means 2.5 to 97.5.
    """

    name: str
    residual_mm: np.ndarray
    percentile: float
    proportions: np.ndarray
    shares: np.ndarray


class DrawnPopulation:
    """Heads with principal components of their signed distances.

    Parameters
    ----------
    shapes
        The heads; their mirror images are added.
    rank
        Number of components.
    """

    def __init__(self, shapes: Sequence[HeadShape], rank: int) -> None:
        fields = torch.from_numpy(np.stack([_field(shape) for shape in shapes]))
        self.basis, scores = basis_of_fields(torch.cat([fields, fields.flip(-1)]), rank)
        self._sd = scores.double().std(0)
        self._distances = self._mahalanobis(scores).numpy()
        self._proportions = np.array([proportions(shape) for shape in shapes])

    def _mahalanobis(self, scores: torch.Tensor) -> torch.Tensor:
        """(N,) lengths of `scores` (N, K); principal components are uncorrelated."""
        return (scores.double() / self._sd).norm(dim=1)

    def place(self, name: str, shape: HeadShape) -> Span:
        """Where `shape` lies in this population."""
        field = torch.from_numpy(_field(shape))[None]
        scores = self.basis.project(field)
        rest = (self.basis(scores) - field)[0].numpy()
        size, points = head_size(shape), shape.points(4)
        at = (points[:, ::-1] / size + HALF_EXTENT) * ((GRID_SIZE - 1) / (2 * HALF_EXTENT))
        distance, region = size * map_coordinates(rest, at.T, order=1), regions(points, size)
        residual = np.array([np.sqrt(np.mean(distance[region == k] ** 2)) for k in range(len(REGIONS))])
        own = proportions(shape)
        shares = 100 * (self._proportions < own).mean(axis=0)
        percentile = 100 * float((self._distances < float(self._mahalanobis(scores)[0])).mean())
        return Span(name, residual, percentile, own, shares)


def head_size(shape: HeadShape) -> float:
    """HC / 2 pi in mm."""
    return fit_ellipse(shape.axial_outline()).perimeter / (2 * np.pi)


def proportions(shape: HeadShape) -> np.ndarray:
    """Height / OFD, share of the height above the axial plane, and 1000 volume / HC^3."""
    extents, _, _ = measure(shape)
    height = extents.up + extents.down
    theta = np.linspace(0, np.pi, POLAR)
    weights = np.sin(theta) * np.pi / (POLAR - 1) * 2 * np.pi
    volume = float((weights * (np.exp(3 * shape.log_radius.astype(float)) / 3).mean(axis=1)).sum())
    return np.array(
        [height / (2 * extents.half_y), extents.up / height, 1000 * volume / (2 * np.pi * head_size(shape)) ** 3]
    )


def neighbours(name: str, names: Sequence[str]) -> frozenset[str]:
    """Those of `names` within one week of the template `name`, itself included."""
    return frozenset(n for n in names if abs(weeks_of(n) - weeks_of(name)) <= NEIGHBOUR_WEEKS)


def weeks_of(name: str) -> float:
    """Gestational age in a template's name."""
    return float(re.search(r"ga(\d+)", name).group(1))


def template_spans(
    templates: dict[str, HeadShape],
    sources: Sources,
    *,
    heads: int = 1200,
    rank: int = 64,
    seed: int = 4,
    hold_out: bool = True,
) -> list[Span]:
    """How each of `templates` lies in `heads` heads drawn from a basis of `sources` without it and its neighbours.

    With `hold_out` false the basis is that of all `sources`, as it ships.
    """

    @lru_cache(maxsize=1)
    def population(left_out: frozenset[str], ages: tuple[float, float]) -> DrawnPopulation:
        basis = basis_of(content(sources.without(left_out)))
        drawn = sample_heads(heads, (seed, int(ages[0])), weeks=ages, basis=basis)
        return DrawnPopulation([head.shape for head in drawn], rank)

    def situation(name: str) -> tuple[frozenset[str], tuple[float, float]]:
        ages = min(AGE_GROUPS, key=lambda group: abs(np.mean(group) - weeks_of(name)))
        return neighbours(name, LATE + EARLY) if hold_out else frozenset(), ages

    order = sorted(templates, key=lambda name: (situation(name)[1], sorted(situation(name)[0])))
    spans = {name: population(*situation(name)).place(name, templates[name]) for name in order}
    return [spans[name] for name in sorted(spans)]


def markdown_table(spans: Sequence[Span]) -> str:
    """One line per template."""
    heads = [f"{region} mm" for region in REGIONS] + ["Mahalanobis percentile"] + [f"{p} (share)" for p in PROPORTIONS]
    lines = ["| template | " + " | ".join(heads) + " |", "|---" * (1 + len(heads)) + "|"]
    for s in spans:
        cells = [f"{v:.2f}" for v in s.residual_mm] + [f"{s.percentile:.0f}"]
        cells += [f"{v:.3g} ({share:.0f} %)" for v, share in zip(s.proportions, s.shares)]
        lines.append(f"| {s.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _field(shape: HeadShape) -> np.ndarray:
    return unit_field(shape, head_size(shape))


def main(arguments: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with newborn_calvaria and fetal heads")
    parser.add_argument("--convention", choices=tuple(CONVENTIONS), default="closed", help="base of the templates")
    parser.add_argument("--heads", type=int, default=1200)
    parser.add_argument("--rank", type=int, default=64)
    parser.add_argument("--whole-basis", action="store_true", help="leave nothing out of the basis")
    parser.add_argument("--picture", type=Path, help="PNG of the sections of 40 drawn heads over the templates'")
    options = parser.parse_args(arguments)
    sources = read_sources(options.data)
    base = CONVENTIONS[options.convention]
    paths = sorted((options.data / "fetal_heads_spina_bifida").glob("*_mask.nii.gz"))
    templates = {path.name.removesuffix("_mask.nii.gz"): read_template(path, base=base).shape for path in paths}
    if options.picture:
        draw_over_templates(sample_heads(40, 5), list(templates.values()), options.picture)
    choices = {"heads": options.heads, "rank": options.rank, "hold_out": not options.whole_basis}
    print(markdown_table(template_spans(templates, sources, **choices)))


if __name__ == "__main__":
    main()
