"""RULES: one documented function a row, from values to keys. Adding a blocking rule is adding one function and one
row.

A rule is a pure function of one record: the hashes it gives do not depend on what else is in the batch. Two records
meet where they share a hash under a rule that the plan uses. The first line of a function's docstring is what reports
show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.block.keys import (
    Hashed,
    cross,
    distinct,
    form_hashes,
    identity_tokens,
    mix,
    of_records,
    of_table,
    pair_places,
    pairs_within,
    sums_within,
    united,
    years_within,
)
from resolver.records.kinds import Kind
from resolver.records.prepared import HashArray, Prepared, TokenFlag
from resolver.records.ragged import offsets_of, spread
from resolver.records.spelling import SPELL_FACTOR, SPELL_START, first_letters, spell

RARE = 7.0
"""Nats of rarity from which a token joins records on its own: borne by less than one entity in 1,100."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A blocking rule: its keys apply to records whose kind shares a bit with `kinds`."""

    name: str
    kinds: Kind
    keys: Callable[[Prepared], Hashed]

    @property
    def help(self) -> str:
        """What the rule joins, in one line."""
        return (self.keys.__doc__ or "").strip().splitlines()[0]


def name_set(prepared: Prepared) -> Hashed:
    """The same words in a name, in any order."""
    return of_records(prepared, sums_within(form_hashes(prepared, prepared.tokens.hashes, identity_tokens(prepared))))


def skeleton_set(prepared: Prepared) -> Hashed:
    """The same consonants in all words of a name, in any order: one name in two transliterations."""
    hashed = form_hashes(prepared, prepared.tokens.skeleton, identity_tokens(prepared))
    return of_records(prepared, sums_within(hashed))


def phonetic_pair(prepared: Prepared) -> Hashed:
    """Two words of a name that sound alike (Metaphone)."""
    return of_records(prepared, _word_pairs(prepared, prepared.tokens.phonetic))


def skeleton_pair(prepared: Prepared) -> Hashed:
    """Two words of a name with the same consonants."""
    return of_records(prepared, _word_pairs(prepared, prepared.tokens.skeleton))


def rare_token(prepared: Prepared) -> Hashed:
    """A rare word in a name."""
    mask = identity_tokens(prepared, RARE, 4) & ((prepared.tokens.flags & int(TokenFlag.NUMBER)) == 0)
    return of_records(prepared, form_hashes(prepared, prepared.tokens.hashes, mask))


def rare_phonetic(prepared: Prepared) -> Hashed:
    """A rare word of five letters or more in a name, as it sounds."""
    mask = identity_tokens(prepared, RARE, 5) & ((prepared.tokens.flags & int(TokenFlag.NUMBER)) == 0)
    return of_records(prepared, form_hashes(prepared, prepared.tokens.phonetic, mask))


def symbol_pair(prepared: Prepared) -> Hashed:
    """Two words of a name that are the same names in another language or script."""
    symbols, forms = prepared.tokens.symbols, prepared.forms.tokens
    # only words with few symbols: those with many (Muhammad) are met through their sound
    few = identity_tokens(prepared) & (symbols.counts <= 3)
    counts = np.where(few, symbols.counts, 0)[forms.items]
    word = np.repeat(np.arange(len(forms.items)), counts)
    found = symbols.items[spread(symbols.offsets[:-1][forms.items], counts)]
    form = forms.rows[word]
    order = np.lexsort((found, form))
    word, hashes = word[order], mix(found[order].astype(np.uint64), np.uint64(5))
    left, right, offsets = pair_places(offsets_of(np.bincount(form, minlength=len(forms))))
    # two symbols of one word say no more than one
    pairs = np.where(word[left] != word[right], mix(hashes[left], hashes[right]), np.uint64(0))
    return of_records(prepared, Hashed(offsets, pairs))


def token_year(prepared: Prepared) -> Hashed:
    """A word that sounds alike and the same year of birth."""
    return cross(_words(prepared, prepared.tokens.phonetic, 3), years_within(prepared.births, prepared.dates))


def skeleton_year(prepared: Prepared) -> Hashed:
    """A word with the same consonants and the same year of birth."""
    return cross(_words(prepared, prepared.tokens.skeleton, 3), years_within(prepared.births, prepared.dates))


def birth_day(prepared: Prepared) -> Hashed:
    """The same full date of birth, day and month in either order, 1 January left out."""
    dates = prepared.dates
    full = (dates.day > 0) & (dates.year == dates.last_year) & ~((dates.day == 1) & (dates.month == 1))
    low, high = np.minimum(dates.day, dates.month), np.maximum(dates.day, dates.month)
    number = (dates.year.astype(np.uint64) * np.uint64(10_000)) + low.astype(np.uint64) * np.uint64(100) + high
    return of_table(prepared.births, np.where(full, number, np.uint64(0)))


def word_day(prepared: Prepared) -> Hashed:
    """A word with the same consonants and the same full date of birth (day and month in either order)."""
    return cross(_words(prepared, prepared.tokens.skeleton, 3), birth_day(prepared))


def initials_day(prepared: Prepared) -> Hashed:
    """Two words that begin with the same letters and the same full date of birth (day and month in either order)."""
    letters = first_letters(prepared.tokens.texts).astype(np.uint64)
    initials = of_records(prepared, pairs_within(form_hashes(prepared, letters, _initial_tokens(prepared))))
    return cross(distinct(initials), birth_day(prepared))


def pair_month_day(prepared: Prepared) -> Hashed:
    """Two words that sound alike and the same day and month of birth, whatever the year."""
    dates = prepared.dates
    # the first of January is what lists write where they know no better
    full = (dates.day > 0) & ~((dates.day == 1) & (dates.month == 1))
    number = dates.month.astype(np.uint64) * np.uint64(100) + dates.day
    pairs = of_records(prepared, _word_pairs(prepared, prepared.tokens.phonetic))
    return cross(distinct(pairs), of_table(prepared.births, np.where(full, number, np.uint64(0))))


def name_place(prepared: Prepared) -> Hashed:
    """The same words in a name and the same place of birth or address."""
    names = sums_within(form_hashes(prepared, prepared.tokens.hashes, identity_tokens(prepared)))
    return cross(distinct(of_records(prepared, names)), _place_words(prepared))


def token_month_day(prepared: Prepared) -> Hashed:
    """A word with the same consonants and the same day and month of birth, January and firsts of a month left out."""
    dates = prepared.dates
    # the first of a month and January are what lists write where they know no better
    full = (dates.day > 1) & (dates.month > 1)
    number = dates.month.astype(np.uint64) * np.uint64(100) + dates.day
    days = of_table(prepared.births, np.where(full, number, np.uint64(0)))
    return cross(_words(prepared, prepared.tokens.skeleton, 3), days)


def prefix_pair(prepared: Prepared) -> Hashed:
    """Two words of a name that begin with the same three letters."""
    prefixes = _prefix_hashes(prepared, 3)
    return of_records(prepared, pairs_within(form_hashes(prepared, prefixes, identity_tokens(prepared, 0, 3))))


def token_place(prepared: Prepared) -> Hashed:
    """A word with the same consonants and the same place of birth or address."""
    return cross(_words(prepared, prepared.tokens.skeleton, 4), _place_words(prepared))


def identifier(prepared: Prepared) -> Hashed:
    """The same document, tax or registration number, unless it is known to be used by many."""
    table = prepared.identifier_table
    return of_table(prepared.identifiers, np.where(table.mass_used == 0, table.number, np.uint64(0)))


def contact(prepared: Prepared) -> Hashed:
    """The same phone number or e-mail address."""
    held = prepared.plain["phone"], prepared.plain["email"]
    return united([of_table(ragged, table.hashes) for ragged, table in held])


def acronym(prepared: Prepared) -> Hashed:
    """A word that is made of the first letters of the other's name."""
    tokens = prepared.tokens
    forms = prepared.forms.tokens
    mask = identity_tokens(prepared)
    longest = int(forms.counts.max()) if len(forms) else 0
    if longest == 0:
        return Hashed(np.zeros(len(prepared) + 1, dtype=np.int32), np.zeros(0, dtype=np.uint64))
    letters = _rolling(prepared, np.where(mask, first_letters(tokens.texts), 0).astype(np.uint64))
    spelled = np.zeros(len(tokens), dtype=np.uint64)
    for code, text in enumerate(tokens.texts):
        if 3 <= len(text) <= 8 and mask[code]:
            spelled[code] = spell(text)
    counts = np.bincount(forms.rows[mask[forms.items]], minlength=len(forms))
    own = Hashed(np.arange(len(forms) + 1, dtype=np.int32), np.where(counts >= 3, letters, np.uint64(0)))
    single = form_hashes(prepared, spelled, mask & (spelled != 0))
    alone = np.repeat(counts <= 2, np.diff(single.offsets))
    single = Hashed(single.offsets, np.where(alone, single.hashes, np.uint64(0)))
    return of_records(prepared, united([own, single]))


def _words(prepared: Prepared, hashes: HashArray, least_length: int) -> Hashed:
    """Per record, one of the hashes of every long enough word of its names, each once."""
    return distinct(of_records(prepared, form_hashes(prepared, hashes, identity_tokens(prepared, 0, least_length))))


def _word_pairs(prepared: Prepared, hashes: HashArray) -> Hashed:
    """Every two words of a name, by one of their hashes."""
    return pairs_within(form_hashes(prepared, hashes, identity_tokens(prepared)))


def _rolling(prepared: Prepared, weights: HashArray) -> HashArray:
    """`spell` of the first letters of every form, all forms at once, one token position at a time."""
    forms = prepared.forms.tokens
    value = np.full(len(forms), SPELL_START)
    for position in range(int(forms.counts.max())):
        present = np.flatnonzero(forms.counts > position)
        letter = weights[forms.items[forms.offsets[:-1][present] + position]]
        step = value[present] * SPELL_FACTOR + letter
        value[present] = np.where(letter > 0, step, value[present])
    return value


def _prefix_hashes(prepared: Prepared, length: int) -> HashArray:
    texts = prepared.tokens.texts
    return np.fromiter((spell(text[:length]) for text in texts), dtype=np.uint64, count=len(texts))


def _initial_tokens(prepared: Prepared) -> npt.NDArray[np.bool_]:
    mask: npt.NDArray[np.bool_] = (prepared.tokens.flags & int(TokenFlag.PARTICLE | TokenFlag.LEGAL)) == 0
    return mask


def _place_words(prepared: Prepared) -> Hashed:
    parts = []
    for ragged, table in ((prepared.birth_places, prepared.place_table), (prepared.addresses, prepared.address_table)):
        words = ragged.through(table.tokens)
        lengths = np.fromiter((len(text) for text in table.token_texts), dtype=np.int32, count=len(table.token_texts))
        hashes = np.where(lengths >= 4, table.token_hashes, np.uint64(0))
        parts.append(Hashed(words.offsets, hashes[words.items]))
    return distinct(united(parts))


_NAMED = Kind.PERSON | Kind.GROUP | Kind.ASSET
RULES: tuple[Rule, ...] = (
    Rule("name_set", _NAMED, name_set),
    Rule("skeleton_set", _NAMED, skeleton_set),
    Rule("phonetic_pair", _NAMED, phonetic_pair),
    Rule("skeleton_pair", _NAMED, skeleton_pair),
    Rule("rare_token", _NAMED, rare_token),
    Rule("rare_phonetic", Kind.PERSON, rare_phonetic),
    Rule("symbol_pair", Kind.PERSON, symbol_pair),
    Rule("token_year", Kind.PERSON, token_year),
    Rule("skeleton_year", Kind.PERSON, skeleton_year),
    Rule("birth_day", Kind.PERSON, birth_day),
    Rule("word_day", Kind.PERSON, word_day),
    Rule("initials_day", Kind.PERSON, initials_day),
    Rule("pair_month_day", Kind.PERSON, pair_month_day),
    Rule("token_month_day", Kind.PERSON, token_month_day),
    Rule("prefix_pair", Kind.PERSON, prefix_pair),
    Rule("token_place", Kind.PERSON, token_place),
    Rule("name_place", Kind.PERSON, name_place),
    Rule("identifier", _NAMED, identifier),
    Rule("contact", _NAMED, contact),
    Rule("acronym", Kind.GROUP, acronym),
)
