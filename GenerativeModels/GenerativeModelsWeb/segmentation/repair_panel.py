"""The repair on the right panel: how much may change, what was done by frame, and what is to be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trame.widgets import html

from GenerativeModelsWeb.parts.markup import attributes, build_text

if TYPE_CHECKING:
    from GenerativeModelsWeb.segmentation.application import SegmentationApplication

__all__ = ["build_repair"]

NETWORK_HINT = (
    "Brings slices that still break rules to the nearest valid map of a network; the shipped one knows adult hearts in "
    "short-axis views. Unticked, only the smallest changes and the frames and slices around are used."
)
SWITCHES = (
    ("whole_cycle", "The cine is one whole heartbeat", ""),
    ("realign", "Shift slices back that a breath moved", ""),
    ("use_network", "Use the label network", NETWORK_HINT),
)
"""Setting, words, tooltip."""


def build_repair(page: SegmentationApplication) -> None:
    """Build it."""
    result, settings, busy = page.result.name, page.settings.name, page.run.name.busy
    with html.Section(classes="gm-repair", raw_attrs=attributes(aria_label="Repair")):
        with html.Div(classes="gm-heading"):
            html.H2("Repair")
            html.Button(
                f"{{{{ {result.repaired} ? 'Repair again' : 'Repair' }}}}",
                type="button",
                classes="gm-button",
                disabled=(f"{busy} || !!{page.inputs.name.missing}",),
                title="Mend what breaks rules; slices that keep the rules stay bit for bit",
                click=page.repair,
            )
        hint = "Percent of the labels of a slice; what needs more is not done."
        build_text(page, "gm-most-change", "How much may change", settings.most_change, hint=hint)
        with html.Details(classes="gm-more"):
            html.Summary("Options")
            for name, words, about in SWITCHES:
                with html.Label(classes="gm-check", **({"title": about} if about else {})):
                    html.Input(type="checkbox", v_model=(getattr(settings, name),), disabled=(busy,))
                    html.Span(words)
        _changes(page)


def _changes(page: SegmentationApplication) -> None:
    result, settings = page.result.name, page.settings.name
    views, playing = page.views_state.name, page.player.state.name
    kept = f"{settings.keep}.includes(one.frame)"
    with (
        html.Ul(v_if=f"{result.changes}.length", classes="gm-changes"),
        html.Li(v_for=f"one in {result.changes}", key="one.frame"),
    ):
        html.Button(
            "{{ one.frame === null ? 'All frames' : 'Frame ' + one.frame }}",
            type="button",
            classes="gm-link",
            click=(
                page.go_to,
                f"[one.frame ?? {playing.frame}, one.slice < 0 ? {views.slice} : one.slice]",
            ),
        )
        with html.Label(v_if="one.frame !== null", classes="gm-check"):
            html.Input(
                type="checkbox",
                disabled=(page.run.name.busy,),
                change=f"{settings.keep} = {kept} ? {settings.keep}.filter((frame) => frame !== one.frame) "
                f": [...{settings.keep}, one.frame]",
                raw_attrs=attributes(v_checked=kept, v_aria_label="'Undo frame ' + one.frame"),
            )
            html.Span("Undo")
        html.P("{{ line }}", v_for="line in one.lines", key="line")
    html.P(
        "Repair again leaves the frames marked Undo as they were.",
        v_if=f"{result.changes}.length",
        classes="gm-quiet",
    )
    with html.Details(v_if=f"{result.left}.length", classes="gm-more"):
        html.Summary(f"Still breaks rules ({{{{ {result.left}.length }}}})")
        html.P("{{ line }}", v_for=f"line in {result.left}", key="line", classes="gm-quiet")
