"""Model bundles: read, verify, write. Weights are safetensors only, so a bundle cannot run code."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from GenerativeModelsLib import __version__
from GenerativeModelsLib.bundle_schema import SCHEMA, BundleManifest, Component, ModelDescription, TensorEntry
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.output_folder import output_folder

if TYPE_CHECKING:
    import torch

__all__ = ["Bundle", "BundleCheck", "read_bundle", "read_card", "read_manifest", "verify_bundle", "write_bundle"]

WEIGHTS, MANIFEST, CARD = "model.safetensors", "model.json", "CARD.md"
_MAX_MANIFEST_BYTES = 16 * 2**20
_GET_ANOTHER = "get a fresh copy of the bundle or name another one with --model DIR"


@dataclass(frozen=True)
class Bundle:
    """A verified bundle: its manifest and its tensors (floating ones as float32) by name."""

    path: Path
    manifest: BundleManifest
    tensors: dict[str, torch.Tensor]

    def component(self, name: str) -> dict[str, torch.Tensor]:
        """State dict of one component of the architecture, its prefix taken off."""
        return {key[len(name) + 1 :]: value for key, value in self.tensors.items() if key.startswith(name + ".")}


@dataclass(frozen=True)
class BundleCheck:
    """One thing that was verified; `detail` says what was found."""

    name: str
    passed: bool
    detail: str


def read_manifest(folder: Path, kind: str | None = None) -> BundleManifest:
    """Read `model.json` of a bundle, without its weights and without torch.

    Raises
    ------
    InputError
        No folder, no such file, broken or of another schema, of another kind, or made for a newer version.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(
            f"The model bundle {folder} is not a folder: name a folder that holds {MANIFEST} and {WEIGHTS}."
        )
    for name in (MANIFEST, WEIGHTS, CARD):
        if not (folder / name).is_file():
            raise InputError(f"The model bundle {folder} has no {name}{_pickle_remark(folder)}: {_GET_ANOTHER}.")
    path = folder / MANIFEST
    if path.stat().st_size > _MAX_MANIFEST_BYTES:
        raise InputError(f"{path} is larger than any manifest is: {_GET_ANOTHER}.")
    try:
        raw = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not readable as JSON: {_GET_ANOTHER}.") from error
    schema = raw.get("schema") if isinstance(raw, dict) else None
    if schema != SCHEMA:
        raise InputError(_schema_sentence(path, schema))
    try:
        manifest = BundleManifest.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"{path} does not follow schema {SCHEMA} at '{where}' ({first['msg']}): {_GET_ANOTHER}."
        ) from error
    if kind is not None and manifest.kind != kind:
        raise InputError(f"{folder} is a bundle of kind {manifest.kind}, where a {kind} one is due: name another one.")
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
    """Read a bundle and make sure that it is whole.

    Parameters
    ----------
    folder
        The bundle.
    kind
        The kind that is due, such as "fetal-skull"; None takes any.
    check_architecture
        Called with the components before a weight is read, to refuse class names or parameters it does not know by
        raising `InputError`.

    Raises
    ------
    InputError
        One sentence saying which file is wrong, how, and what to do.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    folder = Path(folder)
    manifest = read_manifest(folder, kind)
    if check_architecture is not None:
        check_architecture(manifest.architecture)
    weights = (folder / WEIGHTS).read_bytes()
    _require_checksum(folder / WEIGHTS, hashlib.sha256(weights).hexdigest(), manifest)
    _require_layout(folder, manifest)
    try:
        tensors = load(weights)
    except SafetensorError as error:
        raise InputError(f"{folder / WEIGHTS} is not a safetensors file ({error}): {_GET_ANOTHER}.") from error
    floats = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
    for name, tensor in floats.items():
        if not bool(tensor.isfinite().all()):
            raise InputError(f"{folder / WEIGHTS} holds NaN or infinity in tensor '{name}': {_GET_ANOTHER}.")
    return Bundle(path=folder, manifest=manifest, tensors=floats)


def read_card(folder: Path) -> str:
    """Text of the bundle's `CARD.md` (Markdown); `InputError` when it is not text."""
    try:
        return (Path(folder) / CARD).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{Path(folder) / CARD} is not UTF-8 text: {_GET_ANOTHER}.") from error


def verify_bundle(folder: Path) -> list[BundleCheck]:
    """Check a bundle part by part, without torch; when the manifest cannot be read, that is the only check."""
    folder = Path(folder)
    try:
        manifest = read_manifest(folder)
    except InputError as error:
        return [BundleCheck("manifest", False, str(error))]
    checks = [BundleCheck("manifest", True, f"{MANIFEST} follows {SCHEMA}, kind {manifest.kind}")]
    digest = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    steps: list[tuple[str, Callable[[], None], str]] = [
        ("checksum", lambda: _require_checksum(folder / WEIGHTS, digest, manifest), f"sha256 {digest}"),
        (
            "tensors",
            lambda: _require_layout(folder, manifest),
            f"{len(manifest.tensors)} tensors, names and shapes agree",
        ),
        ("card", lambda: _require_card(folder), f"{CARD} is there"),
    ]
    for name, require, detail in steps:
        try:
            require()
        except InputError as error:
            checks.append(BundleCheck(name, False, str(error)))
        else:
            checks.append(BundleCheck(name, True, detail))
    return checks


def write_bundle(
    folder: Path,
    tensors: Mapping[str, torch.Tensor],
    description: ModelDescription,
    card_text: str,
    overwrite: bool = True,
) -> BundleManifest:
    """Write a bundle whole or not at all, and return its manifest.

    Parameters
    ----------
    folder
        Where; an older bundle there is replaced unless `overwrite` is False.
    tensors
        By name, `<component>.<name in its state dict>`; stored in the type they come in (float16 halves the file).
    description
        All but the tensors and the checksum, which are filled in here, as are the date and the software when empty.
    card_text
        Markdown: what it was trained on, how good it is, what it must not be used for.

    Raises
    ------
    InputError
        A tensor belongs to no component, or the folder cannot be written.
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
            "tensors": _layout_of(weights),
            "created": description.created or datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "software": description.software or made_with,
        }
    )
    with output_folder(Path(folder), overwrite=overwrite) as staging:
        (staging / WEIGHTS).write_bytes(weights)
        (staging / CARD).write_text(card_text, encoding="utf-8")
        (staging / MANIFEST).write_text(_manifest_text(manifest), encoding="utf-8")
    return manifest


def _manifest_text(manifest: BundleManifest) -> str:
    content = manifest.model_dump(mode="json", by_alias=True)
    ordered = {"schema": content.pop("schema"), **content}
    ordered["tensors"] = ordered.pop("tensors")
    return json.dumps(ordered, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _layout_of(weights: bytes) -> dict[str, TensorEntry]:
    """Tensor entries from the header of a safetensors file: 8 bytes of length, then JSON."""
    header = json.loads(weights[8 : 8 + int.from_bytes(weights[:8], "little")])
    return {
        name: TensorEntry(shape=tuple(entry["shape"]), dtype=entry["dtype"])
        for name, entry in sorted(header.items())
        if name != "__metadata__"
    }


def _require_checksum(path: Path, digest: str, manifest: BundleManifest) -> None:
    if digest != manifest.sha256:
        raise InputError(
            f"The checksum of {path} is {digest[:12]}..., where {MANIFEST} says {manifest.sha256[:12]}...: the file "
            f"was truncated or changed, so {_GET_ANOTHER}."
        )


def _require_layout(folder: Path, manifest: BundleManifest) -> None:
    from safetensors import SafetensorError, safe_open

    path = folder / WEIGHTS
    try:
        with safe_open(path, framework="numpy") as file:
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
            found = {name: TensorEntry(shape=tuple(s.get_shape()), dtype=s.get_dtype()) for name, s in slices.items()}
    except SafetensorError as error:
        raise InputError(f"{path} is not a safetensors file ({error}): {_GET_ANOTHER}.") from error
    for name in sorted(found.keys() ^ manifest.tensors.keys()):
        where, other = (WEIGHTS, MANIFEST) if name in found else (MANIFEST, WEIGHTS)
        raise InputError(
            f"In the model bundle {folder}, tensor '{name}' is in {where} and not in {other}: {_GET_ANOTHER}."
        )
    for name, entry in found.items():
        due = manifest.tensors[name]
        if entry != due:
            raise InputError(
                f"In the model bundle {folder}, tensor '{name}' is {entry.dtype} {list(entry.shape)}, where "
                f"{MANIFEST} says {due.dtype} {list(due.shape)}: {_GET_ANOTHER}."
            )


def _require_card(folder: Path) -> None:
    if not read_card(folder).strip():
        raise InputError(f"{folder / CARD} is empty: {_GET_ANOTHER}.")


def _schema_sentence(path: Path, schema: object) -> str:
    name, _, number = str(schema).partition("/")
    if name == SCHEMA.partition("/")[0] and number.isdigit() and int(number) > int(SCHEMA.partition("/")[2]):
        return f"{path} has schema {schema}, newer than this software's {SCHEMA}: update it or name an older bundle."
    return f"{path} has schema {schema!r}, where {SCHEMA!r} is due: {_GET_ANOTHER}."


def _pickle_remark(folder: Path) -> str:
    pickles = sorted(
        p.name for p in folder.iterdir() if p.suffix in {".pt", ".pth", ".pkl", ".ckpt", ".bin", ".pickle"}
    )
    return f" (it has {pickles[0]}, a kind of file that can run code and is never opened)" if pickles else ""


def _version_key(version: str) -> tuple[int, ...]:
    numbers = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers)
