"""A box of the panel that shows warnings, a failure or a success, one of these at a time."""

from __future__ import annotations

from collections.abc import Sequence

import qt

from GenerativeModelsDesktop.style import ERROR_BOX, INFO_BOX, WARNING_BOX, html_list

__all__ = ["MessageBox"]


class MessageBox:
    """A frame with a label in it; hidden while it has no text.

    Parameters
    ----------
    frame, label
        Widgets of the module's .ui file.
    """

    def __init__(self, frame: qt.QFrame, label: qt.QLabel):
        self._frame = frame
        self._label = label
        self._sentences: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The sentences of the box, one per line; empty when it is hidden."""
        return "\n".join(self._sentences)

    def warn(self, sentences: Sequence[str], grave: bool = False) -> None:
        """Show warnings on a result, `grave` ones as a failure looks; an empty sequence hides the box."""
        self._show(sentences, ERROR_BOX if grave else WARNING_BOX)

    def fail(self, sentence: str) -> None:
        """Show what went wrong and what the user can do."""
        self._show([sentence], ERROR_BOX)

    def inform(self, sentence: str) -> None:
        """Show what has been done."""
        self._show([sentence], INFO_BOX)

    def clear(self) -> None:
        """Hide the box."""
        self._show([], INFO_BOX)

    def _show(self, sentences: Sequence[str], style: str) -> None:
        self._sentences = tuple(sentences)
        self._frame.setStyleSheet(style)
        self._label.text = html_list(self._sentences)
        self._frame.setVisible(bool(self._sentences))
