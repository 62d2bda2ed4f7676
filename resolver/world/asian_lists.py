"""Name lists of Arabic, Iranian, South Asian, Chinese, Korean, Japanese and Vietnamese cultures."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from itertools import pairwise

from resolver.world import alphabets, name_lists, syllabaries
from resolver.world.alphabets import Spellings
from resolver.world.name_lexicon import Word
from resolver.world.name_lists import (
    NameLists,
    TailMaker,
    TailPair,
    WordPair,
    cut_characters,
    cut_devanagari,
    cut_phonemic,
    cut_readings,
    cut_words,
    drop_native,
    for_both_genders,
    is_katakana,
    listed_names,
    make_words,
    read_nicknames,
)

_ARABIC_TITLES = ("Sheikh Haj Dr. Eng. Mr. Ustaz", "Hajja Dr. Mrs. Ms.")
_IRANIAN_TITLES = ("Haji Dr. Eng. Sayed Mr. Mullah", "Dr. Mrs. Ms.")
_SOUTH_ASIAN_TITLES = ("Mr. Dr. Haji Engr. Shri Prof.", "Mrs. Ms. Dr. Smt.")
_PERSIAN_FAMILY_ENDS = ("I", "I", "I", "zAde", "pUr", "nejAd", "yAn", "far", "fard")


def make_arabic_lists(culture: str, flat_family: float, extra: Iterable[str] = ()) -> NameLists:
    """Make the Arabic lists with the family names of a region, and with `extra` names in Latin
    letters only.
    """
    family = listed_names(f"{culture} family")
    build = partial(make_words, rule=alphabets.spell_arabic_script, pets=read_nicknames("arabic"))
    families = build(family) + make_words(extra, partial(alphabets.spell_latin, language="french"))
    families = [
        Word(drop_native(word.spellings)) if word.spellings.native == word.spellings.c else word
        for word in families
    ]
    men, women = listed_names("arabic male"), listed_names("arabic female")
    tails = TailMaker(culture, alphabets.spell_arabic_script, cut_phonemic)
    single = _single_words(men)
    composed = [f"{prefix}{name}" for prefix in ("bin ", "abU ") for name in single]
    composed += [f"al-{name}I" for name in single if name[-1] not in "aAIUY@'"]
    return NameLists(
        (build(men), build(women)),
        for_both_genders(families),
        9.0,
        flat_family,
        titles=_ARABIC_TITLES,
        given_tails=_arabic_given_tails(),
        family_tails=tails.make_family(family + composed),
    )


@cache
def _arabic_given_tails() -> TailPair:
    """Return the rare names (tails) of given names, which are the same in all Arabic cultures."""
    tails = TailMaker("arabic", alphabets.spell_arabic_script, cut_phonemic)
    return tails.make_given(listed_names("arabic male"), listed_names("arabic female"))


def _single_words(entries: Iterable[str]) -> list[str]:
    """Return the names of one word in a list, without their customary spellings."""
    names = [entry.partition(":")[0] for entry in entries]
    return [name for name in names if not {" ", "-"} & set(name)]


def make_persian_lists() -> NameLists:
    """Make the Persian lists."""
    rule = partial(alphabets.spell_arabic_script, language="fa")
    stems, ends = listed_names("persian family stem"), _PERSIAN_FAMILY_ENDS
    composed = [
        stem + ends[(at + turn) % len(ends)]
        for turn in (0, 3, 4, 5, 6)
        for at, stem in enumerate(stems)
    ]
    families = list(dict.fromkeys(composed + listed_names("persian family place")))
    men, women = listed_names("persian male"), listed_names("persian female")
    build = partial(make_words, rule=rule, pets=read_nicknames("iranian"))
    tails = TailMaker("persian", rule, cut_phonemic)
    return NameLists(
        (build(men), build(women)),
        for_both_genders(make_words(families, rule)),
        7.0,
        20.0,
        titles=_IRANIAN_TITLES,
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(families),
    )


def make_afghan_lists() -> NameLists:
    """Make the Afghan lists."""
    rule = partial(alphabets.spell_arabic_script, language="fa")
    men, women, families = (
        listed_names(f"afghan {names}") for names in ("male", "female", "family")
    )
    build = partial(make_words, rule=rule, pets=read_nicknames("iranian"))
    tails = TailMaker("afghan", rule, cut_phonemic)
    stems = [
        name for name in _single_words(listed_names("persian male")) if name[-1] not in "aeAIU"
    ]
    composed = [f"{stem}{ending}" for ending in ("I", "zay", "zAda", "yAr") for stem in stems]
    return NameLists(
        (build(men), build(women)),
        for_both_genders(build(families)),
        5.5,
        3.5,
        titles=_IRANIAN_TITLES,
        given_tails=tails.make_given(men + stems, women + listed_names("persian female")),
        family_tails=tails.make_family(families + composed),
    )


def make_pakistani_lists() -> NameLists:
    """Make the Pakistani lists."""
    rule = partial(alphabets.spell_arabic_script, language="ur")
    men, women, family = (
        listed_names(f"pakistani {names}") for names in ("male", "female", "family")
    )
    build = partial(make_words, rule=rule, pets=read_nicknames("south asian"))
    families, tails = build(family), TailMaker("pakistani", rule, cut_phonemic)
    by_ear = partial(alphabets.spell_latin, language="african")
    listed = {word.spellings.standard for word in families}
    others = [name for name in name_lists.read_names("en_PK", "last_names") if name not in listed]
    families += [Word(drop_native(word.spellings)) for word in make_words(others, by_ear)]
    return NameLists(
        (build(men), build(women)),
        for_both_genders(families),
        6.5,
        6.0,
        titles=_SOUTH_ASIAN_TITLES,
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(family + men),
    )


def make_indian_lists() -> NameLists:
    """Make the Indian lists."""
    men = name_lists.extend_names(listed_names("indian male"), "hi_IN", "first_names_male", 220)
    women = name_lists.extend_names(
        listed_names("indian female"), "hi_IN", "first_names_female", 170
    )
    families = name_lists.extend_names(listed_names("indian family"), "hi_IN", "last_names", 150)
    build = partial(
        make_words, rule=syllabaries.spell_devanagari, pets=read_nicknames("south asian")
    )
    tails = TailMaker("indian", syllabaries.spell_devanagari, cut_devanagari, nicknames=False)
    return NameLists(
        (build(men), build(women)),
        for_both_genders(build(families)),
        28.0,
        7.3,
        titles=_SOUTH_ASIAN_TITLES,
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(families + men),
    )


def make_chinese_lists() -> NameLists:
    """Make the Chinese lists."""
    listed = name_lists.read_names("zh_CN", "last_names")[:260]
    families = for_both_genders(make_words(listed, syllabaries.spell_chinese_family))
    given_names = []
    for gender in ("male", "female"):
        first, second = (listed_names(f"chinese {gender} {part}") for part in ("first", "second"))
        common = name_lists.read_names("zh_CN", f"first_names_{gender}")
        composed = [a + b for b in second for a in first]
        composed += name_lists.read_names("zh_TW", f"first_names_{gender}")
        given_names.append(name_lists.combine_lists(common, composed, 700))
    men, women = given_names
    build = partial(make_words, rule=syllabaries.spell_chinese_given)
    tails = TailMaker("chinese", syllabaries.spell_chinese_given, cut_characters, nicknames=False)
    shared = listed_names("chinese rare")
    return NameLists(
        (build(men), build(women)),
        families,
        80.0,
        2.5,
        middle=_make_western_names(),
        given_tails=tails.make_given(
            _rotate(shared + listed_names("chinese rare male"), 5),
            _rotate(shared + listed_names("chinese rare female"), 5),
        ),
        exponent_given=1.6,
    )


def _rotate(signs: list[str], step: int) -> list[str]:
    """Return names of two characters: each character with the character `step` positions later."""
    return [a + b for a, b in zip(signs, signs[step:] + signs[:step], strict=True)]


def _make_western_names() -> WordPair:
    rule = partial(alphabets.spell_latin, language="english")
    men, women = (
        make_words(listed_names(f"western {gender}"), rule) for gender in ("male", "female")
    )
    return [Word(drop_native(word.spellings)) for word in men], [
        Word(drop_native(word.spellings)) for word in women
    ]


def make_korean_lists() -> NameLists:
    """Make the Korean lists."""
    given_names = []
    for gender in ("male", "female"):
        first, second = (listed_names(f"korean {gender} {part}") for part in ("first", "second"))
        composed = [a + b for b in second for a in first if a != b]
        common = name_lists.read_names("ko_KR", f"first_names_{gender}")
        given_names.append(name_lists.combine_lists(common, composed, 420))
    men, women = given_names
    build = partial(make_words, rule=syllabaries.spell_korean_given)
    tails = TailMaker("korean", syllabaries.spell_korean_given, cut_characters, nicknames=False)
    rare = listed_names("korean rare")
    syllables = [
        listed_names(f"korean {gender} first") + listed_names(f"korean {gender} second")
        for gender in ("male", "female")
    ]
    listed = name_lists.read_names("ko_KR", "last_names")
    families = for_both_genders(make_words(listed, syllabaries.spell_korean_family))
    return NameLists(
        (build(men), build(women)),
        families,
        50.0,
        0.8,
        middle=_make_western_names(),
        given_tails=tails.make_given(*(_rotate(rare + common, 7) for common in syllables)),
        exponent_given=1.6,
    )


def make_japanese_lists() -> NameLists:
    """Make the Japanese lists."""
    given_names = (
        _make_japanese_words("first_name_male_pairs", listed_names("japanese male")),
        _make_japanese_words("first_name_female_pairs", listed_names("japanese female")),
    )
    families = _make_japanese_words("last_name_pairs", listed_names("japanese family"))
    tails = TailMaker("japanese", _spell_with_reading, cut_readings, nicknames=False)
    men, women, family = (
        _pair_parts(
            listed_names(f"japanese {names} first"), listed_names(f"japanese {names} second")
        )
        for names in ("male", "female", "family")
    )
    return NameLists(
        given_names,
        for_both_genders(families),
        14.0,
        9.5,
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(family + listed_names("japanese long family")),
    )


def _pair_parts(first: list[str], second: list[str]) -> list[str]:
    """Return names that consist of a first and a second part; each part occurs at least once."""
    count = max(len(first), len(second))
    return [first[at % len(first)] + second[at % len(second)] for at in range(count)]


def _spell_with_reading(text: str) -> Spellings:
    """Return the spellings of characters that are each followed by their reading in katakana."""
    reading = "".join(sign for sign in text if is_katakana(sign))
    return syllabaries.spell_japanese(
        "".join(sign for sign in text if not is_katakana(sign)), reading
    )


def _make_japanese_words(listed: str, extra: list[str]) -> list[Word]:
    """Make words from a list of Faker, and from pairs of characters and their reading."""
    pairs = name_lists.read_japanese_names(listed)
    extra_pairs = [entry.split(":") for entry in extra]
    readings = {pair[0]: pair[1] for pair in [*pairs, *extra_pairs]}
    spellings = [syllabaries.spell_japanese(text, reading) for text, reading in readings.items()]
    pets = read_nicknames("east asian")
    return [Word(spelling, pets.get(spelling.standard, "")) for spelling in spellings]


def make_vietnamese_lists() -> NameLists:
    """Make the Vietnamese lists."""
    rule = partial(alphabets.spell_latin, language="vietnamese")
    build = partial(make_words, rule=rule)
    middle = (
        build(listed_names("vietnamese middle male")),
        build(listed_names("vietnamese middle female")),
    )
    tails = TailMaker("vietnamese", rule, cut_words, nicknames=False)
    men, women = listed_names("vietnamese male"), listed_names("vietnamese female")
    return NameLists(
        (build(men), build(women)),
        for_both_genders(build(listed_names("vietnamese family"))),
        12.0,
        0.4,
        middle=middle,
        given_tails=tails.make_given(
            [f"{a} {b}" for a, b in pairwise(men)], [f"{a} {b}" for a, b in pairwise(women)]
        ),
    )
