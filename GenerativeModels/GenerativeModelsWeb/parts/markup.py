"""Elements that pages are made of: attributes, fields, file cards, notes, tables, downloads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from trame.widgets import html
from trame.widgets import vuetify3 as vuetify

if TYPE_CHECKING:
    from GenerativeModelsWeb.parts.application import CaseApplication

__all__ = [
    "SEXES",
    "attributes",
    "build_card",
    "build_device",
    "build_downloads",
    "build_foot",
    "build_notices",
    "build_select",
    "build_switch",
    "build_text",
]

DEVICES = ("auto", "cpu", "cuda", "mps")
SEXES = "[['', 'not given'], ['female', 'female'], ['male', 'male']]"
"""Choices of `build_select`, as an expression of the page."""


def attributes(**values: str | bool) -> list[str]:
    """For `raw_attrs`: aria_label becomes aria-label, a leading v_ binds an expression, True lets a name stand alone.

    >>> attributes(role="alert", v_aria_valuenow="share", data_pick=True)
    ['role="alert"', ':aria-valuenow="share"', 'data-pick']
    """
    written = []
    for name, value in values.items():
        key = f":{name[2:]}" if name.startswith("v_") else name
        key = key.replace("_", "-")
        written.append(key if value is True else f'{key}="{escape(str(value))}"')
    return written


def build_card(
    page: CaseApplication,
    place: str,
    label: str,
    *,
    tag: str,
    hint: str,
    accept: str,
    icon: str,
    shown: str = "true",
    more: Callable[[Any], None] = lambda card: None,
) -> None:
    """A card that takes a file by a click or a drop.

    Parameters
    ----------
    place
        Its name in the inputs of the page.
    tag
        "required" or "optional", or another word.
    shown
        Expression that says whether it is there.
    more
        Builds what stands below the name of a file.
    """
    card, busy = getattr(page.inputs.name, place), page.run.name.busy
    with html.Section(
        v_if=shown,
        classes=(f"['gm-card', {card.file_name} ? '' : 'gm-empty']",),
        raw_attrs=attributes(
            data_gm_place=f"{page.anatomy.name}.{place}",
            data_gm_card=str(card.file_name).removesuffix("file_name"),
            aria_label=label,
        ),
    ):
        html.Input(
            type="file",
            accept=accept,
            multiple=True,
            classes="gm-hidden",
            tabindex="-1",
            raw_attrs=attributes(aria_hidden="true"),
        )
        with html.Div(classes="gm-row"):
            with html.Button(
                type="button",
                classes="gm-thumb",
                disabled=(busy,),
                raw_attrs=attributes(data_gm_pick=True, aria_label=f"Choose: {label}"),
            ):
                html.Img(v_if=card.preview, src=(card.preview,), alt="")
                vuetify.VIcon(icon, v_else=True, size=22)
            with html.Div(style="min-width: 0"):
                with html.Div(classes="gm-title"):
                    html.Strong(label)
                    html.Span(
                        tag,
                        v_if=f"!{card.file_name}",
                        classes="gm-tag gm-required" if tag == "required" else "gm-tag",
                    )
                    with html.Button(
                        v_if=card.file_name,
                        type="button",
                        classes="gm-remove",
                        disabled=(busy,),
                        click=(page.desk.remove, f"['{place}']"),
                        title="Remove",
                        raw_attrs=attributes(aria_label=f"Remove: {label}"),
                    ):
                        vuetify.VIcon("mdi-close", size=16)
                html.Div(f"{{{{ {card.file_name} }}}}", v_if=card.file_name, classes="gm-file", title=(card.file_name,))
                html.Div(f"{{{{ {card.size} }}}}", v_if=card.file_name, classes="gm-quiet")
                html.Div(hint, v_else=True, classes="gm-quiet")
        more(card)
        with html.Div(
            v_if=f"{card.sending} >= 0",
            classes="gm-sending",
            raw_attrs=attributes(role="progressbar", aria_label="Sending"),
        ):
            html.I(style=(f"'width: ' + {card.sending} + '%'",))
        for text, kind, role in ((card.problem, "serious", "alert"), (card.caution, "caution", "status")):
            html.P(f"{{{{ {text} }}}}", v_if=text, classes=f"gm-note gm-{kind}", raw_attrs=attributes(role=role))


def build_text(
    page: CaseApplication, identity: str, label: str, name: str, *, placeholder: str = "", hint: str = "", raw=()
) -> None:
    """A labelled text field; `name` is its state variable."""
    with html.Div(classes="gm-field"):
        html.Label(label, raw_attrs=attributes(**{"for": identity}))
        html.Input(
            id=identity,
            v_model=(name,),
            type="text",
            classes="gm-input",
            placeholder=placeholder,
            disabled=(page.run.name.busy,),
            autocomplete="off",
            raw_attrs=list(raw),
        )
        if hint:
            html.Span(hint, classes="gm-quiet")


def build_select(page: CaseApplication, identity: str, label: str, name: str, options: str) -> None:
    """A labelled choice; `options` is an expression of [value, words] pairs."""
    with html.Div(classes="gm-field"):
        html.Label(label, raw_attrs=attributes(**{"for": identity}))
        with html.Select(id=identity, v_model=(name,), classes="gm-input", disabled=(page.run.name.busy,)):
            html.Option("{{ option[1] }}", v_for=f"option in {options}", key="option[0]", value=("option[0]",))


def build_device(page: CaseApplication, name: str, found: str) -> None:
    """The device field, with what "auto" is here."""
    identity = f"gm-device-{page.anatomy.name}"
    build_text(page, identity, "Device", name, raw=attributes(list=f"{identity}-list"))
    with html.Datalist(id=f"{identity}-list"):
        for device in DEVICES:
            html.Option(value=device)
    html.P(f"{{{{ {found} }}}}", v_if=found, classes="gm-quiet")


def build_switch(name: str, choices: Sequence[tuple[str, str]], label: str, shown: str = "true") -> None:
    """A few buttons of which one is pressed; `name` holds the value of that."""
    with html.Div(v_if=shown, classes="gm-switch", raw_attrs=attributes(role="radiogroup", aria_label=label)):
        for value, words in choices:
            html.Button(
                words,
                type="button",
                click=f"{name} = '{value}'",
                raw_attrs=attributes(role="radio", v_aria_checked=f"({name} === '{value}').toString()"),
            )


def build_foot(page: CaseApplication, verb: str, again: str) -> None:
    """The button that starts it all, what is missing, the progress and the error."""
    inputs, run = page.inputs.name, page.run.name
    with html.Div(classes="gm-foot"):
        html.P(
            f"{{{{ {run.error} }}}}",
            v_if=run.error,
            classes="gm-note gm-serious",
            style="margin: 0 0 .6rem !important",
            raw_attrs=attributes(role="alert"),
        )
        with html.Div(v_if=run.busy, classes="gm-progress"):
            with html.Div(
                classes="gm-track",
                raw_attrs=attributes(role="progressbar", v_aria_valuenow=run.share, aria_label=verb),
            ):
                html.I(style=(f"'width: ' + {run.share} + '%'",))
            html.P(f"{{{{ {run.message} }}}}", raw_attrs=attributes(role="status"))
            html.Button("Cancel", type="button", classes="gm-button", click=page.cancel)
        with html.Template(v_else=True):
            html.Button(
                f"{{{{ {page.shown.name.present} ? '{again}' : '{verb}' }}}}",
                type="button",
                classes="gm-go",
                disabled=(f"!!{inputs.missing}",),
                title=(inputs.missing,),
                click=page.act,
            )
            html.P(
                f"{{{{ {inputs.missing} }}}}",
                v_if=inputs.missing,
                classes="gm-why",
                raw_attrs=attributes(role="status"),
            )


def build_notices(page: CaseApplication, verb: str) -> None:
    """Name of the case, whether it is of other inputs, and its warnings."""
    shown = page.shown.name
    html.H2(f"{{{{ {shown.title} }}}}", classes="gm-case-title", title=(shown.title,))
    html.P(
        f"The inputs were changed since: {verb} again to bring this up to date.",
        v_if=f"{shown.stale} && !{page.run.name.busy}",
        classes="gm-note gm-plain",
        raw_attrs=attributes(role="status"),
    )
    with html.P(
        v_for=f"notice in {shown.notices}",
        key="notice.text",
        classes=("['gm-note', 'gm-' + notice.severity]",),
        raw_attrs=attributes(role="alert"),
    ):
        html.Strong("{{ notice.heading }}", v_if="notice.heading")
        html.Span("{{ notice.text }}")


def build_downloads(page: CaseApplication) -> None:
    """The files of the case on show."""
    with html.Section(raw_attrs=attributes(aria_label="Downloads")):
        html.H2("Downloads", classes="gm-heading")
        with html.Ul(classes="gm-downloads"), html.Li(v_for=f"group in {page.shown.name.downloads}", key="group.label"):
            vuetify.VIcon(icon=("group.icon",), size=16)
            html.Span("{{ group.label }}")
            html.A(
                "{{ file.ending }}",
                v_for="file in group.files",
                key="file.address",
                raw_attrs=attributes(
                    v_href="'download/' + file.address",
                    download=True,
                    v_aria_label="group.label + ' ' + file.ending",
                ),
            )
