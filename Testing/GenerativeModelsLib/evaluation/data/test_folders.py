from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.folders import data_set, find_data_set
from GenerativeModelsLib.evaluation.data.real_heads import evaluation_templates

FILES = {
    "hc18": "hc18.csv",
    "acdc_labels": "index.csv",
    "lv_cap": "lv_cap.npz",
    "fetal_heads_spina_bifida": "sb_ga99_mask.nii.gz",
    "sunnybrook_slices": "slices.npz",
    "bivme_patient1": "Se1_SAX_label.nii.gz",
    "rodero01_apical": "labels.npz",
}


@pytest.mark.parametrize("name", FILES)
def test_the_folder_itself_and_the_one_above_it_are_found(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / FILES[name]).touch()
    assert data_set(tmp_path, name) == data_set(str(folder), name) == folder
    assert find_data_set(tmp_path.parent, name) is None


def test_a_file_of_the_same_name_beside_the_folder_of_the_data_set_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "acdc_labels").mkdir()
    for folder in (tmp_path, tmp_path / "acdc_labels"):
        (folder / "index.csv").touch()
    assert data_set(tmp_path, "acdc_labels") == tmp_path / "acdc_labels"


def test_templates_are_read_from_either_folder(tmp_path: Path) -> None:
    (tmp_path / "fetal_heads_spina_bifida").mkdir()
    mask = tmp_path / "fetal_heads_spina_bifida" / "sb_ga99_mask.nii.gz"
    mask.touch()
    assert evaluation_templates(tmp_path) == evaluation_templates(mask.parent) == [mask]
    assert evaluation_templates(tmp_path / "nowhere") == []


def test_neither_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        data_set(tmp_path, "hc18")
    assert str(caught.value) == (
        f"Neither {tmp_path} nor its folder hc18 holds hc18.csv: name the folder of the data set hc18, or the one "
        "above it."
    )


@pytest.mark.parametrize("name", ["hc18", "domain", "scale"])
def test_a_benchmark_says_what_is_missing(name: str, tmp_path: Path) -> None:
    ended = CliRunner().invoke(app, ["benchmark", name, "--data", str(tmp_path)])
    assert ended.exit_code == 2 and "holds hc18.csv" in " ".join(ended.stderr.split())
