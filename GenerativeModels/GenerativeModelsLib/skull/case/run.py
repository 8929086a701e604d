"""One case from files to files: what `generative-models skull reconstruct` and every row of a batch do."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.skull.request import SkullRequest

if TYPE_CHECKING:
    from GenerativeModelsLib.skull.infer.on_device import LoadModel
    from GenerativeModelsLib.skull.planes.image import PlaneImage

STALE = ("planes/*.nii.gz",)


@dataclass(frozen=True)
class CaseResult:
    """Where the results of a case lie and what its `result.json` says."""

    folder: Path
    result: dict


def reconstruct_case(
    request: SkullRequest,
    *,
    progress: Callable[[str, float], None] | None = None,
    load: LoadModel | None = None,
) -> CaseResult:
    """Read the planes, reconstruct the skull and write everything into the request's folder, whole or not at all.

    `progress` is told what is being done and the share of it that is through; `load` may keep models in memory.

    Raises
    ------
    InputError
        An argument, an input file, the bundle or the output folder cannot be used; nothing is left behind.
    """
    tell = progress or (lambda message, share: None)
    start = time.perf_counter()
    with output_folder(request.output, overwrite=request.overwrite, stale=STALE) as folder:
        from GenerativeModelsLib.skull.case.fingerprint import fingerprint_of

        tell("reading the planes", 0.05)
        try:
            fingerprint = fingerprint_of(request)  # before anything is read, lest it be of a newer file
        except InputError:
            _read_planes(request)  # knows better what is wrong with an image
            raise
        images = _read_planes(request)

        from GenerativeModelsLib.device import choose_device
        from GenerativeModelsLib.resources import default_bundle
        from GenerativeModelsLib.skull.case.write import write_case
        from GenerativeModelsLib.skull.infer.on_device import run_on

        tell("loading the model", 0.15)
        choice = choose_device(request.device)
        bundle = request.model or default_bundle("skull")
        run = run_on(
            choice,
            bundle,
            images,
            samples=request.samples,
            seed=request.seed,
            progress=lambda m, s: tell(m, 0.25 + 0.5 * s),
            load=load,
        )
        tell("writing the results", 0.8)
        result = write_case(folder, request, run, fingerprint=fingerprint, started=start)
    tell("done", 1.0)
    return CaseResult(request.output, result)


def _read_planes(request: SkullRequest) -> dict[str, PlaneImage]:
    from GenerativeModelsLib.skull.planes.image import read_plane

    return {
        name: read_plane(
            plane.path,
            spacing_mm=plane.spacing_mm,
            name=name,
            file_wins=plane.yields_to_file,
            shown_as=plane.label,
        )
        for name, plane in request.planes().items()
    }
