"""Stated, not measured: what two records shall be worth of which lists hold too few to learn it from.

A number that two different names share may be one person under two names, or a forged document that two people use:
no list says how often either is so, and a human must look. A birth date alone makes nobody of two names one person. A
name that hardly anybody bears is the same person's though the birth date is quite another one, for dates are forged,
and slip. Each is written down here as pairs with labels, told in few words as agencies tell in haste, and weighs
little beside what lists teach (`train.SHARES`).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from resolver.errors import DateError
from resolver.records import Identifier, Kind, Record, Value, parse_date
from resolver.records.prepared.frequencies import Tables
from resolver.training.augment.controlled_differences import Differing, invented_pairs, named
from resolver.training.augment.keyboard_errors import other_date
from resolver.training.data.labeled_pairs import Labelled

NUMBER, DATE, OTHER_DATE = "shared number", "shared date", "another date"
MOST = 1_500
"""Pairs made of each."""
_RARE = 14.0
"""Nats of the words of a name that hardly anybody shares."""


def stated_pairs(people: Iterable[Record], tables: Tables, seed: int) -> list[dict[Kind, Labelled]]:
    """The evidence of the pairs of each kind, made of invented `people`."""
    chance = random.Random(f"{seed}:stated")
    held = [
        one for one in people if one.kind == Kind.PERSON and one.texts("name") and _full_date(one)
    ]
    chance.shuffle(held)
    made = {
        NUMBER: _numbers(held, chance),
        DATE: _dates(held, chance),
        OTHER_DATE: _others(held, tables, chance),
    }
    return [invented_pairs(pairs, tables, origin) for origin, pairs in made.items()]


def _full_date(record: Record) -> str:
    """The birth date, where it is known to the day."""
    for text in record.texts("birthDate"):
        try:
            date = parse_date(text)
        except DateError:
            continue
        if date.day:
            return str(date)
    return ""


def _numbers(people: Sequence[Record], chance: random.Random) -> Iterator[Differing]:
    """One passport under two names: each pair stands there twice, once with either label."""
    for place, (one, two) in enumerate(_couples(people)):
        number = (
            Identifier(
                "passportNumber", f"{chance.choice('ABCDEFGHKLMP')}{chance.randrange(10**6, 10**7)}"
            ),
        )
        first, second = (replace(_told(each, chance), identifiers=number) for each in (one, two))
        for label in (True, False):
            yield named(first, second, NUMBER, 2 * place + label, same=label)


def _dates(people: Sequence[Record], chance: random.Random) -> Iterator[Differing]:
    """Two names born on one day; of some, one name or neither is known."""
    for place, (one, two) in enumerate(_couples(people)):
        told = [_told(each, chance, date=_full_date(one)) for each in (one, two)]
        for side in (0, 1):
            if place % 4 == 0 or (place % 4 == 1 and side):
                told[side] = replace(
                    told[side], values=tuple(v for v in told[side].values if v.prop != "name")
                )
        yield named(told[0], told[1], DATE, place, same=False)


def _others(people: Sequence[Record], tables: Tables, chance: random.Random) -> Iterator[Differing]:
    """One rare name with two dates that have nothing in common."""
    rare = [one for one in people if _rarity(one, tables) >= _RARE]
    for place, one in enumerate(rare[:MOST]):
        date = other_date(parse_date(_full_date(one)).year, chance)
        first, second = _told(one, chance, date=_full_date(one)), _told(one, chance, date=str(date))
        yield named(first, second, OTHER_DATE, place, same=True)


def _rarity(record: Record, tables: Tables) -> float:
    return sum(tables.rarity(word.lower(), group=False) for word in record.texts("name")[0].split())


def _couples(people: Sequence[Record]) -> list[tuple[Record, Record]]:
    return list(zip(people[: 2 * MOST : 2], people[1 : 2 * MOST : 2], strict=False))


def _told(record: Record, chance: random.Random, date: str = "") -> Record:
    """A record in few words: its name, half the time its nationality, and a date."""
    values = [Value("name", record.texts("name")[0])]
    nations = record.texts("nationality")
    if nations and chance.random() < 0.5:
        values.append(Value("nationality", nations[0]))
    if date:
        values.append(Value("birthDate", date))
    return Record(record.id, "stated", Kind.PERSON, "Person", tuple(values))


__all__ = ["DATE", "NUMBER", "OTHER_DATE", "stated_pairs"]
