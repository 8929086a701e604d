"""Another age, growth chart or sex: nothing is computed but what follows from them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.anatomy.fields import judged_fields
from GenerativeModelsLib.anatomy.fingerprint import fingerprint_of
from GenerativeModelsLib.anatomy.judging import judge_again
from GenerativeModelsLib.anatomy.kept import MOST, KeptCases
from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.batch.finished import why_unfinished
from GenerativeModelsLib.batch.run import KEPT, _state_of, run_batch
from GenerativeModelsLib.batch.table import BatchRow
from GenerativeModelsLib.errors import SCALE, InputError
from GenerativeModelsLib.output.fingerprint import checksums_of_folder
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.growth import intergrowth
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.request import SkullRequest
from Testing.helpers.painted import SPACING, painted_planes
from Testing.helpers.tiny_models import load_seeing

OTHER = {"gestational_age_weeks": 18.0, "chart": "who", "sex": "female"}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for name, image in painted_planes(mean_head(250.0)).items():
        Image.fromarray(image.pixels.astype(np.uint8)).save(folder / f"{name}.png")
    return folder


class Counted:
    """The skull's record; counts what is computed."""

    def __init__(self) -> None:
        self.computed = 0
        self.anatomy = replace(SKULL, compute=self._compute)

    def _compute(self, *given: Any) -> Any:
        self.computed += 1
        return SKULL.compute(*given)

    def run(self, request: SkullRequest, kept: KeptCases | None = None) -> dict[str, Any]:
        load = lambda anatomy, folder, device: load_seeing(folder)  # noqa: E731
        return run_case(self.anatomy, request, load=load, kept=kept).result


@pytest.fixture
def counted() -> Iterator[Counted]:
    yield Counted()


def request_of(pictures: Path, bundle: Path, output: Path | None, **fields: Any) -> SkullRequest:
    given = {"pixel_spacing_mm": SPACING, "model": bundle, "samples": 4, "device": "cpu", "overwrite": True}
    return SkullRequest(axial=pictures / "axial.png", output=output, **(given | fields))


def apart_from_time(result: dict[str, Any]) -> dict[str, Any]:
    """A result without its times, and without the checksum of the report, which has them too."""
    files = {name: digest for name, digest in result.get("files", {}).items() if name != "report.html"}
    return {name: value for name, value in result.items() if name not in ("seconds", "created")} | {"files": files}


def test_a_finished_result_judged_again_is_that_of_a_new_run(counted, pictures, tiny_bundle, tmp_path) -> None:
    first = request_of(pictures, tiny_bundle, tmp_path / "case", gestational_age_weeks=25.0)
    before, other = counted.run(first), replace(first, **OTHER)
    files = checksums_of_folder(first.output)
    judge_again(SKULL, other)
    result = json.loads((first.output / "result.json").read_text(encoding="utf-8"))
    fresh = counted.run(request_of(pictures, tiny_bundle, tmp_path / "fresh", **OTHER))
    assert counted.computed == 2, "the first and the fresh one"
    assert apart_from_time(result) == apart_from_time(fresh) != apart_from_time(before)
    assert (before["sex"], result["sex"]) == (None, "female")
    assert list(result) == list(before)
    changed = {name for name, digest in checksums_of_folder(first.output).items() if digest != files[name]}
    assert changed == {"report.html", "result.json"}
    page = (first.output / "report.html").read_text(encoding="utf-8")
    assert "of the WHO chart" in page and "18 weeks + 0 days" in page and "Check scale and age" in page
    assert "<h1>case</h1>" in page
    why = why_unfinished(first.output, SKULL.schema, fingerprint_of(SKULL, other))
    assert why == "" and _state_of(SKULL, other) == KEPT


def test_exports_are_written_again_with_the_new_percentiles(counted, pictures, tiny_bundle, tmp_path) -> None:
    first = request_of(pictures, tiny_bundle, tmp_path / "case", gestational_age_weeks=25.0, export="fhir,stl")
    counted.run(first)
    before = checksums_of_folder(first.output / "exports")
    judge_again(SKULL, replace(first, gestational_age_weeks=26.0))
    after = checksums_of_folder(first.output / "exports")
    assert {name for name in after if after[name] != before[name]} == {"observations.fhir.json"}
    listed = json.loads((first.output / "result.json").read_text(encoding="utf-8"))["files"]
    assert {f"exports/{name}": digest for name, digest in after.items()}.items() <= listed.items()


def test_warnings_of_the_former_age_go_and_those_of_the_computation_stay(counted, pictures, tiny_bundle, tmp_path):
    wrong = request_of(pictures, tiny_bundle, tmp_path / "case", gestational_age_weeks=18.0)
    before = counted.run(wrong)
    assert before["warning_kinds"][0] == SCALE and "18 weeks" in before["warnings"][0]
    weeks = before["age_from"]["hc"]["weeks"]
    judge_again(SKULL, replace(wrong, gestational_age_weeks=weeks))
    after = json.loads((wrong.output / "result.json").read_text(encoding="utf-8"))
    assert all("given age" not in warning for warning in after["warnings"])
    computed = [w for w, kind in zip(before["warnings"], before["warning_kinds"], strict=True) if kind != SCALE]
    assert [w for w, kind in zip(after["warnings"], after["warning_kinds"], strict=True) if kind != SCALE] == computed
    assert "Check scale and age" not in (wrong.output / "report.html").read_text(encoding="utf-8")


def test_a_kept_case_is_not_computed_for_another_age_chart_or_title(counted, pictures, tiny_bundle) -> None:
    kept = KeptCases()
    first = request_of(pictures, tiny_bundle, None, gestational_age_weeks=25.0)
    before = counted.run(first, kept)
    for other in ({"gestational_age_weeks": None}, {"chart": "hadlock"}, {"sex": "M"}, {"title": "Another"}, {}):
        counted.run(replace(first, **other), kept)
    assert counted.computed == 1
    hadlock = counted.run(replace(first, chart="hadlock"), kept)
    assert hadlock["chart"]["name"] == "hadlock" and hadlock["age_from"]["ofd"] is None
    assert hadlock["biometry"]["hc_mm"]["value"] == before["biometry"]["hc_mm"]["value"]
    assert hadlock["biometry"]["hc_mm"]["percentile"] != before["biometry"]["hc_mm"]["percentile"]
    assert hadlock["fingerprint"] == fingerprint_of(SKULL, replace(first, chart="hadlock")).document()
    assert hadlock["seconds"]["reconstruct"] == before["seconds"]["reconstruct"]


def test_anything_else_is_computed_and_the_oldest_case_is_dropped(counted, pictures, tiny_bundle) -> None:
    kept = KeptCases()
    first = request_of(pictures, tiny_bundle, None)
    for seed in range(MOST + 1):
        counted.run(replace(first, seed=seed), kept)
    assert counted.computed == MOST + 1
    counted.run(replace(first, seed=MOST, gestational_age_weeks=20.0), kept)
    assert counted.computed == MOST + 1
    counted.run(first, kept)
    assert counted.computed == MOST + 2, "the first one was dropped"


def test_a_batch_tells_what_has_to_be_done(counted, pictures, tiny_bundle, tmp_path) -> None:
    first = request_of(pictures, tiny_bundle, tmp_path / "case", gestational_age_weeks=25.0)
    assert _state_of(SKULL, first) == ""
    counted.run(first)
    assert _state_of(SKULL, first) == KEPT
    assert _state_of(SKULL, replace(first, **OTHER)) == "judged anew: gestational age weeks, chart, sex changed"
    assert _state_of(SKULL, replace(first, seed=3, **OTHER)).startswith("computed anew: ")
    (outcome,) = run_batch(SKULL, [BatchRow("case", replace(first, **OTHER))], tmp_path, resume=True, workers=1)
    assert (outcome.status, outcome.resumed) == ("done", "judged anew: gestational age weeks, chart, sex changed")
    with (tmp_path / "summary.csv").open(newline="", encoding="utf-8") as file:
        (line,) = csv.DictReader(file)
    assert (line["chart"], float(line["gestational_age_weeks"])) == ("who", 18.0)
    assert float(line["hc_z_score"]) > 3 and line["scale_warning"]
    assert _state_of(SKULL, replace(first, **OTHER)) == KEPT
    (first.output / "skull.vtp").write_bytes(b"")
    assert _state_of(SKULL, first) == "computed anew: skull.vtp is missing or was changed"


def test_what_is_no_whole_result_is_refused(pictures, tiny_bundle, tmp_path) -> None:
    with pytest.raises(InputError, match=r"result\.json is missing or broken"):
        judge_again(SKULL, request_of(pictures, tiny_bundle, tmp_path / "nothing"))
    assert not (tmp_path / "nothing").exists()


def test_the_scores_are_those_of_the_chart(counted, pictures, tiny_bundle) -> None:
    result = counted.run(request_of(pictures, tiny_bundle, None, gestational_age_weeks=25.0))
    hc = result["biometry"]["hc_mm"]
    assert hc["z_score"] == float(intergrowth.HC.z_score(hc["value"], 25.0))
    assert judged_fields(SkullRequest) == {*OTHER, "sex", "language"}
