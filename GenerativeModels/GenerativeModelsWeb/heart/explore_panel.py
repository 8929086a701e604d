"""The left panel of the page Explore: the plot, its point's numbers, lower levels, ways through the space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trame.widgets import html

from GenerativeModelsWeb.parts.markup import attributes
from GenerativeModelsWeb.parts.plots import build_handle, build_plot
from GenerativeModelsWeb.parts.stage import build_player

if TYPE_CHECKING:
    from GenerativeModelsWeb.heart.application import HeartApplication

__all__ = ["build_explore"]


def build_explore(page: HeartApplication, shown: str) -> None:
    """Build it."""
    names = page.explorer.state.name
    with (
        html.Aside(v_if=shown, classes="gm-side", raw_attrs=attributes(aria_label="Latent space")),
        html.Div(classes="gm-scroll"),
    ):
        with html.Div(classes="gm-heading"):
            html.H2("Latent space")
            html.Span("{{ heart__Shown__title }}", v_if=f"{names.own}.length", classes="gm-quiet gm-file")
            html.Span("the middle of the population", v_else=True, classes="gm-quiet")
        _plot(names, page.run.name.busy)
        html.P(
            f"{{{{ {names.problem} }}}}",
            v_if=names.problem,
            classes="gm-note gm-serious",
            raw_attrs=attributes(role="alert"),
        )
        with (
            html.Div(raw_attrs=attributes(role="status", aria_label="Shape at the point")),
            html.Dl(classes="gm-readings"),
            html.Div(v_for=f"reading in {names.readings}", key="reading.label"),
        ):
            html.Dt("{{ reading.label }}")
            html.Dd("{{ reading.value }}", classes=("reading.muted ? 'gm-muted' : ''",))
        _lower(names)
        _ways(page, names)


def _plot(names: Any, busy: str) -> None:
    at = (f"{names.z}[0]", f"{names.z}[1]")
    with build_plot("Top level of the latent space", names.svg, names.x, names.y):
        waiting = f"{busy} ? 'The analysis under way comes first …' : 'The model is being loaded …'"
        html.Span(f"{{{{ {waiting} }}}}", v_if=f"!{names.svg}", classes="gm-wait")
        own = (f"{names.own}[0]", f"{names.own}[1]")
        left = f"100 * ({own[0]} - {names.x}[0]) / ({names.x}[1] - {names.x}[0])"
        top = f"100 * ({names.y}[1] - {own[1]}) / ({names.y}[1] - {names.y}[0])"
        html.Span(
            "★",
            v_if=f"{names.own}.length && {names.svg}",
            classes="gm-own",
            style=(f"'left: ' + ({left}) + '%; top: ' + ({top}) + '%'",),
            title="The analysed heart",
        )
        build_handle(
            names.z, names.x, names.y, at, "Explored point; drag it, or use the arrow keys", shown=f"!!{names.svg}"
        )
    with html.P(classes="gm-key"):
        for kind, words in (("gm-healthy", "healthy"), ("gm-hcm", "hypertrophic"), ("gm-key-border", "population")):
            html.Span(words, classes=kind)
        html.Span("★ this heart", v_if=f"{names.own}.length")
    for axis, (word, ends) in enumerate((("Dimension 1", names.x), ("Dimension 2", names.y))):
        other = f"{names.z}[{1 - axis}]"
        moved = ("Number($event.target.value)", other) if axis == 0 else (other, "Number($event.target.value)")
        with html.Label(classes="gm-slide"):
            html.Span(word)
            html.Input(
                type="range",
                step="0.01",
                input=f"{names.z} = [{moved[0]}, {moved[1]}]",
                raw_attrs=attributes(
                    v_min=f"{ends}[0].toFixed(2)", v_max=f"{ends}[1].toFixed(2)", v_value=f"{names.z}[{axis}]"
                ),
            )
            html.Output(f"{{{{ {names.z}[{axis}].toFixed(2) }}}}")


def _lower(names: Any) -> None:
    with html.Details(classes="gm-more"):
        html.Summary(f"Lower levels{{{{ {names.moved} ? ' (' + {names.moved} + ' moved)' : '' }}}}")
        with html.Div(classes="gm-lower"):
            with html.Label():
                html.Span("Level")
                with html.Select(v_model=(names.level,), classes="gm-input"):
                    html.Option(
                        "{{ index + 1 }} ({{ size }} numbers)",
                        v_for=f"(size, index) in {names.levels}",
                        key="index",
                        value=("String(index + 1)",),
                    )
            with html.Label():
                html.Span("Dimension")
                html.Input(
                    type="number",
                    min="1",
                    classes="gm-input",
                    v_model=(names.dimension,),
                    raw_attrs=attributes(v_max=f"{names.levels}[Number({names.level}) - 1]"),
                )
        with html.Label(classes="gm-slide"):
            html.Span("Shift in SD")
            html.Input(
                type="range",
                min="-3",
                max="3",
                step="0.1",
                input=f"{names.sd} = Number($event.target.value)",
                raw_attrs=attributes(v_value=names.sd),
            )
            html.Output(f"{{{{ Number({names.sd}).toFixed(1) }}}}")


def _ways(page: HeartApplication, names: Any) -> None:
    explorer, playing = page.explorer, page.explorer.player.state.name
    own = f"{names.own}.length"
    with html.Div(classes="gm-ways", raw_attrs=attributes(role="group", aria_label="Shapes and ways")):
        for words, act, arguments, shown in (
            ("Back to patient", explorer.back, None, own),
            ("Back to the middle", explorer.back, None, f"!{own}"),
            ("Healthy mean", explorer.show_mean, "['healthy']", "true"),
            ("HCM mean", explorer.show_mean, "['hcm']", "true"),
            ("Difference", explorer.show_difference, None, "true"),
            ("Walk towards HCM", explorer.walk, "['hcm']", own),
            ("Walk towards healthy", explorer.walk, "['healthy']", own),
            ("Play ED-ES-ED", explorer.cycle, None, "true"),
        ):
            html.Button(
                words,
                v_if=shown,
                type="button",
                classes="gm-button",
                disabled=(f"!{names.svg}",),
                click=(act, arguments) if arguments else act,
            )
    build_player(explorer.player, "Step", f"{{{{ {playing.frame} + 1 }}}} / {{{{ {playing.count} }}}}")
