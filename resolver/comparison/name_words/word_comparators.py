"""Comparators of single words of names (rows of `comparators.COMPARATORS`)."""

from __future__ import annotations

import numpy as np

from resolver.comparison.context import Context
from resolver.comparison.name_words.word_sets import (
    acronym_match,
    flagged_words,
    marked_parts,
    qualifiers,
    raise_abbreviations,
)
from resolver.kernels.comparison.acronyms import AcronymTokens
from resolver.kernels.comparison.qualifier_grades import ONE_MORE, ONLY_ONE_SIDE
from resolver.kernels.comparison.word_sets import FlagRule
from resolver.records.batch import IntArray
from resolver.records.kinds import Kind
from resolver.records.prepared.batch import FloatArray
from resolver.records.prepared.value_flags import TokenFlag
from resolver.reference.territories import territory_code

_NO_FLAG = TokenFlag(0)
_LINKS = int(TokenFlag.GENERIC), int(TokenFlag.PARTICLE)
"""Flags of the words before the place that an institution belongs to (`University of`)."""
_MIN_MATCHED = 1.0
"""Nats of names that have a word in common beyond particles and legal forms."""
_MAX_CONTRADICTED = 0.5
"""Nats by which names of rivals may contradict each other."""
_MORE_PLACES = 0.75
"""Similarity of places where one name has one more, as in `Alabama at Birmingham`."""
_CAMPUS, _IN_COUNTRY = 0.35, 0.5
"""Similarity of branches where one is a place more of an institution that is called by another, and
where that place is the country."""


def _flagged(
    context: Context,
    flag: TokenFlag,
    forms: tuple[IntArray, IntArray] | None = None,
    *,
    without: TokenFlag = _NO_FLAG,
    surplus: float = 1.0,
    linked: float | None = None,
) -> FloatArray:
    """Compare the words with a flag in some pairs of name forms, by default the best pairs.

    `surplus`, `linked`: similarity where one name has more of them, and that behind `_LINKS`.
    """
    form_tokens = context.prepared.forms.tokens
    links = (0, 0) if linked is None else _LINKS
    surpluses = np.float32(surplus), np.float32(linked or 0)
    rule = FlagRule(int(flag), int(without), surpluses[0], *links, surpluses[1])
    return flagged_words(forms or context.best_forms, form_tokens, context.names.tokens, rule)


def numbers(context: Context) -> FloatArray:
    """Numbers in the names ("Unit 121" and "Unit 125")."""
    # V alone is a number of a ship, and in other names it may be left of a legal form.
    kinds = context.prepared.kinds[context.left[:1]]
    doubtful = TokenFlag(0) if (kinds & int(Kind.ASSET)).any() else TokenFlag.LEGAL
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
    is_marker = context.names.token_index.faction_tokens
    if not is_marker.any():
        return np.full(len(context.left), np.nan, dtype=np.float32)
    return marked_parts(
        *(context.principal_forms, context.prepared.forms.tokens, context.names.tokens),
        *(is_marker, int(TokenFlag.PARTICLE)),
    )


def qualifier(context: Context) -> FloatArray:
    """Words such as People's, State or Medical, which tell groups of one name apart."""
    codes, form_tokens = context.names.token_index.qualifier_codes, context.prepared.forms.tokens
    values = qualifiers(context.best_forms, form_tokens, codes)
    # Names without a word in common are not told apart by qualifiers.
    values[context.alignments["matched"] < _MIN_MATCHED] = np.nan
    # A quality or a name more tells a rival only from a name that agrees otherwise.
    agrees = context.alignments["contradicted"] < _MAX_CONTRADICTED
    values[~agrees & (values > 0) & (values < ONLY_ONE_SIDE)] = ONE_MORE
    return values


def legal_form(context: Context) -> FloatArray:
    """Legal forms in the names."""
    return _flagged(context, TokenFlag.LEGAL, without=TokenFlag.NUMBER)


def acronym(context: Context) -> FloatArray:
    """Acronym: one name consists of the first letters of the other's words."""
    prepared, words = context.prepared, context.names.token_index
    tokens = AcronymTokens(
        flags=words.acronym_flags,
        first_letters=words.first_letter,
        spelled=words.spelled,
        bags=words.bags,
        skip=int(TokenFlag.PARTICLE),
        optional=int(TokenFlag.LEGAL),
    )
    names_of, forms, pairs = prepared.names, prepared.forms.tokens, (context.left, context.right)
    grades = acronym_match(*pairs, names_of, forms, tokens)
    return raise_abbreviations(grades, pairs, names_of, forms, words.abbreviations)
