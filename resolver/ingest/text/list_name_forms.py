"""A name with all that lists put into it: what persons' and groups' names have in common here.

`Forms` is a name taken apart. `list_persons` and `list_groups` do it: the first name is freed of everything else,
every variant becomes a whole name of its own, and what is no name (`Governor of …`, `branch`) is told apart or left
where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MAX_NAME = 1_500
"""Characters; a longer text is no name that could be taken apart, and is left as it is."""
BRACKET = re.compile(r"\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)?")
_OPENING, _CLOSING = "\"'‘“„«”", "\"'’”»“"
_LANGUAGE = r"(?:Russian|Belarusian|Belarussian|Ukrainian|Arabic|Persian|Farsi|Chinese|Korean|English|Kurdish|Hebrew|Burmese)"
AKA = re.compile(
    r"^(?:(?:a\.?/?k\.?/?a\.?:?|aka|also known as|also|alias(?:es)?:?|alternatively(?: spelled)?"
    rf"|alternative spellings?:?|variant|or|d/b/a|known as|nickname:?|in {_LANGUAGE}(?: script)?:?)\s+"
    rf"|(?:{_LANGUAGE}|original)(?: script| spelling)?:\s*)",
    re.I,
)
FORMER = re.compile(
    r"^(?:(?:formerly|previously)(?: known| listed)?(?: as)?|f\.?k\.?a\.?|born|née|nee|maiden name|ex)(?:[:.\s]+|$)",
    re.I,
)
ROLE = re.compile(
    r"\b(?:governor|head|leader|chief|minister|commander|director|member|deputy|listed|branch|name|third|in charge"
    r"|responsible|script|sign|part of|previous|former|located|identity|birth|nom|call|representative|spokes\w+"
    r"|secretary|born|date)\b",
    re.I,
)
LATIN = r"A-Za-zÀ-ɏḀ-ỿ"
_OTHER = rf"[^\W\d_{LATIN}]"
_OUTSIDE_AKA = re.compile(r"\s+(?:a\.?/?k\.?/?a\.?|d/b/a|(?:also )?known as|alias)\s+", re.I)
_OUTSIDE_FORMER = re.compile(r"\s+(?:f\.?k\.?a\.?|formerly(?: known as)?|born)\s+", re.I)
_FOREIGN_RUN = re.compile(
    rf"[–-]?\s*/?({_OTHER}{{2,}}(?:[\W\d]+{_OTHER}+)*|{_OTHER}(?:[\W\d]+{_OTHER}+)+)"
)
_ENUMERATOR = re.compile(r"^\(?[a-z]\)\s*(?=\S)")
_LABEL_ONLY = re.compile(rf"{_LANGUAGE}:?|text of image", re.I)


@dataclass(frozen=True, slots=True)
class Forms:
    """A name taken apart: `name`, whether the whole stood in quotes as nicknames do, and all it says besides as
    (property, text): alias, weakAlias, previousName, abbreviation, title, notes. No repetitions."""

    name: str
    nickname: bool = False
    others: tuple[tuple[str, str], ...] = ()

    def all_names(self) -> tuple[tuple[str, str], ...]:
        """(property, text) of everything, the main name first."""
        return (("name", self.name), *self.others) if self.name else self.others


@dataclass(slots=True)
class Gathering:
    """What is found in a name while it is taken apart, in order of appearance."""

    name: str = ""
    nickname: bool = False
    aliases: list[str] = field(default_factory=list)
    weak: list[str] = field(default_factory=list)
    previous: list[str] = field(default_factory=list)
    abbreviations: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def finished(self) -> Forms:
        """The forms, without repetitions and empty texts."""
        found: dict[tuple[str, str], None] = {}
        for prop, texts in (
            ("alias", self.aliases),
            ("weakAlias", self.weak),
            ("previousName", self.previous),
            ("abbreviation", self.abbreviations),
            ("title", self.titles),
            ("notes", self.notes),
        ):
            found.update({(prop, text): None for text in texts if text and text != self.name})
        return Forms(self.name, self.nickname, tuple(found))


def plain(text: str) -> str:
    """Without the marks around a name: white space, enumeration, the language before it, quotes around it all."""
    text = " ".join(text.replace("\xa0", " ").replace("​", "").split()).strip(" ,;–-")
    text = _ENUMERATOR.sub("", text.lstrip(")").strip())
    if _LABEL_ONLY.fullmatch(text):
        return ""
    return unquoted(AKA.sub("", text) if ":" in text[:20] else text)


def unquoted(text: str) -> str:
    """Without the quotes around the whole; one quote alone belongs to a word inside."""
    text = text.strip()
    while (
        len(text) > 1 and text[0] in _OPENING and text[-1] in _CLOSING and text[0] not in text[1:-1]
    ):
        text = text[1:-1].strip()
    return text


def foreign(text: str) -> tuple[str, list[str]]:
    """A Latin text without what it says again in another script (outside brackets), and that."""
    bare = BRACKET.sub(" ", text)
    if text.isascii() or not re.match(rf"\W*[{LATIN}]", bare) or _share_of_latin(bare) < 0.4:
        return text, []
    outside = BRACKET.sub(lambda match: "x" * len(match[0]), text)
    found: list[str] = []
    kept, end = "", 0
    for match in _FOREIGN_RUN.finditer(outside):
        if (
            re.search(rf"[{LATIN}]$", outside[: match.start()].rstrip("-")[-1:])
            and not match[0][0].isspace()
            and match[0][0] not in "–/-"
        ):
            continue
        found += [unquoted(part.strip(" -–/,")) for part in re.split(r"\s*[,،;]\s*", match[1])]
        kept, end = kept + text[end : match.start()], match.end()
    kept = (kept + text[end:]).strip(" –-/,")
    return (kept, [part for part in found if part]) if kept else (text, [])


def _share_of_latin(text: str) -> float:
    letters = [char for char in text if char.isalpha()]
    return len(re.findall(f"[{LATIN}]", text)) / max(len(letters), 1)


def aside(text: str, forms: Gathering) -> str:
    """A name without the other names that follow it outside brackets (`X a.k.a. Y`)."""
    brackets = [match.span() for match in BRACKET.finditer(text)]
    for pattern, former in ((_OUTSIDE_FORMER, True), (_OUTSIDE_AKA, False)):
        for match in pattern.finditer(text):
            if any(start <= match.start() < end for start, end in brackets):
                continue
            head, tail = text[: match.start()], text[match.end() :].strip()
            if head and tail:
                tail = tail if "(" in tail else tail.rstrip(") ")
                for part in re.split(r"\s*,\s*|\s+and\s+", tail):
                    name = unquoted(part)
                    unmarked = name == part and " " in name
                    if former and " " not in name and " " in head:
                        name = f"{head.strip(' ,–-').rsplit(' ', 1)[0]} {name}"
                    (
                        forms.previous if former else forms.aliases if unmarked else forms.weak
                    ).append(name)
                return head.strip(" ,–-")
    return text
