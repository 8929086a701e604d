"""A session application as small as can be: a counter, an upload that is echoed, a download."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from trame.ui.html import DivLayout
from trame.widgets import html

from GenerativeModelsWeb.server.downloads import Downloads
from GenerativeModelsWeb.server.uploads import UploadStore

__all__ = ["CounterApplication", "DyingApplication", "OtherApplication"]


class CounterApplication:
    """Counts clicks; every session has a count of its own."""

    def __init__(self, server, store: UploadStore, downloads: Downloads, *, model: Path | None, device: str) -> None:
        self.state = server.state
        self.state.count, self.state.last, self.state.pid = 0, "", os.getpid()
        store.places, store.on_upload = ("axial",), self.take
        downloads.offer("count", lambda: self.write(downloads.folder), "the count, so far.txt")
        downloads.offer("die", self.die, "never")
        server.trigger("fail")(self.fail)
        with DivLayout(server):
            html.Button("{{ count }}", id="count", click="count += 1")
            html.Span("{{ last }}", id="last")
            html.Span("{{ pid }}", id="pid")
            html.A("count", id="download", href="download/count")

    def take(self, place: str, path: Path, shown: str) -> str | None:
        """Show what came, unless it calls itself bad."""
        if "bad" in shown:
            return f"{path} is bad."
        self.state.last = f"{place}: {shown}, {path.stat().st_size} bytes"
        return None

    def write(self, folder: Path) -> Path:
        """The count as a file."""
        path = folder / "count.txt"
        path.write_text(str(self.state.count), encoding="utf-8")
        return path

    def fail(self) -> None:
        """Fail with a path in the words."""
        raise FileNotFoundError(2, "No such file", "/srv/inner/file")

    def die(self) -> Path:
        """End the process as a crash would."""
        threading.Timer(0.1, os._exit, (3,)).start()
        return Path("none")

    def close(self) -> None:
        """Nothing to let go."""


class OtherApplication(CounterApplication):
    """A counter that offers one file more."""

    def __init__(self, server, store: UploadStore, downloads: Downloads, **options) -> None:
        super().__init__(server, store, downloads, **options)
        downloads.offer("other", lambda: self.write(downloads.folder), "other.txt")


class DyingApplication:
    """Fails while it is being made."""

    def __init__(self, *_: object, **__: object) -> None:
        raise RuntimeError("This application never starts.")
