"""Names written in Latin letters: with and without diacritics, and spellings by ear."""

from __future__ import annotations

from collections.abc import Sequence

from resolver.synthetic.letters.base import Spellings, replace_longest, strip_accents

_SPELLED_OUT = {
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


def spell_latin(name: str, language: str) -> Spellings:
    """Return the spellings of a name in Latin letters.

    `language`: a key of the tables above. `standard` is the form in a passport's machine-readable
    zone.
    """
    plain = strip_accents(name)
    spelled_out = (
        strip_accents(replace_longest(name, table)) if (table := _SPELLED_OUT[language]) else plain
    )
    by_ear = strip_accents(replace_longest(name, table)) if (table := _BY_EAR[language]) else plain
    standard, other = (spelled_out, plain) if language == "german" else (plain, spelled_out)
    return Spellings(name, standard, other, name, by_ear if len(by_ear) > 2 else plain)


def spell_with_variants(name: str, forms: Sequence[str], language: str) -> Spellings:
    """Return the spellings of a name with listed variants. Empty ones do not count."""
    variants = [form for form in forms if form]
    spellings = spell_latin(name, language)
    if not variants:
        return spellings
    repeated = (variants * 3)[:3]
    return Spellings(name, spellings.standard, repeated[0], repeated[1], repeated[2])
