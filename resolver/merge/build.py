"""From a partition to golden records, one entity at a time, in the order of their ids."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from resolver.merge.canon import CountryCode, key
from resolver.merge.context import Context, context
from resolver.merge.gather import Piece, pieces
from resolver.merge.golden import GoldenRecord, GoldenRelation, GoldenValue
from resolver.merge.schemata import entity_kind, most_specific
from resolver.merge.survivorship import best_date, best_form, caption, conflicts, support
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.properties import RELATION

_SAID = tuple[str, int]
"""A text and the record row that states it."""


def golden_records(batch: Batch, labels: IntArray, *, country_code: CountryCode) -> Iterator[GoldenRecord]:
    """The golden record of every entity of a canonical batch, in the order of entity ids.

    `labels[i]`: the row of the smallest record of record i's entity. `country_code` gives the ISO code of a country
    as written, or None. Memory: the ids, and one bounded piece of the values at a time.
    """
    return golden_of(context(batch, labels, country_code))


def golden_of(work: Context) -> Iterator[GoldenRecord]:
    """The same, of a context already made."""
    order, offsets = work.order, work.offsets
    for piece in pieces(work.batch, work.parts):
        said = _by_entity(piece, work)
        for entity in range(piece.first, piece.last):
            rows = order[offsets[entity] : offsets[entity + 1]]
            yield _golden(entity, rows, said.get(entity, {}), work)


def _by_entity(piece: Piece, work: Context) -> dict[int, dict[str, list[_SAID]]]:
    """Entity → property → what is said, in the order of texts and rows."""
    found: dict[int, dict[str, list[_SAID]]] = {}
    columns = work.columns
    for entity, column, text, row in zip(piece.entities, piece.columns, piece.texts, piece.rows, strict=True):
        found.setdefault(entity, {}).setdefault(columns[column], []).append((text, row))
    return found


def _golden(entity: int, rows: list[int], said: dict[str, list[_SAID]], work: Context) -> GoldenRecord:
    records = tuple([work.ids[row] for row in rows])
    sources = tuple([work.sources[row] for row in rows])
    source_of = dict(zip(records, sources, strict=True))
    relations = _relations(said.pop(RELATION, []), work)
    values = {prop: _values(prop, found, source_of, work) for prop, found in said.items()}
    schema = work.schemata[entity]
    clashes = conflicts(values)
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


def _values(prop: str, said: list[_SAID], source_of: dict[str, str], work: Context) -> tuple[GoldenValue, ...]:
    """The values of one property of one entity, equal ones collapsed, the best supported first."""
    if len(said) == 1:
        text, row = said[0]
        return (GoldenValue(text, (work.ids[row],), (), work.canon.code(prop, text)),)
    groups: dict[str, dict[str, list[int]]] = {}
    for text, rows in groupby(said, key=itemgetter(0)):
        alike = groups.setdefault(key(prop, text, work.canon.code(prop, text)), {})
        alike[text] = [row for _, row in rows]
    found = [_value(prop, forms, work) for forms in groups.values()]
    return tuple(sorted(found, key=lambda value: (*support(value, source_of), value.text)))


def _value(prop: str, forms: dict[str, list[int]], work: Context) -> GoldenValue:
    best = best_form(forms, work.source_codes) if len(forms) > 1 else next(iter(forms))
    rows = sorted({row for held in forms.values() for row in held})
    others = tuple(sorted(text for text in forms if text != best))
    return GoldenValue(best, tuple([work.ids[row] for row in rows]), others, work.canon.code(prop, best))


def _relations(said: list[_SAID], work: Context) -> tuple[GoldenRelation, ...]:
    if not said:
        return ()
    stated: dict[str, list[str]] = {}
    for text, row in said:
        stated.setdefault(text, []).append(work.ids[row])
    return work.targets.united(stated)
