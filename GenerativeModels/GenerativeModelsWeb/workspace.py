"""One session: the pages of all anatomies in one application, with one navigation and one list of finished cases."""

from __future__ import annotations

import shutil
from importlib import import_module
from pathlib import Path

from trame_server import Server
from trame_server.utils.typed_state import TypedState

from GenerativeModelsWeb.parts.application import CaseApplication
from GenerativeModelsWeb.parts.cases import CaseList
from GenerativeModelsWeb.parts.frame import build_frame
from GenerativeModelsWeb.parts.state import Navigation
from GenerativeModelsWeb.server.downloads import Downloads
from GenerativeModelsWeb.server.upload_limits import UploadTooLargeError, refuse_size
from GenerativeModelsWeb.server.uploads import UploadStore

__all__ = ["PAGES", "Workspace"]

PAGES = {
    "skull": ("GenerativeModelsWeb.skull.application:SkullApplication", "GenerativeModelsWeb.skull.page:build_page"),
    "heart": ("GenerativeModelsWeb.heart.application:HeartApplication", "GenerativeModelsWeb.heart.page:build_page"),
    "segmentation": (
        "GenerativeModelsWeb.segmentation.application:SegmentationApplication",
        "GenerativeModelsWeb.segmentation.page:build_page",
    ),
    "images": (
        "GenerativeModelsWeb.synthesis.application:SynthesisApplication",
        "GenerativeModelsWeb.synthesis.page:build_page",
    ),
}
"""By name of the anatomy: what its pages do, and what builds them. A further one is a folder and a line here."""


class Workspace:
    """Everything behind one browser tab. All anatomies share the process, so that changing the page loses nothing.

    Parameters
    ----------
    server
        The tab's trame server, not yet started.
    store, downloads
        What receives the browser's files and what gives it files; both outlive this object.
    model
        Folder of a model bundle, used by the anatomy of its kind; None = the shipped ones.
    device
        What the device fields hold at first: "auto", "cpu", "cuda", "cuda:N" or "mps".
    """

    def __init__(
        self, server: Server, store: UploadStore, downloads: Downloads, *, model: Path | None, device: str
    ) -> None:
        self._server = server
        self._folder = downloads.folder / "cases"
        self.navigation: TypedState[Navigation] = TypedState(server.state, Navigation)
        self.navigation.data.limit_bytes = store.limit_bytes
        self.cases = CaseList(self.navigation)
        kind = None if model is None else _kind(model)
        self.applications: dict[str, CaseApplication] = {}
        for name, (place, _) in PAGES.items():
            made = _found(place)
            own = model if kind == made.modelled().bundle_kind else None
            self.applications[name] = made(server, self.cases, downloads, model=own, device=device)
        first = next(iter(self.applications.values()))
        self.navigation.data.page = f"{first.anatomy.name}/{first.pages[0][0]}"
        store.places = [f"{name}.{place}" for name, one in self.applications.items() for place in one.desk.places]
        store.on_upload = self._take_upload
        for name, call in {
            "gm_assign": self._assign,
            "gm_refuse": self._refuse,
            "gm_check_size": self._check_size,
            "gm_view": self._view,
        }.items():
            server.trigger(name)(call)
        server.controller.on_client_connected.add(self._open_page)
        self.navigation.bind_changes({(self.navigation.name.page,): self._open_page})
        builders = [_found(place) for _, place in PAGES.values()]
        build_frame(server, self.navigation, list(self.applications.values()), builders, self._show_case)

    def close(self) -> None:
        """End the workers, let the scenes go and remove every file of this session's making."""
        for application in self.applications.values():
            application.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def application(self) -> CaseApplication:
        """That of the page on show."""
        return self.applications[self.navigation.data.page.split("/")[0]]

    def _open_page(self, *_: object, **__: object) -> None:
        self.navigation.data.cases_open = False
        self.application.open_page(self.navigation.data.page.split("/")[1])

    def _show_case(self, number: int) -> None:
        case = self.cases.get(number)
        if case is None:
            return
        application = self.applications[case.anatomy]
        self.navigation.data.page = f"{case.anatomy}/{application.pages[0][0]}"
        self.navigation.data.cases_open = False
        application.show_again(case.number)

    async def _take_upload(self, place: str, path: Path, shown: str) -> str | None:
        anatomy, _, own = place.partition(".")
        with self._server.state:
            return await self.applications[anatomy].desk.take(own, path, shown)

    def _assign(self, names: list[str]) -> list[str | None]:
        application = self.application
        places = application.desk.assign([str(name) for name in names])
        return [place and f"{application.anatomy.name}.{place}" for place in places]

    def _refuse(self, place: str, sentence: str) -> None:
        anatomy, _, own = str(place).partition(".")
        if anatomy in self.applications and own in self.applications[anatomy].desk.places:
            self.applications[anatomy].desk.refuse(own, str(sentence))

    def _check_size(self, name: str, size: int) -> str:
        """The sentence for a file too large to be sent, "" for one that may."""
        try:
            refuse_size(int(size), self.navigation.data.limit_bytes, str(name))
        except UploadTooLargeError as error:
            return str(error)
        return ""

    def _view(self, name: str, action: str, *values: object) -> str:
        """What a key, the wheel, a drag or the pointer does to a view; what the pointer reads."""
        views = next((one.views for one in self.applications.values() if name in one.views.names), None)
        return "" if views is None else views.answer(name, action, values)


def _found(place: str):
    module, name = place.split(":")
    return getattr(import_module(module), name)


def _kind(model: Path) -> str:
    from GenerativeModelsLib.bundle.bundle import read_manifest

    return read_manifest(model).kind
