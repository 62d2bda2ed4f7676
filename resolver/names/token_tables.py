"""Tables of the unique tokens of a batch, with the hashes, flags, rarity and symbols of each token.

1. `code_texts` tokenizes many names and gives each token a code.
2. `build_lexicon` makes the `TokenTable` of these tokens. `build_small_lexicon` makes the same rows
   for a few names, with a cache, because single checks repeat names.
3. The functions that these call compute one column each: symbols from the tables of names, flags,
   codes of sound, and rarity. `with_frequencies` replaces the rarities by those of another
   population.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import Any, NamedTuple

import jellyfish
import numpy as np

from resolver.names.folding import HAN, skeleton_code, sound_code
from resolver.names.group_tokens import stem_symbol, tokenize_group
from resolver.names.lexicons.equivalents import form_symbols, level_spellings, nickname_symbols
from resolver.names.lexicons.group_words import city_name
from resolver.names.name_tokens import (
    Token,
    letter_signature,
    skeleton_hashes,
    symbol_id,
    tokenize_person,
)
from resolver.names.scripts.detection import script_of
from resolver.names.scripts.han import FIXED_READINGS, level_han, readings
from resolver.names.scripts.syllables import (
    armenian_key,
    georgian_key,
    japanese_key,
    korean_key,
    pinyin_readings,
    vw_key,
)
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import Ragged, TokenTable, offsets_of
from resolver.records.prepared.population import FrequencyTables
from resolver.records.prepared.row_selection import concat_tokens
from resolver.records.prepared.value_flags import SCRIPT_SHIFT, TokenFlag
from resolver.runtime.processes import Ranges, map_ranges, share_ranges
from resolver.runtime.text_cache import cache_short_texts, hash64, hash_texts

# These functions are cached, since single checks repeat names.
_person_tokens, _group_tokens = (
    cache_short_texts(100_000)(tokenize_person),
    cache_short_texts(30_000)(tokenize_group),
)
_MIN_PARALLEL_TEXTS = 10_000
"""Minimum number of texts for each process. Fewer are not worth the start of one."""


class TokenKey(NamedTuple):
    """Key of a token in a table. Keys sort by text.

    `is_of_person` is part of the key, because a word has other flags and symbols in the name of a
    person than in the name of a group.
    """

    text: str
    surface: str
    flags: int
    symbols: tuple[int, ...]
    is_of_person: bool


class CodedTexts(NamedTuple):
    """Unique tokens in order, and the codes of each text, as one ragged array for each list of
    texts.
    """

    tokens: list[TokenKey]
    codes: list[Ragged]


class _Share(NamedTuple):
    """Tokens of the texts that one process read.

    `tokens` are in order of first use. `places` are the indices of the texts, `counts` are the
    numbers of their tokens, and `codes` are indices of `tokens`.
    """

    tokens: list[TokenKey]
    places: IntArray
    counts: IntArray
    codes: IntArray


def code_texts(
    person_texts: Sequence[Sequence[str]], group_texts: Sequence[Sequence[str]], workers: int = 1
) -> CodedTexts:
    """Tokenize lists of texts: first all texts of persons, then all texts of groups.

    The result does not depend on `workers` (processes).
    """
    texts = [text for some in (*person_texts, *group_texts) for text in some]
    persons = sum(map(len, person_texts))

    def code_ranges(ranges: Ranges) -> _Share:
        """Tokenize some ranges of texts."""
        return _code_share(texts, persons, ranges)

    shares = share_ranges(code_ranges, len(texts), workers, _MIN_PARALLEL_TEXTS)
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


def _code_share(texts: Sequence[str], persons: int, ranges: Ranges) -> _Share:
    """Tokenize some ranges of texts. The first `persons` texts are names of persons."""
    code_by_token: dict[tuple[str, str, int, tuple[int, ...], bool], int] = {}
    counts, codes, indices = [], [], list[int]()
    for start, stop in ranges:
        indices.extend(range(start, stop))
        for index in range(start, stop):
            is_of_person = index < persons
            tokens = (_person_tokens if is_of_person else _group_tokens)(texts[index])
            counts.append(len(tokens))
            for token in tokens:
                key = (token.text, token.surface, token.flags, token.symbols, is_of_person)
                codes.append(code_by_token.setdefault(key, len(code_by_token)))
    tokens_in_order = [
        TokenKey(text, surface, int(flags), symbols, is_of_person)
        for text, surface, flags, symbols, is_of_person in code_by_token
    ]
    arrays = (np.array(numbers, dtype=np.int32) for numbers in (indices, counts, codes))
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


Lookup = Callable[[Sequence[str]], list[tuple[int, ...]]]
# The flags are plain ints, because operations on enumeration members take a microsecond each.
_PARTICLE, _LEGAL, _INITIAL = int(TokenFlag.PARTICLE), int(TokenFlag.LEGAL), int(TokenFlag.INITIAL)
_NUMBER, _KNOWN = int(TokenFlag.NUMBER), int(TokenFlag.KNOWN)
_FOREIGN = int(TokenFlag.FOREIGN)
_COMMON = int(TokenFlag.GENERIC | TokenFlag.PLACE)
_SPELLING_KEYS = (
    ("ARMENIAN", armenian_key),
    ("GEORGIAN", georgian_key),
    ("JAPANESE", japanese_key),
)
"""Categories of symbols, each with the function of the key that spellings of one word share."""
_PATRONYMIC = re.compile("[aeio][vw](?:ich|ych|itch|ytch|na)$|inichna$")
"""Patronymics, which are as common as the father's given name: all his children bear it."""
_FEW = 5
"""Maximum number of symbols of a name that still needs the key of v and w. A name of many languages
has more.
"""
_MIN_PARALLEL = 4_000
"""Minimum number of tokens for each process. Fewer are not worth the start of one."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Token codes of unique texts (`tokens_by_text`, a row for each text) into one sorted table."""

    table: TokenTable
    tokens_by_text: list[Ragged]


def build_lexicon(
    person_texts: list[Sequence[str]],
    group_texts: list[Sequence[str]],
    tables: FrequencyTables,
    lookup: Lookup,
    workers: int = 1,
) -> Lexicon:
    """Tokenize unique texts. The rows are in the order of the lists: first persons, then groups.

    The result does not depend on `workers` (processes).
    """
    coded = code_texts(person_texts, group_texts, workers)
    # this opens the table of symbols before the work is divided
    lookup(())
    parts = map_ranges(
        lambda start, stop: _table(coded.tokens[start:stop], tables, lookup),
        len(coded.tokens),
        workers,
        _MIN_PARALLEL,
    )
    return Lexicon(concat_tokens(parts), coded.codes)


def build_small_lexicon(
    texts: Sequence[str], is_of_person: bool, tables: FrequencyTables, lookup: Lookup
) -> tuple[TokenTable, list[list[int]]]:
    """Return the table and the codes of `build_lexicon` for a few unique texts.

    Rows of words are cached, so words of earlier calls cost little.
    """
    tokenize = _person_tokens if is_of_person else _group_tokens
    keys: list[list[TokenKey]] = []
    for text in texts:
        keys.append([])
        for token in tokenize(text):
            flag = int(token.flags)
            keys[-1].append(TokenKey(token.text, token.surface, flag, token.symbols, is_of_person))
    distinct = sorted(set(chain.from_iterable(keys)))
    code_of = dict(zip(distinct, range(len(distinct)), strict=True))
    rows = [_token_row(_token(key), is_of_person, tables, lookup) for key in distinct]
    columns: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else _NO_COLUMNS
    words, hashes, phonetic, sound, skeleton, flags, person, group, symbols, signature = columns
    table = TokenTable(
        texts=np.array(words, dtype=object),
        hashes=np.array(hashes, dtype=np.uint64),
        phonetic=np.array(phonetic, dtype=np.uint64),
        sound=np.array(sound, dtype=np.uint64),
        skeleton=np.array(skeleton, dtype=np.uint64),
        flags=np.array(flags, dtype=np.uint16),
        rarity_person=np.array(person, dtype=np.float32),
        rarity_group=np.array(group, dtype=np.float32),
        symbols=Ragged.of(symbols),
        signature=np.array(signature, dtype=np.uint32),
    )
    return table, [list(map(code_of.__getitem__, some)) for some in keys]


def _table(keys: Sequence[TokenKey], tables: FrequencyTables, lookup: Lookup) -> TokenTable:
    entries, person = list(map(_token, keys)), [key.is_of_person for key in keys]
    texts, flags = [token.text for token in entries], [int(token.flags) for token in entries]
    rarity_person, rarity_group = _rarities(texts, flags, tables)
    indices = [
        index for index, token in enumerate(entries) if person[index] and not token.flags & _NUMBER
    ]
    answers = dict(
        zip(indices, _look_up([entries[index] for index in indices], lookup), strict=True)
    )
    attributes = [
        _symbols_and_flags(token, answers.get(index), is_person, tables)
        for index, (token, is_person) in enumerate(zip(entries, person, strict=True))
    ]
    return TokenTable(
        texts=np.array(texts, dtype=object),
        hashes=hash_texts(texts),
        phonetic=hash_texts(_phonetic(text) for text in texts),
        sound=hash_texts(map(_sound_text, entries)),
        skeleton=skeleton_hashes(texts),
        flags=np.array([flags for _, flags in attributes], dtype=np.uint16),
        rarity_person=np.array(rarity_person, dtype=np.float32),
        rarity_group=np.array(rarity_group, dtype=np.float32),
        symbols=Ragged.of([symbols for symbols, _ in attributes]),
        signature=np.array([letter_signature(text) for text in texts], dtype=np.uint32),
    )


def _token(key: TokenKey) -> Token:
    return Token(key.text, key.flags, key.symbols, key.surface)


class _TokenRow(NamedTuple):
    """Row of a token table."""

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


_NO_COLUMNS: tuple[tuple[()], ...] = ((),) * len(_TokenRow._fields)


@cache_short_texts(20_000)
def _token_row(token: Token, person: bool, tables: FrequencyTables, lookup: Lookup) -> _TokenRow:
    """Return the row of a token, equal to the row that `_table` computes."""
    text = token.text
    answer = _look_up([token], lookup)[0] if person and not token.flags & _NUMBER else None
    symbols, flags = _symbols_and_flags(token, answer, person, tables)
    bare = skeleton_code(text) if not text.isdigit() else text
    [rarity_person], [rarity_group] = _rarities([text], [int(token.flags)], tables)
    return _TokenRow(
        text=text,
        hash=_hash(text),
        phonetic=_hash(_phonetic(text)),
        sound=_hash(_sound_text(token)),
        skeleton=_hash(bare),
        flags=flags,
        rarity_person=rarity_person,
        rarity_group=rarity_group,
        symbols=symbols,
        signature=letter_signature(text),
    )


def _sound_text(token: Token) -> str:
    """Return the text from which the sound of a word is coded. For a word in Han, it is the leveled
    characters.
    """
    return level_han(token.surface) if HAN.search(token.surface) else sound_code(token.text)


def _hash(text: str) -> int:
    return hash64(text) if text else 0


class _Answer(NamedTuple):
    """Symbols of a word from the table of symbols, and the word with its spelling leveled."""

    symbols: Sequence[int]
    leveled: str


def _look_up(tokens: Sequence[Token], lookup: Lookup) -> list[_Answer]:
    """Return the symbols and the leveled spelling of words of persons' names."""
    symbols = _symbols([_lookup_text(token) for token in tokens], lookup)
    leveled = level_spellings([token.text for token in tokens])
    return list(map(_Answer, symbols, leveled))


def _symbols_and_flags(
    token: Token, answer: _Answer | None, person: bool, tables: FrequencyTables
) -> tuple[Sequence[int], int]:
    """Return the symbols and flags of a token.

    `answer` is the result of `_look_up`; it is None for numbers and for words of groups.
    """
    if not person:
        symbols, is_known = _group_symbols(token, tables)
    elif answer is None:
        return token.symbols, int(token.flags)
    else:
        symbols, is_known = _person_symbols(token.text, answer, tables)
    flags = int(token.flags)
    if token.surface and (person or flags & _FOREIGN):
        flags |= int(script_of(token.surface)) << SCRIPT_SHIFT
    return symbols, flags | _KNOWN if is_known else flags


def _group_symbols(token: Token, tables: FrequencyTables) -> tuple[Sequence[int], bool]:
    """Return the symbols of a word of a group's name, and whether it is an established word."""
    stem = stem_symbol(token)
    is_known = bool(token.symbols) or _is_listed(token.text, tables.group_counts)
    return sorted({*token.symbols, stem}) if stem else token.symbols, is_known


def _person_symbols(
    text: str, answer: _Answer, tables: FrequencyTables
) -> tuple[Sequence[int], bool]:
    """Return the symbols of a word of a person's name, and whether it is an established word."""
    symbols, leveled = answer
    is_name = bool(symbols)
    forms = form_symbols(text, leveled)
    spelled = [symbol_id("PINYIN", way) for way in pinyin_readings(text, is_known=is_name)]
    if key := korean_key(text, is_known=is_name):
        spelled.append(symbol_id("KOREAN", key))
    heard = [symbol_id(category, key) for category, find in _SPELLING_KEYS if (key := find(text))]
    # A name of many languages is already connected to its variants.
    if len(symbols) <= _FEW and (key := vw_key(text)):
        heard.append(symbol_id("VAU", key))
    is_known = is_name or bool(forms or (spelled and len(text) > 4))
    is_known = is_known or _is_listed(text, tables.person_counts)
    if forms or spelled or heard:
        symbols = sorted({*symbols, *forms, *spelled, *heard})
    return (*symbols, *nickname_symbols(text, leveled)), is_known


def _symbols(words: Sequence[str], lookup: Lookup) -> list[tuple[int, ...]]:
    """Return the symbols of words. A Han word that is not listed has the symbols of its
    readings.
    """
    answers = lookup(words)
    readings_by_place = {
        index: readings(word)
        for index, word in enumerate(words)
        if not word.isascii() and (not answers[index] or word in FIXED_READINGS)
    }
    readings_by_place = {index: ways for index, ways in readings_by_place.items() if ways}
    ways_to_look_up = [way for ways in readings_by_place.values() for way in ways]
    reading_symbols = iter(lookup(ways_to_look_up) if ways_to_look_up else [])
    for index, ways in readings_by_place.items():
        answers[index] = tuple(
            sorted({*answers[index], *(symbol for _ in ways for symbol in next(reading_symbols))})
        )
    return answers


def _lookup_text(token: Token) -> str:
    """Return the text by which the symbols of a token are looked up.

    For a name that begins with `abd`, this text is the rest of the name.
    """
    surface = token.surface or token.text
    if token.text.startswith("abd") and len(token.text) > 6 and not token.flags & TokenFlag.FOREIGN:
        return token.text[3:]
    return surface


def _is_listed(text: str, counts: Mapping[str, int]) -> bool:
    """Return True if a word is among the counted words, or if it is a name that begins with
    `abd`.
    """
    return text in counts or (text.startswith("abd") and len(text) > 5)


@cache_short_texts(50_000)
def _phonetic(text: str) -> str:
    """Return the Metaphone code (Philips 1990, by `jellyfish`), or the text if it has none."""
    return jellyfish.metaphone(text) or text


def with_frequencies(table: TokenTable, tables: FrequencyTables, workers: int = 1) -> TokenTable:
    """Return a token table whose rarities come from other frequency tables.

    The result does not depend on `workers` (processes).
    """
    texts, flags = table.texts.tolist(), table.flags.tolist()
    parts = map_ranges(
        lambda start, stop: _rarities(texts[start:stop], flags[start:stop], tables),
        len(texts),
        workers,
        5 * _MIN_PARALLEL,
    )
    person, group = (
        np.array([rarity for part in parts for rarity in part[side]], dtype=np.float32)
        for side in (0, 1)
    )
    return replace(table, rarity_person=person, rarity_group=group)


def _rarities(
    texts: Sequence[str], flags: Sequence[int], tables: FrequencyTables
) -> tuple[list[float], list[float]]:
    """Return the rarities of tokens among persons and among groups."""
    has_counts = tables.at_hand.persons.words or tables.at_hand.groups.words
    sounds = list(map(word_key, texts)) if has_counts else texts
    person, group = (
        [
            _capped(rarity, text, bits, group=group)
            for rarity, text, bits in zip(
                tables.rarities(texts, sounds, group=group), texts, flags, strict=True
            )
        ]
        for group in (False, True)
    )
    return person, group


def _capped(rarity: float, text: str, flags: int, *, group: bool) -> float:
    """Return the rarity of a token, limited for tokens that carry little identity."""
    if flags & _PARTICLE:
        return 0.3
    if flags & _LEGAL:
        return 0.5
    if flags & _INITIAL or (group and len(text) == 1):
        return min(rarity, 2.0)
    if not group and text.endswith(("ch", "na")) and _PATRONYMIC.search(text):
        return min(rarity, 5.0)
    if group and flags & _COMMON and not city_name(text):
        # A city may be a whole name (as of ships), and the tables state its frequency.
        return min(rarity, 3.0)
    return rarity


def word_key(text: str) -> str:
    """Return the text under which a word is counted: its code of sound, since spellings vary."""
    return sound_code(text) or text
