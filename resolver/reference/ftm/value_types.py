"""Values cleaned as the types of FollowTheMoney's properties demand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from email.message import EmailMessage
from ipaddress import ip_address

import idna
import phonenumbers
from prefixdate import parse as parse_prefix

from resolver.records.prepared.text_cache import cache_short_texts
from resolver.reference.ftm.identifiers import clean_identifier
from resolver.reference.ftm.urls import clean_url
from resolver.reference.tables import read_table
from resolver.reference.territories import ftm_country, lookup_territory

_LEAST_LENGTH = 1024
"""Letters that a value of any type may have."""
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
    """Return a value in the form of its type, or None if it is none of this type.

    `form`: kind of an identifier. Types without a form of their own only lose characters that are
    not printed. None, too, for a text longer than the type allows.
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
    """Return `male`, `female` or `other` for a word or letter that says so, else None."""
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
    """Return a public domain as people write it, or None."""
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
