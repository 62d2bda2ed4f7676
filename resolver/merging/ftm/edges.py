"""Relations as FollowTheMoney edges, or as notes where there is nothing to point to.

| relation | edge | where the schemata do not allow it |
|---|---|---|
| memberOf | Membership (to an organisation) | UnknownLink |
| leaderOf | Directorship (of an organisation) | UnknownLink |
| associateOf, familyOf | Associate, Family (between persons) | UnknownLink |
| ownerOf | Ownership (of an asset or a company) | UnknownLink |
| linkedTo | UnknownLink | |

An edge's id is `r-` and 20 base32 characters of the SHA-256 of what it says, so that the same tie has the same id in
every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from followthemoney.types import registry

from resolver.merging.canonical_values import date_of
from resolver.merging.ftm.value_forms import Form, ftm_dates, note
from resolver.merging.golden_record import GoldenRelation
from resolver.merging.partition import digest_ids
from resolver.merging.schemata import is_a
from resolver.records import RelationType

_SHAPES = {
    RelationType.MEMBER_OF: (
        "Membership",
        "member",
        "LegalEntity",
        "organization",
        "Organization",
        "role",
    ),
    RelationType.LEADER_OF: (
        "Directorship",
        "director",
        "LegalEntity",
        "organization",
        "Organization",
        "role",
    ),
    RelationType.ASSOCIATE_OF: (
        "Associate",
        "person",
        "Person",
        "associate",
        "Person",
        "relationship",
    ),
    RelationType.FAMILY_OF: ("Family", "person", "Person", "relative", "Person", "relationship"),
    RelationType.OWNER_OF: ("Ownership", "owner", "LegalEntity", "asset", "Asset", "role"),
    RelationType.LINKED_TO: ("UnknownLink", "subject", "Thing", "object", "Thing", "role"),
}
_WORDS = {
    RelationType.MEMBER_OF: "member of",
    RelationType.LEADER_OF: "leader of",
    RelationType.ASSOCIATE_OF: "associate of",
    RelationType.FAMILY_OF: "family of",
    RelationType.OWNER_OF: "owner of",
    RelationType.LINKED_TO: "linked to",
}


class Edge(NamedTuple):
    """An FtM edge: its id, schema and values."""

    id: str
    schema: str
    forms: tuple[Form, ...]


def edge(relation: GoldenRelation, entity_id: str, schema: str) -> Edge | None:
    """The edge of a relation of the entity, or None where there is no other entity to point to."""
    if not relation.target or relation.target == entity_id:
        return None
    name, source, source_range, target, target_range, role = _SHAPES[relation.type]
    fits = is_a(schema, source_range) and is_a(relation.target_schema, target_range)
    if not fits:
        name, source, _, target, _, role = _SHAPES[RelationType.LINKED_TO]
    said = "\n".join(
        (
            name,
            relation.type.value,
            entity_id,
            relation.target,
            relation.role,
            relation.start,
            relation.end,
            relation.name,
        )
    )
    found = [Form(source, entity_id), Form(target, relation.target, relation.target_record)]
    word = relation.role or ("" if fits else _WORDS[relation.type])
    cleaned = registry.string.clean(word)
    if cleaned:
        found.append(Form(role, cleaned))
    if relation.role and not fits:
        found.append(Form("summary", _WORDS[relation.type]))
    mentioned = registry.name.clean(relation.name)
    if mentioned:
        found.append(Form("namesMentioned", mentioned))
    found += [*_dates("startDate", relation.start), *_dates("endDate", relation.end)]
    return Edge(digest_ids("r-", [said.encode()])[0].as_py(), name, tuple(found))


def _dates(prop: str, text: str) -> Iterator[Form]:
    if not text:
        return
    date = date_of(text)
    if date is not None:
        yield from (Form(prop, part, text if part != text else "") for part in ftm_dates(date))
    if date is None or date.circa or date.until is not None:
        yield Form("description", f"{prop}: {text}")


def relation_note(relation: GoldenRelation, entity_id: str) -> tuple[Form, ...]:
    """A relation as a note on the entity itself: for targets that are not at hand, only named, or the entity itself."""
    whom = relation.name or relation.target_record
    if relation.name and relation.target_record:
        whom = f"{relation.name} [{relation.target_record}]"
    if relation.target == entity_id:
        whom += " (held to be the same)"
    times = " to ".join(part for part in (relation.start, relation.end) if part)
    details = "; ".join(part for part in (relation.role, times) if part)
    return note(
        f"{_WORDS[relation.type].capitalize()} {whom}" + (f": {details}" if details else "")
    )
