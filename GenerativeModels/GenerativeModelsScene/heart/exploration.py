"""Exploration of the latent space of hearts in a scene: a point that moves, mean shapes, walks and the heartbeat.

It asks the heart's queries and shows their answers; who computes them, a worker process or this one, is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import CLASSES, PHASES
from GenerativeModelsScene.heart.colours import EXPLORED
from GenerativeModelsScene.heart.latent_plot import LatentPlot, move_point, show_latent_plot, watch_point
from GenerativeModelsScene.heart.latent_shape import hide_latent_shape, show_latent_shape
from GenerativeModelsScene.heart.sequences import remove_cycle, remove_walk, show_cycle, show_frame, show_walk
from GenerativeModelsScene.heart.show import HeartNodes, set_patient_visible
from GenerativeModelsScene.nodes.store import NodeStore

__all__ = ["STANDALONE_KEY", "Exploration"]

STANDALONE_KEY = "GenerativeModels.Explore"
"""Key of the nodes of an exploration without a heart."""
TITLE = "Explored heart"
WALK_STEPS = 20

Ask = Callable[[str, Mapping[str, Any], Callable[[dict[str, Any]], None]], None]
"""(query, values, answered): asks a query of the heart; `answered` is called with the answer, at once or later."""


class Exploration:
    """The explored point and what is shown of it.

    Parameters
    ----------
    scene
        Scene of the nodes.
    ask
        Asks queries.
    changed
        Called when something new is on show.

    Attributes
    ----------
    z
        (d,) the explored point; None before the map is known.
    moved
        (level, dimension) -> shift of a lower level in standard deviations of the population.
    answer
        Numbers of the shape on show, as `shape_at` returns them; None while the patient is on show.
    frames, frame
        Number of shapes of the walk or cycle on show, 0 without one; and the shape on show, from 0.
    latent_map
        Answer of the query of that name.
    plot
        The plot of the top level.
    """

    def __init__(self, scene: slicer.vtkMRMLScene, ask: Ask, changed: Callable[[], None] = lambda: None):
        self._scene, self._send, self._changed = scene, ask, changed
        self._hearts = self._asked = self._taken = 0
        self._stop_watching: Callable[[], None] = lambda: None
        self._phase = next(iter(PHASES))
        self.latent_map: dict[str, Any] | None = None
        self.plot: LatentPlot | None = None
        self._of_heart(None, {})

    # The heart

    def follow(self, nodes: HeartNodes | None, result: Mapping[str, Any]) -> None:
        """Explore from this heart; None = from the middle of the population.

        Parameters
        ----------
        result
            Content of its result.json. One without `latent.z`, of an earlier version, has no detail of its own.
        """
        key = nodes.key if nodes is not None else STANDALONE_KEY
        if key == self._key and result == self._result:
            self._nodes = nodes
            return
        self._begin(nodes, dict(result))

    def forget(self) -> None:
        """Leave the heart, the shapes and the map, as when the scene closes."""
        self._begin(None, {})

    def begin_anew(self) -> None:
        """Leave the shapes and the map, but not the heart, as when another model is chosen."""
        self._begin(self._nodes, self._result)

    def close(self) -> None:
        """Stop watching the plot."""
        self._forget_plot()

    @property
    def own(self) -> tuple[float, ...] | None:
        """Point of the heart on the top level; None without a heart."""
        return tuple(self._result["latent"]["z_top"]) if self._result else None

    @property
    def around(self) -> list[list[float]] | None:
        """Level means of the heart; None without one, or if it was analysed by an earlier version."""
        return self._result["latent"].get("z") if self._result else None

    @property
    def on_show(self) -> bool:
        """Whether the scene has an explored shape in place of the heart, also one that was saved with the scene."""
        store = NodeStore(self._scene, self._key)
        return any(store.roles(role) for role in EXPLORED)

    @property
    def phase(self) -> str:
        """The phase on show, "ed" or "es"."""
        return self._phase

    @phase.setter
    def phase(self, phase: str) -> None:
        self._phase = phase
        if self.answer is not None and not self.frames:
            self._again()

    # What can be shown

    def open_plot(self, opened: Callable[[LatentPlot], None] = lambda plot: None) -> None:
        """Show the plot of the top level; `opened` is called with it."""

        def answered(answer: dict[str, Any]) -> None:
            self.latent_map = answer
            if self.z is None:
                means = [answer["classes"][name]["mean"] for name in CLASSES]
                self.z = tuple(np.mean(means, axis=0)) if self.own is None else self.own
            self._forget_plot()
            self.plot = show_latent_plot(
                self._scene, answer, key=self._key, title=self._title, own=self.own, point=self.z
            )
            self._stop_watching = watch_point(self.plot, self._dragged)
            opened(self.plot)
            self._changed()

        own = None if self.own is None else list(self.own)
        hearts = self._hearts
        values = {"z_top": own, "phases": self._phases}
        self._send("latent_map", values, lambda answer: hearts == self._hearts and answered(answer))

    def move_to(self, z_top: Sequence[float]) -> None:
        """Show the shape at a point of the top level."""
        rest = self.z[len(z_top) :] if self.z is not None else ()
        self._set_point((*z_top, *rest))
        self._again = self._shape
        self._shape()

    def shift(self, level: int, dimension: int, sd: float) -> None:
        """Shift a dimension (from 0) of a lower level (1 = finest) by `sd` standard deviations of the population."""
        self.moved[level, dimension] = sd
        if not sd:
            del self.moved[level, dimension]
        if self.z is not None:
            self.move_to(self.z)

    def show_mean(self, condition: str) -> None:
        """Show the mean shape of a class, "healthy" or "hcm"."""
        self._again = lambda: self._ask("class_mean", {"condition": condition, "phase": self._phase}, self._show_shape)
        self._again()

    def show_difference(self) -> None:
        """Show the wall of the hypertrophic mean minus that of the healthy mean, on the hypertrophic mean."""
        self._again = lambda: self._ask("difference", {"phase": self._phase}, self._show_shape)
        self._again()

    def walk(self, towards: str, steps: int = WALK_STEPS) -> None:
        """Show the walk from the heart towards a class, step by step."""

        def answered(answer: dict[str, Any]) -> None:
            self._clear()
            self._answers = [_numbers(shape) for shape in answer["shapes"]]
            show_walk(self._scene, answer["shapes"], **self._where(), phase=self._phase)
            self._play("walk", len(self._answers))

        values = {"around": self.around, "towards": towards, "steps": steps, "phases": self._phases}
        self._ask("walk", {**values, "phase": self._phase}, answered)

    def show_heartbeat(self) -> None:
        """Show the explored shape from end diastole to end systole and back."""

        def answered(answer: dict[str, Any]) -> None:
            self._clear()
            count = show_cycle(self._scene, answer["surfaces"], **self._where())
            self._answers = [_numbers(answer)] * count
            self._play("cycle", count)

        self._ask("shape_at", self._shape_values() | {"phase": None}, answered)

    def show_frame(self, index: int) -> None:
        """Show a shape of the walk or of the heartbeat."""
        if self._playing is None or not 0 <= index < self.frames:
            return
        try:
            show_frame(self._scene, self._key, self._playing, index)
        except InputError:  # the user has deleted it
            self.back()
            return
        self.frame, self.answer = index, self._answers[index]
        if self._playing == "walk":
            self._set_point(self.answer["z_top"])
        self._changed()

    def back(self) -> None:
        """Remove the explored shapes, and show the heart again."""
        self._taken = self._asked
        self._clear()
        self.moved.clear()
        self.answer = None
        if self.own is not None:
            self._set_point(self.own)
        self._patient_visible(True)
        self._changed()

    # Steps

    def _ask(self, name: str, values: Mapping[str, Any], answered: Callable[[dict[str, Any]], None]) -> None:
        """Ask for shapes; an answer that comes after `back`, or after one that was asked for later, is left."""
        self._asked += 1
        asked = self._asked

        def take(answer: dict[str, Any]) -> None:
            if asked > self._taken:
                self._taken = asked
                answered(answer)

        self._send(name, values, take)

    def _begin(self, nodes: HeartNodes | None, result: dict[str, Any]) -> None:
        self.back()
        self._forget_plot()
        self._of_heart(nodes, result)
        self.latent_map = None

    def _of_heart(self, nodes: HeartNodes | None, result: dict[str, Any]) -> None:
        self._hearts += 1
        self._nodes, self._result = nodes, result
        self._key = nodes.key if nodes is not None else STANDALONE_KEY
        self._title = f"{nodes.title} explored" if nodes is not None else TITLE
        self._phases = [name for name in PHASES if result["inputs"].get(name)] if result else list(PHASES)
        self._to_patient = nodes.to_patient if nodes is not None else None
        self.z = tuple(result["latent"]["z_top"]) if result else None
        self.moved: dict[tuple[int, int], float] = {}
        self.answer: dict[str, Any] | None = None
        self.frames = self.frame = 0
        self._playing: str | None = None
        self._answers: list[dict[str, Any]] = []
        self._again = self._shape

    def _shape_values(self) -> dict[str, Any]:
        moved = [{"level": level, "dimension": k, "sd": sd} for (level, k), sd in self.moved.items()]
        return {
            "z_top": list(self.z),
            "around": self.around,
            "moved": moved,
            "phases": self._phases,
            "phase": self._phase,
        }

    def _shape(self) -> None:
        self._ask("shape_at", self._shape_values(), self._show_shape)

    def _show_shape(self, answer: dict[str, Any]) -> None:
        if self.frames:
            self._clear()
        show_latent_shape(self._scene, answer, **self._where(), phase=self._phase)
        self._patient_visible(False)
        self.answer = _numbers(answer)
        if self._taken == self._asked:  # else the point has moved on
            self._set_point(answer["z_top"])
        self._changed()

    def _play(self, kind: str, count: int) -> None:
        self._playing, self.frames = kind, count
        self._patient_visible(False)
        self.show_frame(0)

    def _dragged(self, point: tuple[float, float]) -> None:
        """The point in the plot was moved by hand, not by an answer."""
        if self.z is None or point != self.z[:2]:
            self.move_to(point)

    def _set_point(self, z_top: Sequence[float]) -> None:
        self.z = tuple(map(float, z_top))
        if self.plot is not None and self.plot.point_table.GetScene() is self._scene:
            move_point(self.plot, self.z)

    def _where(self) -> dict[str, Any]:
        return {"key": self._key, "title": self._title, "to_patient": self._to_patient}

    def _clear(self) -> None:
        """Remove all explored shapes."""
        hide_latent_shape(self._scene, self._key)
        remove_walk(self._scene, self._key)
        remove_cycle(self._scene, self._key)
        self.frames, self.frame, self._playing, self._answers = 0, 0, None, []

    def _patient_visible(self, visible: bool) -> None:
        if self._nodes is not None:
            set_patient_visible(self._nodes, visible)

    def _forget_plot(self) -> None:
        self._stop_watching()
        self._stop_watching = lambda: None
        self.plot = None


def _numbers(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer without its surfaces."""
    return {name: value for name, value in answer.items() if name != "surfaces"}
