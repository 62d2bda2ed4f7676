"""Short forms of given names by language, and the endings by which languages form them regularly.

The tables `short_forms`, `given_names` and `short_form_endings` were written for this project.
`short_forms` has a name and one of its short forms a line, `given_names` a spelling of a name a
line, with names that are full names even if they have no short form. Spellings that
`nicknames.level_spelling` makes one need only one line. Words of `short_form_endings` are leveled
as whole words are: `ukcio` is -uccio, `kuito` is -quito.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from operator import itemgetter

from resolver.data import load_rows

_SHORTEST_BASE = 3


@dataclass(slots=True)
class ShortForms:
    """Names of each language with their short forms, all words leveled.

    `names_by_language`: language → word → names that it is a spelling or a short form of.
    `names_by_word`: the same for all languages together. `full_names`: words that are names of
    their own in some language, even if also the short form of another.
    """

    names_by_language: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    names_by_word: dict[str, tuple[str, ...]] = field(default_factory=dict)
    full_names: set[str] = field(default_factory=set)

    def add(self, language: str, names: list[str], shorts: list[str]) -> None:
        """Add a name in its spellings, the first of which stands for all, and its short forms."""
        in_language = self.names_by_language.setdefault(language, {})
        self.full_names.update(names)
        own = (names[0],)
        for table in (in_language, self.names_by_word):
            for word in (*names, *shorts):
                others = table.setdefault(word, own)
                if names[0] not in others:
                    table[word] = (*others, names[0])


def read_short_forms(
    level: Callable[[Sequence[str]], list[str]], prepare_name: Callable[[str], str]
) -> ShortForms:
    """Return the tables of all languages, with words leveled by `level`, names after
    `prepare_name`.
    """
    spellings, shorts = load_rows("given_names"), load_rows("short_forms")
    names = list({name for _, *row in spellings for name in row} | {row[1] for row in shorts})
    forms = list({row[2] for row in shorts})
    leveled_names = dict(zip(names, level([*map(prepare_name, names)]), strict=True))
    leveled = dict(zip(forms, level(forms), strict=True))
    parsed = ShortForms()
    for (language, name), rows in groupby(spellings, itemgetter(0, 1)):
        parsed.add(language, [leveled_names[name], *(leveled_names[row[2]] for row in rows)], [])
    for (language, name), rows in groupby(shorts, itemgetter(0, 1)):
        parsed.add(language, [leveled_names[name]], [leveled[row[2]] for row in rows])
    return parsed


@cache
def _bases_by_ending() -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return ending → (what a name has in its place, languages)."""
    bases: dict[str, dict[str, tuple[str, ...]]] = {}
    for language, ending, replaced in load_rows("short_form_endings"):
        ways = bases.setdefault(ending, {})
        ways[replaced] = (*ways.get(replaced, ()), language)
    return {ending: tuple(ways.items()) for ending, ways in bases.items()}


@cache
def _lengths() -> dict[str, tuple[int, ...]]:
    """Return last letter → lengths of the endings with it, ascending."""
    lengths: dict[str, set[int]] = {}
    for ending in _bases_by_ending():
        lengths.setdefault(ending[-1], set()).add(len(ending))
    return {letter: tuple(sorted(some)) for letter, some in lengths.items()}


def possible_bases(word: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the words of which a leveled word may be a familiar form, each with languages.

    Carlino may be a form of Carlo, Vanka one of Vanya. Endings only tie a word to a name that the
    tables have for the language.
    """
    bases_by_ending = _bases_by_ending()
    bases = []
    for length in _lengths().get(word[-1:], ()):
        # two letters or more stand before an ending
        if length > len(word) - 2:
            break
        for replaced, languages in bases_by_ending.get(word[-length:], ()):
            base = word[:-length] + replaced
            if len(base) >= _SHORTEST_BASE:
                bases.append((base, languages))
    return bases
