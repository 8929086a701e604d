"""Fetal skulls in MRML scenes: nodes in, nodes out.

What is listed in `__all__` is public. It is imported when it is first used, so that this package can be imported in a
Slicer that has none of the backend's Python packages. Nothing here knows Qt or an application: the scene is always an
argument.
"""

from __future__ import annotations

from importlib import import_module

_PLACES = {
    "reconstruct_skull": "console",
    "SkullResult": "console",
    "PlaneInput": "plane_nodes",
    "NodeSpacing": "plane_nodes",
    "plane_from_node": "plane_nodes",
    "selection_problem": "plane_nodes",
    "spacing_of": "plane_nodes",
    "set_spacing": "plane_nodes",
    "reset_spacing": "plane_nodes",
    "cut_volume": "slice_cut",
    "case_request": "request",
    "SkullNodes": "skull_nodes",
    "find_case": "skull_nodes",
    "case_key": "skull_nodes",
    "show_alone": "skull_nodes",
    "show_case": "case_view",
    "show_case_steps": "case_view",
    "set_uncertainty_range": "case_view",
    "set_planes_visible": "case_view",
    "set_outlines_visible": "case_view",
    "set_on_axial_image": "case_view",
    "show_plane_in_view": "case_view",
    "save_case": "case_saving",
}
"""Public name -> the module of this package that defines it."""

__all__ = sorted(_PLACES)


def __getattr__(name: str):
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
