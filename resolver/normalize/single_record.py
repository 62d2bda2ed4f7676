"""Names of a single record: the result of `build_name_forms`, computed word by word.

For a few words arrays cost more than their content.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from resolver.kernels.text.joined_tokens import MAX_JOINED
from resolver.normalize.folding import skeleton_code
from resolver.normalize.lexicons.name_roles import guessed_roles
from resolver.normalize.token_tables import Lookup, build_small_lexicon
from resolver.records.prepared.batch import NameTable, TokenTable
from resolver.records.prepared.frequencies import FrequencyTables
from resolver.records.prepared.ragged import Ragged
from resolver.records.prepared.text_hashes import hash64
from resolver.records.prepared.value_flags import TokenFlag

_SILENT = int(TokenFlag.PARTICLE | TokenFlag.LEGAL)
_ALL = (1 << 64) - 1
OtherReadings = Callable[[str], tuple[str, ...]]
"""Gives other readings of a name."""


def build_single_record_names(
    written: Sequence[tuple[Sequence[str], int]],
    ways_of: OtherReadings,
    person: bool,
    tables: FrequencyTables,
    lookup: Lookup,
) -> tuple[TokenTable, NameTable, list[int], list[int]]:
    """Return the tables of one record's names, its forms, best quality first, and their qualities.

    `written` has the texts of each property with their quality; `person`: names are read as a
    person's.
    """
    ways = {text: readings for texts, _ in written for text in texts if (readings := ways_of(text))}
    texts = sorted({text for some, _ in written for text in some}.union(*ways.values()))
    table, forms = build_small_lexicon(texts, person, tables, lookup)
    offsets, items = forms.offsets.tolist(), forms.items.tolist()
    tokens = [items[start:end] for start, end in pairwise(offsets)]
    roles = guessed_roles(tokens, texts, table, tables) if person else [0] * len(items)
    compact = _compact(tokens, table)
    place = {text: code for code, text in enumerate(texts)}
    candidates = [
        (compact[form], quality, form)
        for some, quality in written
        for text in some
        for form in map(place.__getitem__, (text, *ways.get(text, ())))
        if tokens[form]
    ]
    best = _best_forms(candidates)
    spelled = np.empty(len(texts), dtype=object)
    spelled[:] = texts
    names = NameTable(
        forms,
        np.array(roles, dtype=np.uint8),
        *_joined(tokens, table),
        np.array(compact, dtype=np.uint64),
        spelled,
    )
    return table, names, [form for _, form in best], [quality for quality, _ in best]


def _best_forms(candidates: Sequence[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Return (quality, form) of the best of equal forms, best quality first.

    Candidates are (compact hash, quality, form).
    """
    best_by_hash: dict[int, tuple[int, int]] = {}
    for compact_hash, quality, form in sorted(candidates):
        best_by_hash.setdefault(compact_hash, (quality, form))
    return sorted(best_by_hash.values())


def _compact(forms: Sequence[Sequence[int]], table: TokenTable) -> list[int]:
    """Return the result of `token_tables.compact_hashes`."""
    mixed = [
        ((token_hash * 0x9E3779B97F4A7C15) & _ALL) ^ (token_hash >> 29)
        for token_hash in table.hashes.tolist()
    ]
    silent = [bool(flags & _SILENT) for flags in table.flags.tolist()]
    hashes = []
    for tokens in forms:
        carried = sum(mixed[token] for token in tokens if not silent[token]) & _ALL
        hashes.append(carried or sum(mixed[token] for token in tokens) & _ALL)
    return hashes


def _joined(
    forms: Sequence[Sequence[int]], table: TokenTable
) -> tuple[
    np.ndarray[tuple[int, ...], np.dtype[np.uint64]],
    np.ndarray[tuple[int, ...], np.dtype[np.uint64]],
]:
    """Return the result of `token_tables.joined_hashes`."""
    texts: list[str] = table.texts.tolist()
    joined, bones = [], []
    for tokens in forms:
        for place, token in enumerate(tokens):
            whole = texts[token] + texts[tokens[place + 1]] if place + 1 < len(tokens) else ""
            if 0 < len(whole) <= MAX_JOINED:
                bare = skeleton_code(whole)
                joined.append(hash64(whole))
                bones.append(hash64(bare) if len(bare) > 2 else 0)
            else:
                joined.append(0)
                bones.append(0)
    return np.array(joined, dtype=np.uint64), np.array(bones, dtype=np.uint64)


def single_row(forms: Sequence[int]) -> Ragged:
    """Return the forms of the only record as a ragged array."""
    return Ragged(np.array([0, len(forms)], dtype=np.int32), np.array(forms, dtype=np.int32))
