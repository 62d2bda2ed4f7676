"""Names of some rows of several tables, copied to where the alignment kernel reads them: kernels of `gather`.

Of each table every word that is used stands once, in the order in which it is first met; every name is a form of its
own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.comparison.alignment.name_arrays import (
    HEAD,
    NAME,
    PART,
    Written,
)
from resolver.comparison.alignment.token_records import CARD, Words
from resolver.kernels.compiler import compiled
from resolver.records.batch import IntArray

Numbers = npt.NDArray[np.int64]
NAMES, PARTS, TOKENS, LETTERS, SYMBOLS, SOUNDS = range(6)
"""What is counted: names, their words, words once a table, their letters, symbols and sounds."""


class Source(NamedTuple):
    """What is copied of a table: where the names of its records begin, names and their words (`compare.written`), words
    (`compare.words`). What is read together lies together: rows lie anywhere in mapped memory, and each page of it that
    is met takes as long as copying some names."""

    names_at: IntArray
    names: npt.NDArray[np.void]
    parts: npt.NDArray[np.void]
    cards: npt.NDArray[np.void]
    letters: npt.NDArray[np.uint32]
    symbols: IntArray
    spoken_at: IntArray
    spoken: IntArray


class Counted(NamedTuple):
    """What some rows use: `tokens` of the table, each once; the words of their names as places there (`coded`); how
    many of everything (`sizes`)."""

    tokens: IntArray
    coded: IntArray
    sizes: Numbers

    @property
    def names(self) -> int:
        """How many names."""
        return int(self.sizes[NAMES])


class Laid(NamedTuple):
    """What `NameIndex` holds, and the same as tables: where the names of records begin, the words of names, and the
    `forms` of the sources that names are."""

    written: Written
    words: Words
    name_offsets: IntArray
    form_offsets: IntArray
    form_items: IntArray
    forms: IntArray


@compiled()
def _counted(source, rows):  # type: ignore[no-untyped-def]
    sizes = np.zeros(6, dtype=np.int64)
    for row in rows:
        for at in range(source.names_at[row], source.names_at[row + 1]):
            sizes[NAMES] += 1
            sizes[PARTS] += source.names[at].end - source.names[at].start
    coded, tokens = np.empty(sizes[PARTS], dtype=np.int32), np.empty(sizes[PARTS], dtype=np.int32)
    room = 16
    while room < 2 * sizes[PARTS]:
        room *= 2
    # where a word stands in `tokens`, found by its code
    slots = np.full(room, -1, dtype=np.int32)
    filled, place = 0, 0
    for row in rows:
        for at in range(source.names_at[row], source.names_at[row + 1]):
            for item in range(source.names[at].start, source.names[at].end):
                token = source.parts[item].token
                slot = (np.int64(token) * 2654435761 >> 7) & (room - 1)
                while slots[slot] >= 0 and tokens[slots[slot]] != token:
                    slot = (slot + 1) & (room - 1)
                if slots[slot] < 0:
                    slots[slot], tokens[filled] = filled, token
                    filled += 1
                coded[place] = slots[slot]
                place += 1
    for token in tokens[:filled]:
        sizes[LETTERS] += source.cards[token + 1].letters - source.cards[token].letters
        sizes[SYMBOLS] += source.cards[token + 1].symbols - source.cards[token].symbols
        sizes[SOUNDS] += source.spoken_at[token + 1] - source.spoken_at[token]
    sizes[TOKENS] = filled
    return tokens[:filled], coded, sizes


@compiled(allocates=False)
def _copied(  # type: ignore[no-untyped-def]
    source,
    rows,
    tokens,
    coded,
    met,
    first,
    begun,
    held,
    written,
    words,
    name_offsets,
    form_offsets,
    form_items,
    forms,
):
    """Copy what `_counted` has counted to where others end: `first` is the first row, `begun` as many of everything as
    there are already, `held` words of records, each once; `met` is -1 for each of the `tokens`. Gives the most names
    and words of a record, and how many words are held then."""
    cards, letters, symbols, sounds = begun[TOKENS], begun[LETTERS], begun[SYMBOLS], begun[SOUNDS]
    for place in range(len(tokens)):
        token = tokens[place]
        card = source.cards[token]
        words.cards[cards + place] = card
        words.flags[cards + place] = card.flags
        words.cards[cards + place].letters, words.cards[cards + place].symbols = letters, symbols
        words.spoken_offsets[cards + place] = sounds
        for at in range(card.letters, source.cards[token + 1].letters):
            words.letters[letters] = source.letters[at]
            letters += 1
        for at in range(card.symbols, source.cards[token + 1].symbols):
            words.symbols[symbols] = source.symbols[at]
            symbols += 1
        for at in range(source.spoken_at[token], source.spoken_at[token + 1]):
            words.spoken[sounds] = source.spoken[at]
            sounds += 1
    end = cards + len(tokens)
    words.cards[end].letters, words.cards[end].symbols, words.spoken_offsets[end] = (
        letters,
        symbols,
        sounds,
    )
    name, part, place = begun[NAMES], begun[PARTS], 0
    most_names, most_tokens = np.int64(0), np.int64(0)
    for number in range(len(rows)):
        row = rows[number]
        head = written.heads[first + number]
        head.names, head.tokens, name_offsets[first + number] = name, held, name
        for at in range(source.names_at[row], source.names_at[row + 1]):
            told, said = source.names[at], written.names[name]
            forms[name], form_offsets[name] = told.form, part
            said.compact, said.form, said.quality = told.compact, name, told.quality
            said.scripts, said.start = told.scripts, part
            for item in range(told.start, told.end):
                code, read, word = coded[place], source.parts[item], written.parts[part]
                word.joined, word.joined_skeleton = read.joined, read.joined_skeleton
                word.token, word.role = cards + code, read.role
                form_items[part] = cards + code
                if met[code] != number:
                    met[code] = number
                    written.tokens[held] = cards + code
                    held += 1
                place += 1
                part += 1
            said.end = part
            name += 1
        most_names = max(most_names, np.int64(name - head.names))
        most_tokens = max(most_tokens, np.int64(held - head.tokens))
    last = written.heads[first + len(rows)]
    last.names, last.tokens, name_offsets[first + len(rows)], form_offsets[name] = (
        name,
        held,
        name,
        part,
    )
    return most_names, most_tokens, held


def counted(source: Source, rows: Numbers) -> Counted:
    """What some rows of a source use."""
    return Counted(*_counted(source, rows))


def laid(sources: Sequence[Source], rows: Sequence[Numbers], taken: Sequence[Counted]) -> Laid:
    """The names of the rows of each source, one source after the other; `taken`: what `counted` says of each."""
    count = sum(map(len, rows))
    begun = np.zeros(6, dtype=np.int64)
    names, parts, tokens, letters, symbols, sounds = np.add.reduce(
        [one.sizes for one in taken]
    ).tolist()
    written = Written(
        np.empty(count + 1, dtype=HEAD),
        np.empty(names, dtype=NAME),
        np.zeros(parts + 2, dtype=PART),
        np.empty(parts, dtype=np.int32),
        (0, 0),
    )
    words = Words(
        np.zeros(tokens + 1, dtype=CARD),
        np.empty(tokens, dtype=np.uint8),
        np.empty(letters, dtype=np.uint32),
        np.empty(symbols, dtype=np.int32),
        np.empty(tokens + 1, dtype=np.int32),
        np.empty(sounds, dtype=np.int32),
    )
    name_offsets, form_offsets = (
        np.empty(count + 1, dtype=np.int32),
        np.empty(names + 1, dtype=np.int32),
    )
    form_items, forms = np.empty(parts, dtype=np.int32), np.empty(names, dtype=np.int32)
    first, most, held = 0, (0, 0), np.int64(0)
    for source, some, one in zip(sources, rows, taken, strict=True):
        met = np.full(len(one.tokens), -1, dtype=np.int64)
        own_names, own_tokens, held = _copied(
            *(source, some, one.tokens, one.coded, met, first, begun, held, written, words),
            *(name_offsets, form_offsets, form_items, forms),
        )
        most = max(most[0], own_names), max(most[1], own_tokens)
        begun += one.sizes
        first += len(some)
    written = written._replace(tokens=written.tokens[:held], most=most)
    return Laid(written, words, name_offsets, form_offsets, form_items, forms)
