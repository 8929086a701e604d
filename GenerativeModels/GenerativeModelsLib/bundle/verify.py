"""Verification of model bundles, and sealing of those without `SHA256SUMS`."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from GenerativeModelsLib.bundle.bundle import (
    bundle_checksum,
    parse_manifest,
    read_card,
    require_weights_checksum,
)
from GenerativeModelsLib.bundle.checksums import (
    CARD,
    FILES,
    GET_ANOTHER,
    MANIFEST,
    SUMS,
    WEIGHTS,
    SealedBundle,
    file_digest,
    open_file,
    open_sealed,
    require_files,
    sums_text,
)
from GenerativeModelsLib.bundle.manifest import SCHEMA, BundleManifest
from GenerativeModelsLib.bundle.weights import not_safetensors, require_layout, tensor_layout
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.output.folder import output_folder

__all__ = ["BundleCheck", "Loader", "seal_bundle", "verify_bundle"]

Loader = Callable[[Path], object]
"""Loads the model of a bundle; raises InputError if it is invalid."""


@dataclass(frozen=True)
class BundleCheck:
    """Result of one check; `detail` describes it."""

    name: str
    passed: bool
    detail: str


def verify_bundle(folder: Path, loaders: Mapping[str, Loader] | None = None) -> list[BundleCheck]:
    """Check a bundle part by part.

    Parameters
    ----------
    folder
        The bundle.
    loaders
        By kind of bundle; a bundle that passed all other checks is loaded as the last one. None omits this check, and
        torch is not imported.

    Returns
    -------
    list[BundleCheck]
        One per check. If the files do not agree with `SHA256SUMS`, or the manifest is invalid, no further check is
        made.
    """
    try:
        sealed = open_sealed(folder)
        for name in FILES:
            sealed.check(name)
    except InputError as error:
        return [BundleCheck("files", False, str(error))]
    checks = [BundleCheck("files", True, f"all agree with {SUMS}, whose sha256 is {sealed.checksum}")]
    try:
        manifest = parse_manifest(sealed.read(MANIFEST), sealed.folder)
    except InputError as error:
        return [*checks, BundleCheck("manifest", False, str(error))]
    checks.append(BundleCheck("manifest", True, f"{MANIFEST} follows {SCHEMA}, kind {manifest.kind}"))
    digest = sealed.sums[WEIGHTS]
    checks += [
        _check("checksum", lambda: require_weights_checksum(sealed.folder, digest, manifest), f"sha256 {digest}"),
        _check("tensors", lambda: _require_tensors(sealed, manifest), f"{len(manifest.tensors)}, as {MANIFEST} says"),
        _check("card", lambda: _require_card(sealed.folder), f"{CARD} is there"),
    ]
    if loaders is not None and all(check.passed for check in checks):
        checks.append(_check("loads", lambda: _load(sealed.folder, manifest, loaders), "the model can be used"))
    return checks


def seal_bundle(folder: Path, loaders: Mapping[str, Loader]) -> list[BundleCheck]:
    """Check a bundle that has no `SHA256SUMS` and write that file if every check passes.

    A copy is sealed, checked and loaded first, so that the bundle itself is never sealed in an unchecked state. A
    sealed bundle is only checked.

    Raises
    ------
    InputError
        A file is missing or must not be read, the bundle has a `SHA256SUMS` that does not agree with its files, or the
        folder cannot be written.
    """
    folder = Path(folder)
    require_files(folder)
    if os.path.lexists(folder / SUMS):
        bundle_checksum(folder)
        return verify_bundle(folder, loaders)
    try:
        with tempfile.TemporaryDirectory(prefix="generative-models-") as place:
            copy = Path(place)
            for name in FILES:
                with open_file(folder, name) as source, (copy / name).open("wb") as target:
                    shutil.copyfileobj(source, target)
            text = sums_text({name: file_digest(copy, name) for name in FILES})
            (copy / SUMS).write_bytes(text)
            checks = verify_bundle(copy, loaders)
            checks = [replace(check, detail=check.detail.replace(str(copy), str(folder))) for check in checks]
    except OSError as error:
        raise InputError(
            f"The model bundle {folder} cannot be copied to {tempfile.gettempdir()} to be checked ({error.strerror}): "
            "make room there."
        ) from error
    if all(check.passed for check in checks):
        with output_folder(folder, overwrite=True) as staging:
            (staging / SUMS).write_bytes(text)
        bundle_checksum(folder)  # fails when a file was changed since it was copied
    return checks


def _check(name: str, require: Callable[[], None], detail: str) -> BundleCheck:
    try:
        require()
    except InputError as error:
        return BundleCheck(name, False, str(error))
    return BundleCheck(name, True, detail)


def _require_tensors(sealed: SealedBundle, manifest: BundleManifest) -> None:
    from safetensors import SafetensorError, safe_open

    path = sealed.folder / WEIGHTS
    with open_file(sealed.folder, WEIGHTS) as stream:
        layout = tensor_layout(stream, os.fstat(stream.fileno()).st_size, path)
    require_layout(sealed.folder, layout, manifest)
    try:
        with safe_open(path, framework="numpy"):  # checks the offsets of all tensors in the file
            pass
    except SafetensorError as error:
        raise not_safetensors(path, error) from error


def _require_card(folder: Path) -> None:
    if not read_card(folder).strip():
        raise InputError(f"{folder / CARD} is empty: {GET_ANOTHER}.")


def _load(folder: Path, manifest: BundleManifest, loaders: Mapping[str, Loader]) -> None:
    if manifest.kind not in loaders:
        raise InputError(
            f"Loading could not be tried, as {folder} is of kind {manifest.kind}, where this software knows "
            f"{', '.join(sorted(loaders))}: update the software or name another bundle."
        )
    try:
        loaders[manifest.kind](folder)
    except InputError:
        raise
    except Exception as error:  # after any other error the model cannot be used either
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError(f"The model of {folder} cannot be loaded ({reason}): {GET_ANOTHER}.") from error
