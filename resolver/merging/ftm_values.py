"""Conversion of values to FollowTheMoney (FtM) under a given schema.

- A property that the schema has: cleaned by its FtM type; a refused text becomes a note
  `property: text`.
- A property that it lacks: the nearest property that it has (`neighbors` of its row), and a note
  with the original property.
- Dates: 1962, 1962-05, 1962-05-01. An estimate loses its mark; a range becomes the part that both
  ends share, or the years of both ends. A note keeps the original.
- Identifiers: the number; country, type, dates and remark of the document in a note.
- Activities: FtM topics, with a note if the topic is less specific than the activity.
- Routes and handling: notes.

The module converts the values of a chunk column by column, and each distinct value only once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.merging.build_golden import ValueChunk
from resolver.merging.survivorship import CanonicalCodes, MergeContext, try_parse_date
from resolver.records import Handling, properties
from resolver.records.batch import IntArray
from resolver.records.packing import (
    split_fields,
    unpack_address,
    unpack_handling,
    unpack_identifier,
)
from resolver.reference import ftm
from resolver.runtime.text_cache import cache_short_texts
from resolver.values.dates import PartialDate

NOTES = "notes"
TOPICS = {
    "people_smuggling": "crime.traffick.human",
    "human_trafficking": "crime.traffick.human",
    "illicit_money_flows": "crime.fin",
    "corruption": "crime",
    "fraudulent_travel_documents": "crime.fraud",
    "terrorism": "crime.terror",
    "drugs": "crime.traffick.drug",
    "arms": "crime.traffick",
    "other": "crime",
}
_EXACT_TOPICS = frozenset({"human_trafficking", "terrorism", "drugs"})
_DATES = frozenset(properties.DATES)


class FtmValue(NamedTuple):
    """FollowTheMoney value of a property.

    `original`: text as the record states it, if it differs and the value does not quote it.
    """

    prop: str
    value: str
    original: str = ""


@cache_short_texts(1 << 16, all_arguments=True)
def to_ftm_values(schema: str, column: str, text: str, code: str = "") -> tuple[FtmValue, ...]:
    """Return the FollowTheMoney values of one value of a column under a schema.

    There is at least one, unless the text is blank, a relation, or about the entry of a list.
    """
    if column in properties.IDENTIFIER_SET:
        return _convert_identifier(schema, column, text)
    if column in _DATES:
        return _convert_date(schema, column, text, code)
    convert = _CONVERTERS.get(column)
    if convert is not None:
        return convert(schema, text)
    return _place_value(schema, column, code or text, text)


@cache_short_texts(1 << 12, all_arguments=True)
def _find_property(schema: str, name: str) -> ftm.Property | None:
    ftm_property = ftm.all_schemata()[schema].properties.get(name)
    is_value = (
        ftm_property is not None and not ftm_property.is_stub and ftm_property.type != ftm.ENTITY
    )
    return ftm_property if is_value else None


def make_note(text: str) -> tuple[FtmValue, ...]:
    """Return a note, or nothing for a blank text."""
    cleaned = ftm.clean_text(text)
    return (FtmValue(NOTES, cleaned),) if cleaned else ()


def _place_value(schema: str, name: str, text: str, original: str) -> tuple[FtmValue, ...]:
    """Put a value under its own property, a neighbor of it, or in the notes."""
    own = _find_property(schema, name)
    if own is not None:
        cleaned = _clean_value(own, text)
        if cleaned is not None:
            return (FtmValue(name, cleaned, original if original != cleaned else ""),)
        return make_note(f"{name}: {original}") if original.strip() else ()
    row = properties.PROPERTY_BY_NAME.get(name)
    for neighbor in row.neighbors if row is not None else ():
        neighbor_property = _find_property(schema, neighbor)
        cleaned = _clean_value(neighbor_property, text) if neighbor_property is not None else None
        if cleaned is not None:
            return (
                FtmValue(neighbor, cleaned, original if original != cleaned else ""),
                *make_note(f"{name}: {original}"),
            )
    return make_note(f"{name}: {original}") if original.strip() else ()


def _clean_value(prop: ftm.Property, text: str) -> str | None:
    return ftm.clean_value(prop.type, text, prop.format)


def _convert_date(schema: str, column: str, text: str, code: str) -> tuple[FtmValue, ...]:
    date = try_parse_date(code or text)
    if date is None or _find_property(schema, column) is None:
        return make_note(f"{column}: {text}") if text.strip() else ()
    values = tuple(
        FtmValue(column, part, text if part != text else "") for part in format_ftm_dates(date)
    )
    exact = not date.circa and date.until is None
    return values if exact else values + make_note(f"{column}: {_describe_date(date)}")


def format_ftm_dates(date: PartialDate) -> tuple[str, ...]:
    """Return the FtM forms of a date: one form, or the first and the last year of a range over
    several years.
    """
    if date.until is None:
        return (str(date).removesuffix("~"),)
    if date.year != date.until.year:
        return f"{date.year:04d}", f"{date.until.year:04d}"
    same_month = date.month and date.month == date.until.month
    return (f"{date.year:04d}-{date.month:02d}" if same_month else f"{date.year:04d}",)


def _describe_date(date: PartialDate) -> str:
    if date.until is None:
        return f"circa {format_ftm_dates(date)[0]}"
    first, last = str(date).replace("~", "").split("/")
    return f"{'circa ' if date.circa else ''}{first} to {last}"


def _convert_identifier(schema: str, column: str, text: str) -> tuple[FtmValue, ...]:
    item = unpack_identifier(column, text)
    number_values = _place_value(schema, column, item.number, item.number)
    details = [
        item.type,
        item.country,
        f"issued {item.issued}" if item.issued else "",
        f"expires {item.expires}" if item.expires else "",
        item.note,
    ]
    description = "; ".join(detail for detail in details if detail)
    return (
        number_values + make_note(f"{column} {item.number}: {description}")
        if description
        else number_values
    )


def _convert_address(schema: str, text: str) -> tuple[FtmValue, ...]:
    line = unpack_address(text).text
    return _place_value(schema, properties.ADDRESS, line, line)


def _convert_route(schema: str, text: str) -> tuple[FtmValue, ...]:
    country, role = split_fields(text, 2)
    return make_note(f"Route: {country} ({role})")


def _convert_activity(schema: str, text: str) -> tuple[FtmValue, ...]:
    topic = FtmValue("topics", TOPICS[text], text)
    return (
        (topic,)
        if text in _EXACT_TOPICS
        else (topic, *make_note(f"Activity: {text.replace('_', ' ')}"))
    )


def _convert_handling(schema: str, text: str) -> tuple[FtmValue, ...]:
    item: Handling = unpack_handling(text)
    grades = [
        (name, grade)
        for name, grade in (("source", item.source_grade), ("information", item.information_grade))
        if grade
    ]
    parts = [
        f"code {item.code}" if item.code else "",
        f"agency {item.agency}" if item.agency else "",
        *[
            f"{name} grade {grade.value}" + (f" ({grade.scheme})" if grade.scheme else "")
            for name, grade in grades
        ],
        f"category {item.subject_category}" if item.subject_category else "",
        f"conditions {item.conditions}" if item.conditions else "",
        f"purpose {item.purpose}" if item.purpose else "",
        f"legal basis {item.legal_basis}" if item.legal_basis else "",
        f"review {item.review_date}" if item.review_date else "",
    ]
    return make_note("Handling: " + "; ".join(part for part in parts if part))


def _skip(schema: str, text: str) -> tuple[FtmValue, ...]:
    return ()


_CONVERTERS = {
    properties.ADDRESS: _convert_address,
    properties.ROUTE: _convert_route,
    properties.ACTIVITY: _convert_activity,
    properties.HANDLING: _convert_handling,
    properties.RELATION: _skip,
    **dict.fromkeys(properties.ENTRY_COLUMNS, _skip),
}


class StatementRows(NamedTuple):
    """Statements as int32 arrays of one length.

    `rows`: record row; `forms`, `origins`: index into the values and origins of an `FtmValueTable`.
    """

    rows: IntArray
    forms: IntArray
    origins: IntArray

    def concat(self, other: StatementRows) -> StatementRows:
        """Return these rows followed by the rows of `other`."""
        return StatementRows(*(np.concatenate(pair) for pair in zip(self, other, strict=True)))

    def drop_duplicates(self, same: IntArray) -> StatementRows:
        """Keep the first statement of each value of a record.

        `same`: per form, a number that equal values share.
        """
        keys = self.rows.astype(np.int64) * (int(same.max(initial=0)) + 1) + same[self.forms]
        first = np.sort(np.unique(keys, return_index=True)[1])
        return StatementRows(*(part[first] for part in self))


@dataclass(slots=True)
class FtmValueTable:
    """FollowTheMoney values as parallel lists, and the origins that rows refer to.

    `same` numbers distinct (property, value) pairs.
    """

    schemata: list[str] = field(default_factory=list)
    props: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    originals: list[str] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    origins: dict[str, int] = field(default_factory=lambda: {"": 0})
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.props)

    def add(self, schema: str, form: FtmValue) -> int:
        """Append a value and return its index."""
        self.schemata.append(schema)
        self.props.append(form.prop)
        self.types.append(ftm.property_type(schema, form.prop))
        self.values.append(form.value)
        self.originals.append(form.original)
        self.same.append(self._numbers.setdefault((form.prop, form.value), len(self._numbers)))
        return len(self.props) - 1

    def number_origin(self, text: str) -> int:
        """Return the number of an origin, adding it if new."""
        return self.origins.setdefault(text, len(self.origins))


def build_value_rows(
    chunk: ValueChunk, context: MergeContext, table: FtmValueTable
) -> StatementRows:
    """Build the statements of the values of a chunk, without relations, in its order."""
    schemata = context.schemata[chunk.first : chunk.last]
    names = sorted(set(schemata))
    number_of = {name: number for number, name in enumerate(names)}
    schema_of = np.array([number_of[name] for name in schemata], dtype=np.int32)[
        chunk.entities - chunk.first
    ]
    all_positions = [np.zeros(0, dtype=np.int64)]
    all_forms = [np.zeros(0, dtype=np.int32)]
    for column in np.unique(chunk.columns).tolist():
        if chunk.names[column] == properties.RELATION:
            continue
        of_column = chunk.columns == column
        for schema in np.unique(schema_of[of_column]).tolist():
            positions_of_schema = np.flatnonzero(of_column & (schema_of == schema))
            repeats, indices = _expand_column(
                chunk, column, names[schema], positions_of_schema, context, table
            )
            all_positions.append(np.repeat(positions_of_schema, repeats))
            all_forms.append(indices)
    positions, indices = np.concatenate(all_positions), np.concatenate(all_forms)
    order = np.argsort(positions, kind="stable")
    positions = positions[order]
    return StatementRows(
        chunk.rows[positions], indices[order], number_origins(chunk, context, table)[positions]
    )


def _add_texts(
    prop: str, texts: list[str], schema: str, canon: CanonicalCodes, table: FtmValueTable
) -> tuple[list[int], list[int]]:
    """Add the FollowTheMoney values of texts. Return, for each text, the index of its first value
    and the number of its values.
    """
    starts, counts = [], []
    for text in texts:
        ftm_values = to_ftm_values(schema, prop, text, canon.code(prop, text))
        starts.append(len(table))
        counts.append(len(ftm_values))
        for form in ftm_values:
            table.add(schema, form)
    return starts, counts


def _expand_column(
    chunk: ValueChunk,
    column: int,
    schema: str,
    positions: npt.NDArray[np.int64],
    context: MergeContext,
    table: FtmValueTable,
) -> tuple[npt.NDArray[np.int64], IntArray]:
    """Return the number of FollowTheMoney values of each value, and the indices of all of them."""
    name = chunk.names[column]
    codes, inverse = np.unique(chunk.codes[positions], return_inverse=True)
    texts = context.batch.columns[name].values.take(pa.array(codes)).to_pylist()
    starts, counts = _add_texts(name, texts, schema, context.canon, table)
    repeats = np.array(counts, dtype=np.int64)[inverse]
    starts_repeated = np.repeat(np.array(starts, dtype=np.int64)[inverse], repeats)
    within = np.arange(len(starts_repeated)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return repeats, (starts_repeated + within).astype(np.int32)


def number_origins(chunk: ValueChunk, context: MergeContext, table: FtmValueTable) -> IntArray:
    """Return the origin number of each value of a chunk."""
    origins = np.zeros(len(chunk), dtype=np.int32)
    for column in np.unique(chunk.columns).tolist():
        in_column = chunk.columns == column
        codes, inverse = np.unique(chunk.origins[in_column], return_inverse=True)
        texts = (
            context.batch.columns[chunk.names[column]]
            .origin_values.take(pa.array(codes))
            .to_pylist()
        )
        origins[in_column] = np.array(
            [table.number_origin(text) for text in texts], dtype=np.int32
        )[inverse]
    return origins
