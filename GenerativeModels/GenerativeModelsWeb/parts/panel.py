"""The two panels beside the views: inputs to the left, results to the right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from trame.widgets import html

from GenerativeModelsWeb.parts.identity import build_identity
from GenerativeModelsWeb.parts.markup import attributes, build_downloads, build_foot, build_notices

if TYPE_CHECKING:
    from GenerativeModelsWeb.parts.application import CaseApplication

__all__ = ["build_input_panel", "build_result_panel", "build_verdict"]


@contextmanager
def build_input_panel(
    page: CaseApplication, title: str, verb: str, again: str, *, shown: str = "true"
) -> Iterator[None]:
    """The panel of inputs; what is built within comes between its title and the button `verb`."""
    inputs, run = page.inputs.name, page.run.name
    any_file = " || ".join(str(getattr(inputs, place).file_name) for place in page.desk.places)
    with html.Aside(v_if=shown, classes="gm-side", raw_attrs=attributes(aria_label="Inputs")):
        with html.Div(classes="gm-scroll"):
            with html.Div(classes="gm-heading"):
                html.H2(title)
                for words, act, when in (
                    ("New case", page.new_case, any_file),
                    ("Try the sample", page.desk.take_sample, f"!({any_file})"),
                ):
                    html.Button(words, v_if=when, classes="gm-link", type="button", click=act, disabled=(run.busy,))
            yield
            build_identity(page)
            html.P(
                f"{{{{ {inputs.notice} }}}}",
                v_if=inputs.notice,
                classes="gm-note gm-plain",
                raw_attrs=attributes(role="status"),
            )
        build_foot(page, verb, again)


@contextmanager
def build_result_panel(page: CaseApplication, verb: str, *, shown: str = "true") -> Iterator[None]:
    """The panel of results, absent until there is one; what is built within comes between warnings and downloads."""
    with (
        html.Aside(
            v_if=f"{page.shown.name.present} && {shown}",
            classes="gm-side gm-results",
            raw_attrs=attributes(aria_label="Results"),
        ),
        html.Div(classes="gm-scroll"),
        html.Div(classes="gm-pack"),
    ):
        build_notices(page, verb)
        yield
        build_downloads(page)


def build_verdict(result: Any) -> None:
    """How usual the input is; unfolded, what its score says. `result` has the names `verdict` and `score`."""
    with html.Details(classes="gm-more"):
        html.Summary(f"{{{{ {result.verdict} }}}}.")
        html.P(f"{{{{ {result.score} }}}}", classes="gm-quiet")
