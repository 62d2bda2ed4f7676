"""Fit of the probabilities with which the symbols of a script are written with Latin letters.

Expectation maximization over all alignments (Dempster, Laird and Rubin 1977). In each round a word
counts with the candidate that it explains best, and only if it explains enough of it: forms of a
name in another language (`Johannes` for `Giovanni`) drop out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Indel

from resolver.kernels.text.letter_costs import LETTERS, LONGEST, gram_code
from resolver.kernels.text.letter_counts import Channel, Counts, add_counts, fill_forward
from resolver.training.letters.name_pairs import WordPair, coarse, letter_numbers

Doubles = npt.NDArray[np.float64]
_ROUNDS = (-0.2, -0.2, 0.1, 0.1, 0.25, 0.25, 0.25, 0.25)
"""Least share of the surprise of a Latin word that is explained, per round."""
_MIN_GRAM = 4
"""Occurrences of a gram of two or three letters."""
_DISCOUNT = 0.3
"""Expected occurrences that are taken from each count, so that chance alignments vanish."""
_LONGER = {1: 1.0, 2: 0.3, 3: 0.1}
"""First guess by the length of a gram."""
_DROPPED = 0.05
"""First guess that a symbol is not written."""


@dataclass(frozen=True)
class FittedChannel:
    """Probabilities of one script; the columns of `channel.written` are `grams`."""

    symbols: list[str]
    grams: list[str]
    channel: Channel


def letter_surprise(pairs: Sequence[WordPair]) -> Doubles:
    """Return the nats by which each letter surprises, from the first candidates of all pairs."""
    counts = np.ones(LETTERS)
    for pair in pairs:
        np.add.at(counts, letter_numbers(pair.candidates[0]), 1)
    surprise: Doubles = -np.log(counts / counts.sum())
    return surprise


def fit_channel(pairs: Sequence[WordPair], surprise: Doubles) -> FittedChannel:
    """Return the fitted probabilities of the pairs of one script."""
    symbols = sorted({symbol for pair in pairs for symbol in pair.symbols})
    grams = _common_grams(pairs)
    numbers = np.full(gram_code(LETTERS, LETTERS, LETTERS) + 1, len(grams), dtype=np.int32)
    for number, gram in enumerate(grams[1:], 1):
        padded = [0] * (LONGEST - len(gram)) + [1 + letter for letter in letter_numbers(gram)]
        numbers[gram_code(*padded)] = number
    written = np.zeros((len(symbols), len(grams) + 1))
    written[:, :-1] = _first_guess(symbols, grams)
    channel = Channel(numbers, written, np.full(LETTERS, 1 / LETTERS), 0.1)
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
        for length in range(2, LONGEST + 1):
            counts.update(word[at : at + length] for at in range(len(word) - length + 1))
    single = [chr(ord("a") + letter) for letter in range(LETTERS)]
    return ["", *sorted([*single, *(gram for gram, count in counts.items() if count >= _MIN_GRAM)])]


def _first_guess(symbols: Sequence[str], grams: Sequence[str]) -> Doubles:
    """Return probabilities by the likeness of a symbol's transliteration and a gram."""
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
    words: Sequence[_Words], channel: Channel, surprise: Doubles, least: float
) -> Channel:
    """Return the channel after one round of expectation maximization."""
    counts = Counts(np.zeros_like(channel.written), np.zeros(LETTERS))
    longest = 1 + max(max(len(symbols), *map(len, latin)) for symbols, latin in words)
    forward, backward = np.zeros((2, longest, longest))
    for symbols, candidates in words:
        shares = []
        for latin in candidates:
            whole = fill_forward(symbols, latin, channel, forward)
            shares.append(1 + math.log(max(whole, 1e-300)) / surprise[latin].sum())
        best = int(np.argmax(shares))
        if shares[best] >= least:
            fill_forward(symbols, candidates[best], channel, forward)
            add_counts(symbols, candidates[best], channel, forward, backward, counts)
    added, total = counts.added.sum(), counts.written.sum()
    written = np.maximum(counts.written - _DISCOUNT, 0)
    written[:, :-1] += 1e-6
    return Channel(
        channel.grams,
        written / (written.sum(axis=1, keepdims=True) + 1),
        (counts.added + 0.5) / (added + 0.5 * LETTERS),
        float((added + 1) / (added + total + 10)),
    )
