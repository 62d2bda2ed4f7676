"""A few entities as FollowTheMoney has them, for single answers: what `to_ftm` makes of their golden records.

In FtM nothing says who states a value, so entities are put together without golden records in between: a value needs
its best written form and how many sources and records state it, by which it takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resolver.merging.canonical_values import (
    CODED,
    Canon,
    CountryCode,
    key,
)
from resolver.merging.ftm.edges import edge, relation_note
from resolver.merging.ftm.entity_export import entity_of
from resolver.merging.golden_record import GoldenValue
from resolver.merging.relation_targets import Targets
from resolver.merging.schemata import known, most_specific
from resolver.merging.survivorship import best_form, caption
from resolver.records.packing import split
from resolver.records.prepared.record_values import Spelled
from resolver.records.properties import RELATION

_Texts = dict[str, list[int]]
"""The texts of one property, and the records that write each."""
_Value = tuple[str, str, list[int]]
"""A value as it is written best, its canonical code, and the records that state it."""


def ftm_few(
    records: Spelled, owner: Sequence[int], names: Sequence[str], country_code: CountryCode
) -> list[dict[str, Any]]:
    """The FtM entities `names`, in that order; record i belongs to entity number `owner[i]`, and every entity has
    one."""
    members: list[list[int]] = [[] for _ in names]
    for row in sorted(range(len(records)), key=records.ids.__getitem__):
        members[owner[row]].append(row)
    schemata = [
        most_specific([known(records.schemas[row], records.kinds[row]) for row in rows])[0]
        for rows in members
    ]
    targets = _targets(records, owner, names, schemata) if RELATION in records.said else Targets({})
    work = _Work(records, Canon(country_code), targets)
    said = _said(records, owner, len(names))
    return [work.entity(*told) for told in zip(names, schemata, members, said, strict=True)]


def _targets(
    records: Spelled, owner: Sequence[int], names: Sequence[str], schemata: Sequence[str]
) -> Targets:
    """Where relations lead, among the entities of one answer."""
    asked = {split(text, 2)[1] for _, text in records.said[RELATION]} - {""}
    return Targets(
        {
            record: (names[entity], schemata[entity])
            for record, entity in zip(records.ids, owner, strict=True)
            if record in asked
        }
    )


def _said(records: Spelled, owner: Sequence[int], entities: int) -> list[dict[str, _Texts]]:
    """What the records of each entity say: per property, in the order of their names, its texts."""
    said: list[dict[str, _Texts]] = [{} for _ in range(entities)]
    for prop in sorted(records.said):
        for row, text in records.said[prop]:
            texts = said[owner[row]].get(prop)
            if texts is None:
                said[owner[row]][prop] = {text: [row]}
            elif text not in texts:
                texts[text] = [row]
            elif row not in texts[text]:
                texts[text].append(row)
    return said


@dataclass(frozen=True, slots=True)
class _Work:
    records: Spelled
    canon: Canon
    targets: Targets

    def entity(
        self, name: str, schema: str, rows: Sequence[int], said: dict[str, _Texts]
    ) -> dict[str, Any]:
        """The entity of some records, in the order of their ids."""
        records = self.records
        relations = said.pop(RELATION, None)
        notes = self._notes(name, schema, relations) if relations else ()
        values = {prop: self._values(prop, texts) for prop, texts in said.items()}
        sources = sorted({records.sources[row] for row in rows})
        shown = self._caption(values, rows)
        return entity_of(
            name, shown, schema, values.items(), sources, [records.ids[row] for row in rows], notes
        )

    def _notes(self, name: str, schema: str, relations: _Texts) -> list[str]:
        """What is noted of relations that lead to no other entity of the answer."""
        ids = self.records.ids
        stated = {text: [ids[row] for row in rows] for text, rows in relations.items()}
        untied = [one for one in self.targets.united(stated) if edge(one, name, schema) is None]
        return [text for one in untied for _, text, _ in relation_note(one, name)]

    def _values(self, prop: str, texts: _Texts) -> list[_Value]:
        """The values of one property, equal ones collapsed, the best supported first."""
        code, coded = self.canon.code, prop in CODED
        if len(texts) == 1:
            return [(text, code(prop, text) if coded else "", rows) for text, rows in texts.items()]
        groups: dict[str, _Texts] = {}
        for text in sorted(texts):
            groups.setdefault(key(prop, text, code(prop, text) if coded else ""), {})[text] = texts[
                text
            ]
        ranked = []
        for forms in groups.values():
            best = next(iter(forms)) if len(forms) == 1 else best_form(forms, self.records.sources)
            rows = (
                forms[best]
                if len(forms) == 1
                else sorted({row for held in forms.values() for row in held})
            )
            ranked.append((*self._support(rows), best, rows))
        ranked.sort()
        return [(text, code(prop, text) if coded else "", rows) for _, _, text, rows in ranked]

    def _support(self, rows: Sequence[int]) -> tuple[int, int]:
        """As `survivorship.support`."""
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
        shown = {
            prop: tuple(
                [
                    GoldenValue(text, tuple([ids[row] for row in stating]))
                    for text, _, stating in held
                ]
            )
            for prop, held in (values.items() if not names else (("name", names),))
        }
        return caption(shown, [ids[row] for row in rows], {ids[row]: sources[row] for row in rows})
