"""One folder of the subject hierarchy for each case."""

from __future__ import annotations

from collections.abc import Mapping

import slicer
import vtk

from GenerativeModelsScene.nodes.store import ROLE, NodeStore

NONE = 0
"""ID of no item of the subject hierarchy."""

_FOLDER = "folder"


def show_folder(store: NodeStore, title: str, parts: Mapping[str, tuple[str, ...]] | None = None) -> int:
    """ID of the case's folder, named `title`, with every node of the case inside.

    Parameters
    ----------
    parts
        Folders within it: their names, and what the roles of the nodes inside begin with; made for the first node.
    """
    parts = parts or {}
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(store.scene)
    folder = find_folder(store) or _new_folder(tree, tree.GetSceneItemID(), title, _FOLDER)
    if tree.GetItemName(folder) != title:
        tree.SetItemName(folder, title)
    for role in store.roles():
        node = store.get(role)
        if node.IsA("vtkMRMLDisplayNode") or node.IsA("vtkMRMLColorNode"):
            continue  # shown in no folder: they belong to other nodes
        part = next((name for name, prefixes in parts.items() if role.startswith(prefixes)), None)
        parent = folder if part is None else _subfolder(tree, folder, part)
        item = tree.GetItemByDataNode(node)
        if item == NONE:
            tree.CreateItem(parent, node)
        elif not _is_under(tree, item, folder):
            tree.SetItemParent(item, parent)
    return folder


def add_to_folder(store: NodeStore, title: str, parts: Mapping[str, tuple[str, ...]]) -> int:
    """`show_folder` of a case whose folder keeps its name; `title` is that of a new one."""
    folder = find_folder(store)
    if folder != NONE:
        title = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(store.scene).GetItemName(folder)
    return show_folder(store, title, parts)


def find_folder(store: NodeStore) -> int:
    """ID of the folder that holds nodes of the case; `NONE` when there is none."""
    tree = store.scene.GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode")
    if tree is None:
        return NONE
    for role in store.roles():
        item = tree.GetItemByDataNode(store.get(role))
        while item not in (NONE, tree.GetSceneItemID()):
            if tree.GetItemAttribute(item, ROLE) == _FOLDER:
                return item
            item = tree.GetItemParent(item)
    return NONE


def _is_under(tree: slicer.vtkMRMLSubjectHierarchyNode, item: int, folder: int) -> bool:
    """Whether `item` lies anywhere in `folder`: where the user sorted it to, it stays."""
    while item not in (NONE, tree.GetSceneItemID()):
        if item == folder:
            return True
        item = tree.GetItemParent(item)
    return False


def _subfolder(tree: slicer.vtkMRMLSubjectHierarchyNode, folder: int, name: str) -> int:
    children = vtk.vtkIdList()
    tree.GetItemChildren(folder, children)
    for item in (children.GetId(index) for index in range(children.GetNumberOfIds())):
        if tree.GetItemAttribute(item, ROLE) == name:
            return item
    return _new_folder(tree, folder, name, name)


def _new_folder(tree: slicer.vtkMRMLSubjectHierarchyNode, parent: int, name: str, role: str) -> int:
    item = tree.CreateFolderItem(parent, name)
    tree.SetItemAttribute(item, ROLE, role)
    tree.SetItemExpanded(item, role == _FOLDER)
    return item
