"""Compare: candidate pairs to evidence, one column a comparator (COMPARATORS)."""

from resolver.comparison.alignment.row_gathering import Material, gathered, material_of
from resolver.comparison.alternatives import alternatives
from resolver.comparison.comparators import (
    COMPARATOR_BY_NAME,
    COMPARATORS,
    Comparator,
    features_of,
)
from resolver.comparison.context import Context, NameIndex
from resolver.comparison.evidence_matrix import compare

__all__ = [
    "COMPARATORS",
    "COMPARATOR_BY_NAME",
    "Comparator",
    "Context",
    "Material",
    "NameIndex",
    "alternatives",
    "compare",
    "features_of",
    "gathered",
    "material_of",
]
