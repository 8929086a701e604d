"""The methods that are compared: without networks, of bundles, and trained here on a few patients alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from GenerativeModelsLib.benchmarks.synthesis.patients import checksum_of_slices
from GenerativeModelsLib.bundle.checksums import bundle_checksum
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.kept import digest_of
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.synthesis.images.model import NETWORKS, load_synthesiser
from GenerativeModelsLib.synthesis.images.run import method_of
from GenerativeModelsLib.synthesis.images.synthesiser import ImageSynthesiser
from GenerativeModelsLib.synthesis.images.synthseg import SynthSeg
from GenerativeModelsLib.training.shared.whole_file import whole_file

__all__ = ["OWN_EPOCHS", "Generator", "generators_of", "own_generator"]

TITLES = {
    "synthseg": "SynthSeg-style",
    "spade": "SPADE VAE-GAN",
    "cgan": "conditional GAN",
    "ldm": "latent diffusion",
}
OWN_EPOCHS = 12
"""Epochs of a SPADE that is trained on a few patients here, of 800 slices: some twelve minutes of one core."""


@dataclass(frozen=True)
class Generator:
    """A method of image synthesis.

    Attributes
    ----------
    key
        Of tables and files.
    title
        For readers.
    method
        "synthseg", "spade", "cgan" or "ldm".
    bundle
        Of its networks; None: it has none.
    """

    key: str
    title: str
    method: str
    bundle: Path | None = None

    def load(self) -> ImageSynthesiser:
        """The method, on the CPU."""
        return SynthSeg() if self.bundle is None else method_of(self.method, load_synthesiser(self.bundle))

    def settings(self) -> dict[str, str]:
        """What its images follow from."""
        return {"method": self.method, "weights": "" if self.bundle is None else bundle_checksum(self.bundle)}


def generators_of(trained: Path) -> tuple[list[Generator], list[str]]:
    """The methods whose weights are there, and a sentence for each other one.

    Bundles are the shipped ones, else those that the shipped configs write, `trained`/METHOD/bundle.
    """
    found, missing = [Generator("synthseg", TITLES["synthseg"], "synthseg")], []
    for method in NETWORKS:
        bundle = trained / method / "bundle"
        try:
            bundle = default_bundle(f"images-{method}")
        except InputError:
            if not (bundle / "model.json").is_file():
                missing.append(f"{TITLES[method]}: no weights, generative-models train {method}.yaml makes them.")
                continue
        found.append(Generator(method, TITLES[method], method, bundle))
    return found, missing


def own_generator(
    patients: tuple[str, ...], seed: int, data: Path, trained: Path, changes: Mapping[str, Any] | None = None
) -> Generator:
    """A SPADE that has seen some patients alone, trained now or by an earlier run; a stopped training goes on.

    Parameters
    ----------
    trained
        Folder of the trainings; each has one of its own, named by all that it follows from.
    changes
        Further fields of the shipped config.
    """
    import yaml

    from GenerativeModelsLib.training.run import train

    told = yaml.safe_load((files("GenerativeModelsLib.training") / "configs" / "spade.yaml").read_text("utf-8"))
    told |= {"seed": seed, "epochs": OWN_EPOCHS, **(changes or {})}
    told["data"] = {"kind": "sunnybrook", "folder": str(data), "patients": list(patients)}
    settings = {**told, "data": {"patients": list(patients), "checksum": checksum_of_slices(data)}}
    folder = trained / f"own-spade-{digest_of(settings)}"
    bundle = folder / "bundle"
    summary = f"End diastole and end systole of {len(patients)} patients of the Sunnybrook Cardiac Data (CC0 1.0)."
    told |= {"output": str(folder), "bundle": {**told["bundle"], "output": str(bundle), "population": summary}}
    if not (bundle / "model.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(folder / "config.yaml") as part:
            part.write_text(yaml.safe_dump(told, sort_keys=True), encoding="utf-8")
        train(folder / "config.yaml", enable_progress_bar=False)
    return Generator(f"own-spade-{len(patients)}", f"SPADE of the same {len(patients)} patients", "spade", bundle)
