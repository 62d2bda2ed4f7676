"""Subject access report as PDF: what a store holds about one person, and who was shown it.

The content is that of `resolver.trust.audit_chain.report_subject`, for somebody who does not know
the program: the person, or the officer who answers the person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from resolver.errors import pluralize
from resolver.records.labels import property_label, sort_properties
from resolver.report.pdf import Heading, Paragraph, Part, Table, render_pdf

_ABOUT = (
    "This report lists what the store holds about one person: every version of each record, with"
    " the list that states it, the decisions on these records, and each access to them. Times are"
    " UTC."
)
_PARTS = ("number", "full", "street", "city", "region", "postal_code", "country", "type", "issued")
_NAMES = {"addresses": "address", "routes": "country of a route", "activities": "activity"}


def render_subject(report: Mapping[str, Any], *, created: datetime) -> bytes:
    """Return the report on a person as PDF. Raises `UsageError` without the extra `pdf`."""
    return render_pdf("Subject access report", describe_subject(report, created), created=created)


def describe_subject(report: Mapping[str, Any], created: datetime) -> list[Part]:
    """Return the parts of the report: each record, the decisions, the accesses."""
    records, accesses = report["records"], report["accesses"]
    counted = (
        f"{pluralize(len(records), 'version')} of records,"
        f" {pluralize(len(report['decisions']), 'decision')},"
        f" {pluralize(len(accesses), 'access', 'accesses')}."
    )
    parts: list[Part] = [
        Paragraph(f"Id: {report['entity']}. Made on {created:%Y-%m-%d at %H:%M} UTC. {counted}"),
        Paragraph(_ABOUT),
    ]
    for record in records:
        until = f"until {_time(record['valid_to'])}" if record["valid_to"] else "held now"
        parts.append(Heading(record["id"]))
        stated = f"{record.get('schema', '')}, from {_time(record['valid_from'])}, {until}."
        parts.append(Paragraph(stated))
        rows = list(_list_values(record))
        if rows:
            parts.append(Table(("Property", "Value", "Place in the list"), rows, (3, 8, 3)))
    parts.append(Heading("Decisions"))
    parts.append(_describe_decisions(report["decisions"]))
    parts.append(Heading("Who was shown these records"))
    parts.append(_describe_accesses(accesses))
    return parts


def _list_values(record: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield property, value and origin of each value of a record; last the handling."""
    values: dict[str, list[tuple[str, str]]] = {}
    for row in record.get("values", ()):
        values.setdefault(row["prop"], []).append((row["text"], row["origin"]))
    for row in record.get("identifiers", ()):
        values.setdefault(row["prop"], []).append((_join(row, _PARTS), row["origin"]))
    for prop in sort_properties(values):
        for text, origin in values[prop]:
            yield property_label(prop), text, origin
    for name in ("addresses", "routes"):
        for row in record.get(name, ()):
            rest = [key for key in row if key not in _PARTS and key != "origin"]
            yield property_label(_NAMES[name]), _join(row, (*_PARTS, *rest)), row["origin"]
    for row in record.get("relations", ()):
        stated = _join(row, ("target_name", "target_id", "role", "start", "end"))
        yield f"Relation: {row['type']}", stated, row["origin"]
    for text in record.get("activities", ()):
        yield property_label(_NAMES["activities"]), str(text), ""
    for name, value in (record.get("handling") or {}).items():
        text = _join(value, ("value", "scheme")) if isinstance(value, Mapping) else value
        if text:
            yield f"Handling: {name.replace('_', ' ')}", str(text), ""


def _describe_decisions(decisions: Sequence[Mapping[str, Any]]) -> Part:
    if not decisions:
        return Paragraph("Nobody has decided on these records.")
    rows = [
        (row["left"], row["right"], row["verdict"].replace("_", " "), _time(row["at"]))
        for row in decisions
    ]
    return Table(("Record", "Record", "Decision", "Time"), rows, (4, 4, 3, 3))


def _describe_accesses(accesses: Sequence[Mapping[str, Any]]) -> Part:
    if not accesses:
        return Paragraph("Nobody was shown these records since the audit log began.")
    rows = [
        (
            _time(row["at"]),
            row["who"] or "without a key",
            row["agency"],
            f"{row['action']} {row['command']}".strip(),
            row["purpose"],
            row["shown"],
        )
        for row in accesses
    ]
    header = ("Time", "Who", "Agency", "Action", "Purpose", "Shown as")
    return Table(header, rows, (3, 3, 3, 3, 4, 4))


def _join(row: Mapping[str, Any], names: Sequence[str]) -> str:
    return ", ".join(str(row[name]) for name in names if row.get(name))


def _time(text: str) -> str:
    """Return a time to the minute."""
    return text[:16].replace("T", " ")
