"""Observation of chosen nodes."""

from __future__ import annotations

import sys
from types import SimpleNamespace


class Node:
    """A node with its observers; `TransformModifiedEvent` is its own event."""

    TransformModifiedEvent = 15000

    def __init__(self) -> None:
        self.observers: dict = {}

    def emit(self, event) -> None:
        if event in self.observers:
            self.observers[event](self, event)


def a_watch(desktop, monkeypatch):
    monkeypatch.setitem(sys.modules, "vtk", SimpleNamespace(vtkCommand=SimpleNamespace(ModifiedEvent="modified")))
    module, calls = desktop("node_watch"), []

    class Watch(module.NodeWatch):
        def addObserver(self, node, event, method) -> None:
            node.observers[event] = method

        def removeObservers(self) -> None:
            for node in self._nodes:
                node.observers.clear()

    return Watch(lambda: calls.append("changed")), calls


def test_changes_of_followed_nodes_are_told(desktop, monkeypatch) -> None:
    watch, calls = a_watch(desktop, monkeypatch)
    node = Node()
    watch.follow([None, node])
    node.emit("modified")
    node.emit(Node.TransformModifiedEvent)
    assert calls == ["changed", "changed"]


def test_other_nodes_are_left(desktop, monkeypatch) -> None:
    watch, calls = a_watch(desktop, monkeypatch)
    first, second = Node(), Node()
    watch.follow([first])
    watch.follow([second])
    first.emit("modified")
    assert calls == [] and not first.observers
    watch.close()
    assert not second.observers
