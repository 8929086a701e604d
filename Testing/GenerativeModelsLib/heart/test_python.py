"""Python API of the left ventricle: label maps in any form, figures and meshes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

import GenerativeModelsLib as gm
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.heart.infer import model as models
from Testing.helpers.stand_in_hearts import StandInModel

SAME = (
    "edv_ml",
    "esv_ml",
    "ef_percent",
    "myocardial_mass_g",
    "wall_thickness_mm",
    "hcm_probability",
    "latent",
    "warnings",
)


@pytest.fixture(scope="module", autouse=True)
def stand_in() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "load_heart_model", lambda folder, device: StandInModel())
        yield


@pytest.fixture(scope="module")
def made(sample_heart: Path, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A heart of two files, and the content of the working folder afterwards."""
    work = tmp_path_factory.mktemp("work")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(work)
        heart = gm.analyse_heart(
            str(sample_heart / "ed.nii.gz"),
            sample_heart / "es.nii.gz",
            labels="acdc",
            sex="male",
            seed=np.int64(3),
            device="cpu",
        )
    return SimpleNamespace(heart=heart, left=list(work.iterdir()))


@pytest.fixture(scope="module")
def heart(made: SimpleNamespace) -> gm.LeftVentricle:
    return made.heart


def test_nothing_is_written_unless_it_is_asked_for(made: SimpleNamespace) -> None:
    assert made.left == []


def test_the_figures_are_those_of_the_result(heart: gm.LeftVentricle) -> None:
    assert isinstance(heart, gm.LeftVentricle)
    for name in (
        *("edv_ml", "esv_ml", "ef_percent", "myocardial_mass_g", "sv_ml", "wall_thickening_percent"),
        *("rv_edv_ml", "rv_esv_ml", "rv_ef_percent", "thickest_segment", "hcm_probability", "wall_thickness_mm"),
    ):
        assert heart.result[name] is not None and getattr(heart, name) == heart.result[name]
    assert heart.hcm_interval90 == tuple(heart.result["hcm_interval90"])
    assert [list(level) for level in heart.z] == heart.result["latent"]["z"] and heart.z[-1] == heart.z_top
    assert heart.indexed is heart.frames is heart.cavity_ml is None
    assert heart.volumes_lower_bounds is heart.result["volumes_lower_bounds"] is False
    assert heart.edv_ml > heart.esv_ml > 0 and heart.quantities["ef_percent"].value == heart.ef_percent
    assert heart.z_top == tuple(heart.result["latent"]["z_top"]) and len(heart.z_top) == 2
    assert heart.result["inputs"]["ed"]["file"] == "ed.nii.gz" and heart.result["seed"] == 3


def test_surfaces_and_meshes_lie_in_the_patient(heart: gm.LeftVentricle, sample_heart: Path) -> None:
    image = sitk.ReadImage(str(sample_heart / "ed.nii.gz"))
    cavity = np.argwhere(sitk.GetArrayViewFromImage(image) == 3).mean(0)[::-1]
    middle = image.TransformContinuousIndexToPhysicalPoint(cavity.tolist())
    assert list(heart.surfaces) == list(heart.reconstructions) == list(heart.meshes) == ["ed", "es"]
    for surface in (heart.surfaces["ed"], heart.reconstructions["ed"]):
        inner = surface.points[surface.point_data["surface"] == 0]
        assert np.linalg.norm(inner.mean(0) - middle) < 12
    mesh = heart.meshes["es"]
    assert mesh.GetNumberOfPoints() == len(heart.surfaces["es"].points)
    assert mesh.GetPointData().GetArray("wall_thickness_mm").GetRange()[1] > 5


def test_repr_and_notebook_show_the_measures(heart: gm.LeftVentricle) -> None:
    assert repr(heart).startswith(f"<LeftVentricle: EDV {heart.edv_ml:.1f} ml, ESV ") and repr(heart).endswith(
        "typical>"
    )
    html = heart._repr_html_()
    assert "End-diastolic volume" in html and "Probability of hypertrophic cardiomyopathy" in html
    assert "percentile" not in html.split("</thead>")[0]


def test_the_folder_is_what_a_request_with_an_output_writes(
    heart: gm.LeftVentricle, sample_heart: Path, tmp_path: Path
) -> None:
    files = (sample_heart / "ed.nii.gz", sample_heart / "es.nii.gz")
    gm.analyse_heart(*files, sex="male", seed=3, device="cpu", output=str(tmp_path / "at once"))
    assert heart.to_folder(tmp_path / "later") == tmp_path / "later"
    names = sorted(path.name for path in (tmp_path / "at once").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "later").iterdir())
    for name in names:
        if name.endswith((".vtp", ".png")):
            assert (tmp_path / "later" / name).read_bytes() == (tmp_path / "at once" / name).read_bytes(), name
    np.testing.assert_allclose(
        read_surface(tmp_path / "later" / "ed.vtp").points, heart.surfaces["ed"].points, atol=1e-4
    )


@pytest.mark.parametrize("form", ["array", "image"])
def test_label_maps_in_memory_give_the_figures_of_their_files(
    form: str, heart: gm.LeftVentricle, sample_heart: Path
) -> None:
    paths = [sample_heart / f"{phase}.nii.gz" for phase in ("ed", "es")]
    options: dict[str, Any] = {"sex": "male", "seed": 3, "device": "cpu"}
    if form == "array":
        nibabel = pytest.importorskip("nibabel")
        loaded = [nibabel.load(path) for path in paths]
        given = [np.asarray(one.dataobj) for one in loaded]
        options |= {"affine": loaded[0].affine, "es_affine": loaded[1].affine.tolist()}
    else:
        given = [sitk.ReadImage(str(path)) for path in paths]
    found = gm.analyse_heart(*given, **options)
    for name in SAME:
        # An affine is stored as float32, and thin walls depend on the position of the grid.
        assert_close(found.result[name], heart.result[name], 0.0 if form == "image" else 5e-3)
    assert found.result["inputs"]["es"]["file"] == f"given as es ({form})"
    np.testing.assert_allclose(found.surfaces["ed"].points, heart.surfaces["ed"].points, atol=1e-3)


def test_one_affine_holds_for_both_phases(heart: gm.LeftVentricle, sample_heart: Path) -> None:
    nibabel = pytest.importorskip("nibabel")
    loaded = [nibabel.load(sample_heart / f"{phase}.nii.gz") for phase in ("ed", "es")]
    assert np.array_equal(loaded[0].affine, loaded[1].affine), "else the test would prove nothing"
    found = gm.analyse_heart(*(np.asarray(one.dataobj) for one in loaded), affine=loaded[0].affine, device="cpu")
    assert found.esv_ml == pytest.approx(heart.esv_ml)


@pytest.mark.parametrize("form", ["array", "image"])
def test_a_cine_in_memory_is_the_heart_of_its_two_frames(
    form: str, heart: gm.LeftVentricle, sample_heart: Path
) -> None:
    images = [sitk.ReadImage(str(sample_heart / f"{phase}.nii.gz")) for phase in ("es", "ed")]
    options: dict[str, Any] = {"sex": "male", "seed": 3, "device": "cpu"}
    if form == "image":
        film = sitk.JoinSeries(images)
    else:
        film = np.stack([sitk.GetArrayFromImage(image).T for image in images], axis=-1)
        to_ras = np.diag([-1.0, -1.0, 1.0, 1.0])
        place = np.eye(4)
        place[:3, :3] = np.array(images[0].GetDirection()).reshape(3, 3) * images[0].GetSpacing()
        place[:3, 3] = images[0].GetOrigin()
        options["affine"] = to_ras @ place
    found = gm.analyse_heart(cine=film, **options)
    assert found.frames == {"ed": 1, "es": 0, "count": 2}
    assert found.cavity_ml == found.result["cavity_ml"] == pytest.approx([heart.esv_ml, heart.edv_ml], rel=1e-4)
    for name in SAME:
        assert_close(found.result[name], heart.result[name], 1e-6)
    assert heart.result["frames"] is heart.result["cavity_ml"] is None


def test_end_diastole_alone_leaves_none_what_needs_end_systole(heart: gm.LeftVentricle, sample_heart: Path) -> None:
    alone = gm.analyse_heart(sample_heart / "ed.nii.gz", height_cm=180, weight_kg=80, device="cpu")
    assert alone.esv_ml is None and alone.ef_percent is None and alone.edv_ml == heart.edv_ml
    assert alone.sv_ml is alone.wall_thickening_percent is alone.rv_esv_ml is alone.rv_ef_percent is None
    assert alone.indexed == alone.result["indexed"] and alone.indexed["bsa_m2"] == pytest.approx(2.0)
    assert list(alone.surfaces) == ["ed"] and alone.wall_thickness_mm["es"] is None
    assert "ESV" not in repr(alone) and "<td>–</td>" in alone._repr_html_()


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"ed": None}, "ed", "^ed is missing: give the label map at end diastole, or a film of label maps as cine"),
        ({"cine": np.zeros((9, 9, 9, 2)), "affine": np.eye(4)}, "cine", "^cine and ed are given"),
        ({"ed": None, "cine": np.zeros((9, 9, 9, 2))}, "cine", "^cine is an array without a place in space"),
        ({"ed": None, "cine": np.zeros((9, 9, 9)), "affine": np.eye(4)}, "cine", "9 x 9 x 9 voxels, a single frame"),
        ({"ed_frame": 1}, "ed_frame", "^ed_frame needs a cine"),
        ({"ed": np.zeros((3, 4, 5))}, "ed", "^ed is an array without a place in space: give affine"),
        ({"es": np.zeros((3, 4, 5)), "affine": np.eye(3)}, "es", "^es is an array without a place in space"),
        ({"es": 5}, "es", "^es is a int: give a path"),
        ({"ed": "absent.nii.gz"}, "ed", r"^ed absent\.nii\.gz does not exist"),
        ({"es": "absent.nii.gz"}, "es", r"^es absent\.nii\.gz does not exist"),
        ({"ed": np.zeros((9, 9, 9)), "affine": np.eye(4)}, "ed", r"^ed given as ed \(array\) has no voxel of value 3"),
        (
            {"ed": np.zeros((9, 9, 9, 2)), "affine": np.eye(4)},
            "ed",
            r"^ed given as ed \(array\) is 9 x 9 x 9 x 2.*given as cine",
        ),
        ({"ed": np.zeros((9, 9, 9)), "affine": np.zeros((4, 4))}, "ed", "has a voxel spacing of 0 x 0 x 0 mm"),
        ({"labels": "lv=9,myo=8"}, "ed", "by labels lv=9,myo=8; it holds 1, 2, 3: name its own values by labels"),
        ({"sex": "Mr"}, "sex", "^sex is 'Mr': give male or female"),
        ({"labels": "lv=3"}, "labels", "^labels is 'lv=3'"),
        ({"septum": "left"}, "septum", "^septum is 'left'"),
        ({"seed": -1}, "seed", "^seed is -1"),
        ({"device": "tpu"}, "device", "^device is 'tpu'"),
        ({"model": "nowhere"}, None, "nowhere is not a folder"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_keyword_and_nothing_is_written(
    given: dict[str, Any], field: str | None, words: str, sample_heart: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(gm.InputError, match=words) as caught:
        gm.analyse_heart(**({"ed": sample_heart / "ed.nii.gz", "device": "cpu", "output": "out"} | given))
    assert caught.value.field == field and "--" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_one_file_for_both_phases_is_refused(sample_heart: Path) -> None:
    path = sample_heart / "ed.nii.gz"
    with pytest.raises(gm.InputError, match=r"^ed and es name the same file"):
        gm.analyse_heart(str(path), path)


def assert_close(found: Any, expected: Any, tolerance: float) -> None:
    """Equal, with numbers within a share of the expected ones."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        found, expected = list(found.values()), list(expected.values())
    if isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected):
            assert_close(one, other, tolerance)
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=tolerance, abs=tolerance)
    else:
        assert found == expected
