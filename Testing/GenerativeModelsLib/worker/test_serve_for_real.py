"""The real child with the shipped bundles: the same bits as the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.heart.case.queries import shape_at
from GenerativeModelsLib.heart.infer.model import load_heart_model
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.worker import Answered, DeviceFound, Done, Event, Failed, Refused, Worker
from Testing.helpers.fake_worker import until

SAME = ("biometry", "uncertainty_mm", "in_distribution", "warnings", "seed", "samples", "model", "device")


def run(worker: Worker, request: SkullRequest) -> list[Event]:
    """All that is told until the request has come to its end."""
    worker.submit("skull", request)
    return until(worker, Done, Failed, Refused)


def sample_request(sample_case: Path, output: Path, **fields) -> SkullRequest:
    sample = json.loads((sample_case / "sample.json").read_text(encoding="utf-8"))
    files = {name: sample_case / f"{name}.png" for name in sample["spacing_mm"]}
    spacings = {f"{name}_spacing_mm": tuple(pair) for name, pair in sample["spacing_mm"].items()}
    weeks = sample["gestational_age_weeks"]
    return SkullRequest(output=output, gestational_age_weeks=weeks, device="cpu", **(files | spacings | fields))


@pytest.mark.slow
def test_a_worker_gives_the_bits_of_the_command_line_cold_and_warm(
    sample_case: Path, skull_bundle: Path, tmp_path: Path
) -> None:
    request = sample_request(sample_case, tmp_path / "cold")
    options = [part for name, plane in request.planes().items() for part in (f"--{name}", str(plane.image))]
    for name, plane in request.planes().items():
        options += [f"--{name}-spacing", "{!r},{!r}".format(*plane.spacing_mm)]
    command = [sys.executable, "-m", "GenerativeModelsLib", "skull", "reconstruct", *options, "--device", "cpu"]
    command += ["--gestational-age", str(request.gestational_age_weeks), "--output", str(tmp_path / "cli")]
    variables = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3] / "GenerativeModels")}
    subprocess.run(command, check=True, env=variables, capture_output=True)
    worker = Worker("skull")
    try:
        for name in ("cold", "warm"):
            events = run(worker, sample_request(sample_case, tmp_path / name))
            assert isinstance(events[-1], Done), events[-1]
    finally:
        worker.close()
    expected = read_case(tmp_path / "cli")
    for name in ("cold", "warm"):
        found = read_case(tmp_path / name)
        assert {key: found.result[key] for key in SAME} == {key: expected.result[key] for key in SAME}
        np.testing.assert_array_equal(found.surface.points, expected.surface.points)
        np.testing.assert_array_equal(found.surface.triangles, expected.surface.triangles)
        for file in ("skull.vtp", "skull.nii.gz", "uncertainty.nii.gz", "planes/coronal.nii.gz"):
            assert (tmp_path / name / file).read_bytes() == (tmp_path / "cli" / file).read_bytes(), file
        assert found.result["planes"] == expected.result["planes"]


def test_one_child_tells_the_device_refuses_a_bad_case_reconstructs_a_good_one_and_answers_about_a_heart(
    sample_case: Path, skull_bundle: Path, tmp_path: Path
) -> None:
    worker = Worker("skull")
    try:
        worker.ask_device()
        device, *_, refused = run(worker, sample_request(sample_case, tmp_path / "bad", axial_spacing_mm=None))
        assert isinstance(device, DeviceFound) and device.name
        assert isinstance(refused, Refused) and refused.field == "axial"
        assert refused.sentence.endswith(
            "give the spacing of the axial plane in mm, that of all planes, or the known length of the axial plane."
        )
        names = {"axial": "Node of mine"}
        good = sample_request(sample_case, tmp_path / "good", samples=0, shown_names=names, title="A title")
        *progress, done = run(worker, good)
        worker.ask("heart", "shape_at", {"z_top": [0.0, np.nan]}, device="cpu")
        (refused_query,) = until(worker, Refused, Answered, Failed)
        worker.ask("heart", "shape_at", {"z_top": np.array([0.5, -0.25])}, device="cpu")
        (answer,) = until(worker, Refused, Answered, Failed)
    finally:
        worker.close()
    assert done == Done(2, tmp_path / "good")
    shares = [event.share for event in progress]
    assert shares == sorted(shares) and shares[-1] == 1.0
    case = read_case(tmp_path / "good")
    assert case.planes["axial"].label == "Node of mine"
    assert "A title" in case.report.read_text(encoding="utf-8")
    assert {path.name for path in tmp_path.iterdir()} == {"good"}
    assert isinstance(refused_query, Refused) and "give 2 finite numbers" in refused_query.sentence
    expected = shape_at(load_heart_model(default_bundle("heart"), "cpu"), [0.5, -0.25])
    assert answer.query == 2 and answer.values.keys() == expected.keys()
    for phase, arrays in expected.pop("surfaces").items():
        for name, array in arrays.items():
            found = answer.values["surfaces"][phase][name]
            assert found.dtype == array.dtype
            np.testing.assert_array_equal(found, array)
    assert {key: answer.values[key] for key in expected} == expected
