"""Reading and writing of model bundles. Weights are stored as safetensors only, so a bundle cannot run code."""

from __future__ import annotations

import hashlib
import io
import json
import platform
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from GenerativeModelsLib import __version__
from GenerativeModelsLib.bundle.checksums import (
    CARD,
    GET_ANOTHER,
    MANIFEST,
    SUMS,
    WEIGHTS,
    bundle_checksum,
    open_sealed,
    require_size,
    sums_text,
)
from GenerativeModelsLib.bundle.manifest import SCHEMA, BundleManifest, Component, ModelDescription
from GenerativeModelsLib.bundle.strict_json import strict_json
from GenerativeModelsLib.bundle.weights import not_safetensors, require_layout, tensor_layout
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.output.folder import output_folder

if TYPE_CHECKING:
    import torch

__all__ = [
    "Bundle",
    "bundle_checksum",
    "parse_manifest",
    "read_bundle",
    "read_card",
    "read_manifest",
    "require_weights_checksum",
    "write_bundle",
]


@dataclass(frozen=True)
class Bundle:
    """A verified bundle.

    Attributes
    ----------
    path : its folder.
    manifest : content of `model.json`.
    tensors : by name; floating-point tensors as float32.
    checksum : the identity of the bundle, see `bundle_checksum`.
    """

    path: Path
    manifest: BundleManifest
    tensors: dict[str, torch.Tensor]
    checksum: str

    def component(self, name: str) -> dict[str, torch.Tensor]:
        """State dict of one component of the architecture, without its prefix."""
        return {key[len(name) + 1 :]: value for key, value in self.tensors.items() if key.startswith(name + ".")}


def read_manifest(folder: Path, kind: str | None = None) -> BundleManifest:
    """Read `model.json` of a bundle after checking every file against `SHA256SUMS`; torch is not imported.

    Raises
    ------
    InputError
        A file is missing or does not agree with `SHA256SUMS`, or `model.json` is broken or of another schema, of
        another kind, or made for a newer version.
    """
    sealed = open_sealed(folder)
    content = sealed.read(MANIFEST)
    for name in (CARD, WEIGHTS):
        sealed.check(name)
    return parse_manifest(content, sealed.folder, kind)


def parse_manifest(content: bytes, folder: Path, kind: str | None = None) -> BundleManifest:
    """Parse the bytes of a `model.json`; raises as `read_manifest`."""
    path = folder / MANIFEST
    try:
        raw = strict_json(content)
    except ValueError as error:
        raise InputError(f"{path} is not readable as JSON ({error}): {GET_ANOTHER}.") from error
    schema = raw.get("schema") if isinstance(raw, dict) else None
    if schema != SCHEMA:
        raise InputError(_schema_sentence(path, schema))
    try:
        manifest = BundleManifest.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])[:100]
        raise InputError(
            f"{path} does not follow schema {SCHEMA} at '{where}' ({first['msg']}): {GET_ANOTHER}."
        ) from error
    if kind is not None and manifest.kind != kind:
        raise InputError(f"{folder} is a bundle of kind {manifest.kind}, where a {kind} one is expected: name another.")
    if _version_key(manifest.requires_version) > _version_key(__version__):
        raise InputError(
            f"The model bundle {folder} needs version {manifest.requires_version} of this software, which is "
            f"{__version__}: update the software or name an older bundle."
        )
    return manifest


def read_bundle(
    folder: Path,
    kind: str | None = None,
    check_architecture: Callable[[Mapping[str, Component]], None] | None = None,
) -> Bundle:
    """Read and verify a bundle.

    Parameters
    ----------
    folder
        The bundle.
    kind
        Expected kind, such as "fetal-skull"; None accepts any.
    check_architecture
        Called with the components before the weights are read; raises `InputError` for unknown class names or
        parameters.

    Raises
    ------
    InputError
        A file is missing or invalid. The message states the file, the fault and the remedy.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    sealed = open_sealed(folder)
    folder = sealed.folder
    sealed.check(CARD)
    manifest = parse_manifest(sealed.read(MANIFEST), folder, kind)
    if check_architecture is not None:
        check_architecture(manifest.architecture)
    path = folder / WEIGHTS
    weights = sealed.read(WEIGHTS)  # the hashed bytes are those that are used
    require_weights_checksum(folder, sealed.sums[WEIGHTS], manifest)
    require_layout(folder, tensor_layout(io.BytesIO(weights), len(weights), path), manifest)
    try:
        tensors = load(weights)
    except SafetensorError as error:
        raise not_safetensors(path, error) from error
    floats = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
    for name, tensor in floats.items():
        if not bool(tensor.isfinite().all()):
            raise InputError(f"{path} holds NaN or infinity in tensor '{name}': {GET_ANOTHER}.")
    return Bundle(path=folder, manifest=manifest, tensors=floats, checksum=sealed.checksum)


def read_card(folder: Path) -> str:
    """Text of the bundle's `CARD.md` (Markdown); raises InputError if it is not UTF-8 or its checksum is wrong."""
    try:
        return open_sealed(folder).read(CARD).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{Path(folder) / CARD} is not UTF-8 text: {GET_ANOTHER}.") from error


def require_weights_checksum(folder: Path, digest: str, manifest: BundleManifest) -> None:
    """Raise InputError if the SHA-256 `digest` of the weights differs from that in `model.json`."""
    if digest != manifest.sha256:
        raise InputError(
            f"The checksum of {folder / WEIGHTS} is {digest[:12]}..., where {MANIFEST} says {manifest.sha256[:12]}...: "
            f"the weights are not those that {MANIFEST} describes, so {GET_ANOTHER}."
        )


def write_bundle(
    folder: Path,
    tensors: Mapping[str, torch.Tensor],
    description: ModelDescription,
    card_text: str,
    overwrite: bool = True,
) -> BundleManifest:
    """Write a bundle atomically and return its manifest.

    Parameters
    ----------
    folder
        Output folder; an existing bundle is replaced unless `overwrite` is False.
    tensors
        By name, `<component>.<name in its state dict>`; stored in their own type (float16 halves the file).
    description
        Manifest without tensors and checksum, which are added, as are date and software if they are empty.
    card_text
        Markdown: training population, accuracy, and limits of use.

    Raises
    ------
    InputError
        A tensor belongs to no component, a file would be larger than readers accept, or the folder cannot be written.
    """
    import torch
    from safetensors.torch import save

    for name in tensors:
        if name.split(".", 1)[0] not in description.architecture:
            raise InputError(
                f"Tensor '{name}' belongs to no component of the architecture ({', '.join(description.architecture)}): "
                "prefix it with a component's name and a dot."
            )
    weights = save({name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()})
    made_with = {"GenerativeModels": __version__, "torch": torch.__version__, "python": platform.python_version()}
    known = description.model_dump(include=set(ModelDescription.model_fields))
    manifest = BundleManifest.model_validate(
        known
        | {
            "sha256": hashlib.sha256(weights).hexdigest(),
            "tensors": tensor_layout(io.BytesIO(weights), len(weights), Path(folder) / WEIGHTS),
            "created": description.created or datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "software": description.software or made_with,
        }
    )
    # Bytes, not text: line ends must be the same on every system.
    contents = {WEIGHTS: weights, CARD: card_text.encode("utf-8"), MANIFEST: _manifest_text(manifest).encode("utf-8")}
    for name, content in contents.items():
        require_size(Path(folder) / name, name, len(content))
    contents[SUMS] = sums_text({name: hashlib.sha256(content).hexdigest() for name, content in contents.items()})
    with output_folder(Path(folder), overwrite=overwrite) as staging:
        for name, content in contents.items():
            (staging / name).write_bytes(content)
    return manifest


def _manifest_text(manifest: BundleManifest) -> str:
    content = manifest.model_dump(mode="json", by_alias=True)
    ordered = {"schema": content.pop("schema"), **content}
    ordered["tensors"] = ordered.pop("tensors")
    return json.dumps(ordered, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _schema_sentence(path: Path, schema: object) -> str:
    name, _, number = str(schema).partition("/")
    own, _, own_number = SCHEMA.partition("/")
    # `int` refuses texts of thousands of digits.
    if name == own and number.isdecimal() and len(number) < 10 and int(number) > int(own_number):
        return f"{path} has schema {schema}, newer than this software's {SCHEMA}: update it or name an older bundle."
    return f"{path} has schema {reprlib.repr(schema)}, expected {SCHEMA!r}: {GET_ANOTHER}."


def _version_key(version: str) -> tuple[int, ...]:
    numbers = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers)
