"""A sphere as large as the mask of an image: the smallest anatomy there is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.fields import asked
from GenerativeModelsLib.anatomy.record import Anatomy, Lazy, Mesh, Quantity
from GenerativeModelsLib.anatomy.request import ModelRequest
from GenerativeModelsLib.errors import Caution, InputError, named
from GenerativeModelsLib.process.memory import MemoryNeed

if TYPE_CHECKING:
    from GenerativeModelsLib.geometry.surfaces import Surface
    from Testing.helpers.sphere.model import SphereModel

LARGEST_MM = 50.0


def parse_mm(text: str, field: str) -> float:
    """A length in mm."""
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f"{named(field)} is '{text}': give millimetres such as 1.5.") from error


@dataclass(frozen=True)
class SphereRequest(ModelRequest):
    """One sphere: an image whose mask has its volume, and what is added to the radius."""

    mask: Path = asked("Image, above 0 in the sphere.", metavar="FILE", called="the mask", image=True, column=True)
    margin_mm: float = asked(
        "Added to the radius.", default=0.0, metavar="MM", called="the margin", parse=parse_mm, column=True, batch=True
    )


@dataclass(frozen=True, eq=False)
class FoundSphere:
    """What was computed: the quantities and meshes of the record."""

    volume_ml: float
    meshes: dict[str, Surface]
    warnings: tuple[Caution, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)


def read_radius(request: SphereRequest) -> float:
    """Radius in mm of the sphere that has the volume of the mask."""
    import numpy as np
    import SimpleITK as sitk

    from GenerativeModelsLib.image_files.reader import image_reader, read_pixels

    name = request.mask.name
    image = read_pixels(image_reader(request.mask, name), name)
    volume_mm3 = np.count_nonzero(sitk.GetArrayViewFromImage(image) > 0) * np.prod(image.GetSpacing())
    if not volume_mm3:
        raise InputError(f"{named('mask')} {name} is empty: give an image with a sphere in it.")
    return float(np.cbrt(0.75 * volume_mm3 / np.pi))


def compute(request: SphereRequest, radius_mm: float, model: SphereModel, progress) -> FoundSphere:
    """The sphere of the request."""
    progress("inflating", 0.5)
    radius_mm += request.margin_mm
    surface = model.surface(radius_mm)
    large = Caution(f"The radius is {radius_mm:g} mm: the sphere is unusually large.", "quality")
    return FoundSphere(surface.volume_mm3 / 1000, {"sphere.vtp": surface}, (large,) * (radius_mm > LARGEST_MM))


def shape_at(model: SphereModel, radius_mm: float) -> dict[str, Any]:
    """The sphere of a radius in mm: `points` (N, 3), `triangles` (M, 3) and `volume_ml`."""
    surface = model.surface(radius_mm)
    return {"points": surface.points, "triangles": surface.triangles, "volume_ml": surface.volume_mm3 / 1000}


SPHERE = Anatomy(
    name="sphere",
    title="Sphere",
    about="Spheres from their radius.",
    verb="inflate",
    bundle_kind="sphere",
    schema="sphere/1",
    request=SphereRequest,
    quantities=(Quantity("volume_ml", "Volume", "Volume", "ml"),),
    meshes=(Mesh("sphere.vtp", "Sphere", "height_mm", "Height above the lowest point", "mm", (0.0, 40.0)),),
    need=MemoryNeed("a sphere", 200 * 10**6),
    read_inputs=read_radius,
    load_model=Lazy("Testing.helpers.sphere.model:load_sphere_model"),
    compute=compute,
    queries={"shape_at": shape_at},
)
