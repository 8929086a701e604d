"""Shapes of the latent space at the console: computed in this process, shown in the scene."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import HEART, PHASES
from GenerativeModelsScene.console import plain_failures
from GenerativeModelsScene.heart.exploration import Exploration

if TYPE_CHECKING:
    import slicer

    from GenerativeModelsScene.heart.case_nodes import HeartNodes

__all__ = ["MODULE", "HeartExplorer"]

MODULE = "Cardiac Shape Explorer"
"""Title of the Slicer module."""


class HeartExplorer:
    """Shapes of the latent space of a heart model; each call shows its shape in the scene and returns the answer.

    The answers are those of the queries of the heart (`GenerativeModelsLib.heart.case.queries`), with both phases. The
    model is loaded once.

    Parameters
    ----------
    scene
        vtkMRMLScene to show the shapes in.
    nodes
        Of an analysed heart: shapes keep its detail and lie where it does. None = the means of the model.
    model
        Folder of a bundle; None = the one that comes along.
    device
        "auto", "cpu", "cuda", "cuda:N" or "mps".
    phase
        The visible phase, "ed" or "es".

    Attributes
    ----------
    exploration
        What is explored, and shown.

    Raises
    ------
    InputError
        The bundle, the device or the installation will not do, or the heart has lost its result.
    """

    def __init__(
        self,
        scene: slicer.vtkMRMLScene,
        nodes: HeartNodes | None = None,
        *,
        model: Path | str | None = None,
        device: str = "auto",
        phase: str = "ed",
    ) -> None:
        if phase not in PHASES:
            raise InputError(f"phase is '{phase}': give {' or '.join(PHASES)}.")
        if nodes is not None and nodes.case.result is None:
            raise InputError("The heart has lost its result, a text node of the scene: analyse it again.")
        self._result = None if nodes is None else nodes.result
        self._model = plain_failures(lambda: _load(model, device), MODULE)
        self._answer: dict[str, Any] = {}
        self.exploration = Exploration(scene, self._ask)
        self.exploration.follow(nodes, self._result or {})
        self.exploration.phase = phase

    def shape_at(self, z_top: Sequence[float], moved: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
        """The heart at a point of the top level; `moved` shifts lower levels, as in the query `shape_at`."""
        shifts = {(shift.get("level"), shift.get("dimension")): shift.get("sd") for shift in moved}
        self.exploration.moved.clear()
        self.exploration.moved.update(shifts)
        self.exploration.move_to(z_top)
        return self._answer

    def walk(self, towards: str, steps: int = 20) -> dict[str, Any]:
        """The walk of the heart towards "healthy" or "hcm", as the query `walk`; a sequence of the scene plays it.

        Raises
        ------
        InputError
            There is no heart to walk with, it was analysed by an earlier version, or a value cannot be used.
        """
        self._require_heart("walk with")
        if "z" not in self._result["latent"]:
            raise InputError("The heart was analysed by an earlier version: analyse it again to walk with it.")
        self.exploration.walk(towards, steps)
        return self._answer

    def class_mean(self, condition: str) -> dict[str, Any]:
        """The mean shape of "healthy" or "hcm"."""
        self.exploration.show_mean(condition)
        return self._answer

    def difference(self) -> dict[str, Any]:
        """The mean shape of "hcm" with `wall_difference_mm`, its wall minus that of "healthy"."""
        self.exploration.show_difference()
        return self._answer

    def latent_map(self) -> dict[str, Any]:
        """The map of the top level, with the heart's own point; its plot in the scene moves the shape."""
        self.exploration.open_plot()
        return self.exploration.latent_map

    def back_to_patient(self) -> dict[str, Any]:
        """Show the patient's heart again; returns the shape at its point, as the model has it.

        Raises
        ------
        InputError
            There is no heart to go back to.
        """
        self._require_heart("go back to")
        latent = self._result["latent"]
        values = {"z_top": latent["z_top"], "around": latent.get("z"), "phases": list(self._result["inputs"])}
        self._ask("shape_at", values, lambda answer: self.exploration.back())
        return self._answer

    def _ask(self, name: str, values: Mapping[str, Any], answered: Callable[[dict[str, Any]], None]) -> None:
        """Answer a query at once, with both phases."""
        wanted = {**values, "phase": None} if "phase" in values else values
        self._answer = plain_failures(lambda: HEART.queries[name](self._model, **wanted), MODULE)
        answered(self._answer)

    def _require_heart(self, purpose: str) -> None:
        if self._result is None:
            raise InputError(f"There is no heart to {purpose}: give an analysed one to explore_heart.")


def _load(model: Path | str | None, device: str) -> Any:
    from GenerativeModelsLib.anatomy.request import check_computing
    from GenerativeModelsLib.anatomy.run import load_on
    from GenerativeModelsLib.device import choose_device

    check_computing(device, 0)
    return load_on(HEART, None if model is None else Path(model), choose_device(device).torch_device)
