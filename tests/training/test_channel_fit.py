"""Fit of how symbols of another script are written with Latin letters."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.names.kernels.sound_distance import (
    LETTERS,
    Channel,
    Counts,
    add_counts,
    fill_forward,
    gram_code,
)
from resolver.records.prepared.value_flags import Script
from resolver.training.letters import WordPair, collect_pairs, fit_channel, letter_surprise, origins

GRAMS = ("", "a", "b", "c", "ab", "bc", "abc")
WORDS = st.text("abc", min_size=1, max_size=4)
SYMBOLS = st.lists(st.integers(0, 1), min_size=1, max_size=3)


def channel(seed: int) -> Channel:
    chance = np.random.default_rng(seed)
    numbers = np.full(gram_code(LETTERS, LETTERS, LETTERS) + 1, len(GRAMS), dtype=np.int32)
    for number, gram in enumerate(GRAMS[1:], 1):
        numbers[gram_code(*([0] * (3 - len(gram)) + [ord(x) - 96 for x in gram]))] = number
    written = np.zeros((2, len(GRAMS) + 1))
    written[:, :-1] = chance.random((2, len(GRAMS)))
    return Channel(numbers, written, chance.random(LETTERS), 0.2)


def ways(
    symbols: list[int], latin: str, model: Channel
) -> list[tuple[float, list[tuple[int, str]]]]:
    """Return each way to write symbols as a word: probability, and gram per symbol (-1: added)."""
    if not symbols and not latin:
        return [(1.0, [])]
    best = []
    if symbols:
        for size in range(min(3, len(latin)) + 1):
            gram = latin[:size]
            if gram in GRAMS:
                share = model.written[symbols[0], GRAMS.index(gram)] * (1 - model.adding)
                for rest, steps in ways(symbols[1:], latin[size:], model):
                    best.append((share * rest, [(symbols[0], gram), *steps]))
    if latin:
        share = model.adding * model.added[ord(latin[0]) - 97]
        for rest, steps in ways(symbols, latin[1:], model):
            best.append((share * rest, [(-1, latin[0]), *steps]))
    return best


@settings(max_examples=60, deadline=None)
@given(SYMBOLS, WORDS, st.integers(0, 99))
def test_expected_counts_are_those_of_all_ways(symbols: list[int], latin: str, seed: int) -> None:
    model = channel(seed)
    word = np.array([ord(letter) - 97 for letter in latin], dtype=np.int32)
    numbers = np.array(symbols, dtype=np.int32)
    forward, backward = np.zeros((2, 8, 8))
    counts = Counts(np.zeros_like(model.written), np.zeros(LETTERS))
    every = ways(symbols, latin, model)
    whole = sum(share for share, _ in every)
    np.testing.assert_allclose(fill_forward(numbers, word, model, forward), whole)
    add_counts(numbers, word, model, forward, backward, counts)
    expected = Counts(np.zeros_like(model.written), np.zeros(LETTERS))
    for share, steps in every:
        for symbol, gram in steps:
            if symbol < 0:
                expected.added[ord(gram) - 97] += share / whole
            else:
                expected.written[symbol, GRAMS.index(gram)] += share / whole
    np.testing.assert_allclose(counts.written, expected.written, atol=1e-12)
    np.testing.assert_allclose(counts.added, expected.added, atol=1e-12)


def test_correspondences_are_learned() -> None:
    chance = random.Random(1)
    written = {"k": "k", "r": "l", "a": "a", "shi": "si", "o": "o"}
    words = [tuple(chance.choices(list(written), k=chance.randint(2, 5))) for _ in range(400)]
    pairs = [
        WordPair(word, (spelled := "".join(written[symbol] for symbol in word), spelled[::-1]))
        for word in words
    ]
    fitted = fit_channel(pairs, letter_surprise(pairs))
    shares = fitted.channel.written
    for symbol, gram in written.items():
        row = shares[fitted.symbols.index(symbol)]
        assert fitted.grams[int(np.argmax(row))] == gram
        assert row.max() > 0.5


def test_pairs_of_a_line() -> None:
    pairs = collect_pairs([["John", "Иван", "Джон", "ジョン", "Jon"], ["Anna Lee", "Анна"]])
    assert [pair.symbols for pair in pairs[Script.KATAKANA]] == [("jo", "n")]
    cyrillic = pairs[Script.CYRILLIC]
    assert ["".join(pair.symbols) for pair in cyrillic] == ["dzhon", "ivan"]
    assert all(set(pair.candidates) <= {"john", "jon"} for pair in cyrillic)


def test_names_in_hangul_are_parted_by_origin() -> None:
    words = {"jihun": "jihun", "buhong": "fuxiong", "asadeu": "asado", "luiseu": "lewis"}
    pairs = [WordPair((text,), (latin,)) for text, latin in words.items()]
    groups = origins(Script.HANGUL, pairs)
    assert [[pair.candidates[0] for pair in group] for group in groups] == [
        ["jihun"],
        ["fuxiong"],
        ["asado"],
        ["lewis"],
    ]
