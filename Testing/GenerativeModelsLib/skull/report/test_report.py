"""The report's content and arithmetic without a browser."""

from __future__ import annotations

import base64
import io
import json
import os
import re
from dataclasses import replace
from html import unescape

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.errors import SCALE, Caution
from GenerativeModelsLib.geometry.thinning import MAX_POINTS, MAX_TRIANGLES
from GenerativeModelsLib.page.colour_scale import scale_of
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.growth.registry import CHARTS
from GenerativeModelsLib.skull.report import (
    BiometryRow,
    ImaginedView,
    InDistribution,
    LocatorEllipse,
    ModelSummary,
    render,
    write_report,
)
from GenerativeModelsLib.skull.report.charts import percentile_curves
from GenerativeModelsLib.skull.report.figures import VIEWS, plane_figure, saturated_share, still_views
from GenerativeModelsLib.skull.report.page import notices, number
from GenerativeModelsLib.skull.report.scene import plane_polygon, scene, thinned
from Testing.helpers.report_content import a_content, a_plane, a_surface


def test_page_loads_nothing_from_elsewhere():
    page = render(a_content())
    addresses = re.findall(r"""\s(?:xlink:)?(?:src|href|action|srcset)=["']?([^"'\s>]+)|url\(([^)]+)\)""", page)
    addresses = [address for pair in addresses for address in pair if address]
    assert addresses and all(address.startswith(("data:", "#")) for address in addresses)
    assert "default-src 'none'" in page and "@import" not in page and "<link" not in page


def test_page_of_three_full_planes_is_small():
    noise = np.random.default_rng(0).integers(0, 256, (540, 800))
    planes = [a_plane(name, pixels=noise, spacing_mm=(0.2, 0.2)) for name in ("axial", "sagittal", "coronal")]
    assert len(render(a_content(planes=planes, surface=a_surface(subdivisions=6))).encode()) < 3e6


def test_numbers_of_the_table_are_those_of_the_content():
    page = render(a_content())
    for text in ("<b>207.3</b> mm", "203.9 to 210.8", "<b>60.1</b> mm", "<b>145</b> ml", "138 to 152", "63", "&gt; 99"):
        assert text in page
    assert "INTERGROWTH-21st chart (Papageorghiou et al., Lancet 2014;384:869-879), at 23 weeks + 0 days" in page


def test_user_strings_are_escaped_everywhere():
    nasty = "</script><script>alert('x')</script>&\"'"
    card = ModelSummary(nasty, nasty, nasty, nasty, nasty, {nasty: nasty}, (nasty,))
    plane = a_plane(file_name=nasty, note=nasty, placement=nasty, spacing_source=nasty, sha256=nasty)
    rows = (BiometryRow("HC", nasty, "mm", 200.0, chart="hc"),)
    page = render(a_content(title=nasty, device=nasty, warnings=(nasty,), planes=(plane,), model=card, biometry=rows))
    assert "alert('x')" not in page
    assert page.count("<script") == page.count("</script>") == 3


def test_long_names_and_undecodable_names_are_written(tmp_path):
    name = "x" * 5000 + os.fsdecode(b"\xff")
    assert "x" * 5000 in write_report(a_content(planes=(a_plane(file_name=name),)), tmp_path / "r.html").read_text()


@pytest.mark.parametrize(
    ("age", "sentence"),
    [
        (None, "Gestational age was not given"),
        (12.0, "12 weeks + 0 days lies outside the chart's 14 to 40"),
        (42.5, "42 weeks + 4 days lies outside"),
    ],
)
def test_missing_or_uncharted_age_is_said(age, sentence):
    assert sentence in unescape(render(a_content(gestational_age_weeks=age)))


def test_verdict_outside_is_serious_and_comes_first():
    page = render(a_content(in_distribution=InDistribution(1.0, "outside"), warnings=("Low gain.",)))
    assert page.index("notice serious") < page.index("notice caution") < page.index("Input planes with")
    assert 'class="notices"' not in render(a_content())


def test_scale_stands_above_the_verdict_and_the_verdict_above_all_others():
    warnings = ("Low gain.", Caution("The verdict.", "verdict"), Caution("Check the pixel spacing.", SCALE))
    found = notices(a_content(in_distribution=InDistribution(0.98, "unusual", ("it is odd",)), warnings=warnings))
    assert [(notice.severity, notice.heading) for notice in found] == [
        ("serious", "Check scale and age"),
        ("caution", "Caution"),
        ("caution", "Caution"),
    ]
    assert found[0].text == "Check the pixel spacing." and "What stands out: it is odd." in found[1].text
    assert found[2].text == "Low gain."


def test_the_verdict_has_words_and_its_score_is_a_detail():
    page = render(a_content(in_distribution=InDistribution(0.86, "typical")))
    assert "typical, nothing stands out</b>" in page and "(score" not in page
    detail = page.index("Score 0.86: 86 % of the cases that the model was calibrated on are more typical.")
    assert detail > page.index('id="biometry-heading"')


def test_numbers_outside_are_grey_and_without_intervals():
    page = render(a_content(in_distribution=InDistribution(1.0, "outside"), ages=["HC fits 23 weeks + 0 days"]))
    table = page[page.index('id="biometry-heading"') : page.index("An ellipse is fitted")]
    assert '<table class="scored grey">' in table and "90 % interval" not in table and "203.9 to 210.8" not in page
    assert '<ul class="ages grey">' in table and "<b>207.3</b> mm" in table
    assert '<table class="scored">' in render(a_content())


def test_a_chart_of_other_calipers_says_so_and_shows_what_it_has():
    ofd = BiometryRow("OFD", "Occipito-frontal diameter", "mm", 75.0, chart="ofd")
    rows = (*a_content().biometry, ofd)
    page = render(a_content(biometry=rows, chart=CHARTS["who"]))
    assert "Its BPD is measured outer to inner; ours is converted (Wong et al. 2018)." in page
    assert "of the WHO chart" in page and "WHO: 3rd, 10th, 50th, 90th and 97th percentiles" in page
    assert (page.count('class="chart"'), render(a_content(biometry=rows)).count('class="chart"')) == (2, 3)


def test_the_normal_range_of_the_cephalic_index_has_its_source():
    rows = (BiometryRow("CI", "Cephalic index", "%", 79.0, normal="74 to 83", normal_source="Hadlock 1981"),)
    page = render(a_content(biometry=rows))
    assert "(normal 74 to 83 %)" in page and "Normal range, Cephalic index: Hadlock 1981." in page


def test_ages_that_fit_stand_on_top_and_below_the_table():
    page = render(a_content(ages=["HC fits 23 weeks + 1 day (90 % interval 22+0 to 24+2)", "BPD fits 23 weeks"]))
    assert page.count("HC fits 23 weeks + 1 day (90 % interval 22+0 to 24+2)") == 2
    assert page.index("HC fits") < page.index("<main>") and page.count("BPD fits 23 weeks") == 1


def test_without_draws_the_page_says_so_and_has_no_legend():
    rows = (BiometryRow("HC", "Head circumference", "mm", 207.3, chart="hc"),)
    surface = replace(a_surface(), uncertainty_mm=None)
    page = render(a_content(samples=0, surface=surface, biometry=rows, uncertainty=None, in_distribution=None))
    assert "its uncertainty is not known" in page and 'class="legend"' not in page


def test_bare_planes_are_enough():
    bare = a_plane(outline_px=(), band_px=None, ellipse=None, confidence=None, placement="", corners_mm=None)
    page = render(a_content(planes=(bare,), biometry=()))
    assert 'id="show-axial"' not in page and "Growth charts" not in page


def test_corrections_are_drawn_and_told():
    """In mm from the outer corner of the first pixel, as everything in the figure."""
    plane = a_plane(
        corrections=["The <b>head</b> lies elsewhere."],
        options='--axial-facing "flip"',
        uncorrected=LocatorEllipse((30, 20), (10, 10)),
        mask_px=[np.array([[0, 0], [9, 0], [9, 4]])],
        length_px=np.array([[1, 2], [41, 2]]),
    )
    page = render(a_content(planes=(plane, a_plane("coronal"))))
    assert 'class="mask" d="M0.75 1.00L14.25 1.00L14.25 9.00L0.75 1.00"' in page
    assert 'class="length" d="M2.25 5.00L62.25 5.00"' in page
    assert page.count('<path class="uncorrected"') == 1 and "Head before the correction" in page
    assert "The &lt;b&gt;head&lt;/b&gt; lies elsewhere." in page and "--axial-facing &#34;flip&#34;" in page
    assert page.index("Corrected</dt>") < page.index("Growth charts")
    plain = render(a_content())
    assert "Corrected</dt>" not in plain and "Not looked at" not in plain and "Known length" not in plain


@pytest.mark.parametrize("pixels", [np.zeros((1, 1)), np.full((40, 30), np.nan), np.ones((3000, 20)) * 300])
def test_strange_pictures_are_drawn(pixels):
    assert "data:image/jpeg" in render(a_content(planes=(a_plane(pixels=pixels),)))


def test_saturation_is_area_weighted_and_said():
    surface = a_surface(lambda p: np.where(p[:, 2] < 0, 5.0, 1.0))
    assert saturated_share(surface, 4.0) == pytest.approx(0.5, abs=0.05)
    assert "of the surface exceeds the scale" in render(a_content(surface=surface))
    assert "exceeds the scale" not in render(a_content())


def test_the_colours_are_fitted_to_the_case_and_can_be_compared():
    page = render(a_content(surface=a_surface(lambda p: 0.61 + 0.002 * p[:, 2])))
    data = json.loads(re.search(r'id="scene">(.*?)</script>', page, re.DOTALL).group(1))
    assert data["scales"] == [
        {"ranges": {"fit": [0.5, 0.7], "compare": [0.0, 4.0]}, "unit": "mm", "digits": 2, "line_step": 0.5}
    ]
    assert "Compare (0 to 4 mm)" in page and "Lines each 0.5 mm" in page
    assert 'aria-label="Colour scale: Uncertainty from 0.5 to 0.7 mm"' in page
    assert 'aria-label="Colour scale: Uncertainty from 0 to 4 mm"' in page


def test_overlay_lies_at_pixel_centres_in_mm_with_unequal_spacing():
    figure = plane_figure(a_plane(outline_px=[np.array([[10.0, 20], [11, 20]])]))
    assert (figure.width_mm, figure.height_mm) == (120.0, 120.0)
    assert figure.outline == "M15.75 41.00L17.25 41.00"


def test_a_whole_image_in_space_reaches_half_a_pixel_beyond_the_corner_centres():
    polygon = plane_polygon(a_plane(outline_px=(), pixels=np.full((60, 80), 90.0)))
    corners = np.array(polygon["corners_mm"])
    np.testing.assert_allclose([corners.min(axis=0), corners.max(axis=0)], [[-60.75, -61.0, 0], [59.25, 59.0, 0]])
    assert {tuple(corner) for corner in polygon["texture"]} == {(0, 0), (1, 0), (1, 1), (0, 1)}


def test_a_plane_in_space_is_cropped_to_the_outline_and_keeps_its_place():
    polygon = plane_polygon(a_plane())
    corners, texture = np.array(polygon["corners_mm"])[:, :2], np.array(polygon["texture"])
    np.testing.assert_allclose(corners, texture * 120 - [60.75, 61.0], atol=2e-3)
    assert texture.min() > 0.1


def test_a_plane_in_space_is_the_sector_without_the_black_and_the_letters_around_it():
    pixels = np.zeros((60, 80))
    pixels[10:50, 20:60] = 90.0
    pixels[25:35, 30:50] = 0.0
    pixels[3:6, 70:78] = 255.0
    texture = np.array(plane_polygon(a_plane(outline_px=(), pixels=pixels))["texture"]) * [80, 60]
    np.testing.assert_allclose([texture.min(axis=0), texture.max(axis=0)], [[20, 10], [60, 50]], atol=1e-2)


def test_views_are_right_handed_and_look_from_where_they_say():
    towards = {"left": (1, 0, 0), "front": (0, -1, 0), "back": (0, 1, 0), "top": (0, 0, 1), "below": (0, 0, -1)}
    for view in VIEWS:
        assert np.linalg.det(view.rotation) == pytest.approx(1)
        np.testing.assert_array_equal(view.rotation[2], towards[view.key])


def test_patient_left_is_on_the_right_of_the_front_picture():
    surface = a_surface(lambda p: np.where(p[:, 0] > 0, 4.0, 0.0))
    picture = still_views(surface, (0.0, 4.0))["front"].split(",")[1]
    rgba = np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGBA")).astype(float)
    red = rgba[..., 0] * (rgba[..., 3] > 0)
    assert red[:, 210:].sum() > 3 * red[:, :210].sum()


def test_buffers_restore_the_surface():
    surface = a_surface(lambda p: np.where(p[:, 2] > 20, np.nan, 2.345))
    data = scene(surface, [], scale_of(SKULL.meshes[0], [surface.uncertainty_mm]))
    steps = np.frombuffer(base64.b64decode(data["points"]), "<i2").reshape(-1, 3)
    np.testing.assert_allclose(steps * data["step_mm"] + data["centre_mm"], surface.points, atol=1e-3)
    codes = np.frombuffer(base64.b64decode(data["uncertainty_um"]), "<u2")
    assert set(codes) == {2345, 65535}
    assert ((codes == 65535) == np.isnan(surface.uncertainty_mm)).all()


def test_heavy_surfaces_are_thinned_without_moving():
    heavy = a_surface(lambda p: 1 + 0.01 * p[:, 2], subdivisions=6)
    light = thinned(heavy)
    assert len(light.triangles) <= MAX_TRIANGLES < len(heavy.triangles) and len(light.points) <= MAX_POINTS
    np.testing.assert_allclose(((light.points / [30, 36, 32]) ** 2).sum(axis=1), 1, atol=0.01)
    np.testing.assert_allclose(light.uncertainty_mm, 1 + 0.01 * light.points[:, 2], atol=0.02)


def test_percentile_curves_pass_through_the_charts():
    curves = percentile_curves(CHARTS["intergrowth"], "hc", np.array([20.0]))
    assert curves[50][0] == pytest.approx(172.5, abs=0.1)
    assert curves[97][0] - curves[50][0] == pytest.approx(1.881 * 7.4, abs=0.1)


def test_numbers_as_printed():
    cases = [(None, "mm"), (float("nan"), "mm"), (9.96, "mm"), (144.6, "ml"), (4.26, "ml")]
    assert [number(*case) for case in cases] == ["–", "–", "10.0", "145", "4.3"]


def test_failed_write_leaves_nothing_behind(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        write_report(a_content(), tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: a_plane(pixels=np.zeros((4, 4, 3))), "pixels has shape"),
        (lambda: a_plane(spacing_mm=(0, 1)), "spacing_mm is"),
        (lambda: a_plane(corners_mm=np.zeros((3, 3))), "corners_mm has shape"),
        (lambda: replace(a_surface(), uncertainty_mm=np.zeros(3)), "one value a point"),
        (lambda: InDistribution(1.0, "fine"), "verdict is 'fine'"),
        (lambda: BiometryRow("X", "X", "mm", 1.0, chart="fl"), "chart is 'fl'"),
    ],
)
def test_wrong_content_is_refused_by_name(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_imagined_planes_are_a_section_of_their_own_and_absent_without_them() -> None:
    grey, colours = np.full((30, 40), 90, np.uint8), np.full((30, 40, 3), 90, np.uint8)
    view = ImaginedView("coronal", {"mean": grey, "000": grey, "spread": colours}, {"mean": 1.24, "max": 3.06})
    page = render(a_content(imagined=[view]))
    section = page.split('<section class="imagined"')[1].split("</section>")[0]
    assert "Imagined planes" in section and "nothing in them is to be measured" in section
    for caption in ("Mean reconstruction", "Draw 1", "Outlines of the draws over the mean"):
        assert f"<figcaption>{caption}</figcaption>" in section
        assert f'alt="Coronal plane, imagined: {caption}"' in section
    assert section.count("data:image/webp") == 3 and "mean 1.2, largest 3.1 mm" in section
    alone = render(a_content(imagined=[ImaginedView("coronal", {"mean": grey})]))
    assert "Standard deviation of the outlines" not in alone
    assert 'class="imagined"' not in render(a_content())
