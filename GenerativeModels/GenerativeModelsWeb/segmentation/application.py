"""The page of cardiac segmentations: a label map becomes a request, a check or repair an overview to click through."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.label_files.values import labels_text
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.case.read import CheckedCase, FoundViolation
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.read import read_label_maps
from GenerativeModelsLib.segmentation.repair.anatomy import REPAIR
from GenerativeModelsLib.segmentation.repair.read import RepairedCase
from GenerativeModelsLib.segmentation.repair.request import RepairRequest
from GenerativeModelsLib.segmentation.request import SegmentationRequest
from GenerativeModelsScene.segmentation.image import ImageFrames, read_image_frames
from GenerativeModelsWeb.parts.application import CaseApplication
from GenerativeModelsWeb.parts.player import Player
from GenerativeModelsWeb.parts.state import Playing
from GenerativeModelsWeb.parts.typed_identity import patient_fields
from GenerativeModelsWeb.segmentation.desk import PLACES, REPAIR_SETTINGS, SETTINGS, SegmentationDesk
from GenerativeModelsWeb.segmentation.results import MOST_LISTED, notices_of, result_of, start_of
from GenerativeModelsWeb.segmentation.state import Inputs, Result, Settings, Views
from GenerativeModelsWeb.segmentation.views import SegmentationViews

__all__ = ["SegmentationApplication"]

PAUSE_S = 0.12
"""Between two frames that are played: a beat in slow motion."""


@dataclass(frozen=True, eq=False)
class _Seen:
    """What a case was computed from, as the views show it."""

    maps: LabelMaps
    image: ImageFrames | None
    repaired: LabelMaps | None = None


class SegmentationApplication(CaseApplication):
    """Behind the page of cardiac segmentations; the parameters are those of `CaseApplication`."""

    anatomy = SEGMENTATION
    pages = (("check", "Check"),)

    @classmethod
    def modelled(cls) -> Anatomy:
        """The repair: the check needs no model."""
        return REPAIR

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.inputs, self.settings = self.typed(Inputs), self.typed(Settings)
        self.result, self.views_state = self.typed(Result), self.typed(Views)
        self.colours.data.known = False
        self.views = SegmentationViews(self.server, self._scroll)
        self.desk = SegmentationDesk(self.inputs, self.settings, self.run, self.workspace / "segmentations")
        self.player = Player(self.server, self.typed(Playing), lambda frame: self._look())
        self._seen: dict[Path, _Seen] = {}
        self._case: CheckedCase | RepairedCase | None = None
        self._asked: SegmentationRequest | None = None
        self._asked_image: Path | None = None
        names = self.views_state.name
        self.views_state.bind_changes(
            {
                (names.slice,): lambda *_: self._look(),
                (names.chosen,): lambda *_: self._look(to_place=True),
                (names.layers,): lambda layers: self.views.set_layers(layers),
                (names.when,): lambda *_: self._print(),
            }
        )
        self.desk.on_changed(self.inputs_changed)
        self.desk.refresh()

    def act(self) -> None:
        """Check."""
        self._start(SEGMENTATION)

    def repair(self) -> None:
        """Repair, with the frames kept that are marked."""
        self._start(REPAIR)

    def request(self, output: Path) -> SegmentationRequest:
        """The label map, the meaning of its values, and the time between its frames; for a repair what may change."""
        settings, desk = self.settings.data, self.desk
        found = desk.file("labels")
        self._asked_image = desk.file("image").path if desk.has("image") else None
        given = {
            "file": found.path,
            "view": settings.view,
            "labels": desk.labels(),
            "frame_interval_ms": desk.interval_ms(),
            "output": output,
            "title": settings.case_id.strip() or found.name.split(".")[0] or SEGMENTATION.title,
            **patient_fields(settings),
        }
        if self.asking is SEGMENTATION:
            self._asked = SegmentationRequest(**given)
        else:
            self._asked = RepairRequest(
                **given,
                most_change=desk.most_change(),
                keep_frames=",".join(str(frame) for frame in settings.keep) or None,
                whole_cycle=bool(settings.whole_cycle),
                realign=bool(settings.realign),
                no_network=not settings.use_network,
                model=self.model,
                device=self.device,
            )
        return self._asked

    def signature(self, record: Anatomy) -> Hashable:
        """Files and settings; of a repair also what may change."""
        files = tuple((place, self.desk.file(place).path) for place in PLACES if self.desk.has(place))
        names = SETTINGS if record is SEGMENTATION else (*SETTINGS, *REPAIR_SETTINGS)
        typed = tuple(str(getattr(self.settings.data, name)) for name in names)
        return files, typed, self.identity_signature()

    def headline(self, result: dict[str, Any]) -> str:
        """The number of slices with a fault, or of those repaired."""
        if "changed_slices" in result:
            count = result["changed_slices"]
            return f"{count or 'no'} slice{'s' * (count != 1)} repaired"
        count = result["violating"]
        return f"{count or 'no'} faulty slice{'s' * (count != 1)}"

    async def show_case(self, case: CheckedCase | RepairedCase, title: str) -> None:
        """The label maps in the views, the overview and the numbers beside them, at the first fault or repair."""
        if case.folder not in self._seen:
            self._seen[case.folder] = await asyncio.to_thread(_seen, self._asked, self._asked_image, case)
        self._seen = {folder: seen for folder, seen in self._seen.items() if folder.is_dir()}
        seen = self._seen[case.folder]
        self._case = case
        self.views.show(case, seen.maps, seen.image, seen.repaired, title=title)
        with self.server.state:
            self.views_state.data.when, self.views_state.data.curve = "after", 0
            self._print()
            self.shown.data.notices = notices_of(case.result)
            self.player.load(seen.maps.frames, title, again=True, seconds=PAUSE_S, play=False)
            frame, slice_, chosen = start_of(case, seen.maps)
            self.player.state.data.frame = frame
            self.views_state.data.slice, self.views_state.data.chosen = slice_, chosen
            self._look()

    def new_case(self) -> None:
        """Also takes the label maps out of the view."""
        super().new_case()
        if not self.shown.data.present:
            self.player.stop()
            self.views.forget()
            self._case = None

    def step(self, by: int) -> None:
        """Jump to the next violation (1) or the one before (-1), past the ends to the other end."""
        count, chosen = len(self.result.data.violations), self.views_state.data.chosen
        if count:
            self.jump((chosen + by) % count if chosen >= 0 else (0 if by > 0 else count - 1))

    def jump_to_frame(self, frame: int) -> None:
        """Jump to the first violation of a frame as a whole."""
        for number, found in enumerate(self._violations()[:MOST_LISTED]):
            if found.slice is None and found.frame == int(frame):
                self.jump(number)
                return

    def jump(self, number: int) -> None:
        """Jump to a violation of the list: its frame, its slice, its place."""
        found = self.result.data.violations[int(number)]
        self.player.pause()
        self.player.state.data.frame = found["frame"]
        self.views_state.data.slice, self.views_state.data.chosen = found["slice"], found["number"]

    def go_to(self, frame: int, slice_: int) -> None:
        """Show a slice of a frame and stay there, also while the frames play."""
        self.player.pause()
        self.player.state.data.frame = int(frame)
        self.views_state.data.slice, self.views_state.data.chosen = int(slice_), -1

    def _start(self, record: Anatomy) -> None:
        if not self.run.data.busy:
            self.asking = record
            super().act()

    def _violations(self) -> list[FoundViolation]:
        """Those of the list on the page."""
        if isinstance(self._case, RepairedCase):
            return getattr(self._case, self.views_state.data.when).violations
        return [] if self._case is None else self._case.violations

    def _print(self) -> None:
        """Print the case on show, of a repair the side that is chosen."""
        if self._case is not None:
            seen, when = self._seen[self._case.folder], self.views_state.data.when
            self.views_state.data.chosen = -1
            self.result.set_dataclass(result_of(self._case, seen.maps, image=seen.image is not None, when=when))

    def _scroll(self, steps: int) -> None:
        count = len(self.result.data.cells)
        self.views_state.data.slice = min(max(int(self.views_state.data.slice) + steps, 0), max(count - 1, 0))

    def _look(self, *, to_place: bool = False) -> None:
        """Bring the view to the frame and the slice of the page."""
        if self._case is None:
            return
        chosen, violations = int(self.views_state.data.chosen), self._violations()
        place = violations[chosen].where if to_place and 0 <= chosen < len(violations) else None
        self.views.look(int(self.player.state.data.frame), int(self.views_state.data.slice), place)


def _seen(request: SegmentationRequest, image: Path | None, case: CheckedCase | RepairedCase) -> _Seen:
    maps, repaired = read_label_maps(request), None
    if isinstance(case, RepairedCase):
        after = request.as_check(file=case.repaired, labels=labels_text(case.result["labels"]))
        repaired = read_label_maps(after)
    return _Seen(maps, None if image is None else read_image_frames(image, maps), repaired)
