"""Georgian, Armenian and Greek names in Latin letters."""

from __future__ import annotations

import re

from resolver.synthetic.letters.base import (
    Spellings,
    pair_signs,
    parse_pairs,
    replace_longest,
    strip_accents,
)

_GEORGIAN = pair_signs(
    "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
    "a b g d e v z t i k l m n o p zh r s t u p k gh q sh ch ts dz ts ch kh j h",
)
_GEORGIAN_RUSSIAN = _GEORGIAN | {"ჯ": "dzh", "ფ": "f", "ყ": "k", "ღ": "g", "ჰ": "g"}
_GEORGIAN_BY_EAR = _GEORGIAN | {"ხ": "h", "ღ": "g", "ყ": "k", "ჟ": "j", "ძ": "z"}
_GEORGIAN_GERMAN = _GEORGIAN | parse_pairs("""
შ:sch ჩ:tsch ჭ:tsch ც:z ვ:w ხ:ch ჯ:dsch წ:z
""")

_ARMENIAN = pair_signs(
    "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆև",
    "a b g d e z e y t zh i l kh ts k h dz gh ch m y n sh o ch p j r s v t r ts v p k o f ev",
) | {"ու": "u"}
_ARMENIAN_RUSSIAN = _ARMENIAN | {"հ": "", "ղ": "g", "խ": "kh", "ջ": "dzh", "ձ": "dz"}
_ARMENIAN_WEST = _ARMENIAN | parse_pairs("""
բ:p պ:b դ:t տ:d գ:k կ:g ծ:dz ձ:ts ճ:j ջ:ch
""")
_ARMENIAN_BY_EAR = _ARMENIAN | {"ղ": "g", "ը": "e", "յ": "i"}

_GREEK = pair_signs(
    "αβγδεζηθικλμνξοπρστυφχψως",
    "a v g d e z i th i k l m n x o p r s t y f ch ps o s",
) | parse_pairs("""
ου:ou γγ:ng γξ:nx γχ:nch αυ:av ευ:ev μπ:mp ντ:nt γκ:gk
""")
_GREEK_BY_EAR = _GREEK | parse_pairs("""
χ:h γκ:g μπ:b ντ:d αι:e ει:i οι:i υ:i γι:y ξ:ks
""")
_GREEK_OLD = _GREEK | parse_pairs("""
κ:c φ:ph αι:ae β:b η:e υ:y αυ:au ευ:eu
""")
_GREEK_GERMAN = _GREEK | parse_pairs("""
χ:ch γι:ji ου:u β:w γκ:g μπ:b ντ:d ζ:s
""")


def _capitalize_words(text: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda match: match[0].capitalize(), text)


def spell_georgian(name: str) -> Spellings:
    """Return the spellings of a Georgian name."""
    latin = [
        _capitalize_words(replace_longest(name, t))
        for t in (_GEORGIAN, _GEORGIAN_RUSSIAN, _GEORGIAN_BY_EAR, _GEORGIAN_GERMAN)
    ]
    return Spellings(name, *latin)


def spell_armenian(name: str) -> Spellings:
    """Return the spellings of an Armenian name.

    By ear, family names end in -ian; Western Armenian exchanges consonants.
    """
    lower = name.lower()
    latin = [
        _romanize_armenian(lower, table)
        for table in (_ARMENIAN, _ARMENIAN_BY_EAR, _ARMENIAN_RUSSIAN, _ARMENIAN_WEST)
    ]
    latin[3] = re.sub(r"yan$", "ian", latin[3])
    return Spellings(name, *latin)


def _romanize_armenian(lower: str, table: dict[str, str]) -> str:
    text = replace_longest(lower, table)
    text = {"ո": "vo", "ե": "ye"}.get(lower[:1], text[:1]) + text[1:] if text[:1] else text
    return _capitalize_words(re.sub(r"yia", "ya", text))


def spell_greek(name: str) -> Spellings:
    """Return the spellings of a Greek name: official, by ear, Latinized, German."""
    lower = strip_accents(name.lower())
    latin = []
    for table in (_GREEK, _GREEK_BY_EAR, _GREEK_OLD, _GREEK_GERMAN):
        text = re.sub(r"(?<=[ae])v(?=th|[kpstxf])", "f", replace_longest(lower, table))
        latin.append(
            _capitalize_words(re.sub(r"^mp", "b", re.sub(r"^nt", "d", re.sub(r"^gk", "g", text))))
        )
    return Spellings(name, *latin)


def feminine_greek_family_name(name: str) -> str:
    """Return the feminine form of a Greek family name: Παπαδόπουλος → Παπαδοπούλου."""
    for ending, feminine in (
        ("όπουλος", "οπούλου"),
        ("ος", "ου"),
        ("ης", "η"),
        ("ής", "ή"),
        ("ας", "α"),
        ("άς", "ά"),
        ("ους", "ου"),
    ):
        if name.endswith(ending):
            return name.removesuffix(ending) + feminine
    return name
