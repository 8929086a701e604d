import json
import shutil

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.synthesis.labels.subject import as_field, frames_of_file, read_subject, systole_beside
from Testing.helpers.synthetic_hearts import shipped_heart_model, write_tube


@pytest.mark.parametrize(
    ("ed", "es"),
    [
        ("ed.nii.gz", "es.nii.gz"),
        ("patient101_ED.nii.gz", "patient101_ES.nii.gz"),
        ("000.nii.gz", "000_es.nii.gz"),
        ("heart.Ed.seg.nrrd", "heart.Es.seg.nrrd"),
        ("fred.nrrd", "fred_es.nrrd"),
    ],
)
def test_end_systole_is_found_beside_end_diastole(tmp_path, ed, es):
    (tmp_path / ed).touch()
    assert systole_beside(tmp_path / ed) is None
    (tmp_path / es).touch()
    assert systole_beside(tmp_path / ed) == tmp_path / es


@pytest.fixture(scope="module")
def subject(sample_heart):
    return read_subject(sample_heart / "ed.nii.gz", "from", "acdc", shipped_heart_model())


def test_label_maps_become_a_point_of_the_latent_space(subject):
    assert subject.files == {"ed": "ed.nii.gz", "es": "es.nii.gz"} and subject.present.all()
    assert [level.shape for level in subject.levels] == [(1, 64), (1, 32), (1, 2)]


def write_analysis(folder, subject, **changed):
    result = {
        "schema": "heart-analysis/1",
        "model": {"name": "m", "version": "1", "sha256": shipped_heart_model().manifest.sha256},
        "latent": {"z": [level[0].tolist() for level in subject.levels]},
        "inputs": {"ed": {}, "es": {}},
    }
    (folder / "result.json").write_text(json.dumps(result | changed))
    return folder


def test_an_analysis_gives_the_same_point_as_its_label_maps(tmp_path, subject):
    folder = write_analysis(tmp_path, subject)
    for given in (folder, folder / "result.json"):
        found = read_subject(given, "from", "acdc", shipped_heart_model())
        assert all(np.array_equal(a, b) for a, b in zip(found.levels, subject.levels)) and found.present.all()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"model": {"name": "other", "version": "9", "sha256": "0"}}, "was analysed with another model"),
        ({"latent": {"z": [[1.0]]}}, "has a broken latent code"),
        ({"latent": None}, "has no latent code"),
        ({"schema": "skull-reconstruction/1"}, "does not say schema heart-analysis/1"),
    ],
)
def test_other_results_are_refused(tmp_path, subject, changed, said):
    with pytest.raises(InputError, match=said):
        read_subject(write_analysis(tmp_path, subject, **changed), "from", "acdc", shipped_heart_model())


def test_a_folder_without_a_result_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"holds no result.json"):
        read_subject(tmp_path, "between", "acdc", shipped_heart_model())


def test_end_diastole_alone_is_enough_and_said(tmp_path, sample_heart):
    shutil.copy(sample_heart / "ed.nii.gz", tmp_path)
    found = read_subject(tmp_path / "ed.nii.gz", "from", "acdc", shipped_heart_model())
    assert found.present.tolist() == [[True, False]] and "Only end diastole" in " ".join(found.warnings)


def test_errors_speak_of_the_field_that_named_the_heart():
    with pytest.raises(InputError) as found, as_field("between"):
        raise InputError(f"{named('es')} b.nii is bad; give both, or {named('force')}.")
    assert str(found.value) == "between b.nii is bad; give both."


def test_a_map_of_three_dimensions_has_one_frame(tmp_path):
    assert frames_of_file(write_tube(tmp_path / "t.nii.gz"), "from") == 1
    with pytest.raises(InputError, match=r"from .*gone.nii.gz does not exist"):
        frames_of_file(tmp_path / "gone.nii.gz", "from")
