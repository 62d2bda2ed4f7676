"""Comparison of words of names: flagged ones, parts of groups, qualifiers and acronyms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.comparison.name_words.qualifiers import CLASS_BITS
from resolver.kernels.alignment.records import TokenRecords
from resolver.kernels.comparison.abbreviation_letters import MAX_LETTERS, AbbreviationTokens
from resolver.kernels.comparison.abbreviations import FORM, fill_abbreviations
from resolver.kernels.comparison.acronyms import INITIALS, AcronymTokens, fill_acronyms
from resolver.kernels.comparison.qualifier_grades import QUALIFIERS, fill_qualifiers
from resolver.kernels.comparison.word_sets import (
    UNKNOWN_PLACE,
    FlagRule,
    fill_flagged_words,
    fill_marked_parts,
)
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import FloatArray
from resolver.records.prepared.ragged import Ragged

BoolArray = npt.NDArray[np.bool_]


def flagged_words(
    forms: tuple[IntArray, IntArray],
    form_tokens: Ragged,
    tokens: TokenRecords,
    rule: FlagRule,
) -> FloatArray:
    """Compare the words with a flag in pairs of name forms.

    1 they agree, `rule.surplus` where one name has more of them, 0.25 in part or where the first
    ones behind a link differ, 0 they differ, 0.5 only one name has any, NaN no name has any.
    """
    left, right = forms
    out = np.empty(len(left), dtype=np.float32)
    fill_flagged_words(*(left, right, form_tokens.offsets, form_tokens.items, tokens, rule, out))
    return out


def acronym_match(
    left: IntArray, right: IntArray, names: Ragged, forms: Ragged, tokens: AcronymTokens
) -> FloatArray:
    """Return whether a word of one record's name has the initials of a name of the other.

    1 in their order (three or more), 0.5 in another order (four or more: `OTAN`, `NATO`), else NaN.
    """
    out = np.empty(len(left), dtype=np.float32)
    initials = np.zeros(len(forms), dtype=INITIALS)
    fill_acronyms(
        *(left, right, names.offsets, names.items, forms.offsets, forms.items),
        *(tokens, initials, out),
    )
    return out


def raise_abbreviations(
    out: FloatArray,
    pairs: tuple[IntArray, IntArray],
    names: Ragged,
    forms: Ragged,
    tokens: AbbreviationTokens,
) -> FloatArray:
    """Return acronym grades raised to those of abbreviated names; see `fill_abbreviations`."""
    rows = np.zeros(len(forms), dtype=FORM)
    sides = (names.offsets, names.items), (forms.offsets, forms.items)
    # Scratch of its own, since threads share an index.
    tokens = tokens._replace(scratch=np.zeros(MAX_LETTERS + 26, dtype=np.int32))
    fill_abbreviations(*pairs, *sides, tokens, rows, out)
    return out


def marked_parts(
    forms: tuple[IntArray, IntArray],
    form_tokens: Ragged,
    tokens: TokenRecords,
    is_marker: BoolArray,
    without: int,
) -> FloatArray:
    """Compare the words after a marker in pairs of name forms; see `fill_marked_parts`."""
    left, right = forms
    out = np.empty(len(left), dtype=np.float32)
    after = np.full(len(form_tokens), UNKNOWN_PLACE, dtype=np.int32)
    marks = (is_marker, after, np.zeros(len(form_tokens), dtype=np.uint64), without)
    fill_marked_parts(left, right, form_tokens.offsets, form_tokens.items, tokens, marks, out)
    return out


def qualifiers(
    forms: tuple[IntArray, IntArray], form_tokens: Ragged, codes: IntArray
) -> FloatArray:
    """Compare the qualifiers of pairs of name forms by their codes; see `fill_qualifiers`."""
    out = np.empty(len(forms[0]), dtype=np.float32)
    rows = np.zeros(len(form_tokens), dtype=QUALIFIERS)
    sides = (form_tokens.offsets, form_tokens.items)
    fill_qualifiers(*forms, sides, codes, CLASS_BITS, rows, out)
    return out
