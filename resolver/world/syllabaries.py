"""Names of China, Korea, Japan and India in Latin letters.

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

from resolver.reference.tables import transliterate
from resolver.world.alphabets import Spellings, pair_signs, parse_pairs, replace_longest

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
