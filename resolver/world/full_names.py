"""Full names made of their parts: choice, letters and order of the parts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

import numpy as np
import pyarrow as pa

from resolver.world.agencies import NameOrder
from resolver.world.cultures import CULTURES
from resolver.world.name_lexicon import (
    NATIVE_OF,
    Bools,
    Form,
    Ints,
    choose_where,
    concat_texts,
    is_present,
    join_non_null,
)
from resolver.world.persons import Persons, load_vocabulary

PARTS = ("title", "given_name", "middle", "son_of", "father", "grandfather", "family", "second")


@dataclass(frozen=True, slots=True)
class NameParts:
    """Parts of n names as words of the lexicon; -1 if a part is left out."""

    title: Ints
    given_name: Ints
    middle: Ints
    son_of: Ints
    father: Ints
    grandfather: Ints
    family: Ints
    second: Ints

    def take(self, rows: Ints) -> NameParts:
        """Return the parts of some of the names."""
        return NameParts(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class NameTexts:
    """Texts of n names: title, given (with middle names), patronymic part, family name."""

    title: pa.StringArray
    given_name: pa.StringArray
    father: pa.StringArray
    family: pa.StringArray


def select_parts(persons: Persons, rows: Ints) -> NameParts:
    """Return all name parts of some persons."""
    return NameParts(*(getattr(persons, part)[rows] for part in PARTS))


@cache
def _culture_flags() -> tuple[Bools, Bools, Bools, Bools]:
    """Return four flags for each culture: it has Latin script, the middle name stands first, the
    family name stands first, and names are written without spaces.
    """
    return (
        np.array([culture.is_latin for culture in CULTURES]),
        np.array([culture.middle_first for culture in CULTURES]),
        np.array([culture.family_first for culture in CULTURES]),
        np.array([culture.script in ("Han", "Hangul") for culture in CULTURES]),
    )


def latin_cultures() -> Bools:
    """Return, for each culture, whether its own script is Latin."""
    return _culture_flags()[0]


def unspaced_cultures() -> Bools:
    """Return, for each culture, whether names in its own script have no spaces."""
    return _culture_flags()[3]


def has_native_script(parts: NameParts) -> Bools:
    """Return True for names whose parts all have a form in their own script."""
    lexicon = load_vocabulary().lexicon
    is_writable = np.ones(len(parts.given_name), dtype=bool)
    for part in PARTS[1:]:
        words = getattr(parts, part)
        is_writable &= (words < 0) | lexicon.has_native(words)
    return is_writable


def spell_parts(
    parts: NameParts, forms: dict[str, Ints], culture: Ints, native: Bools
) -> NameTexts:
    """Spell names. `forms` has the `Form` of each part; `native` selects the names that are written
    in their own script.
    """
    lexicon = load_vocabulary().lexicon

    def text(part: str) -> pa.StringArray:
        """Spell one part of all names."""
        form = np.where(native & (forms[part] != Form.SECOND), NATIVE_OF[forms[part]], forms[part])
        return lexicon.spell(getattr(parts, part), form)

    is_unspaced = native & _culture_flags()[3][culture]
    given_name = _in_home_order(text("given_name"), text("middle"), culture)
    return NameTexts(
        title=lexicon.spell(np.where(native, -1, parts.title), int(Form.STANDARD)),
        given_name=_join_pieces(given_name, is_unspaced),
        father=join_non_null([text("son_of"), text("father"), text("grandfather")]),
        family=_join_pieces([text("family"), text("second")], is_unspaced),
    )


def _in_home_order(given_name: pa.Array, middle: pa.Array, culture: Ints) -> list[pa.Array]:
    """Return given and middle names, with the middle name first if the culture has this order."""
    middle_first = _culture_flags()[1][culture]
    return [
        choose_where(middle_first, middle, given_name),
        choose_where(middle_first, given_name, middle),
    ]


def _join_pieces(pieces: list[pa.Array], is_unspaced: Bools) -> pa.StringArray:
    spaced = join_non_null(pieces)
    return (
        choose_where(is_unspaced, join_non_null(pieces, ""), spaced)
        if is_unspaced.any()
        else spaced
    )


def join_full_names(texts: NameTexts, order: Ints, culture: Ints, native: Bools) -> pa.StringArray:
    """Join full names in each record's `NameOrder`; names in their own script are always in home
    order.
    """
    at_home = (order == NameOrder.AS_AT_HOME) | native
    family_first = at_home & _culture_flags()[2][culture] | (
        _culture_flags()[1][culture] & (order != NameOrder.FAMILY_COMMA)
    )
    is_unspaced = native & _culture_flags()[3][culture]
    comma = (
        (order == NameOrder.FAMILY_COMMA)
        & ~native
        & is_present(texts.family)
        & is_present(texts.given_name)
    )
    rest = join_non_null([texts.given_name, texts.father])
    western = join_non_null([rest, texts.family])
    name = choose_where(family_first, _join_pieces([texts.family, rest], is_unspaced), western)
    name = choose_where(comma, concat_texts([texts.family, rest], ", "), name)
    return join_non_null([texts.title, name])
