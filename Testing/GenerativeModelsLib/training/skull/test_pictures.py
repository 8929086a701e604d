"""Pictures of reconstructions while a model trains."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from GenerativeModelsLib.training.skull.readings import Readings
from Testing.helpers.tiny_models import RANK, tiny_basis, tiny_skull

pytest.importorskip("lightning")

from GenerativeModelsLib.training.skull.data import FixedBatches, SkullData
from GenerativeModelsLib.training.skull.pictures import ReconstructionPictures, draw_sections


@pytest.fixture(scope="module")
def validation(painted_readings: Path) -> FixedBatches:
    readings = Readings.load(painted_readings / "readings-900000.npz")
    data = SkullData(readings, None, None, torch.eye(RANK), 4, 0, 0)
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
        assert len(axis.lines) == 1 and len(axis.collections) == 1 + 3 + 1


def test_the_true_section_lies_about_the_border_that_was_read(
    module: SimpleNamespace, validation: FixedBatches
) -> None:
    """Same orientation and scale in every plane, to the pose of the picture."""
    figure = draw_sections(module, validation, cases=1, draws=0)
    for axis in figure.axes:
        outline = np.concatenate([path.vertices for path in axis.collections[0].get_paths()])
        border = np.stack(axis.lines[0].get_data(), -1)
        distance = np.linalg.norm(border[:, None] - outline, axis=-1).min(1)
        assert distance.mean() < 0.12
        aspect = [np.ptp(points[:, 0]) / np.ptp(points[:, 1]) for points in (outline, border)]
        assert aspect[0] == pytest.approx(aspect[1], rel=0.12)


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
