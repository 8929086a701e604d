"""The left panel: planes, age, settings, and the button that starts it all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trame.widgets import html
from trame.widgets import vuetify3 as vuetify

from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsWeb.parts.markup import attributes

if TYPE_CHECKING:
    from GenerativeModelsWeb.skull.application_type import ApplicationType

__all__ = ["build_inputs"]

ACCEPT = "image/*,.dcm,.dicom,.ima,.nii,.nii.gz,.gz,.nrrd,.nhdr,.mha,.mhd,.tif,.tiff,.bmp"
DEVICES = ("auto", "cpu", "cuda", "mps")


def build_inputs(application: ApplicationType) -> None:
    """The panel; everything in it is disabled while a reconstruction is under way."""
    inputs, run = application.inputs.name, application.run.name
    with html.Aside(classes="gm-side", raw_attrs=attributes(aria_label="Inputs")):
        with html.Div(classes="gm-scroll"):
            with html.Div(classes="gm-head"):
                html.H2("Ultrasound planes")
                html.Button(
                    "Try the sample",
                    v_if=" && ".join(f"!{getattr(inputs, plane).file_name}" for plane in PLANES),
                    classes="gm-link",
                    type="button",
                    click=application.try_sample,
                    disabled=(run.busy,),
                )
            for plane in PLANES:
                _card(application, plane)
            html.P(
                f"{{{{ {inputs.notice} }}}}",
                v_if=inputs.notice,
                classes="gm-note gm-plain",
                raw_attrs=attributes(role="status"),
            )
            _settings(application)
        _start(application)


def _card(application: ApplicationType, plane: str) -> None:
    card, busy = getattr(application.inputs.name, plane), application.run.name.busy
    required = plane == "axial"
    with html.Section(
        classes=(f"['gm-card', {card.file_name} ? '' : 'gm-empty']",),
        raw_attrs=attributes(data_gm_plane=plane, aria_label=f"{plane.capitalize()} picture"),
    ):
        html.Input(
            type="file",
            accept=ACCEPT,
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
                raw_attrs=attributes(data_gm_pick=True, aria_label=f"Choose the {plane} picture"),
            ):
                html.Img(v_if=card.preview, src=(card.preview,), alt="")
                vuetify.VIcon("mdi-image-plus-outline", v_else=True, size=22)
            with html.Div(style="min-width: 0"):
                with html.Div(classes="gm-title"):
                    html.Strong(plane.capitalize())
                    html.Span(
                        "required" if required else "optional",
                        v_if=f"!{card.file_name}",
                        classes="gm-tag gm-required" if required else "gm-tag",
                    )
                    with html.Button(
                        v_if=card.file_name,
                        type="button",
                        classes="gm-remove",
                        disabled=(busy,),
                        click=(application.remove, f"['{plane}']"),
                        title="Remove",
                        raw_attrs=attributes(aria_label=f"Remove the {plane} picture"),
                    ):
                        vuetify.VIcon("mdi-close", size=16)
                html.Div(f"{{{{ {card.file_name} }}}}", v_if=card.file_name, classes="gm-file", title=(card.file_name,))
                html.Div(f"{{{{ {card.size} }}}}", v_if=card.file_name, classes="gm-quiet")
                html.Div("Drop or choose a picture", v_else=True, classes="gm-quiet")
        _spacing(plane, card, busy)
        with html.Div(
            v_if=f"{card.sending} >= 0",
            classes="gm-sending",
            raw_attrs=attributes(role="progressbar", aria_label="Sending"),
        ):
            html.I(style=(f"'width: ' + {card.sending} + '%'",))
        html.P(
            f"{{{{ {card.problem} }}}}",
            v_if=card.problem,
            classes="gm-note gm-serious",
            raw_attrs=attributes(role="alert"),
        )
        html.P(
            f"{{{{ {card.caution} }}}}",
            v_if=card.caution,
            classes="gm-note gm-caution",
            raw_attrs=attributes(role="status"),
        )


def _spacing(plane: str, card, busy: str) -> None:
    wanted = f"['gm-input', {card.spacing_source} ? '' : 'gm-wanted']"
    with html.Div(v_if=card.file_name, classes="gm-spacing"):
        html.Span("Spacing", classes="gm-quiet")
        for name, other, words in ((card.row_mm, card.column_mm, "rows"), (card.column_mm, card.row_mm, "columns")):
            if words == "columns":
                html.Span("×", classes="gm-quiet")
            html.Input(
                v_model=(name,),
                type="text",
                inputmode="decimal",
                placeholder=(f"{other} || '{words}'",),  # one number counts for both
                disabled=(busy,),
                classes=(wanted,),
                autocomplete="off",
                title=f"Distance of neighbouring {words} in mm",
                raw_attrs=attributes(aria_label=f"Distance of {words} of the {plane} picture in mm"),
            )
        html.Span(
            f"{{{{ {card.spacing_source} === 'file' ? 'mm, file' : 'mm' }}}}",
            classes="gm-quiet",
            title=(f"{card.spacing_source} === 'file' ? 'As the file says' : 'As typed'",),
        )


def _settings(application: ApplicationType) -> None:
    settings, busy = application.settings.name, application.run.name.busy
    with html.Div(classes="gm-field"):
        html.Label("Gestational age", raw_attrs=attributes(**{"for": "gm-weeks"}))
        _input("gm-weeks", settings.weeks, busy, "weeks")
        html.Span("For percentiles: 27.4, or 27+3 in weeks and days.", classes="gm-quiet")
    with html.Details(classes="gm-more"):
        html.Summary("Advanced")
        with html.Div(classes="gm-field"):
            html.Label("Samples", raw_attrs=attributes(**{"for": "gm-samples"}))
            _input("gm-samples", settings.samples, busy)
            html.Span("Draws for the uncertainty; 0 gives the mean alone.", classes="gm-quiet")
        with html.Div(classes="gm-field"):
            html.Label("Seed", raw_attrs=attributes(**{"for": "gm-seed"}))
            _input("gm-seed", settings.seed, busy)
        with html.Div(classes="gm-field"):
            html.Label("Device", raw_attrs=attributes(**{"for": "gm-device"}))
            _input("gm-device", settings.device, busy, raw=attributes(list="gm-devices"))
            with html.Datalist(id="gm-devices"):
                for device in DEVICES:
                    html.Option(value=device)
            html.Span(f"{{{{ {settings.device_found} }}}}", v_if=settings.device_found, classes="gm-quiet")


def _input(identity: str, name: str, busy: str, placeholder: str = "", raw: list[str] | None = None) -> None:
    html.Input(
        id=identity,
        v_model=(name,),
        type="text",
        classes="gm-input",
        placeholder=placeholder,
        disabled=(busy,),
        autocomplete="off",
        raw_attrs=raw or [],
    )


def _start(application: ApplicationType) -> None:
    inputs, run = application.inputs.name, application.run.name
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
                raw_attrs=attributes(role="progressbar", v_aria_valuenow=run.share, aria_label="Reconstruction"),
            ):
                html.I(style=(f"'width: ' + {run.share} + '%'",))
            html.P(f"{{{{ {run.message} }}}}", raw_attrs=attributes(role="status"))
            html.Button("Cancel", type="button", classes="gm-button", click=application.cancel)
        with html.Template(v_else=True):
            html.Button(
                f"{{{{ {application.result.name.present} ? 'Reconstruct again' : 'Reconstruct' }}}}",
                type="button",
                classes="gm-go",
                disabled=(f"!!{inputs.missing}",),
                title=(inputs.missing,),
                click=application.reconstruct,
            )
            html.P(
                f"{{{{ {inputs.missing} }}}}",
                v_if=inputs.missing,
                classes="gm-why",
                raw_attrs=attributes(role="status"),
            )
