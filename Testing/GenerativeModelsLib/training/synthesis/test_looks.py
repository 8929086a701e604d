"""Squares of two domains with their regions: where they lie, what is known of them, and the part of HC18 they read."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from PIL import Image

pytest.importorskip("lightning")

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data import hc18
from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case
from GenerativeModelsLib.skull.shape.ellipse import Ellipse
from GenerativeModelsLib.synthesis.images.field import Field
from GenerativeModelsLib.synthesis.translate.domains import HC18, SIMULATED
from GenerativeModelsLib.training.config import read_config
from GenerativeModelsLib.training.synthesis import looks as module
from GenerativeModelsLib.training.synthesis.looks import UNKNOWN, Looks, cut_regions, head_regions, looks_of, regions_of
from GenerativeModelsLib.training.synthesis.translation_config import TranslationTrainingConfig
from GenerativeModelsLib.training.synthesis.translation_data import TranslationBatches, squares_of
from Testing.helpers.tiny_translation import VENDORS, cyclegan_file, write_two_vendors


def real_case(folder: Path, number: int, radius_px: float = 60.0) -> Hc18Case:
    """A bright disc of a known outline in a picture of HC18's size, a quarter of its pixels along a side."""
    row, column = np.mgrid[:136, :200]
    path = folder / f"{number:03d}_HC.png"
    Image.fromarray(np.where(np.hypot(row - 70, column - 90) <= radius_px, 200, 20).astype(np.uint8)).save(path)
    return Hc18Case(path, 0.5, Ellipse((45.0, 35.0), radius_px / 2, radius_px / 2, 0.0), np.pi * radius_px)


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> TranslationTrainingConfig:
    """The config of a training on simulated pictures and three real ones."""
    folder = tmp_path_factory.mktemp("heads")
    return read_config(cyclegan_file(folder, {"kind": "heads", "hc18": str(folder), "simulated": 8}))


@pytest.fixture(scope="module")
def looks(heads: TranslationTrainingConfig) -> Looks:
    """Its squares, of pictures in the training part of HC18; one of another part would be no picture."""
    cases = [real_case(heads.data.hc18, number) for number in range(3)]
    parts = {"training": cases, "calibration": [None], "test": [None], "final": [None]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hc18, "read_hc18", lambda folder: cases)
        patch.setattr(hc18, "split_hc18", lambda given: SimpleNamespace(**parts))
        return looks_of(heads)


def test_regions_are_a_band_about_the_outline_and_what_it_holds() -> None:
    circle = Ellipse((30.0, 25.0), 15.0, 15.0, 0.0).points(360)
    found = head_regions(circle, (50, 60))
    row, column = np.mgrid[:50, :60]
    off = np.hypot(row - 25, column - 30) - 15
    assert (found[off < -3.5] == 2).all() and (found[off > 3.5] == 0).all() and (found[np.abs(off) < 1] == 1).all()
    assert not head_regions(circle + 500, (50, 60)).any()


def test_squares_of_both_domains_lie_about_the_head(heads, looks) -> None:
    assert [len(look) for look in (*looks.training, *looks.validation)] == [7, 2, 1, 1]
    assert regions_of(heads) == 3 and heads.data.domains == (SIMULATED, HC18)
    for look in looks.training:
        assert np.abs(look.seen).max() < 1 + 1e-5 and look.seen.dtype == np.float32
        assert look.seen.shape[1:] == look.regions.shape[1:] == (42, 42)
    real = looks.training[1]
    inside, outside = real.regions == 2, real.regions == 0
    assert (real.seen[inside] > 0.9).mean() > 0.99 and (real.seen[outside] < -0.7).mean() > 0.99
    middle = np.argwhere(inside)[:, 1:].mean(axis=0)
    np.testing.assert_allclose(middle, 20.5, atol=0.3)
    simulated = looks.training[0]
    assert {0, 1, 2} <= set(np.unique(simulated.regions)) <= {0, 1, 2, UNKNOWN}


def test_simulated_heads_follow_from_their_number_and_have_the_sizes_of_real_ones(heads, monkeypatch) -> None:
    asked = []
    like = module.head_like
    monkeypatch.setattr(module, "head_like", lambda hc, rng: asked.append(hc) or like(hc, rng))
    one, same, other = (module._simulated(heads, [170.0, 250.0], number) for number in (2, 2, 3))
    np.testing.assert_array_equal(one.seen, same.seen)
    assert not np.array_equal(one.seen, other.seen) and set(asked) <= {170.0, 250.0}


def test_what_lies_beyond_an_image_is_not_known() -> None:
    regions = np.zeros((1, 20, 20), np.uint8)
    found = cut_regions(regions, Field(np.array([2.0, 10.0]), (20, 20), np.ones(2), 16, 1.0))
    assert (found[0, :4] == UNKNOWN).all() and (found[0, 7:] == 0).all()


def test_images_of_one_examination_stay_on_one_side(heads) -> None:
    parts = [module.Look(np.full((1, 2, 2), k, np.float32), np.zeros((1, 2, 2), np.uint8)) for k in range(6)]
    training, held_out = module._split(heads, parts, ["a", "a", "a", "b", "b", "b"])
    assert {tuple(part.seen[:, 0, 0]) for part in (training, held_out)} == {(0, 1, 2), (3, 4, 5)}
    with pytest.raises(InputError, match="a single image"):
        module._split(heads, parts[:2], ["a", "a"])


def folders(folder: Path, **fields) -> dict:
    first, second = (str(folder / vendor) for vendor in VENDORS)
    return {"kind": "folders", "first": first, "second": second, "names": list(VENDORS)} | fields


def test_folders_of_two_vendors_are_cut_about_the_heart_where_it_is_labelled(tmp_path: Path) -> None:
    write_two_vendors(tmp_path)
    config = read_config(cyclegan_file(tmp_path, folders(tmp_path)))
    looks = looks_of(config)
    labelled, other = looks.training
    assert len(labelled) == len(other) == 8 and regions_of(config) == 5
    assert set(np.unique(labelled.regions)) <= {0, 1, 2, UNKNOWN} and set(np.unique(other.regions)) == {UNKNOWN}
    middle = np.argwhere((labelled.regions > 0) & (labelled.regions < UNKNOWN))[:, 1:].mean(axis=0)
    np.testing.assert_allclose(middle, 20.5, atol=1.5)
    with pytest.raises(InputError, match="has no images in a folder images: put images/NAME into it"):
        looks_of(read_config(cyclegan_file(tmp_path, folders(tmp_path, first=str(tmp_path)))))


def test_labels_beside_an_image_that_lie_elsewhere_are_refused(tmp_path: Path) -> None:
    write_two_vendors(tmp_path)
    path = tmp_path / VENDORS[0] / "labels" / "p0.nii.gz"
    moved = sitk.ReadImage(str(path))
    moved.SetOrigin([place + 4.0 for place in moved.GetOrigin()])
    sitk.WriteImage(moved, str(path))
    with pytest.raises(InputError, match=r"labels.p0.nii.gz does not lie on the grid of .*images.p0.nii.gz: resample"):
        looks_of(read_config(cyclegan_file(tmp_path, folders(tmp_path))))


def test_batches_follow_from_seed_and_number_and_mirror_regions_with_images(heads, looks) -> None:
    batches = TranslationBatches(looks.training, heads)
    one, same, other = batches[3], batches[3], batches[4]
    assert torch.equal(one.first, same.first) and torch.equal(one.second_regions, same.second_regions)
    assert not torch.equal(one.first, other.first) and one.first.shape == (2, 32, 32)
    for number in range(4):
        batch = batches[number]
        inside = batch.second_regions == 2
        assert (batch.second[inside] > 0.8).float().mean() > 0.98
    still, _ = squares_of(looks.training[1], np.array([0]), heads, None)
    np.testing.assert_allclose(still[0].numpy(), looks.training[1].seen[0, 5:37, 5:37], atol=1e-4)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"kind": "heads"}, "data: hc18 is missing, which heads needs"),
        ({"kind": "folders", "first": "a", "second": "b"}, "data: names is missing, which folders needs"),
        ({"kind": "folders", "first": "a", "second": "b", "names": ["x", "x"]}, "give two different ones"),
        ({"kind": "films"}, "data.kind is 'films'"),
    ],
)
def test_a_config_without_its_images_is_refused(tmp_path: Path, data: dict, fault: str) -> None:
    with pytest.raises(InputError) as found:
        read_config(cyclegan_file(tmp_path, data))
    assert fault.split(": ")[-1] in str(found.value)
