"""The check of a node as a script does it."""

from __future__ import annotations

import textwrap

import slicer
import slicer.util

from GenerativeModelsScene.segmentation import console
from GenerativeModelsScene.segmentation.case_nodes import find_check


def test_two_lines_say_what_is_wrong(a_scene, film, nothing_left, monkeypatch, capsys) -> None:
    """The example of the module, as it stands there."""
    monkeypatch.setattr(slicer, "mrmlScene", a_scene, raising=False)
    film.SetName("Heart cycle")
    example = [line for line in console.__doc__.splitlines() if line.startswith("    ")]
    assert len(example) == 2
    exec(textwrap.dedent("\n".join(example)), {"slicer": slicer})
    assert "The cavity of the left ventricle has a hole" in capsys.readouterr().out
    count = a_scene.GetNumberOfNodes()
    nodes = console.check_segmentation(film)
    assert a_scene.GetNumberOfNodes() == count and find_check(a_scene, film.GetID()).found == nodes.found
