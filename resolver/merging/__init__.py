"""Golden records: survivorship, provenance of each value, and FollowTheMoney output.

Order of use: `build_partition` (entity of each record, entity ids) → `build_golden` (golden
records, by the rules of `canonical_values` and `survivorship`) → `ftm` (entities and edges) and
`statement_table` (source of each value).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from resolver.merging.golden_record import (
    GoldenLink,
    GoldenRecord,
    GoldenRelation,
    GoldenValue,
    Partition,
    assign_entity_ids,
    build_partition,
)

if TYPE_CHECKING:
    from resolver.merging.build_golden import build_golden_records, iterate_golden_records
    from resolver.merging.ftm_entities import build_ftm_entities, to_ftm, to_ftm_entity
    from resolver.merging.statement_table import (
        STATEMENT_COLUMNS,
        build_statements,
        iterate_merged,
        iterate_statements,
    )
    from resolver.merging.survivorship import CountryCode, MergeContext, build_merge_context

# Loading FollowTheMoney takes half a second, and callers that only need partitions avoid it.
_LAZY = {
    "iterate_golden_records": "build_golden",
    "build_golden_records": "build_golden",
    "CountryCode": "survivorship",
    "MergeContext": "survivorship",
    "build_merge_context": "survivorship",
    "to_ftm": "ftm_entities",
    "to_ftm_entity": "ftm_entities",
    "build_ftm_entities": "ftm_entities",
    "STATEMENT_COLUMNS": "statement_table",
    "build_statements": "statement_table",
    "iterate_merged": "statement_table",
    "iterate_statements": "statement_table",
}

__all__ = [
    "STATEMENT_COLUMNS",
    "CountryCode",
    "GoldenLink",
    "GoldenRecord",
    "GoldenRelation",
    "GoldenValue",
    "MergeContext",
    "Partition",
    "assign_entity_ids",
    "build_ftm_entities",
    "build_golden_records",
    "build_merge_context",
    "build_partition",
    "build_statements",
    "iterate_golden_records",
    "iterate_merged",
    "iterate_statements",
    "to_ftm",
    "to_ftm_entity",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    globals()[name] = value
    return value
