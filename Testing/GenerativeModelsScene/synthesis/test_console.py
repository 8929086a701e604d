"""Images as a script draws them."""

from __future__ import annotations

import textwrap

import pytest
import slicer
import slicer.util

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.synthesis import console


def test_two_lines_draw_images(a_scene, labels_node, style_node, nothing_left, monkeypatch) -> None:
    """The example of the module, as it stands there."""
    monkeypatch.setattr(slicer, "mrmlScene", a_scene, raising=False)
    example = [line for line in console.__doc__.splitlines() if line.startswith("    ")]
    assert len(example) == 2
    held: dict = {"slicer": slicer}
    exec(textwrap.dedent("\n".join(example)), held)
    assert len(held["nodes"].images) == 3 and held["nodes"].content["seed"] == 1
    count = a_scene.GetNumberOfNodes()
    with pytest.raises(InputError, match="carries no model bundle 'images-cgan'"):
        console.synthesise_images(labels_node, method="cgan")
    assert a_scene.GetNumberOfNodes() == count
