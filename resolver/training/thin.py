"""Thin records: an invented record with most of its fields withheld and the slips of plain person data put in.

Registers hold a name, a date and a place where watchlists hold aliases and documents. A model that has only seen rich
records does not know what a name and a year alone are worth among a million people.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace

from resolver.errors import DateError
from resolver.records import Kind, PartialDate, Record, Value, parse_date
from resolver.records.properties import FULL_NAMES, NAME_PARTS

_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_NAME_PARTS = ("firstName", "middleName", "lastName")
_KEPT = {"birthDate": 0.93, "birthPlace": 0.6, "nationality": 0.25, "gender": 0.25}
_SLIP = 0.14


def thin_records(records: Iterable[Record], seed: int) -> Iterator[Record]:
    """The persons among the records, thinned; each by chance of its own, seeded by its id."""
    for record in records:
        if record.kind == Kind.PERSON:
            chance = random.Random(f"{seed}:{record.id}")
            yield _thin(record, chance)


def _thin(record: Record, chance: random.Random) -> Record:
    values = _names(record, chance)
    for prop, share in _KEPT.items():
        texts = record.texts(prop)
        if texts and chance.random() < share:
            text = _date_slip(texts[0], chance) if prop == "birthDate" else texts[0]
            values.append(Value(prop, text))
    return replace(
        record,
        values=tuple(values),
        identifiers=record.identifiers if chance.random() < 0.04 else (),
        addresses=record.addresses if chance.random() < 0.3 else (),
        relations=(),
        routes=(),
        activities=(),
    )


def _names(record: Record, chance: random.Random) -> list[Value]:
    parts = [value for value in record.values if value.prop in _NAME_PARTS]
    names = [value for value in record.values if value.prop in ("name", "alias")]
    if parts and (chance.random() < 0.7 or not names):
        if len(parts) > 1 and chance.random() < 0.04:
            parts = [chance.choice(parts)]
        return [replace(value, text=_slip(value.text, chance)) for value in parts]
    if not names:
        # a weak alias or a father's name alone: better than no name
        names = [value for value in record.values if value.prop in (*FULL_NAMES, *NAME_PARTS)]
    chosen = names[:1] if chance.random() < 0.8 or len(names) < 2 else [chance.choice(names)]
    return [
        Value(
            value.prop if value.prop in NAME_PARTS else "name",
            " ".join(_slip(word, chance) for word in value.text.split()),
        )
        for value in chosen
    ]


def _slip(word: str, chance: random.Random) -> str:
    """A keyboard slip, sometimes two, sometimes an initial alone."""
    if chance.random() < 0.02:
        return word[:1]
    while len(word) > 2 and chance.random() < _SLIP:
        place, letter = chance.randrange(len(word)), chance.choice(_ALPHABET)
        kind = chance.randrange(4)
        if kind == 0:
            word = word[:place] + letter + word[place + 1 :]
        elif kind == 1:
            word = word[:place] + word[place + 1 :]
        elif kind == 2:
            word = word[:place] + letter + word[place:]
        else:
            place = min(place, len(word) - 2)
            word = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return word


def _date_slip(text: str, chance: random.Random) -> str:
    if chance.random() > 0.12:
        return text
    try:
        date = parse_date(text)
    except DateError:
        return text
    if chance.random() < 0.3:
        return f"{date.year:04d}-01-01"
    if not date.day:
        return text
    if date.day <= 12 and chance.random() < 0.4:
        return str(PartialDate(date.year, date.day, date.month))
    canonical = str(PartialDate(date.year, date.month, date.day))
    place = chance.choice((2, 3, 6, 9))
    return canonical[:place] + chance.choice("0123456789") + canonical[place + 1 :]
