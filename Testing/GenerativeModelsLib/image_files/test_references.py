"""Headers that make SimpleITK open other files are rejected."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.references import data_files, require_own_folder, require_self_contained
from GenerativeModelsLib.skull.planes.read import load_stored_plane
from Testing.helpers.shown_by_itk import shown_by_itk

SECRET = bytes(range(65, 90)) * 80
PLAIN = bytes(1600)
NRRD = b"NRRD0004\ntype: uchar\ndimension: 2\nsizes: 40 40\nencoding: raw\n"
META = b"ObjectType = Image\nNDims = 2\nDimSize = 40 40\nElementType = MET_UCHAR\n"
IO = {".nrrd": "NrrdImageIO", ".mha": "MetaImageIO"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of uploads next to a folder with a secret file."""
    (tmp_path / "secret").mkdir()
    for name in ("key", *(f"k{number}" for number in range(1, 41))):
        (tmp_path / "secret" / name).write_bytes(SECRET)
    (tmp_path / "uploads").mkdir()
    return tmp_path / "uploads"


def placed(folder: Path, name: str, content: bytes) -> Path:
    """A file with @ replaced by the folder of the secret file."""
    path = folder / name
    path.write_bytes(content.replace(b"@", os.fsencode(folder.parent / "secret")))
    return path


def refused_by_all(path: Path) -> None:
    for check in (require_self_contained, require_own_folder, load_stored_plane):
        with pytest.raises(InputError) as caught:
            check(path, "axial plane upload")
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError):
        data_files(path)


FOLLOWED = {
    "absolute": (".nrrd", NRRD + b"data file: @/key\n"),
    "relative": (".nrrd", NRRD + b"data file: ../secret/key\n"),
    "with a blank line": (".nrrd", NRRD + b"data file: ../secret/key\n\n"),
    "case": (".nrrd", NRRD + b"DaTa FiLe: ../secret/key\n"),
    "one word": (".nrrd", NRRD + b"DataFile:  \t../secret/key\n"),
    "first field": (".nrrd", NRRD.replace(b"\n", b"\ndata file: ../secret/key\n", 1)),
    "dots": (".nrrd", NRRD + b"data file: ..//secret/./key\n"),
    "list": (".nrrd", NRRD + b"data file: LIST 2\n../secret/key\n"),
    "pattern": (".nrrd", NRRD + b"data file: ../secret/k%d 1 1 1 2\n"),
    "skip": (".nrrd", NRRD + b"byte skip: -1\ndata file: ../secret/key\n"),
    "carriage return": (".nrrd", (NRRD + b"data file: ../secret/key\n").replace(b"\n", b"\r")),
    "both line ends": (".nrrd", (NRRD + b"data file: ../secret/key\n\n").replace(b"\n", b"\r\n")),
    "one stray carriage return": (".nrrd", NRRD + b"# a comment\rdata file: ../secret/key\n\n"),
    "long comment": (".nrrd", NRRD + b"#" * 70_000 + b"\ndata file: ../secret/key\n"),
    "many comments": (".nrrd", NRRD + (b"# " + b"p" * 57 + b"\n") * 30_000 + b"data file: ../secret/key\n"),
    "meta absolute": (".mha", META + b"ElementDataFile = @/key\n"),
    "meta relative": (".mha", META + b"ElementDataFile = ../secret/key\n"),
    "meta colon": (".mha", META + b"ElementDataFile: ../secret/key\n"),
    "meta no blanks": (".mha", META + b"ElementDataFile=../secret/key\n"),
    "meta doubled separator": (".mha", META + b"ElementDataFile :=: ../secret/key\n"),
    "meta blanks": (".mha", META + b"  ElementDataFile = ../secret/key   \n"),
    "meta list": (".mha", META + b"ElementDataFile = LIST\n" + b"../secret/key\n" * 40),
    "meta pattern": (".mha", META + b"ElementDataFile = ../secret/k%d 1 40 1\n"),
    "meta carriage return": (".mha", META + b"Comment = a\rElementDataFile = LOCAL\nElementDataFile = ../secret/key\n"),
    "meta number beyond its line": (
        ".mha",
        META + b"ElementSpacing = 1\n1 ElementDataFile = LOCAL\nElementDataFile = ../secret/key\n",
    ),
    "meta twice": (".mha", META + b"ElementDataFile = ../secret/key\nElementDataFile = LOCAL\n"),
    "meta long line": (".mha", META + b"Foo = " + b"x" * 600 + b"\nElementDataFile = ../secret/key\n"),
    "meta padding": (".mha", META + b"Comment = x\n" * 20_000 + b"ElementDataFile = ../secret/key\n"),
    "meta early field": (".mha", b"Comment = ElementDataFile DimSize\n" + META + b"ElementDataFile = ../secret/key\n"),
}


@pytest.mark.parametrize("trick", FOLLOWED)
def test_a_name_that_simpleitk_follows_is_refused(trick: str, folder: Path) -> None:
    suffix, content = FOLLOWED[trick]
    path = placed(folder, f"upload{suffix}", content)
    found = shown_by_itk(path, IO[path.suffix])
    assert len(found) >= 40 and (SECRET.startswith(found[:40]) or SECRET.endswith(found[-40:])), "the trick is none"
    refused_by_all(path)


HARMLESS_TODAY = {
    "tab in the name": (".nrrd", NRRD + b"data\tfile: ../secret/key\n"),
    "leading blank": (".nrrd", NRRD + b" data file: ../secret/key\n"),
    "no blank": (".nrrd", NRRD + b"data file:../secret/key\n"),
    "standard input": (".nrrd", NRRD + b"data file: -\n"),
    "drive": (".nrrd", NRRD + b"data file: C:/secret/key\n"),
    "backslash": (".nrrd", NRRD + b"data file: ..\\secret\\key\n"),
    "two data files": (".nrrd", NRRD + b"data file: a\ndata file: ../secret/key\n"),
    "NUL": (".nrrd", NRRD + b"data file: a\0/../../secret/key\n"),
    "no UTF-8": (".nrrd", NRRD + b"data file: \xff\xfe\n"),
    "no name": (".nrrd", NRRD + b"data file: \n"),
    "parent": (".nrrd", NRRD + b"data file: ..\n"),
    "crash": (".mha", META + b"ElementDataFile = ../secret/%sey 1 1 1\n"),
    "memory": (".mha", META + b"ElementDataFile = LISTX 2\n../secret/key\n"),
    "words": (".mha", META + b"ElementDataFile = ../secret/key 1 2 1\n"),
    "words after LOCAL": (".mha", META + b"ElementDataFile = LOCAL ../secret/key\n"),
    "swallowed line": (".mha", META + b"Comment =\nElementDataFile = LOCAL\nElementDataFile = ../secret/key\n"),
    "swallowed by a separator": (".mha", META + b"A = :\nElementDataFile = LOCAL\nElementDataFile = ../secret/key\n"),
    "no separator": (".mha", META + b"Foo\nElementDataFile = LOCAL\n"),
    "colon in a name": (".mha", META + b"A: ElementDataFile = LOCAL\nElementDataFile = LOCAL\n"),
    "case of meta": (".mha", META + b"Comment = ElementDataFile\nelementdatafile = x\nElementDataFile = LOCAL\n"),
    "field twice": (".mha", META + b"NDims = 2\nElementDataFile = LOCAL\n" + PLAIN),
    "next line": (".mha", META + b"ElementDataFile =\n../secret/key\n"),
    "NUL in a comment": (".nrrd", NRRD + b"# a\0b\n\n" + PLAIN),
    "long line before LOCAL": (".mha", META + b"Foo = " + b"x" * 600 + b"\nElementDataFile = LOCAL\n" + PLAIN),
    "no end": (".mha", META + b"Comment = ElementDataFile\n"),
}


@pytest.mark.parametrize("trick", HARMLESS_TODAY)
def test_what_another_version_could_follow_is_refused_too(trick: str, folder: Path) -> None:
    suffix, content = HARMLESS_TODAY[trick]
    refused_by_all(placed(folder, f"upload{suffix}", content))


@pytest.mark.parametrize("suffix", [".nrrd", ".mha", ".nii", ".png"])
def test_the_name_of_a_file_does_not_matter(suffix: str, folder: Path) -> None:
    refused_by_all(placed(folder, f"upload{suffix}", NRRD + b"data file: ../secret/key\n"))
    refused_by_all(placed(folder, f"upload{suffix}", META + b"ElementDataFile = ../secret/key\n"))


WORDS = st.one_of(
    st.sampled_from([b"data file", b"DATA FILE", b"datafile", b"ElementDataFile", b"Comment", b"#", b"LOCAL", b"LIST"]),
    st.sampled_from([b"../secret/key", b"@/key", b"ElementSpacing", b"x" * 600, b"byte skip", b"0 0", b"NDims", b"2"]),
)
MARKS = st.sampled_from([b": ", b":", b"=", b" = ", b":=", b" ", b"\t", b"\n", b"\r\n", b"\r", b"\n\n", b"\0", b"\x0b"])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    start=st.sampled_from([(".nrrd", NRRD), (".mha", META)]),
    lines=st.lists(st.tuples(WORDS, MARKS, WORDS, MARKS), max_size=4),
    last=st.sampled_from([b"data file: ../secret/key\n", b"ElementDataFile = ../secret/key\n", b"", b"\n"]),
)
def test_whatever_shows_the_secret_was_refused(
    folder: Path, start: tuple[str, bytes], lines: list[tuple[bytes, ...]], last: bytes
) -> None:
    suffix, header = start
    content = header + b"".join(b"".join(line) for line in lines) + last
    path = placed(folder, f"upload{suffix}", content)
    try:
        require_self_contained(path, "upload")
        require_own_folder(path, "upload")
    except InputError:
        return
    if b"/key" in content:  # nothing else leads there
        assert SECRET[:40] not in shown_by_itk(path, IO[path.suffix])


def written(folder: Path, name: str, *, compress: bool = False) -> Path:
    image = sitk.GetImageFromArray(np.arange(2400, dtype=np.uint8).reshape(40, 60))
    image.SetMetaData("0008|0060", "US")
    sitk.WriteImage(image, str(folder / name), useCompression=compress)
    return folder / name


@pytest.mark.parametrize("name", ["a.nrrd", "a.mha", "a.nii", "a.nii.gz", "a.png", "a.tif", "a.bmp", "a.jpg"])
@pytest.mark.parametrize("compress", [False, True])
def test_one_whole_file_is_accepted(name: str, compress: bool, folder: Path) -> None:
    path = written(folder, name, compress=compress)
    require_self_contained(path, "upload")
    require_own_folder(path, "upload")
    assert data_files(path) == (path,)


@pytest.mark.parametrize("name", ["my head.nhdr", "my head.mhd"])
@pytest.mark.parametrize("compress", [False, True])
def test_a_detached_header_with_its_data_beside_it_is_for_the_command_line_only(
    name: str, compress: bool, folder: Path
) -> None:
    path = written(folder, name, compress=compress)
    data = next(file for file in folder.iterdir() if file != path)
    require_own_folder(path, "axial plane")
    assert data_files(path) == (path, data)
    with pytest.raises(InputError, match=r"^upload is a header that keeps its pixels in another file: save it as one"):
        require_self_contained(path, "upload")
    data.unlink()
    with pytest.raises(InputError, match=r"which is missing: put the two files side by side"):
        data_files(path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
@pytest.mark.parametrize(
    "name", ["./data", "sub/../data", "a%d", "LIST", "LIST 2", "-", "a\\b", "C:data", "data ", "data."]
)
@pytest.mark.parametrize("start", [NRRD + b"data file: %b\n", META + b"ElementDataFile = %b\n"])
def test_only_a_bare_name_counts_even_where_the_file_exists(name: str, start: bytes, folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / name).write_bytes(PLAIN)
    path = placed(folder, "upload", start.replace(b"%b", name.encode()))
    with pytest.raises(InputError):
        require_own_folder(path, "axial plane")


def test_a_header_names_its_data_file_once(folder: Path) -> None:
    (folder / "data").write_bytes(PLAIN)
    with pytest.raises(InputError, match="names its data file 2 times"):
        require_own_folder(placed(folder, "a.nhdr", NRRD + b"data file: data\ndatafile: data\n"), "axial plane")


@pytest.mark.parametrize("name", ["a.nhdr", "a.mhd"])
def test_a_link_beside_the_header_that_leads_elsewhere_is_refused(name: str, folder: Path) -> None:
    path = written(folder, name)
    data = next(file for file in folder.iterdir() if file != path)
    elsewhere = data.rename(folder.parent / "secret" / data.name)
    data.symlink_to(elsewhere)
    with pytest.raises(InputError, match="a link to another folder: put the data file itself beside the header"):
        require_own_folder(path, "axial plane")
    data.unlink()
    data.symlink_to(data)
    with pytest.raises(InputError, match=r"cannot be read|missing"):
        require_own_folder(path, "axial plane")


def test_a_link_that_the_user_names_is_followed(folder: Path) -> None:
    whole = written(folder, "a.nrrd")
    link = folder.parent / "link.nrrd"
    link.symlink_to(whole)
    assert data_files(link) == (link,)
    assert load_stored_plane(link, "axial plane").values.shape == (40, 60)


@pytest.mark.parametrize("packed", [False, True])
def test_halves_of_pairs_and_contradictory_headers_of_nifti_are_refused(packed: bool, folder: Path) -> None:
    whole = written(folder, "a.nii").read_bytes()
    for at, mark, words in ((344, b"ni1\0", "half of a NIfTI pair"), (0, b"\0\0\0\0", "contradicts itself")):
        content = whole[:at] + mark + whole[at + 4 :]
        path = folder / "a.nii.gz"
        path.write_bytes(gzip.compress(content) if packed else content)
        for check in (require_self_contained, require_own_folder):
            with pytest.raises(InputError, match=words):
                check(path, "upload")


UNKNOWN = [
    b"<?xml?><VTKFile/>",
    b"\x89HDF\r\n\x1a\n" + bytes(64),
    b"text",
    b"<MRML></MRML>",
    b"# vtk DataFile Version 3.0",
]


@pytest.mark.parametrize("content", UNKNOWN)
@pytest.mark.parametrize("check", [require_self_contained, require_own_folder])
def test_what_is_of_no_known_kind_is_refused(check, content: bytes, folder: Path) -> None:
    with pytest.raises(InputError, match=r"^upload is not an image this program reads"):
        check(placed(folder, "a.nrrd", content), "upload")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this platform has no FIFOs")
@pytest.mark.parametrize("check", [require_self_contained, require_own_folder, load_stored_plane])
def test_a_fifo_does_not_hang(check, folder: Path) -> None:
    os.mkfifo(folder / "a.nrrd")
    os.mkfifo(folder / "pipe")
    header = placed(folder, "b.nrrd", NRRD + b"data file: pipe\n")
    for path in (folder / "a.nrrd", header, Path("/dev/zero"), folder, folder / "absent"):
        with pytest.raises(InputError):
            check(path, "upload")
    with pytest.raises(InputError, match="does not exist"):
        data_files(folder / "absent")
