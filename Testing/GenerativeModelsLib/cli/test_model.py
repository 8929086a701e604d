import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from GenerativeModelsLib.bundle.bundle import bundle_checksum
from GenerativeModelsLib.bundle.checksums import ALL_FILES
from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.cli.model import LOADERS
from GenerativeModelsLib.heart.infer import bundle as heart_bundle
from GenerativeModelsLib.resources import default_bundle, shipped_bundles
from GenerativeModelsLib.segmentation import label_model
from GenerativeModelsLib.segmentation.uncertainty import model as uncertainty_model
from GenerativeModelsLib.skull.infer import model as skull_model
from GenerativeModelsLib.synthesis.images import model as images_model
from GenerativeModelsLib.synthesis.translate import model as translation_model
from Testing.helpers.bundles import change_manifest, flipped, reseal
from Testing.helpers.tiny_images import write_images_bundle
from Testing.helpers.tiny_translation import write_translation_bundle

CHECKS = ["files", "manifest", "checksum", "tensors", "card", "loads"]


@pytest.fixture
def folder(tiny_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))


def run(*arguments: str):
    return CliRunner().invoke(app, ["model", *arguments])


def test_inspect_prints_the_card_and_whole_checksums(folder: Path) -> None:
    result = run("inspect", str(folder))
    assert result.exit_code == 0
    assert all(words in result.stdout for words in ("tiny 0.1", "fetal-skull", "skull: HiRecCVAE", "For tests."))
    assert bundle_checksum(folder) in "".join(result.stdout.replace("│", "").split())


def test_inspect_as_json(folder: Path) -> None:
    result = run("inspect", str(folder), "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["schema"], found["folder"]) == (0, "model-inspect/1", "bundle")
    assert found["bundle_sha256"] == bundle_checksum(folder)
    assert (found["name"], found["version"], found["kind"]) == ("tiny", "0.1", "fetal-skull")
    assert found["architecture"]["skull"]["class_name"] == "HiRecCVAE"
    assert found["weights_bytes"] == (folder / "model.safetensors").stat().st_size
    assert str(folder.parent) not in result.stdout


def test_a_bundle_does_not_command_the_terminal(folder: Path) -> None:
    change_manifest(folder, lambda c: c.update(name="[/a] [bold]tiny\x1b[2J", licence="[red]"))
    (folder / "CARD.md").write_text("# Card\x1b]0;title\x07\n")
    reseal(folder)
    result = run("inspect", str(folder))
    assert result.exit_code == 0 and "\x1b" not in result.stdout and "\x07" not in result.stdout
    assert "[/a] [bold]tiny?[2J 0.1" in result.stdout and "[red]" in result.stdout


def test_a_name_in_a_manifest_makes_no_line_of_its_own(folder: Path) -> None:
    change_manifest(folder, lambda c: c.update({"x\nok     loads: \x1b[2J": 1}))
    result = run("verify", str(folder))
    assert result.exit_code == 2 and "\x1b" not in result.stdout
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == ["ok     files", "FAILED manifest"]


def test_verify_prints_every_check(folder: Path) -> None:
    result = run("verify", str(folder))
    assert result.exit_code == 0
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == [f"ok     {name}" for name in CHECKS]


def test_verify_as_json(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    result = run("verify", ".", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0 and list(found) == ["schema", "folder", "passed", "checks"]
    assert (found["schema"], found["folder"], found["passed"]) == ("model-verify/1", "bundle", True)
    assert [check["name"] for check in found["checks"]] == CHECKS
    assert all(list(check) == ["name", "passed", "detail"] for check in found["checks"])


@pytest.mark.parametrize("name", ALL_FILES)
def test_a_changed_file_is_refused(folder: Path, name: str) -> None:
    with flipped(folder / name, 40):
        verified, inspected = run("verify", str(folder)), run("inspect", str(folder))
        document = run("verify", str(folder), "--json")
    assert (verified.exit_code, inspected.exit_code, document.exit_code) == (2, 2, 2)
    assert "FAILED files" in verified.stdout and "must not be used (files failed)" in verified.stderr
    assert inspected.stdout == "" and "SHA256SUMS" in inspected.stderr
    found = json.loads(document.stdout)
    assert not found["passed"] and [check["name"] for check in found["checks"]] == ["files"]
    assert str(folder.parent) not in document.stdout and "SHA256SUMS" in found["checks"][0]["detail"]


FLOW = {"kind": "maf", "features": 4, "transforms": 1, "hidden": [8], "probe": 0.0}
UNUSABLE = {
    "parameters that are not numbers": lambda c: c["architecture"]["skull"]["parameters"].update(rank="eight"),
    "parameters of another network": lambda c: c["architecture"]["skull"]["parameters"].update(hidden=31),
    "a class that is unknown": lambda c: c["architecture"]["skull"].update(class_name="Elsewhere"),
    "a calibration of two numbers": lambda c: c["calibration"]["surface"].update(scale=[1.0, 1.0]),
    "a calibration of words": lambda c: c["calibration"]["surface"].update(scale=["wide"] * 3),
    "measures without tensors": lambda c: c.update(in_distribution={"flows": {"shape": FLOW}}),
}


@pytest.mark.parametrize("change", UNUSABLE)
def test_verify_refuses_what_loading_refuses(folder: Path, change: str) -> None:
    change_manifest(folder, UNUSABLE[change])
    result = run("verify", str(folder))
    assert result.exit_code == 2 and "(loads failed)" in result.stderr
    assert [line.split(":")[0] for line in result.stdout.splitlines()][-1] == "FAILED loads"


def test_verify_refuses_quantiles_that_do_not_increase(folder: Path) -> None:
    change_manifest(folder, lambda c: c.update(in_distribution={"quantiles": {"shape": [0.376, 8.376, 0.4]}}))
    result = run("verify", str(folder))
    assert result.exit_code == 2 and "FAILED manifest" in result.stdout and "'shape'" in result.stdout


@pytest.mark.parametrize("name", shipped_bundles())
def test_a_shipped_bundle_is_known_by_its_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = json.loads(run("inspect", name, "--json").stdout)
    assert found["folder"] == name and found["bundle_sha256"] == bundle_checksum(default_bundle(name))
    verified = json.loads(run("verify", name, "--json").stdout)
    assert verified["passed"] and verified["folder"] == name


def test_a_folder_of_the_name_of_a_shipped_bundle_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "skull").mkdir()
    refused = run("verify", "skull")
    assert refused.exit_code == 2 and "ok" not in refused.stdout


def test_a_name_of_no_bundle_is_one_sentence_with_the_names_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("inspect", "verify"):
        refused = run(command, "liver")
        assert refused.exit_code == 2 and refused.stdout == ""
        assert "There is no model bundle liver" in refused.stderr
        assert f"({', '.join(shipped_bundles())})" in refused.stderr


def test_bundles_of_images_are_verified(tmp_path: Path) -> None:
    for folder in (write_images_bundle(tmp_path / "a", "spade"), write_translation_bundle(tmp_path / "b")):
        verified = run("verify", str(folder))
        assert verified.exit_code == 0 and "ok loads" in " ".join(verified.stdout.split()), verified.stdout


def test_every_kind_can_be_loaded() -> None:
    modules = (skull_model, heart_bundle, label_model, uncertainty_model, images_model, translation_model)
    assert set(LOADERS) == {module.KIND for module in modules}
    assert all(callable(loader.get()) for loader in LOADERS.values())


def test_verify_does_not_pass_an_unknown_kind(folder: Path) -> None:
    change_manifest(folder, lambda c: c.update(kind="liver"))
    result = run("verify", str(folder))
    assert result.exit_code == 2 and "FAILED loads: Loading could not be tried" in result.stdout


def test_seal_writes_the_checksums_of_a_bundle_without(folder: Path) -> None:
    checksum = bundle_checksum(folder)
    (folder / "SHA256SUMS").unlink()
    refused = run("verify", str(folder))
    assert refused.exit_code == 2 and "`generative-models model seal DIR`" in refused.stdout
    sealed = run("seal", str(folder))
    assert sealed.exit_code == 0 and f"is sealed: the sha256 of its SHA256SUMS is {checksum}." in sealed.stdout
    assert run("verify", str(folder)).exit_code == run("seal", str(folder)).exit_code == 0


def test_seal_as_json(folder: Path) -> None:
    found = json.loads(run("seal", str(folder), "--json").stdout)
    assert (found["schema"], found["folder"], found["passed"]) == ("model-seal/1", folder.name, True)
    assert found["bundle_sha256"] == bundle_checksum(folder) and found["checks"][0]["name"] == "files"
    change_manifest(folder, lambda c: c.update(kind="liver"))
    (folder / "SHA256SUMS").unlink()
    refused = run("seal", str(folder), "--json")
    document = json.loads(refused.stdout)
    assert refused.exit_code == 2 and (document["passed"], document["bundle_sha256"]) == (False, None)
    assert str(folder.parent) not in refused.stdout


def test_seal_refuses_what_does_not_load_and_what_was_damaged(folder: Path) -> None:
    with flipped(folder / "CARD.md", 3):
        result = run("seal", str(folder))
        assert result.exit_code == 2 and "The checksum of " in result.stderr
    change_manifest(folder, UNUSABLE["a calibration of two numbers"])
    (folder / "SHA256SUMS").unlink()
    result = run("seal", str(folder))
    assert result.exit_code == 2 and "was not sealed (loads failed)" in result.stderr
    assert not (folder / "SHA256SUMS").exists()


@pytest.mark.parametrize("command", ["inspect", "verify", "seal"])
def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path, command: str) -> None:
    result = run(command, str(tmp_path))
    assert result.exit_code == 2 and "Error: " in result.stderr and "model.json" in result.stdout + result.stderr
