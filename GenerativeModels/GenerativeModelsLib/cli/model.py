"""`generative-models model`: look at a model bundle and check it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from GenerativeModelsLib.errors import InputError

__all__ = ["inspect", "verify"]

BundleArgument = Annotated[Path, typer.Argument(metavar="DIR", help="A model bundle.")]


def inspect(folder: BundleArgument) -> None:
    """Print the card of a bundle."""
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.table import Table

    from GenerativeModelsLib.bundle import read_card, read_manifest

    manifest = read_manifest(folder)
    table = Table(show_header=False, title=f"{manifest.name} {manifest.version}")
    parts = ", ".join(f"{name}: {component.class_name}" for name, component in manifest.architecture.items())
    weights = (folder / "model.safetensors").stat().st_size / 1e6
    for name, value in (
        ("kind", manifest.kind),
        ("licence", manifest.licence),
        ("created", manifest.created),
        ("networks", parts),
        ("weights", f"{len(manifest.tensors)} tensors, {weights:.1f} MB"),
        ("sha256", manifest.sha256),
        ("made with", ", ".join(f"{name} {version}" for name, version in manifest.software.items())),
    ):
        table.add_row(name, value)
    console = Console(highlight=False)
    console.print(table)
    console.print(Markdown(read_card(folder)))


def verify(folder: BundleArgument) -> None:
    """Check a bundle's schema, checksum and tensors; exit code 2 when one does not hold."""
    from GenerativeModelsLib.bundle import verify_bundle

    checks = verify_bundle(folder)
    for check in checks:
        print(f"{'ok    ' if check.passed else 'FAILED'} {check.name}: {check.detail}")
    failed = [check.name for check in checks if not check.passed]
    if failed:
        raise InputError(f"The model bundle {folder} must not be used ({', '.join(failed)} failed): get a fresh copy.")
