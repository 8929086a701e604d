"""Conversion between hearts and codes."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.heart.infer.code import (
    CODE_SIZE,
    LEAST_MM,
    PHASE_OF_CODE,
    PHASES,
    decode,
    encode,
    presence_names,
    presence_rows,
)
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch


@pytest.fixture(scope="module")
def rays() -> RayBatch:
    return sample_hearts(5, 2, "hcm").rays


def test_hearts_come_back_as_they_were(rays: RayBatch) -> None:
    code = encode(rays)
    assert code.shape == (5, CODE_SIZE) and code.dtype == np.float32
    again = decode(code)
    for name in RayBatch.FIELDS:
        np.testing.assert_allclose(getattr(again, name), getattr(rays, name), rtol=1e-5, atol=1e-4)


def test_every_number_belongs_to_its_phase(rays: RayBatch) -> None:
    moved = RayBatch(rays.reach_mm.copy(), rays.endo_mm.copy(), rays.epi_mm.copy())
    for name in RayBatch.FIELDS:
        getattr(moved, name)[:, 1] += np.array([1.0, 2.0, 4.0])[RayBatch.FIELDS.index(name)]
    changed = (encode(moved) != encode(rays)).all(axis=0)
    np.testing.assert_array_equal(changed, PHASE_OF_CODE == 1)


@pytest.mark.parametrize("count", [1, 3])
def test_other_numbers_of_phases_have_no_code(rays: RayBatch, count: int) -> None:
    with pytest.raises(ValueError, match=rf"shape \(5, {count}\).*takes \(N, {PHASES}\): end diastole and end systole"):
        encode(RayBatch.stacked(*[rays[:, 0]] * count))
    with pytest.raises(ValueError, match="takes"):
        encode(rays[:, 0])
    with pytest.raises(ValueError, match=rf"expected \(N, {CODE_SIZE}\)"):
        decode(np.zeros((5, CODE_SIZE // 2 * count)))


def test_hearts_are_parted_by_the_phases_they_have() -> None:
    seen = np.array([[True, False], [True, True], [True, False]])
    found = {tuple(pattern.tolist()): rows.tolist() for pattern, rows in presence_rows(seen)}
    assert found == {(True, False): [True, False, True], (True, True): [False, True, False]}
    assert presence_names(seen).tolist() == ["end diastole alone", "both phases", "end diastole alone"]


def test_any_numbers_make_valid_ventricles() -> None:
    hearts = decode(np.random.default_rng(0).normal(0, 20, (4, CODE_SIZE)))
    for i in range(4):
        heart = hearts.heart(i)  # its own checks would raise
        assert (heart.ed.epi_mm - heart.ed.endo_mm).min() >= LEAST_MM - 1e-9
        assert np.ptp(heart.es.endo_mm[-1]) < 1e-9
