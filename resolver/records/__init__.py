"""Data model: `Record` (one at a time) and `Batch` (columns). Each module states its own
contract.
"""

from resolver.records.batch import Batch, BatchBuilder, Coded, Column, concat
from resolver.records.kinds import DEFAULT_SCHEMA, KIND_BY_LABEL, Kind, kind_of_schema
from resolver.records.record import (
    SCHEMA_VERSION,
    Activity,
    Address,
    CountryRole,
    Grade,
    Handling,
    Identifier,
    Record,
    Relation,
    RelationType,
    RouteCountry,
    Value,
    content_id,
    is_content_id,
)

__all__ = [
    "DEFAULT_SCHEMA",
    "KIND_BY_LABEL",
    "SCHEMA_VERSION",
    "Activity",
    "Address",
    "Batch",
    "BatchBuilder",
    "Coded",
    "Column",
    "CountryRole",
    "Grade",
    "Handling",
    "Identifier",
    "Kind",
    "Record",
    "Relation",
    "RelationType",
    "RouteCountry",
    "Value",
    "concat",
    "content_id",
    "is_content_id",
    "kind_of_schema",
]
