"""FollowTheMoney entities of a few record groups, for single responses.

The result equals `to_ftm_entity` of their golden records. FollowTheMoney does not state the source
of each value, so golden records are not built: a value only needs its best written form and the
number of sources and records that state it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resolver.merging.canonical_values import (
    CODED_PROPERTIES,
    CanonicalCodes,
    CountryCode,
    equality_key,
)
from resolver.merging.ftm.edges import build_edge, describe_relation
from resolver.merging.ftm.entity_export import build_ftm_entity
from resolver.merging.golden_record import GoldenValue
from resolver.merging.relation_targets import RelationTargets
from resolver.merging.schemata import choose_schema, valid_schema
from resolver.merging.survivorship import choose_caption, choose_form
from resolver.records.packing import split_fields
from resolver.records.prepared.record_values import RecordValues
from resolver.records.properties import LINK_ENTITY, RELATION

_Texts = dict[str, list[int]]
"""Texts of one property, and the records that state each."""
_Value = tuple[str, str, list[int]]
"""Best written form of a value, its canonical code, and the records that state it."""


def build_ftm_entities(
    records: RecordValues,
    entity_of_record: Sequence[int],
    entity_ids: Sequence[str],
    country_code: CountryCode,
) -> list[dict[str, Any]]:
    """Build the FollowTheMoney entities with the ids `entity_ids`, in that order.

    Record i belongs to entity number `entity_of_record[i]`; every entity has at least one record.
    """
    members: list[list[int]] = [[] for _ in entity_ids]
    for row in sorted(range(len(records)), key=records.ids.__getitem__):
        members[entity_of_record[row]].append(row)
    schemata = [
        choose_schema([valid_schema(records.schemas[row], records.kinds[row]) for row in rows])[0]
        for rows in members
    ]
    targets = (
        _find_related(records, entity_of_record, entity_ids, schemata)
        if RELATION in records.values
        else RelationTargets({})
    )
    builder = _EntityBuilder(records, CanonicalCodes(country_code), targets)
    values = _group_values(records, entity_of_record, len(entity_ids))
    return [
        builder.entity(*entity)
        for entity in zip(entity_ids, schemata, members, values, strict=True)
    ]


def _find_related(
    records: RecordValues,
    entity_of_record: Sequence[int],
    entity_ids: Sequence[str],
    schemata: Sequence[str],
) -> RelationTargets:
    """Return the targets of relations that are among these entities."""
    related = {split_fields(text, 2)[1] for _, text in records.values[RELATION]} - {""}
    return RelationTargets(
        {
            record: (entity_ids[entity], schemata[entity])
            for record, entity in zip(records.ids, entity_of_record, strict=True)
            if record in related
        }
    )


def _group_values(
    records: RecordValues, entity_of_record: Sequence[int], entities: int
) -> list[dict[str, _Texts]]:
    """Return, per entity, property (in the order of names) → texts."""
    values: list[dict[str, _Texts]] = [{} for _ in range(entities)]
    for prop in sorted(records.values):
        for row, text in records.values[prop]:
            texts = values[entity_of_record[row]].get(prop)
            if texts is None:
                values[entity_of_record[row]][prop] = {text: [row]}
            elif text not in texts:
                texts[text] = [row]
            elif texts[text][-1] != row:
                # rows ascend
                texts[text].append(row)
    return values


@dataclass(frozen=True, slots=True)
class _EntityBuilder:
    records: RecordValues
    canon: CanonicalCodes
    targets: RelationTargets

    def entity(
        self, entity_id: str, schema: str, rows: Sequence[int], texts_of: dict[str, _Texts]
    ) -> dict[str, Any]:
        """Build the entity of some records, in the order of their ids."""
        records = self.records
        relations = texts_of.pop(RELATION, None)
        texts_of.pop(LINK_ENTITY, None)
        notes = self._notes(entity_id, schema, relations) if relations else ()
        values = {prop: self._values(prop, texts) for prop, texts in texts_of.items()}
        sources = sorted({records.sources[row] for row in rows})
        caption = self._caption(values, rows)
        return build_ftm_entity(
            entity_id,
            caption,
            schema,
            values.items(),
            sources,
            [records.ids[row] for row in rows],
            notes,
        )

    def _notes(self, entity_id: str, schema: str, relations: _Texts) -> list[str]:
        """Return the notes on relations to entities outside this response."""
        ids = self.records.ids
        stated = {text: [ids[row] for row in rows] for text, rows in relations.items()}
        unlinked = [
            relation
            for relation in self.targets.merge(stated)
            if build_edge(relation, entity_id, schema) is None
        ]
        return [
            text for relation in unlinked for _, text, _ in describe_relation(relation, entity_id)
        ]

    def _merge_forms(self, forms: _Texts) -> tuple[str, list[int]]:
        """Return the best written form of a value, and the records that state it."""
        if len(forms) == 1:
            return next(iter(forms.items()))
        rows = sorted({row for rows_of_form in forms.values() for row in rows_of_form})
        return choose_form(forms, self.records.sources), rows

    def _values(self, prop: str, texts: _Texts) -> list[_Value]:
        """Merge equal values of one property; sort the best supported first."""
        code, coded = self.canon.code, prop in CODED_PROPERTIES
        if len(texts) == 1:
            return [(text, code(prop, text) if coded else "", rows) for text, rows in texts.items()]
        groups: dict[str, _Texts] = {}
        for text in sorted(texts):
            key = equality_key(prop, text, code(prop, text) if coded else "")
            groups.setdefault(key, {})[text] = texts[text]
        ranked = []
        for forms in groups.values():
            best, rows = self._merge_forms(forms)
            ranked.append((*self._support(rows), best, rows))
        ranked.sort()
        return [(text, code(prop, text) if coded else "", rows) for _, _, text, rows in ranked]

    def _support(self, rows: Sequence[int]) -> tuple[int, int]:
        """Return the same rank as `survivorship.support_rank`."""
        return (
            (-1, -1)
            if len(rows) == 1
            else (-len({self.records.sources[row] for row in rows}), -len(rows))
        )

    def _caption(self, values: Mapping[str, Sequence[_Value]], rows: Sequence[int]) -> str:
        names = values.get("name", ())
        if len(names) == 1:
            return " ".join(names[0][0].split())
        ids, sources = self.records.ids, self.records.sources
        golden_values = {
            prop: tuple(
                [
                    GoldenValue(text, tuple([ids[row] for row in stating_rows]))
                    for text, _, stating_rows in items
                ]
            )
            for prop, items in (values.items() if not names else (("name", names),))
        }
        return choose_caption(
            golden_values, [ids[row] for row in rows], {ids[row]: sources[row] for row in rows}
        )
