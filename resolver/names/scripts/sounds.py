"""Codes of the sound of words: spellings of one name in different scripts have the same code.

A code has the consonant classes of a word, so `Whitfield` and 惠特菲尔德 share a code. A Latin word
has one code (`latin_codes`). A word of another script has one code for each likely way to write it
with Latin letters, by learned costs (`foreign_codes`): `Джек` may begin with j, dj or dzh, and a
Chinese r may be an l. `ScriptSounds` computes the codes of a batch for blocking. Only records
without a name in Latin letters need these codes; other records are found by their Latin name.

`cost_table` reads the learned costs from `letter_costs.txt`, which names its origin and license. A
way to write a symbol that the table does not list costs as much as any single letter, or as no
letter, because somebody may pronounce a word in a way that the table does not have. `split_symbols`
cuts a transliterated word into symbols. A symbol stands for one sound or syllable: a mora in
katakana, a letter of a Korean syllable, the initial or final of a Chinese one, and otherwise a
letter or digraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from resolver.data import FOLDER
from resolver.names.kernels.sound_distance import (
    ADDED_COLUMN,
    EXTRA_COLUMNS,
    FIRST_SYMBOL,
    IMPOSSIBLE,
    LETTERS,
    LONGEST,
    NEAR_COLUMN,
    SCRIPT_COLUMN,
    STRONG_COST,
    UNIT,
    gram_code,
)
from resolver.names.kernels.spellings import (
    CLASS_BITS,
    MAX_CLASSES,
    VOWEL,
    fill_consonant_classes,
    fill_joined_classes,
)
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import PreparedBatch, Ragged, offsets_of
from resolver.records.prepared.value_flags import SCRIPT_SHIFT, Script, TokenFlag
from resolver.runtime.text_cache import cache_short_texts
from resolver.runtime.text_hashes import TextLetters

_ANY_LETTER, _NO_LETTER = 6 * UNIT, 5 * UNIT
"""Cost of a symbol as a letter that the table does not list for it, and as none at all."""
_OTHER_CONSONANT, _NO_CONSONANT = 12 * UNIT, 8 * UNIT
"""The same for a consonant in Hangul as another one, and as none."""
_VOWELS = frozenset("aeiou")
_ADDED, _SURPRISE, _EMPTY = "+", "letters", "-"
_UNKNOWN = 0
"""Row of symbols that the table does not have."""
_Costs = dict[str, int]


@dataclass(frozen=True)
class CostTable:
    """`grams` and `costs` are arrays of `SoundScratch`; `numbers` has the number of each symbol in
    sounds.

    `spellings` has, for each symbol, the listed costs of its ways to be written, by their letters
    (1/32 nat; empty text for no letter).
    """

    grams: npt.NDArray[np.int32]
    costs: npt.NDArray[np.int32]
    numbers: dict[tuple[Script, str], int]
    spellings: dict[tuple[Script, str], dict[str, int]]

    def number(self, script: Script, symbol: str) -> int:
        """Return the number of a symbol; the number for unknown symbols if the table does not have
        it.
        """
        return self.numbers.get((script, symbol), FIRST_SYMBOL + _UNKNOWN)


@cache
def cost_table() -> CostTable:
    """Return the cost table of this package."""
    return parse_costs((FOLDER / "letter_costs.txt").read_text("utf-8"))


def parse_costs(text: str) -> CostTable:
    """Return the table that a text describes: a line for each symbol, with its script, the symbol
    and the costs of grams.
    """
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    surprise = next(_costs(words[1:]) for words in lines if words[0] == _SURPRISE)
    rows = [(Script[name.upper()], symbol, _costs(costs)) for name, symbol, *costs in _rows(lines)]
    added = {script: costs for script, symbol, costs in rows if symbol == _ADDED}
    symbols = [row for row in rows if row[1] != _ADDED]
    numbers = {
        (script, symbol): FIRST_SYMBOL + index
        for index, (script, symbol, _) in enumerate(symbols, _UNKNOWN + 1)
    }
    grams = sorted({gram for _, _, costs in symbols for gram in costs if gram != _EMPTY} - _LETTERS)
    columns = [_EMPTY, *sorted(_LETTERS), *grams]
    spellings = {
        (script, symbol): {gram.strip(_EMPTY): cost for gram, cost in costs.items()}
        for script, symbol, costs in symbols
    }
    arrays = _arrays(symbols, added, surprise, columns)
    return CostTable(_gram_columns(columns), arrays, numbers, spellings)


_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")


def _rows(lines: list[list[str]]) -> Iterator[list[str]]:
    return (words for words in lines if words[0] != _SURPRISE)


def _costs(words: list[str]) -> _Costs:
    pairs = (word.rpartition(":") for word in words)
    return {gram: int(cost) for gram, _, cost in pairs}


def _gram_columns(columns: list[str]) -> npt.NDArray[np.int32]:
    """Return the column of each gram by the code of the gram; grams without a column have the
    number of columns.
    """
    codes = np.full(gram_code(LETTERS, LETTERS, LETTERS) + 1, len(columns), dtype=np.int32)
    for index, gram in enumerate(columns[1:], 1):
        codes[_code(gram)] = index
    return codes


def _arrays(
    symbols: list[tuple[Script, str, _Costs]],
    added: dict[Script, _Costs],
    surprise: _Costs,
    columns: list[str],
) -> npt.NDArray[np.int32]:
    """Return a row for each symbol, after a first row for unknown symbols and before a last row for
    the surprise of letters.
    """
    index = {gram: number for number, gram in enumerate(columns)}
    width = len(columns) + EXTRA_COLUMNS
    costs = np.full((len(symbols) + 2, width), IMPOSSIBLE, dtype=np.int32)
    costs[:, 0], costs[:, 1 : LETTERS + 1] = _NO_LETTER, _ANY_LETTER
    costs[_UNKNOWN, -ADDED_COLUMN:-NEAR_COLUMN] = _ANY_LETTER
    costs[_UNKNOWN, -NEAR_COLUMN], costs[_UNKNOWN, -SCRIPT_COLUMN] = 0, Script.LATIN
    for row, (script, symbol, written) in enumerate(symbols, _UNKNOWN + 1):
        if script == Script.HANGUL and _VOWELS.isdisjoint(symbol):
            costs[row, 0] = _NO_CONSONANT
            costs[row, [index[letter] for letter in sorted(_LETTERS - _VOWELS)]] = _OTHER_CONSONANT
        for gram, cost in written.items():
            costs[row, index[gram]] = min(cost, int(costs[row, index[gram]]))
        additions = [min(added[script][letter], _ANY_LETTER) for letter in sorted(_LETTERS)]
        costs[row, -ADDED_COLUMN:-NEAR_COLUMN] = additions
        costs[row, -NEAR_COLUMN] = _near_letters(written, additions)
        costs[row, -SCRIPT_COLUMN] = script
    costs[-1, :LETTERS] = [surprise[letter] for letter in sorted(_LETTERS)]
    return costs


def _code(gram: str) -> int:
    numbers = [ord(letter) - ord("a") + 1 for letter in gram]
    return int(gram_code(*([0] * (LONGEST - len(gram)) + numbers)))


def _near_letters(written: _Costs, added: list[int]) -> int:
    """Return a bit for each letter with which a symbol is written, or that is added at a low
    cost.
    """
    letters = {ord(letter) - ord("a") for gram in written if gram != _EMPTY for letter in gram}
    letters |= {letter for letter, cost in enumerate(added) if cost < STRONG_COST}
    return sum(1 << letter for letter in letters)


_SYMBOLS = {
    Script.ARABIC: "sh|kh|gh|th|dh|zh|ch|aw|ay|yy|ww|wy|[a-z]",
    Script.HEBREW: "ts|sh|ch|zh|th|dh|kh|gh|yy|ww|wy|ay|aw|[a-z]",
    Script.HANGUL: (
        "(?:kk|tt|pp|ss|jj|ch|[bcdghjklmnpst])eu|kk|tt|pp|ss|jj|ch|ng"
        "|yeo|yae|wae|eoi|eo|eui|eu|aei|ae|oei|oe|wi|wai|wa|wo|wei|we|ya|ye|yo|yu|[aeiou]i|[a-z]"
    ),
    Script.HAN: (
        "zh|ch|sh|iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu"
        "|ua|uo|ui|ue|er|[a-z]"
    ),
    Script.KATAKANA: "(?:ch|sh|ts|[kgsztdnhbpmyrwfjv])?y?(?:[aeo]i|[aiueo])|[a-z]",
    Script.CYRILLIC: "shch|zh|kh|ts|ch|sh|yu|ya|yo|ye|[aeiou]y(?![aeou])|[a-z]",
}
_OTHER = "[bcdfgkpqstz]h|[a-z]"
_SYMBOL = {script: re.compile(_SYMBOLS.get(script, _OTHER)) for script in Script}


def split_symbols(text: str, script: Script) -> list[str]:
    """Return the symbols of a transliterated word of a script other than Latin."""
    return _SYMBOL[script].findall(text)


Bools = npt.NDArray[np.bool_]
SYLLABIC = (int(Script.HANGUL), int(Script.HAN), int(Script.KATAKANA))
_IS_SYLLABIC = np.isin(np.arange(1 << 8), SYLLABIC)
"""Per number of a script."""
MAX_CODES = 10
"""Maximum number of codes of a word with its neighbor. More would find few names more, and join
many that differ.
"""
_NO_WORD = int(TokenFlag.PARTICLE | TokenFlag.LEGAL | TokenFlag.INITIAL | TokenFlag.NUMBER)
"""Flags of tokens without a code."""
_WIDEST = 24
"""Number of ways to write the beginning of a word that are followed further."""
_MAX_SYMBOL_COST, _MAX_WORD_COST = 110, 150
"""Cost (1/32 nat) by which a way to write a symbol, and a word, may exceed the likeliest one."""
_FIRST_CLASSES = np.int32((1 << 3 * CLASS_BITS) - 1)
"""Bits of the first three classes. Their code is the same for 95 % of the names of the letter costs
in two scripts, and for one of 60 pairs of different names; all nine classes find 92 %.
"""
_SPOKEN = {int(Script.DEVANAGARI): ("ksh", "chh")}
"""Consonants of a script, and what they also sound like: क्षेत्री is Chhetri in Nepal."""
_DIGIT = str(VOWEL)


def latin_codes(letters: TextLetters, *, with_vowels: bool = False) -> npt.NDArray[np.uint32]:
    """Return the code of each word as Latin letters spell it; 0 for a word of vowels only."""
    codes = np.empty(len(letters.starts) - 1, dtype=np.uint32)
    fill_consonant_classes(letters.starts, letters.letters, with_vowels, codes)
    return codes


@cache_short_texts(50_000)
def foreign_codes(text: str, script: int) -> tuple[int, ...]:
    """Return codes of a transliterated word of another script, the likeliest first.

    There are at most `MAX_CODES` - 2 codes, and none for scripts without learned costs.
    """
    spoken = text.replace(*_SPOKEN[script]) if script in _SPOKEN else text
    codes = dict.fromkeys(code for way in {text: 0, spoken: 0} for code in _codes(way, script))
    return tuple(codes)[: MAX_CODES - 2]


def _codes(text: str, script: int) -> list[int]:
    """Return the codes of the likely ways to write the symbols of a word, the likeliest first."""
    options = _options()
    ways = {"": 0}
    for symbol in split_symbols(text, Script(script)):
        next_ways: dict[str, int] = {}
        for way, cost in ways.items():
            for classes, added in options.get((script, symbol), (("", 0),)):
                joined = way + (classes[1:] if way[-1:] == classes[:1] else classes)
                if cost + added < next_ways.get(joined, _MAX_WORD_COST + 1):
                    next_ways[joined] = cost + added
        ways = dict(sorted(next_ways.items(), key=lambda way: (way[1], way[0]))[:_WIDEST])
    return [code for code in map(_pack, ways) if code]


def _pack(classes: str) -> int:
    """Return the code of some consonant classes, without the vowels among them."""
    consonants = classes.replace(_DIGIT, "")[:MAX_CLASSES]
    return sum(int(own) << CLASS_BITS * index for index, own in enumerate(consonants))


@cache
def _options() -> dict[tuple[int, str], tuple[tuple[str, int], ...]]:
    """Return the classes of the likely spellings of each symbol, with the cost of each above the
    cost of the likeliest spelling.
    """
    spellings = cost_table().spellings
    grams = sorted({gram for costs in spellings.values() for gram in costs})
    codes = latin_codes(TextLetters.of(np.array(grams, dtype=object)), with_vowels=True)
    classes = dict(zip(grams, map(_unpack, codes.tolist()), strict=True))
    options = {}
    for (script, symbol), costs in spellings.items():
        ways: dict[str, int] = {} if costs else {"": 0}
        for gram, cost in costs.items():
            ways[classes[gram]] = min(cost, ways.get(classes[gram], cost))
        least = min(ways.values())
        options[int(script), symbol] = tuple(
            (way, cost - least)
            for way, cost in sorted(ways.items(), key=lambda item: (item[1], item[0]))
            if cost - least <= _MAX_SYMBOL_COST
        )
    return options


def _unpack(code: int) -> str:
    classes = ""
    while code:
        classes += str(code & VOWEL)
        code >>= CLASS_BITS
    return classes


@dataclass(frozen=True, slots=True)
class ScriptSounds:
    """Sounds of the names of the records of a batch.

    `names` has the forms of each record, only those in Latin letters if it has any. `forms` has the
    tokens of each form, and `words` the codes of each token. `joined` has, for each item of
    `forms`, the code of the word joined with its right neighbor if the two may be one word, else 0.
    `foreign_words` says which tokens are in names of records that have no name in Latin letters.
    """

    names: Ragged
    forms: Ragged
    words: Ragged
    joined: IntArray
    foreign_words: Bools

    @classmethod
    def of(cls, prepared: PreparedBatch, letters: TextLetters) -> ScriptSounds:
        """Return the sounds of the names of a batch; `letters` are the letters of its tokens."""
        names, forms = prepared.names, prepared.forms.tokens
        codes = latin_codes(letters).view(np.int32)
        codes[(prepared.tokens.flags & _NO_WORD) != 0] = 0
        if not (prepared.tokens.flags >> SCRIPT_SHIFT).any():
            # most queries have words in Latin letters only
            is_word = codes != 0
            words = Ragged(offsets_of(is_word), codes[is_word])
            foreign = np.zeros(len(codes), dtype=np.bool_)
            return cls(names, forms, words, _join_neighbors(forms, codes), foreign)
        is_latin = _latin_forms(prepared)
        is_foreign = lack_latin(prepared, is_latin)
        kept = is_latin[names.items] | is_foreign[names.rows]
        names = Ragged.from_rows(names.rows[kept], names.items[kept], len(names))
        is_foreign_form = np.zeros(len(forms), dtype=np.bool_)
        is_foreign_form[names.items[is_foreign[names.rows]]] = True
        foreign = np.zeros(len(codes), dtype=np.bool_)
        foreign[forms.items[is_foreign_form[forms.rows]]] = True
        words = _add_foreign_codes(prepared, codes, np.flatnonzero(foreign & (codes != 0)))
        return cls(names, forms, words, _join_neighbors(forms, codes), foreign)

    def first_classes(self) -> Ragged:
        """Return the first three classes of the codes of each item of `forms`, without
        repetitions.
        """
        codes = self.words.take(self.forms.items)
        joined = np.flatnonzero(self.joined)
        rows = np.concatenate([codes.rows, joined.astype(np.int32)])
        items = np.concatenate([codes.items, self.joined[joined]])
        return Ragged.from_rows(rows, items & _FIRST_CLASSES, len(codes))


def _add_foreign_codes(
    prepared: PreparedBatch, codes: IntArray, foreign: npt.NDArray[np.int64]
) -> Ragged:
    """Return the code of each token, if it has one, with further codes of the tokens in other
    scripts.
    """
    own = np.flatnonzero(codes)
    rows, items = [own], [codes[own]]
    texts, scripts = prepared.tokens.texts, prepared.tokens.flags >> SCRIPT_SHIFT
    for token in foreign[scripts[foreign] > 0].tolist():
        ways = foreign_codes(texts[token], int(scripts[token]))
        rows.append(np.full(len(ways), token))
        items.append(np.array(ways, dtype=np.int32))
    return Ragged.from_rows(
        np.concatenate(rows).astype(np.int32), np.concatenate(items), len(codes)
    )


def _join_neighbors(forms: Ragged, codes: IntArray) -> IntArray:
    """Return the code of each two neighboring words of a name that may be one word, at the index of
    the first of them, and 0 at other indices: `Jong Un` is one word in Hangul, and `Ram Chandra` in
    Nepali.

    If the first word has three classes, it alone gives the first classes of the two words.
    """
    joined = np.zeros(len(forms.items), dtype=np.int32)
    fill_joined_classes(forms.offsets, forms.items, codes, joined)
    return joined


def _latin_forms(prepared: PreparedBatch) -> Bools:
    """Return which forms have a word in Latin letters."""
    tokens, forms = prepared.tokens, prepared.forms.tokens
    is_latin_word = (tokens.flags >> SCRIPT_SHIFT == int(Script.LATIN)) & (
        tokens.flags & int(TokenFlag.NUMBER) == 0
    )
    is_latin = np.zeros(len(forms), dtype=np.bool_)
    is_latin[forms.rows[is_latin_word[forms.items]]] = True
    return is_latin


def lack_latin(prepared: PreparedBatch, is_latin: Bools | None = None) -> Bools:
    """Return which records have names, but no name in Latin letters; `is_latin` says which forms
    are in Latin letters.
    """
    names = prepared.names
    is_latin = _latin_forms(prepared) if is_latin is None else is_latin
    is_foreign = names.counts > 0
    is_foreign[names.rows[is_latin[names.items]]] = False
    return is_foreign


def are_syllabic(prepared: PreparedBatch) -> Bools:
    """Return whether each record has a name with a word in a script of syllables."""
    words = _IS_SYLLABIC[prepared.tokens.flags >> SCRIPT_SHIFT]
    if not words.any():
        # Most queries have Latin words only
        return np.zeros(len(prepared), dtype=np.bool_)
    tokens = prepared.names.through(prepared.forms.tokens)
    has_word = np.zeros(len(prepared), dtype=np.bool_)
    has_word[tokens.rows[words[tokens.items]]] = True
    return has_word
