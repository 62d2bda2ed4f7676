"""Spellings of groups' names that are levelled before their words are read.

HTML entities, letters and spaces that got lost (`B?hler`, `SciencesUniversity`), legal forms in
words (`société anonyme`) or letter by letter (`S. p. A.`), and articles and links of Arabic and
Persian names (`ash-Sham`, `Hezb-e Islami`).

Names of parts of armed and political groups: factions, wings, dissidents.
"""

from __future__ import annotations

import html
import re
from operator import itemgetter

from resolver.data import load_pairs, load_words
from resolver.normalize.folding import fold, letters
from resolver.normalize.group_lexicons.cities import city_name
from resolver.records.prepared.value_flags import FACTION

_ENTITY = re.compile(r"&#?\w{2,8};")
_GLUED = re.compile(r"(?<=[^\W\d_A-Z]{4})(?=[A-Z][^\W\d_A-Z]{3})")
_SPELLED = re.compile(r"(?<![\w.&'’/-])(?:[^\W\d_](?:\.\s?|/|\s)){1,4}[^\W\d_](?![\w&'’-])\.?")
"""Single letters with dots, slashes or spaces between them."""
_AMPERSAND = re.compile(r"(?<![\w&])([A-Z]{1,3})\s?&\s?([A-Z]{1,2})(?![\w&])")
"""Capitals with an ampersand between them."""
_LOST = re.compile(r"(?<=[^\W\d_])[?\ufffd](?=[^\W\d_])")
"""Sign in place of a letter that an encoding lost."""
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
"""Phrases that mean one word, and their usual form. `Armée` at the end is no army."""
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
"""Letters of a word whose romanization is simplified, at least."""


def level_spelling(text: str) -> str:
    """Return a group's name with its words apart and its legal forms as abbreviations."""
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
    """Return the name of a university that is called by its founder with that of its city."""
    plain = text.translate(_UMLAUTS)
    match = _NAMED.search(plain) if len(plain) == len(text) else None
    if match is None:
        return text
    city = _FOUNDERS[re.sub(r"[\s-]", " ", match[1].lower())]
    # The city may follow, in any language.
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
    """Return capitals beside an ampersand as one word (`AT&T`), unless that is a legal form."""
    joined = match[1] + match[2]
    return match[0] if joined.lower() in _LEGAL_LETTERS else joined


def _join_letters(match: re.Match[str]) -> str:
    """Return letters that spell a legal form as one word, others as they are."""
    joined = "".join(letter for letter in match[0] if letter.isalpha())
    return joined if joined.lower() in _LEGAL_LETTERS else match[0]


def _abbreviate_legal_forms(text: str) -> str:
    """Return a name with legal forms that are written in words abbreviated."""
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
"""Words with a hyphen that are one, before which no whole ends."""


def mark_faction(text: str) -> str:
    """Return a translated name with the word `faction` where the name of a part begins.

    `Liberation Army - Minni Minawi` and `LA - K` are parts, `Liberation Army - LA` and
    `LA - Liberation Army of the North` give a short form.
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
    """Return a name that says `faction` with that word before the name of the part.

    It begins after the last dash or bracket before the word, if it has other words.
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
    """Return the name of an armed group with its part after a hyphen (`Red Front-Unity`) marked."""
    for hyphen in _HYPHEN.finditer(text):
        whole, part = fold(text[: hyphen.start()]).split(), fold(text[hyphen.end() :]).split()
        if len(whole) < _MIN_WHOLE or _ARMED.isdisjoint(whole) or not part:
            continue
        if f"{whole[-1]}-{part[0]}" in _DOUBLE_NAMES or whole[-1] in _PREFIXES:
            continue
        if len(part) <= _MAX_HYPHENATED or not _ARMED.isdisjoint(part):
            return f"{text[: hyphen.start()]} {FACTION} {text[hyphen.end() :]}"
    return text
