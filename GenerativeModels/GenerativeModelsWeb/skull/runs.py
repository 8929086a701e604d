"""From the pictures on the page to the skull in the views: one run at a time, cancelled at will."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.case.read import SkullCase, read_case
from GenerativeModelsLib.skull.request import PLANES, SkullRequest
from GenerativeModelsWeb.parts.worker import Backend, BackendFailed
from GenerativeModelsWeb.server.downloads import Downloads
from GenerativeModelsWeb.server.exports import zip_folder
from GenerativeModelsWeb.skull.form import samples_of, seed_of, weeks_of
from GenerativeModelsWeb.skull.pictures import on_page
from GenerativeModelsWeb.skull.results import charts_of, result_of

if TYPE_CHECKING:
    from GenerativeModelsWeb.skull.application_type import ApplicationType

__all__ = ["Reconstructions"]

log = logging.getLogger(__name__)

SHOWING = 0.96
"""Share of the progress bar at which the backend is through and the views begin."""


class Reconstructions:
    """The runs of one session.

    Parameters
    ----------
    page
        Whose state is read and written.
    backend
        What computes.
    downloads
        Where the files of the finished case are offered.
    workspace
        A folder for cases; the caller removes it.
    model
        Folder of a model bundle; None = the shipped one.
    """

    def __init__(
        self, page: ApplicationType, backend: Backend, downloads: Downloads, workspace: Path, model: Path | None
    ) -> None:
        self._page, self._backend, self._downloads = page, backend, downloads
        self._workspace, self._model = workspace, model
        self._task: asyncio.Task | None = None
        self._showing = False
        self._shown: Path | None = None
        self._made_from: Hashable = None
        self._count = 0

    def start(self) -> None:
        """Begin a run unless one is under way."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def cancel(self) -> None:
        """End the run under way, if any; one that is through is shown whole, or skull and numbers would not agree."""
        if not self._showing:
            self.close()

    def close(self) -> None:
        """End whatever is under way."""
        if self._task is not None:
            self._task.cancel()

    def changed_since(self) -> bool:
        """Whether the page asks for something else than what is shown."""
        return self._signature() != self._made_from

    async def _run(self) -> None:
        page, run = self._page, self._page.run.data
        with page.server.state:
            run.busy, run.error, run.message, run.share = True, "", "Starting", 0
        error = ""
        try:
            made_from = self._signature()
            folder = await self._backend.run(SKULL.name, self._request(), self._tell)
            self._showing = True
            await self._show(folder, made_from)
        except asyncio.CancelledError:
            self._backend.start()
        except InputError as refused:
            error = on_page(refused)
        except BackendFailed as failed:
            log.error("%s\n%s", failed, failed.details)
            error = on_page(failed)
        except Exception:
            log.exception("A reconstruction failed")
            error = "Something unforeseen went wrong on the server; its log says what. Try again."
        finally:
            self._showing = False
            with page.server.state:
                run.busy, run.error = False, error

    async def _show(self, folder: Path, made_from: Hashable) -> None:
        page = self._page
        self._tell("showing the skull", SHOWING)
        case = await asyncio.to_thread(read_case, folder)
        for _ in page.views.show_steps(case, page.views_state.get_dataclass(), title=self._title()):
            await asyncio.sleep(0)
        former, self._shown, self._made_from = self._shown, folder, made_from
        self._offer(case)
        with page.server.state:
            page.result.set_dataclass(result_of(case.result))
            page.views_state.data.planes = list(case.planes)
            page.views_state.data.coloured = case.result["uncertainty_mm"]["mean"] is not None
            page.run.data.share = 100
        charts = await asyncio.to_thread(charts_of, case.result)
        with page.server.state:
            page.result.data.charts = charts
        if former is not None:
            await asyncio.to_thread(shutil.rmtree, former, ignore_errors=True)

    def _request(self) -> SkullRequest:
        settings, desk = self._page.settings.data, self._page.desk
        given = [name for name in PLANES if desk.has(name)]
        planes: dict[str, Any] = {name: desk.picture(name).path for name in given}
        spacings = {f"{name}_spacing_mm": desk.given_spacing(name) for name in given}
        self._count += 1
        return SkullRequest(
            **planes,
            **spacings,
            output=self._workspace / f"case-{self._count}",
            model=self._model,
            samples=samples_of(settings.samples),
            seed=seed_of(settings.seed),
            device=settings.device,
            gestational_age_weeks=weeks_of(settings.weeks),
            shown_names={name: desk.picture(name).file_name for name in given},
            title=self._title(),
        )

    def _title(self) -> str:
        return Path(self._page.desk.picture("axial").file_name).stem

    def _signature(self) -> Hashable:
        desk, settings = self._page.desk, self._page.settings.get_dataclass()
        planes = tuple((desk.picture(name).path, self._spacing_text(name)) for name in PLANES if desk.has(name))
        return planes, settings.weeks, settings.samples, settings.seed, settings.device

    def _spacing_text(self, name: str) -> tuple[str, str]:
        card = getattr(self._page.inputs.data, name)
        return card.row_mm, card.column_mm

    def _offer(self, case: SkullCase) -> None:
        folder, views = case.folder, self._page.views
        for name in ("skull.vtp", "skull.nii.gz", "uncertainty.nii.gz", "result.json"):
            self._downloads.offer(name, folder / name, name)
        self._downloads.offer("report.html", folder / "report.html", "report.html")
        archive, bundle = self._workspace / "skull-case.zip", self._workspace / "skull.mrb"
        self._downloads.offer(archive.name, lambda: zip_folder(folder, archive), archive.name)
        self._downloads.offer(bundle.name, lambda: views.save(bundle), bundle.name)

    def _tell(self, message: str, share: float) -> None:
        with self._page.server.state:
            self._page.run.data.message = on_page(message)
            self._page.run.data.share = round(100 * min(share, SHOWING))
