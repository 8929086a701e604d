"""The files of a check or a repair out of the nodes that show it, as the command line writes them."""

from __future__ import annotations

from pathlib import Path

import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.repair.anatomy import REPAIR
from GenerativeModelsScene.nodes.saving import require_nodes, write_text
from GenerativeModelsScene.nodes.texts import bytes_of
from GenerativeModelsScene.segmentation.case_nodes import CheckNodes, find_check
from GenerativeModelsScene.segmentation.repair import find_repair

__all__ = ["save_check", "save_repair"]


def save_check(scene: slicer.vtkMRMLScene, nodes: CheckNodes, folder: str | Path, overwrite: bool = False) -> Path:
    """Write the check into `folder`, whole or not at all; returns the folder.

    The files are those of `generative-models segmentation check`, also after the scene was saved and loaded.

    Parameters
    ----------
    folder
        Created; refused when it holds files, unless `overwrite`.

    Raises
    ------
    InputError
        A node of the check was deleted, or the folder cannot be used.
    """
    texts = _texts(scene, nodes)
    with output_folder(folder, overwrite=overwrite, stale=SEGMENTATION.stale) as work:
        for name, node in texts.items():
            write_text(node, work / name)
    return Path(folder)


def save_repair(scene: slicer.vtkMRMLScene, nodes: CheckNodes, folder: str | Path, overwrite: bool = False) -> Path:
    """Write the repair of a checked segmentation into `folder`, whole or not at all; returns the folder.

    The files are those of `generative-models segmentation repair`. The parameters are those of `save_check`.

    Raises
    ------
    InputError
        There is no repair, a node of it was deleted, or the folder cannot be used.
    """
    repaired = find_repair(scene, nodes.key)
    after = None if repaired is None else find_check(scene, repaired.sequence.GetID())
    if repaired is None or after is None:
        raise InputError("The scene holds no whole repair of this segmentation: repair it again.")
    checks = {"before": _texts(scene, nodes), "after": _texts(scene, after)}
    own = {"result.json": repaired.result_text, "changes.csv": repaired.changes_text, "report.html": repaired.report}
    with output_folder(folder, overwrite=overwrite, stale=REPAIR.stale) as work:
        for name, node in own.items():
            write_text(node, work / name)
        (work / "repaired.nii.gz").write_bytes(bytes_of(repaired.file))
        for part, texts in checks.items():
            (work / part).mkdir()
            for name, node in texts.items():
                write_text(node, work / part / name)
    return Path(folder)


def _texts(scene: slicer.vtkMRMLScene, nodes: CheckNodes) -> dict[str, slicer.vtkMRMLTextNode]:
    """The text nodes of a check by file; raises `InputError` where one was deleted."""
    texts = {"result.json": nodes.case.result, "report.html": nodes.case.report, **nodes.texts}
    require_nodes(scene, {f"file {name}": node for name, node in texts.items()}, "check")
    return texts
