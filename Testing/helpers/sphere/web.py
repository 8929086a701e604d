"""The sphere in a browser: a button asks the worker for a radius, and the page shows the volume."""

from __future__ import annotations

from pathlib import Path

from trame.ui.html import DivLayout
from trame.widgets import html

from GenerativeModelsLib.anatomy.registry import register
from GenerativeModelsLib.worker.client import Worker
from GenerativeModelsWeb.parts.worker import Backend
from GenerativeModelsWeb.server.downloads import Downloads
from GenerativeModelsWeb.server.uploads import UploadStore

__all__ = ["SphereApplication"]


class SphereApplication:
    """A radius in, a volume out."""

    def __init__(self, server, store: UploadStore, downloads: Downloads, *, model: Path | None, device: str) -> None:
        register("sphere", "Testing.helpers.sphere.anatomy:SPHERE")
        self.state, self.model, self.device = server.state, model, device
        self.state.radius, self.state.volume = "10", ""
        self.backend = Backend(Worker("sphere"))
        with DivLayout(server):
            html.Input(id="radius", v_model=("radius",))
            html.Button("Ask", id="ask", click=self.ask)
            html.Span("{{ volume }}", id="volume")

    async def ask(self) -> None:
        """Show the volume of the sphere of the radius typed."""
        values = {"radius_mm": float(self.state.radius)}
        found = await self.backend.ask("sphere", "shape_at", values, model=self.model, device=self.device)
        with self.state:
            self.state.volume = f"{found['volume_ml']:.1f} ml"

    def close(self) -> None:
        """End the worker."""
        self.backend.close()
