"""JSON lines from columns of text, all rows at once: no object is ever built."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.synthetic.random_columns import join, join_present


def quoted(texts: pa.Array) -> pa.StringArray:
    """The texts as JSON strings; nulls stay null. Texts hold no control characters."""
    for sign in ("\\", '"'):
        if pc.any(pc.match_substring(texts, sign)).as_py():
            texts = pc.replace_substring(texts, sign, "\\" + sign)
    return join(['"', texts, '"'])


def listed(*values: pa.Array) -> pa.StringArray:
    """JSON arrays of the values of each row; null where a row has none."""
    return join(["[", join_present(values, ","), "]"])


def texts_listed(*texts: pa.Array) -> pa.StringArray:
    """JSON arrays of strings."""
    return listed(*(quoted(column) for column in texts))


def record(first: str, value: pa.Array, members: Sequence[tuple[str, pa.Array]]) -> pa.StringArray:
    """JSON objects with `first` (never null) and then the members that are not null. Values are JSON already."""
    pieces = [pc.fill_null(join([f',"{key}":', column]), "") for key, column in members]
    return join([f'{{"{first}":', value, *pieces, "}"])


def inner(members: Sequence[tuple[str, pa.Array]]) -> pa.StringArray:
    """JSON objects with the members that are not null; null where there are none."""
    pieces = [pc.fill_null(join([f',"{key}":', column]), "") for key, column in members]
    joined = join(pieces)
    empty = pc.equal(joined, "")
    body = pc.utf8_ltrim(joined, characters=",")
    return pc.if_else(empty, pa.scalar(None, pa.string()), join(["{", body, "}"]))


def encoded(lines: pa.StringArray) -> memoryview:
    """The lines, each with its end, as the bytes of a file."""
    ended = join([lines, "\n"])
    if not len(ended):
        return memoryview(b"")
    offsets = np.frombuffer(ended.buffers()[1], dtype=np.int32)[
        ended.offset : ended.offset + len(ended) + 1
    ]
    return memoryview(ended.buffers()[2])[int(offsets[0]) : int(offsets[-1])]
