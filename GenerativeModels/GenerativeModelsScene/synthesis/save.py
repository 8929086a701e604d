"""The files of synthetic images out of the nodes that show them, as the command line writes them."""

from __future__ import annotations

from pathlib import Path

import slicer

from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.synthesis.images.anatomy import IMAGES
from GenerativeModelsScene.nodes.saving import require_nodes, write_text
from GenerativeModelsScene.nodes.texts import bytes_of
from GenerativeModelsScene.synthesis.case_nodes import SynthesisNodes

__all__ = ["save_images"]


def save_images(scene: slicer.vtkMRMLScene, nodes: SynthesisNodes, folder: str | Path, overwrite: bool = False) -> Path:
    """Write the case into `folder`, whole or not at all; returns the folder.

    The files are those of `generative-models synthesise images`, also after the scene was saved and loaded.

    Parameters
    ----------
    folder
        Created; refused when it holds files, unless `overwrite`.

    Raises
    ------
    InputError
        A node of the case was deleted, or the folder cannot be used.
    """
    texts = {"result.json": nodes.result, "report.html": nodes.report}
    names = [entry["file"] for entry in nodes.content["images"]]
    wanted = {**texts, **{name: nodes.files.get(name) for name in (*names, *nodes.files)}}
    require_nodes(scene, {f"file {name}": node for name, node in wanted.items()}, "draw")
    with output_folder(folder, overwrite=overwrite, stale=IMAGES.stale) as work:
        for name, node in wanted.items():
            if name in texts:
                write_text(node, work / name)
            else:
                (work / name).write_bytes(bytes_of(node))
    return Path(folder)
