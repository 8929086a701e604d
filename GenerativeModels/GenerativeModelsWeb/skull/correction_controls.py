"""Controls for the corrections of a plane, below its card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trame.widgets import html

from GenerativeModelsLib.skull.adjusting import ADJUSTMENTS
from GenerativeModelsLib.skull.corrections import FACINGS
from GenerativeModelsWeb.parts.markup import attributes, build_select, build_text

if TYPE_CHECKING:
    from GenerativeModelsWeb.skull.application import SkullApplication

__all__ = ["build_corrections"]

_SIGNS = {
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "clockwise": "↻",
    "anticlockwise": "↺",
    "longer": "longer",
    "shorter": "shorter",
    "wider": "wider",
    "narrower": "narrower",
}
_WAYS = {"flip": "flip: the opposite of what was found"}
_MARKS = {
    "ellipse": ("Draw the ellipse", "Click the two ends of the head, forehead and occiput."),
    "mask": ("Mask a region", "Click two opposite corners of what is not to be looked at."),
    "length": ("Mark a known length", "Click its two ends."),
}
_EXAMPLES = {"ellipse": "column, row, half axes, angle", "mask": "x0,y0,x1,y1; ...", "length": "x0,y0,x1,y1,mm"}
_LABELS = {"ellipse": "Ellipse", "mask": "Mask", "length": "Known length"}


def build_corrections(page: SkullApplication, plane: str, card: Any) -> None:
    """The picture to click on, and a field for each kind of correction."""
    desk, busy = page.desk, page.run.name.busy
    with html.Details(v_if=card.file_name, classes="gm-correct"):
        html.Summary("Correct")
        with html.Div(
            classes=(f"['gm-correct-picture', {card.marking} ? 'gm-marking' : '']",),
            click=(
                desk.clicked,
                f"['{plane}', $event.offsetX / $event.currentTarget.clientWidth, "
                "$event.offsetY / $event.currentTarget.clientHeight]",
            ),
        ):
            html.Img(src=(card.preview,), alt=f"{plane.capitalize()} picture, to click on")
            html.Div(v_html=(card.overlay,), classes="gm-overlay")
        end = "Vertex" if plane == "coronal" else "Forehead"
        ways = [["", "as found"], *([way, _WAYS.get(way, way)] for way in FACINGS)]
        build_select(page, f"gm-{plane}-facing", f"{end} towards", card.facing, str(ways))
        with html.Div(classes="gm-steps", raw_attrs=attributes(role="group", aria_label=f"Adjust the {plane} ellipse")):
            for how, words in ADJUSTMENTS.items():
                html.Button(
                    _SIGNS[how],
                    type="button",
                    classes="gm-button gm-step",
                    disabled=(busy,),
                    click=(desk.adjusted, f"['{plane}', '{how}']"),
                    title=f"{words}: the ellipse",
                    raw_attrs=attributes(aria_label=f"{words}: the {plane} ellipse"),
                )
        for kind, (words, hint) in _MARKS.items():
            build_text(page, f"gm-{plane}-{kind}", _LABELS[kind], getattr(card, kind), placeholder=_EXAMPLES[kind])
            if kind == "length":
                build_text(page, f"gm-{plane}-mm", "Its millimetres", card.millimetres, placeholder="50")
            html.Button(
                words,
                type="button",
                classes="gm-link",
                disabled=(busy,),
                click=(desk.marking, f"['{plane}', '{kind}']"),
            )
            html.P(hint, v_if=f"{card.marking} === '{kind}'", classes="gm-quiet", raw_attrs=attributes(role="status"))
        html.P(
            f"{{{{ {card.correction_problem} }}}}",
            v_if=card.correction_problem,
            classes="gm-note gm-serious",
            raw_attrs=attributes(role="alert"),
        )
        html.Button(
            "Take all corrections away",
            type="button",
            classes="gm-link",
            disabled=(busy,),
            click=(desk.uncorrected, f"['{plane}']"),
        )
