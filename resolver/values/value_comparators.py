"""Comparators of numbers, contacts, places and countries (rows of `COMPARATORS`).

A shared value says more if fewer other records have it. So a similarity depends on how common the
shared value is (`country_grades`, `place_grades`, `exclusive_grades`). A shared value says less if
the two names contradict each other: a household has one telephone, and a list may state one tax
number for two firms. A shared contact shows first of all that two people know each other. If two
stated facts contradict each other, it is no evidence that they are one person.

The first part has functions on arrays of codes. The comparators follow: identifiers, contacts,
places, countries.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Indel, JaroWinkler
from rapidfuzz.process import cpdist

from resolver.names.context import Context
from resolver.names.pair_alignment import factorize
from resolver.names.word_comparators import name_sides
from resolver.records.batch import IntArray
from resolver.records.kinds import Kind
from resolver.records.prepared.batch import (
    PLURAL_FAMILIES,
    WEAK_FAMILIES,
    FloatArray,
    HashArray,
    IdentifierTable,
    PlaceTable,
    Ragged,
)
from resolver.records.prepared.population import FrequencyTables, exclusiveness
from resolver.records.prepared.value_flags import CHECKED
from resolver.runtime.text_cache import hash64
from resolver.values.kernels.code_sets import (
    LEAST_SAME,
    PLURAL,
    WEAK,
    IdentifierColumns,
    fill_graded_overlap,
    fill_identifier_similarity,
    fill_overlap,
)
from resolver.values.kernels.dates import FAR_APART, OTHER_DAY


def overlap(side: Ragged, left: IntArray, right: IntArray) -> FloatArray:
    """Return the share (0…1) of the smaller of two sets that is also in the larger set.

    NaN if a set is empty. Items must ascend within a row.
    """
    out = np.empty(len(left), dtype=np.float32)
    fill_overlap(left, right, side.offsets, side.items, out)
    return out


def graded_overlap(side: Ragged, grades: FloatArray, left: IntArray, right: IntArray) -> FloatArray:
    """Return the mean of the `overlap` of two sets and the highest grade of a shared item (0…1).

    0 if they share nothing, NaN if a set is empty.
    """
    out = np.empty(len(left), dtype=np.float32)
    fill_graded_overlap(left, right, side.offsets, side.items, grades, out)
    return out


def identifier_similarity(
    side: Ragged,
    table: IdentifierTable,
    shared: tuple[HashArray, FloatArray],
    left: IntArray,
    right: IntArray,
) -> FloatArray:
    """Return the best similarity of the identifiers of two records.

    - 1: the same number of one type and country
    - 0.9: the same number with another type
    - 0.6: the same number from another country
    - 0.5: the same number, of a type that a whole group of companies shares
    - 0.2 or 0.1: two numbers of one type differ; 0.1 if their country is known
    - 0: two numbers differ, and the check digits of both are right
    - NaN: nothing can be compared

    The lower the grade of the number, the nearer the first four values are to 0.3. `shared` has the
    numbers with a grade below 1, ascending, and their grades. A number that many unrelated records
    use is not compared.
    """
    habits = np.zeros(CHECKED, dtype=np.uint8)
    habits[list(WEAK_FAMILIES)] = WEAK
    habits[list(PLURAL_FAMILIES)] |= PLURAL
    out = np.empty(len(left), dtype=np.float32)
    columns = IdentifierColumns(table.number, table.type, table.country, table.mass_used, *shared)
    fill_identifier_similarity(left, right, side.offsets, side.items, columns, habits, out)
    return out


_OTHER_BEARER = np.float32(0.45)
"""Factor for the similarity above `LEAST_SAME` of a shared number, if the names contradict."""
_OTHER_FIRM = np.float32(0.25)
"""The same factor for groups. It is lower, since sources give one tax number to two firms."""
_LEAST_PATTERN = np.float32(0.6)
"""Minimum similarity of two e-mail addresses that may differ only in a number."""
_DIGITS = re.compile(r"\d+")
_NONE, _ROUNDING = np.float32(0.0), np.float32(1e-6)
_LINK = np.float32(0.04)
"""Similarity of a shared telephone of persons whose names contradict each other.

Up to the same amount is added if few names have this telephone. It links two people, as in a
household. It is no evidence that they are one person, nor that they are two."""
_OTHER_FAMILY = np.float32(0.3)
"""Factor for the similarity of a shared telephone, if only the family names contradict."""
_HALF = np.float32(0.5)
_LEAST_SITE_NAME = 4
"""Minimum number of letters of a site's name that is recognized under another ending."""
_SECOND_ENDINGS = frozenset("ac co com edu gov net org".split())
"""Words before the ending of a country that are not the name of a site."""
Resemblance = Callable[[IntArray, IntArray], npt.NDArray[np.bool_]]
_SAME_MAILBOX, _FAMILY_MAILBOX = np.float32(0.9), np.float32(0.86)
"""Similarity of a shared e-mail address: if very many names have it, and if only the family names
of two persons contradict."""
_CHANGED_FAMILY = np.float32(1.0)
"""`name_sides` of women who differ only in the family name, which many women change."""


@lru_cache(maxsize=64)
def country_grades(
    frequencies: FrequencyTables, codes: tuple[str, ...], *, group: bool
) -> FloatArray:
    """Return the rarity of each country, 0…1."""
    return np.array(
        [frequencies.country_rarity(code, group=group) for code in codes], dtype=np.float32
    )


def place_grades(
    frequencies: FrequencyTables, places: npt.NDArray[np.object_], *, group: bool
) -> FloatArray:
    """Return the rarity of each place, 0…1, by its words."""
    return np.array(
        [frequencies.place_rarity(place, group=group) for place in places.tolist()],
        dtype=np.float32,
    )


def exclusive_grades(frequencies: FrequencyTables, prop: str, hashes: HashArray) -> FloatArray:
    """Return how exclusive each value of a property is (0…1): 1 if only one name has it."""
    values, grades = shared_values(frequencies, prop)
    if not len(values):
        return np.ones(len(hashes), dtype=np.float32)
    index = np.searchsorted(values, hashes).clip(max=len(values) - 1)
    return np.where(values[index] == hashes, grades[index], np.float32(1))


@lru_cache(maxsize=8)
def shared_values(frequencies: FrequencyTables, prop: str) -> tuple[HashArray, FloatArray]:
    """Return the hashes of the values that several names share, and their `exclusive_grades`.

    Hashes are ascending.
    """
    bearers = frequencies.at_hand.bearers.get(prop, {})
    hashes = np.array([hash64(text) for text in bearers], dtype=np.uint64)
    grades = np.array([exclusiveness(count) for count in bearers.values()], dtype=np.float32)
    order = np.argsort(hashes)
    return hashes[order], grades[order]


def identifier(context: Context) -> FloatArray:
    """Document, tax and registration numbers."""
    prepared = context.prepared
    values = identifier_similarity(
        prepared.identifiers,
        prepared.identifier_table,
        shared_values(context.frequencies, "identifier"),
        context.left,
        context.right,
    )
    # Ships keep their number under every new name.
    common = prepared.kinds[context.left] & prepared.kinds[context.right]
    is_shared = (values >= LEAST_SAME) & (common != int(Kind.ASSET))
    share = _OTHER_FIRM if context.group else _OTHER_BEARER
    graded = LEAST_SAME + share * (values - LEAST_SAME)
    return _graded(context, values, graded, is_shared)


def _graded(
    context: Context, values: FloatArray, graded: FloatArray, chosen: npt.NDArray[np.bool_]
) -> FloatArray:
    """Return `graded` for those of the chosen pairs whose names contradict, and `values` for all
    others.
    """
    if not chosen.any():
        return values
    return np.where(chosen & context.names_contradict, graded, values).astype(np.float32)


def _same_value(context: Context, prop: str, resemble: Resemblance | None = None) -> FloatArray:
    """Return how exclusive the best shared value of a property is; 0 if all values differ.

    `resemble` says which pairs of different values count half.
    """
    side, table = context.prepared.plain[prop]

    def compare(left: IntArray, right: IntArray) -> FloatArray:
        exclusive = exclusive_grades(context.frequencies, prop, table.hashes[left])
        values = np.where(left == right, exclusive, np.float32(0))
        if resemble is not None:
            alike = resemble(left, right)
            values[alike] = _HALF * exclusive[alike]
        return values

    values = context.best_of(side, compare)
    return _as_links(context, values, (_LINK + _LINK * values, _OTHER_FAMILY * values), _NONE)


def _as_links(
    context: Context, values: FloatArray, grades: tuple[FloatArray, FloatArray], least: np.float32
) -> FloatArray:
    """Return the similarities of contacts, lower for shared contacts of two different people.

    A contact is shared if its value is above `least`. If the names contradict, or any two stated
    facts do, the pair gets the first of the `grades`. If only the family names contradict each
    other, a pair gets the second value. Values of groups stay as they are: one telephone may belong
    to groups with unlike names, such as a school and the agency that runs it.
    """
    agree = values > least
    if context.group or not agree.any():
        return values
    are_two = context.names_contradict | contradicted_twice(context)
    are_related = name_sides(context) < _CHANGED_FAMILY
    graded = np.where(agree & are_related, grades[1], values)
    return np.where(agree & are_two, grades[0], graded).astype(np.float32)


def contradicted_twice(context: Context) -> npt.NDArray[np.bool_]:
    """Return which pairs of persons contradict each other in two of names, birth dates and gender.

    Such pairs are two people who know each other, even if they share a contact or an address. Birth
    dates more than ten years apart count twice, since a father and a son may have one name.
    """
    gender = context.prepared.gender
    left, right = gender[context.left], gender[context.right]
    facts = (
        context.names_contradict | ~np.isnan(name_sides(context)),
        context.birth_grades <= np.float32(OTHER_DAY),
        context.birth_grades <= np.float32(FAR_APART),
        (left != 0) & (right != 0) & (left & right == 0),
    )
    twice: npt.NDArray[np.bool_] = np.sum(facts, axis=0) >= 2
    return twice


def rare_ties(context: Context, prop: str) -> Ragged:
    """Return the values of a property of `TIES`, without values that too many records state."""
    side, table = context.prepared.plain[prop]
    common = _common_ties(context.frequencies, prop)
    if not len(common):
        return side
    is_rare = np.isin(table.hashes, common, invert=True)[side.items]
    ends = np.concatenate([[0], np.cumsum(is_rare)]).astype(np.int32)
    return Ragged(ends[side.offsets], side.items[is_rare])


@lru_cache(maxsize=8)
def _common_ties(frequencies: FrequencyTables, prop: str) -> HashArray:
    """Return the hashes of the values of a property of `TIES` that too many records state."""
    return np.array([hash64(text) for text in frequencies.at_hand.common_ties(prop)], np.uint64)


def phone(context: Context) -> FloatArray:
    """Phone numbers, by how many names they stand under."""
    return _same_value(context, "phone")


def email(context: Context) -> FloatArray:
    """E-mail addresses, by how many names they stand under."""
    side, table = context.prepared.plain["email"]

    def compare(left: IntArray, right: IntArray) -> FloatArray:
        likeness = cpdist(
            table.texts[left],
            table.texts[right],
            scorer=Indel.normalized_similarity,
            dtype=np.float32,
        )
        if not context.group:
            likeness[_differ_in_number(table.texts, left, right, likeness)] = np.nan
        exclusive = exclusive_grades(context.frequencies, "email", table.hashes[left])
        same = _SAME_MAILBOX + (1 - _SAME_MAILBOX) * exclusive
        return np.where(left == right, same, _SAME_MAILBOX * likeness).astype(np.float32)

    values = context.best_of(side, compare)
    # If the names contradict, the mailbox belongs to a household, so it is no evidence.
    unknown, family = np.full_like(values, np.nan), np.full_like(values, _FAMILY_MAILBOX)
    return _as_links(context, values, (unknown, family), _SAME_MAILBOX - _ROUNDING)


def _differ_in_number(
    texts: npt.NDArray[np.object_], left: IntArray, right: IntArray, likeness: FloatArray
) -> npt.NDArray[np.bool_]:
    """Return which pairs of e-mail addresses differ only in a number before the host.

    The second Ann Lee at a host gets `ann.lee2`, so such a pair only shows that the names are
    alike. This is used for persons. Groups have hosts of their own, so `info2` and `info3` at one
    host are nearly the same address.
    """
    differ = np.zeros(len(left), dtype=bool)
    for place in np.flatnonzero((likeness >= _LEAST_PATTERN) & (left != right)).tolist():
        first, second = str(texts[left[place]]), str(texts[right[place]])
        differ[place] = _without_number(first) == _without_number(second)
    return differ


def _without_number(address: str) -> str:
    """Return an e-mail address without the digits before its host."""
    name, at, host = address.partition("@")
    return _DIGITS.sub("", name) + at + host


def website(context: Context) -> FloatArray:
    """Websites, by how many names they stand under."""
    texts = context.prepared.plain["website"][1].texts
    return _same_value(context, "website", partial(_same_site_names, texts))


def _same_site_names(
    hosts: npt.NDArray[np.object_], left: IntArray, right: IntArray
) -> npt.NDArray[np.bool_]:
    """Return which pairs of hosts have one name under two endings: `firm.com`, `en.firm.co.uk`."""
    same = np.zeros(len(left), dtype=bool)
    for index in np.flatnonzero(left != right).tolist():
        name, ending = _split_host(hosts[left[index]])
        other_name, other_ending = _split_host(hosts[right[index]])
        # With one ending, both are sites at a host of many sites, such as `firm.blogs.com`.
        same[index] = (
            name == other_name and len(name) >= _LEAST_SITE_NAME and ending != other_ending
        )
    return same


def _split_host(host: str) -> tuple[str, str]:
    """Return the registered word of a host (empty if there is none), and its last ending."""
    *words, ending = host.split(".")
    while len(words) > 1 and words[-1] in _SECOND_ENDINGS:
        words.pop()
    return (words[-1] if words else ""), ending


_ONE_COUNTRY = np.float32(0.4)
"""Similarity of two places that only share the country."""


def birth_place(context: Context) -> FloatArray:
    """Birth places, at whatever depth they are given."""
    return _places(context, context.prepared.birth_places, context.prepared.place_table)


def address(context: Context) -> FloatArray:
    """Addresses, at whatever depth they are given.

    A shared address is no evidence if two persons contradict each other in two facts.
    """
    values = _places(context, context.prepared.addresses, context.prepared.address_table)
    agree = values > _ONE_COUNTRY
    if not context.group and agree.any():
        values[agree & contradicted_twice(context)] = np.nan
    return values


def _places(context: Context, side: Ragged, table: PlaceTable) -> FloatArray:
    normal = table.normal

    def compare(left: IntArray, right: IntArray) -> FloatArray:
        words = overlap(table.local, left, right)
        spelled = cpdist(
            normal[left],
            normal[right],
            scorer=JaroWinkler.similarity,
            score_cutoff=0.88,
            dtype=np.float32,
        )
        # Two places for which only the country is known both have an empty text.
        spelled = np.where(np.isnan(words), np.float32(0), spelled)
        spelled[_have_other_numbers(normal, left, right, spelled > words)] = 0
        both = (table.country[left] > 0) & (table.country[right] > 0)
        same = both & (table.country[left] == table.country[right])
        agreeing = np.maximum(np.nan_to_num(words), spelled)
        agreeing = agreeing * _place_weights(context, normal, left, right, agreeing > 0)
        graded = np.where(
            agreeing > 0,
            0.5 + 0.5 * agreeing,
            np.where(same, _ONE_COUNTRY, np.where(both, 0.0, 0.2)),
        )
        return graded.astype(np.float32)

    return context.best_of(side, compare)


def _have_other_numbers(
    places: npt.NDArray[np.object_],
    left: IntArray,
    right: IntArray,
    chosen: npt.NDArray[np.bool_],
) -> IntArray:
    """Return those of the chosen pairs of places that both have numbers, but none in common.

    Two houses of one street are written alike.
    """
    pairs = np.flatnonzero(chosen)
    numbers = [
        [set(_DIGITS.findall(text)) for text in places[side[pairs]].tolist()]
        for side in (left, right)
    ]
    differ = [bool(a and b and not a & b) for a, b in zip(*numbers, strict=True)]
    return pairs[differ].astype(np.int32)


def _place_weights(
    context: Context,
    places: npt.NDArray[np.object_],
    left: IntArray,
    right: IntArray,
    agreeing: npt.NDArray[np.bool_],
) -> FloatArray:
    """Return the weight (0.4…1) of agreement on two places; the weight is lower if one of them is
    common.
    """
    weights = np.ones(len(left), dtype=np.float32)
    chosen = np.flatnonzero(agreeing)
    # many pairs have the same places
    stated, numbers = factorize(np.concatenate([left[chosen], right[chosen]]).astype(np.int64))
    grades = place_grades(context.frequencies, places[stated], group=context.group)[numbers]
    weights[chosen] = 0.4 + 0.6 * np.minimum(grades[: len(chosen)], grades[len(chosen) :])
    return weights


def nationality(context: Context) -> FloatArray:
    """Nationalities and citizenships, by how common they are."""
    return _countries(context, context.prepared.nationalities)


def country(context: Context) -> FloatArray:
    """Countries tied to the record in any way, programs of sanctions included, by rarity.

    The country of a sanctions program may agree, but it contradicts nothing: the program's targets
    may live anywhere.
    """
    stated, linked = context.prepared.countries, context.prepared.linked_countries
    grades = _countries(context, stated)
    if len(stated.items) == len(linked.items):
        return grades
    with_programs = _countries(context, linked)
    return np.fmax(grades, np.where(with_programs > 0, with_programs, np.float32(np.nan)))


def _countries(context: Context, side: Ragged) -> FloatArray:
    codes = context.prepared.country_codes
    grades = country_grades(context.frequencies, codes, group=context.group)
    return graded_overlap(side, grades, context.left, context.right)
