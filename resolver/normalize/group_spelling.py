"""Spellings of groups' names that are levelled before their words are read.

HTML entities, letters and spaces that got lost (`B?hler`, `SciencesUniversity`), legal forms in
words (`société anonyme`) or letter by letter (`S. p. A.`), and articles and links of Arabic and
Persian names (`ash-Sham`, `Hezb-e Islami`).
"""

from __future__ import annotations

import html
import re

from resolver.normalize.folding import letters
from resolver.normalize.group_lexicons.company_words import LEGAL_LETTERS, LEGAL_PHRASES

_ENTITY = re.compile(r"&#?\w{2,8};")
_GLUED = re.compile(r"(?<=[^\W\d_A-Z]{4})(?=[A-Z][^\W\d_A-Z]{3})")
_SPELLED = re.compile(r"(?<![\w.&'’/-])(?:[^\W\d_](?:\.\s?|/|\s)){1,4}[^\W\d_](?![\w&'’-])\.?")
"""Single letters with dots, slashes or spaces between them."""
_LOST = re.compile(r"(?<=[^\W\d_])[?\ufffd](?=[^\W\d_])")
"""Sign in place of a letter that an encoding lost."""
_SPACED = re.compile(r"[\s.\-]+")
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
        (r"(?<=\w )arm[ée]e(?=\s*(?:$|[-(/,]))", "armed"),
    )
)
"""Phrases that mean one word, and their usual form. `Armée` at the end is no army."""
_PHRASE_WORDS = re.compile("central african|centrafricaine|ivoire|columbia|arm[ée]e", re.I)
_IN = re.compile(r"(?<=\w)\sin\s(?=\w)", re.I)
"""Preposition between words, which would be read as the legal form Inc."""
_LONG_VOWEL, _NISBA = re.compile(r"([aeiou])\1"), re.compile(r"(?<=\w{3})i{1,3}y{1,3}(?:a?h?|eh)$")
_WAYS = "|".join(
    phrase.replace("+", r"[\s.\-]+")
    for phrase in sorted(LEGAL_PHRASES, key=lambda phrase: (-len(phrase), phrase))
)
_PHRASE = re.compile(rf"\b(?:{_WAYS})\b")
_PHRASE_START = frozenset(phrase.split("+")[0] for phrase in LEGAL_PHRASES)


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
    if "-" in text:
        text = _LINK.sub(" ", _ARTICLE.sub("al-", text))
    if " " in text.strip():
        text = _IN.sub(" of ", _GLUED.sub(" ", text))
    return _abbreviate_legal_forms(_SPELLED.sub(_join_letters, text))


def simplify_romanization(word: str) -> str:
    """Return an ASCII word of Arabic or Persian with short vowels and the plainest ending.

    `ansaar` and `shabiyya` become `ansar` and `shabi`; short words stay.
    """
    if len(word) < _MIN_SIMPLIFIED:
        return word
    return _LONG_VOWEL.sub(r"\1", _NISBA.sub("i", word)).replace("ou", "u")


def _join_letters(match: re.Match[str]) -> str:
    """Return letters that spell a legal form as one word, others as they are."""
    joined = "".join(letter for letter in match[0] if letter.isalpha())
    return joined if joined.lower() in LEGAL_LETTERS else match[0]


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
    short = LEGAL_PHRASES[_SPACED.sub("+", phrase[0])]
    return " ".join((*words[:first], short, *words[last:]))
