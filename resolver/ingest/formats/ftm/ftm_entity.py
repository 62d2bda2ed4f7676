"""One FollowTheMoney entity, as programs send it: checked, and made a record. For queries and single submissions.

Unlike a list, of which bad rows are set aside, a single entity is refused where its sender has made a mistake (unknown
schema or property, wrong type, a name that is none). A date that cannot be read is left out and told of: without it the
entity says less, and nothing wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from resolver.errors import DateError, RecordError
from resolver.ingest.formats.ftm.ftm_schema import has_property, names_entity
from resolver.ingest.reader_types import BatchAt
from resolver.ingest.text.machine_dates import read_date
from resolver.ingest.text.record_draft import Draft
from resolver.ingest.validation import admit
from resolver.records import Address, Identifier, Record, kind_of_schema
from resolver.records.batch import batch_of
from resolver.records.properties import ADDRESS, DATES, IDENTIFIER_SET

MOST_VALUES = 500
"""Values of one entity at most: more than any list holds of anybody."""
_ANYBODY = {"Thing": "LegalEntity"}


@dataclass(frozen=True, slots=True)
class Single:
    """The record, and what was left out of it and why."""

    record: Record
    left_out: tuple[str, ...]


def single(schema: object, properties: object, *, source: str, native_id: str) -> Single:
    """The record of one entity. Raises `RecordError` where it is none, `TypeError` (one line) for values of a wrong
    type."""
    if not isinstance(schema, str):
        raise TypeError("schema must be a text, such as Person")
    if not isinstance(properties, Mapping):
        raise TypeError(
            "properties must be an object: the name of each property with a text or a list of texts"
        )
    schema = _ANYBODY.get(schema, schema)
    if kind_of_schema(schema) is None:
        mend = "use Person, Organization, Company, LegalEntity, Vessel, Airplane …"
        raise RecordError(f"the schema {schema[:60]!r} is no person, group or asset", mend=mend)
    draft, left_out, count = Draft(source, native_id, schema), [], 0
    for prop, value in properties.items():
        if not has_property(schema, prop):
            raise RecordError(
                f"{schema} has no property {str(prop)[:60]!r}", mend="see the FollowTheMoney model"
            )
        for text in _texts(prop, value):
            count += 1
            if count > MOST_VALUES:
                raise RecordError(
                    f"the entity has more than {MOST_VALUES} values", mend="send fewer"
                )
            try:
                _say(draft, prop, text)
            except DateError as error:
                left_out.append(f"{prop} {text[:40]!r} is left out: {error.what}")
    record = draft.record()
    _, refused = admit(BatchAt(batch_of(record), np.zeros(1, dtype=np.int32)), "", False)
    if refused:
        raise RecordError(
            refused[0].reason.partition(": ")[2], mend="give a name, number, date or place"
        )
    return Single(record, tuple(left_out))


def _texts(prop: str, value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item
        elif isinstance(item, (int, float)) and not isinstance(item, bool):
            yield str(item)
        elif item is not None:
            raise TypeError(f"{prop} must be a text or a list of texts")


def _say(draft: Draft, prop: str, text: str) -> None:
    """Add one value. Raises `DateError`."""
    text = " ".join(text.split())
    if not text or names_entity(draft.schema, prop):
        return
    if prop in IDENTIFIER_SET:
        draft.add(Identifier(prop, text))
    elif prop in DATES:
        draft.say(prop, read_date(text))
    elif prop == ADDRESS:
        draft.add(Address(full=text))
    else:
        draft.say(prop, text)
