"""Cases in MRML scenes: nodes in, nodes out.

What is listed in `__all__` is public. It is imported when it is first used, so that this package can be imported in a
Slicer that has none of the backend's Python packages. Nothing here knows Qt or an application: the scene is always an
argument.
"""

from __future__ import annotations

from importlib import import_module

_PLACES = {
    "show_case_folder": "shows",
    "reconstruct_skull": "skull.console",
    "SkullResult": "skull.console",
    "PlaneInput": "skull.planes",
    "NodeSpacing": "skull.planes",
    "plane_from_node": "skull.planes",
    "selection_problem": "skull.planes",
    "spacing_of": "skull.planes",
    "set_spacing": "skull.planes",
    "reset_spacing": "skull.planes",
    "cut_volume": "skull.slice_cut",
    "case_request": "skull.request",
    "SkullNodes": "skull.case_nodes",
    "find_case": "skull.case_nodes",
    "case_key": "skull.case_nodes",
    "show_alone": "skull.case_nodes",
    "show_case": "skull.show",
    "show_case_steps": "skull.show",
    "set_uncertainty_range": "skull.show",
    "uncertainty_range": "skull.show",
    "set_lines_visible": "skull.show",
    "set_planes_visible": "skull.show",
    "set_outlines_visible": "skull.show",
    "set_on_axial_image": "skull.show",
    "show_plane_in_view": "skull.show",
    "save_case": "skull.save",
    "analyse_heart": "heart.console",
    "explore_heart": "heart.console",
    "HeartResult": "heart.console",
    "HeartExplorer": "heart.explore",
    "LabelStructures": "labels.structures",
    "structures_of": "labels.structures",
    "CavityCurve": "heart.cine_nodes",
    "cavity_curve": "heart.cine_nodes",
    "heart_request": "heart.request",
    "HeartNodes": "heart.case_nodes",
    "find_heart": "heart.case_nodes",
    "bullseye_png": "heart.case_nodes",
    "show_heart": "heart.show",
    "show_surfaces": "heart.surfaces",
    "set_patient_visible": "heart.surfaces",
    "set_thickness_range": "heart.surfaces",
    "thickness_range": "heart.surfaces",
    "colour_by": "heart.surfaces",
    "show_latent_shape": "heart.latent_shape",
    "hide_latent_shape": "heart.latent_shape",
    "show_latent_plot": "heart.latent_plot",
    "find_latent_plot": "heart.latent_plot",
    "point_of": "heart.latent_plot",
    "move_point": "heart.latent_plot",
    "LatentPlot": "heart.latent_plot",
    "show_cavity_curve": "heart.cavity_plot",
    "show_walk": "heart.sequences",
    "show_cycle": "heart.sequences",
    "show_frame": "heart.sequences",
    "remove_walk": "heart.sequences",
    "remove_cycle": "heart.sequences",
    "Exploration": "heart.exploration",
    "load_cine": "labels.load_cine",
    "save_heart": "heart.save",
    "check_segmentation": "segmentation.console",
    "CheckNodes": "segmentation.case_nodes",
    "find_check": "segmentation.case_nodes",
    "show_check": "segmentation.show",
    "save_check": "segmentation.save",
    "RepairNodes": "segmentation.repair",
    "find_repair": "segmentation.repair",
    "show_repaired": "segmentation.repair",
    "save_repair": "segmentation.save",
    "synthesise_images": "synthesis.console",
    "SynthesisNodes": "synthesis.case_nodes",
    "find_images": "synthesis.case_nodes",
    "show_images": "synthesis.show",
    "save_images": "synthesis.save",
}
"""Public name -> the module of this package that defines it."""

__all__ = sorted(_PLACES)


def __getattr__(name: str):
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
