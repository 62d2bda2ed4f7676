"""Names in the scripts of South and Southeast Asia, as they are written in Latin letters.

`transliterate_indic` writes words in the scripts of India as passports spell them. ICU gives the
scholarly transliteration (ISO 15919), which writes every short a of a consonant, spoken or not, and
c for ch. In northern languages the a is silent at the end of a word, unless it follows two
consonants that cannot end a word. It is also silent between single consonants inside a word (after
Ohala 1983).

`transliterate_southeast` reads the scripts of Burma, Cambodia, Laos, Sri Lanka and Thailand. ICU
does not read Khmer, Lao and Sinhala. It reads Burmese letter by letter, without the syllables of
its names (အောင်ဆန်းစုကြည် is Aung San Suu Kyi). The tables were written by hand. Burmese follows
Okell's usual transcription (1971), Khmer the two series of consonants, and Lao and Sinhala the
usual sounds of their letters. Tones are left out. In Thai, only silent letters are removed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from resolver.names.scripts.detection import parse_pairs
from resolver.runtime.icu import Transliterator

INDIC = re.compile("[\u0900-\u0d7f][\u0900-\u0d7f\u200c\u200d]*")
_NORTH = re.compile("[\u0900-\u0b7f]")
# The nasal dot sounds ng before h (Singh); the nasal sign of Gurmukhi is read like the dot; the
# crescent is n before a consonant; joiners are silent. In Bengali the dot is ng, and y without a
# dot below it is j, unless it directly follows a consonant.
_HEARD = tuple(
    (re.compile(written), heard)
    for written, heard in (
        ("\u0902\u0939", "\u0919\u094d\u0918"),
        ("\u0a70", "\u0a02"),
        ("[\u200c\u200d]", ""),
        ("\u0901(?=[\u0915-\u0939])", "\u0928\u094d"),
        ("\u0981(?=[\u0995-\u09b9])", "\u09a8\u09cd"),
        ("[\u0901\u0981]", ""),
        ("\u0982|\u0999(?=$)", "\u0999\u09cd\u0997\u09cd"),
        ("\u0999(?!\u09cd)", "\u0999\u09cd\u0997"),
        ("(?<!\u09cd)\u09af(?!\u09bc)", "\u099c"),
    )
)
_VOWELS = "aāiīuūeēoō"
_CONSONANT = f"[^{_VOWELS}\\W\\d]h?\u0323?"
_LAST = re.compile(
    f"(?<=[{_VOWELS}])({_CONSONANT})a$|(?<=[{_VOWELS}][^{_VOWELS}])([kgcjṭḍtdpb]h?)a$"
)
_INSIDE = re.compile(f"(?<=[{_VOWELS}])({_CONSONANT})a({_CONSONANT}[{_VOWELS}])")
_TAMIL = re.compile("[\u0b80-\u0bff]")
# Tamil writes k and g with one letter, t and d with one, and ch, s and j with one. Such a letter is
# voiced after a nasal and, except the dental t, between vowels; c sounds s unless it is doubled
# (after Schiffman 1999).
_TAMIL_HEARD = tuple(
    (re.compile(written), heard)
    for written, heard in (
        ("t+", "th"),
        ("ṟṟ", "tr"),
        ("ṉṟ", "ndr"),
        ("ñc", "nj"),
        ("(?<!c)c(?!c)", "s"),
        ("cc", "c"),
        ("ṅk", "ng"),
        (f"(?<=[{_VOWELS}])k(?=[{_VOWELS}])", "g"),
        ("ṇṭ", "ṇḍ"),
        (f"(?<=[{_VOWELS}])ṭ(?=[{_VOWELS}])", "ḍ"),
        (f"ñ(?=[{_VOWELS}])", "gn"),
    )
)
_SPELT = parse_pairs(
    """
    ēā=ō eā=o ch=C c=ch C=chh ś=sh ṣ=sh jñ=gy r\u0325=ri '=
    """
)


@cache
def _scholars() -> Transliterator:
    return Transliterator("NFC; Any-Latin; NFC")


def transliterate_indic(text: str) -> str:
    """Return a text with its words in scripts of India written in plain Latin letters.

    `वर्मा` gives `varma`, and `चोपरा` gives `chopra`.
    """
    return INDIC.sub(lambda match: _word(match[0]), text)


def _word(word: str) -> str:
    word = unicodedata.normalize("NFC", word)
    for written, heard in _HEARD:
        word = written.sub(heard, word)
    spelt = _scholars().transliterate(word)
    if _NORTH.match(word):
        spelt = _INSIDE.sub("\\1\\2", _LAST.sub("\\1\\2", spelt))
    if _TAMIL.match(word):
        for pattern, heard in _TAMIL_HEARD:
            spelt = pattern.sub(heard, spelt)
    for scholar, plain in _SPELT:
        spelt = spelt.replace(scholar, plain)
    return "".join(
        letter
        for letter in unicodedata.normalize("NFD", spelt)
        if not unicodedata.combining(letter)
    )


SOUTHEAST = re.compile("[\u0d80-\u0eff\u1000-\u109f\u1780-\u17ff]")
"""Letters that `transliterate_southeast` changes."""
THAI = re.compile("[\u0e00-\u0e7f]")
TRANSLITERATED = re.compile("[\u0d80-\u0dff\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff]")
"""Letters that it replaces by Latin ones."""
_RUNS = {
    "thai": "[\u0e00-\u0e7f]+",
    "lao": "[\u0e80-\u0eff]+",
    "sinhala": "[\u0d80-\u0dff\u200c\u200d]+",
    "burmese": "[\u1000-\u109f]+",
    "khmer": "[\u1780-\u17ff]+",
}


def transliterate_southeast(text: str) -> str:
    """Return a text with its words in scripts of Southeast Asia and Sri Lanka in Latin letters, and
    the rest unchanged.

    Thai words only lose their silent letters, because ICU transliterates the rest; Burmese
    syllables become words.
    """
    text = unicodedata.normalize("NFC", text)
    return _ANY.sub(lambda match: _READERS[match.lastgroup or ""](match[0]), text)


def _sounds(text: str) -> dict[str, str]:
    """Return a mapping from letters to sounds, from a text of words like `letter=sound` (`letter=`
    if silent).
    """
    return dict(parse_pairs(text))


# --- Thai

# These are a consonant under the sign of silence, and a second final consonant before it.
_SILENT = re.compile("(?:(?<=[ก-ฮ])[ก-ฮ])?[ก-ฮ][\u0e34\u0e38]?\u0e4c")


def _thai(word: str) -> str:
    return _SILENT.sub("", word)


def respell_thai(spelt: str) -> str:
    """Return ICU's transliteration of Thai as passports spell it: ch for c, and no silent x."""
    return re.sub("c(?!h)", "ch", spelt).replace("x", "")


# --- Lao

_LAO = _sounds(
    """
    ກ=k ຂ=kh ຄ=kh ງ=ng ຈ=ch ສ=s ຊ=s ຍ=ny ດ=d ຕ=t ຖ=th ທ=th ນ=n ບ=b ປ=p ຜ=ph ຝ=f ພ=ph ຟ=f ມ=m ຢ=y
    ຣ=r ລ=l ວ=v ຫ=h ຮ=h ໜ=n ໝ=m \u0ebc=l ະ=a າ=a \u0eb4=i \u0eb5=i \u0eb6=u \u0eb7=u \u0eb8=u
    \u0eb9=u \u0eb1=a \u0ebb=o ຽ=ia \u0ecd=o ຳ=am ເ=e ແ=e ໂ=o ໄ=ai ໃ=ai
    """
)
_LAO_BEFORE = re.compile("([ເແໂໄໃ])(ຫ[ງຍນມລຣວ\u0ebc]|[ກ-ຮໜໝ]\u0ebc?)")
_LAO_SILENT = re.compile("ຫ(?=[ງຍນມລຣວ\u0ebc])")


def _lao(word: str) -> str:
    # These vowels are written before the consonant that they follow in speech, so they are moved
    # behind it.
    spoken = _LAO_SILENT.sub("", _LAO_BEFORE.sub("\\2\\1", word))
    # The vowel carrier is silent before a vowel, and otherwise it is an o.
    spoken = re.sub("ອ(?=[\u0eb1-\u0ebbະາຳເແໂໄໃ\u0ecd])", "", spoken)
    return "".join("o" if sign == "ອ" else _LAO.get(sign, "") for sign in spoken)


# --- Sinhala

_SINHALA = _sounds(
    """
    ක=k ඛ=kh ග=g ඝ=gh ඞ=ng ඟ=ng ච=ch ඡ=chh ජ=j ඣ=jh ඤ=n ඥ=gn ට=t ඨ=t ඩ=d ඪ=d ණ=n ඬ=nd ත=th ථ=th
    ද=d ධ=dh න=n ඳ=nd ප=p ඵ=ph බ=b භ=bh ම=m ඹ=mb ය=y ර=r ල=l ව=w ශ=sh ෂ=sh ස=s හ=h ළ=l ෆ=f
    """
)
_SINHALA_SIGNS = _sounds(
    """
    \u0dcf=a \u0dd0=e \u0dd1=e \u0dd2=i \u0dd3=i \u0dd4=u \u0dd6=u \u0dd8=ru \u0dd9=e \u0dda=e
    \u0ddb=ai \u0ddc=o \u0ddd=o \u0dde=au \u0dca=
    """
)
_SINHALA_VOWELS = _sounds(
    """
    අ=a ආ=a ඇ=e ඈ=e ඉ=i ඊ=i උ=u ඌ=u එ=e ඒ=e ඓ=ai ඔ=o ඕ=o ඖ=au \u0d82=n \u0d83=h
    """
)


def _sinhala(word: str) -> str:
    word = re.sub("[\u200c\u200d]", "", word)
    out = []
    for index, sign in enumerate(word):
        if sign in _SINHALA:
            # Consonants are followed by an a unless a sign replaces it.
            follows = word[index + 1 : index + 2]
            out.append(_SINHALA[sign] + ("" if follows in _SINHALA_SIGNS else "a"))
        else:
            out.append(_SINHALA_SIGNS.get(sign) or _SINHALA_VOWELS.get(sign, ""))
    return "".join(out)


# --- Burmese

_BURMESE = _sounds(
    """
    က=k ခ=kh ဂ=g ဃ=g င=ng စ=s ဆ=s ဇ=z ဈ=z ည=ny ဉ=ny ဋ=t ဌ=ht ဍ=d ဎ=d ဏ=n တ=t ထ=ht ဒ=d ဓ=d န=n ပ=p
    ဖ=hp ဗ=b ဘ=b မ=m ယ=y ရ=y လ=l ဝ=w သ=th ဟ=h ဠ=l အ= ဿ=th ဣ=i ဤ=i ဥ=u ဦ=u ဧ=e ဩ=aw ဪ=aw
    """
)
_INDEPENDENT_VOWELS = frozenset("ဣဤဥဦဧဩဪ")
_MEDIALS = {"k": "ky", "kh": "ch", "g": "gy", "ng": "ny", "hp": "phy", "sy": "sh", "ys": "sh"}
# Rhymes by their written final consonant and vowel signs.
_RHYMES = {
    "": _sounds(
        """
        =a \u102c=a \u102b=a \u102d=i \u102e=i \u102f=u \u1030=u \u1031=e \u1032=e \u1031\u102c=aw
        \u1031\u102b=aw \u102d\u102f=o \u1036=an \u102d\u1036=ein \u102f\u1036=on
        """
    ),
    "k": _sounds("=et \u1031\u102c=auk \u1031\u102b=auk \u102d\u102f=aik"),
    "ng": _sounds("=in \u1031\u102c=aung \u1031\u102b=aung \u102d\u102f=aing"),
    "s": _sounds("=it"),
    "ny": _sounds("=i"),
    "t": _sounds("=at \u102d=eik \u102f=ok"),
    "n": _sounds("=an \u102d=ein \u102f=on"),
    "y": _sounds("=e"),
}
_FINALS = _sounds("က=k င=ng စ=s ည=ny ဉ=ng တ=t ဋ=t ပ=t န=n ဏ=n မ=n ယ=y")
_SYLLABLE = re.compile(
    "(?P<first>[\u1000-\u102a\u103f])(?P<medials>[\u103b-\u103e]*)"
    "(?P<vowels>[\u102b-\u1036]*)\u103a?"
    "(?:(?P<final>[\u1000-\u1021])\u103a)?"
)


def _burmese(word: str) -> str:
    # Tones are left out; a stacked letter ends the preceding syllable.
    word = (
        re.sub("[\u1037\u1038]", "", word)
        .replace("\u103a\u1039", "\u103a")
        .replace("\u1039", "\u103a")
    )
    return " ".join(_syllable(match) for match in _SYLLABLE.finditer(word))


def _syllable(match: re.Match[str]) -> str:
    first, medials, vowels = match["first"], match["medials"], match["vowels"]
    if first in _INDEPENDENT_VOWELS:
        # ဦး is written with the letter for u.
        return _BURMESE[first]
    start = _BURMESE.get(first, "")
    soft = "\u103b" in medials or "\u103c" in medials
    if soft:
        start = _MEDIALS.get(start, f"{start}y")
    if "\u103e" in medials:
        start = "sh" if start in ("y", "ly", "thy") else f"h{start}"
    final = _FINALS.get(match["final"] or "", "")
    if "\u103d" in medials:
        if final in ("n", "t") and not vowels:
            return f"{start}u{final}"
        start += "w"
    rhymes = _RHYMES[final]
    return start + rhymes.get(vowels, rhymes[""])


# --- Khmer

_KHMER = _sounds(
    """
    ក=k ខ=kh គ=k ឃ=kh ង=ng ច=ch ឆ=chh ជ=ch ឈ=chh ញ=nh ដ=d ឋ=th ឌ=d ឍ=th ណ=n ត=t ថ=th ទ=t ធ=th ន=n
    ប=b ផ=ph ព=p ភ=ph ម=m យ=y រ=r ល=l វ=v ស=s ហ=h ឡ=l អ= ឝ=s ឞ=s
    """
)
_FIRST_SERIES = frozenset("កខចឆដឋណតថបផសហឡអឝឞ")
# Vowels after consonants of the first and of the second series.
_KHMER_VOWELS = {
    sign: tuple(sounds.split("/"))
    for sign, sounds in _sounds(
        """
        =a/o \u17b6=a/ea \u17b7=e/i \u17b8=ey/i \u17b9=oe/ue \u17ba=eu/ueu \u17bb=o/u
        \u17bc=o/u \u17bd=uo/uo \u17be=aeu/eu \u17bf=oea/oea \u17c0=ie/ie \u17c1=e/e
        \u17c2=e/e \u17c3=ai/ey \u17c4=ao/o \u17c5=au/ov \u17c6=am/um \u17bb\u17c6=om/um
        \u17b6\u17c6=am/oam \u17c7=ah/eah
        """
    ).items()
}
_KHMER_INDEPENDENT = _sounds(
    """
    ឥ=e ឦ=ey ឧ=u ឩ=u ឪ=au ឫ=rue ឬ=rue ឭ=lue ឮ=lue ឯ=e ឰ=ai ឱ=ao ឲ=ao ឳ=au
    """
)
_KHMER_SYLLABLE = re.compile(
    "(?P<letters>[ក-អ](?:\u17d2[ក-អ])*)(?P<shift>[\u17c9\u17ca]?)(?P<vowel>[\u17b6-\u17c7]*)"
    "(?P<final>(?<![\u17c6\u17c7])[កគងចជដឌណតទនបពមយរលវស]"
    "(?![\u17d2\u17b6-\u17c7\u17c9\u17ca]))?"
    "|(?P<independent>[\u17a5-\u17b3])"
)


def _khmer(word: str) -> str:
    # Letters under the sign of silence are removed, and signs that shorten vowels.
    word = re.sub("[ក-អ][\u17b7\u17bb]?\u17cd", "", word)
    word = re.sub("[\u17cb-\u17d1\u17d7\u200b]", "", word)
    return "".join(_khmer_syllable(match) for match in _KHMER_SYLLABLE.finditer(word))


def _khmer_syllable(match: re.Match[str]) -> str:
    if match["independent"]:
        return _KHMER_INDEPENDENT.get(match["independent"], "")
    letters = match["letters"].split("\u17d2")
    is_second_series = letters[0] not in _FIRST_SERIES
    if match["shift"]:
        is_second_series = match["shift"] == "\u17ca"
        # The sign of the first series turns b into p.
        letters[0] = letters[0] if is_second_series else letters[0].replace("ប", "ព")
    vowel = _KHMER_VOWELS.get(match["vowel"], _KHMER_VOWELS[""])[is_second_series]
    return (
        "".join(_KHMER[letter] for letter in letters) + vowel + _KHMER.get(match["final"] or "", "")
    )


_READERS = {"thai": _thai, "lao": _lao, "sinhala": _sinhala, "burmese": _burmese, "khmer": _khmer}
_ANY = re.compile("|".join(f"(?P<{name}>{run})" for name, run in _RUNS.items()))
