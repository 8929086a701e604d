"""The sample with faults has those that it was given, and is the sample cine elsewhere."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk

from GenerativeModelsLib.segmentation.case.samples import SPOILT, write_faulty_sample


def test_five_places_are_spoilt_and_no_other(tmp_path, repo_root):
    path = write_faulty_sample(tmp_path / "folder" / "faults.nii.gz")
    spoilt, shipped = (
        sitk.ReadImage(str(each)) for each in (path, repo_root / "Resources/SampleData/heart_cine/labels.nii.gz")
    )
    assert (spoilt.GetSpacing(), spoilt.GetOrigin(), spoilt.GetSize()) == (
        shipped.GetSpacing(),
        shipped.GetOrigin(),
        shipped.GetSize(),
    )
    values = [sitk.GetArrayFromImage(image) for image in (spoilt, shipped)]
    changed = {(int(t), int(k)) for t, k in np.argwhere((values[0] != values[1]).any(axis=(2, 3)))}
    jump = SPOILT["jump"][0]
    assert {place for place in changed if place[0] != jump} == {
        place for place in SPOILT.values() if place[1] is not None
    }
    assert len([place for place in changed if place[0] == jump]) > 10


def test_the_check_finds_each(tmp_path):
    from GenerativeModelsLib.segmentation.check import check_maps
    from GenerativeModelsLib.segmentation.read import read_label_maps
    from GenerativeModelsLib.segmentation.request import SegmentationRequest

    path = write_faulty_sample(tmp_path / "faults.nii.gz")
    maps = read_label_maps(SegmentationRequest(path))
    found = {(each.frame, each.slice, each.criterion.name) for each in check_maps(maps).violations}
    expected = {"hole": "lv_hole", "island": "lv_pieces", "gap": "lv_background_contact", "shift": "slice_shift"}
    for kind, rule in expected.items():
        assert (*SPOILT[kind], rule) in found
    assert any(frame == SPOILT["jump"][0] and rule == "centre_jump" for frame, _, rule in found)
