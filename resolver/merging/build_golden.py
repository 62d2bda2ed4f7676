"""Build golden records from a partition, entity by entity in the order of their ids.

The values of entities are read from the columns of a batch. They are read in chunks of whole
entities, whose size is limited.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.merging import golden_record, survivorship
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.properties import ACTIVITY, BIRTH_DATE, LINK_ENTITY, RELATION
from resolver.records.visibility import find_vulnerable

VALUES_PER_CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class ValueChunk:
    """Values of the entities `first` … `last` - 1.

    Parallel int32 arrays: entity number, index into `names` (sorted property names), record row,
    and the codes of the text and of its origin in the dictionaries of the column.
    """

    first: int
    last: int
    names: tuple[str, ...]
    entities: IntArray
    columns: IntArray
    rows: IntArray
    codes: IntArray
    origins: IntArray

    def __len__(self) -> int:
        return len(self.entities)

    def texts(self, batch: Batch) -> list[str]:
        """Return the values as texts."""
        all_texts = np.empty(len(self), dtype=object)
        for column in np.unique(self.columns).tolist():
            in_column = self.columns == column
            all_texts[in_column] = (
                batch.columns[self.names[column]]
                .values.take(pa.array(self.codes[in_column]))
                .to_pylist()
            )
        return cast("list[str]", all_texts.tolist())

    def by_record(self) -> ValueChunk:
        """Return the values sorted by (entity, row, column, code)."""
        order = np.lexsort((self.codes, self.columns, self.rows, self.entities))
        arrays = (self.entities, self.columns, self.rows, self.codes, self.origins)
        return ValueChunk(self.first, self.last, self.names, *(array[order] for array in arrays))


@dataclass(frozen=True, slots=True)
class _SortedColumn:
    """Column with its values in the order of entities."""

    entities: IntArray
    order: npt.NDArray[np.int64]


def split_values(
    batch: Batch, partition: golden_record.Partition, entities: range | None = None
) -> Iterator[ValueChunk]:
    """Yield the batch in chunks of whole entities, about `VALUES_PER_CHUNK` values each.

    Values are sorted by (entity, column, code, row). `entities`: numbers of consecutive entities
    (None: all). Crimes of records about victims and witnesses are left out.
    """
    names = tuple(sorted(batch.columns))
    chosen = range(len(partition)) if entities is None else entities
    columns = [
        _sort_by_entity(partition.entity[batch.columns[name].rows], chosen) for name in names
    ]
    if ACTIVITY in names:
        # a crime that a victim or a witness states was done by others
        place = names.index(ACTIVITY)
        found, rows = columns[place], batch.columns[ACTIVITY].rows
        is_kept = ~np.isin(rows[found.order], find_vulnerable(batch))
        columns[place] = _SortedColumn(found.entities[is_kept], found.order[is_kept])
    for first, last in _find_bounds(chosen, columns):
        yield _build_chunk(batch, names, columns, first, last)


def _sort_by_entity(entities: IntArray, chosen: range) -> _SortedColumn:
    inside = np.flatnonzero((entities >= chosen.start) & (entities < chosen.stop))
    order = inside[np.argsort(entities[inside], kind="stable")]
    return _SortedColumn(entities[order], order)


def _find_bounds(chosen: range, columns: list[_SortedColumn]) -> Iterator[tuple[int, int]]:
    totals = np.zeros(len(chosen), dtype=np.int64)
    for column in columns:
        totals += np.bincount(column.entities - chosen.start, minlength=len(chosen))
    ends = np.cumsum(totals + 1)
    first = 0
    while first < len(chosen):
        end_before = int(ends[first - 1]) if first else 0
        last = int(np.searchsorted(ends, end_before + VALUES_PER_CHUNK, side="right"))
        last = min(max(last, first + 1), len(chosen))
        yield chosen.start + first, chosen.start + last
        first = last


def _build_chunk(
    batch: Batch,
    names: tuple[str, ...],
    sorted_columns: list[_SortedColumn],
    first: int,
    last: int,
) -> ValueChunk:
    parts = [np.zeros((5, 0), dtype=np.int32)]
    for number, (name, column) in enumerate(zip(names, sorted_columns, strict=True)):
        start, stop = np.searchsorted(column.entities, [first, last])
        selected = column.order[start:stop]
        source = batch.columns[name]
        columns = np.full(len(selected), number, dtype=np.int32)
        entities_of_column = column.entities[start:stop]
        parts.append(
            np.stack(
                [
                    entities_of_column,
                    columns,
                    source.rows[selected],
                    source.codes[selected],
                    source.origins[selected],
                ]
            )
        )
    entities, columns, rows, codes, origins = np.concatenate(parts, axis=1)
    order = np.lexsort((rows, codes, columns, entities))
    return ValueChunk(
        first,
        last,
        names,
        entities[order],
        columns[order],
        rows[order],
        codes[order],
        origins[order],
    )


def build_golden_records(
    batch: Batch, labels: IntArray, *, country_code: survivorship.CountryCode
) -> Iterator[golden_record.GoldenRecord]:
    """Yield the golden record of every entity of a canonical batch, in the order of entity ids.

    `labels[i]`: row of the smallest record of record i's entity. `country_code` returns the ISO
    code of a country as written, or None. Memory: the ids, and one bounded chunk of the values at a
    time.
    """
    return iterate_golden_records(
        survivorship.build_merge_context(
            batch, golden_record.build_partition(batch, labels), country_code
        )
    )


def iterate_golden_records(
    context: survivorship.MergeContext, entities: range | None = None
) -> Iterator[golden_record.GoldenRecord]:
    """Yield the golden records of an existing context, in the order of entity ids.

    `entities`: numbers of consecutive entities (None: all).
    """
    for chunk in split_values(context.batch, context.parts, entities):
        yield from merge_chunk(chunk, context)


def merge_chunk(
    chunk: ValueChunk, context: survivorship.MergeContext
) -> Iterator[golden_record.GoldenRecord]:
    """Yield the golden records of a chunk (of `split_values`)."""
    order, offsets = context.order, context.offsets
    runs = ValueRuns.of(chunk, context)
    for entity in range(chunk.first, chunk.last):
        yield build_golden_record(
            entity, order[offsets[entity] : offsets[entity + 1]], runs, context
        )


@dataclass(frozen=True, slots=True)
class ValueRuns:
    """Values of a chunk, cut into runs of one property of one entity.

    Run r is of property `names[r]`; its values are `texts[starts[r]:starts[r + 1]]`, stated by the
    records in the same slice of `rows`. The runs of entity e are `firsts[e - first]` … `firsts[e -
    first + 1]`.
    """

    first: int
    firsts: list[int]
    names: list[str]
    starts: list[int]
    texts: list[str]
    rows: list[int]

    @classmethod
    def of(cls, chunk: ValueChunk, context: survivorship.MergeContext) -> ValueRuns:
        """Cut a chunk that is sorted by (entity, column, code, row)."""
        changes = (np.diff(chunk.entities) != 0) | (np.diff(chunk.columns) != 0)
        starts = np.concatenate(
            [np.zeros(min(len(chunk), 1), dtype=np.int64), np.flatnonzero(changes) + 1]
        )
        firsts = np.searchsorted(chunk.entities[starts], np.arange(chunk.first, chunk.last + 1))
        names = [chunk.names[column] for column in chunk.columns[starts].tolist()]
        return cls(
            chunk.first,
            firsts.tolist(),
            names,
            [*starts.tolist(), len(chunk)],
            chunk.texts(context.batch),
            chunk.rows.tolist(),
        )


def build_golden_record(
    entity: int, rows: list[int], runs: ValueRuns, facts: survivorship.MergeFacts
) -> golden_record.GoldenRecord:
    """Build the golden record of the entity with the records `rows` from the runs of its chunk."""
    records = tuple([facts.ids[row] for row in rows])
    sources = tuple([facts.sources[row] for row in rows])
    source_of = dict(zip(records, sources, strict=True))
    values: dict[str, tuple[golden_record.GoldenValue, ...]] = {}
    relations: tuple[golden_record.GoldenRelation, ...] = ()
    links: tuple[golden_record.GoldenLink, ...] = ()
    has_repeated = False
    starts, texts = runs.starts, runs.texts
    for number in range(runs.firsts[entity - runs.first], runs.firsts[entity - runs.first + 1]):
        prop, start, stop = runs.names[number], starts[number], starts[number + 1]
        if prop == LINK_ENTITY:
            statements = zip(runs.rows[start:stop], texts[start:stop], strict=True)
            links = golden_record.merge_links(
                statements, facts.ids, facts.targets, facts.repeated_links
            )
        elif prop == RELATION:
            relations = _merge_relations(texts[start:stop], runs.rows[start:stop], facts)
        elif stop - start == 1:
            code = (
                facts.canon.code(prop, texts[start])
                if prop in survivorship.CODED_PROPERTIES
                else ""
            )
            stated_by = records if len(records) == 1 else (facts.ids[runs.rows[start]],)
            values[prop] = (golden_record.GoldenValue(texts[start], stated_by, (), code),)
        else:
            has_repeated = True
            values[prop] = _merge_values(
                prop, texts[start:stop], runs.rows[start:stop], source_of, facts
            )
    schema = facts.schemata[entity]
    conflicts = survivorship.find_conflicts(values) if has_repeated else {}
    if len(rows) > 1:
        excluded = golden_record.choose_schema([facts.record_schemata[row] for row in rows])[1]
        conflicts |= {"schema": excluded} if excluded else {}
    return golden_record.GoldenRecord(
        facts.entity_ids[entity],
        golden_record.choose_entity_kind(schema, [facts.kinds[row] for row in rows]),
        schema,
        survivorship.choose_caption(values, records, source_of),
        survivorship.choose_date(values.get(BIRTH_DATE, ()), source_of),
        records,
        sources,
        values,
        relations,
        links,
        conflicts,
    )


def _merge_values(
    prop: str,
    texts: list[str],
    rows: list[int],
    source_of: dict[str, str],
    facts: survivorship.MergeFacts,
) -> tuple[golden_record.GoldenValue, ...]:
    """Merge equal values of one property of one entity; sort the best supported first."""
    groups: dict[str, dict[str, list[int]]] = {}
    previous, rows_by_text = None, {}
    for text, row in zip(texts, rows, strict=True):
        if text != previous:
            previous, rows_by_text = (
                text,
                groups.setdefault(
                    survivorship.equality_key(prop, text, facts.canon.code(prop, text)), {}
                ),
            )
        rows_by_text.setdefault(text, []).append(row)
    values = [_merge_value(prop, forms, facts) for forms in groups.values()]
    return tuple(
        sorted(values, key=lambda value: (*survivorship.support_rank(value, source_of), value.text))
    )


def _merge_value(
    prop: str, forms: dict[str, list[int]], facts: survivorship.MergeFacts
) -> golden_record.GoldenValue:
    best = (
        survivorship.choose_form(forms, facts.source_codes.__getitem__)
        if len(forms) > 1
        else next(iter(forms))
    )
    rows = sorted({row for rows_of_form in forms.values() for row in rows_of_form})
    other_forms = tuple(sorted(text for text in forms if text != best))
    return golden_record.GoldenValue(
        best, tuple([facts.ids[row] for row in rows]), other_forms, facts.canon.code(prop, best)
    )


def _merge_relations(
    texts: list[str], rows: list[int], facts: survivorship.MergeFacts
) -> tuple[golden_record.GoldenRelation, ...]:
    stated: dict[str, list[str]] = {}
    for text, row in zip(texts, rows, strict=True):
        stated.setdefault(text, []).append(facts.ids[row])
    return facts.targets.merge(stated)
