"""Georgian, Armenian and Greek names in Latin letters."""

from __future__ import annotations

import re

from resolver.synthetic.letters.base import Spellings, paired, replace_longest, strip_accents

_GEORGIAN = paired(
    "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
    "a b g d e v z t i k l m n o p zh r s t u p k gh q sh ch ts dz ts ch kh j h",
)
_GEORGIAN_RUSSIAN = _GEORGIAN | {"ჯ": "dzh", "ფ": "f", "ყ": "k", "ღ": "g", "ჰ": "g"}
_GEORGIAN_EAR = _GEORGIAN | {"ხ": "h", "ღ": "g", "ყ": "k", "ჟ": "j", "ძ": "z"}
_GEORGIAN_GERMAN = _GEORGIAN | {
    "შ": "sch",
    "ჩ": "tsch",
    "ჭ": "tsch",
    "ც": "z",
    "ვ": "w",
    "ხ": "ch",
    "ჯ": "dsch",
    "წ": "z",
}

_ARMENIAN = paired(
    "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆև",
    "a b g d e z e y t zh i l kh ts k h dz gh ch m y n sh o ch p j r s v t r ts v p k o f ev",
) | {"ու": "u"}
_ARMENIAN_RUSSIAN = _ARMENIAN | {"հ": "", "ղ": "g", "խ": "kh", "ջ": "dzh", "ձ": "dz"}
_ARMENIAN_WEST = _ARMENIAN | {
    "բ": "p",
    "պ": "b",
    "դ": "t",
    "տ": "d",
    "գ": "k",
    "կ": "g",
    "ծ": "dz",
    "ձ": "ts",
    "ճ": "j",
    "ջ": "ch",
}
_ARMENIAN_EAR = _ARMENIAN | {"ղ": "g", "ը": "e", "յ": "i"}

_GREEK = paired(
    "αβγδεζηθικλμνξοπρστυφχψως",
    "a v g d e z i th i k l m n x o p r s t y f ch ps o s",
) | {
    "ου": "ou", "γγ": "ng", "γξ": "nx", "γχ": "nch", "αυ": "av", "ευ": "ev", "μπ": "mp", "ντ": "nt", "γκ": "gk",
}  # fmt: skip
_GREEK_EAR = _GREEK | {
    "χ": "h",
    "γκ": "g",
    "μπ": "b",
    "ντ": "d",
    "αι": "e",
    "ει": "i",
    "οι": "i",
    "υ": "i",
    "γι": "y",
    "ξ": "ks",
}
_GREEK_OLD = _GREEK | {
    "κ": "c",
    "φ": "ph",
    "αι": "ae",
    "β": "b",
    "η": "e",
    "υ": "y",
    "αυ": "au",
    "ευ": "eu",
}
_GREEK_GERMAN = _GREEK | {
    "χ": "ch",
    "γι": "ji",
    "ου": "u",
    "β": "w",
    "γκ": "g",
    "μπ": "b",
    "ντ": "d",
    "ζ": "s",
}


def _capital(text: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda match: match[0].capitalize(), text)


def georgian(name: str) -> Spellings:
    """The spellings of a Georgian name."""
    made = [
        _capital(replace_longest(name, t))
        for t in (_GEORGIAN, _GEORGIAN_RUSSIAN, _GEORGIAN_EAR, _GEORGIAN_GERMAN)
    ]
    return Spellings(name, *made)


def armenian(name: str) -> Spellings:
    """The spellings of an Armenian name; by ear families end in -ian, after western speech consonants change places."""
    lower = name.lower()
    made = [
        _armenian(lower, table)
        for table in (_ARMENIAN, _ARMENIAN_EAR, _ARMENIAN_RUSSIAN, _ARMENIAN_WEST)
    ]
    made[3] = re.sub(r"yan$", "ian", made[3])
    return Spellings(name, *made)


def _armenian(lower: str, table: dict[str, str]) -> str:
    text = replace_longest(lower, table)
    text = {"ո": "vo", "ե": "ye"}.get(lower[:1], text[:1]) + text[1:] if text[:1] else text
    return _capital(re.sub(r"yia", "ya", text))


def greek(name: str) -> Spellings:
    """The spellings of a Greek name: the official one, by ear, Latinised, German."""
    lower = strip_accents(name.lower())
    made = []
    for table in (_GREEK, _GREEK_EAR, _GREEK_OLD, _GREEK_GERMAN):
        text = re.sub(r"(?<=[ae])v(?=th|[kpstxf])", "f", replace_longest(lower, table))
        made.append(_capital(re.sub(r"^mp", "b", re.sub(r"^nt", "d", re.sub(r"^gk", "g", text)))))
    return Spellings(name, *made)


def greek_family_of_woman(name: str) -> str:
    """The form a woman bears of a Greek family name: Παπαδόπουλος → Παπαδοπούλου, Νικολαΐδης → Νικολαΐδη."""
    for end, woman in (
        ("όπουλος", "οπούλου"),
        ("ος", "ου"),
        ("ης", "η"),
        ("ής", "ή"),
        ("ας", "α"),
        ("άς", "ά"),
        ("ους", "ου"),
    ):
        if name.endswith(end):
            return name.removesuffix(end) + woman
    return name
