"""Single FollowTheMoney entity sent by a program, checked and made a record.

Used for queries and submissions.

Unlike a bad row of a list, a faulty entity is refused (unknown schema or property, wrong type, a
placeholder as name). A date that cannot be read is left out and reported, since the entity is still
correct without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from resolver.errors import DateError, RecordError
from resolver.ingest.formats.ftm.ftm_schema import (
    ANYTHING,
    DIRECT,
    has_property,
    is_entity_property,
    suggest_property,
)
from resolver.ingest.reader_types import LocatedBatch
from resolver.ingest.text.crimes import topic_activities
from resolver.ingest.text.machine_dates import read_date_readings
from resolver.ingest.text.record_draft import RecordDraft
from resolver.ingest.validation import validate_records, value_limit
from resolver.records import (
    Address,
    Identifier,
    Kind,
    Record,
    Relation,
    RelationType,
    kind_of_schema,
)
from resolver.records.batch import batch_from_record
from resolver.records.properties import ADDRESS, DATES, IDENTIFIER_SET

MAX_ENTITY_VALUES = 500
"""Values of one entity, more than any list holds of one record."""
MAX_UNKNOWN = 50
"""Unknown properties of one entity that are reported."""
_BROAD_SCHEMATA = {ANYTHING: "LegalEntity"}


@dataclass(frozen=True, slots=True)
class SubmittedRecord:
    """Record of a submission, and the values left out of it with their reasons."""

    record: Record
    omissions: tuple[str, ...]


def read_ftm_entity(
    schema: object,
    properties: object,
    *,
    source: str,
    native_id: str,
    with_relations: bool = False,
    skip_unknown: bool = False,
    of_any_kind: bool = False,
) -> SubmittedRecord:
    """Return the record of one entity.

    `with_relations`: properties that name another record of the source (parent, owner, operator)
    become relations and topics become crimes, as in a list; else the former are passed over, as all
    that name entities. `skip_unknown`: properties that the schema lacks are left out and reported.
    `of_any_kind`: `Thing` is a person, group or asset, else a legal entity.
    Raises `RecordError` where it is no valid entity, `TypeError` (one line) for values of a wrong
    type.
    """
    if not isinstance(schema, str):
        raise TypeError("schema must be a text, such as Person")
    if not isinstance(properties, Mapping):
        raise TypeError(
            "properties must be an object: the name of each property with a text or a list of texts"
        )
    is_anything = of_any_kind and schema == ANYTHING
    if not is_anything:
        schema = _BROAD_SCHEMATA.get(schema, schema)
    if not is_anything and kind_of_schema(schema) is None:
        mend = "use Person, Organization, Company, LegalEntity, Vessel, Airplane …"
        raise RecordError(f"the schema {schema[:60]!r} is no person, group or asset", hint=mend)
    draft, count = RecordDraft(source, native_id, schema), 0
    omissions: list[str] = []
    unknown: list[str] = []
    for prop, value in properties.items():
        if not has_property(schema, prop):
            if not skip_unknown:
                raise _unknown_property(schema, str(prop))
            unknown.append(str(prop))
            if len(unknown) <= MAX_UNKNOWN:
                line = _unknown_property(schema, str(prop)).line()
                omissions.append(f"{str(prop)[:60]} is left out: {line}")
            continue
        for text in _check_texts(prop, value):
            count += 1
            if count > MAX_ENTITY_VALUES:
                raise RecordError(
                    f"the entity has more than {MAX_ENTITY_VALUES} values", hint="send fewer"
                )
            if len(text) > value_limit(prop):
                length = f"{len(text):,} characters long, more than {value_limit(prop):,}"
                raise RecordError(f"its {prop} is {length}", hint="shorten it")
            try:
                _add_value(draft, prop, text, with_relations=with_relations)
            except DateError as error:
                omissions.append(f"{prop} {text[:40]!r} is left out: {error.message}")
    if with_relations:
        topics = _check_texts("topics", properties.get("topics"))
        draft.activities = topic_activities(topics)
    record = draft.build_record()
    if is_anything:
        record = replace(record, kind=Kind.ANY)
    _, refused = validate_records(
        LocatedBatch(batch_from_record(record), np.zeros(1, dtype=np.int32)), "", False
    )
    if refused and unknown:
        # the name is most likely under a misspelled property
        raise _unknown_property(schema, unknown[0])
    if refused:
        raise RecordError(
            refused[0].reason.partition(": ")[2], hint="give a name, number, date or place"
        )
    return SubmittedRecord(record, tuple(omissions))


def _unknown_property(schema: str, prop: str) -> RecordError:
    """Return the error of a property that a schema lacks.

    Raise it without naming it: a frame that holds an error raised in it is a cycle, which keeps
    the whole request in memory until the next search for cycles.
    """
    suggested = suggest_property(schema, prop)
    return RecordError(
        f"{schema} has no property {prop[:60]!r}",
        hint=f"did you mean {suggested}?" if suggested else "see the FollowTheMoney model",
    )


def _check_texts(prop: str, value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item
        elif isinstance(item, (int, float)) and not isinstance(item, bool):
            yield str(item)
        elif item is not None:
            raise TypeError(f"{prop} must be a text or a list of texts")


def _add_value(draft: RecordDraft, prop: str, text: str, *, with_relations: bool) -> None:
    """Add one value. Raises `DateError`."""
    text = " ".join(text.split())
    if text and with_relations and prop in DIRECT:
        draft.add_fact(Relation(RelationType.LINKED_TO, f"{draft.source}:{text}", "", prop))
    if not text or is_entity_property(draft.schema, prop):
        return
    if prop in IDENTIFIER_SET:
        draft.add_fact(Identifier(prop, text))
    elif prop in DATES:
        for date in read_date_readings(text):
            draft.add_value(prop, date)
    elif prop == ADDRESS:
        draft.add_fact(Address(full=text))
    else:
        draft.add_value(prop, text)
