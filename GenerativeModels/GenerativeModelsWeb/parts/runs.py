"""One run of an anatomy at a time: begun, told of, cancelled at will."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from pathlib import Path
from typing import Protocol

from trame_server import Server
from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.errors import InputError
from GenerativeModelsWeb.parts.state import Run
from GenerativeModelsWeb.parts.words import on_page
from GenerativeModelsWeb.parts.worker import Backend, BackendFailed

__all__ = ["SHOWING", "UNFORESEEN", "Runs"]

log = logging.getLogger(__name__)

SHOWING = 0.96
"""Share of the progress bar at which the backend is through and the views begin."""
UNFORESEEN = "Something unforeseen went wrong on the server; its log says what. Try again."


class RunningPage(Protocol):
    """What runs use of the pages of an anatomy, `application.CaseApplication`."""

    server: Server
    asking: Anatomy
    backend: Backend
    run: TypedState[Run]


class Runs:
    """The runs of one anatomy in a session.

    Parameters
    ----------
    page
        Whose state is written and whose backend computes.
    """

    def __init__(self, page: RunningPage) -> None:
        self._page = page
        self._task: asyncio.Task | None = None
        self._showing = False

    def compute(
        self,
        request: Callable[[], CaseRequest],
        made_from: Callable[[], Hashable],
        show: Callable[[Path, Hashable], Awaitable[None]],
    ) -> None:
        """Begin a run unless one is under way; `show` gets the folder of the case and what it was made from."""

        async def work() -> None:
            asked = made_from()
            folder = await self._page.backend.run(self._page.asking.name, request(), self.tell)
            self._showing = True
            await show(folder, asked)

        self._begin(work)

    def show(self, work: Callable[[], Awaitable[None]]) -> None:
        """Show a case again, unless a run is under way."""

        async def shown() -> None:
            self._showing = True
            await work()

        self._begin(shown)

    def cancel(self) -> None:
        """End the run under way, if any; one that is through is shown whole, or views and numbers would not agree."""
        if not self._showing:
            self.close()

    def close(self) -> None:
        """End whatever is under way."""
        if self._task is not None:
            self._task.cancel()

    def tell(self, message: str, share: float) -> None:
        """Say on the page what is being done."""
        with self._page.server.state:
            self._page.run.data.message = on_page(self._page.asking, message)
            self._page.run.data.share = round(100 * min(share, SHOWING))

    def _begin(self, work: Callable[[], Awaitable[None]]) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run(work))

    async def _run(self, work: Callable[[], Awaitable[None]]) -> None:
        page, run = self._page, self._page.run.data
        with page.server.state:
            run.busy, run.error, run.message, run.share = True, "", "Starting", 0
        error = ""
        try:
            await work()
        except asyncio.CancelledError:
            page.backend.start()
        except InputError as refused:
            error = on_page(page.asking, refused)
        except BackendFailed as failed:
            log.error("%s\n%s", failed, failed.details)
            error = on_page(page.asking, failed)
        except Exception:
            log.exception("A run failed")
            error = UNFORESEEN
        finally:
            self._showing = False
            with page.server.state:
                run.busy, run.error = False, error
