import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.measure.frame import HeartFrame
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.synthesis.labels.grid import (
    Placed,
    VoxelGrid,
    on_faces,
    placed_like,
    rasterised,
    read_like,
    usual_stack,
)
from GenerativeModelsLib.synthesis.labels.whole_heart import LABELS, whole_heart
from Testing.helpers.synthetic_hearts import write_tube

HEARTS = [whole_heart(sample_hearts(3, 3).rays[k], np.array([0.0, 1.0]), [0, 1], atrium=False) for k in range(3)]


def written(path, size, spacing, direction=None, origin=(0.0, 0.0, 0.0)):
    image = sitk.Image(size, sitk.sitkUInt8)
    image.SetSpacing(spacing)
    image.SetOrigin(origin)
    if direction is not None:
        image.SetDirection(direction)
    sitk.WriteImage(image, str(path))
    return path


def test_the_usual_stack_shows_the_septum_left_and_the_anterior_wall_on_top():
    placed = usual_stack(HEARTS, 8.0, 1.5, 192.0)
    assert placed.grid.size[:2] == (128, 128)
    assert np.allclose(placed.grid.axes.T @ placed.frame.axes.T, np.diag([-1, -1, 1]))
    assert placed.grid.spacing_mm == pytest.approx([1.5, 1.5, 8.0])


@pytest.mark.parametrize("moment", [0, 1])
def test_the_base_lies_on_a_face_and_all_of_the_heart_in_the_stack(moment):
    placed = usual_stack(HEARTS, 8.0, 1.5, 192.0)
    for heart in HEARTS:
        frame = on_faces(placed, float(heart.left.descent_mm[moment]))
        at = (np.linalg.inv(placed.grid.to_lps) @ [*frame.origin_lps, 1])[2]
        assert at % 1 == pytest.approx(0.5)
        values = rasterised(heart, moment, placed.grid, frame)
        labelled = np.argwhere(values)
        assert (labelled.min(axis=0) > 0).all() and (labelled.max(axis=0) < np.array(values.shape) - 1).all()
        wanted = heart.left.left.cavity_ml[moment]
        assert (values == LABELS["lv"]).sum() * placed.grid.voxel_ml == pytest.approx(wanted, rel=0.025)


def test_a_heart_lies_on_its_voxels_in_the_same_way_whatever_the_others_are():
    def cropped(hearts):
        placed = usual_stack(hearts, 8.0, 1.5, 192.0)
        values = rasterised(HEARTS[0], 0, placed.grid, on_faces(placed))
        low, high = np.argwhere(values).min(axis=0), np.argwhere(values).max(axis=0) + 1
        return values[tuple(slice(a, b) for a, b in zip(low, high))]

    assert np.array_equal(cropped(HEARTS[:1]), cropped(HEARTS))


def test_a_small_field_of_view_is_refused():
    with pytest.raises(InputError, match="field_of_view_mm is 70 mm, where the largest heart is"):
        usual_stack(HEARTS, 8.0, 1.5, 70.0)


@settings(max_examples=4)
@given(st.tuples(*[st.floats(-180, 180)] * 3), st.tuples(*[st.floats(1.8, 3.2)] * 3))
def test_volumes_hold_in_any_rotated_and_anisotropic_grid(angles, spacing):
    axes = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
    to_lps = np.eye(4)
    to_lps[:3, :3] = axes * spacing
    grid = VoxelGrid(tuple(int(np.ceil(190 / step)) for step in spacing), to_lps)
    to_lps[:3, 3] = -to_lps[:3, :3] @ ((np.array(grid.size) - 1) / 2)
    heart = HEARTS[1]
    frame = HeartFrame(np.array([0.0, 0, 40]), np.eye(3), "given")
    values = rasterised(heart, 0, grid, frame)
    assert (values == 3).sum() * grid.voxel_ml == pytest.approx(heart.left.left.cavity_ml[0], rel=0.05)


def test_the_grid_of_an_image_takes_the_heart_into_its_middle(tmp_path):
    turned = Rotation.from_euler("xyz", [20, -35, 50], degrees=True).as_matrix()
    path = written(
        tmp_path / "image.nii.gz", (95, 160, 65), (2.0, 1.2, 3.0), turned.ravel().tolist(), (5.0, -70.0, 33.0)
    )
    like = read_like(path, "acdc")
    placed = placed_like(like, HEARTS)
    assert like.frame is None and placed.by == "the middle of image.nii.gz"
    image = sitk.ReadImage(str(path))
    made = placed.grid.image(rasterised(HEARTS[0], 0, placed.grid, placed.frame))
    for part in ("GetSize", "GetSpacing", "GetOrigin", "GetDirection"):
        assert getattr(made, part)() == pytest.approx(getattr(image, part)(), abs=1e-9)
    labelled = np.argwhere(sitk.GetArrayFromImage(made) > 0)
    assert np.abs(labelled.mean(axis=0) - np.array(image.GetSize()[::-1]) / 2).max() < 12


def test_in_thick_slices_the_long_axis_is_normal_to_them(tmp_path):
    like = read_like(written(tmp_path / "axial.nii.gz", (200, 200, 25), (1.0, 1.0, 6.0)), "acdc")
    assert np.abs(placed_like(like, HEARTS).frame.axes[2]) == pytest.approx([0, 0, 1])


def test_a_label_map_takes_the_heart_where_its_own_is(tmp_path):
    like = read_like(write_tube(tmp_path / "tube.nii.gz"), "acdc")
    placed = placed_like(like, HEARTS)
    assert placed.by == "the labels of tube.nii.gz"
    assert placed.frame.axes[2] @ [0, 0, 1] > 0.99 and placed.frame.axes[0] @ [1, 0, 0] > 0.99


def test_planes_along_the_long_axis_move_no_heart():
    grid = VoxelGrid((9, 9, 9), np.diag([2.0, 2.0, 8.0, 1.0]))
    tilted = Rotation.from_euler("x", 45, degrees=True).as_matrix()
    frame = HeartFrame(np.array([1.0, 2.0, 3.3]), tilted, "given")
    assert np.array_equal(on_faces(Placed(grid, frame, "")).origin_lps, frame.origin_lps)


def test_a_flat_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"flat.nii.gz is 9 x 9 voxels: give a file of three dimensions"):
        read_like(written(tmp_path / "flat.nii.gz", (9, 9), (1.0, 1.0)), "acdc")


def test_a_slice_that_the_apex_barely_touches_is_left_out_and_the_volume_kept():
    heart = HEARTS[0]
    lowest = float(heart.left.epi[0, ..., 2].min())
    slice_mm = (-lowest - 0.6) / 9.5  # the tenth slice lies 0.6 mm above the lowest point
    placed = usual_stack([heart], slice_mm, 1.5, 192.0)
    values = rasterised(heart, 0, placed.grid, on_faces(placed), volumes_kept=True)
    areas = np.isin(values, (2, 3)).sum(axis=(1, 2)) * 2.25
    assert areas[areas > 0].min() >= 80 and (areas > 0).sum() == 9
    assert (values == 3).sum() * placed.grid.voxel_ml == pytest.approx(heart.left.left.cavity_ml[0], abs=0.02)
