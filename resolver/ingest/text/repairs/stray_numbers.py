"""Numbers in cells made for something else: IMO numbers and telephones in addresses, documents and
register numbers in remarks.
"""

from __future__ import annotations

import re
from functools import partial

from stdnum import imo
from stdnum.exceptions import ValidationError
from stdnum.ru import inn

from resolver.ingest.text.list_documents import read_document
from resolver.ingest.text.name_words import is_country
from resolver.ingest.text.register_numbers import narrow_russian
from resolver.ingest.text.repairs.phone_lists import read_phones
from resolver.records import Identifier, Value

MAX_TEXT = 20_000
"""Characters; what follows is not read."""
_IMO = re.compile(
    r"[\s,;(]{0,9}\b(?:Company (?:Number|No\.?) )?IMO(?: (?:number|no\.?))?:? ?(\d{7})\b\)?", re.I
)
_PHONE_LABEL = r"\b(?:Tel|Telephone|Phone)(?: (?:number|no))?(?:[.:]{1,2} ?| (?=\+))"
_PHONE = re.compile(
    rf"[\s,;]{{0,9}}\({_PHONE_LABEL}(?P<inner>\+? ?\d[\d /+.-]{{5,60}}\d)\)"
    rf"|[\s,;]{{0,9}}{_PHONE_LABEL}(?P<last>\+? ?\(?\d[\d() /+.-]{{5,60}}\d)[ .;]{{0,3}}$",
    re.I,
)
_PASSPORT = re.compile(
    r"(?:\b[A-Z][a-z]{1,20} ){0,2}(?:\b[Dd]iplomatic |\b[Ss]ervice )?\b[Pp]assport "
    r"(?:[Nn]o\b\.?|[Nn]r\b\.?|[Nn]umber\b|#):? ?(?=(?:[A-Z]{1,3} )?\S{0,6}\d)"
)
_END = re.compile(r";|\.\s+(?=[A-Z])(?<!No\. )|\band (?=(?:diplomatic )?passport)", re.I)
_SENTENCE = re.compile(r"\A.*(?:;|(?<!\b[Nn]o)\.)\s", re.S)
_NOT_OWN = re.compile(
    r"\b(?:false|fake|forged|fraudulent|counterfeit|stolen|issued to|belonging to)\b"
    r"|\b(?:wife|husband|son|daughter|brother|sister|father|mother)(?:['’]s)? (?:\w+ )?passport",
    re.I,
)
_REGISTER = re.compile(
    r"\b(INN|KPP|OGRN|OKPO|ИНН|КПП|ОГРН|ОКПО)(?:/(KPP|КПП))?(?: (?:no\.?|number|code))?[:\s]{0,2}"
    r"(\d{8,15})\b(?:\s?/\s?(\d{9})\b)?"
)
_REGISTER_PROPERTIES = {
    "INN": "taxNumber",
    "ИНН": "taxNumber",
    "KPP": "kppCode",
    "КПП": "kppCode",
    "OGRN": "registrationNumber",
    "ОГРН": "registrationNumber",
    "OKPO": "okpoCode",
    "ОКПО": "okpoCode",
}
_LENGTHS = {"taxNumber": (10, 12), "kppCode": (9,), "registrationNumber": (13, 15)}

_SPELLED = re.compile(
    r"(?P<before>(?:\b[A-Z][a-z]{1,20} ){0,3})\b(?P<label>social security number"
    r"|(?:federal )?employer identification number|national tax number"
    r"|company registration number|registered company number)"
    r"(?: \((?P<inside>[^()]{2,40})\))?:? ?(?P<number>\d[\d-]{4,13}\d)\b",
    re.I,
)
_SPELLED_PROPERTIES = (
    ("security", "socialSecurityNumber"),
    ("employer", "taxNumber"),
    ("tax", "taxNumber"),
    ("company", "registrationNumber"),
)
"""Words of labels → properties."""

Facts = list[Value | Identifier]


def take_address_numbers(text: str, origin: str) -> tuple[str, Facts]:
    """Return an address without the IMO numbers and telephones in it, and these."""
    facts: Facts = []
    for match in _IMO.finditer(text):
        if _is_imo(match[1]):
            facts.append(Identifier("imoNumber", match[1], type="IMO number", origin=origin))
            text = text.replace(match[0], " ")
    for match in _PHONE.finditer(text):
        phones, _ = read_phones(match["inner"] or match["last"])
        facts += [Value("phone", phone, origin) for phone in phones]
        text = text.replace(match[0], " ")
    return " ".join(text.split()).strip(" ,;"), facts


def _is_imo(number: str) -> bool:
    """Return whether seven digits may be the IMO number of a ship or company by their check digit.

    Companies' numbers have another one than ships' (IMO resolution MSC.160(78)).
    """
    try:
        imo.validate(number)
    except ValidationError:
        weights = (8, 6, 4, 2, 9, 7)
        total = sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False))
        return (11 - total % 11) % 10 == int(number[6])
    return True


def find_passports(text: str, origin: str) -> list[Identifier]:
    """Return the passports with a number that a remark states to be the person's own.

    A forged passport, and one of a relative, stays in the remark.
    """
    passports = []
    text = text[:MAX_TEXT]
    for match in _PASSPORT.finditer(text):
        end = _END.search(text, match.end())
        phrase = text[match.start() : min(end.start() if end else len(text), match.end() + 150)]
        before = text[max(match.start() - 150, 0) : match.start()]
        if _NOT_OWN.search(_SENTENCE.sub("", before) + phrase):
            continue
        phrase = phrase.replace("which expire", "expire")
        if document := read_document(phrase, "passportNumber", origin):
            passports.append(document)
    return passports


def find_registers(text: str, origin: str) -> list[Identifier]:
    """Return the register numbers in a remark, as in `INN/KPP 5008011331/771701001`, `Hong Kong
    company registration number 1177053`.
    """
    numbers = list(map(partial(_read_spelled, origin), _SPELLED.finditer(text[:MAX_TEXT])))
    for match in _REGISTER.finditer(text[:MAX_TEXT]):
        pairs = [(match[1], match[3])] + ([(match[2] or "KPP", match[4])] if match[4] else [])
        for label, number in pairs:
            prop = _REGISTER_PROPERTIES[label]
            if len(number) not in _LENGTHS.get(prop, (8, 10)) or (
                prop == "taxNumber" and not inn.is_valid(number)
            ):
                continue
            prop = narrow_russian(prop, number, "")
            numbers.append(Identifier(prop, number, type=label, origin=origin))
    return numbers


def _read_spelled(origin: str, match: re.Match[str]) -> Identifier:
    """Return the number of a match of `_SPELLED`, with the country that the words name, if any."""
    words = match["before"].split()
    places = [match["inside"] or "", *(" ".join(words[start:]) for start in range(len(words)))]
    label = match["label"].lower()
    prop = next(prop for word, prop in _SPELLED_PROPERTIES if word in label)
    country = next((place for place in places if place and is_country(place)), "")
    return Identifier(prop, match["number"], country, label, origin=origin)
