"""A calm box of the panel in which warnings, failures or successes are said, one kind of thing at a time."""

from __future__ import annotations

from collections.abc import Sequence

import qt

from FetalSkullReconstructionLib.style import ERROR_BOX, INFO_BOX, WARNING_BOX, html_list

__all__ = ["MessageBox"]


class MessageBox:
    """A frame with a label; hidden while there is nothing to say. `text` is what it says, for tests."""

    def __init__(self, frame: qt.QFrame, label: qt.QLabel):
        self._frame = frame
        self._label = label
        self._sentences: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What the box says, a sentence a line; empty when it is hidden."""
        return "\n".join(self._sentences)

    def warn(self, sentences: Sequence[str]) -> None:
        """Say what the user should know about a result."""
        self._say(sentences, WARNING_BOX)

    def fail(self, sentence: str) -> None:
        """Say what went wrong and what can be done."""
        self._say([sentence], ERROR_BOX)

    def inform(self, sentence: str) -> None:
        """Say what has been done."""
        self._say([sentence], INFO_BOX)

    def clear(self) -> None:
        """Say nothing."""
        self._say([], INFO_BOX)

    def _say(self, sentences: Sequence[str], style: str) -> None:
        self._sentences = tuple(sentences)
        self._frame.setStyleSheet(style)
        self._label.text = html_list(self._sentences)
        self._frame.setVisible(bool(self._sentences))
