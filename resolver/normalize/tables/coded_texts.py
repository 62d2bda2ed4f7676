"""Texts of names as codes of their unique tokens."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from resolver.kernels.processes import Ranges, share_ranges
from resolver.normalize.group_tokens import tokenize_group
from resolver.normalize.name_tokens import tokenize_person
from resolver.records.batch import IntArray
from resolver.records.prepared.ragged import Ragged, offsets_of
from resolver.records.prepared.text_cache import cache_short_texts

# Cached, since single checks repeat names.
_person_tokens, _group_tokens = (
    cache_short_texts(100_000)(tokenize_person),
    cache_short_texts(30_000)(tokenize_group),
)
_MIN_PARALLEL = 10_000
"""Texts that are worth a process."""


class TokenKey(NamedTuple):
    """Token as `Token` has it, and whether it is of a person's name: the same letters have other
    flags and symbols in a group's. Keys order tokens by text.
    """

    text: str
    surface: str
    flags: int
    symbols: tuple[int, ...]
    is_of_person: bool


class CodedTexts(NamedTuple):
    """Unique tokens in order, and their codes in each text, a ragged array per list of texts."""

    tokens: list[TokenKey]
    codes: list[Ragged]


class _Share(NamedTuple):
    """Tokens of a share of texts as they come, the places of the texts, how many tokens each has,
    and their codes.
    """

    tokens: list[TokenKey]
    places: IntArray
    counts: IntArray
    codes: IntArray


def code_texts(
    person_texts: Sequence[Sequence[str]], group_texts: Sequence[Sequence[str]], workers: int = 1
) -> CodedTexts:
    """Tokenize lists of texts, those of persons first.

    The result does not depend on `workers` (processes).
    """
    texts = [text for some in (*person_texts, *group_texts) for text in some]
    persons = sum(map(len, person_texts))

    def code_ranges(ranges: Ranges) -> _Share:
        """Tokenize some ranges of texts."""
        return _code_share(texts, persons, ranges)

    shares = share_ranges(code_ranges, len(texts), workers, _MIN_PARALLEL)
    tokens, codes = _unite_shares(shares)
    together = Ragged(offsets_of(np.concatenate([share.counts for share in shares])), codes)
    if len(shares) > 1:
        order = np.concatenate([share.places for share in shares])
        places = np.empty(len(order), dtype=np.int64)
        places[order] = np.arange(len(order))
        together = together.take(places)
    sizes = [len(some) for some in (*person_texts, *group_texts)]
    bounds = np.cumsum([0, *sizes]).tolist()
    return CodedTexts(tokens, [_rows(together, *bound) for bound in pairwise(bounds)])


def code_few(texts: Sequence[str], is_of_person: bool) -> tuple[list[TokenKey], Ragged]:
    """Return the tokens and codes of `code_texts` for a few texts."""
    tokenize = _person_tokens if is_of_person else _group_tokens
    keys = [
        [
            TokenKey(token.text, token.surface, int(token.flags), token.symbols, is_of_person)
            for token in tokenize(text)
        ]
        for text in texts
    ]
    tokens = sorted({key for some in keys for key in some})
    place = {key: code for code, key in enumerate(tokens)}
    return tokens, Ragged.of([[place[key] for key in some] for some in keys])


def _code_share(texts: Sequence[str], persons: int, ranges: Ranges) -> _Share:
    """Tokenize some ranges of texts, of which the first ones are names of `persons`."""
    code_by_token: dict[tuple[str, str, int, tuple[int, ...], bool], int] = {}
    counts, codes, places = [], [], list[int]()
    for start, stop in ranges:
        places.extend(range(start, stop))
        for place in range(start, stop):
            is_of_person = place < persons
            tokens = (_person_tokens if is_of_person else _group_tokens)(texts[place])
            counts.append(len(tokens))
            for token in tokens:
                key = (token.text, token.surface, token.flags, token.symbols, is_of_person)
                codes.append(code_by_token.setdefault(key, len(code_by_token)))
    tokens_in_order = [
        TokenKey(text, surface, int(flags), symbols, is_of_person)
        for text, surface, flags, symbols, is_of_person in code_by_token
    ]
    arrays = (np.array(numbers, dtype=np.int32) for numbers in (places, counts, codes))
    return _Share(tokens_in_order, *arrays)


def _unite_shares(shares: Sequence[_Share]) -> tuple[list[TokenKey], IntArray]:
    """Return the tokens of all shares in order, and the codes of all texts."""
    code_by_token = dict[TokenKey, int]()
    new_codes = [
        [code_by_token.setdefault(token, len(code_by_token)) for token in share.tokens]
        for share in shares
    ]
    tokens = sorted(code_by_token)
    rank = np.empty(len(tokens), dtype=np.int32)
    rank[[code_by_token[token] for token in tokens]] = np.arange(len(tokens), dtype=np.int32)
    ranked = zip(new_codes, shares, strict=True)
    return tokens, np.concatenate(
        [rank[np.array(new, dtype=np.int32)][share.codes] for new, share in ranked]
    )


def _rows(ragged: Ragged, start: int, stop: int) -> Ragged:
    """Return a range of rows."""
    offsets = ragged.offsets[start : stop + 1]
    return Ragged(offsets - offsets[0], ragged.items[offsets[0] : offsets[-1]])
