"""The files of a finished case, offered to the browser under the name of the case."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.exporting import ExportCase, export_case, export_files
from GenerativeModelsLib.anatomy.record import Anatomy, Mesh
from GenerativeModelsLib.anatomy.result import read_result
from GenerativeModelsWeb.parts.words import file_stem
from GenerativeModelsWeb.server.downloads import Downloads
from GenerativeModelsWeb.server.exports import zip_folder

__all__ = ["exports_of", "offer_files"]

WHOLE = {
    "report.html": ("Report", "mdi-file-document-outline"),
    "result.json": ("Numbers", "mdi-code-json"),
}
FORMATS = (
    ("Short report", "mdi-file-pdf-box", {"pdf": ".pdf"}),
    (
        "DICOM",
        "mdi-hospital-box-outline",
        {
            "dicom-sr": "report",
            "dicom-seg": "segmentation",
            "dicom-pdf": "PDF",
            "dicom-stl": "STL",
            "dicom-mr": "images",
        },
    ),
    ("FHIR", "mdi-code-json", {"fhir": ".json"}),
)
"""Label, icon and, by exporter, what its link says; an exporter whose package is missing is left out."""
PICTURES, VOLUMES, TABLES = (".png", ".svg"), (".nii.gz", ".nrrd"), (".csv",)


def offer_files(
    downloads: Downloads,
    anatomy: Anatomy,
    folder: Path,
    title: str,
    save_scene: Callable[[Path], Path],
    headers: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Offer the files of the case in `folder`, its meshes in other formats, exports, scene and an archive of it all.

    Addresses begin with the name of the anatomy, file names with the title of the case, which is its ID if it has one.

    Parameters
    ----------
    headers
        Headers of the DICOM files whose patient and study the exports belong to, by input.

    Returns
    -------
    The groups of links, see `state.Shown.downloads`.
    """
    stem = file_stem(title)
    groups: list[dict[str, Any]] = []

    def offer(name: str, make: Any, ending: str = "") -> dict[str, str]:
        address = f"{anatomy.name}.{name}"
        downloads.offer(address, make, f"{stem}-{name}")
        return {"address": address, "ending": ending or "." + name.partition(".")[2]}

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
    for label, icon, names in FORMATS:
        found = [name for name in names if name in anatomy.exporters and not anatomy.exporters[name].missing()]
        files = []
        for name in found:
            written = export_files(anatomy, name, folder)
            if written:
                path = exports / (written[0] if len(written) == 1 else f"{name}.zip")
                make = _exporter(folder, anatomy, name, path, headers or {})
                files.append(offer(path.name, make, names[name]))
        if files:
            group(label, icon, files)
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
        elif path.name.endswith(TABLES):
            group(words, "mdi-table", [offer(path.name, path)])
        elif path.name.endswith(VOLUMES):  # a mesh may have the same name
            group(f"{words} volume", "mdi-cube-outline", [offer(path.name, path)])
    return groups


def exports_of(folder: Path) -> Path:
    """The folder of what is made from a case only when it is asked for: its scene, archive and meshes."""
    return folder.with_name(f"{folder.name}-exports")


def _maker(folder: Path, mesh: Mesh, path: Path) -> Callable[[], Any]:
    async def make() -> Path:
        await asyncio.to_thread(_export_mesh, folder, mesh, path)
        return path

    return make


def _export_mesh(folder: Path, mesh: Mesh, path: Path) -> None:
    """Write a mesh of the case in another format, coloured by its values in the range that fits them."""
    from GenerativeModelsLib.export.meshes import write_mesh

    path.parent.mkdir(exist_ok=True)
    write_mesh(folder, mesh, path)


def _exporter(folder: Path, anatomy: Anatomy, name: str, path: Path, headers: Mapping[str, Any]) -> Callable[[], Any]:
    async def make() -> Path:
        await asyncio.to_thread(_export, folder, anatomy, name, path, headers)
        return path

    return make


def _export(folder: Path, anatomy: Anatomy, name: str, path: Path, headers: Mapping[str, Any]) -> None:
    """Write the file of an exporter, or an archive where it writes several."""
    result = read_result(folder, anatomy.schema)
    with tempfile.TemporaryDirectory() as made:
        written = export_case(ExportCase(anatomy, result, folder, headers), [name], Path(made))
        path.parent.mkdir(exist_ok=True)
        if len(written) == 1:
            shutil.copyfile(written[0], path)
            return
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in written:
                archive.write(file, file.name)
