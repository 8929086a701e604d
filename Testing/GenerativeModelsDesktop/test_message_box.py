"""Message box of the panel, with stand-in widgets; no Slicer needed."""

from __future__ import annotations


def test_a_box_shows_one_kind_of_message_and_hides_without_one(desktop, widget) -> None:
    style = desktop("style")
    frame, label = widget(), widget()
    box = desktop("message_box").MessageBox(frame, label)
    box.warn(["The first.", "The <second>."])
    assert (box.text, frame.style, frame.visible) == ("The first.\nThe <second>.", style.WARNING_BOX, True)
    assert "The &lt;second&gt;." in label.text
    box.fail("It failed.")
    assert (box.text, frame.style) == ("It failed.", style.ERROR_BOX)
    box.inform("It is saved.")
    assert (box.text, frame.style) == ("It is saved.", style.INFO_BOX)
    box.clear()
    assert (box.text, label.text, frame.visible) == ("", "", False)
