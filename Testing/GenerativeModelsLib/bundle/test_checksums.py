"""Bundle files: checksums, size limits, links and files that are not regular."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from GenerativeModelsLib.bundle import checksums as bundle_files
from GenerativeModelsLib.bundle.bundle import (
    bundle_checksum,
    read_bundle,
    read_card,
    read_manifest,
    write_bundle,
)
from GenerativeModelsLib.bundle.checksums import ALL_FILES, FILES, LIMITS, file_digest, read_file
from GenerativeModelsLib.bundle.manifest import Component, ModelDescription
from GenerativeModelsLib.bundle.verify import seal_bundle, verify_bundle
from GenerativeModelsLib.errors import InputError
from Testing.helpers.bundles import change_manifest, flipped, reseal

DESCRIPTION = ModelDescription(
    name="tiny", version="1.2.0", kind="tiny-kind", architecture={"net": Component(class_name="Tiny")}
)
CARD = "# Tiny\n\nA card of µm.\n"
LOADERS = {"tiny-kind": read_bundle}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_bundle(tmp_path / "bundle", {"net.weight": torch.arange(12.0).reshape(3, 4)}, DESCRIPTION, CARD)
    return tmp_path / "bundle"


def assert_refused(folder: Path, words: str) -> None:
    """Refused by every reader and by verification, in one sentence."""
    for read in (bundle_checksum, read_manifest, read_bundle):
        with pytest.raises(InputError, match=words) as caught:
            read(folder)
        assert str(caught.value).endswith(".") and "\n" not in str(caught.value)
    assert not all(check.passed for check in verify_bundle(folder))


def test_checksums_are_those_of_sha256sum(folder: Path) -> None:
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in FILES]
    assert (folder / "SHA256SUMS").read_bytes().decode() == "".join(lines)
    assert list(FILES) == sorted(FILES) == ["CARD.md", "model.json", "model.safetensors"]
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, check=True)


def test_the_identity_of_a_bundle_is_the_checksum_of_its_checksums(folder: Path) -> None:
    expected = hashlib.sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()
    assert bundle_checksum(folder) == read_bundle(folder).checksum == expected
    change_manifest(folder, lambda c: c.update(calibration={"scale": 2.0}))
    assert bundle_checksum(folder) == read_bundle(folder).checksum != expected


def test_files_are_written_with_the_same_bytes_on_every_system(folder: Path) -> None:
    assert (folder / "CARD.md").read_bytes() == CARD.encode() and read_card(folder) == CARD
    assert b"\r" not in (folder / "model.json").read_bytes() + (folder / "SHA256SUMS").read_bytes()


@pytest.mark.parametrize("name", ALL_FILES)
def test_every_bit_counts(folder: Path, name: str) -> None:
    """All bits of the small files, every third of the others."""
    bits = 8 * (folder / name).stat().st_size
    for bit in range(0, bits, 1 if bits < 2048 else 3):
        with flipped(folder / name, bit), pytest.raises(InputError):
            bundle_checksum(folder)
    assert bundle_checksum(folder)


@pytest.mark.parametrize("name", ALL_FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert_refused(folder, f"has no {name}")


@pytest.mark.parametrize("name", ALL_FILES)
@pytest.mark.parametrize("kept", [0, 20])
def test_a_truncated_file_is_refused(folder: Path, name: str, kept: int) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:kept])
    assert_refused(folder, name)


@pytest.mark.parametrize("name", ALL_FILES)
def test_a_byte_more_is_refused(folder: Path, name: str) -> None:
    with (folder / name).open("ab") as stream:
        stream.write(b"\n")
    assert_refused(folder, name)


def test_swapped_files_are_refused(folder: Path) -> None:
    (folder / "CARD.md").rename(folder / "x")
    (folder / "model.json").rename(folder / "CARD.md")
    (folder / "x").rename(folder / "model.json")
    assert_refused(folder, "The checksum of .*(CARD.md|model.json) is ")


def test_a_file_of_another_bundle_is_refused(folder: Path, tmp_path: Path) -> None:
    write_bundle(tmp_path / "other", {"net.weight": torch.zeros(3, 4)}, DESCRIPTION, CARD)
    shutil.copy(tmp_path / "other" / "model.safetensors", folder)
    assert_refused(folder, "The checksum of .*model.safetensors is .*SHA256SUMS says")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.upper(),
        lambda text: text.replace(b"  ", b" *"),
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text[:-1],
        lambda text: b"".join(reversed(text.splitlines(keepends=True))),
        lambda text: text + text.splitlines(keepends=True)[0],
        lambda text: b"# made by hand\n" + text,
    ],
)
def test_only_one_text_of_checksums_is_right(folder: Path, change: Callable[[bytes], bytes]) -> None:
    text = (folder / "SHA256SUMS").read_bytes()
    (folder / "SHA256SUMS").write_bytes(change(text))
    assert_refused(folder, "SHA256SUMS does not hold one line for each of")


def test_limits() -> None:
    assert LIMITS == {"CARD.md": 2**20, "model.json": 2**24, "model.safetensors": 2**31, "SHA256SUMS": 2**12}


@pytest.mark.parametrize("name", ALL_FILES)
def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (folder / name).open("r+b") as stream:
        stream.truncate(LIMITS[name] + 1)
    monkeypatch.setattr(bundle_files.os, "open", None)
    assert_refused(folder, f"{name} has {LIMITS[name] + 1} bytes, expected at most {LIMITS[name]}")


def test_a_file_that_grows_while_it_is_read_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_files, "_place", lambda folder, name: folder / name)
    monkeypatch.setitem(LIMITS, "CARD.md", 10)
    for read in (read_file, file_digest):
        with pytest.raises(InputError, match=r"CARD.md has \d+ bytes, expected at most 10"):
            read(folder, "CARD.md")


def test_what_readers_would_refuse_is_not_written(folder: Path) -> None:
    before = bundle_checksum(folder)
    with pytest.raises(InputError, match=r"CARD.md has \d+ bytes, expected at most 1048576"):
        write_bundle(folder, {"net.weight": torch.zeros(1)}, DESCRIPTION, "x" * (2**20 + 1))
    assert bundle_checksum(folder) == before


def linked(link: Path, target: Path, directory: bool = False) -> None:
    """Make a symbolic link; skip where the system does not let users make one."""
    try:
        link.symlink_to(target, target_is_directory=directory)
    except OSError as error:
        pytest.skip(f"symbolic links cannot be made here: {error}")


@pytest.mark.parametrize("name", ALL_FILES)
def test_a_link_to_another_place_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    (folder / name).rename(tmp_path / name)
    linked(folder / name, tmp_path / name)
    assert_refused(folder, f"{name} is a link to another place: copy the file itself into the bundle")


def test_a_link_to_nothing_and_a_link_to_itself_are_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "CARD.md").unlink()
    linked(folder / "CARD.md", tmp_path / "nothing")
    assert_refused(folder, "CARD.md cannot be read")
    (folder / "CARD.md").unlink()
    linked(folder / "CARD.md", folder / "CARD.md")
    assert_refused(folder, "CARD.md cannot be read")


def test_a_link_within_the_bundle_and_to_the_bundle_are_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "CARD.md").rename(folder / "card.txt")
    linked(folder / "CARD.md", Path("card.txt"))
    linked(tmp_path / "link", folder, directory=True)
    assert read_bundle(tmp_path / "link").checksum == bundle_checksum(folder)


@pytest.mark.skipif(sys.platform != "win32", reason="junctions are of Windows")
def test_a_junction_is_no_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "CARD.md").unlink()
    subprocess.run(["cmd", "/c", "mklink", "/J", str(folder / "CARD.md"), str(tmp_path / "elsewhere")], check=True)
    assert_refused(folder, "CARD.md is a link to another place")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
@pytest.mark.parametrize("name", ALL_FILES)
def test_a_fifo_is_refused_and_never_waited_for(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)
    started = time.monotonic()
    assert_refused(folder, f"{name} is not a regular file")
    monkeypatch.setattr(bundle_files, "_place", lambda folder, name: folder / name)  # replaced after the first check
    with pytest.raises(InputError, match="is not a regular file"):
        read_file(folder, name)
    assert time.monotonic() - started < 5


def test_a_folder_in_place_of_a_file_is_refused(folder: Path) -> None:
    (folder / "CARD.md").unlink()
    (folder / "CARD.md").mkdir()
    assert_refused(folder, "CARD.md is not a regular file")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="every file can be read here")
def test_a_file_that_must_not_be_read_is_one_sentence(folder: Path) -> None:
    (folder / "CARD.md").chmod(0)
    assert_refused(folder, "CARD.md cannot be read")


def test_a_bundle_of_an_earlier_version_is_sealed(folder: Path) -> None:
    expected = (folder / "SHA256SUMS").read_bytes()
    (folder / "SHA256SUMS").unlink()
    assert_refused(folder, "has no SHA256SUMS, as bundles made by earlier versions: run .*model seal DIR")
    checks = seal_bundle(folder, LOADERS)
    assert [c.name for c in checks] == ["files", "manifest", "checksum", "tensors", "card", "loads"]
    assert all(c.passed for c in checks) and (folder / "SHA256SUMS").read_bytes() == expected
    assert all(c.passed for c in seal_bundle(folder, LOADERS)), "a second time changes nothing"
    assert (folder / "SHA256SUMS").read_bytes() == expected and len(list(folder.iterdir())) == 4


@pytest.mark.parametrize("name", ALL_FILES)
def test_damage_is_not_sealed_in(folder: Path, name: str) -> None:
    with flipped(folder / name, 100):
        before = (folder / "SHA256SUMS").read_bytes()
        with pytest.raises(InputError, match="SHA256SUMS"):
            seal_bundle(folder, LOADERS)
        assert (folder / "SHA256SUMS").read_bytes() == before


DAMAGE: dict[str, Callable[[Path], object]] = {
    "checksum": lambda f: (f / "model.safetensors").write_bytes((f / "model.safetensors").read_bytes()[:-1] + b"\x7f"),
    "manifest": lambda f: (f / "model.json").write_text("{}"),
    "tensors": lambda f: change_manifest(f, lambda c: c["tensors"]["net.weight"].update(shape=[4, 3])),
    "card": lambda f: (f / "CARD.md").write_text(""),
    "loads": lambda f: change_manifest(f, lambda c: c.update(kind="other-kind")),
}


@pytest.mark.parametrize("failing", DAMAGE)
def test_what_does_not_pass_is_not_sealed(folder: Path, failing: str) -> None:
    DAMAGE[failing](folder)
    (folder / "SHA256SUMS").unlink()
    checks = seal_bundle(folder, LOADERS)
    assert [check.name for check in checks if not check.passed] == [failing]
    assert str(folder) in next(check.detail for check in checks if not check.passed)
    assert not (folder / "SHA256SUMS").exists()


def test_what_changes_while_it_is_sealed_is_refused(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()

    def load(copy: Path) -> None:
        (folder / "CARD.md").write_text("another one")

    with pytest.raises(InputError, match=r"The checksum of .*CARD\.md"):
        seal_bundle(folder, {"tiny-kind": load})
    with pytest.raises(InputError, match=r"The checksum of .*CARD\.md"):
        read_bundle(folder)


@pytest.mark.parametrize("error", [OverflowError("int too large"), RuntimeError("two\nlines"), KeyError("x")])
def test_verification_fails_whatever_loading_raises(folder: Path, error: Exception) -> None:
    def load(folder: Path) -> None:
        raise error

    check = verify_bundle(folder, {"tiny-kind": load})[-1]
    assert (check.name, check.passed) == ("loads", False)
    assert type(error).__name__ in check.detail and "\n" not in check.detail


def test_an_unknown_kind_is_not_passed(folder: Path) -> None:
    check = verify_bundle(folder, {"one": read_bundle})[-1]
    assert not check.passed and "of kind tiny-kind, where this software knows one" in check.detail


def test_the_bytes_that_were_hashed_are_those_that_are_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that replace the first ones after those were read are not used."""
    plain = bundle_files.SealedBundle.read

    def read(self: bundle_files.SealedBundle, name: str) -> bytes:
        content = plain(self, name)
        (self.folder / name).write_bytes(b"other")
        return content

    monkeypatch.setattr(bundle_files.SealedBundle, "read", read)
    assert torch.equal(read_bundle(folder).tensors["net.weight"], torch.arange(12.0).reshape(3, 4))
    monkeypatch.undo()
    reseal(folder)
    with pytest.raises(InputError, match="not readable as JSON"):
        read_bundle(folder)
