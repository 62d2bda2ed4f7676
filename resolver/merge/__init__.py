"""The golden record: survivorship, provenance of every kept value, and the way to FollowTheMoney.

Order: `partition` (which record is in which entity, and entity ids) → `build` (golden records, by the rules in
`canon` and `survivorship`) → `ftm` (entities and edges) beside `statements` (who said what).
"""

from resolver.merge.build import golden_of, golden_records
from resolver.merge.canon import CountryCode
from resolver.merge.context import Context, context
from resolver.merge.ftm import to_ftm
from resolver.merge.golden import GoldenRecord, GoldenRelation, GoldenValue
from resolver.merge.partition import Partition, entity_ids, partition
from resolver.merge.statements import STATEMENT_COLUMNS, statements, statements_of

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
    "golden_of",
    "golden_records",
    "partition",
    "statements",
    "statements_of",
    "to_ftm",
]
