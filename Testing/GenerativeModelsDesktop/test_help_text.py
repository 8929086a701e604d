"""Link in the help section of a module; no Slicer needed."""

from __future__ import annotations


def test_the_link_leads_to_the_tutorial(desktop) -> None:
    link = desktop("help_text").tutorial_link("Tutorial", "in-3d-slicer")
    assert link.startswith('<a href="https://') and link.endswith('/docs/tutorial.md#in-3d-slicer">Tutorial</a>')
