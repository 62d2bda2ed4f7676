"""Files of compiled code that several processes share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from resolver.runtime.just_in_time import CodeFiles


class Interrupted(CodeFiles):
    """Lets something happen between any two writes of files."""

    def __init__(self, folder: Path, stamp: str, meanwhile: Any) -> None:
        super().__init__(str(folder), "add-1.py3", stamp)
        self.meanwhile = meanwhile

    def _save_data(self, name: str, data: Any) -> None:
        self.meanwhile()
        super()._save_data(name, data)  # type: ignore[no-untyped-call]
        self.meanwhile()

    def _save_index(self, overloads: Any) -> None:
        self.meanwhile()
        super()._save_index(overloads)  # type: ignore[no-untyped-call]
        self.meanwhile()


def load(folder: Path, stamp: str, key: str) -> Any:
    return CodeFiles(str(folder), "add-1.py3", stamp).load(key)  # type: ignore[no-untyped-call]


def test_no_process_loads_code_of_other_types(tmp_path: Path) -> None:
    def read_all() -> None:
        for key in ("int32", "int64", "float"):
            assert load(tmp_path, "new", key) in (None, f"new code for {key}")

    def save_another() -> None:
        read_all()
        CodeFiles(str(tmp_path), "add-1.py3", "new").save("int64", "new code for int64")
        read_all()

    CodeFiles(str(tmp_path), "add-1.py3", "old").save("float", "old code for float")
    Interrupted(tmp_path, "new", save_another).save("int32", "new code for int32")
    Interrupted(tmp_path, "new", read_all).save("float", "new code for float")
    read_all()
    assert load(tmp_path, "new", "float") == "new code for float"


def test_an_index_of_modules_that_are_gone_is_none(tmp_path: Path) -> None:
    """After an update the index may name types of a module that was moved."""
    files = CodeFiles(str(tmp_path), "add-1.py3", "old")
    files.save(Path, "old code")
    (index,) = tmp_path.glob("*.nbi")
    index.write_bytes(index.read_bytes().replace(b"pathlib", b"pathlob"))
    assert load(tmp_path, "new", "int32") is None
    CodeFiles(str(tmp_path), "add-1.py3", "new").save("int32", "new code")
    assert load(tmp_path, "new", "int32") == "new code"


def test_code_of_former_sources_is_removed(tmp_path: Path) -> None:
    for stamp in ("old", "new"):
        files = CodeFiles(str(tmp_path), "add-1.py3", stamp)
        files.save("int32", f"{stamp} 32")
        files.save("int64", f"{stamp} 64")
    assert load(tmp_path, "old", "int32") is None
    assert [load(tmp_path, "new", f"int{bits}") for bits in (32, 64)] == ["new 32", "new 64"]
    assert len(list(tmp_path.glob("*.nbc"))) == 2
