"""Relations that a program sends with a record, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from resolver.errors import DateError, RecordError
from resolver.ingest.formats.ftm.ftm_entity import SubmittedRecord
from resolver.ingest.text.machine_dates import read_date
from resolver.ingest.validation import value_limit
from resolver.records import Record, Relation
from resolver.records.properties import RELATION
from resolver.records.relations.relation_types import find_relation_type

MAX_RELATIONS = 500
"""Relations of one submission."""
_FIELDS = ("type", "target", "name", "role", "start", "end")


def add_relations(submitted: SubmittedRecord, relations: object) -> SubmittedRecord:
    """Add relations to a submission: objects with `type`, `target` (id of a record, in the same
    source unless it names one) or `name`, and optionally `role`, `start` and `end`.

    The target need not be there yet. A date that cannot be read is left out and reported, an end
    before its start is kept and reported. Raises `RecordError` for an unknown type, a relation to
    the record itself or without other end, and too many; `TypeError` for values of a wrong type.
    """
    if relations is None:
        return submitted
    if not isinstance(relations, list):
        raise TypeError("relations must be a list of objects with type and target or name")
    if len(relations) > MAX_RELATIONS:
        raise RecordError(
            f"the record has more than {MAX_RELATIONS} relations", hint="send the other ends"
        )
    omissions = list(submitted.omissions)
    stated = [_read_relation(item, submitted.record, omissions) for item in relations]
    unique = dict.fromkeys([*submitted.record.relations, *stated])
    return SubmittedRecord(replace(submitted.record, relations=tuple(unique)), tuple(omissions))


def _read_relation(item: object, record: Record, omissions: list[str]) -> Relation:
    fields = _read_fields(item)
    kind = find_relation_type(fields["type"])
    if kind is None:
        raise RecordError(
            f"there is no type of relation {fields['type'][:60]!r}",
            hint="use memberOf, leaderOf, familyOf, ownerOf, linkedTo …",
        )
    target = fields["target"]
    target_id = target if not target or ":" in target else f"{record.source}:{target}"
    if not target_id and not fields["name"]:
        raise RecordError("a relation has no other end", hint="give its target or name")
    if target_id == record.id:
        raise RecordError("a relation leads to the record itself", hint="leave it out")
    start, end = (_read_date(name, fields[name], omissions) for name in ("start", "end"))
    if start and end and end < start[: len(end)]:
        omissions.append(f"the relation to {target or fields['name']} ends before it starts")
    return Relation(kind, target_id, fields["name"], fields["role"], start, end)


def _read_fields(item: object) -> dict[str, str]:
    """Return the fields of a relation as texts. Raises `RecordError`, `TypeError`."""
    if not isinstance(item, Mapping):
        raise TypeError("a relation must be an object with type and target or name")
    unknown = sorted(str(name) for name in item if name not in _FIELDS)
    if unknown:
        raise RecordError(
            f"a relation has no field {unknown[0][:60]!r}", hint=f"use {', '.join(_FIELDS)}"
        )
    fields = {name: item.get(name) or "" for name in _FIELDS}
    for name, text in fields.items():
        if not isinstance(text, str):
            raise TypeError(f"{name} of a relation must be a text")
        if len(text) > value_limit(RELATION):
            raise RecordError(f"{name} of a relation is too long", hint="shorten it")
    return {name: " ".join(str(text).split()) for name, text in fields.items()}


def _read_date(name: str, text: str, omissions: list[str]) -> str:
    try:
        return read_date(text) if text else ""
    except DateError as error:
        omissions.append(f"{name} {text[:40]!r} of a relation is left out: {error.message}")
        return ""
