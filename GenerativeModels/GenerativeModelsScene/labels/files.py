"""Label maps of a scene as files for the worker."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import slicer

from GenerativeModelsScene.labels.images import LabelImage
from GenerativeModelsScene.nodes.models import LPS_TO_RAS

__all__ = ["file_stem", "write_label_images"]


def file_stem(node: slicer.vtkMRMLNode, otherwise: str) -> str:
    """The name of a node as a name of files on all systems; `otherwise` where nothing is left of it."""
    return re.sub(r"[^\w .()-]", "_", node.GetName() or "").strip(" .")[:60] or otherwise


def write_label_images(path: Path, images: Sequence[LabelImage]) -> None:
    """Write label maps on one grid as one file: a stack, or several as a cine (x, y, z, time); its folder is made."""
    import SimpleITK as sitk

    path.parent.mkdir(parents=True, exist_ok=True)
    to_lps = LPS_TO_RAS @ images[0].to_ras
    spacing = np.linalg.norm(to_lps[:3, :3], axis=0)
    frames = []
    for image in images:
        frame = sitk.GetImageFromArray(image.values)
        frame.SetSpacing(spacing.tolist())
        frame.SetDirection((to_lps[:3, :3] / spacing).ravel().tolist())
        frame.SetOrigin(to_lps[:3, 3].tolist())
        frames.append(frame)
    sitk.WriteImage(frames[0] if len(frames) == 1 else sitk.JoinSeries(frames), str(path), useCompression=True)
