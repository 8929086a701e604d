"""A heart's own detail: it comes back where the heart is, and goes along where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.infer.code import CODE_SIZE
from GenerativeModelsLib.heart.infer.detail import codes_around, own_detail, whole_hearts
from GenerativeModelsLib.heart.infer.model import HeartModel, Placed, load_heart_model
from Testing.helpers.tiny_hearts import tiny_hearts, write_tiny_heart_bundle


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> HeartModel:
    return load_heart_model(write_tiny_heart_bundle(tmp_path_factory.mktemp("heart") / "bundle"))


@pytest.fixture(scope="module")
def placed(model: HeartModel) -> Placed:
    return model.place(tiny_hearts()[0][3:4])


def test_at_its_own_point_a_heart_is_its_reconstruction(model: HeartModel, placed: Placed) -> None:
    codes = codes_around(model, placed.z_top, own_detail(model, placed.levels))
    whole = whole_hearts(codes)
    np.testing.assert_allclose(whole.epi_mm, model.reconstruct(placed).epi_mm, atol=1e-3)
    bare = whole_hearts(codes_around(model, placed.z_top))
    np.testing.assert_allclose(bare.epi_mm, model.decode(3, placed.z_top).epi_mm, atol=1e-3)
    assert np.abs(bare.epi_mm - whole.epi_mm).max() > 0.5


def test_shifts_of_the_finest_level_move_the_shape_as_the_decoder_does(model: HeartModel, placed: Placed) -> None:
    shifts = [np.zeros(12), np.zeros(6)]
    shifts[0][4] = 0.3
    moved = codes_around(model, placed.z_top, own_detail(model, placed.levels), shifts)
    values = placed.levels[0].copy()
    values[0, 4] += 0.3
    expected = model.decode(1, values, above=placed.levels[1:])
    np.testing.assert_allclose(whole_hearts(moved).endo_mm, expected.endo_mm, atol=1e-3)


@pytest.mark.parametrize("wrong", [-0.1, 0.0, np.nan, np.inf])
def test_what_is_no_heart_is_refused(model: HeartModel, placed: Placed, wrong: float) -> None:
    codes = np.repeat(codes_around(model, placed.z_top), 2, axis=0)
    assert codes.shape == (2, CODE_SIZE)
    for place in (0, CODE_SIZE // 2):
        broken = codes.copy()
        broken[1, place] = wrong
        with pytest.raises(InputError, match=r"^There is no heart at this point of the latent space"):
            whole_hearts(broken)
