"""Words of addresses and places in normal form, in the languages of some twenty-five countries.

What an address always says in some way (street, house, flat, district) is left out, kinds of
streets that tell two of one name apart have one word each, and towns have their usual name. Words
of the table `address_words` are as `fold` gives them; those of Arabic and Persian letters have no
short vowels.
"""

from __future__ import annotations

import re
from functools import cache

from resolver.data import load_pairs
from resolver.normalize.folding import HAN, HANGUL, fold, is_vowelless, letters
from resolver.normalize.group_lexicons.cities import city_name
from resolver.records.prepared.text_cache import cache_short_texts

_POST_BOX = re.compile(
    r"\b(?:p\.?\s*o\.?\s*box|post\s*(?:office\s*)?box|boite\s+postale"
    r"|(?:b\.?\s?p|p\.?\s?k)\.?(?=\s*\d)"
    r"|(?:casilla|apartado)(?:\s+(?:de\s+)?(?:correos?|postal|aereo))?|ca(?:ixa|sella)\s+postale?"
    r"|skrytka(?:\s+pocztowa)?|postfach|postbus|posta\s+kutusu|а/я|абонентский\s+ящик"
    r"|ص\.?\s?ب\.?|صندوق\s+(?:(?:ال)?بريد|پستی))(?!\w)",
    re.I,
)
_ABBREVIATIONS = re.compile(
    r"\b(?:c/|r\.(?=\s)|n(?:\.|\.?\s?[º°])\s?(?=\d)|s/n\b|пр-т\b|р-н\b|б-р\b|т/ц\b)", re.I
)
_ENDED = re.compile(r"(?<=\w{3})(?:strasse|straat|str)$")
_ARTICLE = re.compile("^\u0627\u0644(?=\\w{3})")
_HAN_ENDS = re.compile(
    "[省市区區县縣镇鎮乡鄉村路街道号號室楼樓层層栋棟座弄巷都府県町丁目番地]+|(?<=\\d)-"
)
_HANGUL_END = re.compile(
    r"(?<=\w{2})(?:특별시|광역시|특별자치[시도]|[시구로길동도읍면군])(?=\s|\d|,|$)"
)


@cache
def _normal_words() -> dict[str, str]:
    return load_pairs("address_words")


def address_words(text: str) -> list[str]:
    """Return the words of an address or a place that tell it from others, sorted, each once.

    If there are no others, all words of the text.
    """
    words = fold(_separated(_POST_BOX.sub(" pobox ", text))).split()
    local = {normal for word in words if (normal := _normal_word(word))}
    return sorted(local or set(words))


def _separated(text: str) -> str:
    """Return a text without abbreviations with a sign inside, and Han and Hangul parts as words."""
    text = _ABBREVIATIONS.sub(" ", text)
    if text.isascii():
        return text
    if HANGUL.search(text):
        return _HANGUL_END.sub("", text)
    if HAN.search(text):
        text = _HAN_ENDS.sub(" ", text)
    # Signs inside these words, such as that of ayn, are no ends.
    return " ".join(
        letters(_ARTICLE.sub("", part)) if is_vowelless(part) or HAN.search(part) else part
        for part in text.split()
    )


@cache_short_texts(50_000)
def _normal_word(word: str) -> str:
    """Return the normal form of a word; empty if it is left out."""
    normal = _normal_words().get(word)
    return normal if normal is not None else city_name(word) or _ENDED.sub("", word)
