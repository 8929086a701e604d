"""The files of a heart out of the nodes that show it, as the command line writes them."""

from __future__ import annotations

from pathlib import Path

import slicer

from GenerativeModelsLib.heart.anatomy import HEART, PHASES
from GenerativeModelsLib.heart.case.read import POINT_ARRAYS
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsScene.heart.show import HeartNodes, bullseye_png
from GenerativeModelsScene.nodes.saving import require_nodes, write_model, write_text
from GenerativeModelsScene.nodes.texts import bytes_of

__all__ = ["save_heart"]


def save_heart(scene: slicer.vtkMRMLScene, nodes: HeartNodes, folder: str | Path, overwrite: bool = False) -> Path:
    """Write the heart into `folder`, whole or not at all, in the patient's LPS; returns the folder.

    The files are those of `generative-models heart analyse`, also after the scene was saved and loaded.

    Parameters
    ----------
    folder
        Created; refused when it holds files, unless `overwrite`.

    Raises
    ------
    InputError
        A node of the heart was deleted, or the folder cannot be used.
    """
    texts = {"result": nodes.case.result, "report": nodes.case.report, "bull's-eye": nodes.bullseye}
    require_nodes(scene, texts, "analyse")
    phases = [phase for phase in PHASES if nodes.result["wall_thickness_mm"].get(phase) is not None]
    meshes = {mesh.file: mesh.label for mesh in HEART.meshes if mesh.file.startswith(tuple(phases))}
    models = {file: nodes.case.models.get(file) for file in meshes}
    require_nodes(scene, {f"surface '{meshes[file]}'": model for file, model in models.items()}, "analyse")
    with output_folder(folder, overwrite=overwrite, stale=HEART.stale) as work:
        for file, model in models.items():
            write_model(model, POINT_ARRAYS, work / file)
        (work / "bullseye.png").write_bytes(bullseye_png(nodes))
        for file, node in nodes.case.label_maps.items():
            (work / file).write_bytes(bytes_of(node))
        write_text(nodes.case.result, work / "result.json")
        write_text(nodes.case.report, work / "report.html")
    return Path(folder)
