"""DICOM: frames and loops, the same grey from every colour space, and files that are refused."""

import io

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from PIL import Image
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.planes.image import PlaneClip, read_plane, read_plane_or_clip
from Testing.helpers.dicom_datasets import loop, region, saved, ultrasound


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_region_spacing_is_in_millimetres_rows_first(tmp_path, pixels, syntax):
    plane = read_plane(saved(tmp_path, ultrasound(pixels, regions=[region()], syntax=syntax)))
    np.testing.assert_array_equal(plane.pixels, pixels)
    assert plane.spacing_mm == pytest.approx((0.3, 0.25))
    assert plane.spacing_source == "file" and plane.warnings == ()


def test_monochrome1_is_turned(tmp_path, pixels):
    dataset = ultrasound(255 - pixels, "MONOCHROME1", [region()])
    np.testing.assert_array_equal(read_plane(saved(tmp_path, dataset)).pixels, pixels)


def test_rgb(tmp_path, pixels):
    colour = np.stack([0 * pixels, pixels, 0 * pixels], axis=-1)
    plane = read_plane(saved(tmp_path, ultrasound(colour, "RGB", [region(10, 69, 20, 98)])))
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
