"""The pages of the skull: pictures become a request, a finished case the skull, its planes and its numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.case.read import SkullCase
from GenerativeModelsLib.skull.request import PLANES, SkullRequest
from GenerativeModelsWeb.parts.application import CaseApplication
from GenerativeModelsWeb.parts.cases import Finished
from GenerativeModelsWeb.parts.typed_identity import patient_fields
from GenerativeModelsWeb.skull.corrections import typed_corrections
from GenerativeModelsWeb.skull.desk import PictureDesk
from GenerativeModelsWeb.skull.form import samples_of, seed_of, weeks_of
from GenerativeModelsWeb.skull.results import charts_of, notices_of, result_of
from GenerativeModelsWeb.skull.state import Inputs, Result, Settings, Views
from GenerativeModelsWeb.skull.views import SkullViews

__all__ = ["SkullApplication"]


class SkullApplication(CaseApplication):
    """Behind the page of the skull; the parameters are those of `CaseApplication`."""

    anatomy = SKULL
    pages = (("reconstruct", "Reconstruct"),)

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.inputs, self.settings = self.typed(Inputs), self.typed(Settings)
        self.result, self.views_state = self.typed(Result), self.typed(Views)
        self.settings.data.device = self.device
        self.views = SkullViews(self.server)
        self.desk = PictureDesk(self.inputs, self.settings, self.run)
        names = self.views_state.name
        self.views_state.bind_changes(
            {
                (names.show_planes,): lambda on: self.views.set_planes(on),
                (names.show_outlines,): lambda on: self.views.set_outlines(on),
                (names.show_lines,): lambda on: self.views.set_lines(on),
            }
        )
        self.desk.on_changed(self.inputs_changed)
        self.desk.refresh()

    def request(self, output: Path) -> SkullRequest:
        """The pictures with their spacings, and the settings."""
        settings, desk = self.settings.data, self.desk
        given = [name for name in PLANES if desk.has(name)]
        planes: dict[str, Any] = {name: desk.file(name).path for name in given}
        spacings = {f"{name}_spacing_mm": desk.given_spacing(name) for name in given}
        return SkullRequest(
            **planes,
            **spacings,
            output=output,
            model=self.model,
            samples=samples_of(settings.samples),
            seed=seed_of(settings.seed),
            device=settings.device,
            gestational_age_weeks=weeks_of(settings.weeks),
            sex=settings.sex or None,
            chart=settings.chart,
            shown_names={name: desk.file(name).file_name for name in given},
            **patient_fields(settings),
            **desk.frames(),
            **desk.corrections(),
            mask_text=settings.mask_text,
            imagine=settings.imagine,
            title=settings.case_id.strip() or Path(desk.file("axial").file_name).stem,
        )

    def signature(self, record: Anatomy) -> Hashable:
        """Pictures, spacings as typed, settings."""
        desk, settings = self.desk, self.settings.get_dataclass()
        given = [name for name in PLANES if desk.has(name)]
        cards = ((desk.file(name).path, desk.card(name)) for name in given)
        planes = tuple(
            (path, card.row_mm, card.column_mm, card.frame, *typed_corrections(card).items()) for path, card in cards
        )
        chosen = (settings.weeks, settings.sex, settings.chart, settings.samples, settings.seed, settings.device)
        return planes, *chosen, settings.mask_text, settings.imagine, self.identity_signature()

    def headline(self, result: dict[str, Any]) -> str:
        """The head circumference."""
        return f"HC {result['biometry']['hc_mm']['value']:.1f} mm"

    async def show_case(self, case: SkullCase, title: str) -> None:
        """The skull in the views, its numbers on the panel, then the charts, which take a while to draw."""
        known = case.result["uncertainty_mm"]["mean"] is not None
        wanted = self.views_state.get_dataclass()
        for _ in self.views.show_steps(case, wanted, title=title):
            await asyncio.sleep(0)
        with self.server.state:
            self.colours.data.known = known
            self.fit_colours()
            self.result.set_dataclass(result_of(case.result))
            self.shown.data.notices = notices_of(case.result)
            self.views_state.data.planes = [*case.planes, *case.imagined]
            self.views_state.data.imagined = list(case.imagined)
        charts = await asyncio.to_thread(charts_of, case.result)
        with self.server.state:
            self.result.data.charts = charts

    async def _show(self, finished: Finished, case: SkullCase | None = None) -> None:
        case = case or await self._read(finished.folder, finished.record or self.anatomy)
        await super()._show(finished, case)
        pictures, *_ = finished.made_from
        with self.server.state:
            self.desk.found(case.result, {path for path, *_ in pictures})
