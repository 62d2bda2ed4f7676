"""Chinese names in Latin letters: pinyin, Wade–Giles, and southern and overseas family names."""

from __future__ import annotations

from resolver.reference.ascii_text import transliterate
from resolver.synthetic.letters.base import Spellings, parse_pairs

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

    One word, Wade–Giles with hyphen, two words, with hyphen.
    """
    parts = pinyin_syllables(name)
    wade = "-".join(to_wade_giles(part) for part in parts).capitalize()
    capitalized = [part.capitalize() for part in parts]
    return Spellings(
        name, "".join(parts).capitalize(), wade, " ".join(capitalized), "-".join(capitalized)
    )
