"""Values without information: words in place of an unknown name ("Unknown", "N/A", "FNU"), full
names of a person that are only titles or whole sentences, and births in the future.

Two records with "Unknown" have nothing in common. Such values are left out, each with a reject; the
rest of the record is kept.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.data import load_words
from resolver.lists.reader_types import LocatedBatch, Reject
from resolver.names.lexicons.name_roles import NAMELESS_TITLES
from resolver.records import Column, Kind
from resolver.records.properties import BIRTH_DATE, FULL_NAMES, NAME_PARTS

# "Na", "Nil" and "None" may be names, unlike "N/A" or "N.A."
PLACEHOLDERS = load_words("placeholders")
"""Placeholders in lower case."""
_NAMES = frozenset(("Nan", "NAN", "Null"))
"""Placeholders that people also bear as family names. Programs write `nan`, `null` and `NULL` for
no value.
"""
MAX_NAME_WORDS = 24
"""Words of the longest name of a person; comparisons read as many."""
_TITLE = "|".join(sorted(NAMELESS_TITLES))
_TITLES_ALONE = rf"(?i)^[\s.,'-]*(?:(?:{_TITLE})(?:[\s.,'-]+|$))+$"
"""Expression of RE2."""
_NOT_A_NAME = "which is no name"
Bools = npt.NDArray[np.bool_]
_SMALL = 32
"""Number of names up to which ASCII names are checked one by one, because arrays take longer for
one record.
"""
_SHOWN = 60
"""Number of characters of a value that a reject repeats."""
_WORD = re.compile(r"[^\W_]+")
_EDGES = " \t\r\n.,;:?!*_=-–—()[]{}<>\"'`´“”‘’"


def is_placeholder(text: str) -> bool:
    """Return whether a name is a placeholder."""
    word = text.strip(_EDGES)
    return not word or (word.lower() in PLACEHOLDERS and word not in _NAMES)


def remove_placeholders(chunk: LocatedBatch, label: str) -> tuple[LocatedBatch, list[Reject]]:
    """Return the chunk without values that give no information, and a reject for each value left
    out.
    """
    batch, rejects = chunk.batch, list[Reject]()
    columns = dict(batch.columns)
    is_person = batch.kinds == int(Kind.PERSON)
    for prop in (*FULL_NAMES, *NAME_PARTS, BIRTH_DATE):
        column = columns.get(prop)
        if column is None:
            continue
        is_removed = np.zeros(len(column.codes), dtype=bool)
        for codes, reason, of_persons in _faulty_values(prop, column.values):
            faulty = codes[column.codes] & ~is_removed
            if of_persons:
                faulty &= is_person[column.rows]
            for index in np.flatnonzero(faulty).tolist():
                row, word = int(column.rows[index]), column.values[column.codes[index]].as_py()
                fault = f"its {prop} is {word[:_SHOWN]!r}, {reason}: left out"
                identity = batch.ids[row].as_py()
                rejects.append(Reject.of_record(label, int(chunk.lines[row]), identity, fault))
            is_removed |= faulty
        if not is_removed.any():
            continue
        columns[prop] = _filter_column(column, ~is_removed)
        if not len(columns[prop]):
            del columns[prop]
    if not rejects:
        return chunk, []
    return LocatedBatch(replace(batch, columns=columns), chunk.lines), rejects


def _faulty_values(prop: str, values: pa.StringArray) -> Iterator[tuple[Bools, str, bool]]:
    """Yield masks of the values of a property that give no information, with the reason, and
    whether this is true only for persons.
    """
    if prop == BIRTH_DATE:
        yield are_in_future(values), "which lies in the future", True
        return
    yield are_placeholders(values), _NOT_A_NAME, False
    if prop in FULL_NAMES:
        yield _matches(values, _TITLES_ALONE), "titles alone, " + _NOT_A_NAME, True
        long = pc.utf8_length(values).to_numpy(zero_copy_only=False) > 2 * MAX_NAME_WORDS
        for code in np.flatnonzero(long).tolist():
            long[code] = len(_WORD.findall(values[code].as_py())) > MAX_NAME_WORDS
        yield long, f"more than {MAX_NAME_WORDS} words, {_NOT_A_NAME} of a person", True


def _matches(values: pa.StringArray, expression: str) -> Bools:
    flags: Bools = pc.match_substring_regex(values, expression).to_numpy(zero_copy_only=False)
    return flags


def are_in_future(dates: pa.StringArray) -> Bools:
    """Return which canonical dates begin after today, as `is_in_future` does."""
    flags: Bools = pc.greater(dates, _tomorrow()).to_numpy(zero_copy_only=False)
    for code in np.flatnonzero(flags).tolist():
        flags[code] = is_in_future(dates[code].as_py())
    return flags


def is_in_future(date: str) -> bool:
    """Return whether a canonical date begins after tomorrow, since today is already tomorrow
    further east.
    """
    first = start_of_date(date)
    return first > _tomorrow()[: len(first)]


def start_of_date(date: str) -> str:
    """Return the beginning of a canonical date, as far as it is known; the results sort as
    texts.
    """
    return date.partition("/")[0].rstrip("~")


def _tomorrow() -> str:
    return (datetime.date.today() + datetime.timedelta(days=1)).isoformat()


def are_placeholders(values: pa.StringArray) -> Bools:
    """Return which of some names are placeholders."""
    if len(values) <= _SMALL and all(map(str.isascii, texts := values.to_pylist())):
        return np.array([is_placeholder(text) for text in texts], dtype=bool)
    words = pc.utf8_trim(values, _EDGES)
    is_word = pc.is_in(pc.utf8_lower(words), pa.array(sorted({*PLACEHOLDERS, ""})))
    is_name = pc.is_in(words, pa.array(sorted(_NAMES)))
    flags: Bools = pc.and_not(is_word, is_name).to_numpy(zero_copy_only=False)
    return flags


def _filter_column(column: Column, selected: Bools) -> Column:
    return replace(
        column,
        rows=column.rows[selected],
        codes=column.codes[selected],
        origins=column.origins[selected],
    )
