"""The Slicer extension as its CMake files and the Extensions Index see it; all of it is text, so no CMake is needed."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import pytest
from PIL import Image

from Testing.helpers.extension_files import (
    MODULES,
    PACKAGES,
    ROOT,
    SHARED,
    SHARED_PACKAGES,
    cmake_list,
    cmake_text,
    files,
    flat_files,
    of_module,
    of_shared_packages,
)

NAME = "GenerativeModels"
OWN = ("FetalSkull", "CardiacS", "CardiacImage")
"""What the names of icons and panels begin with."""
SCHEMA = (
    "https://raw.githubusercontent.com/Slicer/Slicer/main/Schemas/slicer-extension-catalog-entry-schema-v1.0.1.json"
)
# Of the categories that the Extensions Index accepts, those that an extension of shape models might have.
CATEGORIES = ("Cardiac", "Image Synthesis", "Quantification", "Shape Analysis", "Surface Models", "Ultrasound")
each_module = pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)


def assert_lists_all(path: Path, name: str, expected: list[str]) -> None:
    """Fail with the lines to add and to take away."""
    listed = cmake_list(path, name)
    add = sorted(set(expected) - set(listed))
    remove = sorted(set(listed) - set(expected)) + [entry for entry, n in Counter(listed).items() if n > 1]
    advice = "".join(f"\n  add:    {line}" for line in add) + "".join(f"\n  remove: {line}" for line in remove)
    assert not advice, f"set({name} ...) in {path.relative_to(ROOT).as_posix()}:{advice}"


def test_every_file_of_the_shared_packages_is_listed() -> None:
    assert_lists_all(SHARED, "SHARED_PYTHON_SCRIPTS", of_shared_packages(python=True))
    assert_lists_all(SHARED, "SHARED_PYTHON_RESOURCES", of_shared_packages(python=False))


def test_models_and_samples_are_listed() -> None:
    assert_lists_all(SHARED, "SHIPPED_RESOURCES", [f"Resources/{path}" for path in files(ROOT / "Resources")])


@each_module
def test_every_file_of_a_module_is_listed(module: Path) -> None:
    assert_lists_all(module / "CMakeLists.txt", "MODULE_PYTHON_SCRIPTS", of_module(module, python=True))
    assert_lists_all(module / "CMakeLists.txt", "MODULE_PYTHON_RESOURCES", of_module(module, python=False))


@each_module
def test_a_module_is_alone_in_its_folder(module: Path) -> None:
    """Slicer would load any second .py beside it as a module of its own."""
    assert [path.name for path in module.glob("*.py")] == [f"{module.name}.py"]
    assert cmake_list(module / "CMakeLists.txt", "MODULE_NAME") == [module.name]


@each_module
def test_slicer_runs_the_tests_of_a_module(module: Path) -> None:
    """Its own test class, and the generic tests that load the module without main window and without torch."""
    text = cmake_text(module / "CMakeLists.txt")
    assert re.search(r"slicerMacroBuildScriptedModule\([^)]*WITH_GENERIC_TESTS", text)
    assert re.findall(r"slicer_add_python_unittest\(SCRIPT (\S+)\)", text) == ["${MODULE_NAME}.py"]
    assert f"class {module.name}Test(" in (module / f"{module.name}.py").read_text(encoding="utf-8")


def test_every_module_is_added_before_the_marker() -> None:
    """The Extension Wizard puts new modules before the marker."""
    before, marker, _ = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8").partition("## NEXT_MODULE")
    assert marker
    assert re.findall(r"add_subdirectory\((\S+)\)", before) == [NAME, *(f"{NAME}/{m.name}" for m in MODULES)]


def test_nothing_clashes_in_the_flat_folder() -> None:
    """The modules and packages of all other extensions may lie in the same folder."""
    own = {*SHARED_PACKAGES, *(module.name for module in MODULES), *(f"{module.name}Lib" for module in MODULES)}
    for path in flat_files():
        top, *rest = PurePosixPath(path).parts
        if top == "Resources":
            assert rest[0] in {"Icons", "UI"} and len(rest) == 2 and rest[1].startswith(OWN), (
                f"{path}: other extensions have the same folder, so the file needs a name of ours"
            )
        else:
            assert top.removesuffix(".py") in own, path
    assert max(Counter(path.lower() for path in flat_files()).values()) == 1, (
        "names differ by upper and lower case alone"
    )


def test_paths_fit_into_windows() -> None:
    """260 characters in all; the folders of the user, of Slicer and of the extension take some 160 of them."""
    for path in map(PurePosixPath, flat_files()):
        compiled = path.parent / "__pycache__" / f"{path.stem}.cpython-312.pyc" if path.suffix == ".py" else path
        assert len(str(compiled)) <= 95, compiled


def extension(name: str) -> str:
    """The value of EXTENSION_<name>, by the pattern of the index's own check: one line, in double quotes."""
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    found = re.search(rf'set\s*\(EXTENSION_{name}\s*"([^"\n]+)"\)', text)
    assert found, f'the CMakeLists.txt at the root has no set(EXTENSION_{name} "...") on one line'
    return found[1]


def index_entry() -> dict:
    content = (ROOT / f"{NAME}.json").read_bytes()
    assert b"\r" not in content, "the index wants line ends of one character"
    return json.loads(content)


def test_index_entry_is_valid() -> None:
    """The rules of the catalogue's schema 1.0.1, restated, and those of the index's check that need no network."""
    entry = index_entry()
    kinds = {"$schema": str, "category": str, "scm_url": str, "scm_revision": str, "build_subdirectory": str}
    kinds |= {"build_dependencies": list, "tier": int, "scm_type": str, "enabled": bool}
    assert {"$schema", "category", "scm_url"} <= set(entry) <= set(kinds)
    assert all(isinstance(value, kinds[key]) for key, value in entry.items())
    assert entry["$schema"].removesuffix("#") == SCHEMA
    assert entry["category"] in CATEGORIES
    assert 1 <= entry["tier"] <= 5
    address = urlsplit(entry["scm_url"])
    assert address.scheme == "https"
    assert PurePosixPath(address.path).stem == f"Slicer{NAME}", "the repository is called Slicer + the extension's name"
    assert not NAME.startswith("Slicer")


def test_index_entry_and_cmake_agree() -> None:
    entry = index_entry()
    assert re.findall(r"project\s*\(\s*([^\s)]+)", cmake_text(ROOT / "CMakeLists.txt")) == [NAME]
    assert extension("DEPENDS").split() == entry["build_dependencies"] == ["PyTorch"]
    assert extension("CATEGORY") == entry["category"]
    assert int(extension("TIER")) == entry["tier"]
    assert entry["scm_url"] == extension("HOMEPAGE") + ".git"
    installer = PACKAGES / "GenerativeModelsDesktop" / "package_install.py"
    assert f'HOMEPAGE = "{extension("HOMEPAGE")}"' in installer.read_text(encoding="utf-8")


def test_description_can_be_read_by_anybody() -> None:
    text = extension("DESCRIPTION")
    assert ";" not in text, "Slicer's CMake files would cut it there"
    assert len(re.findall(r"\.(?: |$)", text)) <= 2, "one or two sentences"
    assert "research use" in text


def test_pictures_of_the_catalogue_exist() -> None:
    """Each address is that of a file of this repository on its branch; Slicer asks for PNG of the icon alone."""
    raw = extension("HOMEPAGE").replace("https://github.com", "https://raw.githubusercontent.com")
    prefix = f"{raw}/{index_entry()['scm_revision']}/"
    addresses = [extension("ICONURL"), *extension("SCREENSHOTURLS").split()]
    assert len(addresses) >= 2, "an icon and a screenshot at least"
    for address in addresses:
        assert address.startswith(prefix)
        path = address.removeprefix(prefix)
        assert Path(path).suffix in ({".png"} if address == addresses[0] else {".png", ".webp"})
        assert (ROOT / path).is_file(), f"add the picture {path}, or take its address out of CMakeLists.txt"


def test_icons() -> None:
    icons = [ROOT / f"{NAME}.png", *(module / "Resources" / "Icons" / f"{module.name}.png" for module in MODULES)]
    for icon in icons:
        with Image.open(icon) as image:
            assert (image.size, image.mode) == ((128, 128), "RGBA"), icon
            assert image.getpixel((0, 0))[3] == 0 and image.getpixel((64, 64))[3] == 255, f"{icon}: no clear background"


def test_thumbnails_of_the_samples() -> None:
    found = [path for module in MODULES for path in (module / "Resources" / "Icons").glob("*Sample.png")]
    assert len(found) == len(MODULES)
    for path in found:
        with Image.open(path) as image:
            assert image.size == (260, 280)


def test_files_that_packaging_reads_are_there() -> None:
    for name in ("README", "LICENSE"):
        found = re.search(
            rf"set\(EXTENSION_{name}_FILE \${{CMAKE_CURRENT_SOURCE_DIR}}/(\S+)\)", cmake_text(ROOT / "CMakeLists.txt")
        )
        assert found and (ROOT / found[1]).is_file()
    assert "Apache License" in (ROOT / "LICENSE.txt").read_text(encoding="utf-8")


def test_homepage_says_what_the_index_asks_for() -> None:
    """Extension, modules, a picture, the licence, the publication."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"!\[[^\]]+\]\(\S+\.(png|webp)\)", text)
    for word in (NAME, "Apache-2.0", "MICCAI 2018", "docs/extension.md", *(module.name for module in MODULES)):
        assert word in text, f"README.md does not mention {word}"


def test_sections_that_messages_send_users_to_are_there() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGES.rglob("*.py"))
    page = (ROOT / "docs" / "extension.md").read_text(encoding="utf-8")
    sections = set(re.findall(r"docs/extension\.md\b[^.]*?\bsection ([A-Z][a-z ]+[a-z])", sources))
    assert sections
    assert [section for section in sections if f"\n## {section}\n" not in page] == []


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return done.stdout


def test_a_clone_is_small_enough() -> None:
    """The index refuses more than 100 MB, files and history together.

    History is the pack a clone of this commit receives: what lies here may hold objects twice, loose and packed.
    """
    if git("rev-parse", "--is-shallow-repository").strip() == "true":
        pytest.skip("a shallow clone has no history to measure")
    command = ["git", "pack-objects", "--revs", "--stdout", "-q"]
    packed = subprocess.run(command, cwd=ROOT, input=b"HEAD\n", capture_output=True, check=True)
    present = [ROOT / path for path in git("ls-files", "-z").split("\0") if path and (ROOT / path).is_file()]
    assert (len(packed.stdout) + sum(path.stat().st_size for path in present)) / 2**20 < 90
