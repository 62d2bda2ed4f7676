"""Words of group names: lexicon, languages and draws."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from resolver.data import Row, load_rows
from resolver.synthetic.letters import Spellings
from resolver.synthetic.letters.base import strip_accents
from resolver.synthetic.names.name_lexicon import (
    Ints,
    LexiconBuilder,
    Span,
    SpellingLexicon,
    Word,
)
from resolver.synthetic.random_columns import Dice

LANGUAGES = ("en", "fr", "es", "de", "ru", "tr", "ar", "fa", "zh", "sl", "gr")
"""Languages of names of groups, in the order of their numbers in a world."""


@dataclass(frozen=True, slots=True)
class GroupWords:
    """Lexicon of group names, and its spans by language.

    `head`: colours; `fancy`: fanciful words; `core`: per kind of group; `legal`: legal forms;
    `number`: numbers.
    """

    lexicon: SpellingLexicon
    head: tuple[Span, ...]
    fancy: tuple[Span, ...]
    core: tuple[tuple[Span, ...], ...]
    legal: tuple[Span, ...]
    number: Span


def _add_table(builder: LexiconBuilder, name: str) -> tuple[Span, ...]:
    """Add the words of a list in all languages.

    An English word has a second one in place of a romanized form, and a word in Latin letters has
    neither.
    """
    entries: dict[str, dict[str, Row]] = {}
    for rank, language, *forms in load_rows("world_group_words", list=name):
        entries.setdefault(rank, {})[language] = tuple(filter(None, forms))
    return tuple(
        builder.add([_make_word(entry, language) for entry in entries.values()], 8.0)
        for language in LANGUAGES
    )


@cache
def load_group_words() -> GroupWords:
    """Return the words of groups, built once per process."""
    builder = LexiconBuilder()
    spans = partial(_add_table, builder)
    return GroupWords(
        head=spans("color"),
        fancy=spans("fancy"),
        core=(spans("band"), spans("trade"), spans("body")),
        legal=tuple(
            builder.add(
                [
                    Word(Spellings(native, english, latin, spelled_out, at_home))
                    for _, native, latin, english, spelled_out, at_home in load_rows(
                        "world_legal_forms", language=language
                    )
                ],
                3.0,
            )
            for language in LANGUAGES
        ),
        number=builder.add([_make_number_word(number) for number in range(1, 1000)], 400.0),
        lexicon=builder.build(),
    )


def _make_word(entry: dict[str, Row], language: str) -> Word:
    """Make a word from an entry.

    Forms: native; English; romanized; second English word; romanized without diacritics.
    """
    first, second = entry["en"]
    home = entry[language] if language != "en" else (first,)
    latin = home[-1]
    return Word(Spellings(home[0], first, latin, second, strip_accents(latin)))


def _make_number_word(number: int) -> Word:
    text = str(number)
    return Word(Spellings(text, text, text, text, text))


def draw_words(dice: Dice, spans: tuple[Span, ...], language: Ints) -> Ints:
    """Draw a word of each language, with equal frequency."""
    start, size = (
        np.array([getattr(span, attribute) for span in spans], dtype=np.int64)[language]
        for attribute in ("start", "size")
    )
    return start + dice.integers(len(language), size)
