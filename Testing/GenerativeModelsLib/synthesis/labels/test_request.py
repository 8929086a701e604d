from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.synthesis.labels.request import LabelsRequest

A, B = Path("a.nii.gz"), Path("b.nii.gz")


@pytest.mark.parametrize(
    ("given", "way", "count"),
    [
        ({"condition": "hcm", "n": 3}, "condition", 3),
        ({"condition": "hcm"}, "condition", 8),
        ({"between": (A, B), "steps": 4}, "between", 4),
        ({"source": A, "towards": "ef=45"}, "towards", 5),
        ({"source": A, "deform": True, "n": 2}, "deform", 2),
        ({"source": A, "scar": "lad"}, "scar", 1),
    ],
)
def test_the_way_and_its_number_of_hearts(given, way, count):
    request = LabelsRequest(**given)
    assert (request.way, request.count) == (way, count)
    assert request.from_latent == (way in ("condition", "between", "towards"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "No way to new hearts is named"),
        ({"source": A}, "No way to new hearts is named"),
        ({"condition": "hcm", "between": (A, B)}, "condition and between are given, which exclude each other"),
        ({"source": A, "condition": "hcm"}, "condition takes no from"),
        ({"towards": "ef=45"}, "towards needs a heart: give it as from"),
        ({"condition": "ill"}, "condition is 'ill': give healthy or hcm"),
        ({"between": (A, A)}, "names a.nii.gz twice"),
        ({"between": (A, B), "steps": 1}, "steps is 1: give a number from 2 to 500"),
        ({"between": (A, B), "n": 3}, "n does not belong to this way: give steps"),
        ({"condition": "hcm", "steps": 3}, "steps does not belong to this way: give n"),
        ({"source": A, "scar": "7", "n": 3}, "n says nothing without deform"),
        ({"source": A, "scar": "7", "steps": 3}, "steps says nothing without towards"),
        ({"condition": "hcm", "n": 0}, "n is 0: give a number from 1"),
        ({"condition": "hcm", "wall_change_mm": 1.0}, "wall_change_mm says nothing without deform"),
        ({"condition": "hcm", "transmurality": 0.5}, "transmurality says nothing without scar"),
        ({"condition": "hcm", "frames": 9}, "frames says nothing without phases"),
        ({"source": A, "deform": True, "like": B}, "like does not belong to a map of a file"),
        ({"source": A, "deform": True, "phases": "cycle"}, "phases is 'cycle'"),
        ({"condition": "hcm", "like": B, "pixel_size_mm": 1.0}, "like and pixel_size_mm are given"),
        ({"condition": "hcm", "slice_distance_mm": 90.0}, "slice_distance_mm is 90: give a number from 0.5 to 20"),
        ({"condition": "hcm", "scar": "18"}, "scar is '18'"),
        ({"condition": "hcm", "phases": "es"}, "phases is 'es': give ed, ed-es, cycle"),
        ({"condition": "hcm", "labels": "lv=3"}, "lv and myo are needed once"),
    ],
)
def test_what_contradicts_itself_is_refused(given, said):
    with pytest.raises(InputError, match=said):
        LabelsRequest(**given)
