"""A case of any anatomy, whole or not at all; on the CPU where the memory of the device is full."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from GenerativeModelsLib import device as devices
from GenerativeModelsLib.anatomy.fields import asked
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.anatomy.run import load_on, model_summary, run_case, write_json
from GenerativeModelsLib.device import DeviceChoice
from GenerativeModelsLib.errors import Caution, InputError
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.image_files.given import GivenImage
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.request import SkullRequest
from Testing.helpers.painted import SPACING, painted_pixels, picture_pose
from Testing.helpers.stand_in_hearts import StandInModel
from Testing.helpers.toy_anatomy import TOY, ToyModel, ToyRequest

PNG = b"\x89PNG\r\n\x1a\n12345"
PASSED_OVER = Caution("The device cuda:1 was passed over.", "device")
GPU = DeviceChoice(torch.device("cuda:0"), "cuda:0", (PASSED_OVER,))


@pytest.fixture
def request_(tmp_path: Path, tiny_bundle: Path) -> ToyRequest:
    picture = tmp_path / "picture.png"
    picture.write_bytes(PNG)
    return ToyRequest(picture=picture, model=tiny_bundle, device="cpu", output=tmp_path / "deep" / "out", seed=7)


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that is there by name alone."""
    monkeypatch.setattr(devices, "choose_device", lambda wanted: GPU)


class Loader:
    """Loads models; `where` are the devices they were asked for."""

    def __init__(self, make: Callable[[Path], Any] = lambda folder: ToyModel()) -> None:
        self.make, self.where, self.models = make, [], []

    def __call__(self, anatomy: Anatomy, folder: Path, device: object) -> Any:
        self.where.append(str(device))
        self.models.append(self.make(folder))
        return self.models[-1]


def failing_once(anatomy: Anatomy, error: Exception) -> tuple[Anatomy, list[Any]]:
    """The anatomy, whose first computation fails; the models that were computed on."""
    seen: list[Any] = []

    def compute(request: CaseRequest, inputs: Any, model: Any, progress: Any) -> Any:
        seen.append(model)
        if len(seen) == 1:
            raise error
        return anatomy.compute(request, inputs, model, progress)

    return replace(anatomy, compute=compute), seen


def test_the_files_are_those_of_the_anatomy_the_report_and_the_result(request_: ToyRequest) -> None:
    case = run_case(TOY, request_)
    assert sorted(path.name for path in request_.output.iterdir()) == ["report.html", "result.json", "toy.txt"]
    result = json.loads((request_.output / "result.json").read_text(encoding="utf-8"))
    assert result == case.result
    assert (result["schema"], result["device"], result["seed"]) == ("toy/1", "cpu", 7)
    assert result["model"] == {**model_summary(ToyModel()), "bundle_sha256": case.fingerprint.model}
    assert set(result["seconds"]) == {"load", "read", "count", "total"} and result["seconds"]["count"] == 0.25
    assert result["seconds"]["total"] >= result["seconds"]["read"] >= 0
    assert set(result["files"]) == {"report.html", "toy.txt"}
    assert result["fingerprint"]["digest"] == case.fingerprint.digest
    assert str(request_.picture.parent) not in json.dumps(result), "files by their own names alone"


def test_warnings_come_with_their_kinds(request_: ToyRequest, gpu: None) -> None:
    result = run_case(TOY, request_, load=Loader()).result
    assert result["warnings"] == ["The device cuda:1 was passed over.", "A plain sentence.", "Read it with care."]
    assert result["warning_kinds"] == ["device", "input", "quality"]


def test_without_an_output_nothing_is_written(
    request_: ToyRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    case = run_case(TOY, replace(request_, output=None))
    assert case.result["count_mm"] == len(PNG) and "files" not in case.result
    assert sorted(tmp_path.rglob("*")) == before


def test_a_computed_case_is_written_later_as_if_at_once(request_: ToyRequest, tmp_path: Path) -> None:
    at_once = run_case(TOY, request_).result
    case = run_case(TOY, replace(request_, output=None))
    written = case.to_folder(tmp_path / "later")
    assert written.request.output == tmp_path / "later" and "files" not in case.result
    result = json.loads((tmp_path / "later" / "result.json").read_text())
    assert result == written.result
    same = {"schema", "model", "count_mm", "warnings", "warning_kinds", "fingerprint"}
    assert {name: result[name] for name in same} == {name: at_once[name] for name in same}
    assert "<title>later</title>" in (tmp_path / "later" / "report.html").read_text()
    with pytest.raises(InputError, match="is not empty") as caught:
        case.to_folder(str(tmp_path / "later"))
    assert caught.value.field == "output"
    (tmp_path / "later" / "old-1.txt").touch()
    (tmp_path / "later" / "mine.txt").touch()
    case.to_folder(str(tmp_path / "later"), overwrite=True)
    names = {path.name for path in (tmp_path / "later").iterdir()}
    assert names == {"report.html", "result.json", "toy.txt", "mine.txt"}, "what an earlier run left is gone"


def test_progress_runs_to_the_end_and_says_what_is_read(request_: ToyRequest) -> None:
    told: list[tuple[str, float]] = []
    run_case(TOY, request_, progress=lambda *step: told.append(step))
    shares = [share for _, share in told]
    assert shares == sorted(shares) and told[-1] == ("done", 1.0)
    assert told[0] == ("reading the picture", 0.05) and ("counting", 0.525) in told


def test_the_model_is_the_shipped_one_unless_another_is_given(request_: ToyRequest, tiny_bundle: Path) -> None:
    asked: list[Path] = []
    load_on(SKULL, None, "cpu", lambda anatomy, folder, device: asked.append(folder))
    load_on(SKULL, tiny_bundle, "cpu", lambda anatomy, folder, device: asked.append(folder))
    assert [folder.name for folder in asked] == ["skull", "tiny"]
    assert load_on(TOY, tiny_bundle, "cuda:3").device == "cuda:3", "the anatomy's own loader"
    loader = Loader()
    assert run_case(TOY, request_, load=loader).run.model is loader.models[0]


def test_a_bad_input_is_named_rather_than_what_else_may_be_wrong(request_: ToyRequest, tmp_path: Path) -> None:
    for picture, model in ((tmp_path / "absent.png", request_.model), (tmp_path / "absent.png", tmp_path / "nowhere")):
        with pytest.raises(InputError, match=r"picture .*absent\.png is empty") as caught:
            run_case(TOY, replace(request_, picture=picture, model=model))
        assert caught.value.field == "picture"
    with pytest.raises(InputError, match="nowhere is not a folder"):
        run_case(TOY, replace(request_, model=tmp_path / "nowhere"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["picture.png"]


@pytest.mark.parametrize("step", ["read_inputs", "compute", "write", "report"])
@pytest.mark.parametrize("error", [InputError("no toy."), RuntimeError("a surprise"), KeyboardInterrupt()])
def test_a_failure_at_any_step_leaves_nothing_behind(
    step: str, error: BaseException, request_: ToyRequest, tmp_path: Path
) -> None:
    def fail(*_: Any) -> None:
        raise error

    with pytest.raises(type(error)):
        run_case(replace(TOY, **{step: fail}), request_)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["picture.png"]


def test_out_of_memory_falls_back_to_the_cpu_aloud(request_: ToyRequest, gpu: None) -> None:
    anatomy, models = failing_once(TOY, torch.OutOfMemoryError("CUDA out of memory."))
    loader = Loader()
    result = run_case(anatomy, request_, load=loader).result
    assert loader.where == ["cuda:0", "cpu"] and models == loader.models
    assert result["device"] == "cpu"
    assert result["warnings"][:2] == [PASSED_OVER, "cuda:0 ran out of memory; the CPU was used instead."]
    assert result["warning_kinds"][:2] == ["device", "device"]


def test_memory_may_be_full_already_when_the_model_is_loaded(request_: ToyRequest, gpu: None) -> None:
    def load(anatomy: Anatomy, folder: Path, device: object) -> ToyModel:
        if str(device) != "cpu":
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return ToyModel()

    assert "the CPU was used instead" in run_case(TOY, request_, load=load).result["warnings"][1]


@pytest.mark.parametrize("error", [InputError("no toy"), RuntimeError("a surprise"), MemoryError()])
def test_other_errors_are_not_swallowed(error: Exception, request_: ToyRequest, gpu: None) -> None:
    anatomy, models = failing_once(TOY, error)
    with pytest.raises(type(error)):
        run_case(anatomy, request_, load=Loader())
    assert len(models) == 1


def test_memory_that_is_full_on_the_cpu_too_is_an_error(request_: ToyRequest, gpu: None) -> None:
    def fail(*_: Any) -> None:
        raise torch.OutOfMemoryError("out of memory.")

    with pytest.raises(torch.OutOfMemoryError):
        run_case(replace(TOY, compute=fail), request_, load=Loader())


@dataclass(frozen=True)
class Real:
    """A real anatomy with a cheap case."""

    anatomy: Anatomy
    request: CaseRequest
    make: Callable[[Path], Any]
    quantity: str


@pytest.fixture(scope="module", params=["skull", "heart"])
def real(request: pytest.FixtureRequest, tiny_bundle: Path) -> Real:
    from Testing.helpers.tiny_models import load_seeing

    if request.param == "heart":
        folder = request.getfixturevalue("sample_heart")
        return Real(HEART, HeartRequest(folder / "ed.nii.gz"), lambda folder: StandInModel(), "edv_ml")
    pixels = painted_pixels(mean_head(250.0), picture_pose("axial", 0.4))
    image = GivenImage(pixels, "given as axial (array)", SPACING)
    return Real(SKULL, SkullRequest(image, model=tiny_bundle, samples=2), load_seeing, "hc_mm")


def test_every_anatomy_goes_on_on_the_cpu_with_the_result_of_the_cpu(
    real: Real, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = run_case(real.anatomy, replace(real.request, device="cpu"), load=Loader(real.make))
    monkeypatch.setattr(devices, "choose_device", lambda wanted: GPU)
    anatomy, models = failing_once(real.anatomy, torch.OutOfMemoryError("CUDA out of memory."))
    loader = Loader(real.make)
    found = run_case(anatomy, real.request, load=loader)
    assert loader.where == ["cuda:0", "cpu"] and len(models) == 2
    assert found.run.device == found.result["device"] == "cpu"
    assert "ran out of memory; the CPU was used instead" in found.result["warnings"][1]
    assert found.result["warnings"][2:] == expected.result["warnings"]
    quantity = real.anatomy.quantity(real.quantity)
    assert quantity.of(found.result) == quantity.of(expected.result)
    assert np.isfinite(quantity.of(found.result).value)


def test_json_is_whole_text_without_numbers_that_are_none(tmp_path: Path) -> None:
    write_json({"a": "Größe ☃", "b": [1.5, None]}, tmp_path / "x.json")
    assert (tmp_path / "x.json").read_bytes() == '{\n  "a": "Größe ☃",\n  "b": [\n    1.5,\n    null\n  ]\n}\n'.encode()
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json({"a": float("nan")}, tmp_path / "y.json")


def test_an_anatomy_without_a_model_is_computed_without_one_and_without_a_device(
    request_: ToyRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dataclass(frozen=True)
    class PlainRequest(CaseRequest):
        picture: Path = asked("A picture.", metavar="FILE", called="the picture", image=True, column=True)
        strength_mm: str = "1"

    monkeypatch.setattr(devices, "choose_device", lambda wanted: pytest.fail("no device is needed"))
    seen: list[Any] = []

    def compute(request: CaseRequest, inputs: bytes, model: Any, progress: Any) -> Any:
        seen.append(model)
        return TOY.compute(request, inputs, ToyModel(), progress)

    plain = replace(TOY, bundle_kind="", load_model=None, compute=compute, request=PlainRequest)
    case = run_case(plain, PlainRequest(request_.picture, output=request_.output))
    assert seen == [None] and not plain.has_model and load_on(plain, None, "cpu") is None
    assert (case.result["model"], case.result["device"]) == (None, "cpu") and "seed" not in case.result
    assert list(case.result["software"]) == ["version"] and case.fingerprint.model == ""
    assert case.result["count_mm"] == len(PNG) and set(case.result["seconds"]) == {"read", "count", "total"}
