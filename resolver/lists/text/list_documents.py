"""Documents and register numbers that lists describe in words.

`read_documents` reads a text that may contain several documents, such as `Kuwaiti passport number
101856740, issued on 12.5.2005`. It returns an identifier for each number that is certain, and the
rest of the text.

Further functions read the numbers of companies and ships in one cell: `7701058410 (Tax ID/INN)`,
`CR No 2408160`, `7726700943 KPP: 772601001`, `1027739132563; 1027739387411`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stdnum.ru import inn, ogrn

from resolver.errors import DateError
from resolver.lists.text.list_dates import canonical_date
from resolver.lists.text.list_names import split_items
from resolver.lists.text.name_words import is_country
from resolver.records import Identifier
from resolver.records.properties import PASSPORT
from resolver.runtime.text_cache import cache_short_texts

MAX_TEXT = 5_000
"""Maximum number of characters of a text that is read; a longer text is kept as it is."""
_DATE = (
    r"(?:\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2} ?[A-Z][a-z]{2,8}\.? ?\d{4}"
    r"|[A-Z][a-z]{2,8}\.? (?:\d{1,2}, )?\d{4}"
    r"|\d{4}-\d\d-\d\d|\d{4}\b)"
)
_EXPIRES = re.compile(
    r"(?:and |with )?(?:(?:passport )?expir(?:e[sd]?|ing|y|ation)(?: date)?(?: of)?|exp\."
    r"|valid until)(?: on)?:?"
    rf"\s*({_DATE})",
    re.I,
)
_ISSUED = re.compile(
    rf"(?:date of issue|issue date|(?:approximately )?(?:issued|delivered))(?: on"
    rf"| in)?:?\s*({_DATE})",
    re.I,
)
_ISSUED_BY = re.compile(
    r"issued (?:in|by)(?: the)? (?:[^,()]*, )?([A-Z][A-Za-z ]+(?:\([A-Za-z ]+\))?)"
)
_ENUMERATOR = re.compile(r"(?:^|[\s,;])\(?(?:[a-h]|i{1,3}|iv)\)\s*")
_NEXT = re.compile(
    r";(?!\s*(?:issued|expir|issue|name|date|place|valid))(?![^()]{0,300}\))\s*"
    r"|,\s*(?=[A-ZА-Я]{0,4}[- ]?\d[\w/-]*(?:\s*\(|\s*,|\s*$))|(?<!\s)\s++and\s+(?=[A-Z]{0,3}\d{5})"
)
_NUMBER = re.compile(
    r"(?<![\w.])(?:No\.?\s*)?(\d{1,2}/[A-Za-z ]+\s?\([A-Za-z]+\)\s?\d[\d ]*"
    r"|(?:[A-ZА-ЯЁ]{1,3}(?: |- ?)){0,2}\w{0,10}[-/.№]{0,2}\d[\w./*-]*(?: [\d-]{2,}[\w-]*| \d\b)*)"
)
_SERIES = re.compile(r"(?:series\s+)?(\d{4}) No\.? ?(\d{5,})", re.I)
_LABEL = re.compile(
    r"(?:(?:passport|identity|identification|national|id|card|cedula|travel document|number"
    r"|numbers|no|nr|n°|№|code"
    r"|certificate|licen[cs]e|tazkira|document|personal|voter|student|residency|residence|military"
    r"|fiscal"
    r"|social security|ssn|laissez-passer|diplomatic|service|provisional|foreign|other|ration"
    r"|permit|inmate"
    r"|registration|alien|bpa|mrz|driving|birth|itin|nationality)\b[.:'’]*\s*)+",
    re.I,
)
_COUNTRY_WORD = re.compile(
    r"\b((?:[A-Z][a-z]+ )?(?:[A-Z][a-zé]+(?:an|ish|ese|ch|ni|ri|ti|li|qi|ai|ki|en|ek|in|ino|ic"
    r"|wiss)|CAR|DRC|US|UK))\b"
)


@dataclass(frozen=True, slots=True)
class DocumentTexts:
    """Content of a text: the identifiers, and the pieces without a number."""

    identifiers: tuple[Identifier, ...]
    unread: tuple[str, ...] = ()


@cache_short_texts(8_192)
def read_documents(text: str, prop: str, origin: str) -> DocumentTexts:
    """Read the documents that a cell describes; `prop` is used if the words name no property."""
    if len(text) > MAX_TEXT:
        return DocumentTexts((), (text,))
    identifiers: list[Identifier] = []
    unread: list[str] = []
    for item in split_items(text.replace("\xa0", " ").replace("‐", "-")):
        for part in _ENUMERATOR.split(item.strip('"')):
            for piece in _NEXT.split(part):
                piece = piece.strip(' ,;"')
                if not piece or piece.upper() in ("N/D", "N/A", "UNKNOWN", "DOES NOT EXIST"):
                    continue
                document = read_document(piece, prop, origin)
                if document:
                    identifiers.append(document)
                else:
                    unread.append(piece)
    return DocumentTexts(tuple(identifiers), tuple(unread))


def read_document(
    text: str, prop: str, origin: str, country: str = "", kind: str = ""
) -> Identifier | None:
    """Return the identifier of one described document, or None if no number is found."""
    rest = text
    expires, rest = _extract_date(_EXPIRES, rest)
    issued, rest = _extract_date(_ISSUED, rest)
    if series := _SERIES.search(rest):
        number, start, end = f"{series[1]} {series[2]}", series.start(), series.end()
    else:
        match = _find_number(rest)
        if not match:
            return None
        number, start, end = match[1].strip(" .,-"), match.start(), match.end()
    if len(number) > 60:
        return None
    before, after = rest[:start].strip(" ,.;:"), " ".join(rest[end:].split()).strip(" ,.;:")
    label = _find_label(before, after)
    country = country or _find_country(before, after, label)
    note = _build_note(before, after, label, country)
    return Identifier(
        _choose_property(prop, f"{kind} {before} {after}", number),
        number,
        country,
        kind or label,
        issued,
        expires,
        "" if note == country else note,
        origin,
    )


def _find_number(text: str) -> re.Match[str] | None:
    """Find the number of a document: the text after a label or, without a label, the first word
    with digits; text in brackets is never a number.
    """

    def outside(place: int) -> bool:
        """Return whether a position is outside brackets."""
        return text.count("(", 0, place) == text.count(")", 0, place)

    for label in _NUMBER_LABEL.finditer(text):
        match = _NUMBER.match(text, label.end())
        if match and outside(match.start()):
            return match
    return next((match for match in _NUMBER.finditer(text) if outside(match.start())), None)


_NUMBER_LABEL = re.compile(
    r"\b(?:number|no\.|nr\.|n°|no|card|passport|ssn|id|code|document)[:.]?\s*+(?=[^\s(]{0,60}\d)",
    re.I,
)


def _extract_date(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """Return the date that a phrase states, and the text without the phrase."""
    match = pattern.search(text)
    if not match:
        return "", text
    try:
        date = canonical_date(
            match[1].replace(".", ". ") if re.search(r"[a-z]\.\d", match[1]) else match[1]
        )
    except DateError:
        return "", text
    return date, f"{text[: match.start()]} {text[match.end() :]}"


def _find_country(before: str, after: str, label: str) -> str:
    """Return the issuing country in the list's own words (`Iran`, `Kuwaiti`), or an empty text."""
    inner = after.removeprefix("(").split(")")[0].strip(" ,.")
    label_text = _LABEL.sub(" ", label).strip(" ,.:")
    for text in (after.strip("()"), inner, inner.split(",")[0], before, label_text):
        if is_country(text):
            return text
    for text in (label, before, inner.split(",")[0]):
        if match := _COUNTRY_WORD.search(_LABEL.sub(" ", text)):
            return match[1]
    for match in _ISSUED_BY.finditer(after):
        if is_country(match[1]):
            return match[1].strip()
    return ""


def _find_label(before: str, after: str) -> str:
    """Return the name of the document: the words before the number, or else the words after it."""
    for text in (before, after.lstrip("(")):
        words = re.split(r"[,;()]|\b(?:issued|which|in|name|place)\b", text)[0].strip(" :.")
        if words and _LABEL.search(words) and len(words) < 60:
            return words
    return ""


def _build_note(before: str, after: str, label: str, country: str) -> str:
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


_PROPERTY_PATTERNS = (
    (re.compile(r"fiscal code|tax(?:payer)?\b|\bTIN\b|\bNIF\b|\bNIT\b", re.I), "taxNumber"),
    (re.compile(r"social security|\bSSN\b", re.I), "socialSecurityNumber"),
    (
        re.compile(
            r"national (?:identity|identification|id)\b|identity card|identification (?:card"
            r"|number)|tazkira|cedula",
            re.I,
        ),
        "idNumber",
    ),
    (re.compile(r"passport|travel document|laissez-passer", re.I), PASSPORT),
)


def _choose_property(prop: str, words: str, number: str) -> str:
    """Return the property that the words show, or else `prop`, which is used for all numbers of
    companies.
    """
    if prop in (PASSPORT, "idNumber"):
        for pattern, candidate in _PROPERTY_PATTERNS:
            if pattern.search(words):
                return candidate
    return prop


_REGISTERS = (
    (re.compile(r"\bIMO\b"), "imoNumber"),
    (re.compile(r"OGRN|ОГРН"), "ogrnCode"),
    (re.compile(r"\bKPP\b|КПП"), "kppCode"),
    (re.compile(r"\bOKPO\b|ОКПО"), "okpoCode"),
    (
        re.compile(
            r"\bTIN\b|\bINN\b|ИНН|tax(?:payer)? ?(?:id|identification|reference|number|no)|TRN\b",
            re.I,
        ),
        "taxNumber",
    ),
    (re.compile(r"\bVAT\b|GSTIN", re.I), "vatCode"),
    (re.compile(r"\bLEI\b"), "leiCode"),
)
_CODE_WORD = re.compile(r"(?<=[\s,])(KPP|OKPO|OGRN|INN):?\s+(?=\d)")
_SWIFT = re.compile(r"SWIFT(?:/BIC)?:?\s*([A-Z]{6}[A-Z0-9]{2,5})\b")
_REGISTER_PIECES = re.compile(
    r",\s+(?=\S*\d)|(?<!\s)\s++(?:(?:or|and)\s+(?=\d)|[/–]\s+)|(?<=\d{9})/\s*(?=\d{9})"
)
_REGISTER_ITEM = re.compile(
    r"(?P<before>(?:\D*[\s:])?)(?P<number>[A-Z]{0,8}(?:[-/][A-Z]{1,4}){0,3}[-/]?\d[\w/. -]*?\w)"
    r"(?P<after>\s*+\(.*\)?|\s*+[,.]?\s*+|,?\s++(?:on|issued) .*)"
)
_PREFIX = re.compile(r"[A-Z]{1,3}(?: [A-Z]{1,3})*")


@cache_short_texts(8_192)
def read_registrations(text: str, prop: str, origin: str) -> DocumentTexts:
    """Read the register numbers of a cell; `prop` is used if the words name no property."""
    if len(text) > MAX_TEXT:
        return DocumentTexts((), (text,))
    identifiers: list[Identifier] = []
    unread: list[str] = []
    for item in split_items(_CODE_WORD.sub(r"; \1 ", text.replace("\xa0", " "))):
        if match := _SWIFT.match(item):
            identifiers.append(Identifier("swiftBic", match[1], type="SWIFT/BIC", origin=origin))
            continue
        for piece in _REGISTER_PIECES.split(item):
            piece = piece.strip(" ,.-")
            if match := _REGISTER_ITEM.fullmatch(piece):
                identifiers.append(_build_identifier(match, prop, origin))
            elif piece and piece.upper() not in ("N/D", "N/A"):
                unread.append(piece)
    return DocumentTexts(tuple(identifiers), tuple(unread))


def _build_identifier(match: re.Match[str], prop: str, origin: str) -> Identifier:
    number = match["number"].strip()
    before, after = match["before"].strip(" -:,.()"), match["after"].strip(" ,.")
    if after.startswith("("):
        after = after[1:-1] if after.endswith(")") else after[1:]
    narrowed = next(
        (
            register_property
            for pattern, register_property in _REGISTERS
            if pattern.search(f"{before} {after}")
        ),
        prop,
    )
    if (
        _PREFIX.fullmatch(before)
        and before != "CR"
        and not any(pattern.search(before) for pattern, _ in _REGISTERS)
    ):
        # These letters are a part of the number, as in HRB 81573.
        number, before = f"{before} {number}", ""
    country, _, rest = (part.strip() for part in after.partition(","))
    country, after = (country, rest) if is_country(country) else ("", after)
    note = (
        after
        if after.startswith(("on ", "issued ")) or after == "void" or re.search(r"\d{5}", after)
        else ""
    )
    label = before if re.search(r"\w{2}", before) else "" if note else after
    digits = re.sub(r"\s", "", number)
    number = digits if digits.isdigit() else number
    return Identifier(
        narrow_russian(narrowed, number, country), number, country, label, note=note, origin=origin
    )


def narrow_russian(prop: str, number: str, country: str) -> str:
    """Return INN, KPP or OGRN if the form and the check digits prove it and the country allows
    it.
    """
    if country not in ("", "Russia", "Russian Federation") or not number.isdigit():
        return prop
    if prop in ("taxNumber", "innCode") and len(number) == 9 and number.endswith("01001"):
        return "kppCode"
    if prop == "taxNumber" and len(number) in (10, 12) and inn.is_valid(number):
        return "innCode"
    if (
        prop == "registrationNumber"
        and len(number) in (13, 15)
        and number[0] in "135"
        and ogrn.is_valid(number)
    ):
        return "ogrnCode"
    return prop
