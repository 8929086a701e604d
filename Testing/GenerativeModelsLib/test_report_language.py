"""Pages in another language: every text is translated, and a language alone computes nothing."""

from __future__ import annotations

import gettext
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib import language
from GenerativeModelsLib.anatomy.fingerprint import fingerprint_of
from GenerativeModelsLib.anatomy.judging import judge_again
from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.batch.run import JUDGED, KEPT, _state_of
from GenerativeModelsLib.cohort.document import cohort_of
from GenerativeModelsLib.cohort.page import render as render_cohort
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.case.run import sample_request
from GenerativeModelsLib.heart.report.from_folder import write_report_again as write_heart
from GenerativeModelsLib.language import in_language, in_words_of_page, said
from GenerativeModelsLib.output.fingerprint import checksums_of_folder
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.case.pictures import pictures
from GenerativeModelsLib.segmentation.check import VIEWS, check_maps, criteria_of
from GenerativeModelsLib.segmentation.criteria.record import Violation
from GenerativeModelsLib.segmentation.criteria.titles import titles
from GenerativeModelsLib.segmentation.read import read_label_maps
from GenerativeModelsLib.segmentation.repair import accepted, codes, over_time, repair, smallest
from GenerativeModelsLib.segmentation.request import SegmentationRequest
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.growth.judge import cautions, judged
from GenerativeModelsLib.skull.report.from_folder import write_report_again as write_skull
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.training.shared.cohort_page import render_cohort as render_training
from GenerativeModelsLib.training.shared.cohort_report import document
from Testing.helpers import cohort_reports
from Testing.helpers.cohort_cases import heart_case, segmentation_case, skull_case
from Testing.helpers.finished_cases import a_finished_case
from Testing.helpers.segmentation_phantoms import MIDDLE, MYO, RV, apical, cine, disc, maps_of, ring, write_maps

OPEN, CLOSE = "⟦", "⟧"
NAMES = {
    *("BPD", "OFD", "HC", "CI", "EDV", "ESV", "EF", "SV", "RVEDV", "RVESV", "RVEF", "ED", "ES", "SD", "ID", "HD95"),
    *("L", "R", "P", "A", "S", "I", "mm", "ml", "g", "kg", "cm", "m²", "z", "INTERGROWTH-21st", "UTC", "cpu", "torch"),
    *(
        "generative-models",
        "sha256",
        "Apache-2.0",
        "lv",
        "myo",
        "rv",
        "Papageorghiou",
        "et",
        "al",
        "Lancet",
        "Mosteller",
    ),
    *("N", "Engl", "J", "Med", "cohort.json", "summary.csv", "series.csv", "own"),
    *("Painchaud", "IEEE", "TMI", "SHA", "mm²", "rv", "la"),
}
"""Words that are the same in every language: abbreviations, units, names."""


class Visible(HTMLParser):
    """The texts of a page that readers see or hear, and the words of it that are marked as English."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.english: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes) -> None:
        found = dict(attributes)
        self.texts += [found[name] for name in ("alt", "aria-label", "title", *HINTS) if found.get(name)]
        if tag not in ("meta", "input", "img", "br", "link"):
            self._open.append((tag, found.get("lang") == "en"))

    def handle_startendtag(self, tag, attributes) -> None:
        self.handle_starttag("br", attributes)

    def handle_endtag(self, tag) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data) -> None:
        if not {"script", "style"} & {tag for tag, _ in self._open} and data.strip():
            (self.english if any(lang for _, lang in self._open) else self.texts).append(data)


HEAD = {
    **{"presence": 0.9, "agreement": 0.98, "facing": 0.9, "centre_px": [100.0, 75.0], "semi_axes_mm": [45.0, 36.0]},
    **{"angle_deg": 0.0, "faces_deg": 0.0, "ellipse_px": [100.0, 75.0, 60.0, 50.0, 0.0]},
}
"""What was found in a picture of a finished case."""
FRAME = {"number": 2, "count": 9, "why": "Frame 2 of the 9 frames, numbered from 0, was asked for."}
HINTS = ("data-hint", "data-here", "data-unknown", "data-words")


def left_in_english(page: str, *names: str) -> list[str]:
    """Words outside the marks that every translation has, but for names, numbers and files."""
    seen = Visible(page)
    assert not seen.english, seen.english
    found = []
    for text in seen.texts:
        while (shorter := re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", " ", text)) != text:
            text = shorter
        words = re.findall(r"[^\W\d_][\w²./-]*", text)
        words = [word.rstrip(".") for word in words if not re.search(r"\d|\.\w+$|^a{64}$|^b{64}$", word)]
        found += [word for word in words if word not in {*NAMES, *names}]
    return found


class Marked(gettext.GNUTranslations):
    """German whose every text is the English one within marks."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}" if message in self._catalog else message

    def ngettext(self, one: str, several: str, n: int) -> str:
        assert (one, 0) in self._catalog
        return f"{OPEN}{one if n == 1 else several}{CLOSE}"

    def pgettext(self, context: str, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}"


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with (language.LOCALE / "de" / "LC_MESSAGES" / f"{language.DOMAIN}.mo").open("rb") as file:
        catalogue = Marked(file)
    monkeypatch.setattr(language, "_read", lambda code: catalogue)
    with in_language("de"):
        yield


@pytest.fixture(scope="module")
def heart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample heart, analysed by the shipped model, its report in German."""
    folder = tmp_path_factory.mktemp("heart") / "case"
    run_case(HEART, replace(sample_request(folder), device="cpu", language="de"))
    return folder


def read(folder: Path) -> dict:
    return json.loads((folder / "result.json").read_text(encoding="utf-8"))


def test_every_text_of_the_skull_report_is_translated(marked, tmp_path: Path) -> None:
    folder = a_finished_case(tmp_path / "case", case_id="F-1", imagined=("sagittal", "coronal"))
    request = SkullRequest(axial=Path("axial.png"), pixel_spacing_mm=(1.0, 1.0), gestational_age_weeks=20.0,
                           case_id="F-1", chart="who", output=folder)  # fmt: skip
    result = judged(read(folder), request)
    with in_language("en"):
        warnings = cautions(result)
    assert warnings
    verdict = {"score": 0.97, "verdict": "unusual", "reasons": ["the axial image shows a doubtful head outline"]}
    for plane in result["planes"].values():
        plane |= {"head": HEAD, "spacing_source": "file", "sha256": None, "frame": FRAME}
    result |= {"warnings": list(map(str, warnings)), "warning_kinds": [w.kind for w in warnings]}
    write_skull(folder, result | {"in_distribution": verdict}, request, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert 'class="imagined"' in page
    assert '<html lang="de">' in page and left_in_english(page, "F-1", "fetal-skull-hirec", "WHO") == []


def test_every_text_of_the_heart_report_is_translated(marked, heart: Path, tmp_path: Path) -> None:
    result = read(heart) | {"sex": "male"}
    with in_language("en"):
        pages = [result, result | {"in_distribution": {"score": 0.99, "verdict": "unusual", "reasons": []}}]
    for number, one in enumerate(pages):
        write_heart(heart, one, sample_request(heart), tmp_path / f"{number}.html")
        page = (tmp_path / f"{number}.html").read_text(encoding="utf-8")
        assert left_in_english(page, "heart-lvae", "case") == []


def faulty_cine() -> np.ndarray:
    """A beat with a hole, a shifted slice, a piece, a frame without labels, and many slices that jump."""
    values = cine(7, 6)
    values[1, 2][disc(4.0)] = 0
    values[2, 1, :6, :6] = MYO
    values[3] = 0
    values[4, 3] = ring(12.0, 20.0, (MIDDLE[0] + 12, MIDDLE[1]))
    values[5] = np.roll(values[5], 12, axis=1)
    return values


def faulty_apical() -> np.ndarray:
    """An apical view over time with a hole, a turned frame and a long one."""
    values = np.stack([apical()[None] for _ in range(6)])
    values[1, 0, 60:68, 60:68] = 0
    values[2, 0], values[4, 0] = apical(degrees=12.0), apical(95.0)
    return values


@pytest.mark.parametrize(("view", "values"), [("short-axis", faulty_cine()), ("apical", faulty_apical())])
def test_every_text_of_the_check_is_translated(marked, view: str, values: np.ndarray, tmp_path: Path) -> None:
    pixel = (np.ones(2),) if view == "apical" else ()
    file = write_maps(tmp_path / "maps.nii.gz", maps_of(values, *pixel, frame_s=0.03))
    labels = "lv=3,myo=2,la=4" if view == "apical" else "acdc"
    request = SegmentationRequest(file, view, labels, output=tmp_path / "case", language="de", case_id="F-1")
    run_case(SEGMENTATION, request)
    result = read(tmp_path / "case")
    page = (tmp_path / "case" / "report.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in page and result["violating"] > 2
    assert left_in_english(page, "F-1", *result["criteria"]) == []
    shown = [caption for row in pictures(result, tmp_path / "case") for caption, _ in row] + SEGMENTATION.notes(result)
    assert left_in_english(" ".join(shown), *result["criteria"]) == []
    written = (tmp_path / "case" / "violations.csv").read_text(encoding="utf-8")
    assert OPEN not in written and "The cavity of the left ventricle has a hole of" in written


@pytest.mark.parametrize("view", VIEWS)
def test_every_violation_is_translated_with_its_numbers(marked, view: str) -> None:
    for rule in criteria_of(view):
        violation = Violation(rule, 12.34, 5.67, 0, 1, (0.0, 0.0, 0.0))
        assert left_in_english(in_words_of_page(violation.text)) == [], violation.text
    with in_language("en"):
        assert "12.3" in violation.text and "5.7" in violation.text and OPEN not in in_words_of_page(violation.text)


@pytest.mark.parametrize("view", VIEWS)
def test_the_rules_in_a_sentence_of_a_repair_are_translated_one_by_one(marked, view: str) -> None:
    names = [rule.name for rule in criteria_of(view)]
    for some in (*([name] for name in names), names[:2], names):
        for text in (
            said(repair._IN_PART, why=said(accepted._NO_BETTER, rule_list=titles(some)), rule_list=titles(some)),
            said(accepted._ANEW, rule_list=titles(some)),
            said(codes._REASON, rule_list=titles(some)),
            said(smallest._REASON, done_list="Holes filled", rule_list=titles(some)),
            said(over_time._REASON, rule_list=titles(some)),
            said(over_time._OWN, count=3, all=10, rule_list=titles(some)),
        ):
            assert left_in_english(in_words_of_page(text)) == [], text


def test_a_violation_in_german_has_its_unit_and_its_numbers() -> None:
    rules = {rule.name: rule for view in VIEWS for rule in criteria_of(view)}
    with in_language("de"):
        turn, wall = (
            in_words_of_page(Violation(rules[name], 12.34, 5.0, 0, 1, (0.0, 0.0, 0.0)).text)
            for name in ("lv_orientation_jump", "lv_background_contact")
        )
    assert turn.startswith("Die Längsachse springt um 12.3 Grad gegenüber") and turn.endswith("höchstens 5 Grad.")
    assert wall.startswith("Die Wand ist abseits der Klappe offen, auf 12.3 der Breite")


def test_every_warning_of_a_check_is_translated(marked, tmp_path: Path) -> None:
    values = cine(6, 4)
    values[2] = 0
    values[1][values[1] == MYO] = 0
    both = ring(right=False)[None].copy()
    both[0][disc(20.0, (MIDDLE[0], 30.0))] = MYO
    both[0][disc(14.0, (MIDDLE[0], 30.0))] = RV
    cube = maps_of(cine(6, 4)[0], np.array([1.5, 1.5]), slice_mm=1.6)
    cube.values[:, :, :4, :4] = 4
    file = write_maps(tmp_path / "maps.nii.gz", cube, {"lv": 3, "myo": 2, "rv": 1, "la": 7})
    read_maps = read_label_maps(SegmentationRequest(file, labels="lv=3,myo=2,la=9"))
    another = values.copy()
    another[4] = 0
    found = [check_maps(maps_of(each)) for each in (values, another, both)]
    found.append(check_maps(maps_of(ring(right=False)[None]), "apical"))
    warnings = [*read_maps.warnings, *(str(warning) for each in found for warning in each.warnings)]
    assert len(set(warnings)) >= 9, warnings
    for warning in warnings:
        assert left_in_english(in_words_of_page(warning), "maps.nii.gz") == [], warning


@pytest.mark.parametrize("anatomy", [SKULL, HEART, SEGMENTATION], ids=lambda anatomy: anatomy.name)
def test_every_text_of_the_cohort_is_translated(marked, anatomy) -> None:
    if anatomy is SKULL:
        cases = [skull_case(f"c{k}", 20.0 + k, z=0.1 * (k % 5)) for k in range(11)]
        cases += [skull_case("far", 27.0, z=9.0), skull_case("odd", verdict="unusual"), skull_case("bare", None)]
        cases += [skull_case("s1", 20.0, case_id="M", day="2026-01-01", sex="male"),
                  skull_case("s2", 30.0, case_id="M", day="2026-02-01", sex="female")]  # fmt: skip
    elif anatomy is HEART:
        cases = [heart_case(f"c{k}", 140.0 + k, ("male", "female", None)[k % 3]) for k in range(12)]
        cases.append(heart_case("far", 400.0, "male"))
    else:
        cases = [segmentation_case(f"c{k}", k % 3) for k in range(12)] + [segmentation_case("far", 40)]
        cases += [segmentation_case(f"s{k}", k, "M", f"2026-0{k}-01") for k in (1, 2)]
    with in_language("en"):
        cohort = cohort_of(anatomy, "study", cases)
    page = render_cohort(cohort)
    names = {case.case for case in cases} | {"study", "M", "hand-made", "Hadlock", "Radiology", "x"}
    assert left_in_english(page, *names) == []


def test_every_text_of_the_page_before_and_after_a_training_is_translated(marked) -> None:
    report = cohort_reports.report(cohort_reports.better(6))
    with in_language("en"):
        content = document(report)
    page = render_training(report, content)
    of_a_made_up_measure = {"Surface", "within", "its", "interval"}
    assert set(left_in_english(page, "shipped")) == of_a_made_up_measure


def test_the_german_report_of_the_sample_heart_is_german(heart: Path) -> None:
    page, result = (heart / "report.html").read_text(encoding="utf-8"), read(heart)
    texts = " ".join(Visible(page).texts)
    assert '<html lang="de">' in page and result["language"] == "de"
    for words in ("Ejektionsfraktion", "Enddiastole", "Wanddicke", "Myokardmasse", "dickste Wand, ED"):
        assert words in texts
    for words in ("Ejection", "wall thickness", "Research use", "End diastole"):
        assert words not in texts
    assert '"Seite " counter(page) " von " counter(pages)' in page
    assert "warnings" in result and HEART.notes(result)[0].startswith("Thickest segment")


def test_another_language_alone_rewrites_the_page_and_computes_nothing(heart: Path, tmp_path: Path) -> None:
    request = replace(sample_request(heart), device="cpu", language="de", overwrite=True)
    english = replace(request, language="en")
    assert fingerprint_of(HEART, request) == fingerprint_of(HEART, english)
    assert _state_of(HEART, request) == KEPT and _state_of(HEART, english) == f"{JUDGED}: language changed"
    before, files = read(heart), checksums_of_folder(heart)
    judge_again(replace(HEART, compute=None, read_inputs=None), english)
    after, page = read(heart), (heart / "report.html").read_text(encoding="utf-8")
    changed = {name for name, checksum in checksums_of_folder(heart).items() if files[name] != checksum}
    assert changed == {"report.html", "result.json"}
    assert {name for name in before if before[name] != after[name]} == {"language", "created", "files"}
    assert '<html lang="en">' in page and "Ejection fraction" in page
    judge_again(HEART, request)


def test_a_german_skull_keeps_its_data_english(tmp_path: Path) -> None:
    folder = a_finished_case(tmp_path / "case")
    request = SkullRequest(axial=Path("axial.png"), pixel_spacing_mm=(1.0, 1.0), gestational_age_weeks=20.0,
                           language="DE", output=folder)  # fmt: skip
    result = judged(read(folder), request)
    assert request.language == "de" and "language" not in result["fingerprint"]["options"]
    with in_language("de"):
        assert all("check" in str(warning) for warning in cautions(result))
