"""The lists of Arabic, Iranian, Indian, Chinese, Korean, Japanese and Vietnamese names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from resolver.synthetic.letters import abjad, han, hangul, indic, kana, latin
from resolver.synthetic.names import faker_lists
from resolver.synthetic.names.name_lexicon import Word
from resolver.synthetic.names.name_lists import (
    Lists,
    Pair,
    only_latin,
    same,
    words_of,
)
from resolver.synthetic.words import arabic, east_asian, iranian, south_asian


def arabic_lists(family: str, extra: Iterable[str] = ()) -> Lists:
    """The Arabic lists with one of the two lists of families; `extra`: families known in Latin letters only."""
    build = partial(words_of, rule=abjad.spellings, pets=arabic.NICKNAMES)
    families = build(family.split()) + words_of(extra, partial(latin.spellings, language="french"))
    families = [
        Word(only_latin(word.spellings)) if word.spellings.native == word.spellings.c else word
        for word in families
    ]
    given = (build(arabic.GIVEN_MALE.split()), build(arabic.GIVEN_FEMALE.split()))
    return Lists(
        given, same(families), 2.5, 15.0, titles=(arabic.TITLES_MALE, arabic.TITLES_FEMALE)
    )


def persian_lists() -> Lists:
    """The Persian lists."""
    rule = partial(abjad.spellings, language="fa")
    stems = iranian.PERSIAN_FAMILY_STEMS.split()
    ends = iranian.PERSIAN_FAMILY_ENDS
    composed = [
        stem + ends[(at + turn) % len(ends)]
        for turn in (0, 3, 4, 5, 6)
        for at, stem in enumerate(stems)
    ]
    families = words_of(dict.fromkeys(composed + iranian.PERSIAN_FAMILY_PLACES.split()), rule)
    given = tuple(
        words_of(names.split(), rule, iranian.NICKNAMES)
        for names in (iranian.PERSIAN_MALE, iranian.PERSIAN_FEMALE)
    )
    return Lists(
        (given[0], given[1]),
        same(families),
        3.0,
        30.0,
        titles=(iranian.TITLES_MALE, iranian.TITLES_FEMALE),
    )


def afghan_lists() -> Lists:
    """The Afghan lists."""
    rule = partial(abjad.spellings, language="fa")
    men, women, families = (
        words_of(names.split(), rule, iranian.NICKNAMES)
        for names in (iranian.AFGHAN_MALE, iranian.AFGHAN_FEMALE, iranian.AFGHAN_FAMILY)
    )
    return Lists(
        (men, women), same(families), 6.0, 8.0, titles=(iranian.TITLES_MALE, iranian.TITLES_FEMALE)
    )


def pakistani_lists() -> Lists:
    """The Pakistani lists."""
    rule = partial(abjad.spellings, language="ur")
    men, women, families = (
        words_of(names.split(), rule, south_asian.NICKNAMES)
        for names in (
            south_asian.PAKISTANI_MALE,
            south_asian.PAKISTANI_FEMALE,
            south_asian.PAKISTANI_FAMILY,
        )
    )
    by_ear = partial(latin.spellings, language="african")
    known = {word.spellings.standard for word in families}
    others = [name for name in faker_lists.names("en_PK", "last_names") if name not in known]
    families += [Word(only_latin(word.spellings)) for word in words_of(others, by_ear)]
    return Lists(
        (men, women),
        same(families),
        4.0,
        2.0,
        titles=(south_asian.TITLES_MALE, south_asian.TITLES_FEMALE),
    )


def indian_lists() -> Lists:
    """The Indian lists."""
    men = faker_lists.first_then(
        south_asian.INDIAN_FIRST_MALE, faker_lists.names("hi_IN", "first_names_male"), 220
    )
    women = faker_lists.first_then(
        south_asian.INDIAN_FIRST_FEMALE, faker_lists.names("hi_IN", "first_names_female"), 170
    )
    families = faker_lists.first_then(
        south_asian.INDIAN_FAMILY, faker_lists.names("hi_IN", "last_names"), 150
    )
    build = partial(words_of, rule=indic.spellings, pets=south_asian.NICKNAMES)
    titles = (south_asian.TITLES_MALE, south_asian.TITLES_FEMALE)
    return Lists((build(men), build(women)), same(build(families)), 20.0, 6.0, titles=titles)


def chinese_lists() -> Lists:
    """The Chinese lists."""
    families = words_of(faker_lists.names("zh_CN", "last_names")[:260], han.family)
    given = []
    for (first, second), gender in (
        (east_asian.CHINESE_MALE, "male"),
        (east_asian.CHINESE_FEMALE, "female"),
    ):
        common = faker_lists.names("zh_CN", f"first_names_{gender}")
        composed = [a + b for b in second for a in first] + faker_lists.names(
            "zh_TW", f"first_names_{gender}"
        )
        given.append(words_of(faker_lists.first_then(" ".join(common), composed, 700), han.given))
    return Lists((given[0], given[1]), same(families), 150.0, 2.5, middle=_western())


def _western() -> Pair:
    rule = partial(latin.spellings, language="english")
    men, women = (
        words_of(names.split(), rule)
        for names in (east_asian.WESTERN_MALE, east_asian.WESTERN_FEMALE)
    )
    return [Word(only_latin(word.spellings)) for word in men], [
        Word(only_latin(word.spellings)) for word in women
    ]


def korean_lists() -> Lists:
    """The Korean lists."""
    given = []
    for (first, second), gender in (
        (east_asian.KOREAN_MALE, "male"),
        (east_asian.KOREAN_FEMALE, "female"),
    ):
        composed = [a + b for b in second for a in first if a != b]
        given.append(
            words_of(
                faker_lists.first_then(
                    " ".join(faker_lists.names("ko_KR", f"first_names_{gender}")), composed, 420
                ),
                hangul.given,
            )
        )
    return Lists(
        (given[0], given[1]),
        same(words_of(faker_lists.names("ko_KR", "last_names"), hangul.family)),
        80.0,
        0.8,
        middle=_western(),
    )


def japanese_lists() -> Lists:
    """The Japanese lists."""
    from faker.providers.person.ja_JP import Provider

    def words(pairs: Iterable[Sequence[str]], more: str) -> list[Word]:
        readings = {
            pair[0]: pair[1] for pair in [*pairs, *(entry.split(":") for entry in more.split())]
        }
        made = [kana.name(characters, reading) for characters, reading in readings.items()]
        return [
            Word(spelling, east_asian.NICKNAMES.get(spelling.standard, "")) for spelling in made
        ]

    given = (
        words(Provider.first_name_male_pairs, east_asian.JAPANESE_MALE),
        words(Provider.first_name_female_pairs, east_asian.JAPANESE_FEMALE),
    )
    return Lists(
        given, same(words(Provider.last_name_pairs, east_asian.JAPANESE_FAMILY)), 30.0, 15.0
    )


def vietnamese_lists() -> Lists:
    """The Vietnamese lists."""
    build = partial(words_of, rule=partial(latin.spellings, language="vietnamese"))
    middle = (
        build(east_asian.VIETNAMESE_MIDDLE_MALE.split()),
        build(east_asian.VIETNAMESE_MIDDLE_FEMALE.split()),
    )
    given = build(east_asian.VIETNAMESE_MALE.split()), build(east_asian.VIETNAMESE_FEMALE.split())
    return Lists(given, same(build(east_asian.VIETNAMESE_FAMILY.split())), 40.0, 0.4, middle=middle)
