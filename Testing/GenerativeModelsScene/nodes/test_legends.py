"""Legends that follow what is visible."""

from __future__ import annotations

import numpy as np

from GenerativeModelsScene.nodes.colours import colour_model, show_colours, show_legend
from GenerativeModelsScene.nodes.legends import move_legend
from GenerativeModelsScene.nodes.models import show_model
from GenerativeModelsScene.nodes.store import NodeStore
from Testing.helpers.shapes import lump


def test_a_legend_belongs_to_one_model(a_scene) -> None:
    store = NodeStore(a_scene, "case")
    colours = show_colours(store, "Colours", (0.0, 1.0))
    surface = lump().with_data(height_mm=np.zeros(len(lump().points)))
    models = [show_model(store, surface, name, name)[0] for name in ("one", "two")]
    for model in models:
        colour_model(model, colours, "height_mm", (0.0, 1.0), made=True)
    legend = show_legend(store, models[0], "Legend", "Height (mm)")
    for model in (models[1], models[1], models[0]):
        move_legend(legend, model)
        assert legend.GetPrimaryDisplayNode() is model.GetDisplayNode() and legend.GetDisplayableNode() is model
        found = [each.GetName() for each in models if each.GetNumberOfDisplayNodes() == 2]
        assert found == [model.GetName()]
