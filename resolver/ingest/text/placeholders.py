"""Words in place of an unknown name ("Unknown", "N/A", "FNU").

They are no names: two records with "Unknown" have nothing in common. Such values are left out, each
with a reject; the rest of the record is kept.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.ingest.reader_types import LocatedBatch, Reject
from resolver.records import Column
from resolver.records.properties import FULL_NAMES, NAME_PARTS

# "Na", "Nil" and "None" may be names, unlike "N/A" or "N.A."
_PLACEHOLDER_TABLE = """
    unknown | unkown | name unknown | unknown name | unknown unknown | not known
    name not known | no name | noname | unnamed | unidentified | not identified | unspecified
    not specified | not stated | not given | not provided | not available | not applicable
    no information | n/a | n.a | #n/a | n/k | n.n | null | undefined | nan | tbd | tba
    to be determined | to be confirmed | fnu | lnu | fnu lnu | xxx | xxxx | xxxxx
    desconocido | desconocida | sin nombre | desconhecido | inconnu | inconnue | sconosciuto
    unbekannt | onbekend | nieznany | bilinmiyor | неизвестно | неизвестный | неизвестен
    невідомо | невідомий | άγνωστος | άγνωστο | غير معروف | مجهول | نامعلوم | 不明 | 不详 | 不詳
    未知 | 미상 | 불명
"""
PLACEHOLDERS = frozenset(map(str.strip, _PLACEHOLDER_TABLE.replace("\n", "|").split("|"))) - {""}
"""Placeholders in lower case."""
Bools = npt.NDArray[np.bool_]
_SMALL = 32
"""Names up to which those in ASCII are checked one by one: for one record arrays take longer."""
_EDGES = " \t\r\n.,;:?!*_=-–—()[]{}<>\"'`´“”‘’"


def is_placeholder(text: str) -> bool:
    """Return whether a name is a placeholder."""
    word = text.strip(_EDGES).lower()
    return not word or word in PLACEHOLDERS


def remove_placeholders(chunk: LocatedBatch, label: str) -> tuple[LocatedBatch, list[Reject]]:
    """Return the chunk without placeholder names, and a reject for each value left out."""
    batch, rejects = chunk.batch, list[Reject]()
    columns = dict(batch.columns)
    for prop in (*FULL_NAMES, *NAME_PARTS):
        column = columns.get(prop)
        if column is None:
            continue
        is_removed = are_placeholders(column.values)[column.codes]
        if not is_removed.any():
            continue
        for row, code in zip(
            column.rows[is_removed].tolist(), column.codes[is_removed].tolist(), strict=True
        ):
            word = column.values[code].as_py()
            fault = f"its {prop} is {word!r}, which is no name: left out"
            identity = batch.ids[row].as_py()
            rejects.append(Reject.of_record(label, int(chunk.lines[row]), identity, fault))
        columns[prop] = _filter_column(column, ~is_removed)
        if not len(columns[prop]):
            del columns[prop]
    if not rejects:
        return chunk, []
    return LocatedBatch(replace(batch, columns=columns), chunk.lines), rejects


def are_placeholders(values: pa.StringArray) -> Bools:
    """Return which of some names are placeholders."""
    if len(values) <= _SMALL and all(map(str.isascii, texts := values.to_pylist())):
        return np.array([is_placeholder(text) for text in texts], dtype=bool)
    words = pc.utf8_lower(pc.utf8_trim(values, _EDGES))
    flags: Bools = pc.is_in(words, pa.array(sorted({*PLACEHOLDERS, ""}))).to_numpy(
        zero_copy_only=False
    )
    return flags


def _filter_column(column: Column, selected: Bools) -> Column:
    return replace(
        column,
        rows=column.rows[selected],
        codes=column.codes[selected],
        origins=column.origins[selected],
    )
