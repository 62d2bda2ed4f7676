"""Places of an entity: by city or country, in any script, with a point where it is known."""

from __future__ import annotations

import pytest

from resolver.data import load_rows
from resolver.records import Address
from resolver.review.profile import collect_places, locate_place
from resolver.values.normal_values import country_code
from tests.records.samples import record


@pytest.mark.parametrize(
    ("city", "country", "place"),
    [
        ("Istanbul", "Turkey", ("tr", "Istanbul")),
        ("  КИЕВ", "Украина", ("ua", "")),
        ("Москва", "", None),
        ("MOSCOW", "", ("ru", "Moscow")),
        ("Nowhere", "fr", ("fr", "")),
        ("Nowhere", "Atlantis", None),
        ("", "", None),
    ],
)
def test_a_place_is_located(city: str, country: str, place: tuple[str, str] | None) -> None:
    assert locate_place(city, country) == place


def test_places_have_their_roles_lists_and_points() -> None:
    rows = [
        record("a:1", nationality=("ru", "Russia"), birthPlace="Moscow, Russia"),
        record("b:1", country="RUS", addresses=[Address(city="Dubai", country="AE")]),
        record("b:2", birthPlace="France", nationality="Elbonia"),
    ]
    dubai, moscow, russia, france = collect_places(rows)
    assert (dubai.name, dubai.country, dubai.is_city, dubai.roles) == (
        "Dubai",
        "United Arab Emirates",
        True,
        ("Address",),
    )
    assert dubai.point == pytest.approx((25.2, 55.3), abs=0.5)
    assert (moscow.name, moscow.sources) == ("Moscow", ("a",))
    assert (russia.roles, russia.sources) == (("Country", "Nationality"), ("a", "b"))
    assert russia.point is not None
    assert 40 < russia.point[1] < 130
    assert (france.name, france.roles) == ("France", ("Birth place",))


def test_the_gazetteer_has_real_countries_and_points() -> None:
    rows = load_rows("gazetteer")
    assert len(rows) > 600
    assert len({row[:2] for row in rows}) == len(rows)
    for country, _, latitude, longitude in rows:
        assert country_code(country) == country
        assert -90 <= float(latitude) <= 90
        assert -180 <= float(longitude) <= 180
