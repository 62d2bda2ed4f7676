"""Array files are read as they were written, with small or large pages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from resolver.errors import StoreError
from resolver.store.array_files import AnyArray, open_arrays, write_arrays

ARRAYS: dict[str, AnyArray] = {
    "few": np.arange(7, dtype=np.int32),
    "none": np.zeros(0, dtype=np.uint64),
    # more than one large page
    "many": np.arange(700_000, dtype=np.int64),
}


@pytest.mark.parametrize("advice", [True, False])
@pytest.mark.parametrize("large_pages", [True, False])
def test_arrays_are_read_as_written(
    tmp_path: Path, large_pages: bool, advice: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not advice:
        # invalid advice is refused, as on a system without large pages
        monkeypatch.setattr("resolver.store.array_files._LARGE_PAGES", 9_999)
    path = tmp_path / "some.bin"
    write_arrays(path, ARRAYS, {"of": 3}, large_pages=large_pages)
    for checked in (False, True):
        opened = open_arrays(path, checked=checked, large_pages=large_pages)
        assert opened.about == {"of": 3}
        assert opened.arrays.keys() == ARRAYS.keys()
        for name, array in opened.arrays.items():
            assert array.dtype == ARRAYS[name].dtype
            assert np.array_equal(array, ARRAYS[name])
            assert not array.flags.writeable


@pytest.mark.parametrize("damage", [b"", b"short", b"another form of file" * 9])
def test_other_files_are_refused(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "some.bin"
    path.write_bytes(damage)
    with pytest.raises(StoreError, match="damaged"):
        open_arrays(path)


def test_checked_files_reveal_altered_bytes(tmp_path: Path) -> None:
    path = tmp_path / "some.bin"
    write_arrays(path, ARRAYS, {})
    data = bytearray(path.read_bytes())
    data[-1000] ^= 1
    path.write_bytes(data)
    open_arrays(path)
    with pytest.raises(StoreError, match="changed"):
        open_arrays(path, checked=True)
