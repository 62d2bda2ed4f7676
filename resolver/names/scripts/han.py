"""Names in Chinese characters, kana and Hangul: split them, level characters, and read them.

- `split_family_first` and `japanese_split` split a name that is written as one word into family
  name and given name.
- `level_han` gives traditional, simplified and Japanese forms of a character one spelling.
- `korean_reading` reads characters by syllables, with one usual reading per character
  (`sino_korean.txt`, which names its origin). At the beginning of a word ㄹ and ㄴ soften; after a
  vowel or ㄴ the syllables 렬 and 률 become 열 and 율 (Hangul orthography of 1988, sections 10 to
  12).
- `japanese_reading` reads words with a table of names and common words (`japanese_readings.txt.xz`,
  from UniDic; `.ci/japanese-readings` writes the table). The table has the usual reading of a word,
  not every reading that a name may have. A word that is not in the table is read in parts. The
  table takes 0.4 s to load and 20 MB of memory, and is loaded when the first word is read.
- `readings` gives the readings of a word that no table of names contains; it also reads scripts of
  India.
"""

from __future__ import annotations

import lzma
import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from resolver.data import FOLDER, load_words
from resolver.names.folding import HAN
from resolver.names.scripts.detection import parse_pairs
from resolver.names.scripts.indic import INDIC, transliterate_indic
from resolver.runtime.icu import Transliterator
from resolver.runtime.text_cache import cache_short_texts

_COMPOUND_SURNAMES = tuple(load_words("family_names", use="Chinese of two characters"))
_LONG_SURNAMES = tuple(load_words("family_names", use="Japanese of three characters"))
_REPEATED = "々"
_JAPANESE = re.compile(f"(?:{HAN.pattern}|[\u3041-\u30ff]|{_REPEATED})+")


def split_family_first(word: str) -> list[str]:
    """Split a Han or Hangul name without spaces after the family name.

    Words longer than personal names stay whole.
    """
    if not 2 <= len(word) <= 5:
        return [word]
    cut = 2 if word.startswith(_COMPOUND_SURNAMES) and len(word) > 2 else 1
    return [word[:cut], word[cut:]]


@cache_short_texts(50_000)
def japanese_split(text: str) -> tuple[str, ...]:
    """Return a Han name of three to six characters split as most Japanese names are; an empty tuple
    for other texts.

    The cut is after the second character, or after the third for some family names; kana may follow
    the second character. `tokenize_person` cuts after the first character, as in most Chinese and
    Korean names.
    """
    word = text.strip()
    if not 3 <= len(word) <= 6 or word.startswith(_COMPOUND_SURNAMES):
        return ()
    if not all(
        HAN.match(letter) or letter == _REPEATED for letter in word[:2]
    ) or not _JAPANESE.fullmatch(word):
        return ()
    cut = 3 if word.startswith(_LONG_SURNAMES) and len(word) > 3 else 2
    return (f"{word[:cut]} {word[cut:]}",)


_HAN_VARIANTS_JAPANESE = {
    ord(form): base
    for form, base in parse_pairs(
        """
        沢=泽 斎=齐 齋=齐 斉=齐 広=广 浜=滨 邉=边 辺=边 桜=樱 竜=龙 恵=惠 栄=荣 実=实 寿=寿 眞=真
        滝=泷 県=县 渋=涩 浅=浅 済=济 塩=盐 黒=黑 徳=德 来=来 条=条 豊=丰 円=圆 関=关 鉄=铁 静=静
        弥=弥 亜=亚 芦=芦 剣=剑 経=经 継=继 歳=岁 髙=高 﨑=崎 嶋=岛 島=岛 嶌=岛 冨=富 峯=峰 濵=滨
        澁=涩 廣=广 氷=冰 予=予 児=儿 団=团 図=图 壱=一 専=专 対=对 帯=带 悪=恶 楽=乐 気=气 沖=冲
        瀬=濑 焼=烧 猟=猎 穂=穗 総=总 聡=聪 薫=熏 蔵=藏 覚=觉 訳=译 読=读 説=说 転=转 軽=轻 辻=辻
        郷=乡 釈=释 銭=钱 鋭=锐 録=录 鎌=镰 霊=灵 頼=赖 顔=颜 顕=显 駅=驿 験=验 鶏=鸡 麦=麦 黙=默
        薬=药 発=发 繊=纤 鉱=矿 価=价 伝=传 仏=佛 労=劳 応=应 拡=扩 検=检 権=权 戦=战 撃=击 浄=净
        営=营 変=变 続=续 絵=绘 縄=绳 処=处 触=触 択=择 単=单 収=收 従=从 舎=舍 乗=乘 縦=纵 粛=肃
        証=证 桟=栈 歯=齿 臓=脏 蛍=萤 覇=霸 両=两 稲=稻 楼=楼 産=产 銃=铳 勲=勋 焔=焰 暁=晓 渓=溪
        蘂=蕊 郎=郎
        """
    )
}

_TO_JAPANESE = {
    ord(base): chr(form) for form, base in reversed(_HAN_VARIANTS_JAPANESE.items()) if base
}


@cache
def _to_traditional() -> Transliterator:
    return Transliterator("Hans-Hant")


def japanese_form(word: str) -> str:
    """Return a word in Chinese characters, with its simplified characters replaced by those that
    Japanese uses.
    """
    return _to_traditional().transliterate(word.translate(_TO_JAPANESE))


@cache
def _to_simplified() -> Transliterator:
    return Transliterator("Hant-Hans")


@cache_short_texts(20_000)
def level_han(word: str) -> str:
    """Return a word with each character in its simplified form, if it has one."""
    normal = unicodedata.normalize("NFKC", word).translate(_HAN_VARIANTS_JAPANESE)
    return _to_simplified().transliterate(normal)


_FIRST_SYLLABLE = 0xAC00
_FINALS, _VOWELS = 28, 21
"""Numbers of final consonants (none included) and of vowels: how Unicode orders syllables."""
_N, _R, _SILENT = 2, 5, 11
"""Places of ㄴ, ㄹ and ㅇ among the initial consonants."""
_IOTIZED = frozenset((2, 6, 7, 12, 17, 20))
"""Places of ㅑ ㅕ ㅖ ㅛ ㅠ ㅣ among the vowels."""
_SOFTEN_N = frozenset((6, 12, 17, 20))
"""Places of ㅕ ㅛ ㅠ ㅣ, before which ㄴ softens."""
_NO_FINAL, _FINAL_N = 0, 4
_SOFT_WITHIN = {"렬": "열", "률": "율"}


def korean_reading(word: str) -> str:
    """Return the reading of a word in Hangul; empty if a character of the word is not in the
    table.
    """
    table = _table()
    reading = ""
    for character in word:
        syllable = table.get(character, "")
        if not syllable:
            return ""
        reading += _after(reading[-1], syllable) if reading else _at_beginning(syllable)
    return reading


def korean_syllables() -> frozenset[str]:
    """Return all readings of characters, in Hangul."""
    return frozenset(_table().values())


@cache
def _table() -> dict[str, str]:
    text = (FOLDER / "sino_korean.txt").read_text("utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return {character: reading for reading, all_ in parse_pairs(lines) for character in all_}


def _at_beginning(syllable: str) -> str:
    """Return the spelling of a syllable at the beginning of a word: 녀 → 여, 리 → 이, 로 → 노."""
    place = ord(syllable) - _FIRST_SYLLABLE
    initial, vowel = divmod(place // _FINALS, _VOWELS)
    if initial == _R:
        initial = _SILENT if vowel in _IOTIZED else _N
    elif initial == _N and vowel in _SOFTEN_N:
        initial = _SILENT
    return chr(_FIRST_SYLLABLE + (initial * _VOWELS + vowel) * _FINALS + place % _FINALS)


def _after(previous: str, syllable: str) -> str:
    final = (ord(previous) - _FIRST_SYLLABLE) % _FINALS
    return _SOFT_WITHIN.get(syllable, syllable) if final in (_NO_FINAL, _FINAL_N) else syllable


LONGEST = 8
"""Characters of the longest word that is read."""
REST = "-"
"""Stands in the table for the rest of a word, before or after a character."""
_TABLE = "japanese_readings.txt.xz"
_JAPANESE_REPEATED = re.compile("(.)々")


def japanese_reading(word: str) -> str:
    """Return the reading of a word in Latin letters, with long vowels short as in passports (太郎 →
    taro).

    The reading is empty if a character of the word has no reading. The sign 々 repeats the
    character before it.
    """
    table = _japanese_table()
    return read_by_parts(word, table) or read_by_parts(_JAPANESE_REPEATED.sub(r"\1\1", word), table)


def read_by_parts(word: str, table: Mapping[str, str]) -> str:
    """Return the readings of the fewest parts that a table contains, joined; empty if the word has
    no such parts.

    If several cuts have equally few parts, the one with the longest first part counts: 山田太郎 is
    山田 and 太郎.
    """
    # for each position, the number of parts from there to the end of the word, and their reading
    best: list[tuple[int, str] | None] = [None] * len(word) + [(0, "")]
    for start in range(len(word) - 1, -1, -1):
        for end in range(len(word), start, -1):
            rest, reading = best[end], _part_reading(word, start, end, table)
            if rest is None or reading is None:
                continue
            current = best[start]
            if current is None or rest[0] + 1 < current[0]:
                best[start] = (rest[0] + 1, reading + rest[1])
    return best[0][1] if best[0] is not None else ""


def _part_reading(word: str, start: int, end: int, table: Mapping[str, str]) -> str | None:
    part = word[start:end]
    reading = table.get(part)
    if end - start > 1 or reading is None:
        return reading
    if start:
        return table.get(REST + part, reading)
    return table.get(part + REST, reading) if end < len(word) else reading


@cache
def _japanese_table() -> dict[str, str]:
    data = (FOLDER / _TABLE).read_bytes()
    table = {}
    for line in lzma.decompress(data).decode("utf-8").splitlines():
        if not line.startswith("#"):
            reading, _, words = line.partition("=")
            table.update(dict.fromkeys(words.split(" "), reading))
    return table


_WRITTEN = re.compile(f"{HAN.pattern}|[々\u3041-\u30ff]")
FIXED_READINGS = {
    word: (reading,)
    for word, reading in parse_pairs(
        """
        翔=sho 昭=akira 浩=hiroshi 健=ken 剛=tsuyoshi 誠=makoto 学=manabu 隆=takashi 豊=yutaka
        実=minoru 茂=shigeru 進=susumu 修=osamu 勝=masaru 聡=satoshi 涼=ryo 薫=kaoru 葵=aoi 蓮=ren
        徹=toru 淳=atsushi 翼=tsubasa 栄=sakae 昇=noboru 大輔=daisuke 翔太=shota 陽太=yota
        拓也=takuya
        """
    )
}
"""Given names whose usual Japanese reading is not the dictionary's.

Each reading occurs once, so that names that differ in Chinese do not match by a Japanese reading.
"""


@cache_short_texts(20_000)
def readings(word: str) -> tuple[str, ...]:
    """Return possible readings of a word; an empty tuple for words in other scripts.

    A word in Han characters, perhaps with kana, gives its Japanese reading in Latin letters (with
    long vowels short, as in passports) and its Korean reading in Hangul. A word in a script of
    India gives its reading in Latin letters.
    """
    if INDIC.fullmatch(word):
        return (transliterate_indic(word),)
    if word in FIXED_READINGS:
        return FIXED_READINGS[word]
    if not 0 < len(word) <= LONGEST or not HAN.search(word) or not all(map(_WRITTEN.match, word)):
        return ()
    return tuple(filter(None, (japanese_reading(word), korean_reading(word))))
