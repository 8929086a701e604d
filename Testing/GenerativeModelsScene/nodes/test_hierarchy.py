"""Every case has one folder in the subject hierarchy."""

from __future__ import annotations

import slicer
import vtk

from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.skull.show import find_case, show_case


def tree_of(scene):
    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)


def children(tree, item, deep: bool = False) -> list[int]:
    found = vtk.vtkIdList()
    tree.GetItemChildren(item, found, deep)
    return [found.GetId(index) for index in range(found.GetNumberOfIds())]


def test_one_folder_holds_all_of_the_case(shown, a_scene) -> None:
    tree, store = tree_of(a_scene), NodeStore(a_scene, "case")
    assert tree.GetItemName(shown.folder_item) == "Head"
    assert tree.GetItemParent(shown.folder_item) == tree.GetSceneItemID()
    inside = {tree.GetItemDataNode(item) for item in children(tree, shown.folder_item, deep=True)} - {None}
    nodes = {store.get(role) for role in store.roles()} - {shown.legend, shown.colours}
    assert inside == nodes and len(nodes) > 40


def test_planes_and_charts_have_folders_of_their_own(shown, a_scene) -> None:
    tree = tree_of(a_scene)
    direct = {tree.GetItemName(item): item for item in children(tree, shown.folder_item)}
    assert {"Planes", "Growth charts", "Head skull", "Head biometry", "Head report"} <= set(direct)
    planes = {tree.GetItemDataNode(item) for item in children(tree, direct["Planes"])}
    assert planes == {*shown.planes.values(), *shown.outlines.values(), *shown.bands.values()}
    charts = {tree.GetItemDataNode(item) for item in children(tree, direct["Growth charts"])}
    assert charts >= set(shown.charts.values()) and len(charts) == 3 * (1 + 2 + 7)


def test_a_second_run_uses_the_same_folder_under_its_new_title(shown, a_scene, a_case) -> None:
    tree = tree_of(a_scene)
    before = tree.GetNumberOfItems()
    again = show_case(a_scene, a_case, key="case", title="Other")
    assert again.folder_item == shown.folder_item and tree.GetItemName(again.folder_item) == "Other"
    assert tree.GetNumberOfItems() == before and again.model.GetName() == "Other skull"


def test_two_keys_have_two_folders(shown, a_scene, a_case) -> None:
    other = show_case(a_scene, a_case, key="other", title="Head")
    assert other.folder_item not in (0, shown.folder_item)
    assert other.model is not shown.model and other.colours is not shown.colours
    assert find_case(a_scene, "case").folder_item == shown.folder_item


def test_nodes_that_the_user_sorted_stay_where_they_are(shown, a_scene, a_case) -> None:
    tree = tree_of(a_scene)
    mine = tree.CreateFolderItem(shown.folder_item, "mine")
    model = tree.GetItemByDataNode(shown.model)
    tree.SetItemParent(model, mine)
    again = show_case(a_scene, a_case, key="case", title="Head")
    assert tree.GetItemParent(model) == mine and again.folder_item == shown.folder_item


def test_a_deleted_folder_comes_back(shown, a_scene, a_case) -> None:
    tree = tree_of(a_scene)
    tree.RemoveItem(shown.folder_item, False, False)
    assert find_case(a_scene, "case").folder_item != shown.folder_item
    again = show_case(a_scene, a_case, key="case", title="Head")
    assert tree.GetItemName(again.folder_item) == "Head" and again.model is shown.model
    assert tree.GetItemParent(tree.GetItemByDataNode(again.model)) == again.folder_item


def test_deleting_the_folder_with_its_content_deletes_the_case(shown, a_scene, a_case) -> None:
    tree = tree_of(a_scene)
    for name in ("Planes", "Growth charts"):  # innermost first: without Slicer's own plugins the core does not end else
        tree.RemoveItem(tree.GetItemChildWithName(shown.folder_item, name), True, True)
    tree.RemoveItem(shown.folder_item, True, True)
    assert shown.model.GetScene() is None
    again = show_case(a_scene, a_case, key="case", title="Head")
    assert again.model.GetScene() is a_scene and again.folder_item not in (0, shown.folder_item)
