"""Link entities of lists (sanctions, addresses, ownerships …) as part of golden records.

They keep the ids that their lists give them. Each is exported once, with the entity of the first
record that states it, however many records do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from resolver.merging.golden_record import GoldenLink, RelationStatement
from resolver.merging.relation_targets import RelationTargets, state_relation
from resolver.records import Batch
from resolver.records.stated_links import StatedLink, iterate_links, pack_link, unpack_link

Statement = tuple[int, str]
"""Row of a record, and the text of a link entity that it states."""


@dataclass(frozen=True, slots=True)
class RepeatedLinks:
    """Link entities that several records state: content to statements, in the order of rows."""

    by_content: Mapping[str, Sequence[Statement]]

    @classmethod
    def of(cls, batch: Batch) -> RepeatedLinks:
        """Return those of a batch."""
        statements: dict[str, list[Statement]] = {}
        for row, text, link in iterate_links(batch):
            statements.setdefault(_content(link), []).append((row, text))
        return cls({text: items for text, items in statements.items() if len(items) > 1})

    def exported_with(self, row: int, text: str, link: StatedLink) -> Sequence[Statement]:
        """Return the statements that are exported with this one: all of a link entity for the first
        of them, else none.
        """
        statements = self.by_content.get(_content(link), ((row, text),))
        return statements if statements[0] == (row, text) else ()


def _content(link: StatedLink) -> str:
    return pack_link(replace(link, relations=()))


def resolve_properties(
    link: StatedLink, targets: RelationTargets
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the properties of a link entity, with the entities of the records that it names.

    A record that is not in the data keeps the id that its list gives it.
    """
    return tuple(
        (
            prop,
            tuple(
                dict.fromkeys(
                    targets.entities.get(text, (text.partition(":")[2], ""))[0] for text in texts
                )
            )
            if prop in link.ends
            else tuple(texts),
        )
        for prop, texts in link.properties.items()
    )


def merge_links(
    statements: Iterable[Statement],
    ids: Sequence[str],
    targets: RelationTargets,
    repeated: RepeatedLinks,
) -> tuple[GoldenLink, ...]:
    """Return the link entities that the records of one entity state, by id. `ids`: of all records.

    The rows of the statements are those of the entity's records.
    """
    merged: dict[tuple[str, str], GoldenLink] = {}
    for row, text in sorted(statements):
        link = unpack_link(text)
        exported = repeated.exported_with(row, text, link)
        relations = frozenset(
            (ids[row], state_relation(targets.resolve(relation, ()))) for relation in link.relations
        )
        key = link.id, _content(link)
        other = merged.get(key)
        if other is not None:
            merged[key] = replace(other, relations=other.relations | relations)
            continue
        merged[key] = GoldenLink(
            link.id,
            link.schema,
            resolve_properties(link, targets),
            tuple(link.datasets),
            link.listed_since,
            link.last_change,
            tuple(ids[number] for number, _ in exported),
            relations,
        )
    return tuple(item for _, item in sorted(merged.items(), key=lambda pair: pair[0]))


def covered_records(links: Iterable[GoldenLink]) -> dict[RelationStatement, set[str]]:
    """Return the relations that link entities state, with the records that have them from there."""
    covered: dict[RelationStatement, set[str]] = {}
    for link in links:
        for record, statement in link.relations:
            covered.setdefault(statement, set()).add(record)
    return covered
