"""DICOM: cropping to the calibrated region, its spacing in mm, and the same grey from every colour space."""

import io

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
    UltrasoundImageStorage,
    generate_uid,
)

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.planes.image import PlaneClip, read_plane, read_plane_or_clip

GREY, COLOUR = "MONOCHROME2", "RGB"


@pytest.fixture
def pixels() -> np.ndarray:
    """(80, 100) uint8, smooth, without symmetry."""
    row, column = np.mgrid[:80, :100]
    return (row * 1.5 + column).astype(np.uint8)


def region(top=0, bottom=79, left=0, right=99, delta=(0.03, 0.025), data=1, spatial=1, units=3) -> Dataset:
    """An item of SequenceOfUltrasoundRegions; `delta` is (y, x) in cm, bounds are inclusive."""
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType, item.RegionFlags = spatial, data, 0
    item.RegionLocationMinX0, item.RegionLocationMaxX1 = left, right
    item.RegionLocationMinY0, item.RegionLocationMaxY1 = top, bottom
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = units
    item.PhysicalDeltaY, item.PhysicalDeltaX = delta
    return item


def ultrasound(values: np.ndarray, photometric: str = GREY, regions=(), syntax=ExplicitVRLittleEndian) -> Dataset:
    """A data set of one frame with the pixels `values`."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = UltrasoundImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid()
    dataset.Modality = "US"
    dataset.Rows, dataset.Columns = values.shape[:2]
    dataset.SamplesPerPixel = 1 if values.ndim == 2 else values.shape[2]
    dataset.PhotometricInterpretation = photometric
    if values.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = dataset.BitsStored = values.dtype.itemsize * 8
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(values.dtype.kind == "i")
    if len(regions):
        dataset.SequenceOfUltrasoundRegions = Sequence(list(regions))
    big = syntax == ExplicitVRBigEndian
    dataset.PixelData = values.astype(values.dtype.newbyteorder(">" if big else "<")).tobytes()
    return dataset


def saved(folder, dataset: Dataset, name="frame.dcm"):
    dataset.save_as(folder / name, enforce_file_format=True)
    return folder / name


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_region_spacing_is_in_millimetres_rows_first(tmp_path, pixels, syntax):
    plane = read_plane(saved(tmp_path, ultrasound(pixels, regions=[region()], syntax=syntax)))
    np.testing.assert_array_equal(plane.pixels, pixels)
    assert plane.spacing_mm == pytest.approx((0.3, 0.25))
    assert plane.spacing_source == "file" and plane.warnings == ()


def test_is_cut_to_the_region_whose_bounds_are_inclusive(tmp_path, pixels):
    plane = read_plane(saved(tmp_path, ultrasound(pixels, regions=[region(10, 69, 20, 98)])))
    np.testing.assert_array_equal(plane.pixels, pixels[10:70, 20:99])


def test_a_region_larger_than_the_image_is_cut_to_it(tmp_path, pixels):
    plane = read_plane(saved(tmp_path, ultrasound(pixels, regions=[region(0, 500, 0, 500)])))
    assert plane.size == (80, 100)


def test_the_tissue_region_is_found_among_others(tmp_path, pixels):
    others = [region(data=4, spatial=3), region(units=4), region(data=2), region(spatial=2), region(delta=(0, 0))]
    plane = read_plane(saved(tmp_path, ultrasound(pixels, regions=[*others, region(10, 69, 20, 98)])))
    assert plane.size == (60, 79) and plane.warnings == ()


def test_of_two_tissue_regions_the_largest_is_taken_with_a_warning(tmp_path, pixels):
    small, large = region(0, 79, 0, 39), region(0, 79, 40, 99, delta=(0.04, 0.04))
    plane = read_plane(saved(tmp_path, ultrasound(pixels, regions=[small, large])))
    assert plane.size == (80, 60) and plane.spacing_mm == pytest.approx((0.4, 0.4))
    assert "shows 2 calibrated 2D regions; the largest was used" in plane.warnings[0]


def test_axes_that_point_up_or_left_have_the_same_spacing(tmp_path, pixels):
    plane = read_plane(saved(tmp_path, ultrasound(pixels, regions=[region(delta=(-0.03, -0.025))])))
    assert plane.spacing_mm == pytest.approx((0.3, 0.25))


def test_without_a_usable_region_pixel_spacing_counts(tmp_path, pixels):
    dataset = ultrasound(pixels, regions=[region(data=4)])
    dataset.PixelSpacing = [0.3, 0.25]
    plane = read_plane(saved(tmp_path, dataset))
    assert plane.size == (80, 100) and plane.spacing_mm == pytest.approx((0.3, 0.25))
    assert "none that is 2D tissue calibrated in cm" in plane.warnings[0]


def test_a_region_beside_the_image_is_no_region(tmp_path, pixels):
    with pytest.raises(InputError, match="carries no pixel spacing"):
        read_plane(saved(tmp_path, ultrasound(pixels, regions=[region(200, 300, 200, 300)])))


def functional_groups(spacing: list[float]) -> Sequence:
    """A sequence of functional groups, of one item, that state a spacing."""
    measures, group = Dataset(), Dataset()
    measures.PixelSpacing = spacing
    group.PixelMeasuresSequence = Sequence([measures])
    return Sequence([group])


@pytest.mark.parametrize(
    ("tag", "value", "said"),
    [
        ("PixelSpacing", [0.9, 0.9], "PixelSpacing 0.9 x 0.9 mm"),
        ("PixelSpacing", [0.3, 0.26], "PixelSpacing 0.3 x 0.26 mm"),
        ("ImagerPixelSpacing", [0.9, 0.9], "ImagerPixelSpacing 0.9 x 0.9 mm"),
        ("NominalScannedPixelSpacing", [0.9, 0.9], "NominalScannedPixelSpacing 0.9 x 0.9 mm"),
        ("SharedFunctionalGroupsSequence", functional_groups([0.9, 0.9]), "functional groups of all frames 0.9"),
        ("PerFrameFunctionalGroupsSequence", functional_groups([0.9, 0.9]), "functional groups of frame 0 0.9"),
    ],
)
def test_contradicting_tags_give_no_spacing_and_are_named(tmp_path, pixels, tag, value, said):
    dataset = ultrasound(pixels, regions=[region()])
    setattr(dataset, tag, value)
    path = saved(tmp_path, dataset)
    with pytest.raises(InputError, match="contradicts itself about its pixel spacing") as caught:
        read_plane(path)
    assert "PhysicalDeltaX and PhysicalDeltaY of its ultrasound region 0.3 x 0.25 mm" in str(caught.value)
    assert said in str(caught.value) and "give axial_spacing_mm in mm" in str(caught.value)
    plane = read_plane(path, spacing_mm=(0.31, 0.26))
    assert plane.spacing_mm == (0.31, 0.26) and "contradicts itself" in plane.warnings[0]


@pytest.mark.parametrize("tag", ["PixelSpacing", "ImagerPixelSpacing"])
def test_tags_that_agree_are_no_contradiction(tmp_path, pixels, tag):
    dataset = ultrasound(pixels, regions=[region()])
    setattr(dataset, tag, [0.3, 0.251])
    plane = read_plane(saved(tmp_path, dataset))
    assert plane.spacing_mm == pytest.approx((0.3, 0.25)) and plane.warnings == ()


def test_a_calibrated_spacing_may_differ_from_that_at_the_detector(tmp_path, pixels):
    dataset = ultrasound(pixels)
    dataset.PixelSpacing, dataset.ImagerPixelSpacing = [0.3, 0.25], [0.4, 0.35]
    with pytest.raises(InputError, match="contradicts itself"):
        read_plane(saved(tmp_path, dataset))
    dataset.PixelSpacingCalibrationType = "GEOMETRY"
    assert read_plane(saved(tmp_path, dataset)).spacing_mm == pytest.approx((0.3, 0.25))


@pytest.mark.parametrize("sequence", ["SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"])
def test_the_functional_groups_of_an_enhanced_file_have_the_spacing(tmp_path, pixels, sequence):
    dataset = ultrasound(pixels)
    setattr(dataset, sequence, functional_groups([0.3, 0.25]))
    assert read_plane(saved(tmp_path, dataset)).spacing_mm == pytest.approx((0.3, 0.25))


def test_imager_pixel_spacing_counts_with_a_warning(tmp_path, pixels):
    dataset = ultrasound(pixels)
    dataset.ImagerPixelSpacing = [0.3, 0.25]
    plane = read_plane(saved(tmp_path, dataset))
    assert plane.spacing_mm == pytest.approx((0.3, 0.25))
    assert "only ImagerPixelSpacing" in plane.warnings[0]


def test_no_spacing_is_never_guessed(tmp_path, pixels):
    path = saved(tmp_path, ultrasound(pixels))
    with pytest.raises(
        InputError,
        match=r"frame\.dcm carries no pixel spacing \(it has neither PhysicalDeltaX .* nor PixelSpacing .*\): "
        r"give axial_spacing_mm in mm, pixel_spacing_mm, or axial_length",
    ):
        read_plane(path)
    assert read_plane(path, spacing_mm=(0.3, 0.3)).spacing_source == "argument"


def test_monochrome1_is_turned(tmp_path, pixels):
    dataset = ultrasound(255 - pixels, "MONOCHROME1", [region()])
    np.testing.assert_array_equal(read_plane(saved(tmp_path, dataset)).pixels, pixels)


def test_rgb(tmp_path, pixels):
    colour = np.stack([0 * pixels, pixels, 0 * pixels], axis=-1)
    plane = read_plane(saved(tmp_path, ultrasound(colour, COLOUR, [region(10, 69, 20, 98)])))
    np.testing.assert_allclose(plane.pixels, 0.587 * pixels[10:70, 20:99], atol=1e-3)


def test_ybr_full(tmp_path, pixels):
    neutral = np.full_like(pixels, 128)
    dataset = ultrasound(np.stack([pixels, neutral, neutral], axis=-1), "YBR_FULL", [region()])
    np.testing.assert_allclose(read_plane(saved(tmp_path, dataset)).pixels, pixels, atol=1)


def test_palette_colour(tmp_path, pixels):
    dataset = ultrasound(pixels, "PALETTE COLOR", [region()])
    table = (np.arange(256)[::-1] * 257).astype("<u2").tobytes()
    for name in ("Red", "Green", "Blue"):
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(dataset, f"{name}PaletteColorLookupTableData", table)
    np.testing.assert_allclose(read_plane(saved(tmp_path, dataset)).pixels, 255.0 - pixels, atol=0.1)


def test_twelve_bits_in_sixteen(tmp_path, pixels):
    dataset = ultrasound(pixels.astype(np.uint16) * 16, regions=[region()])
    dataset.BitsStored, dataset.HighBit = 12, 11
    np.testing.assert_allclose(read_plane(saved(tmp_path, dataset)).pixels, pixels, atol=1)


def test_jpeg_baseline(tmp_path, pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=95)
    dataset = ultrasound(pixels, regions=[region()], syntax=JPEGBaseline8Bit)
    dataset.PixelData = encapsulate([stream.getvalue()])
    np.testing.assert_allclose(read_plane(saved(tmp_path, dataset)).pixels, pixels, atol=4)


def test_colour_jpeg_of_ultrasound_machines(tmp_path, pixels):
    stream = io.BytesIO()
    Image.fromarray(np.stack([pixels] * 3, axis=-1)).save(stream, "JPEG", quality=95, subsampling="4:2:2")
    dataset = ultrasound(np.stack([pixels] * 3, axis=-1), "YBR_FULL_422", [region()], JPEGBaseline8Bit)
    dataset.PixelData = encapsulate([stream.getvalue()])
    np.testing.assert_allclose(read_plane(saved(tmp_path, dataset)).pixels, pixels, atol=4)


def test_run_length_encoding(tmp_path, pixels):
    dataset = ultrasound(pixels, regions=[region()])
    dataset.compress(RLELossless)
    np.testing.assert_array_equal(read_plane(saved(tmp_path, dataset)).pixels, pixels)


@pytest.mark.parametrize("compressor", ["JPEG", "JPEG2000"])
@pytest.mark.parametrize("colour", [False, True])
def test_lossless_jpeg_as_gdcm_writes_it(tmp_path, pixels, compressor, colour):
    array = np.stack([pixels] * 3, axis=-1) if colour else pixels
    writer = sitk.ImageFileWriter()
    writer.SetImageIO("GDCMImageIO")
    writer.SetUseCompression(True)
    writer.SetCompressor(compressor)
    writer.SetFileName(str(tmp_path / "c.dcm"))
    writer.Execute(sitk.GetImageFromArray(array[None], isVector=colour))
    assert pydicom.dcmread(tmp_path / "c.dcm").file_meta.TransferSyntaxUID.is_compressed, "or the test shows nothing"
    np.testing.assert_allclose(read_plane(tmp_path / "c.dcm", spacing_mm=(0.3, 0.3)).pixels, pixels, atol=1e-3)


def test_a_compression_that_cannot_be_decoded_names_the_remedy(tmp_path, pixels, capfd):
    dataset = ultrasound(pixels, regions=[region()], syntax=JPEGLSLossless)
    dataset.PixelData = encapsulate([b"\xff\xd8\xff\xf7 no such stream \xff\xd9"])
    with pytest.raises(InputError, match=r"transfer syntax is JPEG-LS.*gdcmconv --raw"):
        read_plane(saved(tmp_path, dataset))


def test_a_file_without_name_suffix(tmp_path, pixels):
    assert read_plane(saved(tmp_path, ultrasound(pixels, regions=[region()]), "IM_0001")).warnings == ()


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_a_bare_data_set_without_preamble(tmp_path, pixels, syntax):
    dataset = ultrasound(pixels, regions=[region()], syntax=syntax)
    del dataset.file_meta
    dataset.save_as(
        tmp_path / "bare.dcm", implicit_vr=syntax.is_implicit_VR, little_endian=True, enforce_file_format=False
    )
    assert (tmp_path / "bare.dcm").read_bytes()[128:132] != b"DICM", "or the test shows nothing"
    np.testing.assert_array_equal(read_plane(tmp_path / "bare.dcm").pixels, pixels)


def loop(pixels: np.ndarray, count: int, photometric: str = GREY) -> Dataset:
    """A cine loop whose frame k has the pixels rolled down by k rows."""
    dataset = ultrasound(pixels, photometric, regions=[region()])
    dataset.NumberOfFrames = count
    dataset.PixelData = b"".join(np.roll(pixels, k, axis=0).tobytes() for k in range(count))
    return dataset


def test_a_frame_of_a_cine_loop_is_a_plane(tmp_path, pixels):
    path = saved(tmp_path, loop(pixels, 30))
    for frame in (0, 7, 29):
        plane = read_plane(path, frame=frame)
        np.testing.assert_array_equal(plane.pixels, np.roll(pixels, frame, axis=0))
        assert (plane.frame.number, plane.frame.count, plane.frame.chosen) == (frame, 30, "given")


def test_a_cine_loop_without_a_frame_is_read_frame_by_frame(tmp_path, pixels):
    path = saved(tmp_path, loop(pixels, 4))
    clip = read_plane_or_clip(path)
    assert isinstance(clip, PlaneClip) and clip.count == 4
    np.testing.assert_array_equal(clip.read(3).pixels, np.roll(pixels, 3, axis=0))
    assert clip.read(3).spacing_mm == pytest.approx((0.3, 0.25))
    with pytest.raises(InputError, match=r"holds 4 frames, where one picture is expected: save the frame"):
        read_plane(path)


def test_a_frame_beyond_the_clip_is_refused(tmp_path, pixels):
    path = saved(tmp_path, loop(pixels, 4))
    with pytest.raises(InputError, match=r"frame\.dcm has no frame 4: it holds 4 frames, numbered 0 to 3\."):
        read_plane(path, frame=4)
    single = saved(tmp_path, ultrasound(pixels, regions=[region()]), "single.dcm")
    with pytest.raises(InputError, match=r"single\.dcm has no frame 1: it holds a single frame, number 0\."):
        read_plane(single, frame=1)


def test_a_frame_has_the_spacing_of_its_own_functional_group(tmp_path, pixels):
    dataset = loop(pixels, 3)
    del dataset.SequenceOfUltrasoundRegions
    groups = [functional_groups([spacing, spacing])[0] for spacing in (0.2, 0.3, 0.4)]
    dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)
    path = saved(tmp_path, dataset)
    assert [read_plane(path, frame=frame).spacing_mm[0] for frame in range(3)] == [0.2, 0.3, 0.4]


@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL"])
def test_a_compressed_colour_loop(tmp_path, pixels, photometric):
    """JPEG frames as machines write them; a colour without chroma is the grey it was made of."""
    frames = []
    for frame in range(3):
        stream = io.BytesIO()
        grey = Image.fromarray(np.roll(pixels, frame, axis=0))
        grey.convert("RGB").save(stream, "JPEG", quality=95, subsampling=0)
        frames.append(stream.getvalue())
    colour = np.repeat(pixels[..., None], 3, axis=2)
    dataset = ultrasound(colour, photometric, regions=[region()], syntax=JPEGBaseline8Bit)
    dataset.PhotometricInterpretation = "YBR_FULL_422" if photometric == "YBR_FULL" else photometric
    dataset.NumberOfFrames, dataset.PixelData = 3, encapsulate(frames)
    dataset["PixelData"].is_undefined_length = True
    path = saved(tmp_path, dataset)
    if photometric == "YBR_FULL":
        np.testing.assert_allclose(read_plane(path, frame=2).pixels, np.roll(pixels, 2, axis=0), atol=12)
    else:
        assert read_plane(path, frame=2).size == (80, 100)


def test_texts_in_the_picture_are_warned_of(tmp_path, pixels):
    dataset = ultrasound(pixels, regions=[region()])
    for value, warned in (("NO", False), ("YES", True)):
        dataset.BurnedInAnnotation = value
        found = read_plane(saved(tmp_path, dataset)).warnings
        assert [warning.kind for warning in found] == ["identity"] * warned
    assert "BurnedInAnnotation" in found[0] and str(tmp_path) not in found[0]


def test_a_loop_of_one_frame_is_a_plane(tmp_path, pixels):
    dataset = ultrasound(pixels, regions=[region()])
    dataset.NumberOfFrames = 1
    assert read_plane(saved(tmp_path, dataset)).size == (80, 100)


def test_another_modality_is_read_with_a_warning(tmp_path, pixels):
    dataset = ultrasound(pixels, regions=[region()])
    dataset.Modality = "CT"
    assert "has the modality CT, not ultrasound" in read_plane(saved(tmp_path, dataset)).warnings[0]


def test_refuses_a_report(tmp_path, pixels):
    dataset = ultrasound(pixels)
    for keyword in ("Rows", "Columns", "PixelData"):
        delattr(dataset, keyword)
    with pytest.raises(InputError, match="holds no image"):
        read_plane(saved(tmp_path, dataset))


def test_refuses_an_image_without_pixels(tmp_path, pixels):
    dataset = ultrasound(pixels, regions=[region()])
    del dataset.PixelData
    with pytest.raises(InputError, match="without pixels"):
        read_plane(saved(tmp_path, dataset))


@pytest.mark.parametrize("part", [0.05, 0.5, 0.95])
def test_refuses_a_truncated_file(tmp_path, pixels, part, capfd):
    path = saved(tmp_path, ultrasound(pixels, regions=[region()]))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(InputError, match=r"frame\.dcm .*(truncated|no image)") as caught:
        read_plane(path)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


def test_damaged_bytes_never_escape_as_another_error(tmp_path, pixels):
    rng = np.random.default_rng(0)
    path = saved(tmp_path, ultrasound(pixels, regions=[region()]))
    whole = path.read_bytes()
    for _ in range(100):
        broken = bytearray(whole)
        for position in rng.integers(132, 1100, 10):
            broken[position] = rng.integers(256)
        path.write_bytes(broken)
        try:
            read_plane(path)
        except InputError as error:
            assert "\n" not in str(error)


def test_an_address_of_pixels_and_a_table_of_files_are_not_followed(tmp_path):
    import pydicom
    from pydicom.dataset import FileMetaDataset

    def dicom(name, **elements):
        dataset = pydicom.Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.6.1"
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = "1.2.3"
        for key, value in elements.items():
            setattr(dataset, key, value)
        dataset.save_as(tmp_path / name, enforce_file_format=True)
        return tmp_path / name

    (tmp_path / "key").write_bytes(bytes(10_000))
    address = (tmp_path / "key").as_uri()
    size = {
        "Rows": 100,
        "Columns": 100,
        "BitsAllocated": 8,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
    }
    with pytest.raises(InputError, match="names an address for its pixels, which this program never follows"):
        read_plane(dicom("jpip.dcm", PixelDataProviderURL=address, **size), spacing_mm=(0.3, 0.3))
    record = pydicom.Dataset()
    record.ReferencedFileID = ["..", "key"]
    with pytest.raises(InputError, match="is a DICOMDIR, a table of other files"):
        read_plane(dicom("DICOMDIR", DirectoryRecordSequence=[record]), spacing_mm=(0.3, 0.3))
