"""Name lists of Arab, Iranian, South and East Asian cultures, and their names in Latin letters.

- Chinese names are written in pinyin and Wade–Giles; family names also as in southern China and
  overseas.
- Korean names are written by the revised system, by McCune–Reischauer without diacritics, and by
  custom.
- Names in Devanagari are written without the vowels that are silent in speech.
- Japanese names are written in characters, in kana, and in Latin letters by Hepburn, by the school
  system (Kunrei), and with long vowels shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, partial
from itertools import pairwise

from resolver.reference import transliterate
from resolver.world import alphabets, name_lists
from resolver.world.alphabets import Spellings, pair_signs, parse_pairs, replace_longest
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

# Readings of characters that apply to family names only.
_FAMILY_READING = parse_pairs("""
曾:zeng 单:shan 解:xie 仇:qiu 区:ou 查:zha 覃:qin 翟:zhai 尹:yin
""")
_OVERSEAS = parse_pairs("""
li:Lee wang:Wong chen:Chan huang:Wong zhang:Cheung wu:Ng lin:Lam liu:Lau zheng:Cheng xu:Hui he:Ho
guo:Kwok zhou:Chow liang:Leung xie:Tse cai:Choi ye:Yip luo:Law yang:Yeung zhu:Chu tang:Tong
feng:Fung deng:Tang cao:Tso peng:Pang su:So lu:Lo yu:Yue pan:Poon
""")
_HOKKIEN = parse_pairs("""
chen:Tan lin:Lim huang:Ng wu:Goh cai:Chua zhang:Teo wang:Ong li:Lee xu:Koh liu:Lau zheng:Tay
xie:Chia yang:Yeo guo:Quek hong:Ang
""")
_WADE_INITIALS = parse_pairs(
    "zh:ch ch:ch sh:sh j:ch q:ch x:hs z:ts c:ts b:p p:p d:t t:t g:k k:k r:j"
)
_WADE_ENDINGS = parse_pairs("ong:ung ian:ien ie:ieh uo:o ui:ui")
_WADE_WHOLE = parse_pairs("""
zhi:chih chi:chih shi:shih ri:jih zi:tzu ci:tzu si:ssu you:yu yan:yen yong:yung he:ho ke:ko ge:ko
guo:kuo e:o ye:yeh yu:yu er:erh
""")


def to_wade_giles(syllable: str) -> str:
    """Convert one pinyin syllable to Wade–Giles without apostrophes, as in passports."""
    if syllable in _WADE_WHOLE:
        return _WADE_WHOLE[syllable]
    for pinyin, wade in _WADE_INITIALS.items():
        if syllable.startswith(pinyin):
            initial, rest = wade, syllable.removeprefix(pinyin)
            break
    else:
        initial, rest = "", syllable
    for ending, wade_ending in _WADE_ENDINGS.items():
        if rest == ending and not (ending == "uo" and initial in ("k", "h", "sh")):
            rest = wade_ending
            break
    return initial + rest


def pinyin_syllables(name: str) -> list[str]:
    """Return the pinyin syllables of a name in Han characters."""
    return transliterate(name).lower().split()


def spell_chinese_family(name: str) -> Spellings:
    """Return the spellings of a Chinese family name."""
    parts = [_FAMILY_READING[name]] if name in _FAMILY_READING else pinyin_syllables(name)
    pinyin = "".join(parts)
    wade = "-".join(to_wade_giles(part) for part in parts)
    overseas = _OVERSEAS.get(pinyin, pinyin.capitalize())
    return Spellings(
        name, pinyin.capitalize(), wade.capitalize(), overseas, _HOKKIEN.get(pinyin, overseas)
    )


def spell_chinese_given(name: str) -> Spellings:
    """Return the spellings of a Chinese given name.

    These are one word, Wade–Giles with a hyphen, two words, and pinyin with a hyphen.
    """
    parts = pinyin_syllables(name)
    wade = "-".join(to_wade_giles(part) for part in parts).capitalize()
    capitalized = [part.capitalize() for part in parts]
    return Spellings(
        name, "".join(parts).capitalize(), wade, " ".join(capitalized), "-".join(capitalized)
    )


_BASE = 0xAC00


def _split_sounds(text: str) -> tuple[str, ...]:
    """Return the sounds of a list; `-` is a silent letter."""
    return tuple("" if sound == "-" else sound for sound in text.split())


_FIRST = _split_sounds("g kk n d tt r m b pp s ss - j jj ch k t p h")
_FIRST_OLD = _split_sounds("k kk n t tt r m p pp s ss - ch tch ch k t p h")
_MIDDLE = _split_sounds("a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i")
_MIDDLE_OLD = _split_sounds("a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i")
_MIDDLE_OWN = _split_sounds("a ae ya yae u e you ye o wa wae oi yo oo wo we wi yoo eu ui ee")
_LAST = _split_sounds("- k k k n n n t l k m l l l p l m p p t t ng t t k t p -")
_FAMILY = parse_pairs("""
김:Kim,Kim,Gim,Kim 이:Lee,Yi,Rhee,Li 박:Park,Pak,Bak,Bark 정:Jeong,Chong,Jung,Chung
최:Choi,Choe,Choi,Chey 조:Cho,Cho,Jo,Joe 강:Kang,Kang,Gang,Kang 윤:Yoon,Yun,Youn,Yun
장:Jang,Chang,Jang,Chang 임:Lim,Im,Rim,Yim 한:Han,Han,Hahn,Han 오:Oh,O,Oh,Oh 서:Seo,So,Suh,Su
신:Shin,Sin,Shin,Sheen 권:Kwon,Kwon,Gwon,Kwon 황:Hwang,Hwang,Whang,Hwang 안:Ahn,An,Ahn,An
송:Song,Song,Song,Soong 류:Ryu,Ryu,Yoo,Yu 유:Yoo,Yu,You,Ryu 홍:Hong,Hong,Hong,Houng
전:Jeon,Chon,Jun,Chun 고:Ko,Ko,Go,Koh 문:Moon,Mun,Moon,Mun 손:Son,Son,Sohn,Son 배:Bae,Pae,Bae,Pai
백:Baek,Paek,Paik,Baik 허:Heo,Ho,Huh,Hur 노:Noh,No,Roh,Ro 심:Shim,Sim,Shim,Sim 하:Ha,Ha,Hah,Ha
곽:Kwak,Kwak,Gwak,Kwag 차:Cha,Cha,Cha,Char 주:Joo,Chu,Ju,Chu 우:Woo,U,Woo,Wu 구:Koo,Ku,Gu,Goo
민:Min,Min,Min,Minn 진:Jin,Chin,Jin,Chin
""")


def _syllable(sign: str, first: tuple[str, ...], middle: tuple[str, ...]) -> str:
    code = ord(sign) - _BASE
    return first[code // 588] + middle[code % 588 // 28] + _LAST[code % 28]


def spell_korean_family(name: str) -> Spellings:
    """Return the spellings of a Korean family name."""
    if name in _FAMILY:
        return Spellings(name, *_FAMILY[name].split(","))
    revised = "".join(_syllable(sign, _FIRST, _MIDDLE) for sign in name).capitalize()
    older = "".join(_syllable(sign, _FIRST_OLD, _MIDDLE_OLD) for sign in name).capitalize()
    own = "".join(_syllable(sign, _FIRST, _MIDDLE_OWN) for sign in name).capitalize()
    return Spellings(name, revised, older, own, own)


def spell_korean_given(name: str) -> Spellings:
    """Return the spellings of a Korean given name: as one word, with a hyphen, and as two words."""
    revised = [_syllable(sign, _FIRST, _MIDDLE) for sign in name]
    older = [_syllable(sign, _FIRST_OLD, _MIDDLE_OLD) for sign in name]
    own = [_syllable(sign, _FIRST, _MIDDLE_OWN) for sign in name]
    spaced = " ".join(part.capitalize() for part in revised)
    return Spellings(
        name,
        "".join(revised).capitalize(),
        "-".join(older).capitalize(),
        spaced,
        "-".join(own).capitalize(),
    )


_CONSONANTS = pair_signs(
    "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहळ",
    "k kh g gh n ch chh j jh n t th d dh n t th d dh n p ph b bh m y r l v sh sh s h l",
)
_VOWELS = pair_signs("अआइईउऊऋएऐओऔऑ", "a aa i ii u uu ri e ai o au o")
_SIGNS = pair_signs("ािीुूृेैोौॉ", "aa i ii u uu ri e ai o au o")
_NASAL = "ंँ"
_OTHER_SOUNDS = _VOWELS | _SIGNS | dict.fromkeys(_NASAL, "n") | {"ः": "h"}
_VIRAMA, _NUKTA = "्", "़"


def _romanize(word: str) -> str:
    """Romanize a word; `^` stands for an unwritten vowel that may be silent."""
    letters: list[str] = []
    for index, sign in enumerate(word):
        after = word[index + 1 : index + 2]
        if sign in _CONSONANTS:
            letters.append(_CONSONANTS[sign])
            if not (after and (after in _SIGNS or after in (_VIRAMA, _NUKTA))):
                letters.append("^")
        elif sign in _OTHER_SOUNDS:
            letters.append(_OTHER_SOUNDS[sign])
        elif sign not in (_VIRAMA, _NUKTA, "‍", "‌"):
            letters.append(sign)
    text = "".join(letters)
    # The final vowel is silent unless two consonants would then end the word: Sharma, but Ram.
    text = re.sub(r"(?<=[aeiou^])(ch|sh|[kgcjtdpbn]h|[a-z])\^$", r"\1", text)
    return _drop_silent_vowels(text).replace("^", "a")


def _drop_silent_vowels(text: str) -> str:
    """Drop an unwritten vowel that stands between a vowel with one consonant and a consonant with a
    vowel.

    The last such vowel is dropped first.
    """
    while silent_vowels := list(_SILENT.finditer(text)):
        index = silent_vowels[-1].end() - 1
        text = text[:index] + text[index + 1 :]
    return text


_CONSONANT = "(?:ch|sh|[kgcjtdpb]h|[^aeiou^ ])"
_SILENT = re.compile(rf"(?<=[aeiou^]){_CONSONANT}\^(?={_CONSONANT}[aeiou^])")


def spell_devanagari(name: str) -> Spellings:
    """Return the spellings of a name in Devanagari; only the spelling by ear keeps long vowels."""
    letters = " ".join(_romanize(word) for word in name.split())
    plain = letters.replace("aa", "a").replace("ii", "i").replace("uu", "u")
    doubled = (
        plain
        if letters == plain
        else letters.replace("aa", "a").replace("ii", "ee").replace("uu", "oo")
    )
    with_w = re.sub(r"(?<=[aeiou])v(?=[aeiou])|(?<=[sd])v", "w", plain)
    by_ear = re.sub(r"sh(?=[rm])", "s", plain.replace("chh", "ch").replace("ksh", "x"))
    by_ear = "b" + by_ear[1:] if by_ear.startswith("v") else by_ear
    latin = [form.title() for form in (plain, doubled, with_w, by_ear)]
    return Spellings(name, *latin)


_ROWS = parse_pairs("""
:アイウエオ k:カキクケコ s:サシスセソ t:タチツテト n:ナニヌネノ h:ハヒフヘホ m:マミムメモ
r:ラリルレロ g:ガギグゲゴ z:ザジズゼゾ d:ダヂヅデド b:バビブベボ p:パピプペポ
""")
_KUNREI = {
    kana: first + vowel
    for first, row in _ROWS.items()
    for kana, vowel in zip(row, "aiueo", strict=True)
}
_KUNREI |= {
    "ヤ": "ya",
    "ユ": "yu",
    "ヨ": "yo",
    "ワ": "wa",
    "ヲ": "o",
    "ン": "n",
    "ヂ": "zi",
    "ヅ": "zu",
    "ー": "",
}
_KUNREI |= {
    first + small: _KUNREI[first][0] + "y" + vowel
    for first in "キシチニヒミリギジビピ"
    for small, vowel in zip("ャュョ", "auo", strict=True)
}
_HEPBURN = parse_pairs("""
sya:sha syu:shu syo:sho tya:cha tyu:chu tyo:cho zya:ja zyu:ju zyo:jo si:shi ti:chi tu:tsu hu:fu
zi:ji
""")


def spell_japanese(characters: str, kana: str) -> Spellings:
    """Return the spellings of a Japanese name from its characters and its katakana."""
    school = replace_longest(kana, _KUNREI)
    school = re.sub(r"ッ(.)", r"\1\1", school)
    hepburn = replace_longest(school, _HEPBURN)
    short = re.sub(r"ou|oo", "o", hepburn).replace("uu", "u")
    passport = re.sub(r"(?:ou|oo)(?=$|[^aeiou])", "oh", hepburn).replace("uu", "u")
    school_short = re.sub(r"ou|oo", "o", school).replace("uu", "u")
    return Spellings(
        characters,
        short.capitalize(),
        school_short.capitalize(),
        passport.capitalize(),
        hepburn.capitalize(),
        kana,
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
    build = partial(make_words, rule=spell_devanagari, pets=read_nicknames("south asian"))
    tails = TailMaker("indian", spell_devanagari, cut_devanagari, nicknames=False)
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
    families = for_both_genders(make_words(listed, spell_chinese_family))
    given_names = []
    for gender in ("male", "female"):
        first, second = (listed_names(f"chinese {gender} {part}") for part in ("first", "second"))
        common = name_lists.read_names("zh_CN", f"first_names_{gender}")
        composed = [a + b for b in second for a in first]
        composed += name_lists.read_names("zh_TW", f"first_names_{gender}")
        given_names.append(name_lists.combine_lists(common, composed, 700))
    men, women = given_names
    build = partial(make_words, rule=spell_chinese_given)
    tails = TailMaker("chinese", spell_chinese_given, cut_characters, nicknames=False)
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
    build = partial(make_words, rule=spell_korean_given)
    tails = TailMaker("korean", spell_korean_given, cut_characters, nicknames=False)
    rare = listed_names("korean rare")
    syllables = [
        listed_names(f"korean {gender} first") + listed_names(f"korean {gender} second")
        for gender in ("male", "female")
    ]
    listed = name_lists.read_names("ko_KR", "last_names")
    families = for_both_genders(make_words(listed, spell_korean_family))
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
    return spell_japanese("".join(sign for sign in text if not is_katakana(sign)), reading)


def _make_japanese_words(listed: str, extra: list[str]) -> list[Word]:
    """Make words from a list of Faker, and from pairs of characters and their reading."""
    pairs = name_lists.read_japanese_names(listed)
    extra_pairs = [entry.split(":") for entry in extra]
    readings = {pair[0]: pair[1] for pair in [*pairs, *extra_pairs]}
    spellings = [spell_japanese(text, reading) for text, reading in readings.items()]
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
