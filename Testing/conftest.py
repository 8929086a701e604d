"""What the tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import numpy as np

    from Testing.helpers.source_tree import SourceTree

REPO_ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = REPO_ROOT.parent / "shared" / "data"
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS")


def pytest_configure() -> None:
    """Give every process of pytest-xdist its share of the cores, and so the programs that its tests start.

    With all cores for each, their threads wait for each other in busy loops, and a run takes a multiple of the time.
    The libraries read the variables when they are imported: nothing here imports one at the top.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if processes > 1:
        for name in THREADS:
            os.environ.setdefault(name, str(max(1, (os.cpu_count() or 1) // processes)))
    repeat_the_examples()


def repeat_the_examples() -> None:
    """Let hypothesis draw the same examples in each run, however slow the machine: a change alone makes a test fail.

    `--hypothesis-profile searching`, which is read after this, draws new ones.
    """
    from hypothesis import HealthCheck, settings

    patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("searching", patient)
    settings.register_profile("repeatable", patient, derandomize=True)
    settings.load_profile("repeatable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that open a browser, which take longest: the processes then end together."""
    slow = {item.path for item in items if item.get_closest_marker("browser")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """Root of the checkout."""
    return REPO_ROOT


@pytest.fixture(scope="session")
def source_tree() -> SourceTree:
    """The packages and Slicer modules of this checkout."""
    from Testing.helpers.source_tree import SourceTree

    return SourceTree(REPO_ROOT / "GenerativeModels")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real reference data beside the checkout; skips where there is none."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real reference data (../shared/data beside the checkout) are not here")
    return SHARED_DATA


@pytest.fixture(scope="session")
def sample_case(repo_root: Path) -> Path:
    """Folder of the bundled sample head: axial.png, sagittal.png, coronal.png and sample.json."""
    folder = repo_root / "Resources" / "SampleData" / "fetal_head"
    if not (folder / "sample.json").is_file():
        pytest.skip("the bundled sample case is not in this checkout")
    return folder


@pytest.fixture(scope="session")
def skull_bundle(repo_root: Path) -> Path:
    """Folder of the shipped skull model."""
    folder = repo_root / "Resources" / "Models" / "skull"
    if not (folder / "model.json").is_file():
        pytest.skip("the shipped skull model is not in this checkout")
    return folder


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a bundle of tiny untrained networks; see `helpers.tiny_models`."""
    from Testing.helpers.tiny_models import write_tiny_bundle

    return write_tiny_bundle(tmp_path_factory.mktemp("bundles") / "tiny")


@pytest.fixture(scope="session")
def tiny_model(tiny_bundle: Path):
    """The tiny bundle as loaded, with networks that read painted planes (`helpers.painted`). Not to be changed."""
    from Testing.helpers.tiny_models import load_seeing

    return load_seeing(tiny_bundle)


@pytest.fixture(scope="module")
def a_browser() -> Iterator[Any]:
    """A headless Chromium; skips where there is none. By module, because playwright's loop runs as long as it does."""
    from Testing.helpers.browser import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture
def rng() -> np.random.Generator:
    """A fresh generator with a fixed seed."""
    import numpy as np

    return np.random.default_rng(20261120)


@pytest.fixture(scope="session")
def painted_bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank of two shards of painted planes (`helpers.painted`), seeds 0 and 900000: six and five heads."""
    import numpy as np

    from GenerativeModelsLib.skull.population.heads import sample_heads
    from GenerativeModelsLib.training.skull.bank import shard_path
    from Testing.helpers.painted import painted_shard

    folder = tmp_path_factory.mktemp("bank")
    for seed, count in ((0, 6), (900_000, 5)):
        heads = list(sample_heads(count, 40 + seed, weeks=(22.0, 28.0)))
        sizes = [head.hc_mm / (2 * np.pi) for head in heads]
        shard = painted_shard([head.shape for head in heads], sizes, np.random.default_rng(seed))
        shard.save(shard_path(folder, seed))
    return folder


@pytest.fixture(scope="session")
def painted_readings(painted_bank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the readings of `painted_bank` in the basis of `helpers.tiny_models`."""
    import numpy as np

    from GenerativeModelsLib.training.skull.bank import Shard
    from GenerativeModelsLib.training.skull.readings import read_shard
    from Testing.helpers.painted import seeing_nets, shard_files
    from Testing.helpers.tiny_models import tiny_basis

    folder = tmp_path_factory.mktemp("readings")
    for path in shard_files(painted_bank):
        made = read_shard(Shard.load(path), seeing_nets(), tiny_basis())
        np.savez(folder / f"readings-{path.stem[6:]}.npz", **vars(made))
    return folder


@pytest.fixture(scope="session")
def sample_head(repo_root: Path) -> Path:
    """Folder of the bundled images of a head."""
    return repo_root / "Resources" / "SampleData" / "fetal_head"


@pytest.fixture(scope="session")
def sample_heart(repo_root: Path) -> Path:
    """Folder of the bundled sample heart: ed.nii.gz, es.nii.gz and sample.json."""
    folder = repo_root / "Resources" / "SampleData" / "heart"
    if not (folder / "sample.json").is_file():
        pytest.skip("the bundled sample heart is not in this checkout")
    return folder
