"""Handling of the records of an entity: conditions of use, grades, purpose and review date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from resolver.records import Grade, Record

CODES = ("H0", "H1", "H2", "H3")
"""Handling codes, the least restricted first."""


@dataclass(frozen=True, slots=True)
class RecordHandling:
    """Record with its conditions of use and grades, as texts; an empty text is not stated."""

    record: str
    source: str
    agency: str
    code: str
    source_grade: str
    information_grade: str
    subject_category: str
    purpose: str
    review_date: str


def collect_handling(records: Iterable[Record]) -> tuple[RecordHandling, ...]:
    """Collect the handling of some records, by source and id."""
    rows = (_read(record) for record in records)
    return tuple(sorted(rows, key=lambda row: (row.source, row.record)))


def strictest_code(rows: Iterable[RecordHandling]) -> str:
    """Return the most restricted handling code of some records; an unknown code is stricter."""
    codes = {row.code for row in rows} or {CODES[0]}
    return max(codes, key=lambda code: (CODES.index(code) if code in CODES else len(CODES), code))


def _grade_text(grade: Grade | None) -> str:
    if grade is None:
        return ""
    return f"{grade.value} ({grade.scheme})" if grade.scheme else grade.value


def _read(record: Record) -> RecordHandling:
    handling = record.handling
    return RecordHandling(
        record.id,
        record.source,
        handling.agency,
        handling.code,
        _grade_text(handling.source_grade),
        _grade_text(handling.information_grade),
        handling.subject_category,
        handling.purpose,
        handling.review_date,
    )
