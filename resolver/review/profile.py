"""Parts of an entity's page: agencies, handling, dates, places and merging relations.

- Sources of an entity by agency: lists, visible records and dates.
- Handling of the records of an entity: conditions of use, grades, purpose and review date.
- Dates of an entity, as its visible records state them: life, validity, relations.
- Relations that helped to merge the records of an entity, with their weights at that time.
- Places that the visible records of an entity state, with their point on the map if it is known.

The table `gazetteer` has a point for each country and for some 500 cities. Points of countries are
centers of the largest area in the country boundaries of Natural Earth 1:50m (npm `world-atlas`
2.0.2). Cities are Natural Earth's populated places 1:110m and the towns that the time zone database
(PyPI `tzdata` 2026.6, `zone.tab`) locates. Both sources are in the public domain.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pyarrow as pa

from resolver.data import load_rows
from resolver.engines.pair_explanation import Rows
from resolver.errors import DateError
from resolver.hub.hub import Hub
from resolver.hub.shared_relations import SharedRelations
from resolver.names.folding import to_latin
from resolver.records import Grade, Record
from resolver.records.labels import display_text, property_label
from resolver.records.properties import COUNTRIES, DATES, IDENTIFIER_SET, PROPERTY_BY_NAME
from resolver.records.stated_links import RELATION_TYPES
from resolver.records.visibility import strictest_handling
from resolver.reference import territory_name
from resolver.review.models import Statement
from resolver.values.dates import PartialDate, parse_date
from resolver.values.normal_values import country_code


@dataclass(frozen=True, slots=True)
class ListShare:
    """List with the number of its visible records in an entity, and the dates of the oldest and
    newest of them (ISO, may be empty).
    """

    name: str
    records: int
    oldest: str
    newest: str


@dataclass(frozen=True, slots=True)
class AgencyShare:
    """Agency with its lists that know an entity. A list without an agency counts as an agency of
    its own.
    """

    agency: str
    lists: tuple[ListShare, ...]

    @property
    def records(self) -> int:
        """Number of visible records of all lists."""
        return sum(share.records for share in self.lists)

    @property
    def has_other_name(self) -> bool:
        """Whether the agency has another name than its only list."""
        return [share.name for share in self.lists] != [self.agency]


def group_by_agency(statements: Iterable[Statement]) -> tuple[AgencyShare, ...]:
    """Group the records of an entity by agency, with one statement for each record; agencies with
    most records come first.
    """
    dates: dict[str, dict[str, list[str]]] = {}
    for row in statements:
        lists = dates.setdefault(row.agency or row.source, {})
        lists.setdefault(row.source, []).append(row.date[:10])
    shares = [
        AgencyShare(agency, tuple(_share(name, days) for name, days in sorted(lists.items())))
        for agency, lists in dates.items()
    ]
    return tuple(sorted(shares, key=lambda share: (-share.records, share.agency)))


def _share(name: str, dates: list[str]) -> ListShare:
    ordered = sorted(date for date in dates if date) or [""]
    return ListShare(name, len(dates), ordered[0], ordered[-1])


@dataclass(frozen=True, slots=True)
class RecordHandling:
    """Record with its conditions of use and grades, as texts; an empty text is not stated."""

    record: str
    source: str
    agency: str
    code: str
    source_grade: str
    information_grade: str
    subject_category: str
    purpose: str
    review_date: str
    conditions: str = ""
    legal_basis: str = ""


def collect_handling(records: Iterable[Record]) -> tuple[RecordHandling, ...]:
    """Collect the handling of some records, by source and id."""
    rows = (_read(record) for record in records)
    return tuple(sorted(rows, key=lambda row: (row.source, row.record)))


def strictest_code(rows: Iterable[RecordHandling]) -> str:
    """Return the most restricted handling code of some records; an unknown code is stricter."""
    return strictest_handling(row.code for row in rows)


def _grade_text(grade: Grade | None) -> str:
    if grade is None:
        return ""
    return f"{grade.value} ({grade.scheme})" if grade.scheme else grade.value


def _read(record: Record) -> RecordHandling:
    handling = record.handling
    return RecordHandling(
        record.id,
        record.source,
        handling.agency,
        handling.code,
        _grade_text(handling.source_grade),
        _grade_text(handling.information_grade),
        handling.subject_category,
        handling.purpose,
        handling.review_date,
        handling.conditions,
        handling.legal_basis,
    )


@dataclass(frozen=True, slots=True)
class LifeSpan:
    """Date or period with the lists that state it.

    `label` is the kind of date, `subject` the number or name that it belongs to (may be empty), and
    `text` the date or period in words. `first` and `last` are the days between which it lies (ISO);
    `last` is empty if it has not ended.
    """

    label: str
    subject: str
    text: str
    first: str
    last: str
    sources: tuple[str, ...]


def collect_spans(records: Iterable[Record]) -> tuple[LifeSpan, ...]:
    """Collect the dates of some records, the earliest first; texts that are no dates are left
    out.
    """
    sources: dict[tuple[str, str, str, str], set[str]] = {}
    for record in records:
        for row in _rows(record):
            sources.setdefault(row, set()).add(record.source)
    spans = [
        LifeSpan(label, subject, _text(start, end), *days, tuple(sorted(names)))
        for (label, subject, start, end), names in sources.items()
        if (days := _days(start, end)) is not None
    ]
    return tuple(sorted(spans, key=lambda span: (span.first, span.last, span.label, span.subject)))


def first_day(text: str) -> str:
    """Return the first day (ISO) of a date or time as written; empty if the text is no date."""
    date = _date(text[:10])
    return "" if date is None else _first_day(date)


def _rows(record: Record) -> Iterable[tuple[str, str, str, str]]:
    """Yield label, subject, start and end of each dated statement of a record."""
    for value in record.values:
        if value.prop in DATES:
            event = PROPERTY_BY_NAME[value.prop].event or property_label(value.prop)
            yield event, "", value.text, value.text
    for item in record.identifiers:
        if item.prop in IDENTIFIER_SET and (item.issued or item.expires):
            yield property_label(item.prop), item.number, item.issued, item.expires
    for relation in record.relations:
        if relation.start or relation.end:
            label = RELATION_TYPES[relation.type].words.capitalize()
            yield label, relation.target_name or relation.role, relation.start, relation.end


def _text(start: str, end: str) -> str:
    first, last = (display_text(DATES[0], text) for text in (start, end))
    if first == last:
        return first
    return f"{first} to {last}" if first and last else f"from {first}" if first else f"until {last}"


def _days(start: str, end: str) -> tuple[str, str] | None:
    """Return the first and last day of a period; None if one of them is no date."""
    first, last = _date(start or end), _date(end or start)
    if first is None or last is None:
        return None
    return _first_day(first), max(_last_day(last), _first_day(first)) if end else ""


def _date(text: str) -> PartialDate | None:
    try:
        return parse_date(text)
    except DateError:
        return None


def _first_day(date: PartialDate) -> str:
    return f"{date.year:04d}-{date.month or 1:02d}-{date.day or 1:02d}"


def _last_day(date: PartialDate) -> str:
    if date.until is not None:
        return _last_day(date.until)
    month = date.month or 12
    day = date.day or calendar.monthrange(date.year, month)[1]
    return f"{date.year:04d}-{month:02d}-{day:02d}"


MAX_RECORDS = 200
"""Records of an entity beyond which its merges are not looked up again."""


@dataclass(frozen=True, slots=True)
class MergingRelation:
    """Relation that two entities shared when a round of relations merged them.

    `sentence` says what the two shared, and `weight` is in thousandths of log-odds. `left` and
    `right` are the ids of the records of the two entities.
    """

    sentence: str
    weight: int
    left: tuple[str, ...]
    right: tuple[str, ...]


def load_merging_relations(hub: Hub, record_ids: Sequence[str]) -> tuple[MergingRelation, ...]:
    """Load the relations that helped to merge one entity, in the order of the rounds.

    `record_ids` are the records of the entity that the viewer may see; no other records are named.
    The shared relations, and the records that state them, are visible to everybody.
    """
    if not 1 < len(record_ids) <= MAX_RECORDS:
        return ()
    with hub.store.view() as view:
        numbers = [number for number, _ in view.numbers_of(record_ids[:1]).values()]
    # a commit may have ended the record since the caller read it
    shared = SharedRelations.load(hub, numbers) if numbers else None
    return () if shared is None else tuple(_describe(shared, numbers[0], frozenset(record_ids)))


def _describe(
    shared: SharedRelations, number: int, visible: frozenset[str]
) -> Iterator[MergingRelation]:
    ids = shared.records.batch.ids

    def name(rows: Rows) -> tuple[str, ...]:
        """Return the ids of visible records among some rows."""
        return tuple(text for text in ids.take(pa.array(rows)).to_pylist() if text in visible)

    for compared in shared.explain_entity(number):
        left, right = name(compared.left_records), name(compared.right_records)
        if left and right:
            for row in compared.rows:
                yield MergingRelation(row.help, row.weight, left, right)


Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class MappedPlace:
    """City or country with the roles that lists state for it (`roles`: "Nationality", "Address"),
    and these lists.

    `point` is its latitude and longitude; None for a country that is not in the gazetteer.
    """

    name: str
    country: str
    is_city: bool
    point: Point | None
    roles: tuple[str, ...]
    sources: tuple[str, ...]


def collect_places(records: Iterable[Record]) -> tuple[MappedPlace, ...]:
    """Collect the places of some records. Cities come before countries, and places of most lists
    come first.
    """
    stated: dict[tuple[str, str, str], set[str]] = {}
    for record in records:
        for row in _places_rows(record):
            stated.setdefault(row, set()).add(record.source)
    roles: dict[tuple[str, str], set[str]] = {}
    sources: dict[tuple[str, str], set[str]] = {}
    for (role, city, country), names in stated.items():
        place = locate_place(city, country)
        if place is not None:
            roles.setdefault(place, set()).add(role)
            sources.setdefault(place, set()).update(names)
    places = [_place(place, roles[place], sources[place]) for place in roles]
    return tuple(
        sorted(places, key=lambda row: (not row.is_city, -len(row.sources), row.name, row.country))
    )


def locate_place(city: str, country: str) -> tuple[str, str] | None:
    """Return country code and city of a place, as the gazetteer has them.

    The city is empty if the gazetteer does not have it; its country is then shown instead. None if
    the country is unknown.
    """
    code = country_code(country) if country else _only_country(city)
    if not code:
        return None
    return code, _gazetteer().get((code, _fold(city)), ("", None))[0]


def _place(place: tuple[str, str], roles: set[str], sources: set[str]) -> MappedPlace:
    code, city = place
    country = territory_name(code) or code
    point = _gazetteer().get((code, _fold(city)), ("", None))[1]
    ordered = tuple(sorted(roles)), tuple(sorted(sources))
    return MappedPlace(city or country, country, bool(city), point, *ordered)


def _places_rows(record: Record) -> Iterable[tuple[str, str, str]]:
    """Yield role, city and country (as written) of the places in a record."""
    for value in record.values:
        if value.prop in COUNTRIES:
            yield property_label(value.prop), "", value.text
        elif value.prop == "birthPlace":
            city, _, country = value.text.partition(",")
            # one word may be a city or a country
            yield "Birth place", city, country or ("" if _only_country(city) else city)
    for address in record.addresses:
        yield "Address", address.city, address.country
    for route in record.routes:
        yield f"Route ({route.role})", "", route.country


def _only_country(city: str) -> str:
    """Return the country of a city that exists in only one country; empty if there is none or
    several.
    """
    countries = _countries_by_city().get(_fold(city), ())
    return countries[0] if len(countries) == 1 else ""


def _fold(text: str) -> str:
    return to_latin(text).strip() if text else ""


@cache
def _gazetteer() -> Mapping[tuple[str, str], tuple[str, Point | None]]:
    """Return name and point of each city, by country code and folded name; an empty name gives the
    country itself.
    """
    return {
        (country, _fold(city)): (city, (float(latitude), float(longitude)))
        for country, city, latitude, longitude in load_rows("gazetteer")
    }


@cache
def _countries_by_city() -> Mapping[str, tuple[str, ...]]:
    countries: dict[str, tuple[str, ...]] = {}
    for country, city in _gazetteer():
        if city:
            countries[city] = (*countries.get(city, ()), country)
    return countries
