"""Records for tests: written in one line, or drawn at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from resolver.records import (
    DEFAULT_SCHEMA,
    Activity,
    Address,
    CountryRole,
    Grade,
    Handling,
    Identifier,
    Kind,
    Record,
    Relation,
    RelationType,
    RouteCountry,
    Value,
)
from resolver.records.properties import FULL_NAMES, IDENTIFIERS, NAME_PARTS


def record(
    identity: str,
    kind: Kind = Kind.PERSON,
    *,
    schema: str = "",
    identifiers: Sequence[Identifier] = (),
    addresses: Sequence[Address] = (),
    relations: Sequence[Relation] = (),
    activities: Sequence[Activity] = (),
    **values: str | Sequence[str],
) -> Record:
    """Return a record with plain properties by name, one text or several."""
    return Record(
        identity,
        identity.partition(":")[0],
        kind,
        schema or DEFAULT_SCHEMA[kind],
        plain_values(values),
        tuple(identifiers),
        tuple(addresses),
        tuple(relations),
        activities=tuple(activities),
    )


def plain_values(values: Mapping[str, str | Sequence[str]]) -> tuple[Value, ...]:
    """Return values of plain properties, each of one text or several."""
    return tuple(
        Value(prop, text)
        for prop, texts in values.items()
        for text in ([texts] if isinstance(texts, str) else texts)
    )


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1f"), max_size=8)
_FILLED = _TEXT.filter(bool)
_PLAIN = (*FULL_NAMES, *NAME_PARTS, "birthDate", "nationality", "phone", "notes")


def _unique(strategy: st.SearchStrategy[Any], key: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=3, unique_by=key).map(tuple)


def records(
    identity: str = "s:1", text: st.SearchStrategy[str] = _TEXT
) -> st.SearchStrategy[Record]:
    """Draw records without repeated or empty values, which a batch returns unchanged."""
    filled = text.filter(bool)
    grades = st.one_of(st.none(), st.builds(Grade, scheme=filled, value=text))
    return st.builds(
        Record,
        id=st.just(identity),
        source=st.just("s"),
        kind=st.sampled_from(list(DEFAULT_SCHEMA)),
        schema=st.sampled_from(list(DEFAULT_SCHEMA.values())),
        values=_unique(
            st.builds(Value, prop=st.sampled_from(_PLAIN), text=filled, origin=text),
            lambda v: (v.prop, v.text),
        ),
        identifiers=_unique(
            st.builds(
                Identifier,
                prop=st.sampled_from(IDENTIFIERS),
                number=filled,
                country=text,
                type=text,
                issued=text,
                expires=text,
                note=text,
                origin=text,
            ),
            lambda i: (i.prop, i.number),
        ),
        addresses=_unique(
            st.builds(
                Address,
                full=text,
                street=text,
                city=text,
                region=text,
                postal_code=text,
                country=filled,
                origin=text,
            ),
            lambda a: (a.full, a.street, a.city, a.region, a.postal_code, a.country),
        ),
        relations=_unique(
            st.builds(
                Relation,
                type=st.sampled_from(RelationType),
                target_id=text,
                target_name=text,
                role=text,
                start=text,
                end=text,
                origin=text,
            ),
            lambda r: (r.type, r.target_id, r.target_name, r.role, r.start, r.end),
        ),
        routes=_unique(
            st.builds(RouteCountry, country=filled, role=st.sampled_from(CountryRole), origin=text),
            lambda r: (r.country, r.role),
        ),
        activities=_unique(st.sampled_from(Activity), lambda activity: activity),
        handling=st.builds(
            Handling,
            agency=text,
            code=st.sampled_from(["H0", "H1", "H2", "H3"]),
            source_grade=grades,
            information_grade=grades,
            subject_category=text,
            purpose=text,
            review_date=text,
        ),
    )


def plain(record: Record) -> tuple[Any, ...]:
    """Return the content of a record without regard to its order."""
    parts = (
        record.values,
        record.identifiers,
        record.addresses,
        record.relations,
        record.routes,
        record.activities,
    )
    head = (record.id, record.source, record.kind, record.schema, record.handling)
    return (*head, *(frozenset(part) for part in parts))
