"""Normalization: unique values of a batch to comparable forms (`prepare`)."""

from resolver.normalize.folding import letters
from resolver.normalize.lexicons.symbols import SymbolSource
from resolver.normalize.population_counts import count_population, with_frequencies
from resolver.normalize.prepare import (
    NormalValues,
    has_all_values,
    prepare,
    prepare_again,
    prepare_with_values,
)
from resolver.normalize.values import country_code, gender_bit

__all__ = [
    "NormalValues",
    "SymbolSource",
    "count_population",
    "country_code",
    "gender_bit",
    "has_all_values",
    "letters",
    "prepare",
    "prepare_again",
    "prepare_with_values",
    "with_frequencies",
]
