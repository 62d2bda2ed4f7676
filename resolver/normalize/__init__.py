"""Normalise: a batch's unique values to comparable forms (`prepare`)."""

from resolver.normalise.prepare import prepare
from resolver.normalise.symbols import SymbolSource
from resolver.normalise.text import letters
from resolver.normalise.values import country_code, gender_bit

__all__ = ["SymbolSource", "country_code", "gender_bit", "letters", "prepare"]
