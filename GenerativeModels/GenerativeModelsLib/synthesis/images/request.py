"""Request of synthetic images of a label map."""

from __future__ import annotations

from dataclasses import dataclass

from GenerativeModelsLib.anatomy.entries import label_scheme, whole_number
from GenerativeModelsLib.anatomy.fields import asked
from GenerativeModelsLib.anatomy.request import ModelRequest
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.given import Source
from GenerativeModelsLib.language import N_
from GenerativeModelsLib.segmentation.request import OPTIONAL, PRESETS

__all__ = ["METHODS", "MOST_IMAGES", "WITHOUT_NETWORKS", "ImageSynthesisRequest"]

METHODS = ("synthseg", "spade", "cgan", "ldm")
WITHOUT_NETWORKS = "synthseg"
"""The method that needs no bundle."""
MOST_IMAGES = 1000


@dataclass(frozen=True, kw_only=True)
class ImageSynthesisRequest(ModelRequest):
    """Request of one or more images, validated without opening files.

    Attributes
    ----------
    labels
        Label map: a slice, a stack, or a cine (x, y, z, time).
    style
        Image whose grey values are taken; None = a style is drawn.
    style_labels
        Label map of the style on its own grid; None = that of `labels` where the style lies on its grid.
    method
        One of `METHODS`.
    label_values
        A preset or values of the structures, such as "acdc" or "lv=3,myo=2,rv=1".
    n
        Number of images.
    seed
        Of all draws.
    dicom_patient
        Not asked: the image shows nobody, so DICOM exports are of a new patient.
    model
        Bundle of kind `model.KIND` with the networks of the method; None = the shipped one.

    Raises
    ------
    InputError
        A value cannot be used; the message names the field.
    """

    labels: Source = asked(
        "Label map: a slice, a stack or a cine.",
        metavar="FILE",
        called=N_("the label map"),
        image=True,
        column=True,
    )
    style: Source | None = asked(
        "Image of cine MR whose grey values are taken.",
        default=None,
        metavar="IMAGE",
        called=N_("the style image"),
        image=True,
        column=True,
        default_text="a style is drawn",
    )
    style_labels: Source | None = asked(
        "Label map of the style image.",
        default=None,
        metavar="FILE",
        called=N_("the label map of the style image"),
        image=True,
        column=True,
        default_text="that of the image's label map, where the style lies on its grid",
    )
    method: str = asked(
        "How the image is drawn.",
        default=WITHOUT_NETWORKS,
        metavar="|".join(METHODS),
        called=N_("the method"),
        column=True,
        batch=True,
    )
    label_values: str = label_scheme(PRESETS)
    n: int = asked(
        "Number of images.",
        default=1,
        metavar="N",
        called=N_("the number of images"),
        parse=whole_number,
        column=True,
        batch=True,
    )
    seed: int = asked(
        "Same seed, same device: same result to the bit.",
        default=0,
        metavar="N",
        called=N_("the seed"),
        parse=whole_number,
        column=True,
        batch=True,
    )

    dicom_patient: str = "new"

    def __post_init__(self) -> None:
        from GenerativeModelsLib.label_files.values import parse_values

        super().__post_init__()
        if self.method not in METHODS:
            raise InputError(f"{named('method')} is '{self.method}': give one of {', '.join(METHODS)}.")
        if not 1 <= self.n <= MOST_IMAGES:
            raise InputError(f"{named('n')} is {self.n}: give 1 to {MOST_IMAGES} images.")
        if self.style_labels is not None and self.style is None:
            raise InputError(f"{named('style_labels')} is given without an image: give it as {named('style')}.")
        if self.model is not None and self.method == WITHOUT_NETWORKS:
            raise InputError(
                f"{named('model')} is given, and synthseg has no networks: name another {named('method')}."
            )
        try:
            parse_values(self.label_values, PRESETS, OPTIONAL)
        except InputError as error:
            raise InputError(error.text.replace(named("labels"), named("label_values"))) from error

    @property
    def shown_title(self) -> str:
        """The title of the report."""
        return super().shown_title or self.labels.name.split(".")[0]
