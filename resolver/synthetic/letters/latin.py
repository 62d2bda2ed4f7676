"""Names written in Latin letters: with and without their marks, and the spellings by ear."""

from __future__ import annotations

from resolver.synthetic.letters.base import Spellings, replace_longest, strip_accents

_SPELT_OUT = {
    "german": {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"},
    "turkish": {
        "ş": "sh",
        "ç": "ch",
        "ğ": "gh",
        "Ş": "Sh",
        "Ç": "Ch",
        "ö": "oe",
        "ü": "ue",
        "Ö": "Oe",
        "Ü": "Ue",
    },
    "vietnamese": {},
    "spanish": {"ñ": "ny", "Ñ": "Ny"},
    "french": {},
    "english": {},
    "african": {},
}
_BY_EAR = {
    "german": {
        "ei": "ai",
        "ey": "ay",
        "tt": "t",
        "ck": "k",
        "C": "K",
        "ph": "f",
        "dt": "d",
        "th": "t",
    },
    "turkish": {"ğ": "", "y": "j", "v": "w", "ş": "sch", "ç": "tsch", "c": "dj", "C": "Dj"},
    "vietnamese": {},
    "spanish": {
        "z": "s",
        "v": "b",
        "V": "B",
        "gi": "ji",
        "ge": "je",
        "Gi": "Ji",
        "Ge": "Je",
        "y": "i",
    },
    "french": {"th": "t", "ph": "f", "ie": "y", "oux": "ou", "ault": "aud", "eau": "au"},
    "english": {
        "ph": "f",
        "ck": "k",
        "ey": "y",
        "ie": "y",
        "ll": "l",
        "tt": "t",
        "nn": "n",
        "mc": "mac",
        "th": "t",
        "ae": "e",
    },
    "african": {"ou": "u", "dj": "j", "Dj": "J", "ch": "sh", "oua": "wa", "kh": "x"},
}


def spellings(name: str, language: str) -> Spellings:
    """The spellings of a name in Latin letters; `language` is a key of the tables above. `standard` is a passport's
    machine line."""
    plain = strip_accents(name)
    spelt = (
        strip_accents(replace_longest(name, table)) if (table := _SPELT_OUT[language]) else plain
    )
    heard = strip_accents(replace_longest(name, table)) if (table := _BY_EAR[language]) else plain
    standard, other = (spelt, plain) if language == "german" else (plain, spelt)
    return Spellings(name, standard, other, name, heard if len(heard) > 2 else plain)


def given(name: str, forms: str, language: str) -> Spellings:
    """The spellings of a name whose other forms are listed, separated by spaces, `_` for a space within one."""
    listed = [form.replace("_", " ") for form in forms.split()]
    made = spellings(name, language)
    if not listed:
        return made
    ring = (listed * 3)[:3]
    return Spellings(name, made.standard, ring[0], ring[1], ring[2])
