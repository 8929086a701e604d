"""Progress bar on stderr; stdout contains the tables only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from GenerativeModelsLib.process.parallel import Progress

__all__ = ["bar"]


@contextmanager
def bar(words: str) -> Iterator[Progress]:
    """Show a bar labelled `words` while the block runs; yields the `progress` callback of `parallel_map`."""
    from rich.console import Console
    from rich.progress import Progress as RichProgress

    with RichProgress(console=Console(stderr=True)) as shown:
        task = shown.add_task(words, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
