"""Where a real data set lies in a folder that the user names, such as that of `--data`."""

from __future__ import annotations

from pathlib import Path

from GenerativeModelsLib.errors import InputError

__all__ = ["data_set", "find_data_set"]

_FILES = {
    "hc18": "hc18.csv",
    "acdc_labels": "index.csv",
    "lv_cap": "lv_cap.npz",
    "fetal_heads_spina_bifida": "*_mask.nii.gz",
    "sunnybrook_slices": "slices.npz",
    "sunnybrook_cine": "*_cine.nii.gz",
    "bivme_patient1": "Se*_label.nii.gz",
    "rodero01_apical": "labels.npz",
}
"""By name of a data set, its file or the pattern of its files."""


def data_set(folder: str | Path, name: str) -> Path:
    """Folder with the files of a data set: the folder `name` in `folder`, else `folder` itself.

    Raises
    ------
    InputError
        Neither holds the files.
    """
    found = find_data_set(folder, name)
    if found is None:
        raise InputError(
            f"Neither {Path(folder)} nor its folder {name} holds {_FILES[name]}: name the folder of the data set "
            f"{name}, or the one above it."
        )
    return found


def find_data_set(folder: str | Path, name: str) -> Path | None:
    """As `data_set`; None when neither folder holds the files."""
    places = (Path(folder) / name, Path(folder))
    return next((place for place in places if any(place.glob(_FILES[name]))), None)
