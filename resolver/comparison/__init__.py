"""Compare: candidate pairs to evidence, one column a comparator (COMPARATORS)."""

from resolver.compare.alternatives import alternatives
from resolver.compare.comparators import COMPARATOR_BY_NAME, COMPARATORS, Comparator, features_of
from resolver.compare.context import Context, NameIndex
from resolver.compare.evidence import compare
from resolver.compare.gather import Material, gathered, material_of

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
