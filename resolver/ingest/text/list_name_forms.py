"""Parsed names with all their variants: common ground of persons' and groups' names.

`NameForms` is a parsed name. `person_names` and `group_names` build it: the main name is freed of
everything else, every variant becomes a whole name of its own, and a text that is no name
(`Governor of …`, `branch`) becomes a note or stays in place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MAX_NAME = 1_500
"""Characters; a longer text is not parsed, and is left as it is."""
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
    """Remove the quotes around a whole text; a single quote belongs to a word inside."""
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
