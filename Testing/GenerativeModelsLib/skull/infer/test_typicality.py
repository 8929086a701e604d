"""In-distribution measures of an input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.reconstruct import reconstruct
from GenerativeModelsLib.skull.infer.typicality import outline_misfit, reasons_of
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.shape.ellipse import Ellipse
from GenerativeModelsLib.uncertainty.in_distribution import FeatureModel, TypicalInput
from Testing.GenerativeModelsLib.skull.locate.test_checks import finding
from Testing.helpers.painted import painted_planes

CIRCLE = finding(ellipse=Ellipse((75.0, 50.0), 40.0, 40.0, 0.0))


def circle(radius: float) -> np.ndarray:
    return Ellipse((75.0, 50.0), radius, radius, 0.0).points(2000)


@pytest.mark.parametrize(("radius", "misfit"), [(40.0, 0.0), (44.0, 0.1), (30.0, 0.25)])
def test_misfit_is_the_distance_of_the_outlines_in_head_sizes(radius: float, misfit: float) -> None:
    assert outline_misfit(CIRCLE, [circle(radius)]) == pytest.approx(misfit, abs=5e-3)  # between vertices


def test_misfit_takes_the_nearest_of_several_lines_and_is_one_without_any() -> None:
    assert outline_misfit(CIRCLE, [circle(60.0), circle(40.0)]) == pytest.approx(0, abs=1e-2)
    assert outline_misfit(CIRCLE, []) == 1.0


def test_misfit_does_not_depend_on_magnification() -> None:
    big = finding(ellipse=Ellipse((150.0, 100.0), 80.0, 80.0, 0.0))
    assert outline_misfit(big, [2 * circle(44.0)]) == pytest.approx(outline_misfit(CIRCLE, [circle(44.0)]))


def test_every_plane_has_its_measures_and_words(tiny_model: SkullModel) -> None:
    features = np.random.default_rng(0).normal(size=(40, 16))
    typical = TypicalInput({"axial": FeatureModel.fit(features)})
    found = reconstruct(replace(tiny_model, typical=typical), painted_planes(mean_head(250)), samples=0)
    measures = found.in_distribution.measures
    kinds = {f"{plane} {kind}" for plane in ("axial", "sagittal", "coronal") for kind in ("head", "misfit")}
    assert set(measures) == kinds | {"axial picture", "shape"}
    assert all(np.isfinite(value) and value >= 0 for value in measures.values())
    assert measures["axial head"] < 0.05 and measures["axial misfit"] < 0.2
    words = reasons_of(measures)
    assert set(words) == set(measures)
    assert words["axial picture"] == "the axial image looks unlike the training images"
    assert words["shape"] == "the head's shape is far from the usual"
