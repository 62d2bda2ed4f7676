"""Facts of the entities in a network: caption, kind, countries, activities, lists, agencies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resolver.merging.golden_record import GoldenValue
from resolver.merging.survivorship import choose_caption
from resolver.network.visible_records import VisibleRecords
from resolver.normalize import country_code
from resolver.records import Kind
from resolver.records.properties import ACTIVITY, COUNTRIES, FULL_NAMES, NAME_PARTS

_NAMES = (*FULL_NAMES, *NAME_PARTS)
_DESCRIBING = (*_NAMES, *COUNTRIES, ACTIVITY)


@dataclass(frozen=True, slots=True)
class EntityFacts:
    """Entity as its visible records describe it: `countries` are codes, `activities` crimes."""

    id: str
    caption: str
    kind: str
    schema: str
    countries: tuple[str, ...]
    activities: tuple[str, ...]
    sources: tuple[str, ...]
    agencies: tuple[str, ...]
    records: int


def load_facts(rows: VisibleRecords, entities: Sequence[int]) -> dict[int, EntityFacts]:
    """Load the facts of some entities; those without a visible record are left out."""
    owned = rows.of_entities(entities)
    owner_of, ids = owned.by_record(), rows.ids(owned.records)
    source_of, schema_of = rows.sources(owned.records), rows.schemas(owned.records)
    texts: dict[int, dict[str, dict[str, list[str]]]] = {owner: {} for owner in owner_of.values()}
    for number, prop, text in rows.texts(_DESCRIBING, owned.records):
        by_text = texts[owner_of[number]].setdefault(prop, {})
        by_text.setdefault(text, []).append(ids[number])
    members: defaultdict[int, list[int]] = defaultdict(list)
    for number, owner in owner_of.items():
        members[owner].append(number)
    entity_ids = rows.view.entity_ids(sorted(members))
    agencies = {row.name: row.agency or row.name for row in rows.view.sources()}
    return {
        owner: _facts(
            entity_ids[owner],
            texts[owner],
            {ids[number]: source_of[number] for number in numbers},
            [schema_of[number] for number in numbers],
            agencies,
        )
        for owner, numbers in members.items()
    }


def _facts(
    entity_id: str,
    texts: Mapping[str, Mapping[str, Sequence[str]]],
    source_of: Mapping[str, str],
    schemas: Sequence[tuple[str, int]],
    agencies: Mapping[str, str],
) -> EntityFacts:
    names = {
        prop: tuple(GoldenValue(text, tuple(sorted(records))) for text, records in stated.items())
        for prop, stated in texts.items()
        if prop in _NAMES
    }
    record_ids = sorted(source_of)
    sources = sorted(set(source_of.values()))
    schema, kind = _common_kind(schemas)
    countries = {country_code(text) for prop in COUNTRIES for text in texts.get(prop, ())}
    return EntityFacts(
        entity_id,
        choose_caption(names, record_ids, source_of),
        kind.label,
        schema,
        tuple(sorted(countries - {""})),
        tuple(sorted(texts.get(ACTIVITY, ()))),
        tuple(sources),
        tuple(sorted({agencies.get(name, name) for name in sources})),
        len(record_ids),
    )


def _common_kind(schemas: Sequence[tuple[str, int]]) -> tuple[str, Kind]:
    """Return the schema that most records have, and what all of them can be."""
    bits = Kind.LEGAL | Kind.ASSET
    for _, kind in schemas:
        bits &= Kind(kind)
    counts = sorted({name for name, _ in schemas})
    schema = max(counts, key=lambda name: sum(other == name for other, _ in schemas))
    return schema, Kind(bits) if bits else Kind(schemas[0][1])
