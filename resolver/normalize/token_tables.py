"""The tables of unique tokens and name forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import jellyfish
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.normalize.folding import (
    hash64,
    hashes_of,
    skeleton,
    sound,
)
from resolver.normalize.kernels import LONGEST, joined_bytes
from resolver.normalize.lexicons.cities import city_of
from resolver.normalize.lexicons.nicknames import form_symbols, nickname_symbols
from resolver.normalize.name_tokens import (
    Token,
    group_tokens,
    person_tokens,
    stem_symbol,
    symbol_id,
)
from resolver.normalize.scripts.readings import SINGLE, readings
from resolver.normalize.scripts.romanization import (
    armenian_of,
    georgian_of,
    japanese_of,
    vau_of,
)
from resolver.normalize.scripts.syllables import korean_of, pinyin_of
from resolver.records.prepared.batch import HashArray, TokenFlag, TokenTable
from resolver.records.prepared.frequencies import Tables
from resolver.records.prepared.ragged import Ragged

# single checks meet the same names again and again
_person_tokens, _group_tokens = (
    lru_cache(maxsize=20_000)(person_tokens),
    lru_cache(maxsize=5_000)(group_tokens),
)
Lookup = Callable[[Sequence[str]], list[tuple[int, ...]]]
# plain numbers: bits of an enumeration cost a microsecond each time
_PARTICLE, _LEGAL, _INITIAL = int(TokenFlag.PARTICLE), int(TokenFlag.LEGAL), int(TokenFlag.INITIAL)
_NUMBER, _KNOWN = int(TokenFlag.NUMBER), int(TokenFlag.KNOWN)
_COMMON = int(TokenFlag.GENERIC | TokenFlag.PLACE)
_PATRONYMIC = re.compile("[aeio][vw](?:ich|ych|itch|ytch|na)$|inichna$")
"""Ivanovich and his sisters: a father's name is borne by all his children, and his was a common one."""
_FEW = 5
_Key = tuple[str, str, int, tuple[int, ...], bool]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Token codes of unique texts: `tokens_of[text code]` for the texts given, over one sorted token table."""

    table: TokenTable
    tokens_of: list[Ragged]


def build_lexicon(
    person_texts: list[Sequence[str]],
    group_texts: list[Sequence[str]],
    tables: Tables,
    lookup: Lookup,
    *,
    few: bool = False,
) -> Lexicon:
    """Tokenise unique texts; the answers come in the order of the lists given, persons' first. `few`: there are but a
    few words, each of which may have been asked for before."""
    split = [[_person_tokens(text) for text in texts] for texts in person_texts]
    person_count = len(split)
    split += [[_group_tokens(text) for text in texts] for texts in group_texts]
    person = [number < person_count for number in range(len(split))]
    entries: dict[_Key, Token] = {}
    for texts, is_person in zip(split, person, strict=True):
        for tokens in texts:
            for token in tokens:
                entries.setdefault(_key(token, is_person), token)
    keys = sorted(entries)
    place = {key: code for code, key in enumerate(keys)}
    make = _table_of_few if few else _table
    table = make([entries[key] for key in keys], [key[-1] for key in keys], tables, lookup)
    coded = [
        Ragged.of([[place[_key(token, is_person)] for token in tokens] for tokens in texts])
        for texts, is_person in zip(split, person, strict=True)
    ]
    return Lexicon(table, coded)


def _key(token: Token, is_person: bool) -> _Key:
    # the same letters carry other flags and symbols in a group's name, and must keep them whoever else is in the batch
    return (token.text, token.surface, token.flags, token.symbols, is_person)


def _table(entries: list[Token], person: list[bool], tables: Tables, lookup: Lookup) -> TokenTable:
    texts = [token.text for token in entries]
    asked = [
        place for place, token in enumerate(entries) if person[place] and not token.flags & _NUMBER
    ]
    answers = dict(
        zip(asked, _symbols([_asked(entries[place]) for place in asked], lookup), strict=True)
    )
    told = [
        _told(token, answers.get(place), is_person, tables)
        for place, (token, is_person) in enumerate(zip(entries, person, strict=True))
    ]
    return TokenTable(
        texts=np.array(texts, dtype=object),
        hashes=hashes_of(texts),
        phonetic=hashes_of(_phonetic(text) for text in texts),
        sound=hashes_of(sound(text) for text in texts),
        skeleton=hashes_of(skeleton(text) if not text.isdigit() else text for text in texts),
        flags=np.array([flags for _, flags in told], dtype=np.uint8),
        rarity_person=np.array(
            [_rarity(token, tables, group=False) for token in entries], dtype=np.float32
        ),
        rarity_group=np.array(
            [_rarity(token, tables, group=True) for token in entries], dtype=np.float32
        ),
        symbols=Ragged.of([symbols for symbols, _ in told]),
        signature=np.array([_signature(text) for text in texts], dtype=np.uint32),
    )


class _Word(NamedTuple):
    """A row of a token table."""

    text: str
    hash: int
    phonetic: int
    sound: int
    skeleton: int
    flags: int
    rarity_person: float
    rarity_group: float
    symbols: Sequence[int]
    signature: int


@lru_cache(maxsize=20_000)
def _word(token: Token, person: bool, tables: Tables, lookup: Lookup) -> _Word:
    """As the rows of `_table`."""
    text = token.text
    answer = _symbols([_asked(token)], lookup)[0] if person and not token.flags & _NUMBER else None
    symbols, flags = _told(token, answer, person, tables)
    bare = skeleton(text) if not text.isdigit() else text
    return _Word(
        text=text,
        hash=_hash(text),
        phonetic=_hash(_phonetic(text)),
        sound=_hash(sound(text)),
        skeleton=_hash(bare),
        flags=flags,
        rarity_person=_rarity(token, tables, group=False),
        rarity_group=_rarity(token, tables, group=True),
        symbols=symbols,
        signature=_signature(text),
    )


def _hash(text: str) -> int:
    return hash64(text) if text else 0


def _table_of_few(
    entries: list[Token], person: list[bool], tables: Tables, lookup: Lookup
) -> TokenTable:
    """The same table, word by word."""
    words = [
        _word(token, is_person, tables, lookup)
        for token, is_person in zip(entries, person, strict=True)
    ]
    return TokenTable(
        texts=np.array([word.text for word in words], dtype=object),
        hashes=np.array([word.hash for word in words], dtype=np.uint64),
        phonetic=np.array([word.phonetic for word in words], dtype=np.uint64),
        sound=np.array([word.sound for word in words], dtype=np.uint64),
        skeleton=np.array([word.skeleton for word in words], dtype=np.uint64),
        flags=np.array([word.flags for word in words], dtype=np.uint8),
        rarity_person=np.array([word.rarity_person for word in words], dtype=np.float32),
        rarity_group=np.array([word.rarity_group for word in words], dtype=np.float32),
        symbols=Ragged.of([word.symbols for word in words]),
        signature=np.array([word.signature for word in words], dtype=np.uint32),
    )


def _told(
    token: Token, answer: Sequence[int] | None, person: bool, tables: Tables
) -> tuple[Sequence[int], int]:
    """The symbols of a token and its flags. `answer`: what symbols were found, where it was asked for any."""
    text, flags = token.text, int(token.flags)
    if not person:
        stem = stem_symbol(token)
        known = bool(token.symbols) or _common(text, tables.group_counts)
        symbols = sorted({*token.symbols, stem}) if stem else token.symbols
        return symbols, flags | _KNOWN if known else flags
    if answer is None:
        return token.symbols, flags
    forms = form_symbols(text)
    spelled = [symbol_id("PINYIN", way) for way in pinyin_of(text, known=bool(answer))]
    spelled += [symbol_id("KOREAN", way) for way in [korean_of(text, known=bool(answer))] if way]
    heard = [symbol_id("ARMENIAN", way) for way in [armenian_of(text)] if way]
    heard += [symbol_id("GEORGIAN", way) for way in [georgian_of(text)] if way]
    heard += [symbol_id("JAPANESE", way) for way in [japanese_of(text)] if way]
    if len(answer) <= _FEW:
        # a name that many languages have is tied to its kin already
        heard += [symbol_id("VAU", way) for way in [vau_of(text)] if way]
    known = bool(answer or forms or (spelled and len(text) > 4)) or _common(
        text, tables.person_counts
    )
    symbols = (*sorted({*answer, *forms, *spelled, *heard}), *nickname_symbols(text))
    return symbols, flags | _KNOWN if known else flags


def _symbols(words: Sequence[str], lookup: Lookup) -> list[tuple[int, ...]]:
    """The symbols of words; of Han words that no table knows, those of what the Japanese and Koreans read."""
    answers = lookup(words)
    read = {
        place: readings(word)
        for place, word in enumerate(words)
        if not word.isascii() and (not answers[place] or word in SINGLE)
    }
    read = {place: ways for place, ways in read.items() if ways}
    found = iter(lookup([way for ways in read.values() for way in ways])) if read else iter(())
    for place, ways in read.items():
        answers[place] = tuple(
            sorted({*answers[place], *(symbol for _ in ways for symbol in next(found))})
        )
    return answers


def _asked(token: Token) -> str:
    """What the symbols of a token are asked for; of a servant of God, whose he is."""
    surface = token.surface or token.text
    if token.text.startswith("abd") and len(token.text) > 6 and not token.flags & TokenFlag.FOREIGN:
        return token.text[3:]
    return surface


def _common(text: str, counts: Mapping[str, int]) -> bool:
    """Whether the tables know the word; a name in `abd` is always one."""
    return text in counts or (text.startswith("abd") and len(text) > 5)


@lru_cache(maxsize=50_000)
def _phonetic(text: str) -> str:
    """Metaphone (Philips 1990, by `jellyfish`); a text it has no code for stands for itself."""
    return jellyfish.metaphone(text) or text


def _rarity(token: Token, tables: Tables, *, group: bool) -> float:
    """Rarity, cut down for tokens that carry little identity whatever their frequency."""
    flags = int(token.flags)
    if flags & _PARTICLE:
        return 0.3
    if flags & _LEGAL:
        return 0.5
    rarity = tables.rarity(token.text, group=group)
    if flags & _INITIAL:
        return min(rarity, 2.0)
    if not group and _PATRONYMIC.search(token.text):
        return min(rarity, 5.0)
    if group and flags & _COMMON and not city_of(token.text):
        # a city may be all of a name (ships), and how many bear it the tables say
        return min(rarity, 3.0)
    return rarity


@lru_cache(maxsize=50_000)
def _signature(text: str) -> int:
    bits = 0
    for letter in text:
        bits |= 1 << (ord(letter) - 97 if "a" <= letter <= "z" else 26 + ord(letter) % 6)
    return bits


def compact_hashes(tokens: Ragged, table: TokenTable) -> HashArray:
    """Per form, one hash of the set of its tokens that carry meaning: equal for the same name in another order.

    A name without any such token (titles or a legal form alone) is hashed whole; only an empty one has 0.
    """
    meaning = (table.flags & (TokenFlag.PARTICLE | TokenFlag.LEGAL)) == 0
    mixed = (table.hashes * np.uint64(0x9E3779B97F4A7C15)) ^ (table.hashes >> np.uint64(29))
    carried = _sums(tokens, np.where(meaning, mixed, np.uint64(0)))
    return np.where(carried == 0, _sums(tokens, mixed), carried)


def _sums(tokens: Ragged, mixed: HashArray) -> HashArray:
    """Per form, the sum of what its tokens have: it does not depend on order, and counts repetitions."""
    sums = np.concatenate(
        (np.zeros(1, dtype=np.uint64), np.cumsum(mixed[tokens.items], dtype=np.uint64))
    )
    hashes: HashArray = sums[tokens.offsets[1:]] - sums[tokens.offsets[:-1]]
    return hashes


def joined_hashes(forms: Ragged, table: TokenTable) -> tuple[HashArray, HashArray]:
    """Per token of a form, the hash (and skeleton hash) of it and the next token written together; 0 at the end of a
    form."""
    count = len(forms.items)
    joined, bones = np.zeros(count, dtype=np.uint64), np.zeros(count, dtype=np.uint64)
    if count < 2:
        return joined, bones
    inside = np.ones(count, dtype=bool)
    inside[forms.offsets[1:][forms.counts > 0] - 1] = False
    at = np.flatnonzero(inside)
    texts, offsets, data = table.texts, *_bytes_of(table.texts)
    # the kernel knows plain letters alone; the few others go the slow way
    plain = np.fromiter(map(str.isascii, texts), dtype=bool, count=len(texts))
    spelled = plain[forms.items[at]] & plain[forms.items[at + 1]]
    joined_bytes(at[spelled], forms.items, offsets, data, joined, bones)
    for place in at[~spelled].tolist():
        text = texts[forms.items[place]] + texts[forms.items[place + 1]]
        if len(text) <= LONGEST:
            bare = skeleton(text)
            joined[place], bones[place] = hash64(text), hash64(bare) if len(bare) > 2 else 0
    return joined, bones


def _bytes_of(
    texts: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Texts as UTF-8: text i is `bytes[offsets[i]:offsets[i + 1]]`."""
    packed = pa.array(texts, pa.string())
    _, offsets, data = packed.buffers()
    held = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    return np.frombuffer(offsets, dtype=np.int32), held
