"""Files of a screening: a table of hits, the same hits with their evidence, a report, and a table
of the agencies to contact.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from resolver.check.contacts import ContactAnswer
from resolver.check.queries import SOURCE
from resolver.errors import OutputError
from resolver.records import Kind, Record, Value, kind_of_schema
from resolver.records.labels import escape_formula, property_label, sort_properties
from resolver.records.properties import NAME_PARTS
from resolver.records.results.explanation import EvidenceRow
from resolver.report import ReportedHit, ScreeningSummary, render_screening
from resolver.screening.screen import Screening, ScreeningHit, Subject
from resolver.store.array_files import replace_file

HITS_CSV, HITS_JSON, REPORT_HTML = "hits.csv", "hits.ndjson", "report.html"
CONTACTS_CSV = "contacts.csv"
CSV_COLUMNS: Mapping[str, Callable[[ScreeningHit], str]] = {
    "subject_id": lambda hit: hit.subject.id,
    "subject_name": lambda hit: hit.subject.name,
    "entity_id": lambda hit: hit.entity_id,
    "entity_caption": lambda hit: hit.caption,
    "score": lambda hit: repr(hit.score),
    "band": lambda hit: hit.band,
    "reason": lambda hit: hit.reason,
    "sources": lambda hit: "; ".join(hit.sources),
    "not_compared": lambda hit: "; ".join(hit.not_compared),
    "status": lambda hit: hit.status,
    "changed": lambda hit: "; ".join(hit.changes),
}
"""Columns of a table of hits."""
_BUFFER = 1 << 16
_MAX_REPORTED = 500
"""Maximum number of subjects whose hits a report shows; a page with more takes long to open. The
table has all.
"""


def describe_hit(hit: ScreeningHit) -> dict[str, Any]:
    """Return a hit as JSON: the subject with its values, the entity, and the rows of evidence."""
    return {
        "subject": {
            "id": hit.subject.id,
            "name": hit.subject.name,
            "source": hit.subject.source,
            "schema": hit.subject.record.schema,
            "properties": list_stated_values(hit.subject.record),
        },
        "entity": dict(hit.entity),
        "records": list(hit.records),
        "score": hit.score,
        "band": hit.band,
        "reason": hit.reason,
        "name_similarity": hit.name_similarity,
        "evidence": [
            {
                "name": row.name,
                "subject": row.left,
                "listed": row.right,
                "similarity": row.similarity,
                "weight": row.weight,
            }
            for row in hit.compared
        ],
        "logodds": hit.logodds,
        "not_compared": list(hit.not_compared),
        "status": hit.status,
        "changes": list(hit.changes),
    }


def list_stated_values(record: Record) -> dict[str, list[str]]:
    """Return the values of a record by property."""
    properties: dict[str, list[str]] = {}
    for value in record.values:
        properties.setdefault(value.prop, []).append(value.text)
    for identifier in record.identifiers:
        properties.setdefault(identifier.prop, []).append(identifier.number)
    for address in record.addresses:
        properties.setdefault("address", []).append(address.full or address.city)
    return properties


def state_values(subject: Subject) -> list[str]:
    """Return the values of a subject beside its name, as texts: `Birth date: 1984-03-02`."""
    properties = list_stated_values(subject.record)
    names = {*NAME_PARTS} if not properties.get("name") else set()
    return [
        f"{property_label(prop)}: {', '.join(properties[prop])}"
        for prop in sort_properties(properties)
        if prop != "name" and prop not in names
    ]


def hit_from_json(content: Mapping[str, Any]) -> ScreeningHit:
    """Return the hit that `describe_hit` has written. One row sums up the evidence that was left
    out.
    """
    subject, properties = content["subject"], content["subject"]["properties"]
    values = tuple(Value(prop, text) for prop, texts in properties.items() for text in texts)
    kind = kind_of_schema(subject["schema"]) or Kind.ANY
    record = Record(f"{SOURCE}:1", SOURCE, kind, subject["schema"], tuple(sorted(values)))
    compared = [
        EvidenceRow(
            row["name"], "", row["subject"], row["listed"], row["similarity"], row["weight"]
        )
        for row in content["evidence"]
    ]
    rest = content["logodds"] - sum(row.weight for row in compared if row.name != "competition")
    return ScreeningHit(
        Subject(subject["id"], subject["name"], subject["source"], record),
        content["entity"],
        tuple(content["records"]),
        content["score"],
        content["band"],
        content["reason"],
        content["name_similarity"],
        (*compared, EvidenceRow("sum", "", "", "", None, rest)),
        tuple(content["not_compared"]),
        content["status"],
        tuple(content["changes"]),
    )


def write_hits(
    path: Path,
    hits: Sequence[ScreeningHit],
    *,
    columns: Mapping[str, Callable[[ScreeningHit], str]] = CSV_COLUMNS,
    delimiter: str = ",",
) -> None:
    """Write a table of hits. Raises `OutputError`."""

    rows = ([cell(hit) for cell in columns.values()] for hit in hits)
    write_bytes(path, _table_parts(list(columns), rows, delimiter))


def write_contacts(
    path: Path, subjects: Sequence[Subject], contacts: Mapping[Record, ContactAnswer]
) -> None:
    """Write a table of the agencies that have a hit for a subject, with the reference to quote.
    Raises `OutputError`.
    """
    rows = (
        [subject.id, subject.name, *contact]
        for subject in subjects
        if subject.record in contacts
        for contact in contacts[subject.record].contacts
    )
    header = ["subject_id", "subject_name", "agency", "reference"]
    write_bytes(path, _table_parts(header, rows, ","))


def read_contacts(path: Path) -> list[list[str]]:
    """Return the agencies and references in a table that `write_contacts` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        return [row[2:] for row in csv.reader(file)][1:]


def _table_parts(
    header: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str
) -> Iterator[bytes]:
    """Yield a table in parts of some size."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(list(map(escape_formula, row)))
        if buffer.tell() > _BUFFER:
            yield buffer.getvalue().encode("utf-8", "replace")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode("utf-8", "replace")


def write_screening(folder: Path, screening: Screening, title: str) -> None:
    """Write all files of a screening into a folder. Raises `OutputError`."""
    write_hits(folder / HITS_CSV, screening.hits)
    option = orjson.OPT_APPEND_NEWLINE
    write_bytes(
        folder / HITS_JSON,
        (orjson.dumps(describe_hit(hit), option=option) for hit in screening.hits),
    )
    write_report(folder / REPORT_HTML, screening, title)


def write_report(path: Path, screening: Screening, title: str) -> None:
    """Write the report, which shows the hits of the first subjects. Raises `OutputError`."""
    write_bytes(path, iter([render_screening(summarize_screening(screening, title)).encode()]))


def summarize_screening(screening: Screening, title: str) -> ScreeningSummary:
    """Return the data that the report shows."""
    shown: dict[str, list[ReportedHit]] = {}
    for hits in list(screening.hits_by_subject().values())[:_MAX_REPORTED]:
        subject = hits[0].subject
        stated = "; ".join(state_values(subject))
        shown[f"{subject.name or subject.id} ({subject.id})"] = [
            ReportedHit(
                stated,
                hit.caption,
                hit.entity_id,
                hit.score,
                hit.band,
                hit.reason,
                hit.sources,
                hit.not_compared,
                hit.status,
                hit.changes,
            )
            for hit in hits
        ]
    return ScreeningSummary(
        title,
        len(screening.subjects),
        len(screening.hits_by_subject()),
        len(screening.hits),
        screening.revision.revision,
        shown,
    )


def write_bytes(path: Path, parts: Iterator[bytes]) -> None:
    """Write a file that appears once it is complete, for its owner alone. Raises `OutputError`."""
    try:
        with replace_file(path) as file:
            for part in parts:
                file.write(part)
    except OSError as error:
        raise OutputError(
            f"cannot write the file: {error.strerror or error}",
            place=str(path),
            hint="free space there, or choose another place",
        ) from error
