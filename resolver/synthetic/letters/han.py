"""Chinese names in Latin letters: pinyin, Wade–Giles, and the spellings of families from the south and overseas."""

from __future__ import annotations

from rigour.text.translit import ascii_text

from resolver.synthetic.letters.base import Spellings

# Readings that a family name has and the character elsewhere has not.
_FAMILY_READING = {
    "曾": "zeng",
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "区": "ou",
    "查": "zha",
    "覃": "qin",
    "翟": "zhai",
    "尹": "yin",
}
_OVERSEAS = {
    "li": "Lee", "wang": "Wong", "chen": "Chan", "huang": "Wong", "zhang": "Cheung", "wu": "Ng", "lin": "Lam",
    "liu": "Lau", "zheng": "Cheng",
    "xu": "Hui", "he": "Ho", "guo": "Kwok", "zhou": "Chow", "liang": "Leung", "xie": "Tse", "cai": "Choi",
    "ye": "Yip", "luo": "Law", "yang": "Yeung",
    "zhu": "Chu", "tang": "Tong", "feng": "Fung", "deng": "Tang", "cao": "Tso", "peng": "Pang", "su": "So",
    "lu": "Lo", "yu": "Yue", "pan": "Poon",
}  # fmt: skip
_HOKKIEN = {
    "chen": "Tan", "lin": "Lim", "huang": "Ng", "wu": "Goh", "cai": "Chua", "zhang": "Teo", "wang": "Ong",
    "li": "Lee", "xu": "Koh", "liu": "Lau",
    "zheng": "Tay", "xie": "Chia", "yang": "Yeo", "guo": "Quek", "hong": "Ang",
}  # fmt: skip
_WADE_FIRST = (
    ("zh", "ch"), ("ch", "ch"), ("sh", "sh"), ("j", "ch"), ("q", "ch"), ("x", "hs"), ("z", "ts"), ("c", "ts"), ("b",
    "p"), ("p", "p"), ("d", "t"),
    ("t", "t"), ("g", "k"), ("k", "k"), ("r", "j"),
)  # fmt: skip
_WADE_WHOLE = {
    "zhi": "chih", "chi": "chih", "shi": "shih", "ri": "jih", "zi": "tzu", "ci": "tzu", "si": "ssu", "you": "yu",
    "yan": "yen", "yong": "yung", "he": "ho",
    "ke": "ko", "ge": "ko", "guo": "kuo", "e": "o", "ye": "yeh", "yu": "yu", "er": "erh",
}  # fmt: skip


def wade_giles(syllable: str) -> str:
    """One pinyin syllable in Wade–Giles without apostrophes, as passports have it."""
    if syllable in _WADE_WHOLE:
        return _WADE_WHOLE[syllable]
    for pinyin, wade in _WADE_FIRST:
        if syllable.startswith(pinyin):
            first, rest = wade, syllable.removeprefix(pinyin)
            break
    else:
        first, rest = "", syllable
    for end, wade_end in (("ong", "ung"), ("ian", "ien"), ("ie", "ieh"), ("uo", "o"), ("ui", "ui")):
        if rest == end and not (end == "uo" and first in ("k", "h", "sh")):
            rest = wade_end
            break
    return first + rest


def syllables(name: str) -> list[str]:
    """The pinyin syllables of a name in Han characters."""
    return ascii_text(name).lower().split()


def family(name: str) -> Spellings:
    """The spellings of a Chinese family name."""
    parts = [_FAMILY_READING[name]] if name in _FAMILY_READING else syllables(name)
    pinyin = "".join(parts)
    wade = "-".join(wade_giles(part) for part in parts)
    overseas = _OVERSEAS.get(pinyin, pinyin.capitalize())
    return Spellings(
        name, pinyin.capitalize(), wade.capitalize(), overseas, _HOKKIEN.get(pinyin, overseas)
    )


def given(name: str) -> Spellings:
    """The spellings of a Chinese given name: as one word, Wade–Giles with hyphen, as two words, with hyphen."""
    parts = syllables(name)
    wade = "-".join(wade_giles(part) for part in parts).capitalize()
    spaced = [part.capitalize() for part in parts]
    return Spellings(name, "".join(parts).capitalize(), wade, " ".join(spaced), "-".join(spaced))
