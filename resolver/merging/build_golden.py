"""Build golden records from a partition, entity by entity in the order of their ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from resolver.merging.canonical_values import CODED_PROPERTIES, CountryCode, equality_key
from resolver.merging.entity_values import ValueChunk, split_values
from resolver.merging.golden_links import merge_links
from resolver.merging.golden_record import GoldenLink, GoldenRecord, GoldenRelation, GoldenValue
from resolver.merging.merge_context import MergeContext, MergeFacts, build_merge_context
from resolver.merging.partition import build_partition
from resolver.merging.schemata import choose_entity_kind, choose_schema
from resolver.merging.survivorship import (
    choose_caption,
    choose_date,
    choose_form,
    find_conflicts,
    support_rank,
)
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.properties import LINK_ENTITY, RELATION


def build_golden_records(
    batch: Batch, labels: IntArray, *, country_code: CountryCode
) -> Iterator[GoldenRecord]:
    """Yield the golden record of every entity of a canonical batch, in the order of entity ids.

    `labels[i]`: row of the smallest record of record i's entity. `country_code` returns the ISO
    code of a country as written, or None. Memory: the ids, and one bounded chunk of the values at a
    time.
    """
    return iterate_golden_records(
        build_merge_context(batch, build_partition(batch, labels), country_code)
    )


def iterate_golden_records(
    context: MergeContext, entities: range | None = None
) -> Iterator[GoldenRecord]:
    """Yield the golden records of an existing context, in the order of entity ids.

    `entities`: numbers of consecutive entities (None: all).
    """
    for chunk in split_values(context.batch, context.parts, entities):
        yield from merge_chunk(chunk, context)


def merge_chunk(chunk: ValueChunk, context: MergeContext) -> Iterator[GoldenRecord]:
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
    def of(cls, chunk: ValueChunk, context: MergeContext) -> ValueRuns:
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
    entity: int, rows: list[int], runs: ValueRuns, facts: MergeFacts
) -> GoldenRecord:
    """Build the golden record of the entity with the records `rows` from the runs of its chunk."""
    records = tuple([facts.ids[row] for row in rows])
    sources = tuple([facts.sources[row] for row in rows])
    source_of = dict(zip(records, sources, strict=True))
    values: dict[str, tuple[GoldenValue, ...]] = {}
    relations: tuple[GoldenRelation, ...] = ()
    links: tuple[GoldenLink, ...] = ()
    has_repeated = False
    starts, texts = runs.starts, runs.texts
    for number in range(runs.firsts[entity - runs.first], runs.firsts[entity - runs.first + 1]):
        prop, start, stop = runs.names[number], starts[number], starts[number + 1]
        if prop == LINK_ENTITY:
            statements = zip(runs.rows[start:stop], texts[start:stop], strict=True)
            links = merge_links(statements, facts.ids, facts.targets, facts.repeated_links)
        elif prop == RELATION:
            relations = _merge_relations(texts[start:stop], runs.rows[start:stop], facts)
        elif stop - start == 1:
            code = facts.canon.code(prop, texts[start]) if prop in CODED_PROPERTIES else ""
            stated_by = records if len(records) == 1 else (facts.ids[runs.rows[start]],)
            values[prop] = (GoldenValue(texts[start], stated_by, (), code),)
        else:
            has_repeated = True
            values[prop] = _merge_values(
                prop, texts[start:stop], runs.rows[start:stop], source_of, facts
            )
    schema = facts.schemata[entity]
    conflicts = find_conflicts(values) if has_repeated else {}
    if len(rows) > 1:
        excluded = choose_schema([facts.record_schemata[row] for row in rows])[1]
        conflicts |= {"schema": excluded} if excluded else {}
    return GoldenRecord(
        facts.entity_ids[entity],
        choose_entity_kind(schema, [facts.kinds[row] for row in rows]),
        schema,
        choose_caption(values, records, source_of),
        choose_date(values.get("birthDate", ()), source_of),
        records,
        sources,
        values,
        relations,
        links,
        conflicts,
    )


def _merge_values(
    prop: str, texts: list[str], rows: list[int], source_of: dict[str, str], facts: MergeFacts
) -> tuple[GoldenValue, ...]:
    """Merge equal values of one property of one entity; sort the best supported first."""
    groups: dict[str, dict[str, list[int]]] = {}
    previous, rows_by_text = None, {}
    for text, row in zip(texts, rows, strict=True):
        if text != previous:
            previous, rows_by_text = (
                text,
                groups.setdefault(equality_key(prop, text, facts.canon.code(prop, text)), {}),
            )
        rows_by_text.setdefault(text, []).append(row)
    values = [_merge_value(prop, forms, facts) for forms in groups.values()]
    return tuple(sorted(values, key=lambda value: (*support_rank(value, source_of), value.text)))


def _merge_value(prop: str, forms: dict[str, list[int]], facts: MergeFacts) -> GoldenValue:
    best = choose_form(forms, facts.source_codes) if len(forms) > 1 else next(iter(forms))
    rows = sorted({row for rows_of_form in forms.values() for row in rows_of_form})
    other_forms = tuple(sorted(text for text in forms if text != best))
    return GoldenValue(
        best, tuple([facts.ids[row] for row in rows]), other_forms, facts.canon.code(prop, best)
    )


def _merge_relations(
    texts: list[str], rows: list[int], facts: MergeFacts
) -> tuple[GoldenRelation, ...]:
    stated: dict[str, list[str]] = {}
    for text, row in zip(texts, rows, strict=True):
        stated.setdefault(text, []).append(facts.ids[row])
    return facts.targets.merge(stated)
