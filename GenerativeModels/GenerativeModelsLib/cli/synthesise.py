"""The group of commands `generative-models synthesise`."""

from __future__ import annotations

import typer

from GenerativeModelsLib.cli.console import GuardedCommand
from GenerativeModelsLib.cli.synthesise_images import images

__all__ = ["synthesise"]

synthesise = typer.Typer(help="Draw synthetic hearts. Research use.", no_args_is_help=True, rich_markup_mode=None)
synthesise.command("images", cls=GuardedCommand)(images)
