"""Documents that lists describe in words: `Kuwaiti passport number 101856740, issued on 12.5.2005`.

`read_documents` takes a text that may hold several and gives an identifier for each number it is sure of, and the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from resolver.errors import DateError
from resolver.ingest.text.list_dates import canonical
from resolver.ingest.text.list_names import split_items
from resolver.ingest.text.name_words import is_country
from resolver.records import Identifier

MAX_TEXT = 5_000
"""Characters; a longer text is kept without being read."""
_DATE = (
    r"(?:\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2} ?[A-Z][a-z]{2,8}\.? ?\d{4}|[A-Z][a-z]{2,8}\.? (?:\d{1,2}, )?\d{4}"
    r"|\d{4}-\d\d-\d\d|\d{4}\b)"
)
_EXPIRES = re.compile(
    r"(?:and |with )?(?:(?:passport )?expir(?:e[sd]?|ing|y|ation)(?: date)?(?: of)?|exp\.|valid until)(?: on)?:?"
    rf"\s*({_DATE})",
    re.I,
)
_ISSUED = re.compile(
    rf"(?:date of issue|issue date|(?:approximately )?(?:issued|delivered))(?: on| in)?:?\s*({_DATE})",
    re.I,
)
_ENUMERATOR = re.compile(r"(?:^|[\s,;])\(?(?:[a-h]|i{1,3}|iv)\)\s*")
_NEXT = re.compile(
    r";(?!\s*(?:issued|expir|issue|name|date|place|valid))(?![^()]*\))\s*"
    r"|,\s*(?=[A-ZА-Я]{0,4}[- ]?\d[\w/-]*(?:\s*\(|\s*,|\s*$))|\s+and\s+(?=[A-Z]{0,3}\d{5})"
)
_NUMBER = re.compile(
    r"(?<![\w.])(?:No\.?\s*)?(\d{1,2}/[A-Za-z ]+\s?\([A-Za-z]+\)\s?\d[\d ]*"
    r"|(?:[A-ZА-ЯЁ]{1,3}(?: |- ?)){0,2}\w{0,10}[-/.№]{0,2}\d[\w./*-]*(?: [\d-]{2,}[\w-]*| \d\b)*)"
)
_SERIES = re.compile(r"(?:series\s+)?(\d{4}) No\.? ?(\d{5,})", re.I)
_LABEL = re.compile(
    r"(?:(?:passport|identity|identification|national|id|card|cedula|travel document|number|numbers|no|nr|n°|№|code"
    r"|certificate|licen[cs]e|tazkira|document|personal|voter|student|residency|residence|military|fiscal"
    r"|social security|ssn|laissez-passer|diplomatic|service|provisional|foreign|other|ration|permit|inmate"
    r"|registration|alien|bpa|mrz|driving|birth|itin|nationality)\b[.:'’]*\s*)+",
    re.I,
)
_COUNTRY_WORD = re.compile(
    r"\b((?:[A-Z][a-z]+ )?(?:[A-Z][a-zé]+(?:an|ish|ese|ch|ni|ri|ti|li|qi|ai|ki|en|ek|in|ino|ic|wiss)|CAR|DRC|US|UK))\b"
)


@dataclass(frozen=True, slots=True)
class Documents:
    """What a text describes: the identifiers, and the pieces without a number."""

    identifiers: tuple[Identifier, ...]
    left: tuple[str, ...] = ()


@lru_cache(maxsize=8_192)
def read_documents(text: str, prop: str, origin: str) -> Documents:
    """The documents that a cell describes; `prop` holds where the words do not say otherwise."""
    if len(text) > MAX_TEXT:
        return Documents((), (text,))
    found: list[Identifier] = []
    left: list[str] = []
    for item in split_items(text.replace("\xa0", " ").replace("‐", "-")):
        for part in _ENUMERATOR.split(item.strip('"')):
            for piece in _NEXT.split(part):
                piece = piece.strip(' ,;"')
                if not piece or piece.upper() in ("N/D", "N/A", "UNKNOWN", "DOES NOT EXIST"):
                    continue
                document = read_document(piece, prop, origin)
                if document:
                    found.append(document)
                else:
                    left.append(piece)
    return Documents(tuple(found), tuple(left))


def read_document(
    text: str, prop: str, origin: str, country: str = "", kind: str = ""
) -> Identifier | None:
    """The identifier of one described document, or None where no number can be made out."""
    rest = text
    expires, rest = _dated(_EXPIRES, rest)
    issued, rest = _dated(_ISSUED, rest)
    if series := _SERIES.search(rest):
        number, start, end = f"{series[1]} {series[2]}", series.start(), series.end()
    else:
        match = _number(rest)
        if not match:
            return None
        number, start, end = match[1].strip(" .,-"), match.start(), match.end()
    if len(number) > 60:
        return None
    before, after = rest[:start].strip(" ,.;:"), " ".join(rest[end:].split()).strip(" ,.;:")
    label = _label(before, after)
    country = country or _country(before, after, label)
    note = _note(before, after, label, country)
    return Identifier(
        _best(prop, f"{kind} {before} {after}", number),
        number,
        country,
        kind or label,
        issued,
        expires,
        "" if note == country else note,
        origin,
    )


def _number(text: str) -> re.Match[str] | None:
    """The number: after a label if there is one, else the first word with digits; never inside brackets."""

    def outside(place: int) -> bool:
        return text.count("(", 0, place) == text.count(")", 0, place)

    for label in _NUMBER_LABEL.finditer(text):
        match = _NUMBER.match(text, label.end())
        if match and outside(match.start()):
            return match
    return next((match for match in _NUMBER.finditer(text) if outside(match.start())), None)


_NUMBER_LABEL = re.compile(
    r"\b(?:number|no\.|nr\.|n°|no|card|passport|ssn|id|code|document)[:.]?\s*(?=[^\s(]*\d)", re.I
)


def _dated(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """The date that a phrase states, and the text without the phrase."""
    match = pattern.search(text)
    if not match:
        return "", text
    try:
        date = canonical(
            match[1].replace(".", ". ") if re.search(r"[a-z]\.\d", match[1]) else match[1]
        )
    except DateError:
        return "", text
    return date, f"{text[: match.start()]} {text[match.end() :]}"


def _country(before: str, after: str, label: str) -> str:
    """The country a document is of, in the list's own words (`Iran`, `Kuwaiti`)."""
    inner = after.removeprefix("(").split(")")[0].strip(" ,.")
    for text in (
        after.strip("()"),
        inner,
        inner.split(",")[0],
        before,
        _LABEL.sub(" ", label).strip(" ,.:"),
    ):
        if is_country(text):
            return text
    for text in (label, before, inner.split(",")[0]):
        if match := _COUNTRY_WORD.search(_LABEL.sub(" ", text)):
            return match[1]
    for match in re.finditer(
        r"issued (?:in|by)(?: the)? (?:[^,()]*, )?([A-Z][A-Za-z ]+(?:\([A-Za-z ]+\))?)", after
    ):
        if is_country(match[1]):
            return match[1].strip()
    return ""


def _label(before: str, after: str) -> str:
    """What the document is called: the words before the number, else those that open the bracket after it."""
    for text in (before, after.lstrip("(")):
        words = re.split(r"[,;()]|\b(?:issued|which|in|name|place)\b", text)[0].strip(" :.")
        if words and _LABEL.search(words) and len(words) < 60:
            return words
    return ""


def _note(before: str, after: str, label: str, country: str) -> str:
    note = after
    if note.startswith("(") and note.count("(") >= note.count(")"):
        note = note[1:-1] if note.endswith(")") else note[1:]
    note = note.removeprefix(label).strip(" ,;.")
    if note.count(")") > note.count("("):
        note = note.replace(")", "", 1)
    if is_country(note) or note == "number":
        note = ""
    if (
        before
        and before not in (label, country)
        and not is_country(before)
        and not _LABEL.fullmatch(before)
    ):
        note = f"{before} {note}"
    return " ".join(note.replace("()", "").split()).strip(" ,;")


_KINDS = (
    (re.compile(r"fiscal code|tax(?:payer)?\b|\bTIN\b|\bNIF\b|\bNIT\b", re.I), "taxNumber"),
    (re.compile(r"social security|\bSSN\b", re.I), "socialSecurityNumber"),
    (
        re.compile(
            r"national (?:identity|identification|id)\b|identity card|identification (?:card|number)|tazkira|cedula",
            re.I,
        ),
        "idNumber",
    ),
    (re.compile(r"passport|travel document|laissez-passer", re.I), "passportNumber"),
)


def _best(prop: str, said: str, number: str) -> str:
    """The property that the words call for; numbers of companies by their own form."""
    if prop in ("passportNumber", "idNumber"):
        for pattern, better in _KINDS:
            if pattern.search(said):
                return better
    return prop
