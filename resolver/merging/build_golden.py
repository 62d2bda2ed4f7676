"""From a partition to golden records, one entity at a time, in the order of their ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from resolver.merging.canonical_values import CODED, CountryCode, key
from resolver.merging.entity_values import Piece, pieces
from resolver.merging.golden_record import GoldenRecord, GoldenRelation, GoldenValue
from resolver.merging.merge_context import Context, Facts, context
from resolver.merging.partition import partition
from resolver.merging.schemata import entity_kind, most_specific
from resolver.merging.survivorship import (
    best_date,
    best_form,
    caption,
    conflicts,
    support,
)
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.properties import RELATION


def golden_records(
    batch: Batch, labels: IntArray, *, country_code: CountryCode
) -> Iterator[GoldenRecord]:
    """The golden record of every entity of a canonical batch, in the order of entity ids.

    `labels[i]`: the row of the smallest record of record i's entity. `country_code` gives the ISO code of a country
    as written, or None. Memory: the ids, and one bounded piece of the values at a time.
    """
    return golden_of(context(batch, partition(batch, labels), country_code))


def golden_of(work: Context) -> Iterator[GoldenRecord]:
    """The same, of a context already made."""
    order, offsets = work.order, work.offsets
    for piece in pieces(work.batch, work.parts):
        runs = Runs.of(piece, work)
        for entity in range(piece.first, piece.last):
            yield golden_record(entity, order[offsets[entity] : offsets[entity + 1]], runs, work)


@dataclass(frozen=True, slots=True)
class Runs:
    """The values of a piece cut into runs of one property of one entity.

    Run r is of property `names[r]`, its values are `texts[starts[r]:starts[r + 1]]`, stated by `rows` beside them;
    the runs of entity e are `firsts[e - first]` … `firsts[e - first + 1]`.
    """

    first: int
    firsts: list[int]
    names: list[str]
    starts: list[int]
    texts: list[str]
    rows: list[int]

    @classmethod
    def of(cls, piece: Piece, work: Context) -> Runs:
        """The runs of a piece sorted by (entity, column, code, row)."""
        changes = (np.diff(piece.entities) != 0) | (np.diff(piece.columns) != 0)
        starts = np.concatenate(
            [np.zeros(min(len(piece), 1), dtype=np.int64), np.flatnonzero(changes) + 1]
        )
        firsts = np.searchsorted(piece.entities[starts], np.arange(piece.first, piece.last + 1))
        names = [piece.names[column] for column in piece.columns[starts].tolist()]
        return cls(
            piece.first,
            firsts.tolist(),
            names,
            [*starts.tolist(), len(piece)],
            piece.texts(work.batch),
            piece.rows.tolist(),
        )


def golden_record(entity: int, rows: list[int], runs: Runs, work: Facts) -> GoldenRecord:
    """The golden record of an entity whose records are `rows`, out of a piece's runs."""
    records = tuple([work.ids[row] for row in rows])
    sources = tuple([work.sources[row] for row in rows])
    source_of = dict(zip(records, sources, strict=True))
    values: dict[str, tuple[GoldenValue, ...]] = {}
    relations: tuple[GoldenRelation, ...] = ()
    several = False
    starts, texts = runs.starts, runs.texts
    for run in range(runs.firsts[entity - runs.first], runs.firsts[entity - runs.first + 1]):
        prop, start, stop = runs.names[run], starts[run], starts[run + 1]
        if prop == RELATION:
            relations = _relations(texts[start:stop], runs.rows[start:stop], work)
        elif stop - start == 1:
            code = work.canon.code(prop, texts[start]) if prop in CODED else ""
            stated_by = records if len(records) == 1 else (work.ids[runs.rows[start]],)
            values[prop] = (GoldenValue(texts[start], stated_by, (), code),)
        else:
            several = True
            values[prop] = _values(prop, texts[start:stop], runs.rows[start:stop], source_of, work)
    schema = work.schemata[entity]
    clashes = conflicts(values) if several else {}
    if len(rows) > 1:
        excluding = most_specific([work.record_schemata[row] for row in rows])[1]
        clashes |= {"schema": excluding} if excluding else {}
    return GoldenRecord(
        work.entity_ids[entity],
        entity_kind(schema, [work.kinds[row] for row in rows]),
        schema,
        caption(values, records, source_of),
        best_date(values.get("birthDate", ()), source_of),
        records,
        sources,
        values,
        relations,
        clashes,
    )


def _values(
    prop: str, texts: list[str], rows: list[int], source_of: dict[str, str], work: Facts
) -> tuple[GoldenValue, ...]:
    """The values of one property of one entity, equal ones collapsed, the best supported first."""
    groups: dict[str, dict[str, list[int]]] = {}
    before, alike = None, {}
    for text, row in zip(texts, rows, strict=True):
        if text != before:
            before, alike = (
                text,
                groups.setdefault(key(prop, text, work.canon.code(prop, text)), {}),
            )
        alike.setdefault(text, []).append(row)
    found = [_value(prop, forms, work) for forms in groups.values()]
    return tuple(sorted(found, key=lambda value: (*support(value, source_of), value.text)))


def _value(prop: str, forms: dict[str, list[int]], work: Facts) -> GoldenValue:
    best = best_form(forms, work.source_codes) if len(forms) > 1 else next(iter(forms))
    rows = sorted({row for held in forms.values() for row in held})
    others = tuple(sorted(text for text in forms if text != best))
    return GoldenValue(
        best, tuple([work.ids[row] for row in rows]), others, work.canon.code(prop, best)
    )


def _relations(texts: list[str], rows: list[int], work: Facts) -> tuple[GoldenRelation, ...]:
    stated: dict[str, list[str]] = {}
    for text, row in zip(texts, rows, strict=True):
        stated.setdefault(text, []).append(work.ids[row])
    return work.targets.united(stated)
