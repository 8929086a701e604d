"""The commands that install the optional parts."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from GenerativeModelsLib.extras import EXTRAS, install_command


def test_the_extras_are_those_of_the_package(repo_root: Path) -> None:
    project = (repo_root / "pyproject.toml").read_text(encoding="utf-8")
    section = project.split("[project.optional-dependencies]")[1].split("\n[project.scripts]")[0]
    found = {name: tuple(ast.literal_eval(entry)) for name, entry in re.findall(r"^(\w+) = (\[.*\])$", section, re.M)}
    assert found == EXTRAS


@pytest.mark.parametrize("extra", EXTRAS)
def test_requirements_are_in_quotes_that_every_shell_knows(extra: str) -> None:
    command = install_command(extra)
    assert command.startswith("pip install ") and "'" not in command
    assert re.findall(r'"([^"]+)"', command) == list(EXTRAS[extra])


def test_no_document_or_sentence_installs_this_package_from_a_registry(repo_root: Path) -> None:
    """It is on none; a package of that name there would be another one."""
    documents = [*repo_root.glob("*.md"), *(repo_root / "docs").rglob("*.md")]
    command = re.compile(r"install[^\n]* ['\"]?GenerativeModels\[")
    places = [*documents, *(repo_root / "GenerativeModels").rglob("*.py")]
    wrong = [path.name for path in places if command.search(path.read_text(encoding="utf-8"))]
    assert wrong == []


def test_commands_in_the_documents_are_those_of_the_package(repo_root: Path) -> None:
    shown = set()
    for path in (repo_root / "docs").glob("*.md"):
        shown |= set(re.findall(r"`(pip\s+install\s[^`]*)`", path.read_text(encoding="utf-8")))
    assert {" ".join(command.split()) for command in shown} == {install_command(e) for e in ("cluster", "dicom", "web")}
