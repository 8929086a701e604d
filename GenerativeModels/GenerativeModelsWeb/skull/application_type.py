"""What the parts of the page use of the application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from trame_server import Server
    from trame_server.utils.typed_state import TypedState

    from GenerativeModelsWeb.skull.state import Inputs, Result, Run, Settings, Views
    from GenerativeModelsWeb.skull.views import CaseViews

__all__ = ["ApplicationType"]


class ApplicationType(Protocol):
    """The application of one browser tab, `application.SkullApplication`.

    Attributes
    ----------
    server
        The tab's trame server.
    inputs, settings, run, result, views_state
        The parts of its state.
    views
        The views of the scene.
    """

    server: Server
    inputs: TypedState[Inputs]
    settings: TypedState[Settings]
    run: TypedState[Run]
    result: TypedState[Result]
    views_state: TypedState[Views]
    views: CaseViews

    def remove(self, plane: str) -> None:
        """Take the picture of a plane away."""

    def try_sample(self) -> None:
        """Take the sample case."""

    def reconstruct(self) -> None:
        """Begin a reconstruction."""

    def cancel(self) -> None:
        """End the reconstruction under way."""
