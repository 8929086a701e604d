import json

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib import synthesise_labels
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.synthesis.labels.request import LabelsRequest
from GenerativeModelsLib.synthesis.labels.run import read_inputs, write_folder


def test_a_folder_has_the_maps_of_the_contract(tmp_path):
    request = LabelsRequest(condition="healthy", n=1, phases="cycle", frames=4, output=tmp_path / "out")
    _, content = write_folder(request)
    names = sorted(path.name for path in request.output.iterdir())
    assert names == ["000.nii.gz", "000_cycle.nii.gz", "000_es.nii.gz", "result.json"]
    assert json.loads((request.output / "result.json").read_text()) == content
    assert content["schema"] == "synthesis-labels/1" and content["synthetic"] is True and content["seed"] == 0
    assert content["labels"]["lv"] == 3 and content["maps"][0]["files"]["es"] == "000_es.nii.gz"
    cycle = sitk.ReadImage(str(request.output / "000_cycle.nii.gz"))
    assert cycle.GetSize()[3] == 4 and cycle.GetSpacing()[3] == pytest.approx(60 / 70 / 4)
    ed = sitk.GetArrayFromImage(sitk.ReadImage(str(request.output / "000.nii.gz")))
    entry, voxel_ml = content["maps"][0], float(np.prod(content["grid"]["spacing_mm"])) / 1000
    assert ed.dtype == np.uint8 and (ed == 3).sum() * voxel_ml == pytest.approx(entry["edv_ml"])
    assert np.array_equal(ed, sitk.GetArrayFromImage(cycle)[0])


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        write_folder(LabelsRequest(condition="hcm", n=1, seed=3, output=folder))
    one, two = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert one == two


def test_maps_of_an_earlier_run_go_where_that_is_allowed(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    for name in ("007.nii.gz", "007_es.nii.gz", "notes.txt"):
        (out / name).touch()
    with pytest.raises(InputError, match="is not empty"):
        write_folder(LabelsRequest(condition="hcm", n=1, output=out))
    write_folder(LabelsRequest(condition="hcm", n=1, output=out, phases="ed", overwrite=True))
    assert sorted(path.name for path in out.iterdir()) == ["000.nii.gz", "notes.txt", "result.json"]


def test_nothing_is_left_of_a_run_that_fails(tmp_path, repo_root):
    bundle = repo_root / "Resources" / "Models" / "skull"
    with pytest.raises(InputError, match="is a bundle of kind fetal-skull"):
        write_folder(LabelsRequest(condition="hcm", model=bundle, output=tmp_path / "a" / "b"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"source": "gone.nii.gz", "towards": "hcm"}, "from .*gone.nii.gz does not exist"),
        ({"between": ("gone/result.json", "b.nii.gz")}, "between .*result.json does not exist"),
        ({"condition": "hcm", "like": "gone.mha"}, "like .*gone.mha does not exist"),
    ],
)
def test_absent_files_are_named_before_anything_is_read(tmp_path, given, said):
    placed = {
        key: tuple(tmp_path / name for name in value)
        if isinstance(value, tuple)
        else tmp_path / value
        if key in ("source", "like")
        else value
        for key, value in given.items()
    }
    with pytest.raises(InputError, match=said):
        read_inputs(LabelsRequest(**placed))


def test_scripts_get_the_maps_without_a_folder():
    made = synthesise_labels(condition="healthy", n=1, seed=1, slice_distance_mm=10)
    assert len(made) == 1 and made.result["maps"][0]["edv_ml"] > 40 and made.warnings == []
    image = made.images("es")[0]
    assert image.GetSpacing() == pytest.approx((1.5, 1.5, 10.0)) and made.images("cycle") == []
    assert np.array_equal(sitk.GetArrayFromImage(image), made.hearts[0].es)
