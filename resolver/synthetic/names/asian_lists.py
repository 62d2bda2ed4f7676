"""Name lists: Arabic, Iranian, South Asian, Chinese, Korean, Japanese and Vietnamese."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from resolver.synthetic.letters import abjad, han, hangul, indic, kana, latin
from resolver.synthetic.names import faker_lists
from resolver.synthetic.names.name_lexicon import Word
from resolver.synthetic.names.name_lists import (
    NameLists,
    WordPair,
    drop_native,
    for_both_genders,
    make_words,
)
from resolver.synthetic.words import arabic, east_asian, iranian, south_asian


def make_arabic_lists(family: str, extra: Iterable[str] = ()) -> NameLists:
    """Make the Arabic lists with one of two lists of family names, and `extra` Latin-only ones."""
    build = partial(make_words, rule=abjad.spell_arabic_script, pets=arabic.NICKNAMES)
    families = build(family.split()) + make_words(
        extra, partial(latin.spell_latin, language="french")
    )
    families = [
        Word(drop_native(word.spellings)) if word.spellings.native == word.spellings.c else word
        for word in families
    ]
    given_names = (build(arabic.GIVEN_MALE.split()), build(arabic.GIVEN_FEMALE.split()))
    return NameLists(
        given_names,
        for_both_genders(families),
        2.5,
        15.0,
        titles=(arabic.TITLES_MALE, arabic.TITLES_FEMALE),
    )


def make_persian_lists() -> NameLists:
    """Make the Persian lists."""
    rule = partial(abjad.spell_arabic_script, language="fa")
    stems = iranian.PERSIAN_FAMILY_STEMS.split()
    ends = iranian.PERSIAN_FAMILY_ENDS
    composed = [
        stem + ends[(at + turn) % len(ends)]
        for turn in (0, 3, 4, 5, 6)
        for at, stem in enumerate(stems)
    ]
    families = make_words(dict.fromkeys(composed + iranian.PERSIAN_FAMILY_PLACES.split()), rule)
    titles = (iranian.TITLES_MALE, iranian.TITLES_FEMALE)
    men, women = (
        make_words(names.split(), rule, iranian.NICKNAMES)
        for names in (iranian.PERSIAN_MALE, iranian.PERSIAN_FEMALE)
    )
    return NameLists((men, women), for_both_genders(families), 3.0, 30.0, titles=titles)


def make_afghan_lists() -> NameLists:
    """Make the Afghan lists."""
    rule = partial(abjad.spell_arabic_script, language="fa")
    men, women, families = (
        make_words(names.split(), rule, iranian.NICKNAMES)
        for names in (iranian.AFGHAN_MALE, iranian.AFGHAN_FEMALE, iranian.AFGHAN_FAMILY)
    )
    return NameLists(
        (men, women),
        for_both_genders(families),
        6.0,
        8.0,
        titles=(iranian.TITLES_MALE, iranian.TITLES_FEMALE),
    )


def make_pakistani_lists() -> NameLists:
    """Make the Pakistani lists."""
    rule = partial(abjad.spell_arabic_script, language="ur")
    men, women, families = (
        make_words(names.split(), rule, south_asian.NICKNAMES)
        for names in (
            south_asian.PAKISTANI_MALE,
            south_asian.PAKISTANI_FEMALE,
            south_asian.PAKISTANI_FAMILY,
        )
    )
    by_ear = partial(latin.spell_latin, language="african")
    listed = {word.spellings.standard for word in families}
    others = [name for name in faker_lists.read_names("en_PK", "last_names") if name not in listed]
    families += [Word(drop_native(word.spellings)) for word in make_words(others, by_ear)]
    titles = (south_asian.TITLES_MALE, south_asian.TITLES_FEMALE)
    return NameLists((men, women), for_both_genders(families), 4.0, 2.0, titles=titles)


def make_indian_lists() -> NameLists:
    """Make the Indian lists."""
    men = faker_lists.extend_names(south_asian.INDIAN_FIRST_MALE, "hi_IN", "first_names_male", 220)
    women = faker_lists.extend_names(
        south_asian.INDIAN_FIRST_FEMALE, "hi_IN", "first_names_female", 170
    )
    families = faker_lists.extend_names(south_asian.INDIAN_FAMILY, "hi_IN", "last_names", 150)
    build = partial(make_words, rule=indic.spell_devanagari, pets=south_asian.NICKNAMES)
    titles = (south_asian.TITLES_MALE, south_asian.TITLES_FEMALE)
    return NameLists(
        (build(men), build(women)), for_both_genders(build(families)), 20.0, 6.0, titles=titles
    )


def make_chinese_lists() -> NameLists:
    """Make the Chinese lists."""
    listed = faker_lists.read_names("zh_CN", "last_names")[:260]
    families = for_both_genders(make_words(listed, han.spell_chinese_family))
    given_names = []
    for (first, second), gender in (
        (east_asian.CHINESE_MALE, "male"),
        (east_asian.CHINESE_FEMALE, "female"),
    ):
        common = faker_lists.read_names("zh_CN", f"first_names_{gender}")
        composed = [a + b for b in second for a in first]
        composed += faker_lists.read_names("zh_TW", f"first_names_{gender}")
        names = faker_lists.combine_lists(" ".join(common), composed, 700)
        given_names.append(make_words(names, han.spell_chinese_given))
    return NameLists(
        (given_names[0], given_names[1]), families, 150.0, 2.5, middle=_make_western_names()
    )


def _make_western_names() -> WordPair:
    rule = partial(latin.spell_latin, language="english")
    men, women = (
        make_words(names.split(), rule)
        for names in (east_asian.WESTERN_MALE, east_asian.WESTERN_FEMALE)
    )
    return [Word(drop_native(word.spellings)) for word in men], [
        Word(drop_native(word.spellings)) for word in women
    ]


def make_korean_lists() -> NameLists:
    """Make the Korean lists."""
    given_names = []
    for (first, second), gender in (
        (east_asian.KOREAN_MALE, "male"),
        (east_asian.KOREAN_FEMALE, "female"),
    ):
        composed = [a + b for b in second for a in first if a != b]
        common = faker_lists.read_names("ko_KR", f"first_names_{gender}")
        names = faker_lists.combine_lists(" ".join(common), composed, 420)
        given_names.append(make_words(names, hangul.spell_korean_given))
    listed = faker_lists.read_names("ko_KR", "last_names")
    families = for_both_genders(make_words(listed, hangul.spell_korean_family))
    return NameLists(
        (given_names[0], given_names[1]), families, 80.0, 0.8, middle=_make_western_names()
    )


def make_japanese_lists() -> NameLists:
    """Make the Japanese lists."""
    from faker.providers.person.ja_JP import Provider

    given_names = (
        _make_japanese_words(Provider.first_name_male_pairs, east_asian.JAPANESE_MALE),
        _make_japanese_words(Provider.first_name_female_pairs, east_asian.JAPANESE_FEMALE),
    )
    families = _make_japanese_words(Provider.last_name_pairs, east_asian.JAPANESE_FAMILY)
    return NameLists(given_names, for_both_genders(families), 30.0, 15.0)


def _make_japanese_words(pairs: Iterable[Sequence[str]], extra: str) -> list[Word]:
    """Make words from pairs of characters and reading."""
    extra_pairs = [entry.split(":") for entry in extra.split()]
    readings = {pair[0]: pair[1] for pair in [*pairs, *extra_pairs]}
    spellings = [kana.spell_japanese(text, reading) for text, reading in readings.items()]
    pets = east_asian.NICKNAMES
    return [Word(spelling, pets.get(spelling.standard, "")) for spelling in spellings]


def make_vietnamese_lists() -> NameLists:
    """Make the Vietnamese lists."""
    build = partial(make_words, rule=partial(latin.spell_latin, language="vietnamese"))
    middle = (
        build(east_asian.VIETNAMESE_MIDDLE_MALE.split()),
        build(east_asian.VIETNAMESE_MIDDLE_FEMALE.split()),
    )
    given_names = (
        build(east_asian.VIETNAMESE_MALE.split()),
        build(east_asian.VIETNAMESE_FEMALE.split()),
    )
    return NameLists(
        given_names,
        for_both_genders(build(east_asian.VIETNAMESE_FAMILY.split())),
        40.0,
        0.4,
        middle=middle,
    )
