"""The vocabulary of the world: for every culture its lists of names, all in one `Lexicon`. Made once a process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from resolver.synthetic import fakes, lists_asia, lists_europe
from resolver.synthetic.cultures import CULTURES
from resolver.synthetic.lexicon import Lexicon, LexiconBuilder, Span
from resolver.synthetic.name_lists import Lists, Pair, plain_words
from resolver.synthetic.words import arabic


@dataclass(frozen=True, slots=True)
class NameSpans:
    """A culture's names in the lexicon, (men's, women's) each; see `Lists`."""

    given: tuple[Span, Span]
    family: tuple[Span, Span]
    middle: tuple[Span, Span]
    father: tuple[Span, Span]
    titles: tuple[Span, Span]
    son_of: Span | None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names of all cultures, in the order of `CULTURES`."""

    lexicon: Lexicon
    names: tuple[NameSpans, ...]


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary, built at the first call (about a second)."""
    builder = LexiconBuilder()
    names = tuple(_spans(builder, _LISTS[culture.name](), culture.son_of) for culture in CULTURES)
    return Vocabulary(builder.build(), names)


def _spans(builder: LexiconBuilder, lists: Lists, son_of: tuple[str, ...]) -> NameSpans:
    def both(pair: Pair, flat: float) -> tuple[Span, Span]:
        return builder.add(pair[0], flat), builder.add(pair[1], flat)

    given = both(lists.given, lists.flat_given)
    family = both(lists.family, lists.flat_family) if lists.family[0] else (given[0], given[0])
    middle = both(lists.middle, 8.0) if lists.middle else given
    father = both(lists.father, lists.flat_given) if lists.father else (given[0], given[0])
    men, women = (builder.add(plain_words(titles.split())) for titles in lists.titles)
    return NameSpans(given, family, middle, father, (men, women), builder.add(plain_words(son_of)) if son_of else None)


_LISTS: dict[str, Callable[[], Lists]] = {
    "arabic-levant": lambda: lists_asia.arabic_lists(arabic.FAMILY_LEVANT),
    "arabic-maghreb": lambda: lists_asia.arabic_lists(arabic.FAMILY_MAGHREB, fakes.names("fr_DZ", "last_names")),
    "persian": lists_asia.persian_lists,
    "afghan": lists_asia.afghan_lists,
    "pakistani": lists_asia.pakistani_lists,
    "indian": lists_asia.indian_lists,
    "russian": lists_europe.russian_lists,
    "ukrainian": lists_europe.ukrainian_lists,
    "chinese": lists_asia.chinese_lists,
    "korean": lists_asia.korean_lists,
    "japanese": lists_asia.japanese_lists,
    "vietnamese": lists_asia.vietnamese_lists,
    "turkish": lists_europe.turkish_lists,
    "west-african": lists_europe.west_african_lists,
    "horn-african": lists_europe.horn_african_lists,
    "spanish": lists_europe.spanish_lists,
    "english": lists_europe.english_lists,
    "french": lists_europe.french_lists,
    "german": lists_europe.german_lists,
    "balkan": lists_europe.balkan_lists,
    "greek": lists_europe.greek_lists,
    "georgian": lists_europe.georgian_lists,
    "armenian": lists_europe.armenian_lists,
}
