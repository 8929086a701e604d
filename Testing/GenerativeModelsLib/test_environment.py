"""Missing packages are found without importing them."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from GenerativeModelsLib import environment

BUNDLED_IN_SLICER = {"numpy", "scipy", "simpleitk", "vtk", "pydicom", "pillow"}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with hand-made packages, the only one on the search path."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr(environment, "REQUIREMENTS", ("scikit-image>=0.24", "gmhelper>=1.2"))
    monkeypatch.setattr(environment, "TORCH_REQUIREMENT", "gmtorch>=2.8")
    monkeypatch.setattr(environment, "_MODULES", {"scikit-image": "gmskimage"})
    return tmp_path


def install(site: Path, name: str, version: str, module: str | None = None, libraries: tuple[str, ...] = ()) -> Path:
    """Create the files that pip would, and return the module's folder."""
    folder = site / (module or name)
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('nobody imports this')")
    about = site / f"{name.replace('-', '_')}-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    listed = [f"{folder.name}/__init__.py", *(f"{folder.name}/{library}" for library in libraries)]
    (about / "RECORD").write_text("".join(f"{line},,\n" for line in listed))
    for library in libraries:
        (folder / library).write_text("")
    return folder


def test_the_requirements_are_lower_bounds_as_in_the_package(repo_root: Path) -> None:
    project = (repo_root / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"^dependencies = \[(.*?)^\]", project, re.DOTALL | re.MULTILINE)[1]
    dependencies = set(re.findall(r'"([^"]+)"', listed))
    assert set(environment.REQUIREMENTS) | {environment.TORCH_REQUIREMENT} <= dependencies
    names = {requirement.partition(">=")[0].lower() for requirement in environment.REQUIREMENTS}
    assert not names & BUNDLED_IN_SLICER, "pip must never change what Slicer brings"


def test_this_python_has_all_of_it() -> None:
    assert environment.missing_packages() == [] and not environment.torch_missing()
    assert environment.half_installed() == []


def test_what_is_absent_or_too_old_is_named_as_pip_wants_it(site: Path) -> None:
    assert environment.missing_packages() == ["scikit-image>=0.24", "gmhelper>=1.2"]
    assert environment.torch_missing()
    install(site, "scikit-image", "0.9.3", "gmskimage")
    install(site, "gmhelper", "1.2")
    install(site, "gmtorch", "2.7.1+cpu")
    assert environment.missing_packages() == ["scikit-image>=0.24"]
    assert environment.torch_missing()


@pytest.mark.parametrize("version", ["2.8", "2.8.0+cu128", "2.10.0.dev20260101", "3.0rc1"])
def test_versions_are_numbers_and_not_text(version: str, site: Path) -> None:
    install(site, "gmtorch", version)
    assert not environment.torch_missing()


def test_whole_and_absent_packages_are_not_half_installed(site: Path) -> None:
    install(site, "gmtorch", "2.9", libraries=("gm.so", "gm.dll"))
    (site / "gmhelper").mkdir()  # left after an uninstallation
    assert environment.half_installed() == []


def test_a_half_installed_package_is_told_with_its_repair(site: Path) -> None:
    (install(site, "gmtorch", "2.9", libraries=("gm.so", "gm.dll")) / "gm.dll").unlink()
    (install(site, "scikit-image", "0.25", "gmskimage") / "__init__.py").unlink()
    (site / "gmhelper").mkdir()
    (site / "gmhelper" / "__init__.py").write_text("")
    torch, skimage, helper = environment.half_installed()
    assert "package gmtorch is only half installed, its library gm.dll is missing: uninstall" in torch
    assert "pip_uninstall('gmtorch')), restart, and install it again." in torch
    assert "package scikit-image is only half installed, the module gmskimage is missing" in skimage
    assert f"gmhelper is only half installed, without its description: delete the folder {site / 'gmhelper'}" in helper


RECONSTRUCT_WITHOUT = """
import sys
from importlib import metadata
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
absent = set(sys.stdin.read().split())
sys.meta_path.insert(0, Absent())
import GenerativeModelsLib as gm
gm.reconstruct_skull(sys.argv[1], spacing_mm=0.22, samples=2, device="cpu", output=sys.argv[2])
"""


def with_all_they_need(names: set[str]) -> set[str]:
    """The installed distributions that pip installs with these."""
    found: set[str] = set()
    while names:
        name = names.pop()
        try:
            needed = [line for line in metadata.requires(name) or () if "extra ==" not in line]
        except metadata.PackageNotFoundError:  # for another platform
            continue
        found.add(name)
        names |= {canonical(re.match(r"[\w.-]+", line)[0]) for line in needed} - found
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_a_reconstruction_needs_nothing_beyond_slicers_own_torch_and_the_requirements(
    sample_case: Path, skull_bundle: Path, repo_root: Path, tmp_path: Path
) -> None:
    """In a separate Python process with every other package hidden."""
    wanted = {canonical(requirement.partition(">=")[0]) for requirement in environment.REQUIREMENTS}
    allowed = with_all_they_need(wanted | BUNDLED_IN_SLICER | {"torch"})
    owners = metadata.packages_distributions()
    absent = {name for name, by in owners.items() if not {canonical(owner) for owner in by} & allowed}
    assert {"typer", "rich", "lightning", "pebble"} <= absent and not {"torch", "skimage", "numpy", "vtk"} & absent
    found = subprocess.run(
        [sys.executable, "-c", RECONSTRUCT_WITHOUT, str(sample_case / "axial.png"), str(tmp_path / "out")],
        input=" ".join(absent - {"GenerativeModelsLib"}),
        capture_output=True,
        text=True,
        cwd=repo_root / "GenerativeModels",
    )
    assert found.returncode == 0, found.stderr
    assert (tmp_path / "out" / "report.html").is_file()
