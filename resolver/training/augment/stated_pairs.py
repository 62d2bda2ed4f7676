"""Pairs with stated labels, for evidence that lists hold too little of to learn from.

A number shared by two different names may be one person under two names, or a forged document that
two people use: no list says how often either is so, and a steward must look. A birth date alone
does not make two names one person. A rare name is the same person's even if the birth dates are
unrelated, because dates are forged and mistyped. Each is stated here as labeled pairs of short
records, and weighs little compared with what lists teach (`train.ORIGIN_WEIGHTS`).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from resolver.errors import DateError
from resolver.records import Identifier, Kind, Record, Value, parse_date
from resolver.records.prepared.frequencies import FrequencyTables
from resolver.training.augment.controlled_differences import (
    LabeledRecordPair,
    evidence_of_record_pairs,
    with_pair_ids,
)
from resolver.training.augment.keyboard_errors import draw_other_date
from resolver.training.data.labeled_pairs import LabeledPairs

SHARED_NUMBER_ORIGIN, SHARED_DATE_ORIGIN, OTHER_DATE_ORIGIN = (
    "shared number",
    "shared date",
    "another date",
)
MAX_PAIRS_PER_ORIGIN = 1_500
"""Maximum number of couples of each origin."""
_MIN_RARITY = 14.0
"""Minimum rarity of a name, in nats, summed over its words."""


def build_stated_pairs(
    people: Iterable[Record], tables: FrequencyTables, seed: int
) -> list[dict[Kind, LabeledPairs]]:
    """Return evidence of the stated pairs of each origin, made of invented `people`."""
    chance = random.Random(f"{seed}:stated")
    usable = [
        person
        for person in people
        if person.kind == Kind.PERSON and person.texts("name") and _full_date(person)
    ]
    chance.shuffle(usable)
    pairs_by_origin = {
        SHARED_NUMBER_ORIGIN: _shared_number_pairs(usable, chance),
        SHARED_DATE_ORIGIN: _shared_date_pairs(usable, chance),
        OTHER_DATE_ORIGIN: _other_date_pairs(usable, tables, chance),
    }
    return [
        evidence_of_record_pairs(pairs, tables, origin) for origin, pairs in pairs_by_origin.items()
    ]


def _full_date(record: Record) -> str:
    """Return the first birth date known to the day, or ""."""
    for text in record.texts("birthDate"):
        try:
            date = parse_date(text)
        except DateError:
            continue
        if date.day:
            return str(date)
    return ""


def _shared_number_pairs(
    people: Sequence[Record], chance: random.Random
) -> Iterator[LabeledRecordPair]:
    """Yield two names with one passport number, once with either label."""
    for position, (first_person, second_person) in enumerate(_consecutive_pairs(people)):
        letter, digits = chance.choice("ABCDEFGHKLMP"), chance.randrange(10**6, 10**7)
        passports = (Identifier("passportNumber", f"{letter}{digits}"),)
        first, second = (
            replace(_short_record(person, chance), identifiers=passports)
            for person in (first_person, second_person)
        )
        for label in (True, False):
            yield with_pair_ids(
                first, second, SHARED_NUMBER_ORIGIN, 2 * position + label, same=label
            )


def _shared_date_pairs(
    people: Sequence[Record], chance: random.Random
) -> Iterator[LabeledRecordPair]:
    """Yield two names with one birth date, labeled different; some lack one name or both."""
    for position, (first_person, second_person) in enumerate(_consecutive_pairs(people)):
        date = _full_date(first_person)
        records = [
            _short_record(person, chance, date=date) for person in (first_person, second_person)
        ]
        for side in (0, 1):
            if position % 4 == 0 or (position % 4 == 1 and side):
                records[side] = replace(
                    records[side],
                    values=tuple(value for value in records[side].values if value.prop != "name"),
                )
        yield with_pair_ids(records[0], records[1], SHARED_DATE_ORIGIN, position, same=False)


def _other_date_pairs(
    people: Sequence[Record], tables: FrequencyTables, chance: random.Random
) -> Iterator[LabeledRecordPair]:
    """Yield one rare name with two unrelated dates, labeled the same."""
    rare = [person for person in people if _name_rarity(person, tables) >= _MIN_RARITY]
    for number, person in enumerate(rare[:MAX_PAIRS_PER_ORIGIN]):
        date = draw_other_date(parse_date(_full_date(person)).year, chance)
        first, second = (
            _short_record(person, chance, date=_full_date(person)),
            _short_record(person, chance, date=str(date)),
        )
        yield with_pair_ids(first, second, OTHER_DATE_ORIGIN, number, same=True)


def _name_rarity(record: Record, tables: FrequencyTables) -> float:
    return sum(tables.rarity(word.lower(), group=False) for word in record.texts("name")[0].split())


def _consecutive_pairs(people: Sequence[Record]) -> list[tuple[Record, Record]]:
    return list(
        zip(
            people[: 2 * MAX_PAIRS_PER_ORIGIN : 2],
            people[1 : 2 * MAX_PAIRS_PER_ORIGIN : 2],
            strict=False,
        )
    )


def _short_record(record: Record, chance: random.Random, date: str = "") -> Record:
    """Return a record with its name, its nationality half of the time, and a date."""
    values = [Value("name", record.texts("name")[0])]
    nations = record.texts("nationality")
    if nations and chance.random() < 0.5:
        values.append(Value("nationality", nations[0]))
    if date:
        values.append(Value("birthDate", date))
    return Record(record.id, "stated", Kind.PERSON, "Person", tuple(values))


__all__ = [
    "OTHER_DATE_ORIGIN",
    "SHARED_DATE_ORIGIN",
    "SHARED_NUMBER_ORIGIN",
    "build_stated_pairs",
]
