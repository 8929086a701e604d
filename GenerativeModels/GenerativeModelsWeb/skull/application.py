"""One session: what the user does on the page becomes requests, scene nodes, numbers and files."""

from __future__ import annotations

import asyncio
import logging
import shutil
from pathlib import Path

from trame_server import Server
from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsLib.worker.client import Worker
from GenerativeModelsWeb.parts.worker import Backend, BackendFailed
from GenerativeModelsWeb.server.downloads import Downloads
from GenerativeModelsWeb.server.upload_limits import UploadTooLargeError, refuse_size
from GenerativeModelsWeb.server.uploads import UploadStore
from GenerativeModelsWeb.skull.assignment import assign
from GenerativeModelsWeb.skull.desk import PictureDesk
from GenerativeModelsWeb.skull.pictures import on_page
from GenerativeModelsWeb.skull.runs import Reconstructions
from GenerativeModelsWeb.skull.state import Inputs, Result, Run, Settings, Views
from GenerativeModelsWeb.skull.views import CaseViews

__all__ = ["SkullApplication"]

log = logging.getLogger(__name__)


class SkullApplication:
    """Everything behind one browser tab.

    Parameters
    ----------
    server
        The tab's trame server, not yet started.
    store, downloads
        What receives the browser's files and what gives it files; both outlive this object.
    model
        Folder of a model bundle; None = the shipped one.
    device
        What the device field holds at first: "auto", "cpu", "cuda", "cuda:N" or "mps".
    """

    def __init__(
        self, server: Server, store: UploadStore, downloads: Downloads, *, model: Path | None, device: str
    ) -> None:
        from GenerativeModelsWeb.skull.page import build_page

        self.server = server
        self.inputs = TypedState(server.state, Inputs)
        self.settings = TypedState(server.state, Settings)
        self.run = TypedState(server.state, Run)
        self.result = TypedState(server.state, Result)
        self.views_state = TypedState(server.state, Views)
        self.settings.data.device = device
        self.inputs.data.limit_bytes = store.limit_bytes

        self._workspace = downloads.folder / "cases"
        self._workspace.mkdir(parents=True, exist_ok=True)
        self._backend = Backend(Worker(SKULL.name))
        self.views = CaseViews(server)
        self.desk = PictureDesk(self.inputs, self.settings, self.run)
        self.reconstructions = Reconstructions(self, self._backend, downloads, self._workspace, model)
        self._started = False

        store.places, store.on_upload = PLANES, self._take_upload
        server.trigger("gm_assign")(self._assign)
        server.trigger("gm_refuse")(self._refuse)
        server.trigger("gm_check_size")(self._check_size)
        server.controller.on_client_connected.add(self._warm_up)
        views = self.views_state
        views.bind_changes(
            {
                (views.name.range_mm,): self._set_range,
                (views.name.show_planes,): self._set_planes,
                (views.name.show_outlines,): self._set_outlines,
            }
        )
        self.desk.on_changed(self._inputs_changed)
        self.desk.refresh()
        build_page(self)

    def close(self) -> None:
        """End the worker, let the scene go and remove every file of this session's making."""
        self.reconstructions.close()
        self._backend.close()
        self.views.close()
        shutil.rmtree(self._workspace, ignore_errors=True)

    def remove(self, plane: str) -> None:
        """Take a plane's picture off the page."""
        self.desk.remove(plane)

    def try_sample(self) -> None:
        """Put the sample case that ships with the software onto the page, its spacings and age typed in."""
        self.desk.take_sample()

    def reconstruct(self) -> None:
        """Start what the page asks for, unless something is missing or it runs already."""
        self.desk.refresh()
        if not self.inputs.data.missing:
            self.reconstructions.start()

    def cancel(self) -> None:
        """End the reconstruction under way; what is shown stays."""
        self.reconstructions.cancel()

    def _inputs_changed(self) -> None:
        self.result.data.stale = self.result.data.present and self.reconstructions.changed_since()

    async def _take_upload(self, plane: str, path: Path, shown: str) -> str | None:
        with self.server.state:
            return await self.desk.take(plane, path, shown)

    def _assign(self, names: list[str]) -> list[str | None]:
        filled = [name for name in PLANES if self.desk.has(name)]
        assignment = assign([str(name) for name in names], filled)
        self.desk.announce(assignment.sentence, names)
        return list(assignment.planes)

    def _refuse(self, plane: str, sentence: str) -> None:
        if plane in PLANES:
            self.desk.refuse(plane, str(sentence))

    def _check_size(self, name: str, size: int) -> str:
        """The sentence for a file too large to be sent, "" for one that may."""
        try:
            refuse_size(int(size), self.inputs.data.limit_bytes, str(name))
        except UploadTooLargeError as error:
            return str(error)
        return ""

    def _warm_up(self, **_: object) -> None:
        if not self._started:
            self._started = True
            asyncio.get_running_loop().create_task(self._prepare())

    async def _prepare(self) -> None:
        """Have the worker ready, and the charts' library imported, before they are asked for."""
        self._backend.start()
        try:
            found = await self._backend.device()
        except BackendFailed as failure:
            log.error("%s\n%s", failure, failure.details)
            with self.server.state:
                self.run.data.error = on_page(failure)
            return
        words = f"{found.name} ({found.hardware})" if found.hardware else found.name
        with self.server.state:
            self.settings.data.device_found = " ".join(
                (f"Automatic means {words} here.", *map(on_page, found.warnings))
            )
        await asyncio.to_thread(__import__, "matplotlib.figure")

    def _set_range(self, range_mm: list[float]) -> None:
        self.views.set_range(*range_mm)

    def _set_planes(self, on: bool) -> None:
        self.views.set_planes(on)

    def _set_outlines(self, on: bool) -> None:
        self.views.set_outlines(on)
