"""Vocabulary of the world: name lists of all cultures in one lexicon, built once per process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from resolver.world import asian_lists, european_lists, name_lists
from resolver.world.cultures import CULTURES
from resolver.world.name_lexicon import LexiconBuilder, Span, SpellingLexicon
from resolver.world.name_lists import NameLists, TailPair, WordPair, make_plain_words


@dataclass(frozen=True, slots=True)
class NameSpans:
    """Spans of a culture's names in the lexicon, (men, women) each; see `NameLists`."""

    given_name: tuple[Span, Span]
    family: tuple[Span, Span]
    middle: tuple[Span, Span]
    father: tuple[Span, Span]
    titles: tuple[Span, Span]
    son_of: Span | None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names of all cultures, in the order of `CULTURES`."""

    lexicon: SpellingLexicon
    names: tuple[NameSpans, ...]


@cache
def load_vocabulary() -> Vocabulary:
    """Return the vocabulary, built at the first call (about a second)."""
    builder = LexiconBuilder()
    names = tuple(
        _add_spans(builder, _LISTS[culture.name](), culture.son_of) for culture in CULTURES
    )
    return Vocabulary(builder.build(), names)


def _add_spans(builder: LexiconBuilder, lists: NameLists, son_of: tuple[str, ...]) -> NameSpans:
    def add_pair(
        words: WordPair, flat: float, exponent: float = 1.0, tails: TailPair | None = None
    ) -> tuple[Span, Span]:
        """Add the words of men and women, once if they are the same."""
        male_tail, female_tail = tails or (None, None)
        men = builder.add(words[0], flat, exponent, male_tail)
        if words[1] is words[0]:
            return men, men
        return men, builder.add(words[1], flat, exponent, female_tail)

    given_law = (lists.flat_given, lists.exponent_given)
    family_law = (lists.flat_family, lists.exponent_family)
    given_name = add_pair(lists.given_name, *given_law, lists.given_tails)
    men_only = (given_name[0], given_name[0])
    family = add_pair(lists.family, *family_law, lists.family_tails)
    father = add_pair(lists.father, *given_law, lists.father_tails) if lists.father else men_only
    men, women = (builder.add(make_plain_words(titles.split())) for titles in lists.titles)
    return NameSpans(
        given_name,
        family if lists.family[0] else men_only,
        add_pair(lists.middle, 8.0) if lists.middle else given_name,
        father,
        (men, women),
        builder.add(make_plain_words(son_of)) if son_of else None,
    )


_LISTS: dict[str, Callable[[], NameLists]] = {
    "arabic-levant": lambda: asian_lists.make_arabic_lists("levant", 9.0),
    "arabic-maghreb": lambda: asian_lists.make_arabic_lists(
        "maghreb", 19.0, name_lists.read_names("fr_DZ", "last_names")
    ),
    "persian": asian_lists.make_persian_lists,
    "afghan": asian_lists.make_afghan_lists,
    "pakistani": asian_lists.make_pakistani_lists,
    "indian": asian_lists.make_indian_lists,
    "russian": european_lists.make_russian_lists,
    "ukrainian": european_lists.make_ukrainian_lists,
    "chinese": asian_lists.make_chinese_lists,
    "korean": asian_lists.make_korean_lists,
    "japanese": asian_lists.make_japanese_lists,
    "vietnamese": asian_lists.make_vietnamese_lists,
    "turkish": european_lists.make_turkish_lists,
    "west-african": european_lists.make_west_african_lists,
    "horn-african": european_lists.make_horn_african_lists,
    "spanish": european_lists.make_spanish_lists,
    "english": european_lists.make_english_lists,
    "french": european_lists.make_french_lists,
    "german": european_lists.make_german_lists,
    "balkan": european_lists.make_balkan_lists,
    "greek": european_lists.make_greek_lists,
    "georgian": european_lists.make_georgian_lists,
    "armenian": european_lists.make_armenian_lists,
}
