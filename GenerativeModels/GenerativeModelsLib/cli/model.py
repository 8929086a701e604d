"""`generative-models model`: inspect, verify and seal a model bundle."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from GenerativeModelsLib.anatomy.record import Lazy
from GenerativeModelsLib.cli.console import JsonOption
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.resources import bundle_at, shipped_bundles

if TYPE_CHECKING:
    from GenerativeModelsLib.bundle.verify import BundleCheck, Loader

__all__ = ["LOADERS", "inspect", "seal", "verify"]

BundleArgument = Annotated[Path, typer.Argument(metavar="DIR", help="A model bundle.")]
ShippedArgument = Annotated[
    Path,
    typer.Argument(
        metavar="DIR|NAME", help=f"A model bundle, or the name of a shipped one: {', '.join(shipped_bundles())}."
    ),
]


LOADERS: Mapping[str, Loader] = {
    "fetal-skull": Lazy("GenerativeModelsLib.skull.infer.model:load_skull_model"),
    "heart-shape": Lazy("GenerativeModelsLib.heart.infer.model:load_heart_model"),
    "heart-label-maps": Lazy("GenerativeModelsLib.segmentation.label_model:load_label_model"),
    "heart-segmentation-uncertainty": Lazy("GenerativeModelsLib.segmentation.uncertainty.model:load_uncertainty_model"),
    "heart-image-synthesis": Lazy("GenerativeModelsLib.synthesis.images.model:load_synthesiser"),
    "image-translation": Lazy("GenerativeModelsLib.synthesis.translate.model:load_translator"),
}
"""Loader of a bundle, by its kind."""


def inspect(folder: ShippedArgument, as_json: JsonOption = False) -> None:
    """Print the card of a bundle whose files agree with SHA256SUMS."""
    from GenerativeModelsLib.bundle.bundle import read_card, read_manifest
    from GenerativeModelsLib.bundle.checksums import WEIGHTS, open_sealed

    folder = bundle_at(folder)
    manifest, checksum, card = read_manifest(folder), open_sealed(folder).checksum, read_card(folder)
    weights_bytes = (folder / WEIGHTS).stat().st_size
    if as_json:
        names = {"name", "version", "kind", "licence", "created", "requires_version", "architecture", "software"}
        names |= {"training_population", "validation", "sha256"}
        fields = manifest.model_dump(mode="json", include=names)
        sizes = {"tensors": len(manifest.tensors), "weights_bytes": weights_bytes}
        head = {"schema": "model-inspect/1", "folder": _name(folder), "bundle_sha256": checksum}
        _print_json(head | fields | sizes)
        return
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.table import Table
    from rich.text import Text  # plain text: brackets in a name are not markup

    table = Table(show_header=False, title=Text(_printable(f"{manifest.name} {manifest.version}")))
    table.add_column()
    table.add_column(overflow="fold")  # a checksum must be shown in full
    parts = ", ".join(f"{name}: {component.class_name}" for name, component in manifest.architecture.items())
    for name, value in (
        ("kind", manifest.kind),
        ("licence", manifest.licence),
        ("created", manifest.created),
        ("networks", parts),
        ("weights", f"{len(manifest.tensors)} tensors, {weights_bytes / 1e6:.1f} MB"),
        ("sha256", f"of the weights {manifest.sha256}"),
        ("", f"of the bundle  {checksum}"),
        ("made with", ", ".join(f"{name} {version}" for name, version in manifest.software.items())),
    ):
        table.add_row(name, Text(_printable(value)))
    console = Console(highlight=False)
    console.print(table)
    console.print(Markdown(_printable(card)))


def verify(folder: ShippedArgument, as_json: JsonOption = False) -> None:
    """Check a bundle's files, schema and tensors and load its model; exit code 2 when one check fails."""
    from GenerativeModelsLib.bundle.verify import verify_bundle

    folder = bundle_at(folder)
    # Absolute, so that the folder can be found in the messages of the checks and be replaced by its name.
    whole = Path(os.path.abspath(folder))
    checks = verify_bundle(whole if as_json else folder, LOADERS)
    if as_json:
        _print_json({"schema": "model-verify/1", **_outcome(whole, checks)})
    else:
        _print_checks(checks)
    _require_all(folder, checks, "must not be used", "get a fresh copy")


def seal(folder: BundleArgument, as_json: JsonOption = False) -> None:
    """Check a bundle made by an earlier version and write its SHA256SUMS; exit code 2 when a check fails."""
    from GenerativeModelsLib.bundle.checksums import bundle_checksum
    from GenerativeModelsLib.bundle.verify import seal_bundle

    whole = Path(os.path.abspath(folder))
    checks = seal_bundle(whole if as_json else folder, LOADERS)
    if as_json:
        sealed = bundle_checksum(folder) if all(check.passed for check in checks) else None
        _print_json({"schema": "model-seal/1", **_outcome(whole, checks), "bundle_sha256": sealed})
    else:
        _print_checks(checks)
    _require_all(folder, checks, "was not sealed", "get a fresh copy")
    if not as_json:
        print(f"{folder} is sealed: the sha256 of its SHA256SUMS is {bundle_checksum(folder)}.")


def _outcome(folder: Path, checks: list[BundleCheck]) -> dict[str, Any]:
    """Entries of a document on checks; `folder`, given by its whole path, is called by its name."""
    found = [{"name": c.name, "passed": c.passed, "detail": c.detail.replace(str(folder), folder.name)} for c in checks]
    return {"folder": folder.name, "passed": all(check.passed for check in checks), "checks": found}


def _print_checks(checks: list[BundleCheck]) -> None:
    for check in checks:
        print(f"{'ok    ' if check.passed else 'FAILED'} {check.name}: {' '.join(_printable(check.detail).split())}")


def _require_all(folder: Path, checks: list[BundleCheck], verdict: str, remedy: str) -> None:
    failed = [check.name for check in checks if not check.passed]
    if failed:
        raise InputError(f"The model bundle {folder} {verdict} ({', '.join(failed)} failed): {remedy}.")


def _print_json(document: dict[str, Any]) -> None:
    # ASCII escapes can be printed on every terminal.
    print(json.dumps(document, indent=1, allow_nan=False))


def _printable(text: str) -> str:
    """Text without control characters, by which a bundle could control the terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else "?" for c in text)


def _name(folder: Path) -> str:
    """Name of a bundle's folder, also if given as "."; without its path, as documents are shared."""
    return Path(os.path.abspath(folder)).name
