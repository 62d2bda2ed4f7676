"""Words of addresses and places in normal form, in the languages of some twenty-five countries.

What an address always says in some way (street, house, flat, district) is left out, kinds of
streets that tell two of one name apart have one word each, and towns have their usual name.
"""

from __future__ import annotations

import re

from resolver.normalize.folding import HAN, HANGUL, fold, is_vowelless, letters
from resolver.normalize.group_lexicons.cities import city_name
from resolver.normalize.word_pairs import parse_groups
from resolver.records.prepared.text_cache import cache_short_texts

# All words as `fold` gives them; those of Arabic and Persian letters have no short vowels.
_LEFT_OUT = frozenset(
    """
    street st road rd avenue ave av strasse str straat rue calle avenida avda rua via viale
    ulica ul ulitsa ulitsya vulitsa vulytsia vul vulica prospekt prospect prospekta prospektas
    pr prt cad cadde caddesi cd sok sokak sokagi sk utca ut utja gade gata gatan vej khiaban
    khiyaban khyaban sharia shari shar tryq lu jie dao dajie ro gil marg jalan jl straede no nr
    num numero numer nomer number nomeri hno house haus dom d bldg building block blok bloc
    bloque korpus korp k stroenie floor fl etage stock piso andar planta piano kat tabaqa tbqh
    apt apartment flat unit suite ste room rm appt appartement apto apartamento departamento
    depto dpto puerta interno wohnung kv kvartira kvartyra daire m lok lokal mieszkania
    oficina office ap ofis plak pelak wahd district quarter mah mahalle mahallesi qu ku gu dong
    si shi sheng rayon raion raiono rn oblast obl oblasti krai okrug province provincia
    provincie provinz prefecture county city town village gorod g derevnya selo colonia col
    barrio bairro urb urbanizacion fracc hy tehsil tahsil taluka wilaya governorate muhafazat
    ostan ciudad municipio municipality commune of the and de la le les du des del della delle
    di da do dos das el al y e et und na der den het near opp opposite off behind
    odos leoforos kucha dangyly koshesi rhwb sdrwt thnn thanon mntqt mdynt mhafzt bnayt shqt tabq
    """.split()
)
_SAME = parse_groups(
    """
    blvd: boulevard blvd boul bulvar bulvari bulv bulwar bulevar bulevard bulvard blv blwar bld
    sq: square sq place pl plaza plac piazza piazzale platz ploshchad ploshcha praca plein
    sq: meydani meydan maidan mydan plateia
    ln: lane ln alley aly pereulok per provulok ruelle callejon travessa gasse cikmaz
    ln: kucheh kuche koche kwchh
    hwy: highway hwy shosse chaussee autopista carretera ctra rodovia szosa
    dr: drive dr
    ct: court ct
    emb: embankment naberezhnaya nab quai kai quay
    pkwy: parkway pkwy
    n: north
    s: south
    e: east
    w: west
    nw: northwest
    ne: northeast
    sw: southwest
    se: southeast
    milano: milan milano mailand
    firenze: florence firenze florenz
    venezia: venice venezia venedig
    petersburg: petersburg peterburg peterburh
    mexico: mexico cdmx
    york: york nyc
    kyiv: kiiv kyyiv
    """
)
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
    if word in _LEFT_OUT:
        return ""
    return _SAME.get(word) or city_name(word) or _ENDED.sub("", word)
