"""Spellings of names whose scripts are alphabets, in their own script and in Latin letters.

`Spellings` has a name as different offices write it. Rules follow real romanization systems, with
the precision that invented data needs; they are not meant for other uses.

1. `Spellings`, and functions that all scripts use: the set of spellings, replacement by a table.
2. `spell_arabic_script` spells Arabic, Persian, Dari, Pashto and Urdu names from a phonemic
   spelling. Names are written once, with vowels, in the letters below. The script (which drops
   short vowels) and all romanizations follow by rule. One character stands for one sound. A I U are
   long vowels, a e i o u are short vowels; H is ح, x خ, v ث, P ذ, $ ش, S ص, D ض, T ط, Z ظ, c ع, g
   غ, ' ء, Y ى, and @ is the ending -a that is written ة. In Persian and Urdu, p is پ, C چ, J ژ, G
   گ, and w is و pronounced v. `al-` is the article.
3. Functions for Georgian, Armenian and Greek names in Latin letters.
4. Functions for Russian and Ukrainian names in Latin letters, and for Serbian names in both
   scripts. Russian names are spelled as in passports (ICAO 2013), in English newspapers, in French
   and in German. Ukrainian names are spelled by the national system of 2010, through Russian, and
   by two older systems.
5. `spell_latin` spells names written in Latin letters, with and without diacritics, and by ear.

"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Spellings:
    """Spellings of one name. Several of the spellings may be equal.

    `native` is the name in its own script, or None if only Latin spellings are known. `second` is
    the name in a second script (kana beside kanji, Russian beside Ukrainian), else None. `standard`
    is the spelling of a passport, in plain ASCII. `b` and `c` are spellings by two other systems in
    use. `loose` is a spelling by ear.
    """

    native: str | None
    standard: str
    b: str
    c: str
    loose: str
    second: str | None = None


def parse_entry(line: str, rule: Callable[[str], Spellings]) -> Spellings:
    """Return the spellings of one entry of a list.

    An entry is a name. After a `:` it may state up to four customary Latin forms, separated by
    commas: standard, b, c and loose. They replace the forms that the rule makes. If there are fewer
    than four forms, the last form stands for the missing forms, too.
    """
    name, _, custom_forms = line.partition(":")
    spellings = rule(name)
    custom = [form for form in custom_forms.split(",") if form]
    if not custom:
        return spellings
    standard, b, c, loose = (custom + [custom[-1]] * 4)[:4]
    return replace(spellings, standard=standard, b=b, c=c, loose=loose)


def parse_pairs(table: str) -> dict[str, str]:
    """Return a mapping from keys to values, from a text of `key:value` entries separated by spaces.

    `_` stands for a space.
    """
    entries = [entry.replace("_", " ").partition(":") for entry in table.split()]
    return {key: value for key, _, value in entries}


def pair_signs(signs: str, sounds: str) -> dict[str, str]:
    """Return a mapping from characters to sounds; `sounds` are separated by spaces."""
    return dict(zip(signs, sounds.split(), strict=True))


@lru_cache(maxsize=64)
def _pattern(keys: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(key) for key in sorted(keys, key=len, reverse=True)))


def replace_longest(text: str, table: Mapping[str, str]) -> str:
    """Replace all keys of `table` in one pass from left to right, longest keys first."""
    return _pattern(tuple(table)).sub(lambda match: table[match[0]], text)


def capitalize_words(text: str) -> str:
    """Capitalize all words and hyphenated parts; apostrophes do not start a word."""
    return re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)*", lambda m: m[0][0].upper() + m[0][1:], text)


def strip_accents(text: str) -> str:
    """Remove diacritics from Latin text: é → e, ł → l, đ → d, ı → i, ß → ss."""
    plain = text.translate(_UNDECOMPOSED)
    return "".join(
        ch for ch in unicodedata.normalize("NFD", plain) if not unicodedata.combining(ch)
    )


_UNDECOMPOSED = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ı": "i",
        "ß": "ss",
        "ø": "o",
        "Ø": "O",
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
    }
)


_ARABIC_LETTERS = parse_pairs("""
b:ب t:ت v:ث j:ج H:ح x:خ d:د P:ذ r:ر z:ز s:س $:ش S:ص D:ض T:ط Z:ظ c:ع g:غ f:ف q:ق k:ك l:ل m:م n:ن
h:ه w:و y:ي A:ا I:ي U:و Y:ى @:ة p:پ C:چ J:ژ G:گ
""")
_PERSIAN_LETTERS = _ARABIC_LETTERS | {"k": "ک", "y": "ی", "I": "ی", "Y": "ی", "@": "ه"}
_HAMZA = {"a": "أ", "u": "ؤ", "i": "ئ", "A": "ئ", "I": "ئ", "U": "ؤ"}

_LATIN = parse_pairs("""
v:th H:h x:kh P:dh $:sh S:s D:d T:t Z:z c: g:gh ': A:a I:i U:u Y:a @:a $$:sh W:aw E:ay C:ch J:zh
G:g
""")
_STANDARD = _LATIN
_FRENCH = _LATIN | parse_pairs("""
U:ou u:ou $:ch $$:ch j:j q:k E:ei W:aou w:ou P:d C:tch J:j
""")
_ENGLISH = _LATIN | parse_pairs("""
U:oo I:ee E:ai W:au @:ah P:z D:d Z:z
""")
_BY_EAR = _LATIN | parse_pairs("""
v:t P:z q:k @:eh E:e W:o D:d Z:z g:g
""")

_PERSIAN = _LATIN | parse_pairs("""
v:s P:z D:z w:v q:gh @:eh ey:ey ow:ow
""")
_PERSIAN_FRENCH = _PERSIAN | parse_pairs("""
U:ou C:tch $:ch J:j j:dj ey:ei q:gh
""")
_PERSIAN_ENGLISH = _PERSIAN | {"U": "oo", "I": "ee", "ey": "ai", "w": "v", "q": "q"}
_PERSIAN_BY_EAR = _PERSIAN | {"o": "u", "e": "i", "ey": "ay", "w": "w", "q": "q"}

_URDU = _LATIN | {"v": "s", "P": "z", "D": "z", "E": "ai", "W": "au"}
_URDU_ENGLISH = _URDU | {"U": "oo", "I": "ee", "W": "ow", "@": "ah"}
_URDU_V = _URDU | {"w": "v", "q": "k", "E": "ei", "g": "g"}
_URDU_BY_EAR = _URDU | {"u": "o", "E": "e", "i": "e", "@": "ah"}

_SCHEMES = {
    "ar": (_STANDARD, _FRENCH, _ENGLISH, _BY_EAR),
    "fa": (_PERSIAN, _PERSIAN_FRENCH, _PERSIAN_ENGLISH, _PERSIAN_BY_EAR),
    "ur": (_URDU, _URDU_ENGLISH, _URDU_V, _URDU_BY_EAR),
}
# Article before a name in each of the four systems.
_ARTICLES = ("Al-", "El ", "Al ", "Al")


def write_arabic_script(name: str, language: str = "ar") -> str:
    """Write a name in Arabic letters; `language` is ar, fa or ur."""
    return " ".join(_write_word(word, language) for word in name.split(" "))


def _write_word(word: str, language: str) -> str:
    if word == "allAh":
        return "الله"
    if "-" in word:
        prefix, rest = word.split("-", 1)
        head = "ال" if prefix == "al" else _write_word(prefix, language)
        return (
            head + _write_word(rest, language)
            if prefix == "al"
            else head + " " + _write_word(rest, language)
        )
    text = re.sub(r"([^aeiouAIU'])\1", r"\1", word)
    text = text.replace("iyy", "iy").replace("Iy", "I")
    letters = _PERSIAN_LETTERS if language != "ar" else _ARABIC_LETTERS
    letters_out = []
    for index, sign in enumerate(text):
        before, after = text[index - 1 : index], text[index + 1 : index + 2]
        if sign == "'":
            letters_out.append(_write_hamza(before, after))
        elif sign in "aeiou":
            letters_out.append(
                _write_first_vowel(sign, language)
                if not index
                else "ه"
                if not after and language != "ar"
                else ""
            )
        elif not index and sign in "AIU":
            letters_out.append(
                {"A": "آ", "I": "إي", "U": "أو"}[sign]
                if language == "ar"
                else {"A": "آ", "I": "ای", "U": "او"}[sign]
            )
        else:
            letters_out.append(letters.get(sign, sign))
    return "".join(letters_out)


def _write_first_vowel(sign: str, language: str) -> str:
    if language != "ar":
        return "ا"
    return "إ" if sign in "ie" else "أ"


def _write_hamza(before: str, after: str) -> str:
    if not after:
        return "ء"
    if before == "A" and after not in "iI":
        return "ء"
    return "ئ" if after in "iI" else _HAMZA.get(before, "ء")


def spell_arabic_script(name: str, language: str = "ar") -> Spellings:
    """Return the spellings of a name in phonemic letters."""
    latin = [
        _romanize(name, table, article)
        for table, article in zip(_SCHEMES[language], _ARTICLES, strict=True)
    ]
    return Spellings(write_arabic_script(name, language), *latin)


def _romanize(name: str, table: dict[str, str], article: str) -> str:
    words = []
    for word in name.split(" "):
        prefix, rest = (article, word[3:]) if word.startswith("al-") else ("", word)
        rest = re.sub(r"aw(?![aeiouAIUYw@])", "W", re.sub(r"ay(?![aeiouAIUYy@])", "E", rest))
        rest = re.sub(r"I$", "i", rest)
        words.append(prefix + capitalize_words(replace_longest(rest, table)))
    return " ".join(words)


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

    In spellings by ear, family names end in -ian; Western Armenian exchanges consonants.
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
    """Return the spellings of a Greek name: official, by ear, Latinized, and German."""
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


_COMMON = parse_pairs("""
а:a б:b в:v г:g д:d е:e ж:zh з:z и:i к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:kh ц:ts ч:ch
ш:sh щ:shch ы:y э:e ь: ъ: -:- ’: ':
""")
_PASSPORT = _COMMON | {"ё": "e", "й": "i", "ю": "iu", "я": "ia", "ъ": "ie"}
_PRESS = _COMMON | parse_pairs("""
ё:yo й:y ю:yu я:ya ий:y ый:y ье:ye ья:ya кс:x
""")
_CYRILLIC_FRENCH = _COMMON | parse_pairs("""
ё:io й:ï ю:iou я:ia у:ou ж:j ш:ch ч:tch щ:chtch ге:gue ги:gui ий:i ый:y кс:x
""")
_GERMAN = _COMMON | parse_pairs("""
ё:jo й:j ю:ju я:ja в:w з:s ж:sch ш:sch ч:tsch щ:schtsch х:ch ц:z ий:ij
""")
_UKRAINIAN = _COMMON | parse_pairs("""
г:h ґ:g и:y і:i ї:i й:i є:ie ю:iu я:ia зг:zgh
""")
_UKRAINIAN_START = {"ї": "yi", "й": "y", "є": "ye", "ю": "yu", "я": "ya"}
_UKRAINIAN_OLD = _UKRAINIAN | parse_pairs("""
ій:iy ий:yy ю:yu я:ya є:ye ї:yi й:y
""")
_UKRAINIAN_GERMAN = _UKRAINIAN | parse_pairs("""
в:w ж:sch ш:sch ч:tsch щ:schtsch х:ch ц:z ю:ju я:ja є:je ї:ji й:j
""")
_RUSSIAN_ENDINGS = (
    ("ій", "ий"),
    ("ський", "ский"),
    ("ська", "ская"),
    ("цький", "цкий"),
    ("цька", "цкая"),
)
_RUSSIAN_LETTERS = {"і": "и", "ї": "и", "є": "е", "ґ": "г", "’": "ъ", "'": "ъ"}

_SERBIAN = parse_pairs("""
lj:љ nj:њ dž:џ a:а b:б c:ц č:ч ć:ћ d:д đ:ђ e:е f:ф g:г h:х i:и j:ј k:к l:л m:м n:н o:о p:п r:р s:с
š:ш t:т u:у v:в z:з ž:ж -:-
""")


def _cyrillic_romanize(text: str, table: dict[str, str]) -> str:
    words = [replace_longest(word, table) for word in text.lower().split(" ")]
    return " ".join(
        "-".join(part[:1].upper() + part[1:] for part in word.split("-")) for word in words
    )


def spell_russian(name: str) -> Spellings:
    """Return the spellings of a Russian name in Cyrillic.

    Family names in -ов and -ев are sometimes written with -off and -eff.
    """
    loose = re.sub(r"(?<=[oe])w$", "ff", _cyrillic_romanize(name, _GERMAN))
    french = strip_accents(_cyrillic_romanize(name, _CYRILLIC_FRENCH))
    return Spellings(
        name, _cyrillic_romanize(name, _PASSPORT), _cyrillic_romanize(name, _PRESS), french, loose
    )


def spell_ukrainian(name: str, russified: str | None = None) -> Spellings:
    """Return the spellings of a Ukrainian name in Cyrillic.

    `russified` is the Russian form of the name, if no rule gives it.
    """
    russian_form = russified or _russify(name)
    lower = name.lower()
    first = _UKRAINIAN_START.get(lower[:1])
    national = _cyrillic_romanize(name, _UKRAINIAN)
    if first:
        national = first.capitalize() + _cyrillic_romanize(lower[1:], _UKRAINIAN).lower()
    german = _cyrillic_romanize(name, _UKRAINIAN_GERMAN)
    return Spellings(
        name,
        national,
        _cyrillic_romanize(russian_form, _PRESS),
        _cyrillic_romanize(name, _UKRAINIAN_OLD),
        german,
        russian_form,
    )


def _russify(name: str) -> str:
    text = name.lower()
    for ending, russian_ending in _RUSSIAN_ENDINGS:
        if text.endswith(ending):
            stem = text.removesuffix(ending)
            return (replace_longest(stem, _RUSSIAN_LETTERS) + russian_ending).capitalize()
    return replace_longest(text, _RUSSIAN_LETTERS).capitalize()


def spell_serbian(name: str) -> Spellings:
    """Return the spellings of a South Slavic name in Latin letters; `b` keeps the diacritics."""
    lower = name.lower()
    cyrillic = (
        replace_longest(lower, _SERBIAN).capitalize() if not set(lower) & set("qwxy") else None
    )
    dj = strip_accents(name.replace("Đ", "Dj").replace("đ", "dj"))
    by_ear = (
        re.sub("(?<=i)ć$", "ch", name)
        .replace("š", "sh")
        .replace("č", "ch")
        .replace("đ", "dj")
        .replace("Đ", "Dj")
    )
    by_ear = by_ear.replace("Š", "Sh").replace("Č", "Ch").replace("ž", "zh").replace("Ž", "Zh")
    return Spellings(cyrillic, dj, name, strip_accents(name), strip_accents(by_ear))


def make_patronymic(father: str, *, female: bool, language: str) -> str:
    """Make the patronymic of a father's given name in Cyrillic; `language` is ru or uk."""
    if father in _IRREGULAR_PATRONYMICS:
        return _IRREGULAR_PATRONYMICS[father].split(",")[female]
    ending, patronymic_endings = next(
        (ending, replacements)
        for ending, replacements in _PATRONYMIC_ENDINGS[language].items()
        if father.endswith(ending)
    )
    return father.removesuffix(ending) + patronymic_endings.split(",")[female]


def feminine_family_name(name: str) -> str:
    """Return the feminine form of a Russian or Ukrainian family name in Cyrillic."""
    for ending, feminine in _FEMININE_ENDINGS.items():
        if name.endswith(ending):
            return name.removesuffix(ending) + feminine
    return name


_FEMININE_ENDINGS = parse_pairs("""
ский:ская цкий:цкая ський:ська цький:цька ой:ая ый:ая ий:ая ов:ова ев:ева єв:єва їв:їва ёв:ёва
ин:ина ын:ына
""")
# The table maps the ending of the father's name to the endings of the son's and the daughter's
# patronymic. The first match applies.
_PATRONYMIC_ENDINGS = {
    "ru": parse_pairs("ий:ьевич,ьевна й:евич,евна ь:евич,евна я:ич,ична а:ич,ична :ович,овна"),
    "uk": parse_pairs(
        "ій:ійович,іївна й:йович,ївна ь:ьович,івна о:ович,івна а:ович,івна я:йович,ївна :ович,івна"
    ),
}
_IRREGULAR_PATRONYMICS = parse_pairs("""
Илья:Ильич,Ильинична Никита:Никитич,Никитична Микола:Миколайович,Миколаївна
Григорій:Григорович,Григорівна Ілля:Ілліч,Іллівна Яків:Якович,Яківна
""")


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
_LATIN_BY_EAR = {
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

    `language` is a key of the tables above. `standard` is the form in the machine-readable zone of
    a passport.
    """
    plain = strip_accents(name)
    spelled_out = (
        strip_accents(replace_longest(name, table)) if (table := _SPELLED_OUT[language]) else plain
    )
    by_ear = (
        strip_accents(replace_longest(name, table)) if (table := _LATIN_BY_EAR[language]) else plain
    )
    standard, other = (spelled_out, plain) if language == "german" else (plain, spelled_out)
    return Spellings(name, standard, other, name, by_ear if len(by_ear) > 2 else plain)


def spell_with_variants(name: str, forms: Sequence[str], language: str) -> Spellings:
    """Return the spellings of a name with listed variants. Empty variants are ignored."""
    variants = [form for form in forms if form]
    spellings = spell_latin(name, language)
    if not variants:
        return spellings
    repeated = (variants * 3)[:3]
    return Spellings(name, spellings.standard, repeated[0], repeated[1], repeated[2])


__all__ = ["Spellings", "parse_entry"]
