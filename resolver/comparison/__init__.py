"""Comparison: candidate pairs to evidence, one column per comparator (COMPARATORS)."""

from resolver.comparison.alternatives import alternatives
from resolver.comparison.comparators import (
    COMPARATOR_BY_NAME,
    COMPARATORS,
    Comparator,
    compare,
    features_of,
)
from resolver.comparison.context import Context
from resolver.comparison.name_index import NameIndex, TokenIndex
from resolver.comparison.row_gathering import GatheredBatch, NameMaterial, name_material

__all__ = [
    "COMPARATORS",
    "COMPARATOR_BY_NAME",
    "Comparator",
    "Context",
    "GatheredBatch",
    "NameIndex",
    "NameMaterial",
    "TokenIndex",
    "alternatives",
    "compare",
    "features_of",
    "name_material",
]
