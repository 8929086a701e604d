"""The extension installed by CMake with this folder's stand-in for Slicer: the flat folder, and what works there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from Testing.helpers.extension_files import MODULES, ROOT, files, flat_files

FLAT = Path("lib") / "Slicer-5.12" / "qt-scripted-modules"


def run(*command: str | Path, cwd: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build tree, with the extension installed in its folder `installed`."""
    cmake = shutil.which("cmake")
    if cmake is None:
        pytest.skip("cmake is not installed")
    folder = tmp_path_factory.mktemp("extension")
    # Nothing is compiled: the compiler and make that CMake asks for are CMake itself.
    run(
        *(cmake, "-S", ROOT, "-B", folder, "-G", "Unix Makefiles", f"-DCMAKE_MAKE_PROGRAM={cmake}"),
        *(
            f"-DCMAKE_{language}_COMPILER{ending}"
            for language in ("C", "CXX")
            for ending in (f"={cmake}", "_FORCED=ON")
        ),
        *(f"-DSlicer_DIR={Path(__file__).parent}", f"-DCMAKE_INSTALL_PREFIX={folder / 'installed'}"),
        cwd=folder,
    )
    run(cmake, "--install", folder, cwd=folder)
    return folder


def test_every_file_is_installed_and_no_other(build: Path) -> None:
    assert files(build / "installed" / FLAT) == flat_files()


def test_tests_are_registered_as_slicer_runs_them(build: Path) -> None:
    ctest = shutil.which("ctest")
    assert ctest, "ctest comes with cmake"
    listed = run(ctest, "-N", cwd=build)
    for module in MODULES:
        for test in (module.name, f"nomainwindow_qSlicer{module.name}ModuleGenericTest"):
            assert f": py_{test} " in listed.replace("\n", " \n")


def test_the_installed_backend_finds_its_own_resources(build: Path, tmp_path: Path) -> None:
    """In a process that sees the flat folder alone, and from a folder that is no checkout."""
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]);"
        "import GenerativeModelsLib, GenerativeModelsScene; from GenerativeModelsLib import resources;"
        "import GenerativeModelsDesktop.model_choice;"
        "flat = Path(sys.argv[1]).resolve();"
        "packages = GenerativeModelsLib, GenerativeModelsScene, GenerativeModelsDesktop;"
        "assert all(flat in Path(package.__file__).resolve().parents for package in packages);"
        "assert resources.default_bundle('skull') == flat / 'GenerativeModelsLib/Resources/Models/skull';"
        "assert (resources.sample_dir() / 'fetal_head/axial.png').is_file();"
        "assert not {'torch', 'skimage', 'pydantic'} & set(sys.modules), 'imported at once'"
    )
    run(sys.executable, "-c", code, build / "installed" / FLAT, cwd=tmp_path)


@pytest.mark.slow
def test_the_installed_backend_reconstructs_the_sample(build: Path, tmp_path: Path) -> None:
    flat = build / "installed" / FLAT
    sample = flat / "GenerativeModelsLib" / "Resources" / "SampleData" / "fetal_head"
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1));"
        "from GenerativeModelsLib.cli.main import main; sys.argv[0] = 'generative-models'; main()"
    )
    options = ("--axial", sample / "axial.png", "--pixel-spacing", "0.22346", "--samples", "10", "--output", "out")
    run(sys.executable, "-c", code, flat, "skull", "reconstruct", *options, cwd=tmp_path)
    assert {"skull.vtp", "result.json", "report.html"} <= {path.name for path in (tmp_path / "out").iterdir()}
