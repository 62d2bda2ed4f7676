"""Name lists: Arabic, Iranian, South Asian, Chinese, Korean, Japanese and Vietnamese."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from itertools import pairwise

from resolver.synthetic.letters import Spellings, abjad, han, hangul, indic, kana, latin
from resolver.synthetic.names import faker_lists
from resolver.synthetic.names.name_lexicon import Word
from resolver.synthetic.names.name_lists import (
    NameLists,
    TailPair,
    WordPair,
    drop_native,
    for_both_genders,
    make_words,
)
from resolver.synthetic.names.name_tails import (
    TailMaker,
    cut_characters,
    cut_devanagari,
    cut_phonemic,
    cut_readings,
    cut_words,
    is_katakana,
)
from resolver.synthetic.words import arabic, east_asian, iranian, south_asian


def make_arabic_lists(
    culture: str, family: str, flat_family: float, extra: Iterable[str] = ()
) -> NameLists:
    """Make the Arabic lists with one of two lists of family names, and `extra` Latin-only ones."""
    build = partial(make_words, rule=abjad.spell_arabic_script, pets=arabic.NICKNAMES)
    families = build(family.split()) + make_words(
        extra, partial(latin.spell_latin, language="french")
    )
    families = [
        Word(drop_native(word.spellings)) if word.spellings.native == word.spellings.c else word
        for word in families
    ]
    men, women = arabic.GIVEN_MALE.split(), arabic.GIVEN_FEMALE.split()
    tails = TailMaker(culture, abjad.spell_arabic_script, cut_phonemic)
    single = _single_words(men)
    composed = [f"{prefix}{name}" for prefix in ("bin ", "abU ") for name in single]
    composed += [f"al-{name}I" for name in single if name[-1] not in "aAIUY@'"]
    return NameLists(
        (build(men), build(women)),
        for_both_genders(families),
        9.0,
        flat_family,
        titles=(arabic.TITLES_MALE, arabic.TITLES_FEMALE),
        given_tails=_arabic_given_tails(),
        family_tails=tails.make_family(family.split() + composed),
    )


@cache
def _arabic_given_tails() -> TailPair:
    """Return the tails of given names, which are the same in all Arabic cultures."""
    tails = TailMaker("arabic", abjad.spell_arabic_script, cut_phonemic)
    return tails.make_given(arabic.GIVEN_MALE.split(), arabic.GIVEN_FEMALE.split())


def _single_words(entries: Iterable[str]) -> list[str]:
    """Return the names of one word in a list, without their customary spellings."""
    names = [entry.partition(":")[0] for entry in entries]
    return [name for name in names if not {"_", "-"} & set(name)]


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
    families = list(dict.fromkeys(composed + iranian.PERSIAN_FAMILY_PLACES.split()))
    men, women = iranian.PERSIAN_MALE.split(), iranian.PERSIAN_FEMALE.split()
    build = partial(make_words, rule=rule, pets=iranian.NICKNAMES)
    tails = TailMaker("persian", rule, cut_phonemic)
    return NameLists(
        (build(men), build(women)),
        for_both_genders(make_words(families, rule)),
        7.0,
        20.0,
        titles=(iranian.TITLES_MALE, iranian.TITLES_FEMALE),
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(families),
    )


def make_afghan_lists() -> NameLists:
    """Make the Afghan lists."""
    rule = partial(abjad.spell_arabic_script, language="fa")
    men, women, families = (
        names.split()
        for names in (iranian.AFGHAN_MALE, iranian.AFGHAN_FEMALE, iranian.AFGHAN_FAMILY)
    )
    build = partial(make_words, rule=rule, pets=iranian.NICKNAMES)
    tails = TailMaker("afghan", rule, cut_phonemic)
    stems = [
        name for name in _single_words(iranian.PERSIAN_MALE.split()) if name[-1] not in "aeAIU"
    ]
    composed = [f"{stem}{ending}" for ending in ("I", "zay", "zAda", "yAr") for stem in stems]
    return NameLists(
        (build(men), build(women)),
        for_both_genders(build(families)),
        5.5,
        3.5,
        titles=(iranian.TITLES_MALE, iranian.TITLES_FEMALE),
        given_tails=tails.make_given(men + stems, women + iranian.PERSIAN_FEMALE.split()),
        family_tails=tails.make_family(families + composed),
    )


def make_pakistani_lists() -> NameLists:
    """Make the Pakistani lists."""
    rule = partial(abjad.spell_arabic_script, language="ur")
    men, women, family = (
        names.split()
        for names in (
            south_asian.PAKISTANI_MALE,
            south_asian.PAKISTANI_FEMALE,
            south_asian.PAKISTANI_FAMILY,
        )
    )
    build = partial(make_words, rule=rule, pets=south_asian.NICKNAMES)
    families, tails = build(family), TailMaker("pakistani", rule, cut_phonemic)
    by_ear = partial(latin.spell_latin, language="african")
    listed = {word.spellings.standard for word in families}
    others = [name for name in faker_lists.read_names("en_PK", "last_names") if name not in listed]
    families += [Word(drop_native(word.spellings)) for word in make_words(others, by_ear)]
    return NameLists(
        (build(men), build(women)),
        for_both_genders(families),
        6.5,
        6.0,
        titles=(south_asian.TITLES_MALE, south_asian.TITLES_FEMALE),
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(family + men),
    )


def make_indian_lists() -> NameLists:
    """Make the Indian lists."""
    men = faker_lists.extend_names(south_asian.INDIAN_FIRST_MALE, "hi_IN", "first_names_male", 220)
    women = faker_lists.extend_names(
        south_asian.INDIAN_FIRST_FEMALE, "hi_IN", "first_names_female", 170
    )
    families = faker_lists.extend_names(south_asian.INDIAN_FAMILY, "hi_IN", "last_names", 150)
    build = partial(make_words, rule=indic.spell_devanagari, pets=south_asian.NICKNAMES)
    tails = TailMaker("indian", indic.spell_devanagari, cut_devanagari, nicknames=False)
    return NameLists(
        (build(men), build(women)),
        for_both_genders(build(families)),
        28.0,
        7.3,
        titles=(south_asian.TITLES_MALE, south_asian.TITLES_FEMALE),
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(families + men),
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
        given_names.append(faker_lists.combine_lists(" ".join(common), composed, 700))
    men, women = given_names
    build = partial(make_words, rule=han.spell_chinese_given)
    tails = TailMaker("chinese", han.spell_chinese_given, cut_characters, nicknames=False)
    shared = east_asian.CHINESE_RARE
    return NameLists(
        (build(men), build(women)),
        families,
        80.0,
        2.5,
        middle=_make_western_names(),
        given_tails=tails.make_given(
            _rotate(shared + east_asian.CHINESE_RARE_MALE, 5),
            _rotate(shared + east_asian.CHINESE_RARE_FEMALE, 5),
        ),
        exponent_given=1.6,
    )


def _rotate(signs: str, step: int) -> list[str]:
    """Return names of two characters: each one with the one some steps later."""
    return [a + b for a, b in zip(signs, signs[step:] + signs[:step], strict=True)]


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
        given_names.append(faker_lists.combine_lists(" ".join(common), composed, 420))
    men, women = given_names
    build = partial(make_words, rule=hangul.spell_korean_given)
    tails = TailMaker("korean", hangul.spell_korean_given, cut_characters, nicknames=False)
    rare = east_asian.KOREAN_RARE_SYLLABLES
    listed = faker_lists.read_names("ko_KR", "last_names")
    families = for_both_genders(make_words(listed, hangul.spell_korean_family))
    return NameLists(
        (build(men), build(women)),
        families,
        50.0,
        0.8,
        middle=_make_western_names(),
        given_tails=tails.make_given(
            _rotate(rare + "".join(east_asian.KOREAN_MALE), 7),
            _rotate(rare + "".join(east_asian.KOREAN_FEMALE), 7),
        ),
        exponent_given=1.6,
    )


def make_japanese_lists() -> NameLists:
    """Make the Japanese lists."""
    given_names = (
        _make_japanese_words("first_name_male_pairs", east_asian.JAPANESE_MALE),
        _make_japanese_words("first_name_female_pairs", east_asian.JAPANESE_FEMALE),
    )
    families = _make_japanese_words("last_name_pairs", east_asian.JAPANESE_FAMILY)
    tails = TailMaker("japanese", _spell_with_reading, cut_readings, nicknames=False)
    men, women, family = (
        _pair_parts(table)
        for table in (
            east_asian.JAPANESE_MALE_PARTS,
            east_asian.JAPANESE_FEMALE_PARTS,
            east_asian.JAPANESE_FAMILY_PARTS,
        )
    )
    return NameLists(
        given_names,
        for_both_genders(families),
        14.0,
        9.5,
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(family + east_asian.JAPANESE_LONG_FAMILY.split()),
    )


def _pair_parts(table: tuple[str, str]) -> list[str]:
    """Return names of a first and a second part, each part at least once."""
    first, second = (parts.split() for parts in table)
    count = max(len(first), len(second))
    return [first[at % len(first)] + second[at % len(second)] for at in range(count)]


def _spell_with_reading(text: str) -> Spellings:
    """Return the spellings of characters that are each followed by their reading in katakana."""
    reading = "".join(sign for sign in text if is_katakana(sign))
    return kana.spell_japanese("".join(sign for sign in text if not is_katakana(sign)), reading)


def _make_japanese_words(listed: str, extra: str) -> list[Word]:
    """Make words from a list of Faker and pairs of characters and reading."""
    pairs = faker_lists.read_japanese_names(listed)
    extra_pairs = [entry.split(":") for entry in extra.split()]
    readings = {pair[0]: pair[1] for pair in [*pairs, *extra_pairs]}
    spellings = [kana.spell_japanese(text, reading) for text, reading in readings.items()]
    pets = east_asian.NICKNAMES
    return [Word(spelling, pets.get(spelling.standard, "")) for spelling in spellings]


def make_vietnamese_lists() -> NameLists:
    """Make the Vietnamese lists."""
    rule = partial(latin.spell_latin, language="vietnamese")
    build = partial(make_words, rule=rule)
    middle = (
        build(east_asian.VIETNAMESE_MIDDLE_MALE.split()),
        build(east_asian.VIETNAMESE_MIDDLE_FEMALE.split()),
    )
    tails = TailMaker("vietnamese", rule, cut_words, nicknames=False)
    men, women = east_asian.VIETNAMESE_MALE.split(), east_asian.VIETNAMESE_FEMALE.split()
    return NameLists(
        (build(men), build(women)),
        for_both_genders(build(east_asian.VIETNAMESE_FAMILY.split())),
        12.0,
        0.4,
        middle=middle,
        given_tails=tails.make_given(
            [f"{a} {b}" for a, b in pairwise(men)], [f"{a} {b}" for a, b in pairwise(women)]
        ),
    )
