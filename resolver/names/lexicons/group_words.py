"""Words of groups' names: bring them to one spelling and translate generic ones to English.

`group_tokens` applies the parts of this module in this order:

- `level_spelling` repairs HTML entities, letters and spaces that got lost (`B?hler`,
  `SciencesUniversity`). It abbreviates legal forms that are written in words (`société anonyme`) or
  letter by letter (`S. p. A.`), and separates Arabic and Persian articles and links (`ash-Sham`,
  `Hezb-e Islami`).
- `translate_generic_words` replaces generic words by the English words that `rigour` recognizes:
  abbreviations, and words of other languages for a company, a bank, a front or a charity. Proper
  names stay as they are. `translate_unspaced_words` first cuts Chinese, Japanese and Korean names
  at the words of a lexicon, the longest first; the text between these words is a proper name.
- `mark_faction` marks the name of a part of an armed or political group: a faction, a wing,
  dissidents.
- `city_name` finds cities and provinces, which tell branches of a group apart.

The tables are in `resolver/data`:

- `group_words` has one word on each line. Its topic says where such words stand: names of
  companies, institutions (with their subjects), movements and politics, peoples and countries
  (`demonym`), trades of front companies, emblems, English words as Russian writes them
  (`transcription`), or any name (`general`). Latin words are written in ASCII, as `folding.letters`
  gives them, so spellings with accents need no lines of their own. Words in Arabic and Hebrew
  letters, and some in Cyrillic and Greek ones, are listed as written. Abbreviations are those that
  company registers, patent offices and bibliographies use. If an abbreviation may stand for two
  words, the more usual one is listed. Peoples without a state have the name of their region.
- `cities` has places whose name is one word in ASCII, with spellings in other languages. Cities
  with universities also have the forms in names of institutions (`Helsingin`, `moskovskiy`). A
  place that is missing is compared like any other word. Countries come from `rigour`.
- `unspaced_words` has places, and words with their usual English word. Further English words
  follow, separated by slashes. Chinese characters are simplified, because `han.level_han`
  simplifies all others. So a word that Taiwan or Japan shares with China is listed once. Words that
  only Taiwan or Japan uses (資訊, 製作所) are listed in simplified characters, too. Full names of
  countries, provinces and prefectures come from `rigour`; the table has their short forms, and the
  names of cities.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from operator import itemgetter

from resolver.data import load_pairs, load_rows, load_words
from resolver.names.folding import HAN, fold, letters
from resolver.names.scripts.han import level_han
from resolver.records.prepared.value_flags import FACTION
from resolver.reference import han_territories
from resolver.runtime.text_cache import cache_short_texts


def city_name(word: str) -> str:
    """Return the usual spelling of the place that a word names; empty if the word names no
    place.
    """
    return _cities().get(word, "")


@cache
def _cities() -> dict[str, str]:
    return {spelling: city for _, city, spelling in load_rows("cities")}


def city_spellings() -> tuple[tuple[str, ...], ...]:
    """Return the spellings of each place in Latin letters, the usual one first."""
    rows = load_rows("cities", script="Latin")
    return tuple(
        (city, *(row[1] for row in spelled if row[1] != city))
        for city, spelled in groupby(rows, itemgetter(0))
    )


_ENTITY = re.compile(r"&#?\w{2,8};")
_GLUED = re.compile(r"(?<=[^\W\d_A-Z]{4})(?=[A-Z][^\W\d_A-Z]{3})")
_SPELLED = re.compile(r"(?<![\w.&'’/-])(?:[^\W\d_](?:\.\s?|/|\s)){1,4}[^\W\d_](?![\w&'’-])\.?")
"""Single letters with dots, slashes or spaces between them."""
_AMPERSAND = re.compile(r"(?<![\w&])([A-Z]{1,3})\s?&\s?([A-Z]{1,2})(?![\w&])")
"""Capitals with an ampersand between them."""
_LOST = re.compile(r"(?<=[^\W\d_])[?\ufffd](?=[^\W\d_])")
"""Sign that replaces a letter which an encoding could not write."""
_SPACED = re.compile(r"[\s.\-]+")
_UMLAUTS = str.maketrans("äöüÄÖÜń", "aouAOUn")
_APOSTROPHES = str.maketrans("`\u00b4", "''")
_ARTICLE = re.compile(r"\bw?[aeu](?:l|(sh|dh|th|[dnrstz])(?=-\1))-(?=\w)", re.I)
"""Arabic article, whose consonant may be that of the next word."""
_LINK = re.compile(r"(?<=[^\W\d_]{2})-(?:y?[ie](?:-|(?=\s))|[EI]-)")
_PHRASES = tuple(
    (re.compile(pattern, re.I), meaning)
    for pattern, meaning in (
        (r"\bcentral african(?:s| republic)?\b(?! (?:states|economic|forest))", "Centrafrique"),
        (r"\br[ée]publique centrafricaine\b", "Centrafrique"),
        (r"\bc[ôo]te d'ivoire\b", "Ivory Coast"),
        (r"\bbritish columbia\b", "Britishcolumbia"),
        (
            r"\b(?:technische[nrs]?|tekniska|teknillinen|technick[eé])\s+"
            r"(?:hochschule|h[oö]gskolan?|korkeakoulu)\b",
            "Technical University",
        ),
        (r"\bvysok[eé]\s+u[cč]en[ií]\b|\bvysok[aá]\s+[sš]kola\b", "University"),
        (r"(?<=\w )arm[ée]e(?=\s*(?:$|[-(/,]))", "armed"),
    )
)
"""Phrases that mean one word, and their usual form. `Armée` at the end means armed, not army."""
_PHRASE_WORDS = re.compile(
    "central african|centrafricaine|ivoire|columbia|arm[ée]e|hochschule|h[oö]gskola|korkeakoulu"
    "|u[cč]en[ií]|[sš]kola",
    re.I,
)
_FOUNDERS = load_pairs("university_founders")
"""Founders that universities are named after → city that they are named after as often."""
_NAMED = re.compile(
    r"\b("
    + "|".join(sorted((name.replace(" ", r"[\s-]") for name in _FOUNDERS), reverse=True))
    + ")"
    r"[\s-]universit(?:y|at|aet)\b(?:,?\s(?:(?:of|in|at|zu|am)\s)?(\w+))?",
    re.I,
)
_IN = re.compile(r"(?<=\w)\sin\s(?=\w)", re.I)
"""Preposition between words, which would be read as the legal form Inc."""
_LONG_VOWEL, _NISBA = re.compile(r"([aeiou])\1"), re.compile(r"(?<=\w{3})i{1,3}y{1,3}(?:a?h?|eh)$")
_LEGAL_PHRASES = load_pairs("legal_forms", use="in words")
"""Legal form in words → its abbreviation."""
_LEGAL_LETTERS = load_words("legal_forms", use="letter by letter")
"""Abbreviations of legal forms, which may be written letter by letter."""
_WAYS = "|".join(
    phrase.replace(" ", r"[\s.\-]+")
    for phrase in sorted(_LEGAL_PHRASES, key=lambda phrase: (-len(phrase), phrase))
)
_PHRASE = re.compile(rf"\b(?:{_WAYS})\b")
_PHRASE_START = frozenset(phrase.split(" ")[0] for phrase in _LEGAL_PHRASES)


_MIN_SIMPLIFIED = 5
"""Minimum number of letters of a word whose romanization is simplified."""


def level_spelling(text: str) -> str:
    """Return a group's name with its words separated and its legal forms as abbreviations."""
    if "&" in text and ";" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    if "?" in text or "\ufffd" in text:
        text = _LOST.sub("", text)
    text = text.translate(_APOSTROPHES)
    if _PHRASE_WORDS.search(text):
        for pattern, meaning in _PHRASES:
            text = pattern.sub(meaning, text)
    if "niversit" in text:
        text = _name_after_city(text)
    if "&" in text:
        text = _AMPERSAND.sub(_join_capitals, text)
    if "-" in text:
        text = _LINK.sub(" ", _ARTICLE.sub("al-", text))
    if " " in text.strip():
        text = _IN.sub(" of ", _GLUED.sub(" ", text))
    return _abbreviate_legal_forms(_SPELLED.sub(_join_letters, text))


def _name_after_city(text: str) -> str:
    """Return the name of a university with its city in place of its founder."""
    plain = text.translate(_UMLAUTS)
    match = _NAMED.search(plain) if len(plain) == len(text) else None
    if match is None:
        return text
    city = _FOUNDERS[re.sub(r"[\s-]", " ", match[1].lower())]
    # The city may follow the founder, in any language.
    is_city = match[2] and (city_name(letters(match[2])) or letters(match[2]) == letters(city))
    end = match.end() if is_city or not match[2] else match.start(2)
    return f"{text[: match.start()]}University of {city} {text[end:]}"


def simplify_romanization(word: str) -> str:
    """Return an ASCII word of Arabic or Persian with short vowels and the plainest ending.

    `ansaar` and `shabiyya` become `ansar` and `shabi`; short words stay.
    """
    if len(word) < _MIN_SIMPLIFIED:
        return word
    return _LONG_VOWEL.sub(itemgetter(1), _NISBA.sub("i", word)).replace("ou", "u")


def _join_capitals(match: re.Match[str]) -> str:
    """Return the match without its ampersand (`AT&T`), unless it is a legal form."""
    joined = match[1] + match[2]
    return match[0] if joined.lower() in _LEGAL_LETTERS else joined


def _join_letters(match: re.Match[str]) -> str:
    """Return the match as one word if its letters spell a legal form, else unchanged."""
    joined = "".join(letter for letter in match[0] if letter.isalpha())
    return joined if joined.lower() in _LEGAL_LETTERS else match[0]


def _abbreviate_legal_forms(text: str) -> str:
    """Return a name in which an abbreviation replaces a legal form that is written in words."""
    words = text.split()
    folded = [letters(word) for word in words]
    if _PHRASE_START.isdisjoint(folded):
        return text
    phrase = _PHRASE.search(" ".join(folded))
    if phrase is None or " ".join(folded).count(" ") != len(words) - 1:
        return text
    first = phrase.string.count(" ", 0, phrase.start())
    last = first + phrase[0].count(" ") + 1
    short = _LEGAL_PHRASES[_SPACED.sub(" ", phrase[0])]
    return " ".join((*words[:first], short, *words[last:]))


_ARMED = load_words("kind_words", use="armed group with factions")
"""Words (English) of armed and political groups, whose parts are named after a dash."""
_DASH = re.compile(r"\s[-\u2013\u2014]\s|(?<=[^\W\d_]{4})[-\u2013\u2014] (?=[A-Z])")
_HYPHEN = re.compile(r"(?<=[^\W\d_]{4})[-\u2013\u2014](?=[^\W\d_]{3})")
_PREFIXES = frozenset("anti self semi inter counter trans ultra auto euro afro".split())
_BRACKET = re.compile(r"\(")
_MAX_PART_WORDS, _MAX_HYPHENATED, _MIN_WHOLE = 2, 3, 3
_SHORT_FORM = re.compile(r"[A-Z][A-Z.\-/]+$")
_DOUBLE_NAMES = frozenset(
    """guinea-bissau congo-kinshasa congo-brazzaville bosnia-herzegovina jammu-kashmir
    schleswig-holstein alsace-lorraine rhineland-palatinate burkina-faso""".split()
)
"""Names with a hyphen that are one word. No name of a part begins after this hyphen."""


def mark_faction(text: str) -> str:
    """Return a translated name with the word `faction` before the name of the part of a group.

    `Liberation Army - Minni Minawi` and `LA - K` name parts; `Liberation Army - LA` and `LA -
    Liberation Army of the North` give a short form.
    """
    if FACTION in fold(text).split():
        return _mark_stated(text)
    *whole, part = _DASH.split(text)
    if not whole:
        return _mark_hyphenated(text)
    if _SHORT_FORM.match(whole[0]):
        is_part = len(part.split()) <= _MAX_PART_WORDS
    else:
        is_part = not _SHORT_FORM.match(part) and not _ARMED.isdisjoint(fold(text).split())
    if not is_part:
        return text
    dash = list(_DASH.finditer(text))[-1]
    return f"{text[: dash.start()]} {FACTION} {text[dash.end() :]}"


def _mark_stated(text: str) -> str:
    """Move the word `faction` of a name to the place where the name of the part begins.

    The name of the part begins after the last dash or bracket before the word `faction`. A name
    without a dash, a bracket or further words stays as it is.
    """
    at = text.lower().rfind(FACTION)
    breaks = [*_DASH.finditer(text, 0, at), *_BRACKET.finditer(text, 0, at)]
    breaks = breaks or list(_HYPHEN.finditer(text, 0, at))
    if at < 0 or not breaks:
        return text
    last = max(breaks, key=lambda match: match.end())
    part = f"{text[last.end() : at]} {text[at + len(FACTION) :]}".strip(" ()")
    return f"{text[: last.start()]} {FACTION} {part}" if part else text


def _mark_hyphenated(text: str) -> str:
    """Return the name of an armed group with the name of its part after a hyphen (`Red
    Front-Unity`) marked.
    """
    for hyphen in _HYPHEN.finditer(text):
        whole, part = fold(text[: hyphen.start()]).split(), fold(text[hyphen.end() :]).split()
        if len(whole) < _MIN_WHOLE or _ARMED.isdisjoint(whole) or not part:
            continue
        if f"{whole[-1]}-{part[0]}" in _DOUBLE_NAMES or whole[-1] in _PREFIXES:
            continue
        if len(part) <= _MAX_HYPHENATED or not _ARMED.isdisjoint(part):
            return f"{text[: hyphen.start()]} {FACTION} {text[hyphen.end() :]}"
    return text


UNSPACED = re.compile("[\u30a1-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
"""Letters of scripts without spaces between words."""
_CITY = re.compile("(?<=[\u4e00-\u9fff]{2})[市省县縣](?=[\u4e00-\u9fff]{2})")
_EDGE = re.compile(
    f"(?<=[A-Za-z])(?={HAN.pattern})|(?<={HAN.pattern})(?=[A-Za-z])"
    f"|(?<=[\u30a1-\u30fe])(?={HAN.pattern})|(?<={HAN.pattern})(?=[\u30a1-\u30fe])"
)
_AND = re.compile(
    f"^[与與及暨和]$|^[与與及暨](?={HAN.pattern}{{2}})|(?<={HAN.pattern}{{2}})[与與及暨和](?={HAN.pattern}{{2}})"
)
"""Characters for `and`: alone between words of the lexicon, or before or between longer names."""
_Piece = tuple[str, str]
"""A piece of a name, and its English words; these are empty if the lexicon lacks the piece."""


@cache
def word_senses() -> dict[str, tuple[str, ...]]:
    """Return a mapping from a word of simplified characters, kana or Hangul to its English words,
    the usual one first.
    """
    rows = load_rows("unspaced_words", use="word")
    return {word: (usual, *filter(None, others.split("/"))) for word, usual, others in rows}


@cache
def _places() -> dict[str, str]:
    """Return a mapping from a place to its English name."""
    names = {**han_territories(), **load_pairs("unspaced_words", use="place")}
    return {level_han(word): name for word, name in names.items()}


@cache
def _lexicon() -> dict[str, str]:
    """Return a mapping from a word to its most usual English words; Chinese characters are
    simplified.
    """
    generic = {level_han(word): senses[0] for word, senses in word_senses().items()}
    return {**_places(), **generic}


@cache
def _longest() -> int:
    return max(map(len, _lexicon()))


def translate_unspaced_words(text: str) -> str:
    """Return a name with the words of the lexicon in English, separated from each other.

    `三菱造船株式会社` gives `三菱 shipbuilding kk`; other texts stay as they are.
    """
    if not UNSPACED.search(text):
        return text
    text = _EDGE.sub(" ", _CITY.sub(" ", text))
    return "".join(
        f" {english} " if english else _AND.sub(" ", piece)
        for piece, english in _join_remains(_pieces(text))
    )


def _pieces(text: str) -> Iterator[_Piece]:
    """Yield the parts of a name from left to right."""
    leveled = level_han(text)
    text = text if len(text) == len(leveled) else leveled
    lexicon, start, index = _lexicon(), 0, 0
    while index < len(text):
        word = _longest_word(leveled, index, lexicon) if UNSPACED.match(text[index]) else ""
        if word:
            if start < index:
                yield text[start:index], ""
            yield text[index : index + len(word)], lexicon[word]
            start = index = index + len(word)
        else:
            index += 1
    if start < len(text):
        yield text[start:], ""


def _longest_word(text: str, index: int, lexicon: dict[str, str]) -> str:
    """Return the longest word of the lexicon that begins at an index; empty if there is none."""
    for length in range(min(_longest(), len(text) - index), 1, -1):
        word = text[index : index + length]
        if word in lexicon:
            return word
    return ""


def _join_remains(pieces: Iterator[_Piece]) -> list[_Piece]:
    """Join each single character to the geographical name beside it, as a proper name.

    Foreign names are written by syllables, and some syllables also spell a country or a city:
    巴林顿 is Barrington, not Bahrain.
    """
    joined: list[_Piece] = []
    for piece, english in pieces:
        if joined and _is_cut_name(joined[-1], (piece, english)):
            joined[-1] = (joined[-1][0] + piece, "")
        else:
            joined.append((piece, english))
    return joined


def _is_cut_name(first: _Piece, second: _Piece) -> bool:
    places = _places()
    for (rest, english), (place, name) in ((first, second), (second, first)):
        if not english and len(rest) == 1 and HAN.match(rest) and name:
            return places.get(level_han(place)) == name
    return False


_ARABIC_LETTERS, _WORD = re.compile("[\u0600-\u06ff]"), re.compile(r"[^\W_]+(?:[’'][^\W_]+)*\.?")
_PREFIX = re.compile("^(?:\u0648?\u0627\u0644|\u0648?\u0644\u0644|\u0628\u0627\u0644)(?=\\w{3})")
_LEGAL_HEADS = ("aktiebolaget", "aktiebolag", "aktiengesellschaft", "aktieselskab")
"""Legal forms that may be written together with the word before them."""
_LEAST_PART = 4
_JOINT = re.compile("(?:e?[sn]|er|-)$")
"""Letters that may join the parts of a compound."""
_ELIDED = frozenset(("l", "d", "dell", "dall", "all", "nell", "sull", "qu"))
_LEAST_PLURAL = 7
_PLURAL = re.compile("(?:(ie)|(?<=[^su]))s$")
_DOMAIN = re.compile(r"(?<=\w{3})\.(?:com|net|org|info|biz)\b", re.I)
_LIL = re.compile(r"\b(?:lil|lel)[-\s]+(?=\w{3})", re.I)

VESSEL = re.compile(r"^\s*(?:M[./]?\s?[VT]|S[./]?\s?S|F[./]?\s?V)[.]?\s+(?=\w)")
"""Type of a ship before her name."""


@cache
def _meanings() -> dict[str, str]:
    """Return a mapping from a word to the English word that replaces it."""
    return {word: meaning for _, _, word, meaning in load_rows("group_words")}


@cache
def _heads() -> frozenset[str]:
    return load_words("compound_heads")


@cache_short_texts(20_000)
def translate_generic_words(text: str) -> str:
    """Return a group's name with its generic words in English and without Arabic articles."""
    if not text.isascii():
        text = translate_unspaced_words(text)
    # MV, M/T and SS state the type of a ship and are no part of its name.
    text = VESSEL.sub("", _LIL.sub("", _DOMAIN.sub("", text)))
    return _WORD.sub(lambda match: _meaning(match[0]), text)


def stem(word: str) -> str:
    """Return a word without the ending of its plural (`industries` gives `industry`)."""
    return _PLURAL.sub(lambda match: "y" if match[1] else "", word)


def english_stem(word: str) -> str:
    """Return the stem of an English word, in the form that names have once their words are
    translated.
    """
    return stem(_find_meaning(word) or word)


@cache_short_texts(50_000)
def _meaning(word: str) -> str:
    bare = word.rstrip(".").replace("’", "'").lower()
    if bare.isascii():
        return _translate_folded(bare) or word
    meaning = _meanings().get(bare)
    if meaning is None and _ARABIC_LETTERS.search(bare):
        bare = _PREFIX.sub("", bare)
        meaning = _meanings().get(bare, bare)
    return meaning or _translate_folded(bare) or word


def _translate_folded(word: str) -> str:
    """Return the English word for a generic word; an empty text if the word is not generic.

    An elided article is removed: `l'armée` and `dell'esercito` are armies. The noun after it is
    returned even if it is not generic.
    """
    article, _, noun = word.rpartition("'")
    if article not in _ELIDED:
        return _find_meaning(word)
    return _find_meaning(noun) or noun


def _find_meaning(word: str) -> str:
    """Return the English word for a generic word; an empty text if the word is not generic.

    Plurals in s, longer romanizations and compounds are recognized.
    """
    bare = letters(word)
    meanings = _meanings()
    meaning = meanings.get(bare, "")
    if not meaning and bare.endswith("s") and len(bare) >= _LEAST_PLURAL:
        meaning = meanings.get(bare[:-1], "")
    meaning = meaning or meanings.get(simplify_romanization(bare), "")
    return meaning or (_split_compound(bare) if len(bare) >= 2 * _LEAST_PART else "")


def _split_compound(word: str) -> str:
    """Return the English words for a compound of generic words; an empty text if the word is no
    such compound.

    `werkzeugfabrik` gives `tools factory`. Legal forms are separated from any word.
    """
    meanings = _meanings()
    for index in range(_LEAST_PART, len(word) - _LEAST_PART + 1):
        first, head = word[:index], word[index:]
        if head in _heads():
            meaning = meanings.get(first) or meanings.get(_JOINT.sub("", first))
            if meaning:
                return f"{meaning} {meanings.get(head, head)}"
        elif head in _LEGAL_HEADS:
            first = _JOINT.sub("", first) if first.endswith("s") else first
            return f"{meanings.get(first, first)} {head}"
    return ""
