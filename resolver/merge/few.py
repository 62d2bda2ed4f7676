"""Golden records of a few entities, for single answers: the same as `golden_of` gives, without columns in between."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from resolver.merge.build import Runs, golden_record
from resolver.merge.canon import Canon, CountryCode
from resolver.merge.context import Facts
from resolver.merge.golden import GoldenRecord
from resolver.merge.relations import Targets
from resolver.merge.schemata import known, most_specific
from resolver.records.packing import split
from resolver.records.properties import RELATION
from resolver.records.spelled import Spelled


def golden_few(
    records: Spelled,
    owner: Sequence[int],
    names: Sequence[str],
    country_code: CountryCode,
    wanted: Sequence[int] | None = None,
) -> Iterator[GoldenRecord]:
    """The golden records of the entities `names`, in that order; record i belongs to entity number `owner[i]`, and
    every entity has one. `wanted`: of those entity numbers alone (ascending), as they are among all."""
    order = sorted(range(len(records)), key=records.ids.__getitem__)
    place = [0] * len(order)
    for rank, row in enumerate(order):
        place[row] = rank
    members: list[list[int]] = [[] for _ in names]
    for rank, row in enumerate(order):
        members[owner[row]].append(rank)
    facts = _facts(records, order, members, names, country_code)
    chosen = range(len(names)) if wanted is None else wanted
    runs = _runs(records, owner, place, len(names), set(chosen))
    for entity in chosen:
        yield golden_record(entity, members[entity], runs, facts)


def _facts(
    records: Spelled, order: Sequence[int], members: Sequence[Sequence[int]], names: Sequence[str], code: CountryCode
) -> Facts:
    ids, sources = [records.ids[row] for row in order], [records.sources[row] for row in order]
    kinds = [records.kinds[row] for row in order]
    schemata = [known(records.schemas[row], kind) for row, kind in zip(order, kinds, strict=True)]
    numbers = {source: number for number, source in enumerate(sorted(set(sources)))}
    by_entity = [most_specific([schemata[row] for row in rows])[0] for rows in members]
    targets = {}
    if RELATION in records.said:
        asked = {split(text, 2)[1] for _, text in records.said[RELATION]} - {""}
        homes = ((entity, row) for entity, rows in enumerate(members) for row in rows)
        targets = {ids[row]: (names[entity], by_entity[entity]) for entity, row in homes if ids[row] in asked}
    source_codes = [numbers[source] for source in sources]
    return Facts(ids, sources, source_codes, kinds, schemata, list(names), by_entity, Targets(targets), Canon(code))


def _runs(records: Spelled, owner: Sequence[int], place: Sequence[int], entities: int, wanted: Container[int]) -> Runs:
    """The values by (entity, property, text, record), each said once by a record."""
    said: list[list[tuple[str, list[tuple[str, int]]]]] = [[] for _ in range(entities)]
    for prop in sorted(records.said):
        by_entity: dict[int, set[tuple[str, int]]] = {}
        for row, text in records.said[prop]:
            entity = owner[row]
            if entity in wanted:
                held = by_entity.get(entity)
                if held is None:
                    by_entity[entity] = {(text, place[row])}
                else:
                    held.add((text, place[row]))
        for entity, held in by_entity.items():
            said[entity].append((prop, sorted(held)))
    firsts, names, starts = [0], [], [0]
    texts: list[str] = []
    rows: list[int] = []
    for runs in said:
        for prop, values in runs:
            names.append(prop)
            texts += [text for text, _ in values]
            rows += [row for _, row in values]
            starts.append(len(texts))
        firsts.append(len(names))
    return Runs(0, firsts, names, starts, texts, rows)
