"""Figures, times and scores as the pages write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from resolver.review import transliterated

_STEPS = (
    (86_400 * 365, "year"),
    (86_400 * 30, "month"),
    (86_400, "day"),
    (3_600, "hour"),
    (60, "minute"),
)


def n(number: int) -> str:
    """`12345` → `12,345`."""
    return f"{number:,}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """`1 record`, `2 records`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(score: float) -> str:
    """A probability in percent: whole, but never 0 or 100."""
    if score >= 0.995:
        return "over 99 %"
    return "under 1 %" if score < 0.005 else f"{100 * score:.0f} %"


def weight(thousandths: int) -> str:
    """`1234` → `+1.23`, with a true minus sign; what rounds to nothing has no sign."""
    if abs(thousandths) < 5:
        return "0.00"
    return f"{'−' if thousandths < 0 else '+'}{abs(thousandths) / 1000:.2f}"


def at(text: str) -> str:
    """A time of the store as a person reads it, in UTC to the minute; empty stays empty."""
    return _moment(text).strftime("%Y-%m-%d %H:%M") if text else ""


def day(text: str) -> str:
    """Its day alone."""
    return text[:10]


def age(text: str) -> str:
    """How long something has lasted since a time of the store: `3 hours`; empty stays empty."""
    if not text:
        return ""
    seconds = (datetime.now(UTC) - _moment(text)).total_seconds()
    for length, name in _STEPS:
        if seconds >= length:
            return plural(int(seconds // length), name)
    return "under a minute"


def ago(text: str) -> str:
    """How long ago a time of the store is: `3 hours ago`; empty: `never`."""
    if not text:
        return "never"
    said = age(text)
    return "just now" if said == "under a minute" else f"{said} ago"


def kind(label: str) -> str:
    """What a kind of records is called."""
    return {
        "person": "person",
        "group": "group or company",
        "legal": "person or group",
        "asset": "vessel or asset",
    }.get(label, label)


def counts(said: Mapping[str, int]) -> str:
    """`{"records": 12, "born": 0, "links": 1}` → `12 records, 1 link`."""
    named = ((number, name.replace("_", " ")) for name, number in said.items() if number)
    return ", ".join(
        f"{number:,} {name.removesuffix('s') if number == 1 else name}" for number, name in named
    )


_EVIDENCE = {
    "name": "names",
    "name_rarity": "rarity of the name",
    "name_contradicted": "words that contradict",
    "name_omitted": "words left out",
    "name_weakest": "weakest word",
    "name_primary": "main names",
    "name_share": "words in common",
    "name_exact": "names letter by letter",
    "name_parts": "parts of the names",
    "name_quality": "quality of the names",
    "name_order": "order of the words",
    "name_established": "alike, yet two names",
    "name_initials": "initials",
    "name_sides": "which part contradicts",
    "name_apart": "what tells branches apart",
    "names_alone": "nothing but names",
    "numbers": "numbers in the names",
    "places_named": "places in the names",
    "branch": "places in the principal names",
    "listed": "told as watchlists tell",
    "identifier": "document numbers",
}


def evidence(name: str) -> str:
    """What a row of the sum of evidence is called: `name_rarity × address` → `rarity of the name × address`."""
    parts = name.split(" × ")
    return " × ".join(
        _EVIDENCE.get(part.replace(" ", "_"), part.replace("_", " ")) for part in parts
    )


def latin(text: str) -> str:
    """A name in another script in Latin letters; empty where it is in these."""
    return transliterated(text)


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return (
        " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part) if words else ""
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
