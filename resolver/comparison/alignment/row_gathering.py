"""What the alignment kernel needs of rows put together from several tables, gathered instead of made anew.

A table whose words have been laid out once (`material_of`; a shelf keeps it in mapped memory) gives those of any rows
at the cost of copying them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.comparison.alignment.name_arrays import fixed, names_of
from resolver.comparison.alignment.name_layout import (
    Counted,
    Laid,
    Source,
    counted,
    laid,
)
from resolver.comparison.alignment.token_records import CARD, Words, words_of
from resolver.comparison.context import (
    NameIndex,
    alone_of,
    listed_of,
    principal_of,
)
from resolver.comparison.cross_script import sounds
from resolver.records.prepared.assembly import Later
from resolver.records.prepared.batch import NameTable, Prepared, TokenTable
from resolver.records.prepared.ragged import Ragged
from resolver.records.prepared.row_selection import unread


@dataclass(frozen=True)
class Material:
    """The words of a prepared batch, with the sounds of each, and which of its records say nothing but names."""

    words: Words
    alone: npt.NDArray[np.bool_]
    prepared: Prepared

    @cached_property
    def listed(self) -> npt.NDArray[np.bool_]:
        """Per record, whether it is told as watchlists tell."""
        return listed_of(self.prepared)

    @cached_property
    def source(self) -> Source:
        """All that is copied of it. Names are laid out in memory, not in files: a hundred megabytes for a million
        records, in the large pages that arrays of that size get."""
        words = self.words
        held: tuple[npt.NDArray[Any], ...] = (
            *(self.prepared.names.offsets, *names_of(self.prepared)),
            *(words.cards, words.letters, words.symbols, words.spoken_offsets, words.spoken),
        )
        return Source(*map(fixed, held))


def arrays_of(material: Material) -> dict[str, npt.NDArray[Any]]:
    """It as plain arrays; what a prepared batch holds anyway is left out."""
    words = material.words
    return {
        "cards": words.cards.view(np.uint8),
        "letters": words.letters,
        "spoken_offsets": words.spoken_offsets,
        "spoken": words.spoken,
        "alone": material.alone.view(np.uint8),
    }


def material_from(arrays: Mapping[str, npt.NDArray[Any]], prepared: Prepared) -> Material:
    """The inverse. Raises `KeyError` where one is missing."""
    words = Words(
        arrays["cards"].view(CARD),
        prepared.tokens.flags,
        arrays["letters"],
        prepared.tokens.symbols.items,
        arrays["spoken_offsets"],
        arrays["spoken"],
    )
    return Material(words, arrays["alone"].view(np.bool_), prepared)


def material_of(prepared: Prepared) -> Material:
    """Lay out what a prepared batch holds."""
    return Material(
        words_of(prepared.tokens, sounds(prepared.tokens, every=True)), alone_of(prepared), prepared
    )


def gathered(work: Later, parts: Sequence[Material]) -> NameIndex:
    """What `NameIndex.of(work)` says, where `work` is put together from the rows of `parts`. Its names, forms and words
    are then those that are gathered."""
    rows = [part.rows for part in work.parts]
    taken = [counted(part.source, some) for part, some in zip(parts, rows, strict=True)]
    found = laid([part.source for part in parts], rows, taken)
    work.give(
        names=lambda: Ragged(found.name_offsets, np.arange(len(found.forms), dtype=np.int32)),
        name_quality=lambda: np.ascontiguousarray(found.written.names["quality"]),
        forms=lambda: _forms(found, parts, taken),
        tokens=lambda: _tokens(found, _texts(parts, taken)),
    )
    return NameIndex(
        found.words,
        found.written,
        _texts(parts, taken),
        lambda: np.concatenate([part.alone[some] for part, some in zip(parts, rows, strict=True)]),
        lambda: np.concatenate([part.listed[some] for part, some in zip(parts, rows, strict=True)]),
        lambda: principal_of(work),
    )


def _texts(parts: Sequence[Material], taken: Sequence[Counted]) -> npt.NDArray[np.object_]:
    return unread([part.prepared.tokens.texts for part in parts], [one.tokens for one in taken])


def _forms(found: Laid, parts: Sequence[Material], taken: Sequence[Counted]) -> NameTable:
    """Each name a form of its own."""
    words, ends = found.written.parts[:-2], np.cumsum([0, *(one.names for one in taken)]).tolist()
    return NameTable(
        Ragged(found.form_offsets, found.form_items),
        words["role"],
        words["joined"],
        words["joined_skeleton"],
        found.written.names["compact"],
        unread(
            [part.prepared.forms.texts for part in parts],
            [found.forms[start:end] for start, end in pairwise(ends)],
        ),
    )


def _tokens(found: Laid, texts: npt.NDArray[np.object_]) -> TokenTable:
    cards = found.words.cards

    def column(name: str) -> npt.NDArray[Any]:
        return np.ascontiguousarray(cards[name][:-1])

    return TokenTable(
        texts=texts,
        hashes=column("hash"),
        phonetic=column("phonetic"),
        sound=column("sound"),
        skeleton=column("skeleton"),
        flags=found.words.flags,
        rarity_person=column("rarity_person"),
        rarity_group=column("rarity_group"),
        symbols=Ragged(np.ascontiguousarray(cards["symbols"]), found.words.symbols),
        signature=column("signature"),
    )
