"""Write the results of benchmarks into the manifest and the card of a bundle; reports show them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch

from GenerativeModelsLib.bundle.bundle import read_bundle, write_bundle
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training.shared.card import card_text
from GenerativeModelsLib.training.shared.rewritten import as_stored, changed

SHOWN = ("three planes", "axial + sagittal", "axial")


def record(bundle_folder: Path, benchmarks: Path) -> None:
    """Copy the results in `benchmarks` (written by `benchmark NAME --output`) into a bundle.

    Raises
    ------
    InputError
        `skull.json` is missing, or the bundle is invalid.
    """
    if not (benchmarks / "skull.json").is_file():
        raise InputError(
            f"{benchmarks} contains no skull.json: run generative-models benchmark skull --output {benchmarks}."
        )
    names = [name for name in ("skull", "hc18", "templates") if (benchmarks / f"{name}.md").is_file()]
    figures = {name: json.loads((benchmarks / f"{name}.json").read_text(encoding="utf-8")) for name in names}
    lines = [line for name in names for line in (benchmarks / f"{name}.md").read_text(encoding="utf-8").splitlines()]
    bundle = read_bundle(bundle_folder)
    description = changed(bundle, validation={"summary": summary(figures), "tables": lines})
    write_bundle(bundle_folder, as_stored(bundle), description, card_text(description), overwrite=True)


def stored(tensor: torch.Tensor) -> torch.Tensor:
    """Tensor as stored in bundles: matrices and kernels in half precision."""
    return tensor.half() if tensor.is_floating_point() and tensor.ndim > 1 else tensor


def summary(figures: dict[str, Any]) -> dict[str, str]:
    """Results shown in reports, as text by label."""
    skull = figures["skull"]
    found = {}
    for subset in SHOWN:
        m, cover = skull["accuracy"]["rigid"][subset], skull["coverage90"]["rigid"][subset]
        found[f"{subset}, {skull['cases']} simulated heads"] = (
            f"Dice {m['dice']:.3f}, Hausdorff {m['hausdorff_mm']:.1f} mm, volume off by "
            f"{100 * m['absolute_volume_difference']:.1f} %" + ("" if cover is None else f", 90 % coverage {cover:.2f}")
        )
    for name, real in figures.get("hc18", {}).get("groups", {}).items():
        cover = real["coverage90"]
        found[f"{name}, {real['pictures']} real pictures"] = f"mean absolute error {real['hc_mae_mm']:.1f} mm" + (
            "" if cover is None else f", 90 % intervals cover {100 * cover:.0f} %"
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Write benchmark figures into a model bundle.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("benchmarks", type=Path, help="folder given to generative-models benchmark --output")
    options = parser.parse_args()
    record(options.bundle, options.benchmarks)


if __name__ == "__main__":
    main()
