"""Pseudo-records: one entry of a list told twice, as two agencies would tell it.

Each name, date and other value of an entry goes to one copy, the other or both; some dates are altered the way lists
alter them. Two copies of one entry are a true pair; copies of different entries of a list that is free of duplicates
are a false one. That gives the hardest kind of training pairs, namesakes and branches inside one list, without any
label.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from resolver.errors import DateError
from resolver.records import Batch, PartialDate, Record, Value, parse_date
from resolver.records.dates import MAX_YEAR, MIN_YEAR
from resolver.records.properties import FULL_NAMES
from resolver.training.augment.keyboard_errors import other_date

_KEEP_BOTH = 0.45
_ALTERED, _OTHER = 0.23, 0.04
"""Shares of birth dates that lists tell in another way, and of those that are quite another."""
_DROP = {"birthDate": 0.25, "birthPlace": 0.45, "nationality": 0.4, "gender": 0.4}


def split_records(batch: Batch, seed: int, share: float = 1.0) -> Iterator[tuple[Record, Record]]:
    """Two copies of each person, group and asset of a batch (a `share` of them), ids ending in `#a` and `#b`."""
    for record in batch.to_records():
        # seeded by the record, so that what happens to it does not depend on what else is in the batch
        chance = random.Random(f"{seed}:{record.id}")
        if chance.random() < share:
            yield _copies(record, chance)


def _copies(record: Record, chance: random.Random) -> tuple[Record, Record]:
    values: tuple[list[Value], list[Value]] = ([], [])
    names = [value for value in record.values if value.prop in FULL_NAMES]
    parts = [
        value
        for value in record.values
        if value.prop.endswith("Name") and value.prop not in FULL_NAMES
    ]
    principal = {value.text for value in names if value.prop == "name"}
    chance.shuffle(names)
    for number, value in enumerate(names):
        both = chance.random() < _KEEP_BOTH
        for side in (0, 1):
            # the first two names go one to either side, so that no copy is nameless
            if both or len(names) == 1 or number % 2 == side:
                values[side].append(_promoted(value, side, values, chance))
    for side in (0, 1):
        # name parts spell out the principal name: they go where it went
        named = any(value.text in principal for value in values[side] if value.prop == "name")
        if parts and (not names or (chance.random() < 0.6 and named)):
            values[side].extend(parts)
    for value in record.values:
        if value.prop in FULL_NAMES or value in parts:
            continue
        for side in (0, 1):
            if chance.random() >= _DROP.get(value.prop, 0.35):
                values[side].append(_altered(value, chance) if side else value)
    one, two = (
        replace(
            record,
            id=f"{record.id}#{mark}",
            values=tuple(said),
            identifiers=tuple(item for item in record.identifiers if chance.random() < 0.5),
            addresses=tuple(item for item in record.addresses if chance.random() < 0.6),
            relations=tuple(item for item in record.relations if chance.random() < 0.4),
        )
        for mark, said in zip("ab", values, strict=True)
    )
    return one, two


def _promoted(
    value: Value, side: int, values: tuple[list[Value], list[Value]], chance: random.Random
) -> Value:
    """An alias of one agency is the principal name of another."""
    if not values[side] and (value.prop != "weakAlias" or chance.random() < 0.2):
        return replace(value, prop="name")
    return replace(value, prop="alias") if value.prop == "name" else value


def _altered(value: Value, chance: random.Random) -> Value:
    said = chance.random()
    if value.prop != "birthDate" or said > _ALTERED + _OTHER:
        return value
    try:
        date = parse_date(value.text)
    except DateError:
        return value
    choice = chance.random()
    if said > _ALTERED:
        changed = other_date(date.year, chance)
    elif choice < 0.35:
        changed = PartialDate(date.year)
    elif choice < 0.5 and date.day and date.day <= 12:
        changed = PartialDate(date.year, date.day, date.month)
    elif choice < 0.7:
        changed = PartialDate(_year(date.year + chance.choice((-1, 1))), date.month, 0)
    elif choice < 0.85:
        changed = PartialDate(date.year, 1, 1)
    else:
        day = min(date.day, 28)
        changed = PartialDate(_year(date.year + chance.choice((-3, -2, 2, 3, 10))), date.month, day)
    return replace(value, text=str(changed))


def _year(year: int) -> int:
    return min(max(year, MIN_YEAR), MAX_YEAR)
