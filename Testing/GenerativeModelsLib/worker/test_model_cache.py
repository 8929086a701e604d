import os
import shutil
import sys
from pathlib import Path

import pytest
import torch

from GenerativeModelsLib.bundle.checksums import ALL_FILES
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.worker.model_cache import ModelCache


@pytest.fixture
def bundle(tiny_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))


def test_a_model_is_loaded_once(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = ModelCache()
    model = cache.load(SKULL, bundle, "cpu")
    monkeypatch.chdir(bundle.parent)
    assert cache.load(SKULL, Path("bundle"), "cpu") is model


def test_every_device_has_a_model_of_its_own(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []

    def load(folder: Path, device: str) -> object:
        loaded.append(str(device))
        return object()

    monkeypatch.setattr("GenerativeModelsLib.skull.infer.model.load_skull_model", load)
    cache = ModelCache()
    on_cpu, on_cuda = cache.load(SKULL, bundle, "cpu"), cache.load(SKULL, bundle, "cuda:0")
    assert on_cpu is not on_cuda
    assert loaded == ["cpu", "cuda:0"]
    assert cache.load(SKULL, bundle, torch.device("cpu")) is on_cpu
    assert cache.load(SKULL, bundle, torch.device("cuda:0")) is on_cuda
    assert loaded == ["cpu", "cuda:0"]


def test_every_anatomy_has_a_model_of_its_own(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = ModelCache()
    cache.load(SKULL, bundle, "cpu")
    with pytest.raises(InputError, match="fetal-skull"):
        cache.load(HEART, bundle, "cpu")


@pytest.mark.parametrize("name", ALL_FILES)
def test_a_changed_file_is_noticed(bundle: Path, name: str) -> None:
    cache = ModelCache()
    cache.load(SKULL, bundle, "cpu")
    content = bytearray((bundle / name).read_bytes())
    content[-1] ^= 1
    (bundle / name).write_bytes(content)
    with pytest.raises(InputError, match=name):
        cache.load(SKULL, bundle, "cpu")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no time of the last change of status")
def test_a_changed_file_is_noticed_whose_time_was_put_back(bundle: Path) -> None:
    cache = ModelCache()
    cache.load(SKULL, bundle, "cpu")
    card = bundle / "CARD.md"
    status = card.stat()
    card.write_bytes(card.read_bytes().swapcase())
    os.utime(card, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(InputError, match=r"CARD\.md"):
        cache.load(SKULL, bundle, "cpu")


def test_a_bundle_that_has_gone_is_not_remembered(bundle: Path) -> None:
    cache = ModelCache()
    cache.load(SKULL, bundle, "cpu")
    shutil.rmtree(bundle)
    with pytest.raises(InputError, match="is not a folder"):
        cache.load(SKULL, bundle, "cpu")


def test_the_one_unused_for_longest_goes(bundle: Path, tmp_path: Path) -> None:
    others = [Path(shutil.copytree(bundle, tmp_path / name)) for name in ("b", "c")]
    cache = ModelCache(capacity=2)
    first = cache.load(SKULL, bundle, "cpu")
    cache.load(SKULL, others[0], "cpu")
    assert cache.load(SKULL, bundle, "cpu") is first
    cache.load(SKULL, others[1], "cpu")
    assert cache.load(SKULL, bundle, "cpu") is first
    assert len(cache._kept) == 2
