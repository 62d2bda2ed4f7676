"""The types that machine code is made for, against those that kernels are called with."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

from resolver.runtime import arrays, just_in_time

types: Any = numba.types
type_of: Any = numba.typeof
READ_ONLY = np.zeros(4, dtype=np.int32)
READ_ONLY.flags.writeable = False


def kernels_in_use(root: Path) -> set[str]:
    """Return the keys of the kernels that modules without kernels import."""
    keys = set()
    for path in sorted(path for top in ("resolver", "api") for path in (root / top).rglob("*.py")):
        if "kernels" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                keys |= set(kernels_imported_by(node))
    return keys


def kernels_imported_by(node: ast.AST) -> Iterator[str]:
    """Yield the keys of the kernels that a statement imports."""
    if isinstance(node, ast.ImportFrom) and re.match(
        r"resolver\.(runtime|\w+\.kernels)\.", node.module or ""
    ):
        module = import_module(str(node.module))
        for alias in node.names:
            function = getattr(getattr(module, alias.name, None), "py_func", None)
            if function is not None:
                yield str(just_in_time.key_of(function))


def test_every_kernel_that_is_used_is_stated(root: Path) -> None:
    used = kernels_in_use(root)
    assert len(used) > 50
    assert used - set(just_in_time.stated_signatures()) == set()


def test_stated_types_are_read_and_written_alike() -> None:
    for module, name, kinds in just_in_time.signatures():
        key = f"{module.removeprefix('resolver.')}.{name}"
        references = just_in_time._structured_types()
        written = [just_in_time.as_stated(kind, references) for kind in kinds]
        assert written == just_in_time.stated_signatures()[key]


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        (np.zeros(4, dtype=np.int32), True),
        (READ_ONLY, False),
        (np.zeros(4, dtype=np.int64), False),
        (np.zeros(8, dtype=np.int32)[::2], False),
        (np.zeros((2, 2), dtype=np.int32), False),
    ],
)
def test_only_arrays_that_machine_code_takes_are_accepted(value: Any, accepted: bool) -> None:
    kernel: Any = arrays.distinct_items
    if accepted:
        just_in_time.refuse_unstated(kernel.py_func, [type_of(value)])
        return
    with pytest.raises(TypeError, match=r"arrays\.distinct_items is called with \("):
        just_in_time.refuse_unstated(kernel.py_func, [type_of(value)])


def test_a_kernel_refuses_other_types_in_tests() -> None:
    with pytest.raises(TypeError, match=r"signatures\.json lacks"):
        arrays.distinct_items(np.zeros(4, dtype=np.int16))


@pytest.mark.parametrize(
    ("left", "right", "both"),
    [
        (types.int32, types.int64, types.int64),
        (types.int64[::1], types.Array(types.int64, 1, "C", readonly=True), "const int64[:]"),
        (types.int64[::1], types.int64[:], "strided int64[:]"),
        (types.literal(3), types.int64, types.int64),
        (
            types.UniTuple(types.int32, 2),
            types.Tuple((types.int64, types.int32)),
            ["tuple", "int64", "int32"],
        ),
    ],
)
def test_joined_types_hold_both(left: Any, right: Any, both: Any) -> None:
    holder = just_in_time.as_type(both) if isinstance(both, str | list) else both
    assert just_in_time.joined(left, right) == just_in_time.joined(right, left) == holder


def test_types_that_nothing_holds_are_an_error() -> None:
    with pytest.raises(TypeError, match="no type holds both"):
        just_in_time.joined(types.int64[::1], types.float64[::1])


def test_new_types_are_added_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "just_in_time.json"
    shutil.copy(just_in_time.FILE, copy)
    before = copy.read_text("utf-8")
    monkeypatch.setattr(just_in_time, "FILE", copy)
    kernel: Any = arrays.distinct_items
    just_in_time.record(kernel.py_func, [type_of(np.zeros(4, dtype=np.int32))])
    assert copy.read_text("utf-8") == before
    just_in_time.record(kernel.py_func, [type_of(READ_ONLY)])
    assert '"runtime.arrays.distinct_items": ["const int32[:]"]' in copy.read_text("utf-8")
