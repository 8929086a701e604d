"""Fingerprint of a request: everything that determines its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from GenerativeModelsLib.anatomy.fields import fields_of
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.bundle.checksums import bundle_checksum
from GenerativeModelsLib.image_files.given import GivenImage, Source
from GenerativeModelsLib.image_files.references import data_files
from GenerativeModelsLib.output.fingerprint import Fingerprint, file_checksum
from GenerativeModelsLib.resources import default_bundle

__all__ = ["fingerprint_of"]

_WITHOUT_EFFECT = {"output", "overwrite", "model", "language"}
"""Fields left out of the options; the model is represented by its checksum, and a language changes pages alone."""


def fingerprint_of(anatomy: Anatomy, request: CaseRequest) -> Fingerprint:
    """Fingerprint of the result of `request`.

    Raises
    ------
    InputError
        An image or the model bundle cannot be read.
    """
    images = {field.name for field, about in fields_of(type(request)) if about.image}
    values = {field.name: getattr(request, field.name) for field in fields(request)}
    return Fingerprint(
        inputs={
            name: {"name": values[name].name, "sha256": _checksum(values[name])}
            for name in sorted(images)
            if values[name] is not None
        },
        model=_model_checksum(anatomy, request) if anatomy.uses_model(request) else "",
        options={name: _plain(value) for name, value in values.items() if name not in images | _WITHOUT_EFFECT},
    )


def _model_checksum(anatomy: Anatomy, request: CaseRequest) -> str:
    return bundle_checksum(request.model or default_bundle(anatomy.bundle_name(request)))


def _checksum(source: Source) -> str:
    return source.checksum() if isinstance(source, GivenImage) else file_checksum(data_files(source))


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value
