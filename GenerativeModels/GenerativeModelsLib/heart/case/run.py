"""One heart from files to files: what `generative-models heart analyse` and every row of a batch do."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.output.folder import output_folder

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.on_device import LoadModel
    from GenerativeModelsLib.heart.measure.load import LoadedHeart

__all__ = ["STALE", "AnalysisResult", "analyse_heart"]

STALE = ("es.vtp", "es_reconstruction.vtp")
"""What an earlier run with end systole leaves and one without does not write anew."""


@dataclass(frozen=True)
class AnalysisResult:
    """Where the results of a heart lie and what its `result.json` says."""

    folder: Path
    result: dict


def analyse_heart(
    request: HeartRequest,
    *,
    progress: Callable[[str, float], None] | None = None,
    load: LoadModel | None = None,
) -> AnalysisResult:
    """Read the label maps, measure the heart and write everything into the request's folder, whole or not at all.

    `progress` is told what is being done and the share of it that is through; `load` may keep models in memory.

    Raises
    ------
    InputError
        An argument, an input file, the bundle or the output folder cannot be used; nothing is left behind.
    """
    tell = progress or (lambda message, share: None)
    start = time.perf_counter()
    with output_folder(request.output, overwrite=request.overwrite, stale=STALE) as folder:
        from GenerativeModelsLib.heart.case.fingerprint import fingerprint_of

        tell("reading the label maps", 0.05)
        try:
            fingerprint = fingerprint_of(request)  # before anything is read, lest it be of a newer file
        except InputError:
            _load(request)  # knows better what is wrong with a label map
            raise
        loaded = _load(request)
        read = time.perf_counter()

        from GenerativeModelsLib.device import choose_device
        from GenerativeModelsLib.heart.case.write import write_analysis
        from GenerativeModelsLib.heart.infer.on_device import run_on
        from GenerativeModelsLib.resources import default_bundle

        tell("loading the model", 0.3)
        run = run_on(
            choose_device(request.device),
            request.model or default_bundle("heart"),
            loaded,
            progress=lambda message, share: tell(message, 0.4 + 0.35 * share),
            load=load,
        )
        run.seconds["read"] = read - start
        tell("writing the results", 0.8)
        result = write_analysis(folder, request, loaded, run, fingerprint=fingerprint, started=start)
    tell("done", 1.0)
    return AnalysisResult(request.output, result)


def _load(request: HeartRequest) -> LoadedHeart:
    from GenerativeModelsLib.heart.labels.label_map import parse_labels
    from GenerativeModelsLib.heart.measure.load import load_hearts
    from GenerativeModelsLib.heart.measure.septum import parse_septum

    septum = None if request.septum is None else parse_septum(request.septum)
    return load_hearts(request.ed, request.es, parse_labels(request.labels), septum)
