"""Error of a reconstruction: in mm, over the phases present, and in the weighting of a bundle's ranks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.bundle.bundle import read_bundle, write_bundle
from GenerativeModelsLib.bundle.manifest import ModelDescription
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.infer.code import CODE_SIZE, PHASE_OF_CODE, encode
from GenerativeModelsLib.heart.infer.error import ERROR_WEIGHTING, error_weighting, reconstruction_error
from GenerativeModelsLib.heart.infer.model import load_heart_model
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from Testing.helpers.tiny_hearts import tiny_hearts, write_tiny_heart_bundle

OFFSET = st.floats(-20, 20)


@settings(max_examples=30, deadline=None)
@given(st.tuples(OFFSET, OFFSET), st.tuples(OFFSET, OFFSET), st.sampled_from([(0, 1), (0,), (1,)]))
def test_a_millimetre_counts_alike_in_radius_wall_and_reach(reach, radius, phases: tuple[int, ...]) -> None:
    """ED and ES offsets: every radius moves by one pair of numbers, both reaches by the other, walls stay."""
    hearts = tiny_hearts()[0][:3]
    by = np.array(radius)[:, None, None]
    moved = RayBatch(hearts.reach_mm + np.array(reach), hearts.endo_mm + by, hearts.epi_mm + by)
    seen = np.array([[phase in phases for phase in (0, 1)]] * 3)
    error = reconstruction_error(encode(hearts).astype(float), encode(moved).astype(float), seen)
    rays = (CODE_SIZE - 2) // 4
    squares = sum(rays * radius[phase] ** 2 + reach[phase] ** 2 for phase in phases)
    expected = np.sqrt(squares / (len(phases) * (2 * rays + 1)))
    np.testing.assert_allclose(error, expected, rtol=1e-3, atol=1e-4)


def test_the_weighting_of_the_code_is_the_plain_difference_of_codes() -> None:
    """A batch of hearts with one phase and with both, each over its own numbers."""
    code, other = (encode(tiny_hearts()[0][part]) for part in (slice(0, 4), slice(4, 8)))
    seen = np.array([[True, True], [True, False], [False, True], [True, True]])
    squares = (other - code).astype(float) ** 2
    expected = [np.sqrt(row[own[PHASE_OF_CODE]].mean()) for row, own in zip(squares, seen, strict=True)]
    np.testing.assert_allclose(reconstruction_error(code, other, seen, "code"), expected, rtol=1e-12)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_heart_bundle(tmp_path_factory.mktemp("heart") / "bundle")


def with_weighting(bundle: Path, folder: Path, weighting: str) -> Path:
    """The bundle with a weighting in its manifest."""
    read = read_bundle(bundle)
    known = read.manifest.model_dump(include=set(ModelDescription.model_fields))
    known["in_distribution"] |= {ERROR_WEIGHTING: weighting}
    write_bundle(folder, read.tensors, ModelDescription(**known), "# tiny\n")
    return folder


def test_a_manifest_names_the_weighting_of_its_ranks(bundle: Path, tmp_path: Path) -> None:
    assert error_weighting({}) == "code"
    assert error_weighting({ERROR_WEIGHTING: "mm"}) == "mm"
    with pytest.raises(InputError, match="error_weighting is 'metres', expected mm or code"):
        load_heart_model(with_weighting(bundle, tmp_path / "odd", "metres"))


def test_a_heart_is_judged_by_the_bundles_weighting_and_shown_its_error_in_mm(bundle: Path, tmp_path: Path) -> None:
    hearts = tiny_hearts()[0][:4]
    old, new = load_heart_model(bundle), load_heart_model(with_weighting(bundle, tmp_path / "new", "mm"))
    code = encode(hearts)
    levels = [level.z for level in old.net.encode(torch.from_numpy(code), torch.ones(4, 2, dtype=torch.bool))]
    rebuilt = old.net.decode(levels).numpy()
    for model, weighting in ((old, "code"), (new, "mm")):
        placed = model.place(hearts)
        ranked = [judged.measures["error"] for judged in placed.in_distribution]
        np.testing.assert_allclose(ranked, reconstruction_error(code, rebuilt, hearts.present, weighting), rtol=1e-5)
        np.testing.assert_allclose(
            placed.error_mm, reconstruction_error(code, rebuilt, hearts.present, "mm"), rtol=1e-5
        )
    one, other = (reconstruction_error(code, rebuilt, hearts.present, weighting) for weighting in ("code", "mm"))
    assert (np.abs(one - other) > 1e-4 * one).all()
