"""The package and its documentation for developers of a new module."""

from __future__ import annotations

import re

import GenerativeModelsDesktop
from Testing.helpers.extension_files import PACKAGES


def test_the_docstring_lists_every_file() -> None:
    files = {path.stem for path in (PACKAGES / "GenerativeModelsDesktop").glob("*.py")} - {"__init__"}
    assert set(re.findall(r"^(\w+)  ", GenerativeModelsDesktop.__doc__, re.MULTILINE)) == files
