"""Names of a single record: what `forms.name_forms` gives, worked out word by word, since for a few words arrays cost
more than what they hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from resolver.normalize.folding import hash64, skeleton
from resolver.normalize.kernels import LONGEST
from resolver.normalize.lexicons.name_roles import guessed_roles
from resolver.normalize.token_tables import Lookup, build_lexicon
from resolver.records.prepared.batch import NameTable, TokenFlag, TokenTable
from resolver.records.prepared.frequencies import Tables
from resolver.records.prepared.ragged import Ragged

_SILENT = int(TokenFlag.PARTICLE | TokenFlag.LEGAL)
_ALL = (1 << 64) - 1
Ways = Callable[[str], tuple[str, ...]]
"""Other ways in which a name may be read."""


def names_of_one(
    held: Sequence[tuple[Sequence[str], int]],
    ways_of: Ways,
    person: bool,
    tables: Tables,
    lookup: Lookup,
) -> tuple[TokenTable, NameTable, list[int], list[int]]:
    """The tables of one record's names, its forms, best quality first, and their qualities. `held`: the texts of each
    property that names it, with their quality; `person`: whether it is read as a person's."""
    ways = {text: found for texts, _ in held for text in texts if (found := ways_of(text))}
    texts = sorted({text for some, _ in held for text in some}.union(*ways.values()))
    persons, groups = (texts, ()) if person else ((), texts)
    lexicon = build_lexicon([persons], [groups], tables, lookup, few=True)
    forms, table = lexicon.tokens_of[0 if person else 1], lexicon.table
    offsets, items = forms.offsets.tolist(), forms.items.tolist()
    tokens = [items[start:end] for start, end in pairwise(offsets)]
    roles = guessed_roles(tokens, texts, table, tables) if person else [0] * len(items)
    compact = _compact(tokens, table)
    place = {text: code for code, text in enumerate(texts)}
    said = [
        (compact[form], quality, form)
        for some, quality in held
        for text in some
        for form in map(place.__getitem__, (text, *ways.get(text, ())))
        if tokens[form]
    ]
    # of forms that say the same, the one of the best quality
    kept: dict[int, tuple[int, int]] = {}
    for same, quality, form in sorted(said):
        kept.setdefault(same, (quality, form))
    best = sorted(kept.values())
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


def _compact(forms: Sequence[Sequence[int]], table: TokenTable) -> list[int]:
    """As `tokens.compact_hashes`."""
    mixed = [((one * 0x9E3779B97F4A7C15) & _ALL) ^ (one >> 29) for one in table.hashes.tolist()]
    silent = [bool(flags & _SILENT) for flags in table.flags.tolist()]
    found = []
    for tokens in forms:
        carried = sum(mixed[token] for token in tokens if not silent[token]) & _ALL
        found.append(carried or sum(mixed[token] for token in tokens) & _ALL)
    return found


def _joined(
    forms: Sequence[Sequence[int]], table: TokenTable
) -> tuple[
    np.ndarray[tuple[int, ...], np.dtype[np.uint64]],
    np.ndarray[tuple[int, ...], np.dtype[np.uint64]],
]:
    """As `tokens.joined_hashes`."""
    texts: list[str] = table.texts.tolist()
    joined, bones = [], []
    for tokens in forms:
        for place, token in enumerate(tokens):
            whole = texts[token] + texts[tokens[place + 1]] if place + 1 < len(tokens) else ""
            if 0 < len(whole) <= LONGEST:
                bare = skeleton(whole)
                joined.append(hash64(whole))
                bones.append(hash64(bare) if len(bare) > 2 else 0)
            else:
                joined.append(0)
                bones.append(0)
    return np.array(joined, dtype=np.uint64), np.array(bones, dtype=np.uint64)


def as_rows(forms: Sequence[int]) -> Ragged:
    """The forms of the only record."""
    return Ragged(np.array([0, len(forms)], dtype=np.int32), np.array(forms, dtype=np.int32))
