"""No bit of a shipped bundle can change without it being refused."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from GenerativeModelsLib.bundle.bundle import bundle_checksum, read_bundle, read_manifest
from GenerativeModelsLib.bundle.checksums import ALL_FILES
from GenerativeModelsLib.bundle.verify import verify_bundle
from GenerativeModelsLib.cli.model import LOADERS
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.infer.model import load_heart_model
from GenerativeModelsLib.resources import models_dir
from GenerativeModelsLib.segmentation.label_model import load_label_model
from GenerativeModelsLib.segmentation.uncertainty.model import load_uncertainty_model
from GenerativeModelsLib.skull.infer.model import load_skull_model
from GenerativeModelsLib.synthesis.images.model import load_synthesiser
from Testing.helpers.bundles import change_manifest, flipped

SHIPPED: dict[str, Callable[[Path], object]] = {
    "skull": load_skull_model,
    "heart": load_heart_model,
    "repair": load_label_model,
    "uncertainty": load_uncertainty_model,
    "images-spade": load_synthesiser,
}
FLIPS = 60
OF_LOADERS = 5
"""Flips that the whole loader is tried on too."""


@pytest.fixture(scope="module", params=SHIPPED)
def shipped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a shipped bundle, to be left as it was."""
    return Path(shutil.copytree(models_dir() / request.param, tmp_path_factory.mktemp("shipped") / request.param))


def is_refused(call: Callable[[Path], object], folder: Path) -> bool:
    try:
        call(folder)
    except InputError:
        return True
    return False


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_shipped_bundle_passes_every_check(name: str) -> None:
    checks = verify_bundle(models_dir() / name, LOADERS)
    assert [check.name for check in checks] == ["files", "manifest", "checksum", "tensors", "card", "loads"]
    assert all(check.passed for check in checks)


@pytest.mark.parametrize("name", ALL_FILES)
def test_every_flipped_bit_is_refused(shipped: Path, name: str) -> None:
    path = shipped / name
    bits = random.Random(f"{shipped.name}/{name}").sample(range(8 * path.stat().st_size), FLIPS)
    passed = []
    for count, bit in enumerate(bits):
        readers = [bundle_checksum, read_manifest, read_bundle, *([SHIPPED[shipped.name]] * (count < OF_LOADERS))]
        with flipped(path, bit):
            refused = all(is_refused(call, shipped) for call in readers)
            if not refused or all(check.passed for check in verify_bundle(shipped, LOADERS)):
                passed.append(bit)
    assert passed == []
    assert bundle_checksum(shipped)


def test_quantiles_out_of_order_are_refused_even_with_right_checksums(shipped: Path, tmp_path: Path) -> None:
    """The change of one bit that made a score of 0.376 one of 8.376."""
    if shipped.name in ("repair", "uncertainty", "images-spade"):
        pytest.skip("has no score of its cases")
    folder = Path(shutil.copytree(shipped, tmp_path / "bundle"))

    def change(content: dict) -> None:
        found = content["in_distribution"]
        quantiles = found.get("quantiles") or found["ranks"]["both phases"]["quantiles"]
        next(iter(quantiles.values()))[0] += 8.0

    change_manifest(folder, change)
    for call in (read_manifest, SHIPPED[shipped.name]):
        with pytest.raises(InputError, match=r"quantiles of .* increasing order"):
            call(folder)
    assert not verify_bundle(folder)[-1].passed
