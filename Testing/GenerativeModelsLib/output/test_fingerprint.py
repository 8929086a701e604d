from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.output.fingerprint import Fingerprint, checksums_of_folder, data_hash, file_checksum

values = st.one_of(st.none(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text())
texts = st.dictionaries(st.text(max_size=5), st.fixed_dictionaries({"name": st.text(), "sha256": st.text()}))
fingerprints = st.builds(Fingerprint, texts, st.text(), st.dictionaries(st.text(), values), st.text())


@given(fingerprints, fingerprints)
def test_two_fingerprints_differ_when_anything_does(one: Fingerprint, other: Fingerprint) -> None:
    assert (one.digest == other.digest) == (one == other) == (one.differences(other.document()) == [])


@given(fingerprints, st.sets(st.text(max_size=2), max_size=2))
def test_options_left_out_are_no_difference(one: Fingerprint, names: set[str]) -> None:
    other = replace(one, options=dict(one.options) | dict.fromkeys(names, "other"))
    assert one.differs_in_options_only(other.document(), names)
    assert one.without(names) == other.without(names)
    assert one.differs_in_options_only(other.document(), []) == (one == other)
    for change in ({"model": one.model + "x"}, {"software": "other"}, {"inputs": dict(one.inputs) | {"new": {}}}):
        assert not one.differs_in_options_only(replace(one, **change).document(), names | set(change))
    for document in (None, [], {}, {"digest": one.digest}):
        assert not one.differs_in_options_only(document, names)


@given(fingerprints)
def test_a_document_that_is_none_is_a_difference(one: Fingerprint) -> None:
    for document in (None, [], {}, {"digest": one.digest}, one.document() | {"inputs": []}):
        assert one.differences(document) == ["it has no fingerprint"]
    assert one.differences(one.document() | {"digest": "0"}) == ["its digest"]


def test_the_checksum_is_of_all_files_of_an_input(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"ab")
    (tmp_path / "b").write_bytes(b"c")
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2
    assert file_checksum([tmp_path / "a", tmp_path / "b"]) == abc
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x").write_bytes(b"abc")
    assert checksums_of_folder(tmp_path)["sub/x"] == abc and len(checksums_of_folder(tmp_path)) == 3
    with pytest.raises(InputError, match="cannot be read"):
        file_checksum(tmp_path / "none")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "data"
    folder.mkdir()
    for name, content in (("b.npz", b"second"), ("a.npz", b"first"), ("c.npz", b"")):
        (folder / name).write_bytes(content)
    return [folder / name for name in ("b.npz", "a.npz", "c.npz")]


def test_the_hash_does_not_depend_on_the_order_or_on_the_folder(files: list[Path], tmp_path: Path) -> None:
    one = data_hash(files)
    assert re.fullmatch("[0-9a-f]{64}", one) and data_hash(reversed(files)) == one == data_hash(iter(files))
    moved = shutil.copytree(files[0].parent, tmp_path / "elsewhere")
    assert data_hash(moved.iterdir()) == one


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f[0].write_bytes(b"secone"),
        lambda f: f[2].write_bytes(b"\0"),
        lambda f: f.pop(),
        lambda f: f.append(f[0].parent / "d.npz") or f[-1].write_bytes(b""),
        lambda f: f.append(f.pop(0).rename(f[0].parent / "bb.npz")),
        lambda f: (f[0].write_bytes(b"first"), f[1].write_bytes(b"second")),
    ],
    ids=["one byte", "one more byte", "one file less", "an empty file more", "another name", "contents exchanged"],
)
def test_the_hash_changes_with(change: Callable[[list[Path]], object], files: list[Path]) -> None:
    before = data_hash(files)
    change(files)
    assert data_hash(files) != before
