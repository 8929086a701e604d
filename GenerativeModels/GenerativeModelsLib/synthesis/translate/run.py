"""One image with the look of another domain: read, translated, its drift measured, and written into a folder."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from GenerativeModelsLib import __version__
from GenerativeModelsLib.anatomy.run import Progress, model_summary, now, warning_entries, write_json
from GenerativeModelsLib.device import choose_device
from GenerativeModelsLib.errors import named
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.skull.infer.model import load_skull_model
from GenerativeModelsLib.synthesis.translate.domains import ULTRASOUND, require_domain
from GenerativeModelsLib.synthesis.translate.drift import Watched
from GenerativeModelsLib.synthesis.translate.model import load_translator
from GenerativeModelsLib.synthesis.translate.read import READERS, Subject
from GenerativeModelsLib.synthesis.translate.request import TranslationRequest

__all__ = ["DOCUMENT", "translate_image"]

DOCUMENT, SCHEMA = "result.json", "image-translation/1"


def translate_image(request: TranslationRequest, *, progress: Progress | None = None) -> dict[str, Any]:
    """Write the image and `result.json` of a request; returns the content of the latter.

    Raises
    ------
    InputError
        The image, the bundle or the output folder cannot be used; nothing is left behind.
    """
    import torch

    show = progress or (lambda message, share: None)
    start = time.perf_counter()
    with output_folder(request.output, overwrite=request.overwrite) as folder:
        show("loading the model", 0.05)
        choice = choose_device(request.device)
        bundle = request.model or default_bundle(require_domain(request.to).bundle)
        translator = load_translator(bundle, request.to, choice.torch_device)
        show("reading the image", 0.2)
        subject = READERS[translator.modality](request.image)
        head = _watched(request, subject) if translator.modality == ULTRASOUND else None
        show("translating", 0.5)
        made = translator.translate(subject.values, request.to, request.seed, subject.pixel_mm)
        show("measuring the drift", 0.7)
        drift, notes = (None, ()) if head is None else head.drift(made.values[0])
        file = subject.write(folder, made.values)
        content = {
            "schema": SCHEMA,
            "synthetic": True,
            "file": file,
            "image": subject.name,
            "modality": translator.modality,
            "domains": {"from": translator.source_of(request.to), "to": request.to},
            "model": model_summary(translator),
            "drift": None if drift is None else asdict(drift),
            "seed": request.seed,
            "software": {"version": __version__, "torch": torch.__version__},
            "device": made.device,
            "created": now(),
            **warning_entries([*choice.warnings, *subject.warnings, *made.warnings, *notes]),
            "seconds": {"total": round(time.perf_counter() - start, 3)},
        }
        write_json(content, folder / DOCUMENT)
    show("done", 1.0)
    return content


def _watched(request: TranslationRequest, subject: Subject) -> Watched:
    """The head of a picture of ultrasound, which must show one."""
    spacing_mm = request.spacing_mm
    if spacing_mm is None and subject.pixel_mm is not None:
        spacing_mm = float(subject.pixel_mm[0]), float(subject.pixel_mm[1])
    called = f"{named('image')} {subject.name}"
    return Watched.of(load_skull_model(default_bundle("skull")), subject.values[0], spacing_mm, called)
