"""Text for explanations: values that a comparator compared, and how the parts of two names match.

`record_texts` gives the values of one record. `aligned_parts` says, for the best pair of names,
what happened to each word: matched or left over. It takes the partners of the words from
`token_partners`. `detail` describes the similarity of one comparator in words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from resolver.names.context import GRADES, Context
from resolver.names.kernels.name_records import LIMIT
from resolver.names.kernels.token_partners import fill_partners
from resolver.names.kernels.token_similarity import JOINED, JOINED_SKELETON, joined_across_scripts
from resolver.names.name_index import NameIndex
from resolver.names.pair_alignment import new_matrix
from resolver.records.batch import IntArray
from resolver.records.prepared.assembly import LazyBatch
from resolver.records.prepared.batch import FloatArray, PreparedBatch, Ragged
from resolver.records.prepared.value_flags import GenderFlag
from resolver.records.results.explanation import AlignedPart, Fate, format_alignment
from resolver.values.kernels.code_sets import LEAST_SAME


def token_partners(
    left: IntArray, right: IntArray, group: bool, names: NameIndex
) -> tuple[npt.NDArray[np.int32], FloatArray]:
    """Return the partner of each word in pairs of name forms, and the match value of each word.

    Partners (pairs × sides × `LIMIT`) are positions in the other name; -1 means that a word has no
    partner. Values (pairs × `LIMIT`) belong to the words of the left name.
    """
    partners = np.full((len(left), 2, LIMIT), -1, dtype=np.int32)
    values = np.zeros((len(left), LIMIT), dtype=np.float32)
    matrix = new_matrix(names.tokens, names.arrays, LIMIT * LIMIT)
    scratch = np.empty(LIMIT, dtype=np.int32)
    with names.token_index.memo() as memo:
        fill_partners(
            *(left, right, group, names.arrays, names.tokens, memo),
            *(matrix, scratch, partners, values),
        )
    return partners, values


PRINCIPALS = "principals"
"""Entry of `Comparator.shows` for comparators of the first principal names."""


def record_texts(
    prepared: PreparedBatch, row: int, form: int, principal: int, shows: Sequence[str]
) -> list[str]:
    """Return the values of a record that a comparator compares, in the order of `shows`.

    `shows` is `Comparator.shows`. `form` is the form of the compared name, and `principal` the form
    of the first principal name.
    """
    origin, origin_row = _origin(prepared, row)
    texts: list[str] = []
    for field in shows:
        if field == "names":
            texts.append(form_text(prepared, form))
        elif field == PRINCIPALS:
            is_shown = form == principal and shows[0] == "names"
            texts.append(texts[0] if is_shown else form_text(prepared, principal))
        elif field == "sources":
            texts.append(str(prepared.ids[row].as_py()).partition(":")[0])
        else:
            texts.append(_field_text(origin, origin_row, field))
    return texts


def _field_text(prepared: PreparedBatch, row: int, field: str) -> str:
    if field == "gender":
        return _gender_text(int(prepared.gender[row]))
    prop = field.removeprefix("plain:")
    is_plain = prop != field
    side: Ragged = prepared.plain[prop][0] if is_plain else getattr(prepared, field)
    start, end = side.offsets[row], side.offsets[row + 1]
    if start == end:
        return ""
    codes = side.items[start:end].tolist()
    if field in ("nationalities", "linked_countries"):
        return " | ".join(map(prepared.country_codes.__getitem__, codes))
    texts = (prepared.plain[prop][1] if is_plain else getattr(prepared, _TABLES[field])).texts
    # Values are read singly, because most records have one value, and texts in files are read on
    # access.
    return (
        str(texts[codes[0]])
        if len(codes) == 1
        else " | ".join(map(str, map(texts.__getitem__, codes)))
    )


@lru_cache(maxsize=8)
def _gender_text(bits: int) -> str:
    return " | ".join(str(flag.name).lower() for flag in GenderFlag if bits & flag)


def form_text(prepared: PreparedBatch, form: int) -> str:
    """Return a name as its source wrote it, or assembled from its parts; the text is empty for form
    -1.
    """
    if form < 0:
        return ""
    text = prepared.forms.texts[form]
    return (
        str(text)
        if text
        else " ".join(map(prepared.tokens.texts.__getitem__, prepared.forms.tokens[form]))
    )


def _origin(prepared: PreparedBatch, row: int) -> tuple[PreparedBatch, int]:
    """Return the batch and row that a row comes from.

    Reading from this batch avoids assembling the tables of a `LazyBatch`.
    """
    return prepared.source_row(row) if isinstance(prepared, LazyBatch) else (prepared, row)


_TABLES = {
    "births": "dates",
    "starts": "dates",
    "birth_places": "place_table",
    "addresses": "address_table",
    "identifiers": "identifier_table",
}
"""Table of the values of each member of a prepared batch."""


def aligned_parts(context: Context, pair: int = 0) -> tuple[AlignedPart, ...]:
    """Return, for every part of the best pair of names, whether and with what it matches.

    The parts of the left name come in their order, then the parts that only the right name has. The
    result is empty if a record has no name.
    """
    return aligned_parts_of_pairs(context, [pair])[0]


def aligned_parts_of_pairs(context: Context, pairs: Sequence[int]) -> list[tuple[AlignedPart, ...]]:
    """Return `aligned_parts` of several pairs. Several pairs cost little more time than one
    pair.
    """
    left, right = context.best_forms[0][pairs], context.best_forms[1][pairs]
    have_names = np.flatnonzero((left >= 0) & (right >= 0))
    parts: list[tuple[AlignedPart, ...]] = [()] * len(pairs)
    if len(have_names):
        describer = _PartDescriber(context)
        left, right = left[have_names], right[have_names]
        partners, values = token_partners(left, right, context.group, context.names)
        forms = zip(left.tolist(), right.tolist(), strict=True)
        for index, pair_forms, pair_partners, pair_values in zip(
            have_names.tolist(), forms, partners.tolist(), values.tolist(), strict=True
        ):
            parts[index] = describer.parts(pair_forms, pair_partners, pair_values)
    return parts


class _PartDescriber:
    """Describes whether and how the parts of names match; reads each token once."""

    def __init__(self, context: Context) -> None:
        # Tokens are read from the records of the alignment, because a table of all tokens would
        # have to be assembled first.
        self._context, self._texts = context, context.names.texts
        self._records = context.names.tokens.records
        self._rarity = self._records["rarity_group" if context.group else "rarity_person"]
        self._words: dict[int, tuple[str, float]] = {}
        self._forms: dict[int, list[int]] = {}

    def parts(
        self,
        forms: tuple[int, int],
        partners: Sequence[Sequence[int]],
        values: Sequence[float],
    ) -> tuple[AlignedPart, ...]:
        """Return the parts of two name forms; `partners` and `values` are as in
        `token_partners`.
        """
        tokens = self._tokens_of(forms[0]), self._tokens_of(forms[1])
        left, right = partners[0][: len(tokens[0])], partners[1][: len(tokens[1])]
        both_have_rest = min(left, default=0) < 0 and min(right, default=0) < 0
        rest = Fate.CONTRADICTED if both_have_rest else Fate.OMITTED
        parts, done = [], set()
        for index, token in enumerate(tokens[0]):
            partner = left[index]
            if partner < 0:
                text, nats = self._word(token)
                parts.append(AlignedPart(text, "", rest, 0.0, nats))
            elif partner not in done:
                done.add(partner)
                places = (
                    [at for at, other in enumerate(left) if other == partner],
                    [at for at, other in enumerate(right) if other == index],
                )
                parts.append(self._matched_part(forms, tokens, places, values))
        for index, token in enumerate(tokens[1]):
            if right[index] < 0:
                text, nats = self._word(token)
                parts.append(AlignedPart("", text, rest, 0.0, nats))
        return tuple(parts)

    def _matched_part(
        self,
        forms: tuple[int, int],
        tokens: tuple[list[int], list[int]],
        indices: tuple[list[int], list[int]],
        values: Sequence[float],
    ) -> AlignedPart:
        """Return the part for the words at some positions, which are matched with each other."""
        matched = [tokens[0][at] for at in indices[0]], [tokens[1][at] for at in indices[1]]
        left, right = (" ".join([self._word(token)[0] for token in side]) for side in matched)
        if len(matched[0]) != len(matched[1]):
            value, target = self._joined(forms, matched, (indices[0][0], indices[1][0]))
            return AlignedPart(left, right, Fate.JOINED, round(value, 2), self._word(target)[1])
        first, second = matched[0][0], matched[1][0]
        hashes = self._records["hash"]
        is_equal = first == second or hashes[first] == hashes[second]
        fate = Fate.EQUAL if is_equal else Fate.SIMILAR
        nats = min(self._word(first)[1], self._word(second)[1])
        return AlignedPart(left, right, fate, round(values[indices[0][0]], 2), nats)

    def _tokens_of(self, form: int) -> list[int]:
        tokens = self._forms.get(form)
        if tokens is None:
            tokens = self._context.prepared.forms.tokens[form][:LIMIT].tolist()
            self._forms[form] = tokens
        return tokens

    def _word(self, token: int) -> tuple[str, float]:
        """Return the text and the rarity (nats) of a token."""
        if token not in self._words:
            self._words[token] = str(self._texts[token]), round(float(self._rarity[token]), 1)
        return self._words[token]

    def _joined(
        self, forms: tuple[int, int], tokens: tuple[list[int], list[int]], indices: tuple[int, int]
    ) -> tuple[float, int]:
        """Return the match value of two words of one name that together spell one word of the other
        name.

        The second value is the token of that word.
        """
        single, split = (0, 1) if len(tokens[0]) == 1 else (1, 0)
        target, table = tokens[single][0], self._context.prepared.forms
        index = table.tokens.offsets[forms[split]] + indices[split]
        if table.joined[index] == self._records["hash"][target]:
            value = JOINED
        elif table.joined_skeleton[index] == self._records["skeleton"][target]:
            value = JOINED_SKELETON
        else:
            first, second = (np.int32(token) for token in tokens[split][:2])
            names = self._context.names
            with names.token_index.memo() as memo:
                value = joined_across_scripts(first, second, np.int32(target), names.tokens, memo)
        return float(value), target


def alignment_text(context: Context, pair: int = 0) -> str:
    """Return the alignment of the best pair of names on one line."""
    return format_alignment(aligned_parts(context, pair))


DETAILED = frozenset(("identifier", "birth_date", "start_date", "name", "country"))
"""Comparators whose similarities `detail` describes."""
_MANY = "a number that many use, or an invented one: it says nothing"
_WEAKER = "the same number; it counts less, as its kind, country or holders differ"


def _used_by_many(context: Context, pair: int) -> bool:
    """Return whether the two records share a number that many other records also use."""
    first, left = _origin(context.prepared, int(context.left[pair]))
    if not len(first.identifiers.items):
        return False
    second, right = _origin(context.prepared, int(context.right[pair]))
    if not len(second.identifiers.items):
        return False
    left_items, right_items = first.identifiers[left], second.identifiers[right]
    if not len(left_items) or not len(right_items):
        return False
    left_table, right_table = first.identifier_table, second.identifier_table
    shared = np.isin(left_table.number[left_items], right_table.number[right_items])
    return bool(np.any(shared & (left_table.mass_used[left_items] != 0)))


_BY_PROGRAM = "through a sanctions program, not stated by both records"


def _agree_by_program(context: Context, pair: int) -> bool:
    """Return whether two records agree in a country that they do not both state themselves.

    The country of at least one of them then comes from a sanctions program.
    """
    sides = (context.left, context.right)
    origins = [_origin(context.prepared, int(rows[pair])) for rows in sides]
    first, second = (
        {batch.country_codes[code] for code in batch.countries[row].tolist()}
        for batch, row in origins
    )
    return first.isdisjoint(second)


@lru_cache(maxsize=64)
def _grade_text(similarity: float) -> str:
    return GRADES[min(GRADES, key=lambda grade: abs(grade - similarity))]


def detail(
    context: Context,
    feature: str,
    similarity: float,
    pair: int = 0,
    parts: tuple[AlignedPart, ...] | None = None,
) -> str:
    """Return a description of a similarity; empty if there is none.

    `parts` are the `aligned_parts` of the pair, if already known.
    """
    if math.isnan(similarity):
        return _MANY if feature == "identifier" and _used_by_many(context, pair) else ""
    if feature == "identifier":
        return _WEAKER if LEAST_SAME <= similarity < 1 else ""
    if feature in ("birth_date", "start_date"):
        return _grade_text(similarity)
    if feature == "country":
        return _BY_PROGRAM if similarity > 0 and _agree_by_program(context, pair) else ""
    if feature != "name":
        return ""
    return alignment_text(context, pair) if parts is None else format_alignment(parts)
