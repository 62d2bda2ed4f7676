"""Training pairs made from list entries, with one controlled difference, or with stated labels.

- Resampled entries are two pseudo-records of one list entry, as two agencies would write it. Each
  name, date and other value goes to the first copy, the second copy or both, and some dates are
  altered as lists alter them. Two copies of one entry are a true pair. Copies of different entries
  of a list without duplicates are a false pair. So namesakes and branches inside one list, which
  are the hardest pairs, need no label.
- Some pairs have one controlled difference: an omitted part of a name, another romanization, one
  changed digit of a date, or a twin. Lists hold few of each difference; here each difference has
  its share. Pairs without the marks of a watchlist are left out, because registers have their own
  typos and twins.
- Some pairs have stated labels, because lists hold too little of their evidence. Two different
  names that share a number may be one person, or two people who use one forged document. No list
  says how often each is the case, so a steward must look. A birth date alone does not make two
  names one person. Two records with a rare name are the same person even if their birth dates
  differ, because dates are forged and mistyped. These pairs have little weight compared with lists
  (`train.ORIGIN_WEIGHTS`).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from resolver.errors import DateError
from resolver.matching.pipeline import symbol_source
from resolver.matching.preparation import prepare
from resolver.matching.scoring import LISTED_FEATURE
from resolver.records import Batch, Identifier, Kind, Record, Value
from resolver.records.prepared.population import FrequencyTables
from resolver.records.properties import BIRTH_DATE, FULL_NAMES, NATIONALITY, PASSPORT
from resolver.training.data.labeled_pairs import LabeledPairs, evidence_by_kind
from resolver.training.typos import draw_other_date
from resolver.values.dates import MAX_YEAR, MIN_YEAR, PartialDate, parse_date

RESAMPLED_ORIGIN = "told twice"
"""Origin of the pairs in model files, whose format keeps this label."""
_SHARED_NAME_RATE = 0.45
_ALTERED_DATE_RATE, _OTHER_DATE_RATE = 0.23, 0.04
"""Shares of birth dates that are altered, and that are replaced by an unrelated date."""
_CopyValues = tuple[list[Value], list[Value]]
_DROP_RATES = {BIRTH_DATE: 0.25, "birthPlace": 0.45, NATIONALITY: 0.4, "gender": 0.4}


def resample_entries(
    batch: Batch, seed: int, share: float = 1.0
) -> Iterator[tuple[Record, Record]]:
    """Yield two copies of each record (or of a `share` of the records), with ids that end in `#a`
    and `#b`.
    """
    for record in batch.to_records():
        # the seed contains the record id, so the copies do not depend on the rest of the batch
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
    """Shuffle `names` and add each name to one copy or to both."""
    chance.shuffle(names)
    for number, value in enumerate(names):
        is_shared = chance.random() < _SHARED_NAME_RATE
        for side in (0, 1):
            # the first two names go to different copies, so that both copies have a name
            if is_shared or len(names) == 1 or number % 2 == side:
                values[side].append(_as_agency_name(value, side, values, chance))


def _distribute_name_parts(
    parts: list[Value], names: list[Value], values: _CopyValues, chance: random.Random
) -> None:
    """Add name parts to the copies that have the principal name to which the parts belong."""
    principal = {value.text for value in names if value.prop == "name"}
    for side in (0, 1):
        has_principal = any(
            value.text in principal for value in values[side] if value.prop == "name"
        )
        if parts and (not names or (chance.random() < 0.6 and has_principal)):
            values[side].extend(parts)


def _distribute_values(others: list[Value], values: _CopyValues, chance: random.Random) -> None:
    """Add other values to the copies at random; dates of the second copy may be altered."""
    for value in others:
        for side in (0, 1):
            if chance.random() >= _DROP_RATES.get(value.prop, 0.35):
                values[side].append(_alter_date(value, chance) if side else value)


def _as_agency_name(value: Value, side: int, values: _CopyValues, chance: random.Random) -> Value:
    """Return a name as principal name or alias, because agencies choose different principal
    names.
    """
    if not values[side] and (value.prop != "weakAlias" or chance.random() < 0.2):
        return replace(value, prop="name")
    return replace(value, prop="alias") if value.prop == "name" else value


def _alter_date(value: Value, chance: random.Random) -> Value:
    draw = chance.random()
    if value.prop != BIRTH_DATE or draw > _ALTERED_DATE_RATE + _OTHER_DATE_RATE:
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


CONTROLLED_ORIGIN = "one difference"
"""Origin of the pairs in model files, whose format keeps this label."""
LabeledRecordPair = tuple[Record, Record, bool]
"""Two records, and whether they describe the same entity."""


def with_pair_ids(
    first: Record, second: Record, origin: str, number: int, *, same: bool
) -> LabeledRecordPair:
    """Return the `number`-th pair of an origin, with its own record ids."""
    left, right = (
        replace(record, id=f"stated:{origin}:{number:06d}{mark}")
        for record, mark in ((first, "a"), (second, "b"))
    )
    return left, right, same


def controlled_difference_pairs(
    pairs: Iterable[LabeledRecordPair], tables: FrequencyTables
) -> dict[Kind, LabeledPairs]:
    """Return evidence of the watchlist pairs among `pairs`; each pair is a cluster of its own."""
    by_kind = evidence_of_record_pairs(pairs, tables, CONTROLLED_ORIGIN)
    return {
        kind: data.select(data.evidence[:, data.features.index(LISTED_FEATURE)] > 0)
        for kind, data in by_kind.items()
    }


def evidence_of_record_pairs(
    pairs: Iterable[LabeledRecordPair], tables: FrequencyTables, origin: str
) -> dict[Kind, LabeledPairs]:
    """Return evidence of `pairs` with a given origin, by kind; each pair is a cluster of its
    own.
    """
    pair_list = list(pairs)
    if not pair_list:
        return {}
    batch = Batch.from_records(
        [record for first, second, _ in pair_list for record in (first, second)]
    ).canonical()
    row_of = {identity: row for row, identity in enumerate(batch.ids.to_pylist())}
    rows = np.array(
        [[row_of[first.id], row_of[second.id]] for first, second, _ in pair_list], dtype=np.int32
    )
    clusters = [""] * len(batch)
    for number, (left, right) in enumerate(rows.tolist()):
        clusters[left] = clusters[right] = f"{origin} {number}"
    labels = np.array([same for _, _, same in pair_list], dtype=np.int8)
    prepared = prepare(batch, tables, symbol_source().lookup, ())
    return evidence_by_kind(prepared, rows.min(axis=1), rows.max(axis=1), labels, clusters, origin)


__all__ = [
    "CONTROLLED_ORIGIN",
    "LabeledRecordPair",
    "controlled_difference_pairs",
    "evidence_of_record_pairs",
    "with_pair_ids",
]


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
    """Return evidence of the stated pairs of each origin, made from invented `people`."""
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
    """Return the first birth date with a known day; "" if there is none."""
    for text in record.texts(BIRTH_DATE):
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
    """Yield two names with one passport number, once labeled the same and once labeled
    different.
    """
    for position, (first_person, second_person) in enumerate(_consecutive_pairs(people)):
        letter, digits = chance.choice("ABCDEFGHKLMP"), chance.randrange(10**6, 10**7)
        passports = (Identifier(PASSPORT, f"{letter}{digits}"),)
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
    """Yield two names with one birth date, labeled different; some pairs have a name on one side
    only, or on neither.
    """
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
    """Return a record with its name, a date and, half of the time, its nationality."""
    values = [Value("name", record.texts("name")[0])]
    nations = record.texts(NATIONALITY)
    if nations and chance.random() < 0.5:
        values.append(Value(NATIONALITY, nations[0]))
    if date:
        values.append(Value(BIRTH_DATE, date))
    return Record(record.id, "stated", Kind.PERSON, "Person", tuple(values))


__all__ = [
    "OTHER_DATE_ORIGIN",
    "SHARED_DATE_ORIGIN",
    "SHARED_NUMBER_ORIGIN",
    "build_stated_pairs",
]
