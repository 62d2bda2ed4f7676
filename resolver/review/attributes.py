"""Comparison of two golden records by attribute: agreeing, contradicted and one-sided values, with
sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from resolver.merging import GoldenRecord, GoldenValue
from resolver.merging.survivorship import equality_key, find_conflicts
from resolver.names.folding import is_vowelless, to_latin
from resolver.records import properties
from resolver.records.labels import ADMINISTRATIVE, display_text, property_label, sort_properties
from resolver.records.packing import identifier_text, split_fields, unpack_identifier
from resolver.records.results.explanation import EvidenceOutcome, EvidenceRow, outcome_of
from resolver.reference import territory_name, text_scripts
from resolver.reference.ftm import topic_labels
from resolver.review.entity_sides import EntitySide
from resolver.review.models import AttributeView, Mark, Statement, ValueView
from resolver.store import StoredSource, StoreView
from resolver.values.identifiers import read_identifier
from resolver.values.normal_values import country_code

_MAX_CODE_LENGTH = 3
"""Letters up to which a country may be a code."""
_DECISION_ORDER = (Mark.CONTRADICTED, Mark.DIFFERS, Mark.AGREES, Mark.OMITTED)


_COMPARED = {
    "address": properties.ADDRESS,
    "birth_place": "birthPlace",
    "position": "position",
    "website": "website",
    "phone": "phone",
}
"""Properties by the comparators that read differently written values of them."""


@dataclass(frozen=True, slots=True)
class _OtherName:
    """Name that a side states under another property than the property that it is compared as."""

    value: GoldenValue
    prop: str


def _golden_value(row: GoldenValue | _OtherName) -> GoldenValue:
    return row.value if isinstance(row, _OtherName) else row


@dataclass(frozen=True, slots=True)
class StatementIndex:
    """Source, agency and date of each record, by record id."""

    by_record: Mapping[str, Statement]

    @classmethod
    def load(
        cls, view: StoreView, sides: Iterable[EntitySide], sources: Mapping[str, StoredSource]
    ) -> StatementIndex:
        """Load the statements of all records of some sides. The date is the date of the list
        version, otherwise the commit date of the record version.
        """
        records = [stored for side in sides for stored in side.records]
        committed = view.commit_times(sorted({stored.valid_from for stored in records}))
        statements = {}
        for stored in records:
            source = sources[stored.record.source]
            date = source.list_version or committed.get(stored.valid_from, "")[:10]
            statements[stored.record.id] = Statement(
                stored.record.id, source.name, source.agency, date
            )
        return cls(statements)


def compare_attributes(
    left: GoldenRecord,
    right: GoldenRecord,
    statements: StatementIndex,
    evidence: Sequence[EvidenceRow] = (),
) -> tuple[AttributeView, ...]:
    """Compare every property that either side has, names first.

    If `evidence` says that two differently written values agree, such as two forms of an address,
    the attribute agrees.
    """
    outcomes = {
        _COMPARED[row.name]: outcome
        for row in evidence
        if row.name in _COMPARED and (outcome := outcome_of(row)) is not None
    }
    return tuple(
        _with_outcome(
            _attribute(
                prop,
                (*_own_values(prop, left, right), *_names_of_other_kinds(prop, left, right)),
                (*_own_values(prop, right, left), *_names_of_other_kinds(prop, right, left)),
                statements,
            ),
            outcomes.get(prop),
        )
        for prop in sort_properties({*left.values, *right.values})
    )


def _own_values(
    prop: str, side: GoldenRecord, other: GoldenRecord
) -> Sequence[GoldenValue | _OtherName]:
    return side.values.get(prop) or _numbers_of_other_kinds(prop, other, side)


def _with_outcome(attribute: AttributeView, outcome: EvidenceOutcome | None) -> AttributeView:
    """Return an attribute whose values differ as agreeing, if the comparison found that they
    agree.
    """
    if attribute.mark is not Mark.DIFFERS or outcome in (None, EvidenceOutcome.DIFFERS):
        return attribute
    is_partial = outcome is EvidenceOutcome.NEAR
    return replace(attribute, mark=Mark.AGREES, is_partial=is_partial)


def _names_of_other_kinds(
    prop: str, side: GoldenRecord, other: GoldenRecord
) -> tuple[_OtherName, ...]:
    """Return the names that the other side states as `prop` and this side under another property:
    the name on one list is an alias on another.
    """
    if prop not in properties.FULL_NAMES or prop not in other.values:
        return ()
    own = _name_keys(side.values.get(prop, ()))
    sought = _name_keys(other.values[prop]) - own
    return tuple(
        _OtherName(value, kind)
        for kind in properties.FULL_NAMES
        if kind != prop
        for value in side.values.get(kind, ())
        if _name_keys([value]) & sought
    )


def _name_keys(values: Iterable[GoldenValue]) -> set[str]:
    return {
        equality_key(properties.FULL_NAMES[0], text, value.code)
        for value in values
        for text in (value.text, *value.forms)
    }


def _numbers_of_other_kinds(
    prop: str, side: GoldenRecord, other: GoldenRecord
) -> tuple[GoldenValue, ...]:
    """Return the numbers of the other side that this side states as `prop` and the other side under
    another property: the tax number on one list is the registration number on another. Each number
    names its kind.
    """
    if prop not in properties.IDENTIFIER_SET:
        return ()
    return tuple(
        number._replace(text=_with_kind(kind, number.text), forms=())
        for kind in sorted(properties.IDENTIFIER_SET & other.values.keys())
        for number in other.values[kind]
        if any(_is_same_number(prop, value, number) for value in side.values[prop])
    )


def _with_kind(prop: str, text: str) -> str:
    """Return a number with the label of its property as its kind, unless the number states a
    kind.
    """
    identifier = unpack_identifier(prop, text)
    return identifier_text(replace(identifier, type=identifier.type or property_label(prop)))


def put_decisive_first(attributes: Iterable[AttributeView]) -> tuple[AttributeView, ...]:
    """Sort attributes for a decision: contradictions, other differences, agreements, one side only.

    Administrative attributes come last. Attributes of one group keep their order.
    """
    return tuple(sorted(attributes, key=_decision_rank))


def _decision_rank(attribute: AttributeView) -> tuple[bool, int]:
    rank = _DECISION_ORDER.index(attribute.mark)
    if attribute.mark is Mark.DIFFERS and not _may_contradict(attribute.prop):
        # several spellings of a name, addresses of several years, and several routes mostly belong
        # together
        rank = _DECISION_ORDER.index(Mark.AGREES)
    return attribute.is_administrative, rank


def _attribute(
    prop: str,
    left: Sequence[GoldenValue | _OtherName],
    right: Sequence[GoldenValue | _OtherName],
    statements: StatementIndex,
) -> AttributeView:
    left_views = _values(prop, left, right, statements)
    right_views = _values(prop, right, left, statements)
    marks = {value.mark for value in (*left_views, *right_views)}
    order = (Mark.AGREES, Mark.OMITTED, Mark.CONTRADICTED, Mark.DIFFERS)
    return AttributeView(
        prop,
        property_label(prop),
        next(mark for mark in order if mark in marks),
        left_views,
        right_views,
    )


def _values(
    prop: str,
    listed: Sequence[GoldenValue | _OtherName],
    other_side: Sequence[GoldenValue | _OtherName],
    statements: StatementIndex,
) -> tuple[ValueView, ...]:
    values, others = ([_golden_value(row) for row in rows] for rows in (listed, other_side))
    other_keys = {
        equality_key(prop, text, value.code)
        for value in others
        for text in (value.text, *value.forms)
    }
    views: dict[str, ValueView] = {}
    for index, value in enumerate(values):
        view = _value_view(prop, value, _mark(prop, value, others, other_keys), statements)
        stated = listed[index]
        if isinstance(stated, _OtherName):
            view = replace(view, stated_as=property_label(stated.prop))
        # a route with `be` and a route with `BEL` read the same
        key = view.text if prop == properties.ROUTE else str(index)
        if key in views:
            view = replace(view, statements=(*views[key].statements, *view.statements))
        views[key] = view
    return tuple(views.values())


def _value_view(prop: str, value: GoldenValue, mark: Mark, statements: StatementIndex) -> ValueView:
    by_record = statements.by_record
    text, forms = _readable(prop, value)
    return ValueView(
        text,
        # a long note is read in a translation, not in a transliteration
        "" if prop in ADMINISTRATIVE else latin_transliteration(text),
        # a relation is described in English, whatever the script of the names in it
        prop != properties.RELATION and is_vowelless(value.text),
        mark,
        forms,
        tuple(by_record[record] for record in value.records if record in by_record),
    )


def _readable(prop: str, value: GoldenValue) -> tuple[str, tuple[str, ...]]:
    """Return the text of a value and its other spellings: countries by name, not by code."""
    text, *forms = (_display(prop, form) for form in (value.text, *value.forms))
    if prop == "topics":
        return topic_label(text), ()
    if prop not in properties.COUNTRIES or not value.code:
        return text, tuple(forms)
    if len(text) <= _MAX_CODE_LENGTH:
        text = country_name(value.code) or text
    return text, tuple(form for form in forms if len(form) > _MAX_CODE_LENGTH and form != text)


def _display(prop: str, text: str) -> str:
    """Return a value as pages show it; the country of a route by its name."""
    if prop == properties.ROUTE:
        country, role = split_fields(text, 2)
        return f"{country_name((country_code(country) or '').lower()) or country} ({role})"
    return display_text(prop, text)


def country_name(code: str) -> str:
    """Return the English name of a country code; empty if there is none."""
    return territory_name(code)


def topic_label(topic: str) -> str:
    """Return the label of a topic of FollowTheMoney: `crime.fin` → `Financial crime`."""
    return topic_labels().get(topic, topic)


def _mark(
    prop: str, value: GoldenValue, others: Sequence[GoldenValue], other_keys: set[str]
) -> Mark:
    if not others:
        return Mark.OMITTED
    if any(
        equality_key(prop, text, value.code) in other_keys for text in (value.text, *value.forms)
    ):
        return Mark.AGREES
    # values that look the same on the page are not shown as a difference
    if _display(prop, value.text) in {_display(prop, other.text) for other in others}:
        return Mark.AGREES
    if prop in properties.IDENTIFIER_SET and any(
        _is_same_number(prop, value, other) for other in others
    ):
        return Mark.AGREES
    # only values of the other side can contradict; further values of this side do not
    contradicts = _may_contradict(prop) and all(
        find_conflicts({prop: (value, other)}) for other in others
    )
    return Mark.CONTRADICTED if contradicts else Mark.DIFFERS


def _is_same_number(prop: str, value: GoldenValue, other: GoldenValue) -> bool:
    """Return whether two numbers of one property are equal in the form that comparisons use, and
    the countries of their issuers do not differ. The kind of number that the lists state does not
    matter.
    """
    left, right = (
        read_identifier(prop, item.number, item.country)
        for item in (unpack_identifier(prop, value.text), unpack_identifier(prop, other.text))
    )
    same_issuer = not left.country or not right.country or left.country == right.country
    return bool(left.number) and left.number == right.number and same_issuer


def _may_contradict(prop: str) -> bool:
    return prop not in (
        *properties.FULL_NAMES,
        *properties.NAME_PARTS,
        properties.ADDRESS,
        properties.ROUTE,
    )


def latin_transliteration(text: str) -> str:
    """Return the Latin form of a text in another script; empty for a text in Latin script."""
    return to_latin(text) if text_scripts(text) - {"Latin"} else ""
