"""FollowTheMoney's model and types: schemata, properties, topics, and cleaned values.

The first part cleans values as the types of properties require: identifiers whose form can be
checked (by the names that FollowTheMoney has for these forms), and web addresses with a scheme and
a host that may exist. The second part reads the schemata, their properties, and the topics that
entities may have.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from importlib import import_module
from ipaddress import ip_address
from typing import Any
from urllib.parse import ParseResult, urlparse

import idna
import phonenumbers
from prefixdate import parse as parse_prefix
from stdnum.exceptions import ValidationError

from resolver.records.properties import PROPERTIES, ValueType
from resolver.reference import ftm_country, lookup_territory, read_table
from resolver.runtime.text_cache import cache_short_texts

_IMO = re.compile(r"(IMO[\s:.#-]*)?(?<!\d)(\d{5,7})(?!\d)")
_OGRN = re.compile(r"\b(\d{13}|\d{15})\b")
_NPI = re.compile(r"\b(\d{10}|\d{15})\b")
_UEI = re.compile(r"\b([0-9A-HJ-NP-Z]{12})\b", re.IGNORECASE)
_QID = re.compile(r"Q\d+")
_NO_NPI = ("0000000000", "000000000000000", "808400000000000")
_STANDARD = {
    "figi": "stdnum.figi",
    "iban": "stdnum.iban",
    "inn": "stdnum.ru.inn",
    "isin": "stdnum.isin",
    "lei": "stdnum.lei",
    "ssn": "stdnum.us.ssn",
    "uscc": "stdnum.cn.uscc",
}
"""Modules that check an identifier and write it without spaces and signs."""


def clean_identifier(form: str, text: str) -> str | None:
    """Return an identifier in its usual form, or None if it is invalid; identifiers of other forms
    are unchanged.
    """
    if form in _STANDARD:
        return _clean_standard(import_module(_STANDARD[form]), text)
    clean = _IDENTIFIERS_CLEANERS.get(form)
    return text if clean is None else clean(text)


def _clean_standard(module: Any, text: str) -> str | None:
    try:
        return str(module.compact(module.validate(text)))
    except ValidationError:
        return None


def _clean_bic(text: str) -> str | None:
    """Return the bank and place of a BIC, without the branch."""
    bic = import_module("stdnum.bic")
    number = _clean_standard(bic, text)
    shortened = None if number is None else number[:8].upper()
    return shortened if shortened is not None and bic.is_valid(shortened) else None


def _clean_imo(text: str) -> str | None:
    """Return the first ship or company number (IMO) with a correct check digit."""
    matches = sorted(
        _IMO.finditer(text), key=lambda match: (-len(match[2]), match[1] is None, match.start())
    )
    numbers = (match[2].zfill(7) for match in matches)
    return next((f"IMO{number}" for number in numbers if _is_imo(number)), None)


def _is_imo(number: str) -> bool:
    digits = [int(digit) for digit in number]
    ship = sum(digit * weight for digit, weight in zip(digits, range(7, 1, -1), strict=False)) % 10
    weighted = zip(digits, (8, 6, 4, 2, 9, 7), strict=False)
    company = (11 - sum(digit * weight for digit, weight in weighted) % 11) % 10
    return any(digits) and digits[6] in (ship, company)


def _clean_ogrn(text: str) -> str | None:
    """Return the first number of the Russian register (OGRN) with a correct check digit."""
    match = _OGRN.search(text)
    if match is None or match[1].startswith("0"):
        return None
    number, check = int(match[1][:-1]), int(match[1][-1])
    rest = number % (11 if len(match[1]) == 13 else 13)
    return match[1] if check == (0 if rest == 10 else rest) else None


def _clean_npi(text: str) -> str | None:
    match = _NPI.search(text)
    if match is None or match[1] in _NO_NPI:
        return None
    number = match[1] if len(match[1]) == 15 else f"80840{match[1]}"
    return match[1] if import_module("stdnum.luhn").is_valid(number) else None


def _clean_uei(text: str) -> str | None:
    match = _UEI.search(text)
    return match[1].upper() if match is not None and not match[1].startswith("0") else None


def _clean_wikidata(text: str) -> str | None:
    code = text.rsplit("/", 1)[-1].strip().upper()
    return code if _QID.fullmatch(code) else None


_IDENTIFIERS_CLEANERS: dict[str, Callable[[str], str | None]] = {
    "bic": _clean_bic,
    "imo": _clean_imo,
    "npi": _clean_npi,
    "ogrn": _clean_ogrn,
    "uei": _clean_uei,
    "wikidata": _clean_wikidata,
}


_SCHEMES = ("http", "https", "ftp", "mailto", "file", "s3", "gs")
_LABEL = re.compile(r"(?=[\w-]{1,63}\Z)[\w-]*[^\W_][\w-]*")


def clean_url(text: str) -> str | None:
    """Return the address with scheme and path, or None for a text that is no web address."""
    try:
        parsed = urlparse(text)
    except ValueError:
        return None
    if not parsed.netloc:
        # `www.example.com` is an address without a scheme
        may_be_host = "." in parsed.path and not text.startswith("//")
        return clean_url(f"//{text}") if may_be_host and parsed.scheme not in _SCHEMES else None
    scheme = parsed.scheme or "http"
    if scheme not in _SCHEMES or not _is_host(parsed):
        return None
    return parsed._replace(scheme=scheme, path=parsed.path.strip() or "/").geturl()


def _is_host(parsed: ParseResult) -> bool:
    """Return whether an address has a host name that is no prose, number or abbreviation."""
    if re.search(r"\s", parsed.netloc):
        return False
    try:
        host, _ = parsed.hostname, parsed.port
    except ValueError:
        return False
    return bool(host) and (_is_ip(host or "") or _is_name(host or ""))


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_name(host: str) -> bool:
    labels = host.rstrip(".").split(".")
    last = labels[-1]
    return all(map(_LABEL.fullmatch, labels)) and (
        len(labels) == 1 or (len(last) > 1 and not last.isdigit())
    )


_LEAST_LENGTH = 1024
"""Minimum number of letters that a value of any type may have."""
_OTHER_SPACES = re.compile("[\u0a00\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2060-\u2064\ufeff\ud800-\udfff]"
)
_INVISIBLE = re.compile("[\u200b\u200c\u200d\ufeff\u00ad\u2060-\u2064]")
_SPACES = re.compile(r"[\s\u0a00]+")
_QUOTED = re.compile(r"""^["'](.*)["']$""")
_LINE_BREAK = re.compile(r"\r\n|\n|<BR/>|<BR>|\t|ESQ\.,|ESQ,|;")
_COMMAS = re.compile(r",\s?[,.]")
_MAIL_NAME = re.compile(r"[^<>()\[\],;:?\s@\"]{1,64}")


def clean_value(kind: str, text: str, form: str = "") -> str | None:
    """Return a value in the form of its type, or None if it is not of this type.

    `form`: kind of an identifier. For types without a form of their own, only characters that are
    not printed are removed. Also None for a text that is longer than the type allows.
    """
    cleaned = clean_text(text)
    if cleaned is None:
        return None
    value: str | None = cleaned
    if kind == "identifier":
        value = clean_identifier(form, cleaned)
    elif kind in _CLEANERS:
        value = _CLEANERS[kind](cleaned)
    limit = max(read_table("ftm")["max_length"][kind], _LEAST_LENGTH)
    return value if value and len(value) <= limit else None


def clean_text(text: str) -> str | None:
    """Return a text in NFC without characters that are not printed; None if it is blank."""
    composed = unicodedata.normalize("NFC", text)
    return _UNSAFE.sub("", _OTHER_SPACES.sub(" ", composed)).strip() or None


def clean_gender(text: str) -> str | None:
    """Return `male`, `female` or `other` for a word or letter that means this, else None."""
    genders: dict[str, str] = read_table("ftm")["genders"]
    return genders.get(text.lower().strip())


def _squash_spaces(text: str) -> str:
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip(" ")


def _clean_name(text: str) -> str | None:
    return _squash_spaces(_QUOTED.sub(r"\1", text))


def _clean_address(text: str) -> str | None:
    return _squash_spaces(_COMMAS.sub(", ", _LINE_BREAK.sub(", ", text)))


def _clean_country(text: str) -> str | None:
    territory = lookup_territory(text)
    return None if territory is None else ftm_country(territory) or None


def _clean_date(text: str) -> str | None:
    date: str | None = parse_prefix(text).text
    return date


def _clean_phone(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _clean_email(text: str) -> str | None:
    name, at, domain = text.strip().removeprefix("mailto:").rpartition("@")
    if not at or _MAIL_NAME.fullmatch(name) is None:
        return None
    domain_form = _clean_domain(domain)
    return None if domain_form is None else f"{name}@{domain_form}"


@cache_short_texts(1 << 14)
def _clean_domain(domain: str) -> str | None:
    """Return a public domain as people usually write it; None if the text is none."""
    try:
        encoded = idna.encode(domain.rstrip(".").lower(), uts46=True).decode("ascii")
        _, dot, last = encoded.rpartition(".")
        return idna.decode(encoded) if dot and len(last) > 1 and not last.isdigit() else None
    except (idna.IDNAError, UnicodeError):
        return None


def _clean_ip(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _clean_language(text: str) -> str | None:
    codes: dict[str, str] = read_table("ftm")["languages"]
    code = text.casefold().strip()
    for form in (code, code.split("-", 1)[0], code.split("_", 1)[0]):
        if form in codes:
            return codes[form] or None
    return None


def _clean_topic(text: str) -> str | None:
    topic = text.lower().strip()
    return topic if topic in read_table("ftm")["topics"] else None


def _clean_media_type(text: str) -> str | None:
    """Return a media type in lower case without parameters, by its usual name."""
    if text.count("/") != 1:
        return None
    message = EmailMessage()
    message["content-type"] = text
    first, _, second = (part.strip().lower() for part in message.get_content_type().partition("/"))
    if not first or not second:
        return None
    name = f"{first}/{second}"
    usual: str = read_table("ftm")["media_types"].get(name, name)
    return usual if usual and usual != "application/octet-stream" else None


_CLEANERS: dict[str, Callable[[str], str | None]] = {
    "name": _clean_name,
    "address": _clean_address,
    "country": _clean_country,
    "date": _clean_date,
    "email": _clean_email,
    "gender": clean_gender,
    "ip": _clean_ip,
    "language": _clean_language,
    "mimetype": _clean_media_type,
    "phone": _clean_phone,
    "topic": _clean_topic,
    "url": clean_url,
}


ENTITY = "entity"
"""Type of properties whose values are ids of other entities."""
FTM_TYPES = {
    ValueType.NAME: "name",
    ValueType.NAME_PART: "name",
    ValueType.GENDER: "gender",
    ValueType.DATE: "date",
    ValueType.PLACE: "string",
    ValueType.COUNTRY: "country",
    ValueType.PROGRAM: "string",
    ValueType.IDENTIFIER: "identifier",
    ValueType.ADDRESS: "address",
    ValueType.PHONE: "phone",
    ValueType.EMAIL: "email",
    ValueType.WEBSITE: "url",
    ValueType.TEXT: "string",
}
"""FollowTheMoney's types of values."""
BASE_ID = "id"
"""Property of statements that state an entity's id, and its type."""
STATEMENT_COLUMNS = (
    "canonical_id",
    "entity_id",
    "prop",
    "prop_type",
    "schema",
    "value",
    "dataset",
    "origin",
    "lang",
    "original_value",
    "external",
    "first_seen",
    "last_seen",
    "id",
)
"""Columns of a table of statements in CSV."""


@dataclass(frozen=True, slots=True)
class Property:
    """Property of a schema.

    `format`: kind of identifier, or empty. `reverse`: property by which the entities that are its
    values refer back, or empty. `is_stub`: True for such a reverse property, which no entity states
    itself.
    """

    name: str
    label: str
    type: str
    format: str = ""
    reverse: str = ""
    is_stub: bool = False
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """Schema with all its properties, inherited ones included.

    `ancestors` are the names of all broader schemata and its own name. `edge`: the properties at
    the ends of an edge, or None.
    """

    name: str
    label: str
    ancestors: frozenset[str]
    extends: tuple[str, ...]
    featured: tuple[str, ...]
    edge: tuple[str, str] | None
    properties: dict[str, Property]

    def is_a(self, broader: str) -> bool:
        """Return whether this is a schema or a kind of it."""
        return broader in self.ancestors


@cache
def all_schemata() -> dict[str, Schema]:
    """Return all schemata by name. Shared: callers must not change them."""
    facts: dict[str, Any] = read_table("ftm")["schemata"]
    own = {
        name: {prop: _read_property(prop, item) for prop, item in schema["properties"].items()}
        for name, schema in facts.items()
    }
    for row in PROPERTIES:
        if row.schema:
            # one of our own properties, which FollowTheMoney's readers skip
            label = row.label or row.name
            own[row.schema][row.name] = Property(row.name, label, FTM_TYPES[row.type])
            for name, item in facts.items():
                if row.schema in item["schemata"] and name != row.schema:
                    item["inherits"][row.name] = row.schema
    return {name: _read_schema(name, item, own) for name, item in facts.items()}


def find_schema(name: str) -> Schema | None:
    """Return the schema of a name, or None."""
    return all_schemata().get(name)


def find_property(schema: str, name: str) -> Property | None:
    """Return a property of a schema; None if the schema or the property is unknown."""
    ftm_schema = find_schema(schema)
    return None if ftm_schema is None else ftm_schema.properties.get(name)


@cache
def property_type(schema: str, name: str) -> str:
    """Return the type of a property; `BASE_ID` if it has none. Raises `KeyError` if either is
    unknown.
    """
    return BASE_ID if name == BASE_ID else all_schemata()[schema].properties[name].type


def topic_labels() -> dict[str, str]:
    """Return the topics that entities may have, with their labels."""
    topics: dict[str, str] = read_table("ftm")["topics"]
    return topics


def _read_property(name: str, item: dict[str, Any]) -> Property:
    return Property(
        name=name,
        label=item["label"],
        type=item["type"],
        format=item.get("format", ""),
        reverse=item.get("reverse", ""),
        is_stub=item.get("stub", False),
        is_hidden=item.get("hidden", False),
    )


def _read_schema(name: str, item: dict[str, Any], own: dict[str, dict[str, Property]]) -> Schema:
    inherited = {prop: own[origin][prop] for prop, origin in item["inherits"].items()}
    return Schema(
        name=name,
        label=item["label"],
        ancestors=frozenset(item["schemata"]),
        extends=tuple(item["extends"]),
        featured=tuple(item["featured"]),
        edge=tuple(item["edge"]) if "edge" in item else None,
        properties={**inherited, **own[name]},
    )
