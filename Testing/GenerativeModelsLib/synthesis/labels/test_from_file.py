import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.synthesis.labels.from_file import hearts_of_file
from GenerativeModelsLib.synthesis.labels.request import LabelsRequest
from GenerativeModelsLib.synthesis.labels.whole_heart import LABELS
from Testing.helpers.synthetic_hearts import tube, tube_grid, write_tube


def made(**given):
    return hearts_of_file(LabelsRequest(**given), lambda message, share: None)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_tube(tmp_path_factory.mktemp("tube") / "ed.nii.gz")


def test_deformed_maps_lie_on_the_grid_of_the_file_and_keep_to_the_rules(file):
    found = made(source=file, deform=True, n=2)
    assert found.grid.size == tube_grid().size and np.allclose(found.grid.to_lps, tube_grid().to_lps)
    own = tube(tube_grid())
    for heart in found.hearts:
        moved = (heart.ed != own).sum() / (own > 0).sum()
        assert 0.05 < moved < 0.5 and "lv_hole" in heart.applied
    assert (found.hearts[0].ed != found.hearts[1].ed).any()
    assert np.array_equal(made(source=file, deform=True, n=1).hearts[0].ed, found.hearts[0].ed)


def test_no_displacement_and_no_change_of_the_wall_give_the_file_back(file):
    found = made(source=file, deform=True, n=1, displacement_mm=0.0)
    assert np.array_equal(found.hearts[0].ed, tube(tube_grid()))


def test_a_scar_alone_changes_nothing_else(file):
    heart = made(source=file, scar="8,9", transmurality=0.6).hearts[0]
    own = tube(tube_grid())
    scar = heart.ed == LABELS["scar"]
    assert scar.any() and (own[scar] == LABELS["myo"]).all() and np.array_equal(heart.ed[~scar], own[~scar])
    assert np.argwhere(scar)[:, 2].mean() > np.argwhere(own == LABELS["lv"])[:, 2].mean()  # segments of the septum


def test_end_systole_on_the_same_grid_is_deformed_with_it(tmp_path):
    file = write_tube(tmp_path / "ed.nii.gz")
    write_tube(tmp_path / "es.nii.gz", inner_mm=16.0, outer_mm=26.5)
    heart = made(source=file, deform=True, n=1, seed=2).hearts[0]
    assert heart.es is not None and heart.es.shape == heart.ed.shape
    off = [np.argwhere(mask == 3).mean(axis=0)[1:] for mask in (heart.ed, heart.es)]
    assert np.abs(off[0] - off[1]).max() < 1.5
    assert made(source=file, deform=True, n=1, phases="ed").hearts[0].es is None


def test_end_systole_on_another_grid_is_left_out_and_said(tmp_path):
    file = write_tube(tmp_path / "ed.nii.gz")
    other = sitk.ReadImage(str(write_tube(tmp_path / "es.nii.gz", inner_mm=16.0)))
    other.SetOrigin((3.0, 0.0, 0.0))
    sitk.WriteImage(other, str(tmp_path / "es.nii.gz"))
    found = made(source=file, scar="7")
    assert found.hearts[0].es is None and "es.nii.gz beside ed.nii.gz lies on another grid" in found.warnings[0]


def test_a_map_that_breaks_rules_itself_is_refused(tmp_path):
    values = tube(tube_grid())
    values[6, 3:7, 3:7] = LABELS["rv"]
    sitk.WriteImage(tube_grid().image(values), str(tmp_path / "spot.nii.gz"))
    with pytest.raises(InputError, match=r"from spot.nii.gz breaks rules of the check itself \(rv_pieces\): mend it"):
        made(source=tmp_path / "spot.nii.gz", scar="7")


def test_a_deformation_that_no_map_survives_is_given_up(file):
    with pytest.raises(InputError, match=r"of 10 new maps 0 keep to the rules .*ask for less displacement_mm"):
        made(source=file, deform=True, n=1, displacement_mm=19.0, smoothness_mm=8.0)


def test_a_wall_that_closes_the_cavity_at_end_systole_is_rejected(tmp_path):
    file = write_tube(tmp_path / "ed.nii.gz")
    write_tube(tmp_path / "es.nii.gz", inner_mm=5.6, outer_mm=21.7)
    with pytest.raises(InputError, match=r"0 keep to the rules of the check \(.*no_cavity.*less .*wall_change_mm"):
        made(source=file, deform=True, n=1, displacement_mm=0.0, wall_change_mm=10.0)


def test_planes_along_the_long_axis_are_refused(tmp_path):
    fine = sitk.Resample(
        sitk.ReadImage(str(write_tube(tmp_path / "ed.nii.gz"))),
        (60, 60, 60),
        sitk.Euler3DTransform((60.0, 60.0, 44.0), 0.8, 0.0, 0.0),
        sitk.sitkNearestNeighbor,
        (0.0, -5.0, -15.0),
        (2.0, 2.0, 2.0),
    )
    sitk.WriteImage(fine, str(tmp_path / "oblique.nii.gz"))
    with pytest.raises(InputError, match=r"oblique.nii.gz has no planes across the long axis"):
        made(source=tmp_path / "oblique.nii.gz", scar="7")
