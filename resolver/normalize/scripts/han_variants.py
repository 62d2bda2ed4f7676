"""Forms of Chinese characters, leveled: traditional, simplified and Japanese ones are one."""

from __future__ import annotations

import unicodedata
from functools import cache

from resolver.kernels.icu import Transliterator
from resolver.normalize.word_pairs import parse_pairs
from resolver.records.prepared.text_cache import cache_short_texts

_JAPANESE = {
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

_TO_JAPANESE = {ord(base): chr(form) for form, base in reversed(_JAPANESE.items()) if base}


@cache
def _to_traditional() -> Transliterator:
    return Transliterator("Hans-Hant")


def japanese_form(word: str) -> str:
    """Return a word in Chinese characters with simplified ones as Japanese writes them."""
    return _to_traditional().transliterate(word.translate(_TO_JAPANESE))


@cache
def _to_simplified() -> Transliterator:
    return Transliterator("Hant-Hans")


@cache_short_texts(20_000)
def level_han(word: str) -> str:
    """Return a word with each character in its simplified form, as far as it has one."""
    normal = unicodedata.normalize("NFKC", word).translate(_JAPANESE)
    return _to_simplified().transliterate(normal)
