"""What the optional parts of the package need, and the command that installs it.

The command names the packages and not the extra of this distribution, so that it works from any folder, in any shell
and where this package is no distribution, as in 3D Slicer.
"""

from __future__ import annotations

__all__ = ["EXTRAS", "install_command"]

EXTRAS = {
    "train": ("lightning>=2.5", "tensorboard>=2.17", "pyyaml>=6.0", "monai>=1.6", "einops>=0.8", "scikit-learn>=1.5"),
    "diffusion": ("monai>=1.6", "einops>=0.8"),
    "dicom": ("highdicom>=0.25", "fhir.resources>=8.0", "reportlab>=4.2"),
    "cluster": ("dask[distributed]>=2025.1",),
    "web": ("trame-slicer[standalone]>=2.0,<3", "aiohttp>=3.10"),
}
"""The optional dependencies of `pyproject.toml` by the name of the extra, those for developers left out."""


def install_command(extra: str) -> str:
    """The command that installs the packages of an extra.

    >>> install_command("cluster")
    'pip install "dask[distributed]>=2025.1"'
    """
    return " ".join(["pip install", *(f'"{requirement}"' for requirement in EXTRAS[extra])])
