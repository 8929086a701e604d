from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.synthesis.labels import from_latent
from GenerativeModelsLib.synthesis.labels.accept import Judged, volumes
from GenerativeModelsLib.synthesis.labels.from_latent import drawn_hearts, hearts_of_way
from GenerativeModelsLib.synthesis.labels.labelling import Labelling
from GenerativeModelsLib.synthesis.labels.request import LabelsRequest
from GenerativeModelsLib.synthesis.labels.whole_heart import LABELS
from Testing.helpers.synthetic_hearts import shipped_heart_model


def silent(message, share):
    assert 0 <= share <= 1


def drawn(**given):
    return drawn_hearts(LabelsRequest(**given), shipped_heart_model(), silent)


def test_draws_have_a_left_and_a_right_ventricle_at_both_phases():
    found = drawn(condition="healthy", n=2, slice_distance_mm=10.0)
    assert found.tally.made - found.tally.rejected == len(found.hearts) == 2
    for heart in found.hearts:
        assert {*np.unique(heart.ed)} == {*np.unique(heart.es)} == {0, 1, 2, 3}
        counted = volumes(heart.ed, heart.es, found.grid)
        for name in ("edv_ml", "esv_ml", "myocardial_mass_g"):
            assert counted[name] == pytest.approx(heart.about["shape"][name], rel=0.001)
        assert "rv_concavity" in heart.applied


def test_the_first_draws_are_the_same_for_any_number():
    one, two = drawn(condition="hcm", n=1, seed=3), drawn(condition="hcm", n=2, seed=3)
    assert one.hearts[0].about == two.hearts[0].about
    assert (one.hearts[0].ed > 0).sum() == (two.hearts[0].ed > 0).sum()
    assert drawn(condition="hcm", n=1, seed=4).hearts[0].about != one.hearts[0].about


def test_a_cycle_has_its_frames_and_its_smallest_cavity_is_end_systole():
    heart = drawn(condition="healthy", n=1, phases="cycle", frames=5, scar="7", atrium=True).hearts[0]
    cavity = (heart.cycle == LABELS["lv"]).sum(axis=(1, 2, 3))
    assert heart.cycle.shape[0] == 5 and heart.frame_s == pytest.approx(60 / 70 / 5)
    assert np.array_equal(heart.es, heart.cycle[cavity.argmin()]) and np.array_equal(heart.ed, heart.cycle[0])
    assert {4, 5} <= set(np.unique(heart.ed)) and "myo_volume_change" in heart.applied


def test_end_diastole_alone():
    heart = drawn(condition="healthy", n=1, phases="ed").hearts[0]
    assert heart.es is None and heart.cycle is None


def test_what_breaks_a_rule_is_drawn_again_and_counted(monkeypatch):
    said = iter([Judged((), ("lv_hole",)), Judged(("lv_hole",), ())])
    monkeypatch.setattr(Labelling, "judged", lambda *given: next(said))
    found = drawn(condition="healthy", n=1)
    assert found.tally.document()["rejected_by"] == {"lv_hole": 1} and found.hearts[0].about["draw"] == 1


def test_a_draw_that_the_model_places_in_the_other_class_is_drawn_again():
    model = shipped_heart_model()
    probability = iter([0.9, 0.2])
    placing = SimpleNamespace(
        sample=model.sample, place=lambda rays: SimpleNamespace(hcm_probability=np.array([next(probability)]))
    )
    found = drawn_hearts(LabelsRequest(condition="healthy", n=1, phases="ed"), placing, silent)
    assert found.tally.document()["rejected_by"] == {"other_class": 1}
    assert found.hearts[0].about["hcm_probability"] == 0.2 and found.hearts[0].about["draw"] == 1


def test_a_class_whose_draws_all_break_rules_is_given_up(monkeypatch):
    monkeypatch.setattr(Labelling, "judged", lambda *given: Judged((), ("lv_hole",)))
    monkeypatch.setattr(from_latent, "DRAWS_EACH", 2)
    with pytest.raises(InputError, match="of 2 draws 0 keep to all rules of the check and to their class"):
        drawn(condition="healthy", n=1)


def test_a_way_has_all_of_its_hearts_on_one_grid(sample_heart):
    request = LabelsRequest(source=sample_heart / "ed.nii.gz", towards="mass=170", steps=3)
    found = hearts_of_way(request, shipped_heart_model(), silent)
    masses = [volumes(heart.ed, heart.es, found.grid)["myocardial_mass_g"] for heart in found.hearts]
    assert masses[-1] == pytest.approx(170, rel=0.01) and masses[0] > masses[1] > masses[2]
    assert len({heart.ed.shape for heart in found.hearts}) == 1
    assert found.source["from"] == "ed.nii.gz" and found.source["towards"] == "mass=170"


def test_a_way_over_hearts_that_break_rules_is_refused(sample_heart, monkeypatch):
    monkeypatch.setattr(Labelling, "judged", lambda *given: Judged((), ("wall_step",)))
    monkeypatch.setattr(from_latent, "RIGHT_DRAWS", 1)
    request = LabelsRequest(source=sample_heart / "ed.nii.gz", towards="hcm", steps=2)
    with pytest.raises(InputError, match=r"towards leads over hearts that break rules of the check \(wall_step\)"):
        hearts_of_way(request, shipped_heart_model(), silent)
