import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from GenerativeModelsLib.bundle import bundle as bundle_module
from GenerativeModelsLib.bundle.bundle import read_bundle, read_card, read_manifest, write_bundle
from GenerativeModelsLib.bundle.manifest import BundleManifest, Component, ModelDescription
from GenerativeModelsLib.bundle.verify import verify_bundle
from GenerativeModelsLib.bundle.weights import LARGEST_HEADER
from GenerativeModelsLib.errors import InputError
from Testing.helpers.bundles import change_manifest, replace_weights, reseal


def description(**changes: object) -> ModelDescription:
    values: dict[str, object] = {
        "name": "tiny",
        "version": "1.2.0",
        "kind": "fetal-skull",
        "architecture": {"net": Component(class_name="Tiny", parameters={"channels": [4, 8]})},
        "calibration": {"scale": 1.25},
    }
    return ModelDescription.model_validate(values | changes)


def tensors() -> dict[str, torch.Tensor]:
    return {
        "net.weight": torch.linspace(-1.0, 1.0, 12, dtype=torch.float16).reshape(3, 4),
        "net.bias": torch.arange(3, dtype=torch.float32),
        "net.order": torch.arange(5),
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_bundle(tmp_path / "bundle", tensors(), description(), "# Tiny\n\nA card.\n")
    return tmp_path / "bundle"


def test_what_is_written_is_read(folder: Path) -> None:
    read = read_bundle(folder, "fetal-skull")
    assert sorted(p.name for p in folder.iterdir()) == ["CARD.md", "SHA256SUMS", "model.json", "model.safetensors"]
    assert read.manifest.calibration == {"scale": 1.25}
    assert read.manifest.architecture["net"].parameters == {"channels": [4, 8]}
    assert read.manifest.tensors["net.weight"].dtype == "F16"
    assert read.manifest.created and read.manifest.software["torch"] == torch.__version__
    for name, tensor in tensors().items():
        assert torch.equal(read.tensors[name], tensor.float() if tensor.is_floating_point() else tensor)
    assert set(read.component("net")) == {"weight", "bias", "order"}
    assert read_card(folder).startswith("# Tiny")


def test_half_precision_becomes_float32_and_integers_stay(folder: Path) -> None:
    read = read_bundle(folder)
    assert read.tensors["net.weight"].dtype == torch.float32
    assert read.tensors["net.order"].dtype == torch.int64


def test_the_manifest_follows_the_contract(folder: Path) -> None:
    content = json.loads((folder / "model.json").read_text())
    assert next(iter(content)) == "schema" and content["schema"] == "model-bundle/1"
    assert content["tensors"]["net.weight"] == {"shape": [3, 4], "dtype": "F16"}


def test_same_content_same_checksum(tmp_path: Path) -> None:
    one = write_bundle(tmp_path / "one", tensors(), description(), "card")
    two = write_bundle(tmp_path / "two", dict(reversed(tensors().items())), description(), "card")
    assert one.sha256 == two.sha256


def test_a_bundle_can_be_rewritten_with_a_new_calibration(folder: Path) -> None:
    read = read_bundle(folder)
    write_bundle(folder, read.tensors, read.manifest.model_copy(update={"calibration": {"scale": 2.0}}), "# New\n")
    again = read_bundle(folder)
    assert again.manifest.calibration == {"scale": 2.0}
    assert again.manifest.tensors["net.weight"].dtype == "F32"


def test_shared_and_strided_tensors_are_written(tmp_path: Path) -> None:
    base = torch.arange(12.0).reshape(3, 4)
    write_bundle(tmp_path / "b", {"net.a": base.T, "net.b": base}, description(), "card")
    assert torch.equal(read_bundle(tmp_path / "b").tensors["net.a"], base.T)


def test_reading_the_card_does_not_import_torch(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from GenerativeModelsLib.bundle.bundle import *; "
        "from GenerativeModelsLib.bundle.verify import verify_bundle; f = Path(sys.argv[1]); "
        "bundle_checksum(f); read_manifest(f); read_card(f); assert all(c.passed for c in verify_bundle(f)); "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, env=_environment())


def _environment() -> dict[str, str]:
    import os

    return os.environ | {"PYTHONPATH": str(Path(bundle_module.__file__).parents[2])}


def changed(**values: object) -> Callable[[Path], None]:
    """Function that changes values of `model.json`."""
    return lambda folder: change_manifest(folder, lambda content: content.update(values))


def rewritten(content: bytes) -> Callable[[Path], object]:
    """Function that replaces the bytes of `model.json`."""
    return lambda folder: (folder / "model.json").write_bytes(content)


def in_ranks(**values: object) -> Callable[[Path], None]:
    return changed(in_distribution={"ranks": {"both phases": values}})


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "manifest empty": (rewritten(b""), "not readable as JSON"),
    "manifest binary": (rewritten(b"\xff\xfe\x00{"), "not readable as JSON"),
    "manifest a list": (rewritten(b"[1]"), "has schema None"),
    "manifest nested without end": (rewritten(b"[" * 100_000), "not readable as JSON .*levels"),
    "manifest with a name twice": (rewritten(b'{"schema": "model-bundle/1", "schema": "x"}'), "'schema' twice"),
    "manifest with a huge number": (rewritten(b'{"schema": ' + b"9" * 5000 + b"}"), "5000 digits"),
    "other schema": (changed(schema="cake/1"), "has schema 'cake/1'"),
    "long schema": (changed(schema="x" * 100_000), r"has schema 'x+\.\.\.x+', expected"),
    "newer schema": (changed(schema="model-bundle/2"), "newer than this soft"),
    "schema of many digits": (changed(schema="model-bundle/" + "9" * 5000), "expected 'model-bundle/1'"),
    "newer software": (changed(requires_version="99.0"), "needs version 99.0"),
    "software of many digits": (changed(requires_version="9" * 5000), "at 'requires_version'"),
    "other kind": (changed(kind="heart"), "kind heart, where a fetal-skull one"),
    "unknown field": (changed(extra=1), "at 'extra'"),
    "field missing": (lambda f: change_manifest(f, lambda c: c.pop("sha256")), "at 'sha256'"),
    "not a number": (changed(calibration={"a": [float("nan")]}), "not readable as JSON .*NaN"),
    "quantiles that do not increase": (in_ranks(quantiles={"place": [0.3, 8.376, 0.4]}), "quantiles of 'place'"),
    "quantiles that are none": (in_ranks(quantiles={"place": []}), "quantiles of 'place'"),
    "quantiles that are words": (in_ranks(quantiles={"place": [0.3, "0.4"]}), "quantiles of 'place'"),
    "ranks that do not increase": (in_ranks(worst={"4": [0.9, 0.8]}), "worst of '4'.*increasing order"),
    "class name with a path": (
        lambda f: change_manifest(f, lambda c: c["architecture"]["net"].update(class_name="os; rm")),
        r"architecture\.net\.class_name",
    ),
    "other weights": (
        lambda f: (f / "model.safetensors").write_bytes((f / "model.safetensors").read_bytes()[:-1] + b"\x7f"),
        "checksum of .*model.safetensors is .*, where model.json says",
    ),
    "tensor unknown to the weights": (
        lambda f: change_manifest(f, lambda c: c["tensors"].update({"net.x": {"shape": [1], "dtype": "F32"}})),
        "tensor 'net.x' is in model.json and not in model.safetensors",
    ),
    "tensor unknown to the manifest": (
        lambda f: change_manifest(f, lambda c: c["tensors"].pop("net.bias")),
        "tensor 'net.bias' is in model.safetensors and not in model.json",
    ),
    "tensor of another shape": (
        lambda f: change_manifest(f, lambda c: c["tensors"]["net.bias"].update(shape=[4])),
        r"tensor 'net.bias' is F32 \[3\], where model.json says F32 \[4\]",
    ),
}
"""Faults with correct checksums; `test_checksums` has wrong ones."""


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_bundle_is_refused_with_a_sentence(folder: Path, name: str) -> None:
    spoil, words = BROKEN[name]
    spoil(folder)
    reseal(folder)
    with pytest.raises(InputError, match=words) as caught:
        read_bundle(folder, "fetal-skull")
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [name for name in BROKEN if name != "other kind"])
def test_verification_finds_the_same(folder: Path, name: str) -> None:
    BROKEN[name][0](folder)
    reseal(folder)
    assert any(not check.passed for check in verify_bundle(folder))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere is not a folder"):
        read_bundle(tmp_path / "nowhere")
    assert [check.passed for check in verify_bundle(tmp_path / "nowhere")] == [False]


def test_a_whole_bundle_passes_every_check(folder: Path) -> None:
    checks = verify_bundle(folder)
    assert [check.name for check in checks] == ["files", "manifest", "checksum", "tensors", "card"]
    assert all(check.passed for check in checks)


def test_pickles_are_never_opened(folder: Path, tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple:
            return (Path.touch, (tmp_path / "exploded",))

    (folder / "model.safetensors").unlink()
    (folder / "model.pt").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(InputError, match=r"has no model.safetensors \(it has model.pt, .* never opened\)"):
        read_bundle(folder)
    (folder / "model.safetensors").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(InputError, match="checksum"):
        read_bundle(folder)
    assert not (tmp_path / "exploded").exists()


def header(length: int) -> bytes:
    return length.to_bytes(8, "little")


NOT_SAFETENSORS = {
    "empty": b"",
    "no header": b"\x00" * 8,
    "header beyond the file": b"\xff" * 64,
    "pickle": pickle.dumps([1, 2, 3]),
    "header above the limit": header(LARGEST_HEADER + 1) + b"{}".ljust(LARGEST_HEADER + 1),
    "header a list": header(4) + b"[1] ",
    "header that is no JSON": header(4) + b"{xx}",
    "header nested without end": header(100_000) + b"[" * 100_000,
    "entry without shape": header(16) + b'{"a": {"b": 1}} ',
}


@pytest.mark.parametrize("name", NOT_SAFETENSORS)
def test_weights_that_are_no_safetensors_are_refused_even_with_a_right_checksum(folder: Path, name: str) -> None:
    replace_weights(folder, NOT_SAFETENSORS[name])
    with pytest.raises(InputError, match="not a safetensors file"):
        read_bundle(folder)
    assert [check.name for check in verify_bundle(folder) if not check.passed] == ["tensors"]


def test_tensors_that_lie_outside_the_file_are_refused(folder: Path) -> None:
    content = (folder / "model.safetensors").read_bytes()
    replace_weights(folder, content[:-4])
    with pytest.raises(InputError, match="not a safetensors file"):
        read_bundle(folder)
    assert [check.name for check in verify_bundle(folder) if not check.passed] == ["tensors"]


def test_weights_that_are_not_finite_are_refused(folder: Path, tmp_path: Path) -> None:
    spoilt = tensors() | {"net.bias": torch.tensor([0.0, float("nan"), 1.0])}
    save_file(spoilt, tmp_path / "x.safetensors")
    replace_weights(folder, (tmp_path / "x.safetensors").read_bytes())
    with pytest.raises(InputError, match=r"NaN or infinity in tensor 'net.bias'"):
        read_bundle(folder)


def test_an_unknown_architecture_is_refused_before_the_weights_are_read(folder: Path) -> None:
    def refuse(architecture: object) -> None:
        raise InputError("The class Tiny is unknown: name another bundle.")

    (folder / "model.safetensors").write_bytes(b"never read")
    with pytest.raises(InputError, match="class Tiny is unknown"):
        read_bundle(folder, check_architecture=refuse)


def test_a_tensor_without_a_component_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Tensor 'loose' belongs to no component"):
        write_bundle(tmp_path / "b", {"loose": torch.zeros(1)}, description(), "card")
    assert not (tmp_path / "b").exists()


def test_writing_can_refuse_to_replace(folder: Path) -> None:
    with pytest.raises(InputError, match="not empty"):
        write_bundle(folder, tensors(), description(), "card", overwrite=False)


def test_reading_the_manifest_alone_gives_the_same(folder: Path) -> None:
    manifest = read_manifest(folder)
    assert isinstance(manifest, BundleManifest) and manifest == read_bundle(folder).manifest
