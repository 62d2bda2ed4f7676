"""Names in lists: given-family order, items of a cell, scripts.

`NameForms` is a parsed name with all its variants. `names.parse_person_name` and
`names.parse_group_name` build it. They remove everything else from the main name, and make each
variant in a bracket or after a slash a whole name. A text that is no name (`Governor of …`,
`branch`) becomes a note or stays in place. Nothing is invented.
"""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler

from resolver.lists.text.name_words import split_title
from resolver.runtime.text_cache import cache_short_texts

_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation, " "))
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.I)
_SCRIPT_SAMPLE = 200
"""Number of letters of a text that are examined to find its script."""
_TRAILING_SUFFIX = re.compile(r"(?:,|(?<!\s))\s++((?:jr|sr)\.?|ii|iii|iv)$", re.I)


@dataclass(frozen=True, slots=True)
class PersonName:
    """Person's name in given-family order, with the parts that the list distinguishes (otherwise
    empty).
    """

    full: str
    given_name: str = ""
    family: str = ""
    suffix: str = ""
    title: str = ""


def parse_family_first(text: str) -> PersonName:
    """Turn `FAMILY, Given Middle, Jr.` into given-family order.

    A name without a comma stays as it is.

    Titles before the given name (`KHAN, Haji Abdul`) are separated from it.
    """
    parts = [part.strip() for part in text.split(",")]
    suffix = " ".join(part for part in parts[1:] if _SUFFIX.fullmatch(part))
    rest = [part for part in parts[1:] if part and not _SUFFIX.fullmatch(part)]
    if not rest:
        name, title = split_title(parts[0])
        return PersonName(f"{name} {suffix}".strip(), suffix=suffix, title=title)
    given_name, title = split_title(" ".join(rest))
    family = parts[0]
    full = " ".join(part for part in (given_name, family, suffix) if part)
    return PersonName(full, given_name, family, suffix, title)


def split_suffix(text: str) -> tuple[str, str]:
    """Split `ABEL HERNANDEZ, JR.` into (`ABEL HERNANDEZ`, `JR.`)."""
    match = _TRAILING_SUFFIX.search(text)
    return (text[: match.start()], match[1]) if match else (text, "")


def match_key(text: str) -> str:
    """Return the sorted words of a name without case and marks; equal for variants in one list."""
    return " ".join(sorted(text.casefold().replace("'", "").translate(_PUNCTUATION).split()))


@cache_short_texts(8_192)
def script_of(text: str) -> str:
    """Return the script of most letters as named by Unicode (`LATIN`, `CYRILLIC` …), or empty."""
    text = text[:_SCRIPT_SAMPLE]
    if text.isascii():
        return "LATIN" if any(map(str.isalpha, text)) else ""
    counts: dict[str, int] = {}
    for char in text:
        if char.isalpha():
            script = _script(char)
            counts[script] = counts.get(script, 0) + 1
    return max(sorted(counts), key=counts.__getitem__) if counts else ""


@lru_cache(maxsize=4_096)
def _script(char: str) -> str:
    return unicodedata.name(char, "UNKNOWN").split(" ", 1)[0]


def is_spelling_variant(left: str, right: str) -> bool:
    """Return whether two words are of one script and similar (Jaro-Winkler of at least 0.7)."""
    if script_of(left) != script_of(right):
        return False
    return JaroWinkler.similarity(left.casefold(), right.casefold()) >= 0.7


def is_capitals(word: str) -> bool:
    """Return whether a word is in capitals like a family name (`ZOLOTOV`), and is no initial."""
    last = re.split(r"[-–]", word.strip(",.()"))[-1]
    return len(last) > 1 and last.isupper()


def split_items(cell: str) -> list[str]:
    """Split a cell at semicolons, except those inside double quotes or brackets.

    Quotes around a whole item are removed.
    """
    cell = cell.replace("\x00", " ")
    if ";" not in cell:
        parts = [cell]
    else:
        parts = _SEMICOLON.split(_PROTECTED.sub(lambda match: match[0].replace(";", "\x00"), cell))
    items = [_strip_item_quotes(part.replace("\x00", ";").strip()) for part in parts]
    return [item for item in items if item]


_SEMICOLON = re.compile(r"(?:(?<!\s)\s++)?;\s*")
_PROTECTED = re.compile(
    r'(?:(?<=;)|(?<=; )|^)"[^"]*(?:""[^"]*)*"(?=\s*;|\s*$)|\([^();]*(?:\([^()]*\)[^();]*)?;[^()]*\)'
)


def _strip_item_quotes(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('""', '"')
    return text.strip().strip(",").strip()


MAX_NAME = 1_500
"""Maximum number of characters of a name that is parsed; a longer text is left as it is."""
BRACKET = re.compile(r"(?:(?<!\s)\s++)?\(([^()]*(?:\([^()]*\)[^()]*)*)\)?")
_OPENING, _CLOSING = "\"'‘“„«”", "\"'’”»“"
_LANGUAGE = (
    r"(?:Russian|Belarusian|Belarussian|Ukrainian|Arabic|Persian|Farsi|Chinese|Korean|English"
    r"|Kurdish|Hebrew|Burmese)"
)
AKA = re.compile(
    r"^(?:(?:a\.?/?k\.?/?a\.?:?|aka|also known as|also|alias(?:es)?:?|alternatively(?: spelled)?"
    rf"|alternative spellings?:?|variant|or|d/b/a|known as|nickname:?"
    rf"|in {_LANGUAGE}(?: script)?:?)\s+"
    rf"|(?:{_LANGUAGE}|original)(?: script| spelling)?:\s*)",
    re.I,
)
FORMER = re.compile(
    r"^(?:(?:formerly|previously)(?: known| listed)?(?: as)?|f\.?k\.?a\.?|born|née|nee|maiden name"
    r"|ex)(?:[:.\s]+|$)",
    re.I,
)
ROLE = re.compile(
    r"\b(?:governor|head|leader|chief|minister|commander|director|member|deputy|listed|branch|name"
    r"|third|in charge"
    r"|responsible|script|sign|part of|previous|former|located|identity|birth|nom|call"
    r"|representative|spokes\w+"
    r"|secretary|born|date)\b",
    re.I,
)
LATIN = r"A-Za-zÀ-ɏḀ-ỿ"
_OTHER_SCRIPT = rf"[^\W\d_{LATIN}]"
_OUTSIDE_AKA = re.compile(
    r"(?<!\s)\s++(?:a\.?/?k\.?/?a\.?|d/b/a|(?:also )?known as|alias)\s+", re.I
)
_OUTSIDE_FORMER = re.compile(r"(?<!\s)\s++(?:f\.?k\.?a\.?|formerly(?: known as)?|born)\s+", re.I)
_FOREIGN_RUN = re.compile(
    rf"(?:[–-]\s*+|(?<!\s)\s++|)/?({_OTHER_SCRIPT}{{2,}}(?:[\W\d]+{_OTHER_SCRIPT}+)*"
    rf"|{_OTHER_SCRIPT}(?:[\W\d]+{_OTHER_SCRIPT}+)+)"
)
_ENUMERATOR = re.compile(r"^\(?[a-z]\)\s*(?=\S)")
_LABEL_ONLY = re.compile(rf"{_LANGUAGE}:?|text of image", re.I)


@dataclass(frozen=True, slots=True)
class NameForms:
    """Parsed name: the main `name` and its other forms, without repetitions.

    `is_nickname`: the whole text was in quotes, like a nickname. `variants` are (property, text):
    alias, weakAlias, previousName, abbreviation, title, notes.
    """

    name: str
    is_nickname: bool = False
    variants: tuple[tuple[str, str], ...] = ()

    def all_names(self) -> tuple[tuple[str, str], ...]:
        """Return (property, text) of all forms, the main name first."""
        return (("name", self.name), *self.variants) if self.name else self.variants


@dataclass(slots=True)
class NameFormsBuilder:
    """Forms of a name while it is parsed, in order of appearance."""

    name: str = ""
    is_nickname: bool = False
    aliases: list[str] = field(default_factory=list)
    weak_aliases: list[str] = field(default_factory=list)
    previous_names: list[str] = field(default_factory=list)
    abbreviations: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def build(self) -> NameForms:
        """Build the forms, without repetitions and empty texts."""
        variants: dict[tuple[str, str], None] = {}
        for prop, texts in (
            ("alias", self.aliases),
            ("weakAlias", self.weak_aliases),
            ("previousName", self.previous_names),
            ("abbreviation", self.abbreviations),
            ("title", self.titles),
            ("notes", self.notes),
        ):
            variants.update({(prop, text): None for text in texts if text and text != self.name})
        return NameForms(self.name, self.is_nickname, tuple(variants))


def strip_name_marks(text: str) -> str:
    """Remove the marks around a name: white space, enumeration, language, outer quotes."""
    text = " ".join(text.replace("\xa0", " ").replace("​", "").split()).strip(" ,;–-")
    text = _ENUMERATOR.sub("", text.lstrip(")").strip())
    if _LABEL_ONLY.fullmatch(text):
        return ""
    return strip_quotes(AKA.sub("", text) if ":" in text[:20] else text)


def strip_quotes(text: str) -> str:
    """Remove the quotes around a whole text; a single quote inside a word stays."""
    text = text.strip()
    while (
        len(text) > 1 and text[0] in _OPENING and text[-1] in _CLOSING and text[0] not in text[1:-1]
    ):
        text = text[1:-1].strip()
    return text


def split_other_scripts(text: str) -> tuple[str, list[str]]:
    """Split a Latin text from its repetitions in other scripts outside brackets."""
    bare = BRACKET.sub(" ", text)
    if text.isascii() or not re.match(rf"\W*[{LATIN}]", bare) or _latin_share(bare) < 0.4:
        return text, []
    masked = BRACKET.sub(lambda match: "x" * len(match[0]), text)
    parts: list[str] = []
    latin, end = "", 0
    for match in _FOREIGN_RUN.finditer(masked):
        if (
            re.search(rf"[{LATIN}]$", masked[: match.start()].rstrip("-")[-1:])
            and not match[0][0].isspace()
            and match[0][0] not in "–/-"
        ):
            continue
        parts += [
            strip_quotes(part.strip(" -–/,"))
            for part in re.split(r"(?:(?<!\s)\s++)?[,،;]\s*", match[1])
        ]
        latin, end = latin + text[end : match.start()], match.end()
    latin = (latin + text[end:]).strip(" –-/,")
    return (latin, [part for part in parts if part]) if latin else (text, [])


def _latin_share(text: str) -> float:
    letters = [char for char in text if char.isalpha()]
    return len(re.findall(f"[{LATIN}]", text)) / max(len(letters), 1)


def split_trailing_names(text: str, forms: NameFormsBuilder) -> str:
    """Return a name without the other names after it (`X a.k.a. Y`); these join `forms`."""
    brackets = [match.span() for match in BRACKET.finditer(text)]
    for pattern, is_former in ((_OUTSIDE_FORMER, True), (_OUTSIDE_AKA, False)):
        for match in pattern.finditer(text):
            if any(start <= match.start() < end for start, end in brackets):
                continue
            head, tail = text[: match.start()], text[match.end() :].strip()
            if head and tail:
                tail = tail if "(" in tail else tail.rstrip(") ")
                for part in re.split(r"(?:(?<!\s)\s++)?,\s*|(?<!\s)\s++and\s+", tail):
                    name = strip_quotes(part)
                    is_plain = name == part and " " in name
                    if is_former and " " not in name and " " in head:
                        name = f"{head.strip(' ,–-').rsplit(' ', 1)[0]} {name}"
                    (
                        forms.previous_names
                        if is_former
                        else forms.aliases
                        if is_plain
                        else forms.weak_aliases
                    ).append(name)
                return head.strip(" ,–-")
    return text
