import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.synthesis.labels.subject import Subject
from GenerativeModelsLib.synthesis.labels.target_request import QUANTITIES, Target
from GenerativeModelsLib.synthesis.labels.targets import held_range, measured, to_target
from Testing.helpers.synthetic_hearts import shipped_heart_model


@pytest.fixture(scope="module")
def subject():
    placed = shipped_heart_model().place(sample_hearts(1, 11, "healthy").rays)
    return Subject("heart", {}, list(placed.levels), placed.present, ())


def test_measures_are_those_of_the_heart():
    hearts = sample_hearts(3, 5).rays
    heart = hearts.heart(1)
    assert measured(hearts, "ef")[1] == pytest.approx(heart.ejection_fraction_percent, rel=0.01)
    assert measured(hearts, "mass")[1] == pytest.approx(heart.ed.mass_g, rel=0.01)
    assert measured(hearts, "esv")[1] < measured(hearts, "edv")[1]
    assert set(QUANTITIES) == {"ef", "mass", "esv", "edv", "wall"}


@pytest.mark.parametrize(("name", "share"), [("ef", 0.85), ("wall", 1.3)])
def test_a_target_is_reached_in_even_steps_from_the_heart_itself(subject, name, share):
    model = shipped_heart_model()
    own = measured(model.decode(1, subject.levels[0], above=subject.levels[1:]), name)[0]
    way = to_target(model, subject, Target(name, share * own), 3)
    assert way.reached == pytest.approx(np.linspace(own, share * own, 3), rel=2e-3)
    assert measured(way.hearts, name) == pytest.approx(way.reached)


def test_the_change_is_small(subject):
    """Five per cent of the mass are far less than a standard deviation away."""
    model = shipped_heart_model()
    own = measured(model.decode(1, subject.levels[0], above=subject.levels[1:]), "mass")[0]
    way = to_target(model, subject, Target("mass", 1.05 * own), 2)
    assert np.abs(way.hearts.epi_mm[1] - way.hearts.epi_mm[0]).max() < 3.0


def test_a_target_outside_the_latent_space_is_refused_with_its_range(subject):
    low, high = held_range(shipped_heart_model(), "ef")
    with pytest.raises(InputError, match=f"ef=5 is outside what the latent space holds, {low:.3g} to {high:.3g} %"):
        to_target(shipped_heart_model(), subject, Target("ef", 5.0), 3)
