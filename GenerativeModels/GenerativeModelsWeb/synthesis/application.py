"""The page of synthetic images: a label map and a style become a request, a preview, and images to look through."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.synthesis.images.anatomy import IMAGES
from GenerativeModelsLib.synthesis.images.methods import preview_of
from GenerativeModelsLib.synthesis.images.overview import middle_slice
from GenerativeModelsLib.synthesis.images.read import LabelledVolume, read_labels
from GenerativeModelsLib.synthesis.images.read_case import SynthesisedCase
from GenerativeModelsLib.synthesis.images.request import ImageSynthesisRequest
from GenerativeModelsWeb.parts.application import CaseApplication
from GenerativeModelsWeb.parts.notices import notices_of
from GenerativeModelsWeb.parts.player import Player
from GenerativeModelsWeb.parts.state import Playing
from GenerativeModelsWeb.parts.typed_identity import patient_fields
from GenerativeModelsWeb.parts.words import on_page
from GenerativeModelsWeb.parts.worker import BackendFailed
from GenerativeModelsWeb.server.page_words import without_folders
from GenerativeModelsWeb.synthesis.desk import PLACES, SETTINGS, SynthesisDesk
from GenerativeModelsWeb.synthesis.state import Inputs, Result, Settings, Views
from GenerativeModelsWeb.synthesis.views import SynthesisViews

__all__ = ["SynthesisApplication"]

PAUSE_S = 0.12
"""Between two frames that are played."""


class SynthesisApplication(CaseApplication):
    """Behind the page of synthetic images; the parameters are those of `CaseApplication`."""

    anatomy = IMAGES
    pages = (("draw", "Draw"),)

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.inputs, self.settings = self.typed(Inputs), self.typed(Settings)
        self.result, self.views_state = self.typed(Result), self.typed(Views)
        self.colours.data.known = False
        self.views = SynthesisViews(self.server, self._scroll)
        self.desk = SynthesisDesk(self.inputs, self.settings, self.run, self.workspace / "labels", self.model)
        self.player = Player(self.server, self.typed(Playing), lambda frame: self._look())
        self._volumes: dict[Path, LabelledVolume] = {}
        self._asked: ImageSynthesisRequest | None = None
        self._preview: asyncio.Task | None = None
        names = self.views_state.name
        self.views_state.bind_changes(
            {
                (names.slice,): lambda *_: self._look(),
                (names.image,): lambda *_: self._look(),
                (names.outlines,): lambda outlines: self.views.set_outlines(outlines == "on"),
            }
        )
        self.desk.on_changed(self.inputs_changed)
        self.desk.refresh()

    def request(self, output: Path) -> ImageSynthesisRequest:
        """Label map, style, method, number and seed."""
        settings, desk = self.settings.data, self.desk
        found = desk.file("labels")
        self._asked = ImageSynthesisRequest(
            labels=found.path,
            style=desk.file("style").path if desk.has("style") else None,
            label_values=desk.labels(),
            method=settings.method,
            n=desk.count(),
            seed=desk.seed(),
            model=self.model,
            device=self.device,
            output=output,
            title=settings.case_id.strip() or found.name.split(".")[0] or IMAGES.title,
            **{**patient_fields(settings), "dicom_patient": "new"},
        )
        return self._asked

    def signature(self, record: Anatomy) -> Hashable:
        """Files and settings."""
        files = tuple((place, self.desk.file(place).path) for place in PLACES if self.desk.has(place))
        typed = tuple(str(getattr(self.settings.data, name)) for name in SETTINGS)
        return files, typed, self.identity_signature()

    def headline(self, result: dict[str, Any]) -> str:
        """The number of images."""
        count = len(result["images"])
        return f"{count} synthetic image{'s' * (count != 1)}"

    def preview(self) -> None:
        """Draw one slice of the first image, the one on show if it has labels."""
        self.desk.refresh()
        if self.desk.missing or self.run.data.busy or self.views_state.data.drawing:
            return
        try:
            request = self.request(self.workspace / "preview")
            values, model = preview_of(request, at_lps=self._place(), frame=int(self.player.state.data.frame))
        except InputError as error:
            self.run.data.error = on_page(IMAGES, error)
            return
        self._preview = asyncio.get_running_loop().create_task(self._show_preview(request, values, model))

    async def show_case(self, case: SynthesisedCase, title: str) -> None:
        """The images in the view, and the numbers beside them."""
        if case.folder not in self._volumes:
            self._volumes[case.folder] = await asyncio.to_thread(_volume_of, self._asked)
        self._volumes = {folder: volume for folder, volume in self._volumes.items() if folder.is_dir()}
        volume = self._volumes[case.folder]
        self.views.show(case, volume, title=title)
        with self.server.state:
            self.views_state.data.preview, self.views_state.data.image = "", 0
            self.result.set_dataclass(_result_of(case.result))
            self.shown.data.notices = notices_of(case.result, without_folders)
            self._show_volume(volume, title, divmod(middle_slice(volume), volume.codes.shape[1]))

    def new_case(self) -> None:
        """Also takes the images out of the view."""
        super().new_case()
        if not self.shown.data.present:
            self.player.stop()
            self.views.forget()
            self.views_state.data.preview = ""

    def close(self) -> None:
        """Also awaits no preview any more."""
        if self._preview is not None:
            self._preview.cancel()
        super().close()

    async def _show_preview(self, request: ImageSynthesisRequest, values: dict[str, Any], model: Path | None) -> None:
        views, run = self.views_state.data, self.run.data
        with self.server.state:
            views.drawing, run.error = True, ""
        error = ""
        try:
            answer = await self.backend.ask(IMAGES.name, "preview", values, model=model, device=request.device)
            volume = await asyncio.to_thread(_volume_of, request)
            self.views.show_preview(answer, volume, title=request.shown_title, method=request.method, seed=request.seed)
            with self.server.state:
                self.shown.data.present = False
                words = [f"Preview of slice {answer['slice']}, synthetic: {request.method}, seed {request.seed}."]
                views.preview = " ".join([*words, *(without_folders(str(each)) for each in answer["warnings"])])
                self._show_volume(volume, request.shown_title, (answer["frame"], answer["slice"]))
        except (InputError, BackendFailed) as failed:
            error = on_page(IMAGES, failed)
        finally:
            with self.server.state:
                views.drawing, run.error = False, error

    def _show_volume(self, volume: LabelledVolume, title: str, place: tuple[int, int]) -> None:
        self.player.load(len(volume.codes), title, again=True, seconds=PAUSE_S, play=False)
        self.views_state.data.slices = volume.codes.shape[1]
        self.player.state.data.frame, self.views_state.data.slice = (int(number) for number in place)
        self._look()

    def _place(self) -> list[float] | None:
        """LPS mm of the middle of the slice on show; None where nothing is."""
        maps = self.views.maps
        if maps is None:
            return None
        rows, columns = maps.values.shape[2:]
        return [float(each) for each in maps.point_lps(int(self.views_state.data.slice), rows / 2, columns / 2)]

    def _scroll(self, steps: int) -> None:
        last = max(int(self.views_state.data.slices) - 1, 0)
        self.views_state.data.slice = min(max(int(self.views_state.data.slice) + steps, 0), last)

    def _look(self) -> None:
        views = self.views_state.data
        self.views.look(int(self.player.state.data.frame), int(views.slice), int(views.image))


def _volume_of(request: ImageSynthesisRequest) -> LabelledVolume:
    return read_labels(request.labels, "labels", request.label_values)


def _result_of(result: dict[str, Any]) -> Result:
    """What the page prints of a case."""
    rows = []
    for number, entry in enumerate(result["images"], start=1):
        near = entry["fidelity"]
        if near is not None:
            values = [near["overall"], *near["by_label"].values()]
            rows.append({"label": f"Synthetic {number}", "values": [f"{value:.3f}" for value in values]})
    count = len(result["images"])
    return Result(
        outcome=f"{count} synthetic image{'s' * (count != 1)} by {result['method']}, seed {result['seed']}",
        images=[f"Synthetic {number}" for number in range(1, count + 1)],
        heads=["overall", *(result["fidelity"] or {}).get("by_label", {})],
        rows=rows,
        summary=f"Drawn in {result['seconds']['total']:.1f} s on {result['device']}",
    )
