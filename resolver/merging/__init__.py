"""The golden record: survivorship, provenance of every kept value, and the way to FollowTheMoney.

Order: `partition` (which record is in which entity, and entity ids) → `build` (golden records, by the rules in
`canon` and `survivorship`) → `ftm` (entities and edges) beside `statements` (who said what).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from resolver.merging.golden_record import GoldenRecord, GoldenRelation, GoldenValue
from resolver.merging.partition import Partition, entity_ids, partition

if TYPE_CHECKING:
    from resolver.merging.build_golden import golden_of, golden_records
    from resolver.merging.canonical_values import CountryCode
    from resolver.merging.ftm.entity_answers import ftm_few
    from resolver.merging.ftm.entity_export import to_ftm
    from resolver.merging.merge_context import Context, context
    from resolver.merging.statement_table import STATEMENT_COLUMNS, statements, statements_of

# FollowTheMoney takes half a second to load, and callers that only need partitions do without it.
_LAZY = {
    "golden_of": "build_golden",
    "golden_records": "build_golden",
    "CountryCode": "canonical_values",
    "Context": "merge_context",
    "context": "merge_context",
    "to_ftm": "ftm.entity_export",
    "ftm_few": "ftm.entity_answers",
    "STATEMENT_COLUMNS": "statement_table",
    "statements": "statement_table",
    "statements_of": "statement_table",
}

__all__ = [
    "STATEMENT_COLUMNS",
    "Context",
    "CountryCode",
    "GoldenRecord",
    "GoldenRelation",
    "GoldenValue",
    "Partition",
    "context",
    "entity_ids",
    "ftm_few",
    "golden_of",
    "golden_records",
    "partition",
    "statements",
    "statements_of",
    "to_ftm",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    globals()[name] = value
    return value
