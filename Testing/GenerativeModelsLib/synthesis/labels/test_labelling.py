import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.synthesis.labels.labelling import Labelling
from GenerativeModelsLib.synthesis.labels.request import LabelsRequest


def image(path, size, spacing):
    made = sitk.Image(size, sitk.sitkUInt8)
    made.SetSpacing(spacing)
    sitk.WriteImage(made, str(path))
    return path


def test_a_grid_that_cuts_the_heart_is_refused(tmp_path):
    request = LabelsRequest(condition="healthy", like=image(tmp_path / "small.nii.gz", (40, 40, 5), (1.5, 1.5, 8.0)))
    labelling = Labelling.of(request)
    whole = labelling.whole(sample_hearts(1, 3).rays, [0, 0])
    with pytest.raises(InputError, match=r"like small.nii.gz holds .* of the .* ml of a left ventricle"):
        labelling.labels(whole, labelling.placed([whole]))


def test_planes_that_are_no_short_axis_slices_are_judged_on_a_stack(tmp_path):
    labelling = Labelling.of(
        LabelsRequest(condition="healthy", like=image(tmp_path / "cube.nii.gz", (90, 90, 90), (2.0, 2.0, 2.0)))
    )
    whole = labelling.whole(sample_hearts(1, 3).rays, [0, 0])
    placed = labelling.placed([whole])
    assert placed.grid.across(placed.frame.axes[2]) is None
    nothing = np.zeros((2, 90, 90, 90), np.uint8)
    assert labelling.judged(whole, placed, nothing).broken == ()


def test_the_frames_of_a_cycle_follow_the_base():
    labelling = Labelling.of(LabelsRequest(condition="healthy", phases="cycle", frames=6))
    whole = labelling.whole(sample_hearts(1, 3).rays, [0, 0])
    frames = labelling.labels(whole, labelling.placed([whole]))
    tops = [np.flatnonzero((frame == 3).any(axis=(1, 2)))[-1] for frame in frames]
    assert whole.left.ejected.max() == pytest.approx(1) and whole.left.ejected[0] == 0
    assert len(frames) == 6 and tops[0] == max(tops) > min(tops)
