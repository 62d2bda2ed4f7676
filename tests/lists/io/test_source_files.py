"""Input files: packed, damaged, and in several encodings."""

from __future__ import annotations

import bz2
import gzip
import io
import struct
import zipfile
from pathlib import Path

import pytest

from resolver.errors import InputError
from resolver.lists.io.source_files import SourceFile, zip_members


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_plain_gzip_and_zip_give_the_same_bytes(tmp_path: Path) -> None:
    content = "a,b\nü,2\n".encode()
    (tmp_path / "list.csv").write_bytes(content)
    (tmp_path / "packed").write_bytes(
        gzip.compress(content)
    )  # told by its first bytes, not by its name
    archive = tmp_path / "lists.zip"
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("inner/list.csv", content)
        writer.writestr("inner/list.csv.gz", gzip.compress(content))
    files = [
        SourceFile(tmp_path / "list.csv"),
        SourceFile(tmp_path / "packed"),
        *zip_members(archive),
    ]
    assert [file.open().read() for file in files] == [content] * 4
    assert [file.head(3) for file in files] == [b"a,b"] * 4


def test_labels_hold_no_folder_of_this_machine(tmp_path: Path) -> None:
    file = SourceFile(tmp_path / "Lists.zip", "a/SDN.csv.gz")
    assert (file.label, file.stem, file.suffix) == ("Lists.zip!a/SDN.csv.gz", "SDN", ".csv")
    assert SourceFile(tmp_path / "x.csv", name="2018/x.csv").label == "2018/x.csv"


@pytest.mark.parametrize("cut", [5, 200, 4000])
def test_a_truncated_gzip_is_one_clear_line(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "list.csv.gz"
    noise = b"".join(struct.pack("<I", number * 2654435761 % 2**32) for number in range(5000))
    path.write_bytes(gzip.compress(noise)[:cut])
    with pytest.raises(InputError, match=r"^list\.csv\.gz: the compressed file is truncated"):
        SourceFile(path).open().read()


def test_a_gzip_with_a_wrong_checksum_is_damaged(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(b"a,b\n" * 100))
    content[-8] ^= 1
    (tmp_path / "list.gz").write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        SourceFile(tmp_path / "list.gz").open().read()


def test_a_gzip_bomb_stops_early(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"\0" * 4_000_000))
    stream = SourceFile(path).open(max_ratio=100, free_bytes=100_000)
    with pytest.raises(InputError, match="decompression bomb"):
        stream.read()


def test_a_small_file_may_unpack_to_any_ratio(tmp_path: Path) -> None:
    path = tmp_path / "zeros.gz"
    path.write_bytes(gzip.compress(b"0" * 1_000_000))
    assert len(SourceFile(path).open().read()) == 1_000_000


def test_a_gzip_in_a_zip_counts_against_the_size_of_the_zip(tmp_path: Path) -> None:
    path = tmp_path / "nested.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv.gz", gzip.compress(b"\0" * 8_000_000))
    (member,) = zip_members(path)
    with pytest.raises(InputError, match="decompression bomb"):
        member.open(max_ratio=100, free_bytes=100_000).read()


def test_a_zip_that_states_the_sizes_of_a_bomb_is_refused_unopened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.lists.io.source_files.FREE_BYTES", 100_000)
    path = zipped(
        tmp_path / "many.zip", **{f"{number}.csv": b"\0" * 50_000 for number in range(20)}
    )
    with pytest.raises(InputError, match="decompression bomb"):
        zip_members(path)


def test_a_zip_of_too_many_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.lists.io.source_files.MAX_MEMBERS", 3)
    with pytest.raises(InputError, match="holds 4 files"):
        zip_members(zipped(tmp_path / "many.zip", a=b"1", b=b"2", c=b"3", d=b"4"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_two_files_of_one_name_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        for content in (b"first", b"second"):
            archive.writestr("list.csv", content)
    with pytest.raises(InputError, match=r"several files called list\.csv"):
        zip_members(tmp_path / "twice.zip")


@pytest.mark.parametrize("content", [b"PK\x03\x04 and nothing more", b"PK\x05\x06"])
def test_a_damaged_zip_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.zip").write_bytes(content)
    with pytest.raises(InputError, match=r"^bad\.zip: the file is damaged"):
        zip_members(tmp_path / "bad.zip")


def test_a_zip_member_whose_bytes_are_damaged(tmp_path: Path) -> None:
    path = zipped(tmp_path / "lists.zip", **{"a.csv": b"a,b\n" * 1000})
    content = bytearray(path.read_bytes())
    content[45] ^= 0xFF
    path.write_bytes(content)
    (member,) = zip_members(path)
    with pytest.raises(InputError, match=r"^lists\.zip!a\.csv: the file is damaged"):
        member.open().read()


def test_an_encrypted_zip_says_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "lists.zip", **{"a.csv": b"a,b\n"})
    content = bytearray(path.read_bytes())
    content[6] |= 1  # the flag in the member's header and in the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    (member,) = zip_members(path)
    with pytest.raises(InputError, match="encrypted"):
        member.open()


def test_zip_members_outside_the_folder_are_never_written(tmp_path: Path) -> None:
    inner = tmp_path / "inside"
    inner.mkdir()
    path = zipped(
        inner / "lists.zip",
        **{"../../evil.csv": b"id,name\n1,A\n", "/etc/evil.csv": b"id,name\n2,B\n"},
    )
    assert [file.open().read()[-2:] for file in zip_members(path)] == [b"A\n", b"B\n"]
    assert sorted(tmp_path.rglob("*.csv")) == []


def test_an_absent_file_and_an_absent_member(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^gone\.csv: cannot be opened"):
        SourceFile(tmp_path / "gone.csv").open()
    path = zipped(tmp_path / "lists.zip", a=b"1")
    with pytest.raises(InputError, match="no file 'b'"):
        SourceFile(path, "b").open()


def test_bzip_is_not_unpacked(tmp_path: Path) -> None:
    (tmp_path / "list.bz2").write_bytes(bz2.compress(b"a"))
    assert SourceFile(tmp_path / "list.bz2").head(2) == b"BZ"


def test_closing_closes_all_inner_streams(tmp_path: Path) -> None:
    path = zipped(tmp_path / "lists.zip", a=gzip.compress(b"abc"))
    stream = SourceFile(path, "a").open()
    assert isinstance(stream, io.BufferedReader)
    stream.close()
    assert stream.closed
