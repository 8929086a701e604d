"""An anatomy's part of a session: its inputs become requests, and finished cases views, numbers and files."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Hashable
from pathlib import Path
from typing import Any

from trame_server import Server
from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.anatomy.identity import IDENTITY
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.run import dicom_headers
from GenerativeModelsLib.worker.client import Worker
from GenerativeModelsWeb.parts.cases import CaseList, Finished
from GenerativeModelsWeb.parts.desk import Desk
from GenerativeModelsWeb.parts.files import offer_files
from GenerativeModelsWeb.parts.runs import SHOWING, Runs
from GenerativeModelsWeb.parts.slice_views import SliceViews
from GenerativeModelsWeb.parts.state import Colours, Run, Shown
from GenerativeModelsWeb.parts.words import on_page
from GenerativeModelsWeb.parts.worker import Backend, BackendFailed
from GenerativeModelsWeb.server.downloads import Downloads

__all__ = ["CaseApplication"]

log = logging.getLogger(__name__)


class CaseApplication:
    """What the pages of one anatomy do. An anatomy derives its own from this.

    Parameters
    ----------
    server
        The tab's trame server, not yet started.
    cases
        The finished cases of the session.
    downloads
        What gives files to the browser.
    model
        Folder of a model bundle of this anatomy; None = the shipped one.
    device
        What the device field holds at first: "auto", "cpu", "cuda", "cuda:N" or "mps".

    Attributes
    ----------
    anatomy
        Its record.
    pages
        Name and label of every page.
    asking
        Record by which the next case is computed: that of the anatomy, or of another verb of its pages.
    run, shown, colours
        The parts of the state that all anatomies have.
    inputs, settings
        Those of the anatomy, derived from `state.CaseInputs` and `state.CaseSettings`.
    desk
        The files of the user.
    views
        The scene and its views.
    """

    anatomy: Anatomy
    pages: tuple[tuple[str, str], ...]
    desk: Desk
    views: SliceViews
    inputs: TypedState
    settings: TypedState

    @classmethod
    def modelled(cls) -> Anatomy:
        """The record whose cases a model bundle computes: that of the anatomy, or of another verb of its pages."""
        return cls.anatomy

    def __init__(
        self, server: Server, cases: CaseList, downloads: Downloads, *, model: Path | None, device: str
    ) -> None:
        self.server, self.cases, self.downloads = server, cases, downloads
        self.model, self.device = model, device
        self.workspace = downloads.folder / "cases"
        self.workspace.mkdir(parents=True, exist_ok=True)
        self.run = self.typed(Run)
        self.shown = self.typed(Shown)
        self.colours = self.typed(Colours)
        self.backend = Backend(Worker(self.anatomy.name))
        self.asking = self.anatomy
        self.runs = Runs(self)
        self._made_by = self.anatomy
        self._made_from: Hashable = None
        self._refused: tuple[Anatomy, Hashable] | None = None
        self._folders = 0
        self._title = ""
        self._asked_for: Any = None
        self._started = False
        names = self.colours.name
        self.colours.bind_changes({(names.range_mm,): self._range_changed, (names.chosen,): self._choose_range})

    def typed(self, kind: type) -> TypedState:
        """A part of the state, its variables named after this anatomy."""
        return TypedState(self.server.state, kind, namespace=self.anatomy.name)

    # What an anatomy defines.

    def request(self, output: Path) -> Any:
        """The request of what is on the page; `InputError` when something typed cannot be used."""
        raise NotImplementedError

    def signature(self, record: Anatomy) -> Hashable:
        """What decides the result of a record, that of the anatomy or of another verb: files and settings."""
        raise NotImplementedError

    async def show_case(self, case: Any, title: str) -> None:
        """Show a case that was read back: views and numbers."""
        raise NotImplementedError

    def headline(self, result: dict[str, Any]) -> str:
        """The main number of a case for the list."""
        raise NotImplementedError

    # What all have.

    def act(self) -> None:
        """Start what the page asks for, unless something is missing or it runs already."""
        self.desk.refresh()
        if not self.desk.missing:
            self._refused = self.asking, self.signature(self.asking)
            self.runs.compute(self._next_request, lambda: self.signature(self.asking), self._finish)

    def cancel(self) -> None:
        """End the run under way; what is shown stays."""
        self.runs.cancel()

    def new_case(self) -> None:
        """Empty the inputs and put the case on show away; it stays in the list."""
        if not self.run.data.busy:
            self.desk.clear()
            self.run.data.error = ""
            self.shown.data.present = False

    def show_again(self, number: int) -> None:
        """Show a case of the list."""
        case = self.cases.get(number)
        if case is not None and not (self.shown.data.present and self.shown.data.number == case.number):
            self.runs.show(lambda: self._show(case))

    def open_page(self, page: str) -> None:
        """A page of this anatomy came on show: start the worker at the first time."""
        if not self._started:
            self._started = True
            self.backend.start()
            asyncio.get_running_loop().create_task(self.prepare())

    async def prepare(self) -> None:
        """Say what "auto" means, and import what the first result needs while the user chooses files.

        Cases that no model computes need no device.
        """
        if not self.anatomy.has_model:
            return
        try:
            found = await self.backend.device()
        except BackendFailed as failure:
            log.error("%s\n%s", failure, failure.details)
            with self.server.state:
                self.run.data.error = on_page(self.anatomy, failure)
            return
        words = f"{found.name} ({found.hardware})" if found.hardware else found.name
        cautions = [on_page(self.anatomy, text) for text in found.warnings]
        with self.server.state:
            self.desk.say_device(" ".join((f"Automatic means {words} here.", *cautions)))
        await asyncio.to_thread(__import__, "matplotlib.figure")

    def close(self) -> None:
        """End the worker and let the scene go."""
        self.runs.close()
        self.backend.close()
        self.views.close()

    def inputs_changed(self) -> None:
        """The desk tells that a file or a setting is another one: what was said of those before is out of date."""
        if self._refused is not None and self.signature(self._refused[0]) != self._refused[1]:
            self._refused, self.run.data.error = None, ""
        shown = self.shown.data
        shown.stale = shown.present and self.desk.filled and self.signature(self._made_by) != self._made_from

    def fit_colours(self) -> None:
        """Bring the range of the colours to the case on show, or leave one that was set by hand."""
        chosen = self.colours.data.chosen
        if self.colours.data.known and chosen:
            self._choose_range(chosen)
        self.views.set_range(*self.colours.data.range_mm)

    def identity_signature(self) -> Hashable:
        """What decides the identity in results and exports."""
        settings = self.settings.data
        return tuple(str(getattr(settings, name)) for name in (*IDENTITY, "language", "new_patient"))

    def _next_request(self) -> Any:
        self._folders += 1
        request = self._asked_for = self.request(self.workspace / f"{self.anatomy.name}-{self._folders}")
        self._title = request.shown_title
        return request

    async def _finish(self, folder: Path, made_from: Hashable) -> None:
        record = self.asking
        case = await self._read(folder, record)
        headline = self.headline(case.result)
        headers = await asyncio.to_thread(self._headers)
        with self.server.state:
            finished = self.cases.add(
                self.anatomy.name, record.title, self._title, folder, made_from, headline, headers, record
            )
        await self._show(finished, case)

    async def _show(self, finished: Finished, case: Any = None) -> None:
        self.asking = record = finished.record or self.anatomy
        case = case or await self._read(finished.folder, record)
        await self.show_case(case, finished.title)
        self._made_by, self._made_from = record, finished.made_from
        with self.server.state:
            shown = self.shown.data
            shown.downloads = offer_files(
                self.downloads, record, finished.folder, finished.title, self.views.save, finished.headers
            )
            shown.present, shown.number, shown.title = True, finished.number, finished.title
            self.inputs_changed()
            self.run.data.share = 100

    def _headers(self) -> dict[str, Any]:
        """Headers of the DICOM files that the finished case was computed from, if exports belong to their patient."""
        return dicom_headers(self._asked_for) if self._asked_for.dicom_patient == "input" else {}

    async def _read(self, folder: Path, record: Anatomy) -> Any:
        self.runs.tell(f"showing {record.title.lower()}", SHOWING)
        return await asyncio.to_thread(record.read, folder)

    def _range_changed(self, range_mm: list[float]) -> None:
        self.views.set_range(*range_mm)
        chosen = self.colours.data.chosen
        if chosen and list(range_mm) != list(self.views.fitting_range(chosen) or range_mm):
            self.colours.data.chosen = ""

    def _choose_range(self, chosen: str) -> None:
        ends = self.views.fitting_range(chosen) if chosen else None
        if ends is not None:
            self.colours.data.range_mm = list(ends)
