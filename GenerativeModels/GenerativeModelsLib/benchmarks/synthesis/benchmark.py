"""`benchmark synthesis`: synthetic images of the heart against real ones, and whether training with them helps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.benchmarks.synthesis.downstream import (
    AUGMENTATION,
    MAPS,
    OWN,
    DownstreamJob,
    arms_of,
    downstream,
)
from GenerativeModelsLib.benchmarks.synthesis.fidelity import FidelityJob, fidelity_of
from GenerativeModelsLib.benchmarks.synthesis.generators import OWN_EPOCHS, generators_of
from GenerativeModelsLib.benchmarks.synthesis.patients import checksum_of_slices, patients
from GenerativeModelsLib.benchmarks.synthesis.picture import write_curves, write_images
from GenerativeModelsLib.benchmarks.synthesis.tables import (
    downstream_figures,
    downstream_table,
    fidelity_figures,
    fidelity_table,
)
from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.scores.tables import Report
from GenerativeModelsLib.evaluation.segmentation.unet import SETTINGS
from GenerativeModelsLib.process.checkout import commit

__all__ = ["KEPT", "SIZES", "TRAINED", "Sizes", "run"]

KEPT, TRAINED = Path("runs/synthesis/benchmark"), Path("runs/synthesis")
"""Folder of kept U-Nets, and of the trainings of the shipped configs, both taken up by a later run."""


@dataclass(frozen=True)
class Sizes:
    """What the run time follows from.

    Attributes
    ----------
    counts
        Numbers of real patients; nine train, so that more cannot be had without the held-out ones.
    own
        The number for which a SPADE is trained on the same patients alone.
    seeds
        Of the U-Nets.
    steps
        Of each of their trainings, some two minutes of one core.
    judging_steps
        Of the U-Nets that judge synthetic images.
    own_changes
        Fields of the config of that SPADE.
    """

    counts: Sequence[int] = (2, 4, 8, 9)
    own: int = 4
    seeds: Sequence[int] = (0, 1, 2)
    steps: int = 600
    judging_steps: int = SETTINGS["steps"]
    own_changes: Mapping[str, object] | None = None


SIZES = Sizes()


def run(
    data: Path,
    cases: int | None,
    workers: int,
    output: Path | None = None,
    *,
    final: bool = False,
    folder: Path = KEPT,
    trained: Path = TRAINED,
    sizes: Sizes = SIZES,
) -> Report:
    """Draw, judge and train; a run that was stopped goes on where it stopped.

    Parameters
    ----------
    cases
        Patients that are tested at most; None: all.
    output
        Folder for the pictures; None: no pictures.
    final
        Test the patients that never steered development.

    Raises
    ------
    InputError
        The data or MONAI are missing, or a bundle cannot be used.
    """
    chosen, (generators, missing) = patients(data, final=final, most=cases), generators_of(trained)
    with bar("fidelity") as progress:
        job = FidelityJob(data, chosen, folder, sizes.seeds, sizes.judging_steps)
        fidelity = fidelity_of(generators, job, workers, progress)
    arms = arms_of(generators, sizes.counts, sizes.own, sizes.seeds)
    with bar("trainings") as progress:
        shared = DownstreamJob(data, chosen, generators, trained, folder, sizes.steps, sizes.own_changes)
        found = downstream(arms, shared, workers, progress)
    titles = {AUGMENTATION: "none"} | {one.key: one.title for one in generators}
    titles[OWN] = f"SPADE of the same {sizes.own} patients"
    tables = [fidelity_table(fidelity, missing), downstream_table(found, titles)]
    if output is not None:
        write_images(generators, chosen, Path(output) / "synthesis_images.png")
        write_curves(found, titles, Path(output) / "synthesis_downstream.png")
    figures = {
        "commit": commit(),
        "data": checksum_of_slices(data),
        "final": final,
        "training_patients": list(chosen.names),
        "tested_patients": list(chosen.tested_names),
        "seeds": list(sizes.seeds),
        "steps": sizes.steps,
        "judging_steps": sizes.judging_steps,
        "maps_a_patient": MAPS,
        "own_epochs": OWN_EPOCHS,
        "methods": {one.key: one.settings() for one in generators},
        "without_weights": missing,
        "fidelity": fidelity_figures(fidelity),
        "downstream": downstream_figures(found),
    }
    return Report(tables, figures)
