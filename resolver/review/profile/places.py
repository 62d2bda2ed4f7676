"""Places of an entity, as its visible records state them, on the map where they are known.

The table `gazetteer` holds a point of each country and some 500 cities. Points of countries are
centers of the largest area in the country boundaries of Natural Earth 1:50m (npm `world-atlas`
2.0.2). Cities are Natural Earth's populated places 1:110m and the towns that the time zone database
(PyPI `tzdata` 2026.6, `zone.tab`) locates. Both sources are in the public domain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from resolver.data import load_rows
from resolver.normalize import country_code
from resolver.normalize.folding import to_latin
from resolver.records import Record
from resolver.records.labels import property_label
from resolver.records.properties import COUNTRIES
from resolver.reference.territories import territory_name

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class MappedPlace:
    """City or country with what is said of it (`roles`: "Nationality", "Address") and by which
    lists.

    `point` is its latitude and longitude, None for a country that the gazetteer lacks.
    """

    name: str
    country: str
    is_city: bool
    point: Point | None
    roles: tuple[str, ...]
    sources: tuple[str, ...]


def collect_places(records: Iterable[Record]) -> tuple[MappedPlace, ...]:
    """Collect the places of some records: cities before countries, those of most lists first."""
    stated: dict[tuple[str, str, str], set[str]] = {}
    for record in records:
        for row in _rows(record):
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
    """Return country code and city of a place as the gazetteer has it.

    The city is empty where the gazetteer lacks it, so that its country stands for it. None where
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


def _rows(record: Record) -> Iterable[tuple[str, str, str]]:
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
    """Return the country of a city that only one country has; empty if there is none."""
    countries = _countries_by_city().get(_fold(city), ())
    return countries[0] if len(countries) == 1 else ""


def _fold(text: str) -> str:
    return to_latin(text).strip() if text else ""


@cache
def _gazetteer() -> Mapping[tuple[str, str], tuple[str, Point | None]]:
    """Return name and point of each city by country code and folded name; an empty name stands for
    the country.
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
