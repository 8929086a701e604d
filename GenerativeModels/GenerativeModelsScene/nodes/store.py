"""The nodes of one case in a scene: found by their role when they are there, made when they are not.

Every node of a case carries the attributes `CASE` and `ROLE` and, where the key is the ID of the axial image's node, a
reference to that node. The reference decides: Slicer renames node IDs when a scene is imported into another one, and
mends references then, but not attributes.
"""

from __future__ import annotations

import slicer

from GenerativeModelsLib.errors import InputError

CASE = "GenerativeModels.Case"
ROLE = "GenerativeModels.Role"


class NodeStore:
    """Drawer of one case's nodes in `scene`, looked through once, at the start."""

    def __init__(self, scene: slicer.vtkMRMLScene, key: str) -> None:
        self.scene = scene
        self.key = key
        self._nodes: dict[str, slicer.vtkMRMLNode] = {}
        for node in nodes_of_case(scene, key):
            self._nodes.setdefault(node.GetAttribute(ROLE), node)  # a later one is a copy that the user made

    def __bool__(self) -> bool:
        return bool(self.roles())

    def roles(self, prefix: str = "") -> list[str]:
        """Roles starting with `prefix` that a node of the scene plays."""
        return [role for role in self._nodes if role.startswith(prefix) and self.get(role) is not None]

    def get(self, role: str) -> slicer.vtkMRMLNode | None:
        """The node of that role; None when there is none, or none any more."""
        node = self._nodes.get(role)
        return node if node is not None and node.GetScene() == self.scene else None

    def obtain(self, role: str, kind: str, name: str) -> tuple[slicer.vtkMRMLNode, bool]:
        """The node of that role, named `name`, and whether it had to be made, of class `kind`."""
        node = self.get(role)
        made = node is None
        if made:
            node = add_node(self.scene, kind, name)
            node.SetAttribute(CASE, self.key)
            node.SetAttribute(ROLE, role)
            if self.scene.GetNodeByID(self.key) is not None:
                node.SetNodeReferenceID(CASE, self.key)
            self._nodes[role] = node
        elif node.GetName() != name:
            node.SetName(name)
        return node, made

    def drop(self, role: str) -> None:
        """Remove the node of that role, with its display and storage nodes, from the scene."""
        node = self.get(role)
        if node is not None:
            remove_node(node)
        self._nodes.pop(role, None)


def nodes_of_case(scene: slicer.vtkMRMLScene, key: str) -> list[slicer.vtkMRMLNode]:
    """The nodes in `scene` that belong to the case `key`, in the scene's order."""
    key_in_use = scene.GetNodeByID(key) is not None
    found = []
    for index in range(scene.GetNumberOfNodes()):
        node = scene.GetNthNode(index)
        case = node.GetAttribute(CASE)
        if case is None or node.GetAttribute(ROLE) is None:
            continue
        axial = node.GetNodeReferenceID(CASE)
        if axial == key or (axial is None and case == key and not key_in_use):
            found.append(node)
    return found


def nodes_of_class(scene: slicer.vtkMRMLScene, kind: str) -> list[slicer.vtkMRMLNode]:
    """The nodes of class `kind` in `scene`."""
    return [scene.GetNthNodeByClass(index, kind) for index in range(scene.GetNumberOfNodesByClass(kind))]


def add_node(scene: slicer.vtkMRMLScene, kind: str, name: str) -> slicer.vtkMRMLNode:
    """A new node of class `kind` in `scene`, also where no module has made that class known to the scene."""
    if not scene.IsNodeClassRegistered(kind):
        scene.RegisterNodeClass(getattr(slicer, kind)())
    return scene.AddNewNodeByClass(kind, name)


def remove_node(node: slicer.vtkMRMLNode) -> None:
    """Take `node` out of its scene together with its display and storage nodes, which nothing else uses."""
    scene = node.GetScene()
    owned = []
    for kind in ("Display", "Storage"):
        if hasattr(node, f"GetNumberOf{kind}Nodes"):
            count = getattr(node, f"GetNumberOf{kind}Nodes")()
            owned += [getattr(node, f"GetNth{kind}Node")(index) for index in range(count)]
    for each in (node, *owned):
        if each is not None and each.GetScene() == scene:
            scene.RemoveNode(each)


def require_open(placement: slicer.vtkMRMLNode, scene: slicer.vtkMRMLScene) -> None:
    """Raise InputError when the scene was closed since `placement`, the first node of the case, was put into it."""
    if placement.GetScene() != scene:
        raise InputError(
            "The scene was closed, or the placement of the case deleted, while its result was being shown; "
            "load the images again and reconstruct anew."
        )
