"""Real fetal heads for evaluation: outer skull surfaces from MRI templates, in the head frame.

Assumptions that the template itself does not determine: the axial (HC) plane is the axial section of largest area at
the template's own pitch; the skull lies `BONE_MM` outside the brain-and-fluid mask; the brainstem below the cerebellum
is not part of the head; a morphological closing with balls of 22 % of the length (45 % at the base) fills fissures,
orbits and the regions of the petrous bones and the face; the surface is star-shaped about the centre of the axial
ellipse and smooth at the scale of harmonics of degree 16 (about 8 mm on a 100 mm head).
"""

from __future__ import annotations

from pathlib import Path

from GenerativeModelsLib.evaluation.data.folders import find_data_set
from GenerativeModelsLib.skull.population.basis import shape_basis
from GenerativeModelsLib.skull.population.heads import Head
from GenerativeModelsLib.skull.shape.from_brain_mask import BONE_MM, read_template
from GenerativeModelsLib.skull.shape.unit_head import height_of


def load_fetal_template(mask_path: str | Path, *, bone_mm: float = BONE_MM) -> Head:
    """Head around the intracranial mask of a template, in the head frame (LPS mm); `variant` is "template".

    Parameters
    ----------
    mask_path
        ``<name>_mask.nii.gz`` with ``ga<weeks>`` in its name; ``<name>_parcellation.nii.gz`` is read from its folder.
    bone_mm
        Skull thickness added outside the mask.

    Raises
    ------
    InputError
        The file cannot be read, is not isotropic, or its name has no gestational age.
    """
    template = read_template(mask_path, bone_mm=bone_mm)
    return Head(
        shape=template.shape,
        gestational_age_weeks=template.gestational_age_weeks,
        variant="template",
        hc_mm=template.outline.perimeter,
        cephalic_index_percent=100 * template.outline.semi_minor / template.outline.semi_major,
        height_mm=height_of(template.shape),
    )


def evaluation_templates(data: str | Path) -> list[Path]:
    """Mask files of the templates that the shape basis was not fitted to; in `data` or its fetal_heads_spina_bifida."""
    used = shape_basis().provenance["fetal_heads"]
    fitted = {f"{name}_mask.nii.gz" for name in used["used_late"] + used["used_early"]}
    folder = find_data_set(data, "fetal_heads_spina_bifida")
    found = () if folder is None else sorted(folder.glob("*_mask.nii.gz"))
    return [path for path in found if path.name not in fitted]
