"""Whether the population spans real heads, on heads of the population and on bodies that are none."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.skull.population.basis import shape_basis
from GenerativeModelsLib.skull.population.heads import mean_head, sample_heads
from GenerativeModelsLib.skull.shape.ellipse import perimeter
from GenerativeModelsLib.skull.shape.from_brain_mask import TemplateHead
from GenerativeModelsLib.skull.shape.star_surface import ellipsoid
from tools import template_span
from tools.shape_basis import EARLY, LATE, Sources
from tools.template_span import DrawnPopulation, markdown_table, neighbours, proportions, template_spans


@pytest.fixture(scope="module")
def population() -> DrawnPopulation:
    return DrawnPopulation([head.shape for head in sample_heads(60, 3, weeks=(20.0, 30.0))], rank=12)


def test_proportions_of_an_ellipsoid() -> None:
    volume = 4 / 3 * np.pi * 40 * 50 * 42 / perimeter(40, 50) ** 3
    assert proportions(ellipsoid(40.0, 50.0, 42.0)) == pytest.approx([0.84, 0.5, 1000 * volume], rel=2e-3)


def test_a_head_of_the_population_lies_inside(population: DrawnPopulation) -> None:
    span = population.place("own", mean_head(200.0))
    assert span.percentile < 60 and span.residual_mm.max() < 1.0
    assert (span.shares > 2.5).all() and (span.shares < 97.5).all()


def test_a_body_that_is_no_head_lies_outside(population: DrawnPopulation) -> None:
    span = population.place("egg", ellipsoid(25.0, 32.0, 50.0))
    assert span.percentile == 100.0 and span.residual_mm.min() > 1.0
    assert span.shares[0] == span.shares[2] == 100.0


def test_neighbours_share_fetuses() -> None:
    assert neighbours("sb_ga32_operated", LATE + EARLY) == set(LATE)
    assert neighbours("sb_ga24_notoperated", LATE + EARLY) == set(EARLY)
    assert neighbours("sb_ga25_operated", LATE + EARLY) == set()


def test_each_template_is_compared_with_heads_drawn_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def content(sources: Sources) -> set[str]:
        seen.append({name for name, _ in sources.heads})
        return seen[-1]

    monkeypatch.setattr(template_span, "content", content)
    monkeypatch.setattr(template_span, "basis_of", lambda _: shape_basis())
    head = TemplateHead(mean_head(200.0), None, None, (0.0, 0.0, 0.0))
    sources = Sources({(name, "closed"): head for name in LATE + EARLY}, np.zeros((1, 1, 1, 3)), ("normal",), "")
    templates = dict.fromkeys(("sb_ga21_x", "sb_ga22_x", "sb_ga32_x"), head.shape)
    spans = template_spans(templates, sources, heads=10, rank=4)
    assert [span.name for span in spans] == sorted(templates)
    assert sorted(map(sorted, seen)) == sorted(map(sorted, [set(LATE + EARLY), set(LATE), set(EARLY)]))
    assert len(markdown_table(spans).splitlines()) == 5
    seen.clear()
    template_spans(templates, sources, heads=10, rank=4, hold_out=False)
    assert seen and all(left == set(LATE + EARLY) for left in seen)
