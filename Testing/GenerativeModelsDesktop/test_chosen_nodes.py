"""Choices of node selectors at removal and import, with stand-ins; no Slicer needed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest


class Selector:
    """A node selector."""

    def __init__(self, node: object) -> None:
        self.node = node

    def currentNode(self) -> object:
        return self.node

    def setCurrentNode(self, node: object) -> None:
        self.node = node


def a_node(scene: object = "scene") -> SimpleNamespace:
    return SimpleNamespace(GetScene=lambda: scene)


@pytest.fixture
def scene() -> SimpleNamespace:
    return SimpleNamespace(NodeAboutToBeRemovedEvent=1, observers=[])


def test_a_removed_node_leaves_its_selector_empty(desktop, scene) -> None:
    first, second = a_node(), a_node()
    selectors = {"mask": Selector(first), "image": Selector(second)}
    desktop("chosen_nodes").ChosenNodes(scene, selectors)
    scene.observers[0](scene, 1, first)
    assert (selectors["mask"].node, selectors["image"].node) == (None, second)


def test_an_import_keeps_what_was_chosen(desktop, scene) -> None:
    chosen = desktop("chosen_nodes").ChosenNodes(scene, {"mask": Selector(None), "image": Selector(None)}, ("age",))
    mask, lost = a_node(), a_node(None)
    chosen.keep(SimpleNamespace(mask=mask, image=lost, age=27.0))
    imported = SimpleNamespace(mask="another", image="another", age=30.0)
    chosen.restore(imported)
    assert imported == SimpleNamespace(mask=mask, image=None, age=27.0)


@pytest.mark.parametrize("before", [None, SimpleNamespace(mask=None, age=3.0)])
def test_without_a_choice_the_imported_one_stays(desktop, scene, before) -> None:
    chosen = desktop("chosen_nodes").ChosenNodes(scene, {"mask": Selector(None)}, ("age",))
    chosen.keep(before)
    imported = SimpleNamespace(mask="imported", age=30.0)
    chosen.restore(imported)
    assert imported == SimpleNamespace(mask="imported", age=30.0)
    chosen.restore(None)
