"""Images without training: the intensities that were drawn, and each fault of the scanner alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.synthesis.images.read import LabelledVolume, StyleImage, read_labels, read_style
from GenerativeModelsLib.synthesis.images.request import ImageSynthesisRequest
from GenerativeModelsLib.synthesis.images.synthseg import FAULTS, Faults, SynthSeg
from Testing.helpers.tiny_images import GREY, grey_file, write_heart

NONE = Faults(spread=0.0, bias=0.0, blur=0.0, noise=0.0)


@pytest.fixture
def volume(tmp_path: Path) -> LabelledVolume:
    return read_labels(write_heart(tmp_path / "labels.nii.gz", right=True), "labels", "acdc")


def styled(folder: Path, volume: LabelledVolume, **given: Path) -> StyleImage:
    image = grey_file(folder / "labels.nii.gz", folder / "style.nii.gz")
    return read_style(ImageSynthesisRequest(labels=folder / "labels.nii.gz", style=image, **given), volume)


def test_without_faults_every_label_has_one_intensity(volume: LabelledVolume) -> None:
    drawn = SynthSeg(NONE).draw(volume, None, np.random.default_rng(3))
    found = {value: np.unique(drawn.values[volume.values == value]) for value in volume.present}
    assert all(len(values) == 1 and 0 <= values[0] <= 1000 for values in found.values())
    assert len({float(values[0]) for values in found.values()}) == 3
    assert 1 <= len(np.unique(drawn.values[volume.values == 0])) <= 3  # classes of the surroundings
    assert drawn.surroundings == "random" and drawn.inside.all() and drawn.values.dtype == np.float32


def test_any_label_is_known(volume: LabelledVolume) -> None:
    values = np.where(volume.values == 2, 77, volume.values).astype(np.int32)
    other = LabelledVolume(values, volume.codes, volume.pixel_mm, volume.grid, {"lv": 3}, "x")
    assert SynthSeg().require(other) == ()
    drawn = SynthSeg(NONE).draw(other, None, np.random.default_rng(0))
    assert len(np.unique(drawn.values[values == 77])) == 1


def test_a_style_on_the_grid_gives_its_intensities_and_its_surroundings(tmp_path: Path, volume: LabelledVolume) -> None:
    style = styled(tmp_path, volume)
    assert style.on_grid and style.labels is volume
    drawn = SynthSeg(NONE).draw(volume, style, np.random.default_rng(0))
    for value in (1, 2, 3):
        assert drawn.values[volume.values == value].mean() == pytest.approx(GREY[value], abs=4)
    outside = volume.values == 0
    for columns, grey in ((slice(0, 10), 160.0), (slice(20, 30), 40.0), (slice(72, 80), 5.0)):
        there = drawn.values[..., columns][outside[..., columns]]
        assert np.median(there) == pytest.approx(grey, abs=5)
    assert drawn.surroundings == "style"


def test_the_label_map_of_a_style_elsewhere_gives_the_intensities_of_labels(tmp_path: Path) -> None:
    small = read_labels(write_heart(tmp_path / "small.nii.gz", slices=5), "labels", "acdc")
    write_heart(tmp_path / "labels.nii.gz")
    style = styled(tmp_path, small, style_labels=tmp_path / "labels.nii.gz")
    assert not style.on_grid and style.labels.name == "labels.nii.gz"
    drawn = SynthSeg(NONE).draw(small, style, np.random.default_rng(0))
    assert drawn.values[small.values == 2].mean() == pytest.approx(GREY[2], abs=4)
    without = styled(tmp_path, small)
    assert without.labels is None
    found = SynthSeg(NONE).draw(small, without, np.random.default_rng(0))
    assert found.values[small.values == 3].mean() > found.values[small.values == 2].mean()  # blood is the brightest


def test_labels_may_fill_the_style(tmp_path: Path, volume: LabelledVolume) -> None:
    style = styled(tmp_path, volume)
    full = replace(volume, codes=np.where(volume.codes == 0, np.uint8(CODES["rv"]), volume.codes))
    drawn = SynthSeg(NONE).draw(volume, replace(style, labels=full), np.random.default_rng(0))
    assert np.isfinite(drawn.values).all()
    assert drawn.values[volume.values == 3].mean() == pytest.approx(GREY[3], abs=4)


def test_the_same_draws_give_the_same_image(volume: LabelledVolume) -> None:
    one, other, third = (SynthSeg().draw(volume, None, np.random.default_rng(seed)).values for seed in (1, 1, 2))
    assert one.tobytes() == other.tobytes() and not np.array_equal(one, third)


@pytest.mark.parametrize("on_grid", [False, True])
def test_a_slice_alone_has_the_style_of_the_whole_image(tmp_path: Path, volume: LabelledVolume, on_grid: bool) -> None:
    style = styled(tmp_path, volume) if on_grid else None
    method = SynthSeg(Faults(spread=0.0, bias=0.2, blur=0.6, noise=0.0))
    whole = method.draw(volume, style, np.random.default_rng(5)).values
    for number in (0, 2):
        alone = method.draw(volume, style, np.random.default_rng(5), number).values
        assert alone.shape == (1, 1, *whole.shape[2:])
        np.testing.assert_array_equal(alone[0, 0], whole[0, number])


def test_each_fault_does_what_it_says(volume: LabelledVolume) -> None:
    method = SynthSeg(Faults(spread=0.0, bias=0.0, blur=0.0, noise=0.1))
    air = method._with_faults(np.zeros((40, 90, 80), np.float32), np.random.default_rng(0))
    assert air.mean() == pytest.approx(0.1 * np.sqrt(np.pi / 2), rel=0.01)  # Rayleigh: noise of the air is not normal
    edge = np.zeros((1, 90, 80), np.float32)
    edge[:, :, 40:] = 1
    blurred = SynthSeg(Faults(0, 0, 1, 0.6, 0))._with_faults(edge, np.random.default_rng(0))
    assert 0 < blurred[0, 50, 39] < 0.5 < blurred[0, 50, 40] < 1 and blurred[0, 50, 30] == 0
    field = SynthSeg(Faults(0, 0.2, 40, 0, 0))._bias((90, 80), volume.pixel_mm, np.random.default_rng(0))
    assert np.log(field).std() == pytest.approx(0.2, rel=0.01) and np.abs(np.diff(np.log(field), axis=1)).max() < 0.05
    assert FAULTS.noise > 0
