"""Skulls for scripts: images in, a skull out, nothing on disk unless asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image
from typer.testing import CliRunner

import GenerativeModelsLib as gm
from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.skull.corrections import EllipsePx, PlaneCorrection
from GenerativeModelsLib.skull.infer import model as models
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.python import SurfaceUncertainty
from Testing.helpers.painted import SPACING, painted_pixels, painted_planes, picture_pose
from Testing.helpers.tiny_models import load_seeing

SHAPE = mean_head(250.0)
NAMES = ("axial", "sagittal", "coronal")


@pytest.fixture(scope="module", autouse=True)
def seeing() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "load_skull_model", load_seeing)
        yield


@pytest.fixture(scope="module")
def pixels() -> dict[str, np.ndarray]:
    """Painted planes, (rows, columns) uint8 with `SPACING`."""
    return {name: image.pixels.astype(np.uint8) for name, image in painted_planes(SHAPE).items()}


@pytest.fixture(scope="module")
def files(pixels: dict[str, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same as PNG files."""
    folder = tmp_path_factory.mktemp("pictures")
    for name, array in pixels.items():
        Image.fromarray(array).save(folder / f"{name}.png")
    return {name: folder / f"{name}.png" for name in pixels}


@pytest.fixture(scope="module")
def quick(tiny_bundle: Path) -> dict[str, Any]:
    """Options of a reconstruction that is soon over."""
    return {"model": tiny_bundle, "device": "cpu", "samples": 0}


@pytest.fixture(scope="module")
def made(pixels: dict[str, np.ndarray], tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A skull of three arrays; what lay in the working folder and among the temporary files afterwards."""
    work, temporary = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("temporary")
    told: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(work)
        patch.setenv("TMPDIR", str(temporary))
        patch.setattr(tempfile, "tempdir", None)
        skull = gm.reconstruct_skull(
            *(pixels[name] for name in NAMES),
            spacing_mm=SPACING[0],
            gestational_age="25+0",
            samples=np.int64(8),
            seed=np.int64(4),
            device="cpu",
            model=str(tiny_bundle),
            progress=lambda message, share: told.append(share),
        )
        patch.setattr(tempfile, "tempdir", None)
    return SimpleNamespace(skull=skull, left=[*work.iterdir(), *temporary.iterdir()], told=told)


@pytest.fixture(scope="module")
def skull(made: SimpleNamespace) -> gm.Skull:
    return made.skull


def test_nothing_is_written_unless_it_is_asked_for(made: SimpleNamespace) -> None:
    assert made.left == []
    assert made.told == sorted(made.told) and made.told[0] < 0.1


def test_arrays_become_a_skull_with_its_figures(skull: gm.Skull) -> None:
    assert isinstance(skull, gm.Skull)
    hc = skull.biometry["hc_mm"]
    assert hc.interval90[0] < hc.value < hc.interval90[1] and 0 < hc.percentile < 100
    assert hc.value == pytest.approx(250, rel=0.05)
    assert list(skull.biometry) == ["bpd_mm", "ofd_mm", "hc_mm", "cephalic_index_percent", "head_volume_ml"]
    assert skull.in_distribution["verdict"] in ("typical", "unusual", "outside") and skull.device == "cpu"
    assert skull.result["gestational_age_weeks"] == 25.0 and skull.result["samples"] == 8
    assert skull.result["planes"]["axial"]["file"] == "given as axial (array)"
    assert skull.result["planes"]["axial"]["spacing_source"] == "argument"
    assert all(isinstance(warning, str) for warning in skull.warnings)


def test_surface_mesh_and_uncertainty_belong_together(skull: gm.Skull) -> None:
    from vtkmodules.util.numpy_support import vtk_to_numpy

    points, sigma = skull.surface.points, skull.uncertainty_mm
    assert skull.surface.is_closed
    assert skull.mesh is skull.mesh and skull.mesh.GetNumberOfPoints() == len(points) == len(sigma)
    np.testing.assert_array_equal(vtk_to_numpy(skull.mesh.GetPoints().GetData()), points)
    array = skull.mesh.GetPointData().GetArray("uncertainty_mm")
    np.testing.assert_array_equal(vtk_to_numpy(array), sigma.values)
    assert np.asarray(sigma).shape == (len(points),) and np.asarray(sigma, float).dtype == float
    assert sigma[0] == sigma.values[0] and sigma[:5].shape == (5,)
    assert sigma.mean == sigma["mean"] == skull.result["uncertainty_mm"]["mean"] > 0
    assert (sigma.median, sigma.p95, sigma.max) == tuple(
        skull.result["uncertainty_mm"][n] for n in ("median", "p95", "max")
    )
    assert np.asarray(sigma) is not sigma.values, "the caller may change it"
    assert repr(sigma) == f"SurfaceUncertainty(mean {sigma.mean:.2f} mm)"


def test_the_distance_and_the_placements_are_those_of_the_skull(skull: gm.Skull) -> None:
    distance, grid = skull.distance_mm
    assert distance.shape == grid.shape_zyx
    assert np.abs(grid.sample(distance, skull.surface.points)).max() < 0.5
    assert list(skull.placements) == list(NAMES) and dict(skull.imagined) == {}
    np.testing.assert_allclose(
        skull.placements["coronal"].origin_mm, skull.result["planes"]["coronal"]["placement"]["origin_mm"]
    )


def test_repr_and_notebook_show_the_measures(skull: gm.Skull) -> None:
    bpd = skull.biometry["bpd_mm"].value
    assert repr(skull).startswith(f"<Skull: BPD {bpd:.1f} mm, OFD ")
    assert repr(skull).endswith(f"; {skull.in_distribution['verdict']}>") and "\n" not in repr(skull)
    html = skull._repr_html_()
    assert "Head circumference" in html and f"{bpd:.1f} mm" in html and "percentile" in html
    assert "Surface uncertainty: mean" in html and "research use only" in html


def test_the_folder_is_what_the_command_line_writes(
    skull: gm.Skull, files: dict[str, Path], tiny_bundle: Path, tmp_path: Path
) -> None:
    planes = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    options = ["--pixel-spacing", str(SPACING[0]), "--gestational-age", "25+0", "--samples", "8", "--seed", "4"]
    options += ["--device", "cpu", "--model", str(tiny_bundle), "--output", str(tmp_path / "cli")]
    done = CliRunner().invoke(app, ["skull", "reconstruct", *planes, *options])
    assert done.exit_code == 0, done.stderr
    assert skull.to_folder(tmp_path / "python") == tmp_path / "python"
    names = [
        sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
        for folder in (tmp_path / "cli", tmp_path / "python")
    ]
    assert names[0] == names[1]
    for name in ("skull.vtp", "skull.nii.gz", "uncertainty.nii.gz", "planes/coronal.nii.gz"):
        assert (tmp_path / "python" / name).read_bytes() == (tmp_path / "cli" / name).read_bytes(), name
    np.testing.assert_array_equal(read_surface(tmp_path / "python" / "skull.vtp").triangles, skull.surface.triangles)
    with pytest.raises(gm.InputError, match=r"is not empty.* or overwrite") as caught:
        skull.to_folder(tmp_path / "python")
    assert caught.value.field == "output"
    skull.to_folder(str(tmp_path / "python"), overwrite=True)


def test_another_age_or_chart_computes_nothing(skull: gm.Skull, tmp_path: Path) -> None:
    who = skull.judged(chart="who")
    assert who.surface is skull.surface and who.result["gestational_age_weeks"] == 25.0, "what is left out stays"
    assert who.biometry["hc_mm"].value == skull.biometry["hc_mm"].value
    assert who.biometry["hc_mm"].percentile != skull.biometry["hc_mm"].percentile
    assert who.ages["ofd"] is None and skull.ages["ofd"]["weeks"] > 20
    early = skull.judged(gestational_age="18+0")
    assert early.biometry["hc_mm"].z_score > 3 and "18 weeks + 0 days" in early.warnings[0]
    assert "18 weeks" not in " ".join(skull.warnings)
    unknown = early.judged(gestational_age=None)
    assert unknown.biometry["hc_mm"].z_score is None and unknown.result["chart"]["name"] == "intergrowth"
    for field, value in (("gestational_age", 43), ("gestational_age", "term"), ("chart", "nichd")):
        with pytest.raises(gm.InputError, match=f"^{field} is '?{value}"):
            skull.judged(**{field: value})
    assert "18 weeks + 0 days" in (early.to_folder(tmp_path / "early") / "report.html").read_text(encoding="utf-8")


def test_an_age_beyond_its_chart_is_warned_of_and_not_refused(skull: gm.Skull) -> None:
    beyond = skull.judged(gestational_age=12, chart="nichd-white")
    assert beyond.biometry["hc_mm"].z_score is None and any("does not reach" in text for text in beyond.warnings)


def hc_of(quick: dict[str, Any], *images: Any, **options: Any) -> float:
    return gm.reconstruct_skull(*images, **(quick | options)).biometry["hc_mm"].value


@pytest.fixture(scope="module")
def alone(quick: dict[str, Any], pixels: dict[str, np.ndarray]) -> float:
    """The circumference from the axial array alone."""
    return hc_of(quick, pixels["axial"], spacing_mm=SPACING)


@pytest.mark.parametrize(
    "make",
    [
        lambda array, path: str(path),
        lambda array, path: np.repeat(array[..., None], 3, axis=2),
        lambda array, path: array.astype(np.float32),
        lambda array, path: np.asfortranarray(array)[None],
    ],
    ids=["path as text", "RGB", "float", "one slice"],
)
def test_the_same_picture_in_any_form_gives_the_same_skull(
    make: Any, alone: float, quick: dict[str, Any], pixels: dict[str, np.ndarray], files: dict[str, Path]
) -> None:
    assert hc_of(quick, make(pixels["axial"], files["axial"]), spacing_mm=list(SPACING)) == alone


def test_a_simpleitk_image_brings_its_spacing(alone: float, quick: dict[str, Any], pixels: dict) -> None:
    image = sitk.GetImageFromArray(pixels["axial"])
    with pytest.raises(gm.InputError, match="carries no pixel spacing"):
        hc_of(quick, image)
    image.SetSpacing((SPACING[1], SPACING[0]))
    assert hc_of(quick, image) == alone
    assert hc_of(quick, image, spacing_mm=3 * SPACING[0]) == alone, "one for all yields to the image's own"
    found = hc_of(quick, image, spacing_mm={"axial": 0.5 * SPACING[0]})
    assert found == pytest.approx(0.5 * alone, rel=1e-3), "one for this image does not"


def test_every_plane_may_have_a_spacing_of_its_own(quick: dict[str, Any]) -> None:
    spacing = {"axial": (0.9, 1.2), "coronal": 1.4}
    images = {
        name: painted_pixels(SHAPE, picture_pose(name, 0.3, spacing=pair), spacing=pair)
        for name, pair in (("axial", (0.9, 1.2)), ("coronal", (1.4, 1.4)))
    }
    skull = gm.reconstruct_skull(images["axial"], coronal=images["coronal"], spacing_mm=spacing, **quick)
    assert skull.result["planes"]["axial"]["spacing_mm"] == [0.9, 1.2]
    assert skull.result["planes"]["coronal"]["spacing_mm"] == [1.4, 1.4]
    assert skull.biometry["hc_mm"].value == pytest.approx(250, rel=0.06)


def test_corrections_are_texts_numbers_or_of_their_type(quick: dict[str, Any], pixels: dict) -> None:
    values = {"facing": "flip", "ellipse": np.array([74, 60, 40, 32, 20]), "mask": [[0, 0, 30, 9]]}
    texts = {"facing": "flip", "ellipse": "74,60,40,32,20", "mask": "0,0,30,9"}
    typed = PlaneCorrection("flip", EllipsePx(74, 60, 40, 32, 20), (((0, 0), (30, 0), (30, 9), (0, 9)),))
    skulls = [
        gm.reconstruct_skull(pixels["axial"], spacing_mm=SPACING, corrections={"axial": made}, **quick)
        for made in (values, texts, typed)
    ]
    made = skulls[0].result["planes"]["axial"]["corrections"]
    assert made["facing"] == "flip" and made["length"] is None
    for other in skulls[1:]:
        assert other.result["planes"] == skulls[0].result["planes"]
        assert other.result["fingerprint"]["digest"] == skulls[0].result["fingerprint"]["digest"]
    length = {"axial": {"length": (10, 10, 110, 10, 100 * SPACING[0]), "mask": [], "facing": None}}
    assert gm.reconstruct_skull(pixels["axial"], corrections=length, **quick).result["planes"]["axial"][
        "spacing_mm"
    ] == pytest.approx(SPACING)


def test_a_plane_whose_frame_is_none_has_its_best_one(quick: dict[str, Any], pixels: dict[str, np.ndarray]) -> None:
    frames = {"axial": 0, "sagittal": None}
    skull = gm.reconstruct_skull(pixels["axial"], pixels["sagittal"], spacing_mm=SPACING, frame=frames, **quick)
    planes = skull.result["planes"]
    assert planes["axial"]["frame"]["number"] == 0 and planes["sagittal"]["frame"] is None


def test_without_draws_the_uncertainty_is_unknown_and_not_nothing(
    quick: dict[str, Any], pixels: dict[str, np.ndarray], tmp_path: Path
) -> None:
    skull = gm.reconstruct_skull(
        pixels["axial"], spacing_mm=SPACING, gestational_age=np.float32(25), output=str(tmp_path / "out"), **quick
    )
    sigma = skull.uncertainty_mm
    assert np.isnan(sigma.values).all() and sigma.mean is None and repr(sigma) == "SurfaceUncertainty(unknown)"
    assert skull.biometry["hc_mm"].interval90 is None and "interval" not in skull._repr_html_()
    assert (
        skull.result["warning_kinds"][skull.warnings.index(next(w for w in skull.warnings if "samples 0" in w))]
        == "missing"
    )
    assert (tmp_path / "out" / "skull.vtp").is_file() and (tmp_path / "out" / "report.html").is_file()


def test_an_uncertainty_is_an_array_and_a_summary() -> None:
    sigma = SurfaceUncertainty(np.array([1.0, 2.0]), {"mean": 1.5, "median": 1.5, "p95": 2.0, "max": 2.0})
    assert len(sigma) == 2 and sigma[1] == 2.0 and sigma["p95"] == 2.0
    assert (np.asarray(sigma) * 2).tolist() == [2.0, 4.0]
    with pytest.raises(KeyError):
        sigma["p99"]


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"axial": None}, "axial", r"^axial is None: the axial plane is always needed\.$"),
        ({"axial": [[1]]}, "axial", "^axial is a list: give a path, an array"),
        ({"axial": "absent.png"}, "axial", r"absent\.png does not exist"),
        ({"sagittal": np.zeros((3, 4, 5, 6))}, "sagittal", r"^sagittal plane .* is an array of shape \(3, 4, 5, 6\)"),
        (
            {"spacing_mm": None},
            "axial",
            r"no pixel spacing: give spacing_mm\['axial'\] in mm, spacing_mm, or corrections\['axial'\]\['length'\]\.$",
        ),
        ({"spacing_mm": {"sagittal": 1.1}}, "axial", "carries no pixel spacing"),
        (
            {"spacing_mm": {"axail": 1}},
            "spacing_mm",
            "^spacing_mm has the key 'axail': expected axial, sagittal, coronal",
        ),
        ({"spacing_mm": {"axial": 9}}, "spacing_mm", r"give the true one by spacing_mm\['axial'\] in mm\.$"),
        ({"spacing_mm": 0}, "spacing_mm", "^spacing_mm is 0: give millimetres per pixel"),
        ({"spacing_mm": -0.1}, "spacing_mm", "^spacing_mm is -0.1"),
        ({"spacing_mm": (0.1, 0.2, 0.3)}, "spacing_mm", r"^spacing_mm is \(0.1, 0.2, 0.3\)"),
        ({"spacing_mm": "fine"}, "spacing_mm", "^spacing_mm is 'fine'"),
        ({"spacing_mm": float("nan")}, "spacing_mm", "^spacing_mm is nan"),
        ({"spacing_mm": {"axial": (0.1, float("inf"))}}, "spacing_mm", r"^spacing_mm is \(0.1, inf\)"),
        ({"corrections": {"top": {}}}, "corrections", "^corrections has the key 'top': expected axial, sag"),
        ({"corrections": {"axial": {"turn": "flip"}}}, "corrections", r"^corrections\['axial'\] has the key 'turn'"),
        ({"corrections": {"axial": {"facing": "off"}}}, "corrections", r"^corrections\['axial'\]\['facing'\] is 'off'"),
        ({"corrections": {"coronal": {"facing": "up"}}}, "corrections", "corrects an image that is not given"),
        ({"corrections": 5}, "corrections", "^corrections is 5: give a mapping by plane"),
        (
            {"corrections": {"axial": "flip"}},
            "corrections",
            r"^corrections\['axial'\] is 'flip': give a mapping of one",
        ),
        (
            {"corrections": {"axial": {"facing": 3}}},
            "corrections",
            r"^corrections\['axial'\]\['facing'\] is 3: give flip",
        ),
        ({"corrections": {"axial": {"length": 4.0}}}, "corrections", r"\['length'\] is '4.0': expected X0,Y0"),
        ({"corrections": {"axial": {"mask": 5}}}, "corrections", r"\['mask'\] is '5': give X0,Y0,X1,Y1"),
        ({"gestational_age": 10}, "gestational_age", "^gestational_age is 10: give decimal weeks from 11 to 42"),
        ({"gestational_age": "term"}, "gestational_age", "^gestational_age is 'term'"),
        ({"samples": -1}, "samples", "^samples is -1"),
        ({"seed": -1}, "seed", "^seed is -1"),
        ({"device": "tpu"}, "device", "^device is 'tpu'"),
        ({"model": "nowhere"}, None, "nowhere is not a folder"),
        ({"axial": np.eye(120) * 255}, "axial", r"^The axial plane given as axial \(array\) shows no fetal head"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_keyword_and_nothing_is_written(
    given: dict[str, Any],
    field: str | None,
    words: str,
    quick: dict[str, Any],
    pixels: dict[str, np.ndarray],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    options = {"axial": pixels["axial"], "spacing_mm": SPACING, **quick, "output": "out"}
    with pytest.raises(gm.InputError, match=words) as caught:
        gm.reconstruct_skull(**(options | given))
    assert caught.value.field == field and "_weeks" not in str(caught.value) and "--" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_one_file_for_two_planes_is_refused(quick: dict[str, Any], files: dict[str, Path]) -> None:
    with pytest.raises(gm.InputError, match=r"^sagittal and axial name the same file") as caught:
        gm.reconstruct_skull(str(files["axial"]), files["axial"], **quick)
    assert caught.value.field == "sagittal"


@pytest.mark.parametrize("options", [{"samples": 2.5}, {"seed": "1"}])
def test_a_number_of_another_kind_is_a_type_error(options: dict, quick: dict[str, Any], pixels: dict) -> None:
    with pytest.raises(TypeError):
        gm.reconstruct_skull(pixels["axial"], spacing_mm=1.1, **(quick | options))
