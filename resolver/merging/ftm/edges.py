"""Relations as FollowTheMoney edges, or as notes if the related entity is unknown.

| relation | edge | if the schemata do not allow it |
|---|---|---|
| memberOf | Membership (to an organisation) | UnknownLink |
| leaderOf, directorOf | Directorship (of an organisation) | UnknownLink |
| employeeOf, employerOf | Employment (of a person) | UnknownLink |
| associateOf, familyOf | Associate, Family (between persons) | UnknownLink |
| ownerOf | Ownership (of an asset or a company) | UnknownLink |
| predecessorOf, successorOf | Succession (between persons or organisations) | UnknownLink |
| payerOf | Payment (between persons or organisations) | UnknownLink |
| linkedTo, and all others with their words as role or summary | UnknownLink | |

Edge ids are `r-` and 20 base32 characters of the SHA-256 of the content, so that a relation has the
same id in every run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa

from resolver.merging.canonical_values import try_parse_date
from resolver.merging.ftm.ftm_values import FtmValue, format_ftm_dates, make_note
from resolver.merging.golden_links import resolve_properties
from resolver.merging.golden_record import GoldenRelation
from resolver.merging.partition import hash_ids
from resolver.merging.relation_targets import RelationTargets
from resolver.merging.schemata import descends_from
from resolver.records import RelationType
from resolver.records.relations.relation_types import RELATION_TYPES
from resolver.records.stated_links import StatedLink
from resolver.reference.ftm.schemata import find_property
from resolver.reference.ftm.value_types import clean_text, clean_value

_EdgeType = tuple[str, str, str, str, str, str]
_DIRECTORSHIP: _EdgeType = (
    *("Directorship", "director", "LegalEntity"),
    *("organization", "Organization", "role"),
)
_LINK: _EdgeType = ("UnknownLink", "subject", "Thing", "object", "Thing", "role")
# schema, property and range of the entity that states the relation, those of its target, and the
# property of the role
_EDGE_TYPES: dict[RelationType, _EdgeType] = {
    RelationType.MEMBER_OF: (
        *("Membership", "member", "LegalEntity"),
        *("organization", "Organization", "role"),
    ),
    RelationType.LEADER_OF: _DIRECTORSHIP,
    RelationType.DIRECTOR_OF: _DIRECTORSHIP,
    RelationType.EMPLOYEE_OF: (
        *("Employment", "employee", "Person"),
        *("employer", "Organization", "role"),
    ),
    RelationType.EMPLOYER_OF: (
        *("Employment", "employer", "Organization"),
        *("employee", "Person", "role"),
    ),
    RelationType.ASSOCIATE_OF: (
        *("Associate", "person", "Person"),
        *("associate", "Person", "relationship"),
    ),
    RelationType.FAMILY_OF: ("Family", "person", "Person", "relative", "Person", "relationship"),
    RelationType.OWNER_OF: ("Ownership", "owner", "LegalEntity", "asset", "Asset", "role"),
    RelationType.LINKED_TO: _LINK,
    RelationType.PREDECESSOR_OF: (
        *("Succession", "predecessor", "LegalEntity"),
        *("successor", "LegalEntity", "role"),
    ),
    RelationType.SUCCESSOR_OF: (
        *("Succession", "successor", "LegalEntity"),
        *("predecessor", "LegalEntity", "role"),
    ),
    RelationType.PAYER_OF: (
        *("Payment", "payer", "LegalEntity"),
        *("beneficiary", "LegalEntity", "purpose"),
    ),
}
_AMOUNT = re.compile(r"(\d[\d.]*)(?: ([A-Z]{3}))?")
"""Role of a payment that is an amount, and its currency."""
_AMOUNTS = {"EUR": "amountEur", "USD": "amountUsd"}


class FtmEdge(NamedTuple):
    """FollowTheMoney edge: id, schema and values."""

    id: str
    schema: str
    forms: tuple[FtmValue, ...]


def build_edge(relation: GoldenRelation, entity_id: str, schema: str) -> FtmEdge | None:
    """Build the edge of a relation of an entity, or return None if it has no other entity as
    target.
    """
    if not relation.target or relation.target == entity_id:
        return None
    edge_type = _EDGE_TYPES.get(relation.type)
    fits = (
        edge_type is not None
        and descends_from(schema, edge_type[2])
        and descends_from(relation.target_schema, edge_type[4])
    )
    name, source, _, target, _, role = edge_type if edge_type and fits else _LINK
    content = "\n".join(
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
    forms = [FtmValue(source, entity_id), FtmValue(target, relation.target, relation.target_record)]
    role_text = relation.role or ("" if fits else RELATION_TYPES[relation.type].words)
    forms += _role_values(role, clean_text(role_text) or "")
    if relation.role and not fits:
        forms.append(FtmValue("summary", RELATION_TYPES[relation.type].words))
    name_text = clean_value("name", relation.name)
    if name_text:
        forms.append(FtmValue("namesMentioned", name_text))
    start = "date" if name == "Payment" else "startDate"
    forms += [*_date_values(start, relation.start), *_date_values("endDate", relation.end)]
    return FtmEdge(hash_ids("r-", pa.array([content.encode()]))[0].as_py(), name, tuple(forms))


def build_stated_edge(link: StatedLink, targets: RelationTargets) -> FtmEdge:
    """Build the link entity of a list, with the entities of the records that it names."""
    return FtmEdge(
        link.id,
        link.schema,
        tuple(
            FtmValue(prop, text)
            for prop, texts in resolve_properties(link, targets)
            if find_property(link.schema, prop) is not None
            for text in texts
        ),
    )


def _role_values(prop: str, text: str) -> Iterator[FtmValue]:
    """Yield the value of a role; of one that is an amount of money, amount and currency."""
    amount = _AMOUNT.fullmatch(text) if prop == "purpose" else None
    if amount is not None:
        yield FtmValue(_AMOUNTS.get(amount[2], "amount"), amount[1], text)
        if amount[2]:
            yield FtmValue("currency", amount[2])
    elif text:
        yield FtmValue(prop, text)


def _date_values(prop: str, text: str) -> Iterator[FtmValue]:
    if not text:
        return
    date = try_parse_date(text)
    if date is not None:
        yield from (
            FtmValue(prop, part, text if part != text else "") for part in format_ftm_dates(date)
        )
    if date is None or date.circa or date.until is not None:
        yield FtmValue("description", f"{prop}: {text}")


def describe_relation(relation: GoldenRelation, entity_id: str) -> tuple[FtmValue, ...]:
    """Describe a relation in a note on the entity itself.

    Used for targets that are not in the data, are stated by name only, or are the entity itself.
    """
    target = relation.name or relation.target_record
    if relation.name and relation.target_record:
        target = f"{relation.name} [{relation.target_record}]"
    if relation.target == entity_id:
        target += " (held to be the same)"
    times = " to ".join(part for part in (relation.start, relation.end) if part)
    details = "; ".join(part for part in (relation.role, times) if part)
    return make_note(
        f"{RELATION_TYPES[relation.type].words.capitalize()} {target}"
        + (f": {details}" if details else "")
    )
