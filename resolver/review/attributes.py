"""Two golden records attribute by attribute: what agrees, what contradicts, what one side says, and who says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from resolver.merging import GoldenRecord, GoldenValue
from resolver.merging.canonical_values import key
from resolver.merging.survivorship import conflicts
from resolver.normalize.folding import latin, vowelless
from resolver.records.labels import in_order, label, told
from resolver.records.properties import ADDRESS, FULL_NAMES, NAME_PARTS, RELATION
from resolver.review.entity_sides import Side
from resolver.review.view_models import (
    AttributeView,
    Mark,
    Statement,
    ValueView,
)
from resolver.store import Source, View


@dataclass(frozen=True, slots=True)
class Stated:
    """Who said what when: a statement for each record id."""

    by_record: Mapping[str, Statement]

    @classmethod
    def of(cls, view: View, sides: Iterable[Side], sources: Mapping[str, Source]) -> Stated:
        """Of all records of some sides. The date is that of the list, else of the landing the version came with."""
        records = [one for side in sides for one in side.records]
        landed = view.landed(sorted({one.valid_from for one in records}))
        found = {}
        for one in records:
            source = sources[one.record.source]
            date = source.list_version or landed.get(one.valid_from, "")[:10]
            found[one.record.id] = Statement(one.record.id, source.name, source.agency, date)
        return cls(found)


def attributes(
    left: GoldenRecord, right: GoldenRecord, stated: Stated
) -> tuple[AttributeView, ...]:
    """Every property that either side has, names first."""
    props = in_order({*left.values, *right.values})
    return tuple(
        _attribute(prop, left.values.get(prop, ()), right.values.get(prop, ()), stated)
        for prop in props
    )


def _attribute(
    prop: str, left: Sequence[GoldenValue], right: Sequence[GoldenValue], stated: Stated
) -> AttributeView:
    one, two = _values(prop, left, right, stated), _values(prop, right, left, stated)
    marks = {value.mark for value in (*one, *two)}
    order = (Mark.AGREES, Mark.OMITTED, Mark.CONTRADICTED, Mark.DIFFERS)
    return AttributeView(prop, label(prop), next(mark for mark in order if mark in marks), one, two)


def _values(
    prop: str, ours: Sequence[GoldenValue], theirs: Sequence[GoldenValue], stated: Stated
) -> tuple[ValueView, ...]:
    known = {key(prop, text, value.code) for value in theirs for text in (value.text, *value.forms)}
    return tuple(
        ValueView(
            told(prop, value.text),
            transliterated(told(prop, value.text)),
            # a relation is told in English, whoever it is with
            prop != RELATION and vowelless(value.text),
            _mark(prop, value, theirs, known),
            tuple(told(prop, text) for text in value.forms),
            tuple(
                stated.by_record[record] for record in value.records if record in stated.by_record
            ),
        )
        for value in ours
    )


def _mark(prop: str, value: GoldenValue, theirs: Sequence[GoldenValue], known: set[str]) -> Mark:
    if not theirs:
        return Mark.OMITTED
    if any(key(prop, text, value.code) in known for text in (value.text, *value.forms)):
        return Mark.AGREES
    # contradicted by what they say, not by what this side says as well
    clash = (
        all(conflicts({prop: (value, other)}) for other in theirs) if _may_clash(prop) else False
    )
    return Mark.CONTRADICTED if clash else Mark.DIFFERS


def _may_clash(prop: str) -> bool:
    return prop not in (*FULL_NAMES, *NAME_PARTS, ADDRESS)


def transliterated(text: str) -> str:
    """The Latin form of a text in another script; empty for one in Latin script."""
    if text.isascii():
        return ""
    said = latin(text)
    # accents alone are no other script
    return "" if len(said) == len(text) and _close(said, text) else said


def _close(said: str, text: str) -> bool:
    return all(letter.isascii() or ord(letter) < 0x250 for letter in text) and bool(said)
