"""The files of a case out of the nodes that show it, as the command line writes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import slicer

from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.case.imagined_files import FOLDER, picture_file, write_picture
from GenerativeModelsLib.skull.case.placed_planes import write_placed_plane
from GenerativeModelsScene.nodes.geometry import ijk_to_ras
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.saving import require_nodes, write_model, write_text
from GenerativeModelsScene.nodes.volumes import voxels
from GenerativeModelsScene.skull.colours import SCALARS
from GenerativeModelsScene.skull.planes_3d import whole_picture

if TYPE_CHECKING:
    from GenerativeModelsScene.skull.case_nodes import SkullNodes

_NEEDED = {
    "model": "skull",
    "label_map": "label map",
    "uncertainty": "uncertainty volume",
    "result": "result",
    "report": "report",
}


def save_case(scene: slicer.vtkMRMLScene, nodes: SkullNodes, folder: str | Path, overwrite: bool = False) -> Path:
    """Write the case into `folder`, whole or not at all, in the head frame; returns the folder.

    The files are those of `generative-models skull reconstruct`, also after the scene was saved and loaded.

    Parameters
    ----------
    folder
        Created; refused when it holds files, unless `overwrite`.

    Raises
    ------
    InputError
        A node of the case was deleted, or the folder cannot be used.
    """
    needed = {words: getattr(nodes, field) for field, words in _NEEDED.items()}
    planes = {f"{name} plane": node for name, node in nodes.planes.items()} or {"planes": None}
    require_nodes(scene, needed | planes, "reconstruct")
    with output_folder(folder, overwrite=overwrite, stale=SKULL.stale) as work:
        write_model(nodes.model, (SCALARS,), work / "skull.vtp")
        _write_volume(nodes.label_map, work / "skull.nii.gz", np.uint8)
        _write_volume(nodes.uncertainty, work / "uncertainty.nii.gz", np.float32)
        for name, node in nodes.planes.items():
            _write_plane(node, work / "planes" / f"{name}.nii.gz")
        for name, node in nodes.imagined.items():
            plane, what = name.split(".")
            write_picture(work / FOLDER / picture_file(plane, what), voxels(node)[0])
        write_text(nodes.result, work / "result.json")
        write_text(nodes.report, work / "report.html")
    return Path(folder)


def _write_volume(node: slicer.vtkMRMLVolumeNode, path: Path, kind: type) -> None:
    """A volume whose axes are those of the head."""
    import SimpleITK as sitk

    array = voxels(node).astype(kind, copy=False)
    matrix = LPS_TO_RAS @ ijk_to_ras(node)
    grid = Grid(tuple(matrix[:3, 3]), tuple(matrix.diagonal()[:3]), array.shape)
    sitk.WriteImage(grid.to_image(array), str(path), useCompression=True)


def _write_plane(node: slicer.vtkMRMLScalarVolumeNode, path: Path) -> None:
    matrix = LPS_TO_RAS @ ijk_to_ras(node)
    column_mm, row_mm = np.linalg.norm(matrix[:3, 0]), np.linalg.norm(matrix[:3, 1])
    pixels = whole_picture(voxels(node)[0])
    write_placed_plane(
        path, pixels, (row_mm, column_mm), matrix[:3, 3], matrix[:3, 0] / column_mm, matrix[:3, 1] / row_mm
    )
