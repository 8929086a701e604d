from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.acdc import GROUPS, read_acdc

HEADER = "patient,group,ed_file,es_file,edv_ml,esv_ml,myo_ed_ml"
DATA = Path(__file__).resolve().parents[5] / "shared" / "data" / "acdc_labels"


def written(folder: Path, *rows: str, files: tuple[str, ...] = ("a.nii.gz", "b.nii.gz")) -> Path:
    (folder / "index.csv").write_text("\n".join([HEADER, *rows]))
    for name in files:
        (folder / name).touch()
    return folder


def test_a_patient_is_read_with_its_files_and_volumes(tmp_path):
    (patient,) = read_acdc(written(tmp_path, "104,HCM,a.nii.gz,b.nii.gz,141.67,22.04,160.12"))
    assert (patient.name, patient.group) == ("patient 104", "HCM")
    assert (patient.ed, patient.es) == (tmp_path / "a.nii.gz", tmp_path / "b.nii.gz")
    assert (patient.edv_ml, patient.esv_ml, patient.myocardium_ed_ml) == (141.67, 22.04, 160.12)


def test_an_unknown_group_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match="patient 7 is of group 'XYZ', expected NOR"):
        read_acdc(written(tmp_path, "7,XYZ,a.nii.gz,b.nii.gz,1,1,1"))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"c\.nii\.gz, named in index\.csv, does not exist"):
        read_acdc(written(tmp_path, "7,NOR,a.nii.gz,c.nii.gz,1,1,1"))


def test_a_folder_without_the_collection_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nor its folder acdc_labels holds index\.csv: name the folder"):
        read_acdc(tmp_path)


def test_the_index_of_another_data_set_is_refused(tmp_path):
    (tmp_path / "index.csv").write_text("name,ga_weeks\na,21\n")
    with pytest.raises(InputError, match=r"index\.csv has no column patient"):
        read_acdc(tmp_path)


@pytest.mark.real_data
@pytest.mark.skipif(not DATA.is_dir(), reason="the shared reference data are not beside the checkout")
def test_the_real_collection_has_ten_patients_of_every_group():
    patients = read_acdc(DATA)
    assert [sum(p.group == group for p in patients) for group in GROUPS] == [10] * 5
