"""Resampled entries: two pseudo-records of one list entry, as two agencies would write it.

Each name, date and other value of an entry goes to one copy, the other or both; some dates are
altered as lists alter them. Two copies of one entry are a true pair; copies of different entries of
a list without duplicates are a false one. This gives the hardest training pairs, namesakes and
branches inside one list, without any label.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from resolver.errors import DateError
from resolver.records import Batch, PartialDate, Record, Value, parse_date
from resolver.records.dates import MAX_YEAR, MIN_YEAR
from resolver.records.properties import FULL_NAMES
from resolver.training.augment.keyboard_errors import draw_other_date

RESAMPLED_ORIGIN = "told twice"
"""Origin of the pairs in model files, whose format keeps this label."""
_SHARED_NAME_RATE = 0.45
_ALTERED_DATE_RATE, _OTHER_DATE_RATE = 0.23, 0.04
"""Shares of birth dates that are altered, and that are replaced by an unrelated date."""
_CopyValues = tuple[list[Value], list[Value]]
_DROP_RATES = {"birthDate": 0.25, "birthPlace": 0.45, "nationality": 0.4, "gender": 0.4}


def resample_entries(
    batch: Batch, seed: int, share: float = 1.0
) -> Iterator[tuple[Record, Record]]:
    """Yield two copies of each record (or of a `share`), with ids ending in `#a` and `#b`."""
    for record in batch.to_records():
        # seeded by the record id, so that the copies do not depend on the rest of the batch
        chance = random.Random(f"{seed}:{record.id}")
        if chance.random() < share:
            yield _split_entry(record, chance)


def _is_name_part(value: Value) -> bool:
    return value.prop.endswith("Name") and value.prop not in FULL_NAMES


def _split_entry(record: Record, chance: random.Random) -> tuple[Record, Record]:
    names = [value for value in record.values if value.prop in FULL_NAMES]
    parts = [value for value in record.values if _is_name_part(value)]
    values: _CopyValues = ([], [])
    _distribute_names(names, values, chance)
    _distribute_name_parts(parts, names, values, chance)
    others = [value for value in record.values if value not in names and value not in parts]
    _distribute_values(others, values, chance)
    first, second = (
        replace(
            record,
            id=f"{record.id}#{mark}",
            values=tuple(copy_values),
            identifiers=tuple(item for item in record.identifiers if chance.random() < 0.5),
            addresses=tuple(item for item in record.addresses if chance.random() < 0.6),
            relations=tuple(item for item in record.relations if chance.random() < 0.4),
        )
        for mark, copy_values in zip("ab", values, strict=True)
    )
    return first, second


def _distribute_names(names: list[Value], values: _CopyValues, chance: random.Random) -> None:
    """Shuffle `names` and add each to one copy or both."""
    chance.shuffle(names)
    for number, value in enumerate(names):
        is_shared = chance.random() < _SHARED_NAME_RATE
        for side in (0, 1):
            # the first two names go to different copies, so that neither is nameless
            if is_shared or len(names) == 1 or number % 2 == side:
                values[side].append(_as_agency_name(value, side, values, chance))


def _distribute_name_parts(
    parts: list[Value], names: list[Value], values: _CopyValues, chance: random.Random
) -> None:
    """Add name parts to copies that have the principal name, which the parts spell out."""
    principal = {value.text for value in names if value.prop == "name"}
    for side in (0, 1):
        has_principal = any(
            value.text in principal for value in values[side] if value.prop == "name"
        )
        if parts and (not names or (chance.random() < 0.6 and has_principal)):
            values[side].extend(parts)


def _distribute_values(others: list[Value], values: _CopyValues, chance: random.Random) -> None:
    """Add other values to the copies by chance; dates of the second copy may be altered."""
    for value in others:
        for side in (0, 1):
            if chance.random() >= _DROP_RATES.get(value.prop, 0.35):
                values[side].append(_alter_date(value, chance) if side else value)


def _as_agency_name(value: Value, side: int, values: _CopyValues, chance: random.Random) -> Value:
    """Return a name as principal name or alias: agencies choose different principal names."""
    if not values[side] and (value.prop != "weakAlias" or chance.random() < 0.2):
        return replace(value, prop="name")
    return replace(value, prop="alias") if value.prop == "name" else value


def _alter_date(value: Value, chance: random.Random) -> Value:
    draw = chance.random()
    if value.prop != "birthDate" or draw > _ALTERED_DATE_RATE + _OTHER_DATE_RATE:
        return value
    try:
        date = parse_date(value.text)
    except DateError:
        return value
    choice = chance.random()
    if draw > _ALTERED_DATE_RATE:
        changed = draw_other_date(date.year, chance)
    else:
        changed = _alter_date_parts(date, choice, chance)
    return replace(value, text=str(changed))


def _alter_date_parts(date: PartialDate, choice: float, chance: random.Random) -> PartialDate:
    """Return a date as another list may write it; `choice` in 0…1 selects the difference."""
    if choice < 0.35:
        return PartialDate(date.year)
    if choice < 0.5 and date.day and date.day <= 12:
        return PartialDate(date.year, date.day, date.month)
    if choice < 0.7:
        return PartialDate(_clip_year(date.year + chance.choice((-1, 1))), date.month, 0)
    if choice < 0.85:
        return PartialDate(date.year, 1, 1)
    year = _clip_year(date.year + chance.choice((-3, -2, 2, 3, 10)))
    return PartialDate(year, date.month, min(date.day, 28))


def _clip_year(year: int) -> int:
    return min(max(year, MIN_YEAR), MAX_YEAR)
