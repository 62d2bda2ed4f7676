"""Words that stand where a name is not known ("Unknown", "N/A", "FNU"). They are no names: two records that say
"Unknown" have nothing in common. Such values are left out, each with a reject; the rest of the record may enter.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.ingest.reader_types import BatchAt, Reject
from resolver.records import Column
from resolver.records.properties import FULL_NAMES, NAME_PARTS

# "Na", "Nil" and "None" alone may be names; in capitals with a stroke or dots between they are not
PLACEHOLDERS = frozenset(
    """unknown|unkown|name unknown|unknown name|unknown unknown|not known|name not known|no name|noname|unnamed
    |unidentified|not identified|unspecified|not specified|not stated|not given|not provided|not available
    |not applicable|no information|n/a|n.a|#n/a|n/k|n.n|null|undefined|nan|tbd|tba|to be determined|to be confirmed
    |fnu|lnu|fnu lnu|xxx|xxxx|xxxxx|desconocido|desconocida|sin nombre|desconhecido|inconnu|inconnue|sconosciuto
    |unbekannt|onbekend|nieznany|bilinmiyor|неизвестно|неизвестный|неизвестен|невідомо|невідомий|άγνωστος|άγνωστο
    |غير معروف|مجهول|نامعلوم|不明|不详|不詳|未知|미상|불명""".replace("\n    |", "|")
    .replace("\n", "")
    .split("|")
)
_EDGES = " \t\r\n.,;:?!*_=-–—()[]{}<>\"'`´“”‘’"


def is_placeholder(text: str) -> bool:
    """Whether a name is none."""
    word = text.strip(_EDGES).lower()
    return not word or word in PLACEHOLDERS


def without_placeholders(chunk: BatchAt, label: str) -> tuple[BatchAt, list[Reject]]:
    """The chunk without names that are none, and a reject for each value that was left out."""
    batch, rejects = chunk.batch, list[Reject]()
    columns = dict(batch.columns)
    for prop in (*FULL_NAMES, *NAME_PARTS):
        column = columns.get(prop)
        if column is None:
            continue
        words = pc.utf8_lower(pc.utf8_trim(column.values, _EDGES))
        none = pc.is_in(words, pa.array(sorted({*PLACEHOLDERS, ""}))).to_numpy(zero_copy_only=False)
        out = none[column.codes]
        if not out.any():
            continue
        for row, code in zip(column.rows[out].tolist(), column.codes[out].tolist(), strict=True):
            said = f"record {batch.ids[row]}: its {prop} is {column.values[code].as_py()!r}, which is no name: left out"
            rejects.append(Reject(label, int(chunk.lines[row]), said))
        columns[prop] = _only(column, ~out)
        if not len(columns[prop]):
            del columns[prop]
    return (BatchAt(replace(batch, columns=columns), chunk.lines) if rejects else chunk), rejects


def _only(column: Column, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Column:
    return replace(
        column, rows=column.rows[kept], codes=column.codes[kept], origins=column.origins[kept]
    )
