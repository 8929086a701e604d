"""What the name of the file behind an image node says about its geometry."""

from __future__ import annotations

_PICTURES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".tif", ".tiff", ".gif")
_STATE_SPACING = (
    ".nrrd",
    ".nhdr",
    ".mha",
    ".mhd",
    ".nii",
    ".nii.gz",
    ".hdr",
    ".img",
    ".img.gz",
    ".mgz",
    ".vtk",
    ".vti",
)


def picture_file(node) -> str | None:
    """Path of the PNG, JPEG, TIFF or BMP file that the node was loaded from, None for any other node."""
    path = _file(node)
    return path if path.lower().endswith(_PICTURES) else None


def is_picture_stack(node) -> bool:
    """Whether a 3D volume was loaded from pictures with numbered names; a TIFF file may hold several pages itself."""
    path = picture_file(node)
    if path is None:
        return False
    return node.GetStorageNode().GetNumberOfFileNames() > 1 or not path.lower().endswith((".tif", ".tiff"))


def states_spacing(node) -> bool:
    """Whether the node was loaded from a file whose header must state a spacing, so that 1 x 1 mm may be meant."""
    return _file(node).lower().endswith(_STATE_SPACING)


def _file(node) -> str:
    storage = node.GetStorageNode()
    return (storage.GetFullNameFromFileName() or "") if storage else ""
