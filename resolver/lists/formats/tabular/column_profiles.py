"""Profiles of columns: which shares of their values look like dates, numbers, countries and so on.

Profiles explain a proposed mapping, and show if a column contradicts its header. The module also
reads the facts that occur once in a row: kind and schema, handling code, and id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.errors import DateError, RecordError
from resolver.lists.formats.tabular.cells import (
    CellValues,
    build_column,
    encode_cells,
    first_texts,
)
from resolver.lists.formats.tabular.mapping import Mapping
from resolver.lists.formats.tabular.table_files import TableChunk
from resolver.lists.text.list_dates import DAY_FIRST, EITHER, MONTH_FIRST, DateEvidence, read_date
from resolver.lists.text.record_draft import build_handling
from resolver.records import (
    DEFAULT_SCHEMA,
    KIND_BY_LABEL,
    Coded,
    Column,
    Handling,
    Kind,
    Record,
    content_id,
    kind_of_schema,
)
from resolver.records.packing import handling_text, pack
from resolver.records.properties import BIRTH_DATE, DATES, FULL_NAMES, NAME_PARTS
from resolver.records.visibility import HANDLING_CODES
from resolver.reference import lookup_territory
from resolver.runtime.text_cache import cache_short_texts

_KIND_WORDS = KIND_BY_LABEL | {
    "individual": Kind.PERSON,
    "natural person": Kind.PERSON,
    "organization": Kind.GROUP,
    "organisation": Kind.GROUP,
    "company": Kind.GROUP,
    "entity": Kind.GROUP,
    "vessel": Kind.ASSET,
    "aircraft": Kind.ASSET,
}

Refused = dict[int, str]
"""Reason for refusing a row, by row."""


def read_kinds(chunk: TableChunk, mapping: Mapping) -> tuple[npt.NDArray[np.uint8], Coded, Refused]:
    """Return each row's kind and schema; rows with an unknown one are refused (their kind is 0)."""
    if (schema := mapping.ftm_schema) is not None:
        word, is_fixed, field_name = schema, kind_of_schema(schema) is not None, "schema"
    else:
        word, is_fixed, field_name = mapping.kind or "", mapping.kind in KIND_BY_LABEL, "kind"
    words = _read_words(chunk, word, fixed=is_fixed)
    texts = words.texts.to_pylist()
    parsed = [
        (kind_of_schema(text), text) if field_name == "schema" else _parse_kind(text)
        for text in texts
    ]
    kinds = np.array([int(kind or 0) for kind, _ in parsed], dtype=np.uint8)[words.codes]
    refused = {}
    for row in np.flatnonzero(kinds == 0).tolist():
        refused[row] = f"{field_name} {texts[words.codes[row]]!r} is no person, group or asset"
    schemas = pc.dictionary_encode(pa.array([schema for _, schema in parsed], pa.string()))
    codes = schemas.indices.to_numpy().astype(np.int32)[words.codes]
    return kinds, Coded(codes, schemas.dictionary), refused


def read_handling(chunk: TableChunk, mapping: Mapping) -> tuple[Column | None, Refused]:
    """Return the packed handling of rows that have one; rows whose handling cannot be read are
    refused.
    """
    if mapping.handling_facts:
        return _read_handling_facts(chunk, mapping)
    words = _read_words(chunk, mapping.handling, fixed=mapping.handling in HANDLING_CODES)
    refused: Refused = {}
    packed: list[str | None] = []
    for code, word in enumerate(words.texts.to_pylist()):
        packed.append(_pack_handling(mapping.agency, word or "H0"))
        if word and word not in HANDLING_CODES:
            reason = f"handling code {word!r} is none of {', '.join(HANDLING_CODES)}"
            refused |= dict.fromkeys(words.rows_of(code), reason)
    cells = words.recode(pa.array(packed, pa.string()))
    return (build_column([cells], [""]) if len(cells.rows) else None), refused


def _read_handling_facts(chunk: TableChunk, mapping: Mapping) -> tuple[Column | None, Refused]:
    """Return the packed handling of rows with further facts, and the rows that are refused."""
    count = len(chunk.lines)
    texts: dict[str, list[str]] = {"agency": [mapping.agency] * count}
    is_fixed = mapping.handling in HANDLING_CODES
    texts["code"] = _spell(_read_words(chunk, mapping.handling, fixed=is_fixed))
    for name, stated in mapping.handling_facts.items():
        texts[name] = (
            _spell(_read_words(chunk, stated, fixed=False))
            if isinstance(stated, str)
            else [stated.text] * count
        )
    results: dict[tuple[str, ...], tuple[str | None, str]] = {}
    packed: list[str | None] = []
    refused: Refused = {}
    for row, values in enumerate(zip(*texts.values(), strict=True)):
        if values not in results:
            results[values] = _pack_facts(dict(zip(texts, values, strict=True)))
        text, fault = results[values]
        packed.append(text)
        if fault:
            refused[row] = fault
    coded = pc.dictionary_encode(pa.array(packed, pa.string()))
    rows = np.flatnonzero(coded.is_valid().to_numpy(zero_copy_only=False)).astype(np.int32)
    codes = coded.indices.drop_null().to_numpy().astype(np.int32)
    cells = CellValues(rows, codes, coded.dictionary)
    return (build_column([cells], [""]) if len(rows) else None), refused


def _spell(words: CellValues) -> list[str]:
    """Return the spelled word of each row."""
    texts = words.texts.to_pylist()
    return [texts[code] for code in words.codes.tolist()]


def _pack_facts(stated: dict[str, str]) -> tuple[str | None, str]:
    """Return the packed handling, or None for the default, and why it cannot be read."""
    try:
        handling = build_handling(stated)
    except RecordError as error:
        return None, error.line()
    return (None if handling == Handling() else handling_text(handling)), ""


def read_ids(
    chunk: TableChunk, mapping: Mapping, columns: dict[str, Column], schemas: Coded
) -> pa.StringArray:
    """Return `<source>:<id>` of each row; a row without an id gets one from its content."""
    count = len(chunk.lines)
    native = first_texts([chunk.arrays[mapping.id]] if mapping.id else [], count)
    ids = pc.binary_join_element_wise(mapping.source, native, ":")
    missing = pc.equal(native, "").to_numpy(zero_copy_only=False)
    if not missing.any():
        return ids
    contents = _row_contents(columns, schemas)
    content_ids = [content_id(mapping.source, contents[row]) for row in np.flatnonzero(missing)]
    return pc.replace_with_mask(ids, pa.array(missing), pa.array(content_ids, pa.string()))


def _row_contents(columns: dict[str, Column], schemas: Coded) -> list[str]:
    """Return all values of each row as one text; the order of the columns does not matter."""
    contents = schemas.texts()
    for prop in sorted(columns):
        column = columns[prop]
        texts = column.values.to_pylist()
        for row, code in zip(column.rows.tolist(), column.codes.tolist(), strict=True):
            contents[row] += f"\n{prop}={texts[code]}"
    return contents


def _read_words(chunk: TableChunk, word: str, *, fixed: bool) -> CellValues:
    """Return one word per row: the fixed word, or the word in the column (empty if the row has
    none).
    """
    count = len(chunk.lines)
    rows = np.arange(count, dtype=np.int32)
    if fixed:
        return CellValues(rows, np.zeros(count, dtype=np.int32), pa.array([word], pa.string()))
    coded = pc.dictionary_encode(first_texts([chunk.arrays[word]], count))
    return CellValues(rows, coded.indices.to_numpy().astype(np.int32), coded.dictionary)


def is_kind_word(word: str) -> bool:
    """Return whether a text names a kind of record or a schema."""
    return _parse_kind(word)[0] is not None


def _parse_kind(word: str) -> tuple[Kind | None, str]:
    kind = _KIND_WORDS.get(word.lower())
    return (kind, DEFAULT_SCHEMA[kind]) if kind is not None else (kind_of_schema(word), word)


def _pack_handling(agency: str, code: str) -> str | None:
    """Return the packed form, or None for the default of records without handling."""
    rows = pack(Record("", "", Kind.PERSON, "", handling=Handling(agency=agency, code=code)))
    return rows[0][1] if rows else None


DATE, EMAIL, WEBSITE, PHONE = "dates", "e-mail addresses", "web addresses", "telephone numbers"
BIRTH, EARLY_BIRTH = "dates that may be of birth", "dates long ago"
COUNTRY, GENDER, KIND = "countries", "genders", "kinds of record"
NUMBER, CODE, NAME, TEXT = "whole numbers", "numbers of documents", "names", "texts"
LONG = "long numbers"
SEPARATORS = (";", "|", "\n")
"""Separators of values within a cell."""
LEAST_SHARE = 0.5
"""Share of readable values below which a column contradicts its header."""
MAX_ROWS = 1_000
"""Maximum number of rows at the beginning of a table that are examined."""
_LEAST_VALUES = 3
_FIRST_YEAR, _LAST_YEAR = 1850, 2050
_LAST_BIRTH, _EARLY_BIRTH = 2015, 1995
"""Latest years of birth of nearly all persons on lists, and of half of them: other dates of a table
are those of listing, issue or arrival, and nearly all of these are later.
"""
_FILLED = 0.95
"""Share of rows with a value in a column that may be the id."""
CERTAIN = 0.8
"""Share of values of one look that shows what an unknown column holds."""
_BY_LOOK = (
    (EMAIL, "email"),
    (WEBSITE, "website"),
    (GENDER, "gender"),
    (COUNTRY, "country"),
    (DATE, BIRTH_DATE),
    (PHONE, "phone"),
)
"""Property of a column of an unknown name by the look of its values; the first look counts."""
_YEAR = re.compile(r"\d+")
_EMAIL = re.compile(r"[^@\s]++@[^@\s.]++(?:\.[^@\s.]++)++")
_WEBSITE = re.compile(r"(?:https?://|www\.)\S+", re.I)
# A number that begins with one zero and has no gaps may as well be that of a document.
_PHONE = re.compile(r"(?:\+|00)[\d ()./-]{6,20}|\(?0(?=\d+[ ()/-])[\d ()./-]{6,18}")
# At most four letters, and a digit.
_CODE = re.compile(r"(?=.*\d)(?!(?:.*[A-Z]){5})[A-Z\d][A-Z\d ./-]{1,24}", re.I)
_LONG = re.compile(r"(?:[^\d]*\d){5}.*")
_NAME = re.compile(r"[^\W\d_]+(?:[ ,.'’-]+[^\W\d_]+){0,7}[.]?")
_GENDERS = frozenset(
    "m f male female man woman männlich weiblich w homme femme hombre mujer masculino femenino "
    "maschio femmina feminino masculin féminin mann frau м ж муж жен мужской женский ذكر أنثى "
    "男 女 남 여 k e kadın erkek kobieta mężczyzna vrouw v".split()
)
_COUNTRY_LETTERS = re.compile(r"[^\d@/;|]{2,40}")


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """Shares (0 to 1) of a column in the first rows of a table.

    `filled`: share of rows with a value. `distinct`: share of different values among all values.
    `shares`: share of values that look like a kind of value, by the name of the kind, the largest
    first. `separated`: share of cells with several values, by separator. `examples`: a few values.
    """

    column: str
    filled: float
    distinct: float
    shares: dict[str, float]
    separated: dict[str, float]
    examples: tuple[str, ...]

    def share(self, look: str) -> float:
        """Return the share of values that look like a kind of value."""
        return self.shares.get(look, 0.0)


def first_rows(chunk: TableChunk) -> TableChunk:
    """Return the rows of a chunk from which profiles are made."""
    arrays = {name: array.slice(0, MAX_ROWS) for name, array in chunk.arrays.items()}
    return TableChunk(arrays, chunk.lines[:MAX_ROWS])


def profile_column(
    chunk: TableChunk, column: str, tests: Sequence[str] | None = None
) -> ColumnProfile:
    """Return the profile of a column by the named tests, or by all tests."""
    cells = encode_cells(chunk.arrays[column])
    codes, occurrences = np.unique(cells.codes, return_counts=True)
    texts = [cells.texts[int(code)].as_py() for code in codes]
    counts = occurrences.tolist()
    total = max(sum(counts), 1)

    def share(test: Callable[[str], bool]) -> float:
        """Return the share of the values that pass a test."""
        passed = sum(count for text, count in zip(texts, counts, strict=True) if test(text))
        return float(passed / total)

    shares = {name: share(test) for name, test in _TESTS.items() if tests is None or name in tests}
    separated = {mark: share(partial(_has_values, mark)) for mark in SEPARATORS}
    order = sorted(shares, key=lambda name: -shares[name])
    return ColumnProfile(
        column,
        len(np.unique(cells.rows)) / max(len(chunk.lines), 1),
        len(texts) / total,
        {name: shares[name] for name in order if shares[name] > 0},
        separated,
        tuple(texts[:3]),
    )


def property_by_values(profile: ColumnProfile) -> str:
    """Return the property of a column of an unknown name by the look of its values, or an empty
    text.

    Dates are those of birth only if they may be: many are long ago, and hardly any is recent.
    """
    look, prop = next((pair for pair in _BY_LOOK if profile.share(pair[0]) >= CERTAIN), ("", ""))
    dates = profile.share(DATE)
    if look == DATE and (
        profile.share(BIRTH) < CERTAIN * dates or profile.share(EARLY_BIRTH) < dates / 2
    ):
        return ""
    return prop


def is_unique_number(profile: ColumnProfile) -> bool:
    """Return whether nearly every row has a number in a column, and no two rows have the same."""
    is_number = max(profile.share(NUMBER), profile.share(CODE)) >= CERTAIN
    return is_number and profile.filled >= _FILLED and profile.distinct == 1


def is_month_first(chunk: TableChunk, columns: Sequence[str]) -> bool:
    """Return whether some dates prove that the month comes first, and no date proves that the day
    does.

    Dates with dots have an order of their own, so the reader decides about doubtful ones.
    """
    evidence = DateEvidence()
    for column in columns:
        for text in encode_cells(chunk.arrays[column]).texts.to_pylist():
            evidence.add(text)
    orders = {order for _, order in evidence.counts}
    is_doubtful = (True, EITHER) in evidence.counts
    return MONTH_FIRST in orders and DAY_FIRST not in orders and not is_doubtful


def find_contradictions(chunk: TableChunk, mapping: Mapping) -> list[str]:
    """Return a line for each mapped column whose values are of another kind than its property.

    Dates and names are examined in the first rows of a table.
    """
    faults = []
    first = first_rows(chunk)
    for prop, columns in sorted(mapping.properties.items()):
        for column in columns:
            if fault := _find_contradiction(first, prop, column):
                faults.append(f"column {column!r} is read as {prop}, but {fault}")
    return faults


def _find_contradiction(chunk: TableChunk, prop: str, column: str) -> str:
    if prop in DATES:
        profile = profile_column(chunk, column, (DATE,))
        if _count(chunk, profile) >= _LEAST_VALUES and profile.share(DATE) < LEAST_SHARE:
            return f"only {profile.share(DATE):.0%} of its values are dates"
    elif prop in (*FULL_NAMES, *NAME_PARTS):
        profile = profile_column(chunk, column, (DATE, EMAIL, NUMBER))
        for look, share in profile.shares.items():
            if _count(chunk, profile) >= _LEAST_VALUES and share > LEAST_SHARE:
                return f"{share:.0%} of its values are {look}"
    return ""


def _count(chunk: TableChunk, profile: ColumnProfile) -> float:
    return profile.filled * len(chunk.lines)


def _has_values(mark: str, text: str) -> bool:
    """Return whether a cell holds texts on both sides of a mark."""
    head, _, tail = text.partition(mark)
    return bool(head.strip() and tail.strip())


def _is_date(text: str) -> bool:
    try:
        date = read_date(text)
    except (DateError, ValueError):
        return False
    # A short number is a year only if people of today may have lived then.
    return not _YEAR.fullmatch(text) or _FIRST_YEAR <= int(date[:4]) <= _LAST_YEAR


def _is_date_until(year: int, text: str) -> bool:
    return _is_date(text) and int(read_date(text)[:4]) <= year


@cache_short_texts(20_000)
def _is_country(text: str) -> bool:
    return bool(_COUNTRY_LETTERS.fullmatch(text)) and lookup_territory(text) is not None


_TESTS: dict[str, Callable[[str], bool]] = {
    DATE: _is_date,
    EMAIL: lambda text: bool(_EMAIL.fullmatch(text)),
    WEBSITE: lambda text: bool(_WEBSITE.fullmatch(text)),
    KIND: is_kind_word,
    GENDER: lambda text: text.casefold() in _GENDERS,
    COUNTRY: _is_country,
    NUMBER: lambda text: bool(_YEAR.fullmatch(text)),
    PHONE: lambda text: bool(_PHONE.fullmatch(text)),
    CODE: lambda text: bool(_CODE.fullmatch(text)),
    NAME: lambda text: bool(_NAME.fullmatch(text)),
    LONG: lambda text: bool(_CODE.fullmatch(text) and _LONG.fullmatch(text)),
    BIRTH: partial(_is_date_until, _LAST_BIRTH),
    EARLY_BIRTH: partial(_is_date_until, _EARLY_BIRTH),
}
"""Tests of a value, the most specific first."""
