"""JSON lines built from columns of text, all rows at once, without Python objects per row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.synthetic.random_columns import concat_texts, join_non_null


def quote_texts(texts: pa.Array) -> pa.StringArray:
    """Return texts as JSON strings; nulls stay null. Texts must not contain control characters."""
    for character in ("\\", '"'):
        if pc.any(pc.match_substring(texts, character)).as_py():
            texts = pc.replace_substring(texts, character, "\\" + character)
    return concat_texts(['"', texts, '"'])


def build_arrays(*values: pa.Array) -> pa.StringArray:
    """Build a JSON array from the values of each row; null for a row without values."""
    return concat_texts(["[", join_non_null(values, ","), "]"])


def build_text_arrays(*texts: pa.Array) -> pa.StringArray:
    """Build a JSON array of strings from the texts of each row."""
    return build_arrays(*(quote_texts(column) for column in texts))


def build_objects(
    first: str, value: pa.Array, members: Sequence[tuple[str, pa.Array]]
) -> pa.StringArray:
    """Build JSON objects from `first` (never null) and the members that are not null.

    Values are JSON already.
    """
    pieces = [pc.fill_null(concat_texts([f',"{key}":', column]), "") for key, column in members]
    return concat_texts([f'{{"{first}":', value, *pieces, "}"])


def build_optional_objects(members: Sequence[tuple[str, pa.Array]]) -> pa.StringArray:
    """Build JSON objects from the members that are not null; null without members."""
    pieces = [pc.fill_null(concat_texts([f',"{key}":', column]), "") for key, column in members]
    joined = concat_texts(pieces)
    empty = pc.equal(joined, "")
    body = pc.utf8_ltrim(joined, characters=",")
    return pc.if_else(empty, pa.scalar(None, pa.string()), concat_texts(["{", body, "}"]))


def encode_lines(lines: pa.StringArray) -> memoryview:
    """Return the lines with line ends as the bytes of a file."""
    ended = concat_texts([lines, "\n"])
    if not len(ended):
        return memoryview(b"")
    offsets = np.frombuffer(ended.buffers()[1], dtype=np.int32)[
        ended.offset : ended.offset + len(ended) + 1
    ]
    return memoryview(ended.buffers()[2])[int(offsets[0]) : int(offsets[-1])]
