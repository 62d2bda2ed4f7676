"""Full names from their parts: which parts an agency writes, in which letters, in which order."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

import numpy as np
import pyarrow as pa

from resolver.synthetic.agencies import Order
from resolver.synthetic.entities.persons import Persons
from resolver.synthetic.names.cultures import CULTURES
from resolver.synthetic.names.name_lexicon import (
    FORMS,
    NATIVE_OF,
    Bools,
    Form,
    Ints,
)
from resolver.synthetic.names.vocabulary import vocabulary
from resolver.synthetic.random_columns import (
    join,
    join_present,
    pick,
    present,
)

PARTS = ("title", "given", "middle", "son_of", "father", "grandfather", "family", "second")


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of n names as words of the lexicon, −1 where left out."""

    title: Ints
    given: Ints
    middle: Ints
    son_of: Ints
    father: Ints
    grandfather: Ints
    family: Ints
    second: Ints

    def take(self, rows: Ints) -> Parts:
        """The parts of some of the names."""
        return Parts(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Texts:
    """n names in pieces: title, what is given (with middle names), what comes from the father, the family's."""

    title: pa.StringArray
    given: pa.StringArray
    father: pa.StringArray
    family: pa.StringArray


def parts_of(persons: Persons, rows: Ints) -> Parts:
    """All parts of the names of some persons."""
    return Parts(*(getattr(persons, part)[rows] for part in PARTS))


@cache
def _flags() -> tuple[Bools, Bools, Bools, Bools]:
    """By culture: Latin script, middle name first, family name first at home, written without spaces."""
    return (
        np.array([culture.latin for culture in CULTURES]),
        np.array([culture.middle_first for culture in CULTURES]),
        np.array([culture.eastern for culture in CULTURES]),
        np.array([culture.script in ("Han", "Hangul") for culture in CULTURES]),
    )


def latin_cultures() -> Bools:
    """By culture: whether its own script is the Latin one."""
    return _flags()[0]


def close_cultures() -> Bools:
    """By culture: whether names in its own script have no spaces."""
    return _flags()[3]


@cache
def _has_native() -> Bools:
    """By word: whether it can be written in its own script."""
    return present(vocabulary().lexicon.texts)[Form.NATIVE :: FORMS]


def writable(parts: Parts) -> Bools:
    """Which names can be written in their own script as a whole."""
    known = _has_native()
    whole = np.ones(len(parts.given), dtype=bool)
    for part in PARTS[1:]:
        words = getattr(parts, part)
        whole &= (words < 0) | known[words]
    return whole


def spell(parts: Parts, forms: dict[str, Ints], culture: Ints, native: Bools) -> Texts:
    """The names in pieces. `forms`: the `Form` of each part; `native`: which names are in their own script."""
    lexicon = vocabulary().lexicon

    def text(part: str) -> pa.StringArray:
        form = np.where(native & (forms[part] != Form.SECOND), NATIVE_OF[forms[part]], forms[part])
        return lexicon.spell(getattr(parts, part), form)

    close = native & _flags()[3][culture]
    given, middle = text("given"), text("middle")
    turned = _flags()[1][culture]
    first, then = pick(turned, middle, given), pick(turned, given, middle)
    return Texts(
        title=lexicon.spell(np.where(native, -1, parts.title), int(Form.STANDARD)),
        given=_joined([first, then], close),
        father=join_present([text("son_of"), text("father"), text("grandfather")]),
        family=_joined([text("family"), text("second")], close),
    )


def _joined(pieces: list[pa.Array], close: Bools) -> pa.StringArray:
    spaced = join_present(pieces)
    return pick(close, join_present(pieces, ""), spaced) if close.any() else spaced


def full(texts: Texts, order: Ints, culture: Ints, native: Bools) -> pa.StringArray:
    """The full names in each record's `Order`; in their own script always as at home."""
    at_home = (order == Order.AS_AT_HOME) | native
    eastern = at_home & _flags()[2][culture] | (
        _flags()[1][culture] & (order != Order.FAMILY_COMMA)
    )
    close = native & _flags()[3][culture]
    comma = (order == Order.FAMILY_COMMA) & ~native & present(texts.family) & present(texts.given)
    rest = join_present([texts.given, texts.father])
    western = join_present([rest, texts.family])
    name = pick(eastern, _joined([texts.family, rest], close), western)
    name = pick(comma, join([texts.family, rest], ", "), name)
    return join_present([texts.title, name])
