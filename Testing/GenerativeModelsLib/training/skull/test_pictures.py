"""Pictures of reconstructions while a model trains."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from Testing.helpers.tiny_models import RANK, tiny_basis, tiny_skull

pytest.importorskip("lightning")

from GenerativeModelsLib.training.skull.data import FixedBatches, SkullData
from GenerativeModelsLib.training.skull.pictures import ReconstructionPictures, draw_sections


@pytest.fixture(scope="module")
def validation(painted_crops: Path) -> FixedBatches:
    data = SkullData([painted_crops / "crops-900000.npz"], None, torch.eye(RANK), 4, 0, 0)
    return FixedBatches(data, 5)


@pytest.fixture(scope="module")
def module() -> SimpleNamespace:
    return SimpleNamespace(net=tiny_skull(), basis=tiny_basis(), device=torch.device("cpu"))


def test_a_row_a_case_with_truth_draws_and_mean_in_every_plane(
    module: SimpleNamespace, validation: FixedBatches
) -> None:
    figure = draw_sections(module, validation, cases=2, draws=3)
    assert len(figure.axes) == 6
    assert [axis.get_title() for axis in figure.axes[:3]] == ["axial", "sagittal", "coronal"]
    for axis in figure.axes:
        assert len(axis.images) == 1 and len(axis.collections) == 1 + 3 + 1


def test_the_true_section_lies_about_its_picture(module: SimpleNamespace, validation: FixedBatches) -> None:
    """Same orientation and scale: the truth's outline of an axial plane falls on the border of the picture's head."""
    figure = draw_sections(module, validation, cases=1, draws=0)
    axis = figure.axes[0]
    outline = np.concatenate([path.vertices for path in axis.collections[0].get_paths()])
    left, right, bottom, top = axis.images[0].get_extent()
    grey = axis.images[0].get_array()
    rows = (outline[:, 1] - top) / (bottom - top) * grey.shape[0]
    columns = (outline[:, 0] - left) / (right - left) * grey.shape[1]
    inside = grey[(0.8 * (rows - 56) + 56).astype(int), (0.8 * (columns - 56) + 56).astype(int)]
    outside = grey[(1.2 * (rows - 56) + 56).astype(int), (1.2 * (columns - 56) + 56).astype(int)]
    assert np.mean(inside > 0.3) > 0.95 and np.mean(outside < 0.3) > 0.95


def test_pictures_are_logged_every_few_epochs(module: SimpleNamespace, validation: FixedBatches) -> None:
    logged: list[tuple[str, int]] = []
    experiment = SimpleNamespace(add_figure=lambda name, figure, step: logged.append((name, step)))
    callback = ReconstructionPictures(validation, every=2, cases=1)
    for epoch in range(4):
        trainer = SimpleNamespace(
            sanity_checking=False,
            current_epoch=epoch,
            global_step=10 * epoch,
            logger=SimpleNamespace(experiment=experiment),
        )
        callback.on_validation_end(trainer, module)
    callback.on_validation_end(SimpleNamespace(sanity_checking=True, current_epoch=0), module)
    assert logged == [("reconstructions", 0), ("reconstructions", 20)]
