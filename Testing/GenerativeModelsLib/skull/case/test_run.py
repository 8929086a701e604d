"""One case from files to files: the contract of the interface, without trained weights."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image

from GenerativeModelsLib.anatomy.run import Case, run_case
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsLib.skull.growth import intergrowth
from GenerativeModelsLib.skull.planes import stored
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.report.from_folder import write_report_again
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.uncertainty.in_distribution import InDistribution
from Testing.helpers.painted import SIZE, SPACING, painted_pixels, painted_planes, picture_pose
from Testing.helpers.tiny_models import load_seeing

SHAPE = mean_head(250.0)
PLANES = ("axial", "sagittal", "coronal")
PLANES_LEFT = ["sagittal", "coronal"]
QUANTITIES = ("bpd_mm", "ofd_mm", "hc_mm", "cephalic_index_percent", "head_volume_ml")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Painted planes as PNG files, and one without a head."""
    folder = tmp_path_factory.mktemp("pictures")
    for name, image in painted_planes(SHAPE).items():
        Image.fromarray(image.pixels.astype(np.uint8)).save(folder / f"{name}.png")
    Image.fromarray(np.eye(120, dtype=np.uint8) * 255).save(folder / "empty.png")
    return folder


def request_of(pictures: Path, bundle: Path, output: Path, names=PLANES, **fields) -> SkullRequest:
    files = {name: pictures / f"{name}.png" for name in names}
    given = {"pixel_spacing_mm": SPACING, "model": bundle, "samples": 8, "device": "cpu", "seed": 4}
    return SkullRequest(output=output, **(files | given | fields))


def reconstructed(request: SkullRequest, progress=None) -> Case:
    return run_case(SKULL, request, progress=progress, load=lambda anatomy, folder, device: load_seeing(folder))


@pytest.fixture(scope="module")
def finished(pictures: Path, tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Case:
    output = tmp_path_factory.mktemp("out") / "case 7"
    return reconstructed(request_of(pictures, tiny_bundle, output, gestational_age_weeks=25.0))


def test_every_file_of_the_interface_is_there_and_no_other(finished: Case) -> None:
    names = {str(p.relative_to(finished.request.output)) for p in finished.request.output.rglob("*") if p.is_file()}
    planes = {f"planes/{name}.nii.gz" for name in PLANES}
    assert names == planes | {"skull.vtp", "skull.nii.gz", "uncertainty.nii.gz", "result.json", "report.html"}


def test_result_json_has_the_fields_of_the_interface(finished: Case) -> None:
    result = json.loads((finished.request.output / "result.json").read_text(encoding="utf-8"))
    assert result == finished.result
    assert result["schema"] == "skull-reconstruction/1"
    assert (
        set(result["model"]) == {"name", "version", "sha256", "bundle_sha256"} and len(result["model"]["sha256"]) == 64
    )
    assert set(result["software"]) == {"version", "torch"}
    assert (result["device"], result["seed"], result["samples"]) == ("cpu", 4, 8)
    assert list(result["planes"]) == list(PLANES)
    for name, plane in result["planes"].items():
        assert plane["file"] == f"{name}.png"
        assert plane["spacing_mm"] == list(SPACING) and plane["size"] == list(SIZE)
    assert set(result["seconds"]) == {"read", "load", "reconstruct", "uncertainty", "total"}
    assert result["seconds"]["total"] >= result["seconds"]["reconstruct"] >= 0
    assert tuple(result["biometry"]) == QUANTITIES
    for name, entry in result["biometry"].items():
        normal = {"normal_range"} if name == "cephalic_index_percent" else set()
        assert set(entry) == {"value", "sd", "interval90", "z_score", "percentile"} | normal
        low, high = entry["interval90"]
        assert low < entry["value"] < high and entry["sd"] > 0
        charted = name in ("bpd_mm", "ofd_mm", "hc_mm")
        assert (entry["percentile"] is not None) == (entry["z_score"] is not None) == charted
    assert result["biometry"]["cephalic_index_percent"]["normal_range"]["low"] == 74
    assert set(result["chart"]) == {"name", "title", "source", "weeks"}
    assert set(result["age_from"]) == {"bpd", "ofd", "hc"} and result["age_from"]["hc"]["outside"] is None
    low, high = result["age_from"]["hc"]["interval90"]
    assert low < result["age_from"]["hc"]["weeks"] < high
    assert set(result["uncertainty_mm"]) == {"mean", "median", "p95", "max"}
    u = result["uncertainty_mm"]
    assert 0 < u["median"] <= u["p95"] <= u["max"] and u["mean"] <= u["max"]
    assert set(result["in_distribution"]) == {"score", "verdict", "reasons", "variants"}
    assert result["in_distribution"]["verdict"] in ("typical", "unusual", "outside")
    assert all(isinstance(sentence, str) for sentence in result["warnings"])
    assert len(result["warning_kinds"]) == len(result["warnings"])


def test_percentiles_are_those_of_the_charts(finished: Case) -> None:
    hc = finished.result["biometry"]["hc_mm"]
    assert hc["percentile"] == float(intergrowth.HC.percentile(hc["value"], 25.0))
    assert hc["z_score"] == float(intergrowth.HC.z_score(hc["value"], 25.0))


def test_the_mesh_is_closed_outward_lps_and_has_the_uncertainty(finished: Case) -> None:
    path = finished.request.output / "skull.vtp"
    surface = read_surface(path)
    assert surface.is_closed and surface.volume_mm3 / 1000 == pytest.approx(
        finished.result["biometry"]["head_volume_ml"]["value"], rel=0.01
    )
    sigma = surface.point_data["uncertainty_mm"]
    assert sigma.shape == (len(surface.points),)
    assert sigma.max() == pytest.approx(finished.result["uncertainty_mm"]["max"], rel=1e-5)
    assert re.search(rb"SPACE", path.read_bytes())


def test_the_mesh_names_its_space(finished: Case) -> None:
    from vtkmodules.vtkIOXML import vtkXMLPolyDataReader

    reader = vtkXMLPolyDataReader()
    reader.SetFileName(str(finished.request.output / "skull.vtp"))
    reader.Update()
    assert reader.GetOutput().GetFieldData().GetAbstractArray("SPACE").GetValue(0) == "LPS"


def test_the_label_map_is_the_inside_of_the_mesh(finished: Case) -> None:
    image = sitk.ReadImage(str(finished.request.output / "skull.nii.gz"))
    label = sitk.GetArrayFromImage(image)
    assert image.GetPixelID() == sitk.sitkUInt8 and set(np.unique(label)) == {0, 1}
    volume = label.sum() * np.prod(image.GetSpacing()) / 1000
    assert volume == pytest.approx(finished.result["biometry"]["head_volume_ml"]["value"], rel=0.01)
    np.testing.assert_allclose(np.reshape(image.GetDirection(), (3, 3)), np.eye(3), atol=1e-6)
    surface = read_surface(finished.request.output / "skull.vtp")
    inside = [image.TransformPhysicalPointToIndex((p - 2.0 * n).tolist()) for p, n in _some(surface)]
    outside = [image.TransformPhysicalPointToIndex((p + 2.0 * n).tolist()) for p, n in _some(surface)]
    assert all(image[i] == 1 for i in inside) and all(image[i] == 0 for i in outside)


def test_the_uncertainty_volume_is_a_band_about_the_surface(finished: Case) -> None:
    image = sitk.ReadImage(str(finished.request.output / "uncertainty.nii.gz"))
    assert image.GetPixelID() == sitk.sitkFloat32
    surface = read_surface(finished.request.output / "skull.vtp")
    on = np.array([image[image.TransformPhysicalPointToIndex(p.tolist())] for p, _ in _some(surface)])
    assert on.min() > 0 and on.mean() == pytest.approx(finished.result["uncertainty_mm"]["mean"], rel=0.15)
    assert image[image.TransformPhysicalPointToIndex((0.0, 0.0, 0.0))] == 0


def test_planes_lie_where_the_result_says_and_hold_the_pixels(finished: Case) -> None:
    for name, image_in in painted_planes(SHAPE).items():
        image = sitk.ReadImage(str(finished.request.output / "planes" / f"{name}.nii.gz"))
        pixels = sitk.GetArrayFromImage(image)
        np.testing.assert_array_equal(pixels[0], np.round(image_in.pixels))
        placed = finished.result["planes"][name]["placement"]
        origin, u, v = (np.array(placed[key]) for key in ("origin_mm", "u_axis", "v_axis"))
        for row, column in ((0, 0), (SIZE[0] - 1, 3), (17, SIZE[1] - 1)):
            expected = origin + column * SPACING[1] * u + row * SPACING[0] * v
            found = image.TransformIndexToPhysicalPoint((column, row, 0))
            np.testing.assert_allclose(found, expected, atol=1e-3)


def test_the_report_is_one_page_with_its_numbers_and_needs_no_network(finished: Case) -> None:
    text = (finished.request.output / "report.html").read_text(encoding="utf-8")
    assert "case 7" in text and f"{finished.result['biometry']['hc_mm']['value']:.1f}" in text
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", text)


def test_no_file_holds_a_path(finished: Case, pictures: Path) -> None:
    folders = {str(pictures), str(finished.request.output.parent), str(finished.request.model)}
    for path in finished.request.output.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        content = gzip.decompress(content) if path.suffix == ".gz" else content
        assert not any(folder.encode() in content for folder in folders), path.name


def test_the_same_request_gives_the_same_files(
    pictures: Path, tiny_bundle: Path, finished: Case, tmp_path: Path
) -> None:
    again = reconstructed(request_of(pictures, tiny_bundle, tmp_path / "case 7", gestational_age_weeks=25.0))
    for name in ("skull.vtp", "skull.nii.gz", "uncertainty.nii.gz", "planes/axial.nii.gz"):
        assert (again.request.output / name).read_bytes() == (finished.request.output / name).read_bytes(), name
    for key in ("planes", "biometry", "uncertainty_mm", "in_distribution", "warnings"):
        assert again.result[key] == finished.result[key]


def test_no_draws_means_nulls_zeros_and_a_warning(pictures: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    found = reconstructed(request_of(pictures, tiny_bundle, tmp_path / "out", ["axial"], samples=0))
    assert set(found.result["uncertainty_mm"].values()) == {None}
    hc = found.result["biometry"]["hc_mm"]
    assert hc["sd"] is None and hc["interval90"] is None and hc["percentile"] is None and hc["value"] > 0
    assert sitk.GetArrayFromImage(sitk.ReadImage(str(found.request.output / "uncertainty.nii.gz"))).max() == 0
    assert read_surface(found.request.output / "skull.vtp").point_data["uncertainty_mm"].max() == 0
    kinds = dict(zip(found.result["warnings"], found.result["warning_kinds"]))
    assert [kind for sentence, kind in kinds.items() if "samples 0" in sentence] == ["missing"]
    assert [p.name for p in (found.request.output / "planes").iterdir()] == ["axial.nii.gz"]


@pytest.fixture(scope="module")
def imagined(pictures: Path, tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A case of the axial plane whose other planes are imagined; the tiny model calls no input typical."""
    output = tmp_path_factory.mktemp("imagined") / "case"
    return judged_typical(request_of(pictures, tiny_bundle, output, ["axial"], imagine=True))


def judged_typical(request: SkullRequest) -> Case:
    def load(anatomy, folder, device):
        return replace(load_seeing(folder), typical=AlwaysTypical())

    return run_case(SKULL, request, load=load)


class AlwaysTypical:
    densities: Mapping = {}

    def judge(self, *measures) -> InDistribution:
        return InDistribution(0.5, "typical")


def test_imagined_planes_are_files_an_entry_and_a_section(imagined: Case) -> None:
    folder = imagined.request.output
    names = [f"{plane}_{what}.png" for plane in ("sagittal", "coronal") for what in ("mean", "000", "003", "spread")]
    files = {path.name for path in (folder / "imagined").iterdir()}
    assert set(names) <= files and len(files) == 12
    entry = json.loads((folder / "result.json").read_text(encoding="utf-8"))["imagined"]
    assert set(entry) == {"synthetic", "draws", "outlines", "seed", "planes"} and entry["synthetic"] is True
    assert (entry["draws"], entry["outlines"], entry["seed"], list(entry["planes"])) == (4, 8, 4, PLANES_LEFT)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count("imagined-grid") > 2 and "nothing in these pictures was observed" in page
    case = read_case(folder)
    assert list(case.imagined) == PLANES_LEFT and case.imagined["sagittal"].pictures["spread"].ndim == 3
    for plane in case.imagined.values():
        assert plane.pictures["mean"].shape == tuple(entry["planes"][plane.name]["size"])
        assert set(entry["planes"][plane.name]["outline_spread_mm"]) == {"mean", "max"}
    assert set(entry["planes"]["coronal"]) == {"spacing_mm", "size", "placement", "outline_spread_mm"}


def test_the_same_seed_imagines_the_same_bytes_and_a_page_again_the_same_section(
    imagined: Case, pictures: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    again = judged_typical(request_of(pictures, tiny_bundle, tmp_path / "case", ["axial"], imagine=True))
    for path in (imagined.request.output / "imagined").iterdir():
        assert path.read_bytes() == (again.request.output / "imagined" / path.name).read_bytes()

    def section(path: Path) -> str:
        return path.read_text(encoding="utf-8").split('id="imagined-heading"')[1].split("</section>")[0]

    write_report_again(imagined.request.output, imagined.result, imagined.request, tmp_path / "again.html")
    assert section(tmp_path / "again.html") == section(imagined.request.output / "report.html")


def test_a_lost_picture_is_said(imagined: Case, tmp_path: Path) -> None:
    imagined.to_folder(tmp_path / "case")
    (tmp_path / "case" / "imagined" / "coronal_001.png").unlink()
    with pytest.raises(InputError, match=r"coronal_001\.png is missing"):
        read_case(tmp_path / "case")


def test_three_planes_leave_nothing_to_imagine(pictures: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    case = judged_typical(request_of(pictures, tiny_bundle, tmp_path / "out", samples=0, imagine=True))
    assert case.result["imagined"] is None and not (tmp_path / "out" / "imagined").exists()
    assert sum("all three planes are given" in warning for warning in case.result["warnings"]) == 1


def test_overwriting_leaves_no_plane_of_the_run_before(
    finished: Case, pictures: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    finished.to_folder(tmp_path / "out")
    alone = reconstructed(request_of(pictures, tiny_bundle, None, ["axial"], samples=0))
    with pytest.raises(InputError, match="is not empty"):
        alone.to_folder(tmp_path / "out")
    assert len(list((tmp_path / "out" / "planes").iterdir())) == 3
    alone.to_folder(tmp_path / "out", overwrite=True)
    assert [p.name for p in (tmp_path / "out" / "planes").iterdir()] == ["axial.nii.gz"]


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"axial": "empty.png"}, "axial", r"The axial plane .*empty\.png shows no fetal head"),
        ({"sagittal": "no.png"}, "sagittal", r"no\.png"),
        ({"pixel_spacing_mm": None}, "axial", "carries no pixel spacing"),
        ({"coronal_spacing_mm": (9, 9)}, "coronal_spacing_mm", "give the true one by coronal_spacing_mm in mm"),
        ({"model": Path("nowhere")}, None, "nowhere is not a folder"),
    ],
)
def test_a_failure_is_one_sentence_and_leaves_nothing_behind(
    fields: dict, field: str | None, words: str, pictures: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    fields = {key: pictures / value if isinstance(value, str) else value for key, value in fields.items()}
    with pytest.raises(InputError, match=words) as caught:
        reconstructed(request_of(pictures, tiny_bundle, tmp_path / "deep" / "out", samples=0, **fields))
    assert "\n" not in str(caught.value) and caught.value.field == field
    assert list(tmp_path.iterdir()) == []


def test_progress_never_goes_back(pictures: Path, tiny_bundle: Path) -> None:
    told: list[float] = []
    request = request_of(pictures, tiny_bundle, None, ["axial"], samples=0)
    reconstructed(request, progress=lambda message, share: told.append(share))
    assert told == sorted(told) and len(told) >= 5 and told[-1] < 0.8, "writing and the end come after it"


def test_a_file_with_spacing_of_its_own_needs_none_and_may_be_anisotropic(tiny_bundle: Path, tmp_path: Path) -> None:
    spacing = (0.9, 1.2)
    image = sitk.GetImageFromArray(painted_pixels(SHAPE, picture_pose("axial", 0.4, spacing=spacing), spacing=spacing))
    image.SetSpacing((spacing[1], spacing[0]))
    sitk.WriteImage(image, str(tmp_path / "axial.mha"))
    request = SkullRequest(axial=tmp_path / "axial.mha", model=tiny_bundle, samples=0, device="cpu")
    result = reconstructed(request).result
    assert result["planes"]["axial"]["spacing_mm"] == pytest.approx(spacing)
    assert result["planes"]["axial"]["spacing_source"] == "file"
    assert result["biometry"]["hc_mm"]["value"] == pytest.approx(250, rel=0.05)


def _some(surface) -> list[tuple[np.ndarray, np.ndarray]]:
    index = np.random.default_rng(0).permutation(len(surface.points))[:200]
    return [(surface.points[i], surface.vertex_normals[i]) for i in index]


def test_the_sample_is_the_bundled_head(sample_case: Path, tmp_path: Path) -> None:
    request = SKULL.sample(tmp_path / "out")
    assert request.output == tmp_path / "out" and list(request.planes()) == list(PLANES)
    for name, plane in request.planes().items():
        assert plane.image == sample_case / f"{name}.png" and len(plane.spacing_mm) == 2 and not plane.yields_to_file
    assert 14 < request.gestational_age_weeks < 40
    assert set(SKULL.read_inputs(request)) == set(PLANES)


def test_pixels_of_corrections_and_results_are_those_of_a_file_that_is_reduced(
    pictures: Path, tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture of twice the size, and the same corrections in its pixels: the same head."""
    with Image.open(pictures / "axial.png") as small:
        size, pixels = small.size, np.asarray(small).repeat(2, axis=0).repeat(2, axis=1)
    Image.fromarray(pixels).save(tmp_path / "axial.png")
    fields = {"samples": 0, "pixel_spacing_mm": None, "names": ("axial",)}
    length = np.array([20, 30, 120, 30, 100 * SPACING[0]])
    ellipse, mask = np.array([size[0] / 2, size[1] / 2, 50, 40, 90.0]), np.array([0, 0, 15, 20.0])

    def corrected(folder: Path, factor: int) -> dict:
        def at(values: np.ndarray) -> np.ndarray:
            return factor * values + (factor - 1) / 2

        texts = {
            "axial_length": [*at(length[:4]), length[4]],
            "axial_ellipse": [*at(ellipse[:2]), *factor * ellipse[2:4], ellipse[4]],
            "axial_mask": [at(mask)],
        }
        request = request_of(folder, tiny_bundle, tmp_path / f"case{factor}", **fields, **texts)
        return reconstructed(request).result

    one = corrected(pictures, 1)
    monkeypatch.setattr(stored, "MAX_SIDE_PX", max(size))
    two = corrected(tmp_path, 2)
    first, second = one["planes"]["axial"], two["planes"]["axial"]
    assert (first["reduction"], second["reduction"]) == (1, 2)
    assert first["size"] == second["size"] and first["spacing_mm"] == pytest.approx(second["spacing_mm"], rel=1e-9)
    assert two["biometry"]["hc_mm"]["value"] == pytest.approx(one["biometry"]["hc_mm"]["value"], rel=1e-6)
    for entry in ("head", "uncorrected"):
        found, larger = (np.array(plane[entry]["ellipse_px"]) for plane in (first, second))
        np.testing.assert_allclose(larger[:2], 2 * found[:2] + 0.5, rtol=1e-6)
        np.testing.assert_allclose(larger[2:], [2 * found[2], 2 * found[3], found[4]], rtol=1e-6)
        assert second[entry]["centre_px"] == second[entry]["ellipse_px"][:2]
