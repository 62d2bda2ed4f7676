"""Comparators of names (rows of `resolver.matching.comparators.COMPARATORS`).

The first comparators compare whole names by the alignment of their words. The others compare single
words: numbers, places, factions, qualifiers, legal forms and acronyms. The functions at the
beginning call the kernels on arrays of name forms. The comparators at the end of the module choose
the forms and the rules for a `Context`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from resolver.names.context import Context, gender_graded, name_only_values
from resolver.names.kernels.abbreviations import (
    FORM,
    MAX_LETTERS,
    fill_abbreviations,
)
from resolver.names.kernels.name_similarities import INITIALS, fill_acronyms
from resolver.names.kernels.word_sets import (
    ONE_MORE,
    ONLY_ONE_SIDE,
    QUALIFIERS,
    UNKNOWN_PLACE,
    FlagRule,
    fill_flagged_words,
    fill_marked_parts,
    fill_qualifiers,
)
from resolver.names.qualifiers import CLASS_BITS
from resolver.records.batch import IntArray
from resolver.records.kinds import Kind
from resolver.records.prepared.batch import FloatArray, Ragged
from resolver.records.prepared.value_flags import TokenFlag
from resolver.reference import territory_code

BoolArray = npt.NDArray[np.bool_]


def qualifiers(
    forms: tuple[IntArray, IntArray], form_tokens: Ragged, codes: IntArray
) -> FloatArray:
    """Compare the qualifiers of pairs of name forms by their codes; see `fill_qualifiers`."""
    out = np.empty(len(forms[0]), dtype=np.float32)
    rows = np.zeros(len(form_tokens), dtype=QUALIFIERS)
    sides = (form_tokens.offsets, form_tokens.items)
    fill_qualifiers(*forms, sides, codes, CLASS_BITS, rows, out)
    return out


_NO_FLAG = TokenFlag(0)
_LINKS = int(TokenFlag.GENERIC), int(TokenFlag.PARTICLE)
"""Flags of the words before a place in the name of an institution (`University of`)."""
_MIN_MATCHED = 1.0
"""Minimum matched nats of two names that share more than particles and legal forms."""
_MAX_CONTRADICTED = 0.5
"""Maximum number of contradicted nats of two names that only a qualifier tells apart."""
_MORE_PLACES = 0.75
"""Similarity of places if one name has one more place, as in `Alabama at Birmingham`."""
_CAMPUS, _IN_COUNTRY = 0.35, 0.5
"""Similarity of branches if one name has a further place behind a link: a campus, and a country."""


def _flagged(
    context: Context,
    flag: TokenFlag,
    forms: tuple[IntArray, IntArray] | None = None,
    *,
    without: TokenFlag = _NO_FLAG,
    surplus: float = 1.0,
    linked: float | None = None,
) -> FloatArray:
    """Compare the words that have a flag in pairs of name forms; by default, in the best pairs.

    - 1: the words agree
    - `surplus`: one name has more of them
    - 0.5: only one name has any
    - 0.25: they agree in part, or the first words with the flag that follow a link differ
    - 0: they differ
    - NaN: neither name has any

    `linked` is the similarity if one name has more of them behind `_LINKS`.
    """
    links = (0, 0) if linked is None else _LINKS
    surpluses = np.float32(surplus), np.float32(linked or 0)
    rule = FlagRule(int(flag), int(without), surpluses[0], *links, surpluses[1])
    left, right = forms or context.best_forms
    words = context.prepared.forms.tokens
    out = np.empty(len(left), dtype=np.float32)
    fill_flagged_words(*(left, right, words.offsets, words.items, context.names.tokens, rule, out))
    return out


def numbers(context: Context) -> FloatArray:
    """Numbers in the names ("Unit 121" and "Unit 125")."""
    # A single V is the number of a ship. In other names it may be the rest of a legal form.
    kinds = context.prepared.kinds
    is_asset = kinds[context.left[:1]] & kinds[context.right[:1]] & int(Kind.ASSET)
    doubtful = TokenFlag(0) if is_asset.any() else TokenFlag.LEGAL
    return _flagged(context, TokenFlag.NUMBER, without=doubtful)


def places_named(context: Context) -> FloatArray:
    """Places in the names, which tell branches apart."""
    return _flagged(context, TokenFlag.PLACE, surplus=_MORE_PLACES, linked=_MORE_PLACES)


def branch(context: Context) -> FloatArray:
    """Places in the principal names, where branches share the name of the whole as an alias."""
    values = _flagged(context, TokenFlag.PLACE, context.principal_forms, linked=_CAMPUS)
    for pair in np.flatnonzero(values == np.float32(_CAMPUS)):
        if _states_country(context, *(int(forms[pair]) for forms in context.principal_forms)):
            values[pair] = _IN_COUNTRY
    return values


def _states_country(context: Context, left: int, right: int) -> bool:
    """Return whether all places that only one of two name forms has are countries."""
    tokens, texts = context.prepared.forms.tokens, context.names.texts
    first, second = (
        {
            str(texts[token])
            for token in tokens.items[tokens.offsets[form] : tokens.offsets[form + 1]]
            if context.names.tokens.flags[token] & int(TokenFlag.PLACE)
        }
        for form in (left, right)
    )
    codes = map(territory_code, first ^ second)
    return all(code and "-" not in code for code in codes)


def faction(context: Context) -> FloatArray:
    """Parts of groups (factions, wings): both principal names are of the same, or one alone."""
    left, right = context.principal_forms
    is_marker = context.names.token_index.faction_tokens
    if not is_marker.any():
        return np.full(len(left), np.nan, dtype=np.float32)
    words = context.prepared.forms.tokens
    out = np.empty(len(left), dtype=np.float32)
    after = np.full(len(words), UNKNOWN_PLACE, dtype=np.int32)
    hashes = np.zeros(len(words), dtype=np.uint64)
    marks = (is_marker, after, hashes, int(TokenFlag.PARTICLE))
    fill_marked_parts(left, right, words.offsets, words.items, context.names.tokens, marks, out)
    return out


def qualifier(context: Context) -> FloatArray:
    """Words such as People's, State or Medical, which tell groups of one name apart."""
    codes, form_tokens = context.names.token_index.qualifier_codes, context.prepared.forms.tokens
    values = qualifiers(context.best_forms, form_tokens, codes)
    # Names that share no word are not told apart by qualifiers.
    values[context.alignments["matched"] < _MIN_MATCHED] = np.nan
    # A further quality or name only shows a rival if the names agree in everything else.
    agrees = context.alignments["contradicted"] < _MAX_CONTRADICTED
    values[~agrees & (values > 0) & (values < ONLY_ONE_SIDE)] = ONE_MORE
    return values


def legal_form(context: Context) -> FloatArray:
    """Legal forms in the names."""
    return _flagged(context, TokenFlag.LEGAL, without=TokenFlag.NUMBER)


def acronym(context: Context) -> FloatArray:
    """Acronym: one name consists of the first letters of the other's words.

    1 if three or more initials are in order, 0.5 if four or more are in another order (`OTAN`,
    `NATO`), else NaN. Abbreviated names raise the grade; see `fill_abbreviations`.
    """
    words, names, forms = (
        context.names.token_index,
        context.prepared.names,
        context.prepared.forms.tokens,
    )
    sides = (names.offsets, names.items), (forms.offsets, forms.items)
    out = np.empty(len(context.left), dtype=np.float32)
    initials = np.zeros(len(forms), dtype=INITIALS)
    fill_acronyms(
        *(context.left, context.right, *sides[0], *sides[1]), words.acronyms, initials, out
    )
    rows = np.zeros(len(forms), dtype=FORM)
    # Threads share the index, so each call needs its own scratch array.
    scratch = np.zeros(MAX_LETTERS + 26, dtype=np.int32)
    tokens = words.abbreviations._replace(scratch=scratch)
    fill_abbreviations(context.left, context.right, *sides, tokens, rows, out)
    return out


def _aligned(column: str, text: str) -> Callable[[Context], FloatArray]:
    """Return the comparator that gives a column of `NameSimilarities`; `text` documents it."""

    def compare(context: Context) -> FloatArray:
        values: FloatArray = getattr(context.similarities[0], column)
        return values

    compare.__name__, compare.__doc__ = column, text
    return compare


name = _aligned(
    "name",
    "Best supported pair of names: share of what agrees in what agrees and what contradicts.",
)
name_rarity = _aligned("name_rarity", "Rarity of the names that agree.")
name_contradicted = _aligned(
    "name_contradicted", "Parts of the names that contradict each other (1 none)."
)
name_omitted = _aligned("name_omitted", "Parts of a name that the other leaves out (1 none).")
name_weakest = _aligned("name_weakest", "Similarity of the weakest matched part.")
name_primary = _aligned("name_primary", "Principal names of both sides, without aliases.")
name_share = _aligned(
    "name_share",
    "Share of the names of the side with fewer names that the other side supports.",
)
name_exact = _aligned("name_exact", "Names made of exactly the same words.")
name_parts = _aligned("name_parts", "Number of name parts that were matched.")
name_quality = _aligned(
    "name_quality",
    "Quality of the names that agree: principal names, aliases or weak aliases.",
)
name_order = _aligned(
    "name_order",
    "Own given name of one side that is a family or forebear's name of the other (1: none).",
)
name_established = _aligned(
    "name_established",
    "Parts that are two established names, alike (Karim, Karima) or in one place (1: none).",
)
name_initials = _aligned(
    "name_initials",
    "Initials without a part in the other name (1: none; 0: another part is in their place).",
)
name_apart = _aligned(
    "name_apart",
    "Words of both principal names that the other side's names lack, as in branches (1: none).",
)


def name_sides(context: Context) -> FloatArray:
    """Part of the names that contradicts: all, the given name, or only the family name."""
    similarities, family_contradictions = context.similarities
    if not family_contradictions:
        return similarities.name_sides
    sides, gender = context.alignments["sides"], context.prepared.gender
    return gender_graded(similarities.name_sides, sides, gender, context.left, context.right)


def names_only(context: Context) -> FloatArray:
    """Names of two records that state nothing but names."""
    return name_only_values(name(context), context.names.name_only, context.left, context.right)


def listed(context: Context) -> FloatArray:
    """Watchlist style (1: any alias, nationality, passport or relation) or register style (0)."""
    is_listed = context.names.listed
    return (is_listed[context.left] | is_listed[context.right]).astype(np.float32)
