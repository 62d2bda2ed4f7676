"""Screening of many subjects against a store, without listing them.

`read_subjects` makes subjects from a list, `screen_subjects` compares them with the entities of a
store, and `write_screening` writes the files of the result.
"""

from resolver.screening.clearances import (
    OPERATOR_OWNER,
    apply_verdicts,
    describe_verdict,
    find_hit,
    find_redress,
    give_verdict,
    owner_of,
    read_expiry,
)
from resolver.screening.result_files import (
    CSV_COLUMNS,
    HITS_CSV,
    HITS_JSON,
    REPORT_HTML,
    describe_hit,
    list_stated_values,
    write_hits,
    write_screening,
)
from resolver.screening.screen import (
    Screening,
    ScreeningHit,
    Subject,
    build_subject,
    read_subjects,
    screen_subjects,
)
from resolver.store import HitVerdict, StoredVerdict

__all__ = [
    "CSV_COLUMNS",
    "HITS_CSV",
    "HITS_JSON",
    "OPERATOR_OWNER",
    "REPORT_HTML",
    "HitVerdict",
    "Screening",
    "ScreeningHit",
    "StoredVerdict",
    "Subject",
    "apply_verdicts",
    "build_subject",
    "describe_hit",
    "describe_verdict",
    "find_hit",
    "find_redress",
    "give_verdict",
    "list_stated_values",
    "owner_of",
    "read_expiry",
    "read_subjects",
    "screen_subjects",
    "write_hits",
    "write_screening",
]
