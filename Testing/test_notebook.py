"""The notebook of the documentation runs, and what it shows is what it prints today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs" / "python.ipynb"


def printed(notebook) -> list[str]:
    """What every code cell prints or returns, as plain text."""
    texts = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            texts.append(output.get("text") or output["data"]["text/plain"])
    return texts


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text)]


def test_the_notebook_runs_and_shows_what_it_showed(tmp_path: Path) -> None:
    shown = nbformat.read(NOTEBOOK, as_version=4)
    run = nbformat.from_dict(shown)
    options = {"timeout": 300, "kernel_name": "python3", "resources": {"metadata": {"path": str(tmp_path)}}}
    options["coalesce_streams"] = True  # a kernel may send what a cell prints in parts
    nbclient.NotebookClient(run, **options).execute()
    assert [re.sub(r"[\d.\s-]+", "", text) for text in printed(run)] == [
        re.sub(r"[\d.\s-]+", "", text) for text in printed(shown)
    ]
    for now, then in zip(printed(run), printed(shown)):
        assert numbers(now) == pytest.approx(numbers(then), rel=0.02, abs=0.2)
    assert not any(tmp_path.iterdir())
