"""Golden records as FollowTheMoney entities and edges."""

from __future__ import annotations

import pytest
from followthemoney import model
from followthemoney.types import registry

from resolver.merging import (
    assign_entity_ids,
    build_golden_records,
    to_ftm,
)
from resolver.merging.ftm_values import TOPICS, to_ftm_values
from resolver.records import (
    Activity,
    CountryRole,
    Grade,
    Handling,
    Identifier,
    Relation,
    RelationType,
    RouteCountry,
)
from tests.merging.merged_records import (
    country_code,
    merged,
    person,
    resolved,
)


class TestFtm:
    def test_topics_are_valid_ftm_topics(self) -> None:
        assert set(TOPICS) == {activity.value for activity in Activity}
        assert all(registry.topic.validate(topic) for topic in TOPICS.values())

    def test_properties_outside_schema_go_to_neighbour_or_notes(self) -> None:
        (entity,) = to_ftm(
            merged(
                person(
                    "a:1",
                    ("nationality", "Syria"),
                    ("gender", "male"),
                    ("favouriteColour", "blue"),
                    schema="Organization",
                    identifiers=(Identifier("passportNumber", "A 123", "Syria", issued="2001"),),
                )
            )
        )
        properties = entity["properties"]
        assert properties["country"] == ["sy"]
        assert properties["registrationNumber"] == ["A 123"]
        assert {"gender: male", "favouriteColour: blue", "nationality: Syria"} <= set(
            properties["notes"]
        )
        assert "passportNumber A 123: Syria; issued 2001" in properties["notes"]

    @pytest.mark.parametrize(
        ("text", "values", "note"),
        [
            ("1962", ["1962"], None),
            ("1962-05", ["1962-05"], None),
            ("1962-05-01~", ["1962-05-01"], "birthDate: circa 1962-05-01"),
            ("1960/1965", ["1960", "1965"], "birthDate: 1960 to 1965"),
            ("1962-05-01/1962-05-09", ["1962-05"], "birthDate: 1962-05-01 to 1962-05-09"),
            ("1962-05/1962-07", ["1962"], "birthDate: 1962-05 to 1962-07"),
            ("before the war", [], "birthDate: before the war"),
        ],
    )
    def test_dates(self, text: str, values: list[str], note: str | None) -> None:
        results = to_ftm_values("Person", "birthDate", text)
        assert [form.value for form in results if form.prop == "birthDate"] == values
        assert [form.value for form in results if form.prop == "notes"] == ([note] if note else [])
        assert all(registry.date.validate(value) for value in values)

    def test_allowed_relation_becomes_edge(self) -> None:
        records = [
            person(
                "a:1",
                relations=(Relation(RelationType.LEADER_OF, "a:9", role="boss", start="2001"),),
            ),
            person("a:9", schema="Organization"),
        ]
        entities = [
            e
            for g in build_golden_records(*resolved(records), country_code=country_code)
            for e in to_ftm(g)
        ]
        (edge,) = [entity for entity in entities if entity["schema"] == "Directorship"]
        proxy = model.get_proxy(edge)
        ids = dict(zip(("a:1", "a:9"), assign_entity_ids(*resolved(records)), strict=True))
        assert list(proxy.edgepairs()) == [(ids["a:1"], ids["a:9"])]
        assert (proxy.get("role"), proxy.get("startDate"), proxy.get("recordId")) == (
            ["boss"],
            ["2001"],
            ["a:1"],
        )

    def test_forbidden_relation_becomes_unknown_link(self) -> None:
        records = [
            person("a:1", relations=(Relation(RelationType.FAMILY_OF, "a:9", role="cousin"),)),
            person("a:9", schema="Organization"),
        ]
        entities = [
            e
            for g in build_golden_records(*resolved(records), country_code=country_code)
            for e in to_ftm(g)
        ]
        (edge,) = [entity for entity in entities if entity["id"].startswith("r-")]
        assert edge["schema"] == "UnknownLink"
        assert edge["properties"]["role"] == ["cousin"]
        assert edge["properties"]["summary"] == ["family of"]

    def test_relation_without_target_becomes_note(self) -> None:
        (entity,) = to_ftm(
            merged(
                person(
                    "a:1", relations=(Relation(RelationType.ASSOCIATE_OF, "", "Ali", "friend"),)
                ),
                person("a:2", relations=(Relation(RelationType.LINKED_TO, "a:1"),)),
            )
        )
        assert entity["properties"]["notes"] == [
            "Associate of Ali: friend",
            "Linked to a:1 (held to be the same)",
        ]

    def test_handling_and_routes_become_notes(self) -> None:
        handling = Handling(
            "X", "H2", Grade("europol-4x4", "A"), None, "suspect", "analysis", "2030-01-01"
        )
        route = RouteCountry("Libya", CountryRole.TRANSIT)
        (entity,) = to_ftm(merged(person("a:1", handling=handling, routes=(route,))))
        assert set(entity["properties"]["notes"]) == {
            "Route: Libya (transit)",
            "Handling: code H2; agency X; source grade A (europol-4x4); category suspect; "
            "purpose analysis; review 2030-01-01",
        }
