"""Reopen decisions whose records have changed so much that they may be about somebody else.

A decision states the versions of its two records that the steward saw. It is *reopened* as long as
the present version of a record contradicts that version. A reopened *same* no longer merges, a
reopened *different* still keeps apart, and both wait for a steward. If the record returns to its
earlier values, the decision is no longer reopened. The order of commits does not matter.

The first part finds contradictions (`find_material_changes`). Two versions of a record contradict
each other in a field if both state it and no value of one version agrees with a value of the other:

| field | two versions agree if |
|---|---|
| name | a principal name of one agrees with any name of the other, in any script and order |
| birth date, date of foundation | two dates can be the same day |
| gender | they state the same gender |
| documents and numbers | they have any number in common, or no kind of document in common |
| nationality, country of birth, jurisdiction | they have one country in common |
| kind | one entity can have both kinds |

So these changes are no contradiction: an added or removed value, a more precise date, or another
spelling. Values that do not identify anybody do not count either, such as notes, programs,
addresses and positions. No model and no frequencies are used.

The second part marks reopened decisions in the log (`mark_reopened`), and names the versions that a
new decision saw (`name_versions`).
"""

from __future__ import annotations

import calendar
import datetime
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from rapidfuzz.distance import Indel

from resolver.errors import DateError
from resolver.names.folding import fold, skeleton_code, sound_code
from resolver.records import Batch, Record
from resolver.records.decisions import Decision, mark_ended
from resolver.records.properties import COMPOSED_PARTS, FULL_NAMES, PROPERTIES, SUFFIXES, ValueType
from resolver.records.stated_links import record_generations
from resolver.store import NewDecision, StoredDecision, StoreView, Versions
from resolver.values.dates import MAX_YEAR, PartialDate, parse_date
from resolver.values.identifiers import normalize_number
from resolver.values.normal_values import country_code, gender_bit

_PRINCIPAL_PARTS = (*COMPOSED_PARTS, *SUFFIXES)
_NUMBERS = tuple(
    row.name for row in PROPERTIES if row.type is ValueType.IDENTIFIER and not row.changes
)
_GENDERS = {1: "male", 2: "female", 4: "other"}
_MIN_WORD, _MIN_NAME = 0.75, 0.93
"""Minimum similarity (0…1) of two spellings of one word, and of one name without spaces."""
_VOWELS = frozenset("aeiou")
_CIRCA = datetime.timedelta(days=366)
_MAX_NAMES, _MAX_SHOWN, _MAX_LETTERS = 40, 3, 80
Rule = Callable[[Record, Record], "Iterable[FieldChange]"]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """Contradiction of two versions of a record in one field, with both values as texts to show."""

    field: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.field} from {self.before} to {self.after}"


def find_material_changes(before: Record, after: Record) -> tuple[FieldChange, ...]:
    """Return the fields in which a later version of a record contradicts an earlier one."""
    return tuple(change for rule in _RULES for change in rule(before, after))


def _kind_changes(before: Record, after: Record) -> Iterable[FieldChange]:
    if not before.kind & after.kind:
        yield FieldChange("kind", before.kind.label, after.kind.label)


def _name_changes(before: Record, after: Record) -> Iterable[FieldChange]:
    old_principals, old_names = _split_names(before)
    new_principals, new_names = _split_names(after)
    if not old_names or not new_names:
        return
    is_alike = _have_alike(old_principals, new_names) or _have_alike(new_principals, old_names)
    if not is_alike or _is_other_generation(before, after):
        yield FieldChange("name", _show(old_principals), _show(new_principals))


def _split_names(record: Record) -> tuple[list[str], list[str]]:
    """Return the principal names of a record, and all its names.

    Without principal names, aliases take their place.
    """
    parts = " ".join(text for part in _PRINCIPAL_PARTS for text in record.texts(part))
    names = [*record.texts("name"), *([parts] if parts else []), *record.texts(*FULL_NAMES[1:])]
    principals = [*record.texts("name"), *([parts] if parts else [])]
    return (principals or names)[:_MAX_NAMES], names[:_MAX_NAMES]


def _is_other_generation(before: Record, after: Record) -> bool:
    """Return whether a name now has another generation, such as Sr. instead of Jr."""
    old, new = record_generations(before), record_generations(after)
    return any(old[name].isdisjoint(new[name]) for name in old.keys() & new.keys())


def _have_alike(left: Sequence[str], right: Sequence[str]) -> bool:
    folded = [fold(name).split() for name in right]
    return any(_are_alike(fold(name).split(), other) for name in left for other in folded)


def _are_alike(left: Sequence[str], right: Sequence[str]) -> bool:
    """Return whether each word of the shorter name is a spelling of a word of the longer one."""
    if not left or not right:
        return True
    if Indel.normalized_similarity("".join(left), "".join(right)) >= _MIN_NAME:
        return True
    short, long = sorted((list(left), list(right)), key=len)
    for word in sorted(short, key=len, reverse=True):
        partner = next((other for other in long if _is_spelling(word, other)), None)
        if partner is None:
            return False
        long.remove(partner)
    return True


def _is_spelling(word: str, other: str) -> bool:
    if word == other or (min(len(word), len(other)) == 1 and word[0] == other[0]):
        return True
    if word.isdigit() or other.isdigit():
        return False
    if _VOWELS.isdisjoint(word) or _VOWELS.isdisjoint(other):
        # Arabic and Hebrew are written without vowels
        return skeleton_code(word) == skeleton_code(other) != ""
    if Indel.normalized_similarity(word, other) >= _MIN_WORD:
        return True
    return Indel.normalized_similarity(sound_code(word), sound_code(other)) >= _MIN_WORD


def _date_changes(before: Record, after: Record) -> Iterable[FieldChange]:
    for field, props in _material_fields(ValueType.DATE).items():
        old, new = (_read_dates(record.texts(*props)) for record in (before, after))
        if old and new and not any(_can_be_equal(*dates) for dates in itertools.product(old, new)):
            yield FieldChange(field, *(_show(record.texts(*props)) for record in (before, after)))


def _read_dates(texts: Iterable[str]) -> list[PartialDate]:
    dates = []
    for text in texts:
        try:
            dates.append(parse_date(text))
        except DateError:
            continue
    return dates


def _can_be_equal(left: PartialDate, right: PartialDate) -> bool:
    """Return whether two dates can be the same day."""
    (first, last), (other_first, other_last) = _day_range(left), _day_range(right)
    return first <= other_last and other_first <= last


def _day_range(date: PartialDate) -> tuple[datetime.date, datetime.date]:
    """Return the first and last possible day of a date; circa adds a year on each side."""
    end = date.until or date
    month = end.month or 12
    day = end.day or calendar.monthrange(end.year, month)[1]
    first = datetime.date(date.year, date.month or 1, date.day or 1)
    last = datetime.date(end.year, month, day)
    if date.circa or end.circa:
        first = first - _CIRCA if date.year > 2 else first
        last = last + _CIRCA if end.year < MAX_YEAR else last
    return first, last


def _gender_changes(before: Record, after: Record) -> Iterable[FieldChange]:
    old, new = (
        {bit for text in record.texts("gender") if (bit := gender_bit(text))}
        for record in (before, after)
    )
    if old and new and old.isdisjoint(new):
        sides = (_show([_GENDERS[bit] for bit in sorted(bits)]) for bits in (old, new))
        yield FieldChange("gender", *sides)


def _number_changes(before: Record, after: Record) -> Iterable[FieldChange]:
    old, new = _numbers_by_property(before), _numbers_by_property(after)
    # compare across kinds: a list may call one number a passport first and an identity card later
    all_old, all_new = (set().union(*side.values()) for side in (old, new))
    if all_old.isdisjoint(all_new):
        for prop in (prop for prop in _NUMBERS if prop in old and prop in new):
            sides = (_show(list(side[prop].values())) for side in (old, new))
            yield FieldChange(_describe_property(prop), *sides)


def _numbers_by_property(record: Record) -> dict[str, dict[str, str]]:
    """Return the numbers of a record: property → normal form → number as written."""
    numbers: dict[str, dict[str, str]] = {}
    for identifier in record.identifiers:
        normal = normalize_number(identifier.prop, identifier.number, identifier.country)
        if normal:
            numbers.setdefault(identifier.prop, {}).setdefault(normal, identifier.number)
    return numbers


def _describe_property(prop: str) -> str:
    """Return the name of a property as words: `passportNumber` becomes "passport number"."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in prop)


def _country_changes(before: Record, after: Record) -> Iterable[FieldChange]:
    yield from _code_changes(before, after, ValueType.COUNTRY, country_code)


def _text_changes(before: Record, after: Record) -> Iterable[FieldChange]:
    yield from _code_changes(before, after, ValueType.TEXT, fold)


def _code_changes(
    before: Record, after: Record, kind: ValueType, read: Callable[[str], str | None]
) -> Iterable[FieldChange]:
    """Yield the fields of a type in which the two versions have no normal form in common."""
    for field, props in _material_fields(kind).items():
        old, new = (
            {code for text in record.texts(*props) if (code := read(text))}
            for record in (before, after)
        )
        if old and new and old.isdisjoint(new):
            yield FieldChange(field, *(_show(record.texts(*props)) for record in (before, after)))


@cache
def _material_fields(kind: ValueType) -> dict[str, tuple[str, ...]]:
    """Return the fields of a type whose changes reopen decisions: field → its properties."""
    fields: dict[str, tuple[str, ...]] = {}
    for row in PROPERTIES:
        if row.material and row.type is kind:
            fields[row.material] = (*fields.get(row.material, ()), row.name)
    return fields


def _show(texts: Sequence[str]) -> str:
    """Return the first few of some values as one text."""
    unique = list(dict.fromkeys(texts))
    shown = ", ".join(text[:_MAX_LETTERS] for text in unique[:_MAX_SHOWN])
    return shown + (" …" if len(unique) > _MAX_SHOWN else "")


_RULES: tuple[Rule, ...] = (
    _kind_changes,
    _name_changes,
    _date_changes,
    _gender_changes,
    _number_changes,
    _country_changes,
    _text_changes,
)


_Version = tuple[str, int]
_PIECE = 20_000
"""Number of decisions whose records are looked up together. It limits the memory for a long log."""


class FreshRecords:
    """Records about to be committed, by id."""

    def __init__(self, batch: Batch | None = None) -> None:
        self._batch = batch

    @cached_property
    def _rows(self) -> dict[str, int]:
        ids = [] if self._batch is None else self._batch.ids.to_pylist()
        return {record_id: row for row, record_id in enumerate(ids)}

    def select(self, record_ids: Iterable[str]) -> dict[str, Record]:
        """Return the records with these ids that are about to be committed, by id."""
        rows = sorted(self._rows[record_id] for record_id in record_ids if record_id in self._rows)
        if self._batch is None or not rows:
            return {}
        batch = self._batch.take(np.array(rows, dtype=np.int64))
        return {record.id: record for record in batch.to_records()}


_NO_RECORDS = FreshRecords()


def load_decisions(
    view: StoreView, record_ids: Sequence[str] | None = None
) -> list[StoredDecision]:
    """Return the decision log as `StoreView.decisions` does, with reopened decisions marked."""
    return mark_stored(view, view.decisions(record_ids))


def mark_stored(view: StoreView, log: Sequence[StoredDecision]) -> list[StoredDecision]:
    """Return these decisions of the log, with reopened ones marked; see `mark_reopened`."""
    marked = mark_reopened(view, [(stored.decision, stored.versions) for stored in log])
    return [
        replace(stored, decision=decision) for stored, decision in zip(log, marked, strict=True)
    ]


def mark_reopened(
    view: StoreView, log: Sequence[tuple[Decision, Versions]], fresh: FreshRecords = _NO_RECORDS
) -> list[Decision]:
    """Return the decisions, with reopened ones marked. `log` has the versions that each decision
    saw.

    `fresh` are records about to be committed, which replace the records of the view.
    """
    marked: list[Decision] = []
    for start in range(0, len(log), _PIECE):
        piece = log[start : start + _PIECE]
        ends = _decided_versions(view, piece)
        changes = _describe_changes(view, {end for pair in ends for end in pair}, fresh)
        marked += [
            replace(decision, reopened="; ".join(changes[end] for end in pair if end in changes))
            for (decision, _), pair in zip(piece, ends, strict=True)
        ]
    return mark_ended(marked)


def _decided_versions(
    view: StoreView, log: Sequence[tuple[Decision, Versions]]
) -> list[list[_Version]]:
    """Return the two versions that each decision saw, as (record id, number).

    If a record came after the decision, its first version counts. The number is 0 for a record that
    was never stored.
    """
    ends = [list(zip(decision.pair, numbers, strict=True)) for decision, numbers in log]
    later = {record_id for pair in ends for record_id, number in pair if number is None}
    all_numbers = view.record_numbers(sorted(later)) if later else {}
    first = {record_id: numbers[0] for record_id, numbers in all_numbers.items()}
    return [
        [(record_id, number or first.get(record_id, 0)) for record_id, number in pair]
        for pair in ends
    ]


def _describe_changes(
    view: StoreView, versions: set[_Version], fresh: FreshRecords
) -> dict[_Version, str]:
    """Return the contradiction between the present record and an earlier version, as a text.

    Versions without a contradiction are missing from the result.
    """
    changed = fresh.select(record_id for record_id, _ in versions)
    ids = sorted({record_id for record_id, _ in versions})
    present = {key: number for key, (number, _) in view.numbers_of(ids).items()}
    outdated = [
        (record_id, number)
        for record_id, number in sorted(versions)
        if number and (record_id in changed or present.get(record_id, number) != number)
    ]
    numbers = {number for _, number in outdated}
    numbers |= {present[record_id] for record_id, _ in outdated if record_id in present}
    stored = {version.number: version.record for version in view.records(sorted(numbers))}
    texts = {
        (key, number): _describe_record(stored[number], changed.get(key) or stored[present[key]])
        for key, number in outdated
    }
    return {version: text for version, text in texts.items() if text}


def _describe_record(before: Record, after: Record) -> str:
    """Return how a record contradicts an earlier version of itself; empty if it does not contradict
    it.
    """
    changes = find_material_changes(before, after)
    if not changes:
        return ""
    if before.handling != after.handling:
        # viewers of the present version may not be allowed to see the earlier values
        return f"record {after.id} changed its {', '.join(change.field for change in changes)}"
    return f"record {after.id} changed its {', '.join(map(str, changes))}"


def name_versions(
    view: StoreView, decisions: Sequence[NewDecision], fresh: Batch | None, first_number: int
) -> list[NewDecision]:
    """Return the decisions with the versions that they saw.

    These are the versions that will be valid after the commit. `fresh` are the records of the same
    commit, with numbers from `first_number`. For a withdrawn record it is the last version, and for
    a record that does not exist yet it is None. Versions that a decision already names are kept:
    an undo restores a decision as it was.
    """
    ends = {end for new in decisions if new.versions is None for end in new.decision.pair}
    numbers = {
        record_id: versions[-1]
        for record_id, versions in (view.record_numbers(sorted(ends)) if ends else {}).items()
    }
    if ends and fresh is not None:
        for row, record_id in enumerate(fresh.ids.to_pylist()):
            numbers[record_id] = first_number + row
    return [_with_versions(new, numbers) for new in decisions]


def _with_versions(new: NewDecision, numbers: Mapping[str, int]) -> NewDecision:
    if new.versions is not None:
        return new
    left_id, right_id = new.decision.pair
    return replace(new, versions=(numbers.get(left_id), numbers.get(right_id)))
