"""The files of a finished case, offered to the browser under the name of the case."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from GenerativeModelsLib.anatomy.record import Anatomy, Mesh
from GenerativeModelsLib.page.colour_scale import scale_of
from GenerativeModelsLib.page.colours import PLAIN
from GenerativeModelsLib.page.meshes import value_colours
from GenerativeModelsWeb.parts.words import file_stem
from GenerativeModelsWeb.server.downloads import Downloads
from GenerativeModelsWeb.server.exports import zip_folder

__all__ = ["exports_of", "offer_files"]

WHOLE = {
    "report.html": ("Report", "mdi-file-document-outline"),
    "result.json": ("Numbers", "mdi-code-json"),
}
PICTURES, VOLUMES = (".png", ".svg"), (".nii.gz", ".nrrd")


def offer_files(
    downloads: Downloads, anatomy: Anatomy, folder: Path, title: str, save_scene: Callable[[Path], Path]
) -> list[dict[str, Any]]:
    """Offer the files of the case in `folder`, its meshes in other formats, its scene and an archive of it all.

    Addresses begin with the name of the anatomy, file names with the title of the case.

    Returns
    -------
    The groups of links, see `state.Shown.downloads`.
    """
    stem = file_stem(title)
    groups: list[dict[str, Any]] = []

    def offer(name: str, make: Any) -> dict[str, str]:
        address = f"{anatomy.name}.{name}"
        downloads.offer(address, make, f"{stem}-{name}")
        return {"address": address, "ending": "." + name.partition(".")[2]}

    def group(label: str, icon: str, files: list[dict[str, str]]) -> None:
        groups.append({"label": label, "icon": icon, "files": files})

    for name, (label, icon) in WHOLE.items():
        group(label, icon, [offer(name, folder / name)])
    exports = exports_of(folder)
    bundle, archive = exports / f"{anatomy.name}.mrb", exports / f"{stem}.zip"

    def saved() -> Path:
        exports.mkdir(exist_ok=True)
        return save_scene(bundle)

    async def packed() -> Path:
        exports.mkdir(exist_ok=True)
        return await zip_folder(folder, archive)

    group("Scene", "mdi-view-quilt-outline", [offer(bundle.name, saved)])
    group("Whole case", "mdi-folder-zip-outline", [offer("case.zip", packed)])
    for mesh in (mesh for mesh in anatomy.meshes if (folder / mesh.file).is_file()):
        files = [offer(mesh.file, folder / mesh.file)]
        for suffix in (".stl", ".ply", ".glb"):
            path = exports / Path(mesh.file).with_suffix(suffix).name
            files.append(offer(path.name, _maker(folder, mesh, path)))
        group(mesh.label, "mdi-vector-triangle", files)
    for path in sorted(folder.glob("*")):
        words = path.name.split(".")[0].replace("_", " ").capitalize()
        if path.name.endswith(PICTURES):
            group(words, "mdi-image-outline", [offer(path.name, path)])
        elif path.name.endswith(VOLUMES):  # a mesh may have the same name
            group(f"{words} volume", "mdi-cube-outline", [offer(path.name, path)])
    return groups


def exports_of(folder: Path) -> Path:
    """The folder of what is made from a case only when it is asked for: its scene, archive and meshes."""
    return folder.with_name(f"{folder.name}-exports")


def _maker(folder: Path, mesh: Mesh, path: Path) -> Callable[[], Any]:
    async def make() -> Path:
        await asyncio.to_thread(_export, folder, mesh, path)
        return path

    return make


def _export(folder: Path, mesh: Mesh, path: Path) -> None:
    """Write a mesh of the case in another format, coloured by its values in the range that fits them."""
    from GenerativeModelsLib.geometry.mesh_export import export_mesh
    from GenerativeModelsLib.geometry.surface_files import read_surface

    path.parent.mkdir(exist_ok=True)
    surface = read_surface(folder / mesh.file)
    values = surface.point_data.get(mesh.scalars)
    colours = value_colours(values, len(surface.points), scale_of(mesh, [values]).ends, PLAIN)
    export_mesh(surface, path, np.round(255 * colours).astype(np.uint8))
