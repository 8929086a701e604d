"""Names of the attributes of a label map; imports nothing, so that a config can be read without numpy."""

from __future__ import annotations

__all__ = ["ATTRIBUTES"]

ATTRIBUTES = {
    "apical": (
        *("lv_area_mm2", "lv_length_mm", "lv_base_width_mm", "lv_orientation_degrees"),
        *("myo_area_mm2", "epi_centre_x_mm", "epi_centre_y_mm"),
    ),
    "short-axis": (
        *("lv_area_mm2", "epi_major_axis_mm", "lv_septal_axis_mm", "septum_degrees"),
        *("myo_area_mm2", "epi_centre_x_mm", "epi_centre_y_mm"),
    ),
}
"""Names of the attributes by view, in the order of `attributes.attributes`."""
