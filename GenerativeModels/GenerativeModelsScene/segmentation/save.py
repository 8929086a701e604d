"""The files of a check out of the nodes that show it, as the command line writes them."""

from __future__ import annotations

from pathlib import Path

import slicer

from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsScene.nodes.saving import require_nodes, write_text
from GenerativeModelsScene.segmentation.case_nodes import CheckNodes

__all__ = ["save_check"]


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
    texts = {"result.json": nodes.case.result, "report.html": nodes.case.report, **nodes.texts}
    require_nodes(scene, {f"file {name}": node for name, node in texts.items()}, "check")
    with output_folder(folder, overwrite=overwrite, stale=SEGMENTATION.stale) as work:
        for name, node in texts.items():
            write_text(node, work / name)
    return Path(folder)
