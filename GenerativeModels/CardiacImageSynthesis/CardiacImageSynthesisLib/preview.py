"""The preview: a slice that the worker draws while the user looks, shown with the outlines of its labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from CardiacImageSynthesisLib.planned_case import SynthesisCase
from GenerativeModelsDesktop.message_box import MessageBox
from GenerativeModelsDesktop.worker_run import WorkerRun
from GenerativeModelsLib.synthesis.images.methods import preview_of
from GenerativeModelsScene.segmentation.frames import frame_on_show
from GenerativeModelsScene.synthesis.show import show_preview
from GenerativeModelsScene.synthesis.views import look_at_preview, place_on_show

__all__ = ["Preview"]


class Preview:
    """Asks the worker for slices; the answer to the newest question is shown.

    Parameters
    ----------
    run
        The panel's run, whose worker answers.
    message
        Box for failures and warnings.
    changed
        Called when a question was asked or answered.
    """

    def __init__(self, run: WorkerRun, message: MessageBox, changed: Callable[[], None]):
        self._run, self._message, self._changed = run, message, changed
        self._asked: list[SynthesisCase] = []

    @property
    def waiting(self) -> bool:
        """Whether an answer is awaited."""
        return bool(self._asked)

    def ask(self, case: SynthesisCase, labels: Any) -> None:
        """Ask for a slice of the first image of a case: the one on show if it has labels."""
        request = case.request
        values, model = preview_of(request, at_lps=place_on_show(case.scene), frame=frame_on_show(labels))
        self._asked.append(case)
        self._run.ask(
            "preview",
            values,
            lambda answer: self._answered(case, answer),
            lambda sentence: self._failed(case, sentence),
            model=model,
            device=request.device,
        )
        self._changed()

    def forget(self) -> None:
        """Await no answer any more, and remove the files of all questions."""
        asked, self._asked = self._asked, []
        for case in asked:
            case.discard_files()

    def _answered(self, case: SynthesisCase, answer: dict[str, Any]) -> None:
        if case not in self._asked:  # cancelled meanwhile
            return
        self.forget()
        labels = case.scene.GetNodeByID(case.key)
        if labels is not None:
            method, seed = case.request.method, case.request.seed
            node = show_preview(case.scene, answer, key=case.key, title=case.title, method=method, seed=seed)
            look_at_preview(case.scene, node, labels)
            warnings = [str(warning) for warning in answer["warnings"]]
            words = _("Preview of slice {slice}, from 0.").format(slice=answer["slice"])
            self._message.inform(" ".join([words, *warnings]))
        self._changed()

    def _failed(self, case: SynthesisCase, sentence: str) -> None:
        if case in self._asked:
            self.forget()
            self._message.fail(sentence)
            self._changed()
