"""The latent space on the page: what is asked there becomes the exploration of the scene layer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from trame_server import Server
from trame_server.utils.typed_state import TypedState

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.case.shape_words import PROBABILITY, shape_readings
from GenerativeModelsScene.heart.exploration import Exploration
from GenerativeModelsWeb.heart.latent_plot import latent_svg
from GenerativeModelsWeb.heart.state import Explored, Settings
from GenerativeModelsWeb.heart.views import HeartViews
from GenerativeModelsWeb.parts.player import Player
from GenerativeModelsWeb.parts.runs import UNFORESEEN
from GenerativeModelsWeb.parts.state import Playing
from GenerativeModelsWeb.parts.words import on_page
from GenerativeModelsWeb.parts.worker import Backend, BackendFailed

__all__ = ["Explorer"]

log = logging.getLogger(__name__)

WALK_PAUSE_S, CYCLE_PAUSE_S = 0.25, 0.08
TITLES = {
    "shape_at": "Shape at the point",
    "healthy": "Healthy mean",
    "hcm": "HCM mean",
    "difference": "HCM mean, coloured by its wall minus that of the healthy mean",
}


class ExplorerPage(Protocol):
    """What an explorer uses of the application, `application.HeartApplication`."""

    server: Server
    views: HeartViews
    backend: Backend
    settings: TypedState[Settings]
    model: Path | None

    def typed(self, kind: type) -> TypedState:
        """A part of the state."""

    def fit_colours(self) -> None:
        """Bring the range of the colours to what is on show."""


class Explorer:
    """What the page Explore does.

    Parameters
    ----------
    page
        Whose views and worker are used.
    """

    def __init__(self, page: ExplorerPage) -> None:
        self._page = page
        self.state = page.typed(Explored)
        self.exploration = Exploration(page.views.scene, self._ask, self._changed)
        self.player = Player(page.server, page.typed(Playing), self.exploration.show_frame)
        self._tasks: set[asyncio.Task] = set()
        self._here = False
        self._last = ""
        names = self.state.name
        self.state.bind_changes(
            {
                (names.z,): self._move,
                (names.phase,): self._show_phase,
                (names.level, names.dimension): self._choose_number,
                (names.sd,): self._shift,
            }
        )

    def enter(self) -> None:
        """The page came on show: the map, unless it is there, and the shape at the point."""
        self._here = True
        self._page.views.begin_exploring()
        if self.exploration.latent_map is None:
            self.exploration.open_plot(self._show_map)
        else:
            self._last = "start"
            self.exploration.move_to(self.exploration.z)

    def leave(self) -> None:
        """Another page came on show."""
        self._here = False
        self.player.stop()
        self._nothing_drawn()

    def follow(self, result: Mapping[str, Any] | None) -> None:
        """Explore around the heart on show from now on; None = from the middle of the population."""
        self.player.stop()
        self.exploration.follow(None if result is None else self._page.views.nodes, result or {})
        data = self.state.data
        data.own, data.sd, data.moved = [float(z) for z in (self.exploration.own or ())[:2]], 0.0, 0
        self._nothing_drawn()
        if self.exploration.latent_map is None:
            data.svg = ""
        if data.own:
            data.z = data.own
        if self._here:
            self.enter()

    def back(self) -> None:
        """The shape of the patient, or of the middle of the population."""
        self.player.stop()
        self._last = "start"
        self.exploration.back()
        data = self.state.data
        data.sd, data.moved = 0.0, 0
        self.exploration.move_to(self.exploration.own or self._middle())

    def show_mean(self, condition: str) -> None:
        """The mean shape of a class."""
        self.player.stop()
        self._last = condition
        self.exploration.show_mean(condition)

    def show_difference(self) -> None:
        """How much thicker the wall of the mean HCM shape is than that of the healthy mean."""
        self.player.stop()
        self._last = "difference"
        self.exploration.show_difference()

    def walk(self, towards: str) -> None:
        """Walk from the patient towards a class and play the way."""
        self._last = f"Walk towards {'hypertrophic' if towards == 'hcm' else 'healthy'} hearts"
        self.player.stop()
        self.exploration.walk(towards)

    def cycle(self) -> None:
        """Play the cardiac cycle of the shape at the point."""
        self._last = "Cardiac cycle"
        self.player.stop()
        self.exploration.show_heartbeat()

    def _move(self, z: list[float]) -> None:
        known = self.exploration.z
        if self._here and known is not None and list(map(float, z)) != list(known[:2]):
            self.player.stop()
            self._last = "shape_at"
            self.exploration.move_to(z)

    def _nothing_drawn(self) -> None:
        """No numbers or titles of a shape that is no longer on show."""
        data = self.state.data
        data.readings, data.title, data.drawn, data.scale, data.problem = [], "", "", 0.0, ""

    def _show_phase(self, phase: str) -> None:
        self.exploration.phase = phase
        if self._here:
            self._page.views.schedule()

    def _shift(self, sd: float) -> None:
        data = self.state.data
        number = int(data.level), int(data.dimension) - 1
        if float(sd) != self.exploration.moved.get(number, 0.0):
            self.player.stop()
            self._last = "shape_at"
            self.exploration.moved.setdefault(number, 0.0)
            self.exploration.shift(*number, float(sd))
            data.moved = len(self.exploration.moved)

    def _choose_number(self, level: str, dimension: int) -> None:
        data = self.state.data
        if data.levels:
            data.dimension = min(max(int(dimension), 1), data.levels[int(level) - 1])
            data.sd = self.exploration.moved.get((int(level), int(data.dimension) - 1), 0.0)

    def _middle(self) -> tuple[float, ...]:
        means = [one["mean"] for one in self.exploration.latent_map["classes"].values()]
        return tuple(sum(axis) / len(means) for axis in zip(*means, strict=True))

    def _show_map(self, _: Any) -> None:
        found, data = self.exploration.latent_map, self.state.data
        svg = latent_svg(found)
        with self._page.server.state:
            data.x, data.y, data.svg, data.levels = found["x"], found["y"], svg, list(found["levels"][:-1])
        self._last = "start"
        self.exploration.move_to(self.exploration.z)

    def _changed(self) -> None:
        """The exploration shows something else."""
        exploration, page = self.exploration, self._page
        if not self._here or exploration.answer is None:
            return
        found, count = exploration.answer, exploration.frames
        page.views.show_explored()
        with page.server.state:
            data = self.state.data
            data.problem, data.readings = "", _readings(found)
            data.title = TITLES.get(self._last, self._last if count else TITLES["shape_at"])
            data.scale = page.views.difference_mm()
            if count and self.player.state.data.count != count:
                cycle = self._last == "Cardiac cycle"
                self.player.load(count, self._last, again=cycle, seconds=CYCLE_PAUSE_S if cycle else WALK_PAUSE_S)
            if self._last != "shape_at":  # else the user's hand leads the point
                data.z = [float(z) for z in found["z_top"][:2]]
            if page.views.nodes is None:
                page.fit_colours()
            data.drawn = ",".join(f"{z:.4f}" for z in found["z_top"])

    def _ask(self, name: str, values: Mapping[str, Any], answered: Callable[[dict[str, Any]], None]) -> None:
        page = self._page

        async def work() -> None:
            device = page.settings.data.device or "auto"
            found = await page.backend.ask(HEART.name, name, values, model=page.model, device=device)
            if self._here:
                answered(found)

        task = asyncio.get_running_loop().create_task(self._tried(work()))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tried(self, work: Awaitable[None]) -> None:
        try:
            await work
            return
        except asyncio.CancelledError:
            return  # a newer question took its place
        except (InputError, BackendFailed) as error:
            problem = on_page(HEART, error)
        except Exception:
            log.exception("A question on the latent space failed")
            problem = UNFORESEEN
        with self._page.server.state:
            self.state.data.problem = problem


def _readings(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The numbers of a shape; that there is no probability outside the population is muted."""
    within = found["within_population"]
    return [
        {"label": label, "value": text, "muted": not within and label == PROBABILITY}
        for label, text in shape_readings(found).items()
    ]
