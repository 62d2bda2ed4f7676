"""The vocabulary of the world: for every culture its lists of names, all in one `Lexicon`. Made once a process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from resolver.synthetic.names import asian_lists, european_lists, faker_lists
from resolver.synthetic.names.cultures import CULTURES
from resolver.synthetic.names.name_lexicon import Lexicon, LexiconBuilder, Span
from resolver.synthetic.names.name_lists import Lists, Pair, plain_words
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
    return NameSpans(
        given,
        family,
        middle,
        father,
        (men, women),
        builder.add(plain_words(son_of)) if son_of else None,
    )


_LISTS: dict[str, Callable[[], Lists]] = {
    "arabic-levant": lambda: asian_lists.arabic_lists(arabic.FAMILY_LEVANT),
    "arabic-maghreb": lambda: asian_lists.arabic_lists(
        arabic.FAMILY_MAGHREB, faker_lists.names("fr_DZ", "last_names")
    ),
    "persian": asian_lists.persian_lists,
    "afghan": asian_lists.afghan_lists,
    "pakistani": asian_lists.pakistani_lists,
    "indian": asian_lists.indian_lists,
    "russian": european_lists.russian_lists,
    "ukrainian": european_lists.ukrainian_lists,
    "chinese": asian_lists.chinese_lists,
    "korean": asian_lists.korean_lists,
    "japanese": asian_lists.japanese_lists,
    "vietnamese": asian_lists.vietnamese_lists,
    "turkish": european_lists.turkish_lists,
    "west-african": european_lists.west_african_lists,
    "horn-african": european_lists.horn_african_lists,
    "spanish": european_lists.spanish_lists,
    "english": european_lists.english_lists,
    "french": european_lists.french_lists,
    "german": european_lists.german_lists,
    "balkan": european_lists.balkan_lists,
    "greek": european_lists.greek_lists,
    "georgian": european_lists.georgian_lists,
    "armenian": european_lists.armenian_lists,
}
