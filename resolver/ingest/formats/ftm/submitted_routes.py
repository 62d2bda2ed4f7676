"""Countries of routes that a program sends with a record, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from resolver.errors import RecordError
from resolver.ingest.formats.ftm.ftm_entity import SubmittedRecord
from resolver.records import CountryRole, RouteCountry

MAX_ROUTE_COUNTRIES = 200
"""Countries of routes of one submission."""
MAX_COUNTRY = 100
"""Characters of the name of a country."""
_FIELDS = ("country", "role")
_ROLES = ", ".join(CountryRole)


def add_routes(submitted: SubmittedRecord, routes: object) -> SubmittedRecord:
    """Add the countries of routes to a submission: objects with `country` and `role` (source,
    transit or destination).

    Raises `RecordError` for an unknown role, a missing country and too many; `TypeError` for values
    of a wrong type.
    """
    if routes is None:
        return submitted
    if not isinstance(routes, list):
        raise TypeError("routes must be a list of objects with country and role")
    if len(routes) > MAX_ROUTE_COUNTRIES:
        raise RecordError(
            f"the record has more than {MAX_ROUTE_COUNTRIES} countries of routes",
            hint="send each country once",
        )
    unique = dict.fromkeys([*submitted.record.routes, *map(_read_country, routes)])
    return replace(submitted, record=replace(submitted.record, routes=tuple(unique)))


def _read_country(item: object) -> RouteCountry:
    if not isinstance(item, Mapping) or not all(
        isinstance(item.get(name), str) for name in _FIELDS
    ):
        raise TypeError("a country of a route must be an object with country and role")
    unknown = sorted(str(name) for name in item if name not in _FIELDS)
    if unknown:
        raise RecordError(
            f"a country of a route has no field {unknown[0][:60]!r}",
            hint=f"use {', '.join(_FIELDS)}",
        )
    country, role = (" ".join(str(item[name]).split()) for name in _FIELDS)
    if role not in set(CountryRole):
        raise RecordError(f"a route has no part {role[:60]!r}", hint=f"use {_ROLES}")
    if not country:
        raise RecordError("a part of a route has no country", hint="give its name or code")
    if len(country) > MAX_COUNTRY:
        raise RecordError("the country of a route is too long", hint="shorten it")
    return RouteCountry(country, CountryRole(role))
