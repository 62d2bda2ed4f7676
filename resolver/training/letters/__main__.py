"""Write the table that `resolver.names.scripts.letter_costs` reads.

The command is `python -m resolver.training.letters OUT`. The same reference tables give the same
table.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from resolver.names.kernels.sound_distance import UNIT
from resolver.records.prepared.value_flags import Script
from resolver.training.letters.name_pairs import (
    VOWELLESS,
    Doubles,
    FittedChannel,
    collect_pairs,
    fit_channel,
    letter_surprise,
    origins,
)

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
    """Raise the costs of two vowels for a consonant: long ones are written, so it lacks them."""
    for symbol, written in costs.items():
        if symbol != "+" and not _VOWEL.search(symbol):
            for gram in filter(_LONG_VOWEL.search, written):
                written[gram] += _UNWRITTEN


def _charge_dropped(costs: dict[str, dict[str, float]]) -> None:
    """Raise the costs of leaving a symbol out to their least: each origin leaves out others."""
    for symbol, written in costs.items():
        if symbol != "+" and "-" in written:
            least = _DROPPED_VOWEL if _VOWEL.search(symbol) else _DROPPED_CONSONANT
            written["-"] = max(written["-"], least)


def _keep_lower(costs: dict[str, dict[str, float]], others: dict[str, dict[str, float]]) -> None:
    """Add costs of symbols to others, and keep the lower one of each."""
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
            fitted.grams[place] or "-": float(-np.log(row[place] * (1 - channel.adding)))
            for place in np.flatnonzero(row >= _LEAST)
        }
    return costs


def _line(name: str, costs: dict[str, float]) -> str:
    return " ".join([name, *(f"{gram}:{round(UNIT * cost)}" for gram, cost in costs.items())])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(_HEADER + "\n".join(table_lines()) + "\n", encoding="utf-8")
