"""Selection of the reader by content, and the error for every file that is not a plane."""

import os
import socket

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.kinds import file_kind
from GenerativeModelsLib.skull.planes.image import read_plane

SPACING = (0.3, 0.3)


@pytest.fixture
def png(tmp_path) -> bytes:
    pixels = np.arange(80 * 100).reshape(80, 100) % 251
    Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / "plane.png")
    return (tmp_path / "plane.png").read_bytes()


def refusal(path) -> str:
    with pytest.raises(InputError) as caught:
        read_plane(path, spacing_mm=SPACING, name="sagittal")
    message = str(caught.value)
    assert message.startswith(f"sagittal plane {path} ") and message.endswith(".") and "\n" not in message
    return message


def test_missing(tmp_path):
    assert "does not exist: check the path" in refusal(tmp_path / "nowhere.png")


def test_a_folder(tmp_path):
    assert "is a folder: give a single image file" in refusal(tmp_path)


def test_empty(tmp_path):
    (tmp_path / "empty.png").touch()
    assert "is empty, it has 0 bytes" in refusal(tmp_path / "empty.png")


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX") or os.name == "nt", reason="no special files here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "is not a regular file" in refusal(tmp_path / "pipe")


def test_a_path_no_file_system_takes(tmp_path):
    assert "cannot be read" in refusal(tmp_path / ("x" * 5000))
    assert "does not exist" in refusal(f"{tmp_path}/nul\0.png")


def test_unreadable(tmp_path, png, monkeypatch):
    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refused)
    assert "cannot be read (Permission denied): check its permissions" in refusal(tmp_path / "plane.png")


@pytest.mark.parametrize("content", [b"x", b"hello world\n" * 50, b"%PDF-1.7\n" + bytes(500)])
def test_not_an_image(tmp_path, content):
    (tmp_path / "plane.png").write_bytes(content)
    assert "is not an image this program reads: expected DICOM, NIfTI" in refusal(tmp_path / "plane.png")


@pytest.mark.parametrize("content", [b"RIFF\x10\0\0\0AVI LIST", b"\0\0\0\x20ftypisom"])
def test_a_film_names_what_to_do(tmp_path, content):
    (tmp_path / "clip.avi").write_bytes(content + bytes(200))
    assert "is a film (AVI, MP4 or MOV)" in refusal(tmp_path / "clip.avi")


@pytest.mark.parametrize(
    "head", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"II*\0", b"BM", b"NRRD0004\n", b"\x1f\x8b"]
)
def test_nothing_but_magic_bytes(tmp_path, head):
    (tmp_path / "plane").write_bytes(head)
    refusal(tmp_path / "plane")


@pytest.mark.parametrize("name, claimed", [("plane.dcm", "DICOM"), ("plane.nii.gz", "NIfTI"), ("plane.JPG", "JPEG")])
def test_a_mislabelled_file_is_read_as_what_it_is_with_a_warning(tmp_path, png, name, claimed):
    (tmp_path / name).write_bytes(png)
    plane = read_plane(tmp_path / name, spacing_mm=SPACING)
    assert plane.size == (80, 100)
    assert f"has the name of a {claimed} file but holds PNG; it was read as PNG" in plane.warnings[0]


@pytest.mark.parametrize("name", ["plane", "plane.PNG", "plane.tmp", "1.2.840.113"])
def test_a_name_that_claims_nothing_needs_no_warning(tmp_path, png, name):
    (tmp_path / name).write_bytes(png)
    assert read_plane(tmp_path / name, spacing_mm=SPACING).warnings == ()


def test_a_name_outside_ascii(tmp_path, png):
    (tmp_path / "Schädel 頭 .png").write_bytes(png)
    assert read_plane(tmp_path / "Schädel 頭 .png", spacing_mm=SPACING).size == (80, 100)


@given(st.binary(max_size=600))
def test_any_bytes_are_of_a_known_kind_or_none(head):
    assert file_kind(head) in (None, "DICOM", "NIfTI", "NRRD", "MetaImage", "PNG", "JPEG", "TIFF", "BMP", "GIF")
