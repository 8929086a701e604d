"""A new anatomy is a folder and a line: the sphere of `helpers.sphere` goes through all that anatomies share."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from GenerativeModelsLib.anatomy import registry
from GenerativeModelsLib.anatomy.exporting import export_files
from GenerativeModelsLib.anatomy.python import CaseView
from GenerativeModelsLib.anatomy.registry import anatomy_of, register
from GenerativeModelsLib.anatomy.result import read_result
from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.batch.run import run_batch
from GenerativeModelsLib.batch.table import read_rows
from GenerativeModelsLib.cli.batch import batch_command
from GenerativeModelsLib.cli.case import case_command
from GenerativeModelsLib.cli.console import GuardedCommand
from GenerativeModelsLib.worker import Answered, Done, Progress, Refused, Worker
from Testing.helpers.browser import open_pages, picture_of
from Testing.helpers.fake_worker import until
from Testing.helpers.sphere import anatomy as sphere
from Testing.helpers.sphere.anatomy import SPHERE, SphereRequest
from Testing.helpers.sphere.files import a_sphere, write_mask
from Testing.helpers.sphere.model import write_sphere_bundle

ROOT = Path(__file__).resolve().parents[1]
TABLE = "case,mask,margin_mm\nsmall,small.nii.gz,\nempty,empty.nii.gz,\nlarge,small.nii.gz,42.5\n"
VOLUME_ML = 4 / 3 * np.pi * 1.2**3


@pytest.fixture(autouse=True)
def the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is written beside the folder of an anatomy."""
    monkeypatch.setattr(registry, "_PLACES", dict(registry._PLACES))
    register("sphere", "Testing.helpers.sphere.anatomy:SPHERE")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sphere_bundle(tmp_path_factory.mktemp("bundle") / "sphere")


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    return write_mask(tmp_path / "small.nii.gz")


@pytest.fixture
def table(mask: Path, tmp_path: Path) -> Path:
    """Three rows; the second one's image is empty."""
    write_mask(tmp_path / "empty.nii.gz", 0.0)
    (tmp_path / "cases.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path / "cases.csv"


def summary(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "summary.csv").open(newline="", encoding="utf-8") as file:
        return {line["case"]: line for line in csv.DictReader(file)}


def test_its_module_stays_short() -> None:
    """What a record asks of its author; 120 lines with the request and the computing."""
    assert len(Path(sphere.__file__).read_text(encoding="utf-8").splitlines()) < 120


def test_it_is_found_by_its_name() -> None:
    assert anatomy_of("sphere") is SPHERE


def test_python_sees_its_quantities(bundle: Path, tmp_path: Path) -> None:
    view = CaseView(a_sphere(tmp_path / "out", bundle))
    assert view.quantities["volume_ml"].value == pytest.approx(VOLUME_ML, rel=0.05)
    assert view.in_distribution is None and repr(view) == f"<CaseView: Volume {view.result['volume_ml']:.1f} ml>"
    assert "Sphere (research use only)" in view._repr_html_() and "Likeness" not in view._repr_html_()
    assert SPHERE.read(view.to_folder(tmp_path / "again")).result["volume_ml"] == view.result["volume_ml"]


def test_it_has_the_exports_that_need_no_codes(bundle: Path, mask: Path, tmp_path: Path) -> None:
    request = SPHERE.request(
        mask=mask, model=bundle, device="cpu", output=tmp_path / "case", case_id="S-1", export="stl,ply,glb"
    )
    result, folder = run_case(SPHERE, request).result, tmp_path / "case"
    announced = [name for key in ("stl", "ply", "glb") for name in export_files(SPHERE, key, folder)]
    assert sorted(path.name for path in (folder / "exports").iterdir()) == sorted(announced)
    assert announced == ["sphere.stl", "sphere.ply", "sphere.glb"]
    assert {f"exports/{name}" for name in announced} <= set(result["files"])
    assert "S-1" in (folder / "report.html").read_text(encoding="utf-8")
    readable = [path.stat().st_mode & 0o044 for path in (folder / "exports").iterdir()]
    assert os.name == "nt" or all(readable), "others may read them, as all files of a case"
    run_case(SPHERE, replace(request, export=None, overwrite=True))
    assert not any((folder / "exports").glob("*")), "those of the earlier result are gone"


def test_a_table_of_cases_goes_through_two_processes(table: Path, bundle: Path, tmp_path: Path) -> None:
    common = {"model": bundle, "device": "cpu"}
    output = tmp_path / "out"
    rows = read_rows(SPHERE, table, output, common)
    outcomes = run_batch(SPHERE, rows, output, workers=2)
    assert [outcome.status for outcome in outcomes] == ["done", "failed", "done"]
    assert outcomes[1].error == "mask empty.nii.gz is empty: give an image with a sphere in it."
    lines = summary(output)
    assert float(lines["small"]["volume_ml"]) == pytest.approx(VOLUME_ML, rel=0.05)
    assert (lines["small"]["warnings"], lines["large"]["warnings"]) == ("0", "1")
    assert float(lines["large"]["volume_ml"]) == pytest.approx(4 / 3 * np.pi * 5.45**3, rel=0.05)
    assert (output / "large" / "report.html").is_file() and not (output / "empty").exists()
    write_mask(tmp_path / "empty.nii.gz", 9.0)
    (output / "large" / "sphere.vtp").write_text("damaged")
    again = run_batch(SPHERE, read_rows(SPHERE, table, output, common), output, workers=1, resume=True)
    assert [(outcome.status, outcome.resumed[:4]) for outcome in again] == [
        ("done", "kept"),
        ("done", ""),
        ("done", "comp"),
    ]


@pytest.fixture
def program() -> typer.Typer:
    """The commands of the sphere, as the program makes those of every anatomy."""
    app = typer.Typer()
    app.command(SPHERE.verb, cls=GuardedCommand)(case_command(SPHERE))
    app.command("batch", cls=GuardedCommand)(batch_command(SPHERE))
    return app


def run(program: typer.Typer, *arguments: object):
    return CliRunner().invoke(program, [str(argument) for argument in arguments])


def test_its_command_is_made_from_its_request(program: typer.Typer, mask: Path, bundle: Path, tmp_path: Path) -> None:
    options = ("inflate", "--mask", mask, "--model", bundle, "--device", "cpu", "--output", tmp_path / "out")
    result = run(program, *options, "--margin", "1.5")
    assert result.exit_code == 0, result.output
    written = read_result(tmp_path / "out", "sphere/1")
    assert written["fingerprint"]["options"]["margin_mm"] == 1.5
    assert f"{written['volume_ml']:.1f} ml" in result.stdout and "report.html" in result.stdout
    as_json = run(program, *options, "--overwrite", "--json")
    assert json.loads(as_json.stdout)["schema"] == "sphere/1"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"sphere.vtp", "result.json", "report.html"}


def test_its_errors_name_the_options(program: typer.Typer, mask: Path, bundle: Path, tmp_path: Path) -> None:
    options = ("inflate", "--mask", mask, "--output", tmp_path / "out")
    for more, sentence in (
        (("--margin", "wide"), "Error: --margin is 'wide': give millimetres such as 1.5."),
        (("--model", bundle, "--device", "tpu"), "Error: --device is 'tpu'"),
        ((), "no model bundle 'sphere'"),
    ):
        result = run(program, *options, *more)
        assert result.exit_code == 2 and sentence in result.stderr
    assert not (tmp_path / "out").exists()


def test_its_batch_command_reads_its_columns(program: typer.Typer, table: Path, bundle: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    options = ("--output", output, "--model", bundle, "--device", "cpu", "--workers", "1", "--margin", "3")
    result = run(program, "batch", table, *options)
    assert result.exit_code == 3 and "2 of 3 cases done, 1 failed" in result.stdout
    margins = {case: read_result(output / case, "sphere/1") for case in ("small", "large")}
    assert {case: found["fingerprint"]["options"]["margin_mm"] for case, found in margins.items()} == {
        "small": 3.0,
        "large": 42.5,
    }, "a cell of the table wins over the option"
    assert run(program, "batch", table, *options, "--resume", "--keep-going").exit_code == 0
    assert "case, mask, margin_mm" in " ".join(run(program, "batch", "--help").output.split())


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "_PLACES", {"sphere": "Testing.helpers.sphere.anatomy:SPHERE"})
        made = Worker("sphere", environment={"PYTHONPATH": str(ROOT)})
    yield made
    made.close()


def test_a_worker_does_its_cases(worker: Worker, mask: Path, bundle: Path, tmp_path: Path) -> None:
    worker.submit("sphere", SphereRequest(mask, output=tmp_path / "out", model=bundle, device="cpu"))
    *before, last = until(worker, Done)
    assert isinstance(last, Done) and "Inflating" in [event.message for event in before if isinstance(event, Progress)]
    assert SPHERE.read(last.folder).result["volume_ml"] == pytest.approx(VOLUME_ML, rel=0.05)
    worker.submit("sphere", SphereRequest(tmp_path / "none.nii.gz", output=tmp_path / "other", model=bundle))
    (*_, refused) = until(worker, Refused)
    assert "none.nii.gz" in refused.sentence and not (tmp_path / "other").exists()


def test_a_worker_answers_its_query(worker: Worker, bundle: Path) -> None:
    number = worker.ask("sphere", "shape_at", {"radius_mm": 10.0}, model=bundle, device="cpu")
    (*_, answer) = until(worker, Answered)
    assert answer.query == number and answer.values["volume_ml"] == pytest.approx(4.19, rel=0.02)
    np.testing.assert_allclose(np.linalg.norm(answer.values["points"], axis=1), 10.0, rtol=1e-5)
    worker.ask("sphere", "shape_at", {"radius_mm": -1.0}, model=bundle, device="cpu")
    (*_, refused) = until(worker, Refused)
    assert refused.field == "radius_mm" and "give millimetres above 0" in refused.sentence


def test_the_scene_shows_it_without_a_line_of_its_own(bundle: Path, tmp_path: Path) -> None:
    slicer = pytest.importorskip("slicer", reason="the Slicer core is not here")
    from GenerativeModelsScene import show_case_folder

    scene = slicer.vtkMRMLScene()
    folder = a_sphere(tmp_path / "Ball", bundle).request.output
    nodes = show_case_folder("sphere", folder, scene=scene)
    assert nodes.models["sphere.vtp"].GetDisplayNode().GetScalarRange() == (0.0, 40.0)
    scene.Clear(True)


@pytest.fixture
def open_report(a_browser) -> Iterator:
    yield from open_pages(a_browser, lambda folder: (folder / "report.html").as_uri())


@pytest.mark.browser
def test_its_report_is_a_page_to_look_at(open_report, bundle: Path, tmp_path: Path) -> None:
    case = a_sphere(tmp_path / "Ball", bundle, margin_mm=42.5)
    page = open_report(case.request.output)
    assert page.inner_text("h1") == "Ball" and page.inner_text(".kind") == "Sphere"
    assert page.locator("tbody td").all_inner_texts() == [f"{case.result['volume_ml']:.1f} ml"]
    assert page.inner_text(".notice").startswith("Read with care The radius is 54.4")
    assert picture_of(page, "#shape-canvas").std() > 10
    page.click('[data-view="below"]')
    page.hover("#shape-canvas")
    value = page.inner_text("#readout")
    assert value.startswith("Here: ") and float(value.split()[1]) < 2.0, "the lowest point is in the middle"


@pytest.mark.browser
@pytest.mark.skipif(importlib.util.find_spec("trame_slicer") is None, reason="trame-slicer (extra web) is not here")
def test_the_browser_lists_it_beside_the_skull(a_browser, bundle: Path) -> None:
    from GenerativeModelsWeb.applications import Application, applications
    from GenerativeModelsWeb.server.sessions import SessionPlan
    from Testing.helpers.hubs import running_hub

    one = Application("Sphere", "The volume of a sphere.", "Testing.helpers.sphere.web:SphereApplication")
    plan = SessionPlan({**applications(), "sphere": one}, model=bundle, device="cpu", spare=False)
    with running_hub(plan) as hub:
        page = a_browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(hub.address)
        assert page.locator("li strong").all_inner_texts() == ["Generative models", "Sphere"]
        page.click("text=Sphere")
        page.fill("#radius", "20")
        page.click("#ask")
        page.wait_for_function("document.querySelector('#volume').textContent.includes(' ml')")
        assert float(page.inner_text("#volume").split()[0]) == pytest.approx(33.5, rel=0.02)
        assert page.title() == "Sphere" and hub.token not in page.url
        page.go_back()
        page.click("text=Generative models")
        page.wait_for_selector(".gm-app")
        assert sorted(session.application for session in hub.hub.sessions.taken.values()) == ["measure", "sphere"]
        page.close()


def test_an_anatomy_that_is_not_registered_is_not_found() -> None:
    registry._PLACES.pop("sphere")
    with pytest.raises(KeyError):
        anatomy_of("sphere")
