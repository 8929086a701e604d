"""The short report of a case as PDF: identity, warnings, numbers and figures, with page numbers."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from GenerativeModelsLib.anatomy.exporting import ExportCase
from GenerativeModelsLib.anatomy.fields import fields_of
from GenerativeModelsLib.anatomy.identity import IDENTITY, shown_identity
from GenerativeModelsLib.anatomy.numbers import percentile_text, z_text
from GenerativeModelsLib.anatomy.record import Reading
from GenerativeModelsLib.anatomy.result import made_with
from GenerativeModelsLib.anatomy.verdict import score_text, verdict_text
from GenerativeModelsLib.errors import SCALE
from GenerativeModelsLib.export.pictures import Row, pictures_of
from GenerativeModelsLib.language import N_, _, in_language, in_words_of_page
from GenerativeModelsLib.page.print_edges import RESEARCH

if TYPE_CHECKING:
    from PIL.Image import Image
    from reportlab.platypus import Flowable

__all__ = ["write_report"]

_TITLES = {
    "outside": N_("The input lies outside what the model was trained on: do not rely on these numbers."),
    "unusual": N_("The input is unusual for the model: read the numbers with care."),
}
_INK, _SOFT, _LINE, _CAUTION = "#1b2429", "#55636c", "#d5dce0", "#fdf3dc"
_FONT, _BOLD = "GM", "GM-Bold"
_SAID_OTHERWISE = {*IDENTITY, "device", "seed", "export", "identity_from_dicom", "dicom_patient"}
"""Options that the page shows in other lines, or that change no number."""
_UNITS = ("mm", "weeks", "cm", "kg", "ms")
PICTURES_A_ROW = 3
MARGIN_MM, PADDING = 18.0, 6.0
"""Of a page in mm, and of the frame of its text in points."""
WIDE = 1.5
"""Width over height from which a single picture takes the whole width."""


def write_report(case: ExportCase, folder: Path) -> list[Path]:
    """Write `report.pdf`, some two pages of A4; the identity and "page N of M" stand on each of them.

    It is in the language of the case's report. The same result gives the same bytes.
    """
    with in_language(case.language):
        return _write_report(case, folder)


def _write_report(case: ExportCase, folder: Path) -> list[Path]:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    _register_fonts()
    path = folder / "report.pdf"
    document = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        leftMargin=MARGIN_MM * mm,
        rightMargin=MARGIN_MM * mm,
        topMargin=26 * mm,
        bottomMargin=20 * mm,
        title=_("{anatomy}: report", anatomy=_(case.anatomy.title)),
        lang=case.language,
        author="",
        creator="generative-models",
        subject=_(RESEARCH),
        invariant=1,
    )
    document.build(_story(case, document.width - 2 * PADDING), canvasmaker=_canvas_of(case))
    return [path]


def _register_fonts() -> None:
    """DejaVu Sans, which comes with matplotlib and has the letters of European languages."""
    from matplotlib import get_data_path
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    fonts = Path(get_data_path()) / "fonts" / "ttf"
    for name, file in ((_FONT, "DejaVuSans.ttf"), (_BOLD, "DejaVuSans-Bold.ttf")):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(fonts / file)))
    pdfmetrics.registerFontFamily(_FONT, normal=_FONT, bold=_BOLD, italic=_FONT, boldItalic=_BOLD)


def _canvas_of(case: ExportCase) -> type:
    """A canvas that draws head and foot once the number of pages is known."""
    from reportlab.lib.colors import HexColor
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    who = "   ".join(f"{label}: {text}" for label, text in shown_identity(case.result))

    class Numbered(Canvas):
        def __init__(self, *given: Any, **options: Any) -> None:
            super().__init__(*given, **options)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, state in enumerate(self._pages, start=1):
                self.__dict__.update(state)
                self._edges(number, len(self._pages))
                super().showPage()
            super().save()

        def _edges(self, number: int, count: int) -> None:
            width, height = self._pagesize
            left, right = MARGIN_MM * mm + PADDING, width - MARGIN_MM * mm - PADDING
            self.setFillColor(HexColor(_SOFT))
            self.setFont(_BOLD, 8)
            self.drawString(left, height - 14 * mm, _(case.anatomy.title))
            self.setFont(_FONT, 8)
            self.drawRightString(right, height - 14 * mm, case.result["created"].replace("T", " ")[:16])
            self.drawString(left, height - 18.5 * mm, _fitted(self, who or _("No identity was given."), right - left))
            self.setStrokeColor(HexColor(_LINE))
            self.line(left, height - 20.5 * mm, right, height - 20.5 * mm)
            self.drawString(left, 11 * mm, _(RESEARCH))
            self.drawRightString(right, 11 * mm, _("Page {page} of {pages}", page=number, pages=count))

    return Numbered


def _fitted(canvas: Any, text: str, width: float) -> str:
    """The text, shortened until it fits into the width."""
    while len(text) > 8 and canvas.stringWidth(text, _FONT, 8) > width:
        text = text[:-2].rstrip(" …") + "…"
    return text


def _story(case: ExportCase, width: float) -> list[Flowable]:
    """What stands between head and foot."""
    from reportlab.platypus import KeepTogether, Paragraph, Spacer

    style = _styles()
    result = case.result
    parts: list[Flowable] = [Paragraph(escape(_("{anatomy}: report", anatomy=_(case.anatomy.title))), style["title"])]
    notices = _notices(result)
    parts += [part for text in notices for part in (Paragraph(escape(_capital(text)), style["notice"]), Spacer(1, 3))]
    parts += [Paragraph(escape(_(case.anatomy.quantities_title)), style["heading"]), _numbers(case, width)]
    parts += [Paragraph(escape(note), style["small"]) for note in (*case.anatomy.notes(result), *_verdict(result))]
    parts += _figures(pictures_of(case), width)
    parts.append(KeepTogether([Paragraph(escape(_("To reproduce")), style["heading"]), _facts(case, width)]))
    return parts


def _notices(result: Mapping[str, Any]) -> list[str]:
    """Warnings on scale and age, the verdict on the input if it is not typical, then the other warnings."""
    warnings = list(zip(result["warnings"], result["warning_kinds"]))
    judged = result.get("in_distribution") or {}
    reasons = "; ".join(map(in_words_of_page, judged.get("reasons") or ()))
    verdict = _(_TITLES.get(judged.get("verdict", ""), ""))
    if verdict and reasons:
        verdict += " " + _("What stands out: {reasons}.", reasons=reasons)
    return [
        *(in_words_of_page(text) for text, kind in warnings if kind == SCALE),
        *([verdict] if verdict else ()),
        *(in_words_of_page(text) for text, kind in warnings if kind not in (SCALE, "verdict")),
    ]


def _verdict(result: Mapping[str, Any]) -> list[str]:
    """How usual the input is, and what its score says."""
    judged = result.get("in_distribution")
    return [_("Input:") + f" {verdict_text(judged)}. {score_text(judged)}"] if judged else []


def _numbers(case: ExportCase, width: float) -> Flowable:
    """The table of the quantities that have a value; grey and without intervals where they are not reliable."""
    rows = [(quantity, quantity.of(case.result)) for quantity in case.anatomy.quantities]
    rows = [(quantity, reading) for quantity, reading in rows if reading.value is not None]
    columns = [_("Measure"), _("Value")]
    outside = case.anatomy.unreliable(case.result)
    intervals = not outside and any(reading.interval90 is not None for _, reading in rows)
    scores = any(reading.z_score is not None for _, reading in rows)
    percentiles = any(reading.percentile is not None for _, reading in rows)
    columns += [_("90 % interval")] * intervals + [_("z-score")] * scores + [_("Percentile")] * percentiles
    lines = [columns]
    for quantity, reading in rows:
        cells = [quantity.long_label, quantity.text(reading.value)]
        cells += [_interval(reading)] * intervals + [z_text(reading.z_score)] * scores
        lines.append(cells + [percentile_text(reading.percentile)] * percentiles)
    weights = [1.0, *[1.5] * intervals, *[1.0] * (scores + percentiles)]  # an interval stands on one line
    widths = [0.36 * width, *(0.64 * width * weight / sum(weights) for weight in weights)]
    return _table(lines, widths, headed=True, grey=outside)


def _interval(reading: Reading) -> str:
    if reading.interval90 is None:
        return "–"
    low, high = reading.interval90
    return _("{low:.1f} to {high:.1f}", low=low, high=high)


_FIGURE_LOOK = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]


def _figures(rows: Iterable[Row], width: float) -> list[Flowable]:
    """The figures, each with its caption; a single wide one takes the whole width."""
    from reportlab.platypus import KeepTogether, Paragraph, Table

    style, tables = _styles(), []
    for row in rows:
        columns = max(len(row), 1 if row[0][1].width > WIDE * row[0][1].height and len(row) == 1 else PICTURES_A_ROW)
        cells = [
            [_image(picture, width / columns - 8), Paragraph(escape(caption), style["caption"])]
            for caption, picture in row
        ]
        cells += [""] * (columns - len(cells))
        tables.append(Table([cells], colWidths=[width / columns] * columns, style=_FIGURE_LOOK))
    if not tables:
        return []
    return [KeepTogether([Paragraph(escape(_("Figures")), style["heading"]), tables[0]]), *tables[1:]]


def _image(picture: Image, side: float) -> Flowable:
    """The picture as JPEG, within a square of `side` points."""
    from reportlab.platypus import Image as PageImage

    encoded = io.BytesIO()
    picture.convert("RGB").save(encoded, "JPEG", quality=88)
    encoded.seek(0)
    scale = side / max(picture.size)
    return PageImage(encoded, picture.width * scale, picture.height * scale)


def _facts(case: ExportCase, width: float) -> Flowable:
    """Inputs, model and software."""
    result, request = case.result, case.anatomy.request
    called = {field.name: about.called or field.name.replace("_", " ") for field, about in fields_of(request)}
    defaults = {field.name: field.default for field, _ in fields_of(request)}
    made_from, lines = result["fingerprint"], []
    for name in (name for name in called if name in made_from["inputs"]):
        entry = made_from["inputs"][name]
        lines.append([_capital(in_words_of_page(called[name])), f"{entry['name']}, sha256 {entry['sha256']}"])
    for name, value in made_from["options"].items():
        if name in called and name not in _SAID_OTHERWISE and value not in (None, defaults[name]):
            unit = next((unit for unit in _UNITS if name.endswith(f"_{unit}")), "")
            lines.append([_capital(in_words_of_page(called[name])), f"{_text(value)} {_(unit)}".strip()])
    lines += map(list, made_with(result))
    return _table(lines, [0.28 * width, 0.72 * width], headed=False)


def _capital(words: str) -> str:
    words = words.removeprefix("the ")
    return words[:1].upper() + words[1:]


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else in_words_of_page(str(value))


def _table(lines: list[list[str]], widths: list[float], *, headed: bool, grey: bool = False) -> Flowable:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Paragraph, Table

    style = _styles()
    body = [
        [Paragraph(escape(cell), style["head" if headed and row == 0 else "grey" if grey else "cell"]) for cell in line]
        for row, line in enumerate(lines)
    ]
    look = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, HexColor(_LINE)),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    return Table(body, colWidths=widths, style=look, repeatRows=1 if headed else 0)


def _styles() -> Mapping[str, Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle

    plain = ParagraphStyle("plain", fontName=_FONT, fontSize=9, leading=12, textColor=HexColor(_INK), splitLongWords=1)

    def style(name: str, **changes: Any) -> Any:
        return ParagraphStyle(name, parent=plain, **changes)

    return {
        "title": style("title", fontName=_BOLD, fontSize=15, leading=19, spaceAfter=10),
        "heading": style("heading", fontName=_BOLD, fontSize=11, leading=14, spaceBefore=10, spaceAfter=4),
        "notice": style(
            "notice", backColor=HexColor(_CAUTION), borderPadding=(3, 5, 3, 5), leftIndent=5, rightIndent=5
        ),
        "small": style("small", fontSize=8, leading=11, textColor=HexColor(_SOFT), spaceBefore=3),
        "caption": style("caption", fontSize=7.5, leading=10, textColor=HexColor(_SOFT)),
        "head": style("head", fontName=_BOLD, textColor=HexColor(_SOFT), fontSize=8.5),
        "cell": style("cell"),
        "grey": style("grey", textColor=HexColor(_SOFT)),
    }
