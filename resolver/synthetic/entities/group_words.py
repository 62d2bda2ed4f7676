"""Words of group names: lexicon, languages and draws."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial

import numpy as np

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
from resolver.synthetic.words import groups as words
from resolver.synthetic.words import split_lines

LANGUAGES = tuple(words.LEGAL)


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


def _add_table(builder: LexiconBuilder, table: str) -> tuple[Span, ...]:
    """Add the words of a table in all languages."""
    lines = [_parse_entry(line) for line in split_lines(table)]
    return tuple(
        builder.add([_make_word(entry, language) for entry in lines], 8.0) for language in LANGUAGES
    )


@cache
def load_group_words() -> GroupWords:
    """Return the words of groups, built once per process."""
    builder = LexiconBuilder()
    spans = partial(_add_table, builder)
    return GroupWords(
        head=spans(words.COLORS),
        fancy=spans(words.FANCIES),
        core=(spans(words.BANDS), spans(words.TRADES), spans(words.BODIES)),
        legal=tuple(
            builder.add([_parse_legal_form(entry) for entry in words.LEGAL[language].split()], 3.0)
            for language in LANGUAGES
        ),
        number=builder.add([_make_number_word(number) for number in range(1, 1000)], 400.0),
        lexicon=builder.build(),
    )


def _parse_entry(line: str) -> dict[str, list[str]]:
    english, *others = line.split()
    return {"en": english.replace("_", " ").split("/")} | {
        language: forms.replace("_", " ").split("/")
        for language, forms in (other.split("=") for other in others)
    }


def _make_word(entry: dict[str, list[str]], language: str) -> Word:
    """Make a word from an entry.

    Forms: native; English; romanized; second English word; romanized without diacritics.
    """
    first, second = entry["en"]
    home = entry[language] if language != "en" else [first]
    latin = home[-1]
    return Word(Spellings(home[0], first, latin, second, strip_accents(latin)))


def _parse_legal_form(entry: str) -> Word:
    native, latin, english, spelled, at_home = entry.replace("_", " ").split("/")
    return Word(Spellings(native, english, latin, spelled, at_home))


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
