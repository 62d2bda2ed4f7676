"""Fit the costs of writing another script with Latin letters, from pairs of names.

`python -m resolver.training.letters OUT` writes the table that
`resolver.names.scripts.sounds` reads. The same reference tables give the same table.

The source is the table of names inside the `rigour` library (MIT license), whose names are from
Wikidata (CC0). A line lists the forms of one name in all languages, including forms that are no
transliterations. So each word of another script has several candidates, and the fit chooses one.

The fit is expectation maximization over all alignments (Dempster, Laird and Rubin 1977). In each
round, the candidate that explains a word best is used for it, if it explains enough of the word. So
forms of a name in another language (`Johannes` for `Giovanni`) are ignored.

`python -m resolver.training.letters ARABIC.txt OTHER.txt` prints the table of
`resolver.names.scripts.arabic`, from two files with one word on each line.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nlargest
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Indel

from resolver.data import load_rows
from resolver.names.folding import letters
from resolver.names.kernels import sound_distance
from resolver.names.lexicons.name_roles import name_lines
from resolver.names.name_tokens import tokenize_person
from resolver.names.scripts.arabic import END
from resolver.names.scripts.arabic import LETTERS as ARABIC_LETTERS
from resolver.names.scripts.arabic import UNIT as ARABIC_UNIT
from resolver.names.scripts.detection import script_of
from resolver.names.scripts.han import korean_syllables
from resolver.names.scripts.sounds import split_symbols
from resolver.names.scripts.syllables import is_japanese_spelling, is_korean_spelling, is_pinyin
from resolver.records.prepared.value_flags import Script

VOWELLESS = (Script.ARABIC, Script.HEBREW)
"""Scripts without short vowels."""
_LATIN = re.compile("[A-Za-zÀ-ɏḀ-ỿ]+")
_MAX_LETTERS = 16
_CANDIDATES = 4
_MIN_LIKENESS = 0.4
_MAX_WRITTEN = 0.67
"""Maximum number of symbols per Latin letter of a word whose short vowels are not written."""
_MAX_KOREAN = 7
"""Symbols of the longest Korean given name."""
_WEIGHT = 5
"""Number of occurrences of each pair that is written by hand."""
_SOFT = re.compile("[aeiouywh]")
_COARSE = str.maketrans("lcqvbgdjz", "rkkffktss")


@dataclass(frozen=True, slots=True)
class WordPair:
    """Symbols of a word of another script, and Latin words that it may be."""

    symbols: tuple[str, ...]
    candidates: tuple[str, ...]


def collect_pairs(lines: Iterable[list[str]] | None = None) -> dict[Script, list[WordPair]]:
    """Return the pairs of each script, in the order of their words.

    `lines` has, for each name, its forms; by default, those of the reference tables.
    """
    spellings: dict[Script, dict[str, set[str]]] = {
        script: {} for script in Script if Script.LATIN < script < Script.OTHER
    }
    for forms in lines if lines is not None else (forms for _, forms in name_lines()):
        latin = {letters(form) for form in forms if _LATIN.fullmatch(form)}
        latin = {word for word in latin if 1 < len(word) <= _MAX_LETTERS and word.isalpha()}
        for script, text in _words(forms) if latin else ():
            spellings[script].setdefault(text, set()).update(latin)
    pairs = {script: list(_pairs(script, words)) for script, words in spellings.items()}
    if lines is None:
        pairs[Script.HANGUL] += _written_pairs()
    return pairs


def origins(script: Script, pairs: list[WordPair]) -> list[list[WordPair]]:
    """Return pairs by the origin of their names, if a script writes its own names in another way
    than foreign names.

    For Hangul, see `_hangul_origin`. For Arabic and Hebrew, the origins are names without short
    vowels, and foreign names, whose vowels are written.
    """
    if script == Script.HANGUL:
        return _parted(pairs, [_hangul_origin(pair) for pair in pairs])
    if script in VOWELLESS:
        return _parted(pairs, [int(not _lacks_vowels(pair)) for pair in pairs])
    return [pairs]


def _parted(pairs: list[WordPair], marks: list[int]) -> list[list[WordPair]]:
    return [
        [pair for pair, own in zip(pairs, marks, strict=True) if own == mark]
        for mark in range(max(marks, default=0) + 1)
    ]


def _lacks_vowels(pair: WordPair) -> bool:
    return len(pair.symbols) <= _MAX_WRITTEN * len(pair.candidates[0])


def _hangul_origin(pair: WordPair) -> int:
    """Return where a name in Hangul comes from.

    - 0: it is Korean.
    - 1: it is Chinese, written with the Korean readings of its characters.
    - 2: it is Chinese or Japanese, written by its sound.
    - 3: it comes from another language.
    """
    if len(pair.symbols) <= _MAX_KOREAN and _korean_readings().fullmatch("".join(pair.symbols)):
        return 0 if any(map(is_korean_spelling, pair.candidates)) else 1
    word = pair.candidates[0]
    return 2 if is_japanese_spelling(word) or is_pinyin(word) else 3


@cache
def _korean_readings() -> re.Pattern[str]:
    """Return the pattern of one to three syllables, each of which is a reading of a character."""
    syllables = sorted(map(letters, korean_syllables()), key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(syllables)}){{1,3}}")


def _words(forms: list[str]) -> Iterator[tuple[Script, str]]:
    """Yield the transliterations of those forms that are one word of another script."""
    for form in forms:
        script = script_of(form)
        if script in (Script.LATIN, Script.OTHER) or " " in form:
            continue
        tokens = [token.text for token in tokenize_person(form)]
        # A Han or Hangul name without a space is cut into family and given name.
        text = "".join(tokens) if script in (Script.HAN, Script.HANGUL) else tokens[0:1]
        if len(tokens) == 1 or isinstance(text, str):
            yield script, "".join(text)


def _written_pairs() -> list[WordPair]:
    """Return the pairs of the table `hangul_renderings`, each as many times as it counts."""
    return [
        WordPair(tuple(split_symbols(letters(text), Script.HANGUL)), (latin,))
        for latin, text in load_rows("hangul_renderings")
        for _ in range(_WEIGHT)
    ]


def _pairs(script: Script, words: dict[str, set[str]]) -> Iterator[WordPair]:
    for text, latin in sorted(words.items()):
        likeness = {word: _likeness(text, word) for word in sorted(latin)}
        best = nlargest(_CANDIDATES, likeness, key=likeness.__getitem__)
        candidates = tuple(word for word in best if likeness[word] >= _MIN_LIKENESS)
        symbols = tuple(split_symbols(text, script))
        if candidates and len(symbols) > 1:
            yield WordPair(symbols, candidates)


def _likeness(text: str, latin: str) -> float:
    """Return how similar two words are by all letters, or by consonants alone, 0…1."""
    bones, others = coarse(text), coarse(latin)
    by_bones = Indel.normalized_similarity(bones, others) if bones else 0.0
    return max(Indel.normalized_similarity(text, latin), 0.9 * by_bones)


def coarse(text: str) -> str:
    """Return the consonants of a text, with consonants that scripts confuse written as one."""
    return _SOFT.sub("", text).translate(_COARSE)


def letter_numbers(word: str) -> list[int]:
    """Return the letters of an ASCII word as numbers 0…25."""
    numbers = [ord(letter) - ord("a") for letter in word]
    assert all(0 <= number < sound_distance.LETTERS for number in numbers)
    return numbers


Doubles = npt.NDArray[np.float64]
_ROUNDS = (-0.2, -0.2, 0.1, 0.1, 0.25, 0.25, 0.25, 0.25)
"""Minimum share of the surprise of a Latin word that is explained, per round."""
_MIN_GRAM = 4
"""Minimum number of occurrences of a gram of two or three letters."""
_DISCOUNT = 0.3
"""Expected occurrences that are taken from each count, so that chance alignments vanish."""
_LONGER = {1: 1.0, 2: 0.3, 3: 0.1}
"""First guess by the length of a gram."""
_DROPPED = 0.05
"""First guess that a symbol is not written."""


@dataclass(frozen=True)
class FittedChannel:
    """Probabilities of one script; `grams` are the columns of `channel.written`."""

    symbols: list[str]
    grams: list[str]
    channel: sound_distance.Channel


def letter_surprise(pairs: Sequence[WordPair]) -> Doubles:
    """Return how surprising each letter is, in nats, from the first candidates of all pairs."""
    counts = np.ones(sound_distance.LETTERS)
    for pair in pairs:
        np.add.at(counts, letter_numbers(pair.candidates[0]), 1)
    surprise: Doubles = -np.log(counts / counts.sum())
    return surprise


def fit_channel(pairs: Sequence[WordPair], surprise: Doubles) -> FittedChannel:
    """Return the fitted probabilities of the pairs of one script."""
    symbols = sorted({symbol for pair in pairs for symbol in pair.symbols})
    grams = _common_grams(pairs)
    numbers = np.full(
        sound_distance.gram_code(
            sound_distance.LETTERS, sound_distance.LETTERS, sound_distance.LETTERS
        )
        + 1,
        len(grams),
        dtype=np.int32,
    )
    for number, gram in enumerate(grams[1:], 1):
        padded = [0] * (sound_distance.LONGEST - len(gram)) + [
            1 + letter for letter in letter_numbers(gram)
        ]
        numbers[sound_distance.gram_code(*padded)] = number
    written = np.zeros((len(symbols), len(grams) + 1))
    written[:, :-1] = _first_guess(symbols, grams)
    channel = sound_distance.Channel(
        numbers, written, np.full(sound_distance.LETTERS, 1 / sound_distance.LETTERS), 0.1
    )
    place = {symbol: number for number, symbol in enumerate(symbols)}
    words = [_numbered(pair, place) for pair in pairs]
    for least in _ROUNDS:
        channel = _next_round(words, channel, surprise, least)
    return FittedChannel(symbols, grams, channel)


_Words = tuple[npt.NDArray[np.int32], list[npt.NDArray[np.int32]]]


def _numbered(pair: WordPair, place: dict[str, int]) -> _Words:
    symbols = np.array([place[symbol] for symbol in pair.symbols], dtype=np.int32)
    return symbols, [np.array(letter_numbers(word), dtype=np.int32) for word in pair.candidates]


def _common_grams(pairs: Sequence[WordPair]) -> list[str]:
    """Return the empty gram, every letter, and common grams of two and three letters."""
    counts: Counter[str] = Counter()
    for word in (pair.candidates[0] for pair in pairs):
        for length in range(2, sound_distance.LONGEST + 1):
            counts.update(word[at : at + length] for at in range(len(word) - length + 1))
    single = [chr(ord("a") + letter) for letter in range(sound_distance.LETTERS)]
    return ["", *sorted([*single, *(gram for gram, count in counts.items() if count >= _MIN_GRAM)])]


def _first_guess(symbols: Sequence[str], grams: Sequence[str]) -> Doubles:
    """Return first probabilities, by the similarity of a symbol's transliteration and a gram."""
    guess = np.array([[_guess(symbol, gram) for gram in grams] for symbol in symbols])
    guess[:, 0] = _DROPPED
    guess[:, 1:] *= (1 - _DROPPED) / guess[:, 1:].sum(axis=1, keepdims=True)
    return guess


def _guess(symbol: str, gram: str) -> float:
    if not gram:
        return 0.0
    likeness = Indel.normalized_similarity(symbol, gram)
    if coarse(symbol):
        by_bones = Indel.normalized_similarity(coarse(symbol), coarse(gram))
        likeness = max(likeness, 0.85 * by_bones)
    return math.exp(4 * likeness) * _LONGER[len(gram)]


def _next_round(
    words: Sequence[_Words], channel: sound_distance.Channel, surprise: Doubles, least: float
) -> sound_distance.Channel:
    """Return the channel after one round of expectation maximization."""
    counts = sound_distance.Counts(np.zeros_like(channel.written), np.zeros(sound_distance.LETTERS))
    longest = 1 + max(max(len(symbols), *map(len, latin)) for symbols, latin in words)
    forward, backward = np.zeros((2, longest, longest))
    for symbols, candidates in words:
        shares = []
        for latin in candidates:
            whole = sound_distance.fill_forward(symbols, latin, channel, forward)
            shares.append(1 + math.log(max(whole, 1e-300)) / surprise[latin].sum())
        best = int(np.argmax(shares))
        if shares[best] >= least:
            sound_distance.fill_forward(symbols, candidates[best], channel, forward)
            sound_distance.add_counts(symbols, candidates[best], channel, forward, backward, counts)
    added, total = counts.added.sum(), counts.written.sum()
    written = np.maximum(counts.written - _DISCOUNT, 0)
    written[:, :-1] += 1e-6
    return sound_distance.Channel(
        channel.grams,
        written / (written.sum(axis=1, keepdims=True) + 1),
        (counts.added + 0.5) / (added + 0.5 * sound_distance.LETTERS),
        float((added + 1) / (added + total + 10)),
    )


_COUNT = 1.0
"""Occurrences that each pair of letters has before it is counted."""
_FEW = 3
"""Occurrences below which a pair of letters is no evidence."""


def letter_pair_lines(arabic: Iterable[str], other: Iterable[str]) -> Iterator[str]:
    """Yield a line for each letter, with the evidence of each letter that may follow it, counted in
    unique words of lower-case letters.
    """
    sides = [Counter(chain.from_iterable(map(_shape_pairs, words))) for words in (arabic, other)]
    for first in ARABIC_LETTERS:
        shares = [_shares(counts, first) for counts in sides]
        values = (
            round(ARABIC_UNIT * math.log(left / right)) if total >= _FEW else 0
            for left, right, total in zip(*shares, _totals(sides, first), strict=True)
        )
        yield " ".join([first, *map(str, values)])


def _shape_pairs(word: str) -> Iterator[tuple[str, str]]:
    return pairwise(f"{END}{word}{END}")


def _shares(counts: Counter[tuple[str, str]], first: str) -> list[float]:
    """Return the share of each letter among the letters that follow a given letter."""
    row = [counts[first, second] + _COUNT for second in ARABIC_LETTERS]
    return [count / sum(row) for count in row]


def _totals(sides: list[Counter[tuple[str, str]]], first: str) -> list[int]:
    """Return how often each letter follows a given letter, in both sets of words together."""
    return [sum(counts[first, second] for counts in sides) for second in ARABIC_LETTERS]


if __name__ == "__main__":
    texts = (Path(path).read_text(encoding="utf-8").split() for path in sys.argv[1:3])
    print("\n".join(letter_pair_lines(*texts)))


_HEADER = """\
# Costs of writing a symbol of another script with Latin letters, in 1/32 nat: script, symbol, and
# letters:cost; "-" for no letter. Symbol "+": letters that are added. First line: the surprise of
# each letter in any name.
#
# Learned by `python -m resolver.training.letters` from the names in rigour (MIT license), which are
# from Wikidata (CC0), and for Korean from pairs written by hand.
"""
_UNWRITTEN = 3.0
"""Nats by which a long vowel that is not written surprises more."""
_DROPPED_VOWEL, _DROPPED_CONSONANT = 2.0, 5.0
"""Nats by which a letter of a Korean syllable that is not written surprises at least."""
_VOWEL, _LONG_VOWEL = re.compile("[aeiouwy]"), re.compile("[aeiouy]{2}")
_LEAST = 1e-3
"""Probability below which a way to write a symbol is left out."""


def table_lines() -> Iterator[str]:
    """Yield the lines of the table."""
    pairs = collect_pairs()
    surprise = letter_surprise(list(chain.from_iterable(pairs.values())))
    yield _line("letters", dict(zip(_ALPHABET, surprise, strict=True)))
    for script, words in pairs.items():
        groups = [group for group in origins(script, words) if group]
        costs: dict[str, dict[str, float]] = {}
        for group in groups:
            _keep_lower(costs, _symbol_costs(fit_channel(group, surprise)))
        if script in VOWELLESS:
            _charge_long_vowels(costs)
        if script == Script.HANGUL:
            _charge_dropped(costs)
        for symbol in sorted(costs):
            row = sorted(costs[symbol].items(), key=lambda item: (item[1], item[0]))
            yield _line(f"{script.name.lower()} {symbol}", dict(row))


_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def _charge_long_vowels(costs: dict[str, dict[str, float]]) -> None:
    """Raise the costs of writing a consonant with two vowels, because long vowels have letters of
    their own.
    """
    for symbol, written in costs.items():
        if symbol != "+" and not _VOWEL.search(symbol):
            for gram in filter(_LONG_VOWEL.search, written):
                written[gram] += _UNWRITTEN


def _charge_dropped(costs: dict[str, dict[str, float]]) -> None:
    """Raise the costs of omitting a symbol to a minimum, because each origin omits other
    symbols.
    """
    for symbol, written in costs.items():
        if symbol != "+" and "-" in written:
            least = _DROPPED_VOWEL if _VOWEL.search(symbol) else _DROPPED_CONSONANT
            written["-"] = max(written["-"], least)


def _keep_lower(costs: dict[str, dict[str, float]], others: dict[str, dict[str, float]]) -> None:
    """Add the costs of `others` to `costs`, and keep the lower cost of each symbol and gram."""
    for symbol, written in others.items():
        own = costs.setdefault(symbol, {})
        own.update({gram: min(cost, own.get(gram, cost)) for gram, cost in written.items()})


def _symbol_costs(fitted: FittedChannel) -> dict[str, dict[str, float]]:
    """Return the nats of each common way to write a symbol, and of added letters (`+`)."""
    channel = fitted.channel
    added: Doubles = -np.log(channel.added * channel.adding)
    costs = {"+": dict(zip(_ALPHABET, added.tolist(), strict=True))}
    for symbol, row in zip(fitted.symbols, channel.written, strict=True):
        costs[symbol] = {
            fitted.grams[index] or "-": float(-np.log(row[index] * (1 - channel.adding)))
            for index in np.flatnonzero(row >= _LEAST)
        }
    return costs


def _line(name: str, costs: dict[str, float]) -> str:
    return " ".join(
        [name, *(f"{gram}:{round(sound_distance.UNIT * cost)}" for gram, cost in costs.items())]
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(_HEADER + "\n".join(table_lines()) + "\n", encoding="utf-8")
