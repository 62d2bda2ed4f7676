"""Readings of Han words that no table of names contains, and of words in scripts of India.

Japanese readings come from a dictionary (`japanese`). It has the usual reading of a word, not every
one that a name may have. Korean readings are put together by syllables (`sino_korean`). Both tables
are loaded when they are first needed.
"""

from __future__ import annotations

import re

from resolver.normalize.folding import HAN
from resolver.normalize.scripts.indic import INDIC, transliterate_indic
from resolver.normalize.scripts.japanese import LONGEST, japanese_reading
from resolver.normalize.scripts.sino_korean import korean_reading
from resolver.normalize.word_pairs import parse_pairs
from resolver.records.prepared.text_cache import cache_short_texts

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
    """Return possible readings of a word; nothing for words in other scripts.

    A word in Han characters, perhaps with kana, gives its Japanese reading in Latin letters (long
    vowels short, as in passports) and its Korean one in Hangul; a word in a script of India gives
    its Latin letters.
    """
    if INDIC.fullmatch(word):
        return (transliterate_indic(word),)
    if word in FIXED_READINGS:
        return FIXED_READINGS[word]
    if not 0 < len(word) <= LONGEST or not HAN.search(word) or not all(map(_WRITTEN.match, word)):
        return ()
    return tuple(filter(None, (japanese_reading(word), korean_reading(word))))
