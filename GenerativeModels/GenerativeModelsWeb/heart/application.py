"""The pages of the left ventricle: label maps become a request, a finished case surfaces and numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.case.read import HeartCase
from GenerativeModelsLib.heart.case.run import phase_maps
from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.labels.phase_names import PHASE_WORDS
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsScene.nodes.titles import title_without
from GenerativeModelsWeb.heart.desk import PLACES, SETTINGS, HeartDesk
from GenerativeModelsWeb.heart.explore import Explorer
from GenerativeModelsWeb.heart.results import bullseyes_of, notices_of, result_of
from GenerativeModelsWeb.heart.state import Inputs, Result, Settings, Views
from GenerativeModelsWeb.heart.views import HeartViews
from GenerativeModelsWeb.parts.application import CaseApplication
from GenerativeModelsWeb.parts.typed_identity import patient_fields
from GenerativeModelsWeb.parts.words import whole_number

__all__ = ["HeartApplication"]


class HeartApplication(CaseApplication):
    """Behind the pages of the left ventricle; the parameters are those of `CaseApplication`."""

    anatomy = HEART
    pages = (("analyse", "Analyse"), ("explore", "Explore"))

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.inputs, self.settings = self.typed(Inputs), self.typed(Settings)
        self.result, self.views_state = self.typed(Result), self.typed(Views)
        self.settings.data.device = self.device
        self.views = HeartViews(self.server)
        self.desk = HeartDesk(self.inputs, self.settings, self.run, self.workspace / "label-maps")
        self.explorer = Explorer(self)
        self._maps: dict[Path, dict[str, LabelMap]] = {}
        self._asked: HeartRequest | None = None
        self._page = ""
        self._frames = 0, 0
        views, result = self.views_state.name, self.result.name
        self.views_state.bind_changes({(views.phase, views.of, views.by): self._switch})
        self.result.bind_changes({(result.frame_ed, result.frame_es): self._move_frames})
        self.desk.on_changed(self.inputs_changed)
        self.desk.refresh()

    def open_page(self, page: str) -> None:
        """Analyse shows the case, Explore the shape at its point."""
        super().open_page(page)
        self._page = page
        if page == "explore":
            self.explorer.enter()
        else:
            self.explorer.leave()
            self._apply()

    def request(self, output: Path) -> HeartRequest:
        """The label maps, the meaning of their values, and the patient."""
        settings, desk = self.settings.data, self.desk
        given = {place: desk.file(place) for place in PLACES if desk.has(place)}
        name = next(iter(given.values())).name.split(".")[0]
        self._asked = HeartRequest(
            **{place: found.path for place, found in given.items()},
            **desk.body(),
            **desk.frames(),
            output=output,
            model=self.model,
            labels=desk.labels(),
            sex=settings.sex or None,
            force=bool(settings.force),
            realign=bool(settings.realign),
            device=settings.device,
            seed=whole_number(settings.seed, "seed", 2**53),
            **patient_fields(settings),
            title=settings.case_id.strip() or title_without(name, PHASE_WORDS["ed"], HEART.title),
        )
        return self._asked

    def signature(self, record: Anatomy) -> Hashable:
        """Label maps and settings."""
        files = tuple((place, self.desk.file(place).path) for place in PLACES if self.desk.has(place))
        typed = tuple(str(getattr(self.settings.data, name)) for name in SETTINGS)
        return files, typed, self.identity_signature()

    def headline(self, result: dict[str, Any]) -> str:
        """The ejection fraction; without end systole the volume."""
        ef = result["ef_percent"]
        return f"EDV {result['edv_ml']:.0f} ml" if ef is None else f"EF {ef:.0f} %"

    async def show_case(self, case: HeartCase, title: str) -> None:
        """The surfaces and label maps in the views, the numbers on the panel, then the bull's-eyes."""
        if case.folder not in self._maps:
            self._maps[case.folder], _ = await asyncio.to_thread(phase_maps, self._asked)
        self._maps = {folder: maps for folder, maps in self._maps.items() if folder.is_dir()}
        self.views.show(case.folder, self._maps[case.folder], title=title)
        shown = result_of(case.result)
        with self.server.state:
            views = self.views_state.data
            views.phase = views.phase if views.phase in shown.phases else "ed"
            self.fit_colours()
            self._frames = shown.frame_ed, shown.frame_es
            self.result.set_dataclass(shown)
            self.shown.data.notices = notices_of(case.result)
            self._apply()
        self.explorer.follow(case.result)
        ends = tuple(self.colours.data.range_mm)
        bullseyes = await asyncio.to_thread(bullseyes_of, case.result, ends)
        with self.server.state:
            self.result.data.bullseyes = bullseyes

    def new_case(self) -> None:
        """Also forgets the patient's point in the plot."""
        super().new_case()
        if not self.shown.data.present:
            self.views.forget()
            self.explorer.follow(None)

    def _apply(self) -> None:
        self.views_state.data.distance_mm = self.views.apply(self.views_state.get_dataclass())

    def _switch(self, *_: Any) -> None:
        if self._page != "explore" and self.shown.data.present:
            self._apply()

    def _move_frames(self, ed: int, es: int) -> None:
        """A marker of the volume curve was moved: its frame is asked for from now on."""
        if self.desk.has("cine"):
            for name, frame, found in (("ed_frame", ed, self._frames[0]), ("es_frame", es, self._frames[1])):
                if frame != found or str(getattr(self.settings.data, name)).strip():
                    setattr(self.settings.data, name, str(frame))
