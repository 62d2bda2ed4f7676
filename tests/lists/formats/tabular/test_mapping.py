"""Mappings: written as YAML or guessed from column names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from resolver.errors import MappingError
from resolver.lists.formats.tabular.guessed_mapping import describe_guess, guess_mapping
from resolver.lists.formats.tabular.mapping import Mapping, build_mapping, load_mapping

FULL_MAPPING = """
id: unique_id
kind: person
source: h50k
properties:
  name: [full_name, other]
  birthDate: dob
  address.city: town
deduplicated: true
separator: ";"
day_first: false
handling: H1
agency: Border police
"""


def mapping_content(**changes: Any) -> dict[str, Any]:
    return {"id": "id", "kind": "person", "source": "s", "properties": {"name": "name"}, **changes}


def test_a_mapping_is_read_from_yaml(tmp_path: Path) -> None:
    path = tmp_path / "m.yml"
    path.write_text(FULL_MAPPING)
    mapping = load_mapping(path)
    assert mapping.properties == {
        "name": ("full_name", "other"),
        "birthDate": ("dob",),
        "address.city": ("town",),
    }
    assert (mapping.deduplicated, mapping.separator, mapping.day_first, mapping.handling) == (
        True,
        ";",
        False,
        "H1",
    )
    assert mapping.columns(["unique_id", "full_name", "other", "dob", "town", "cluster"]) == [
        "unique_id",
        "full_name",
        "other",
        "dob",
        "town",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1", r"m\.yml, line 1: is not YAML"),
        ("just text", "needs id, kind, source and properties"),
        ("", "needs id, kind, source and properties"),
        ("\udcff", "is not UTF-8"),
    ],
)
def test_a_file_that_is_no_mapping(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "m.yml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(MappingError, match=message):
        load_mapping(path)


def test_an_absent_mapping(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"m\.yml: cannot be read"):
        load_mapping(tmp_path / "m.yml")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"kind": "person", "source": "s"}, "properties: is missing"),
        (mapping_content(properties={}), "no property is mapped"),
        (mapping_content(properties=["name"]), "properties: "),
        (
            mapping_content(properties={"brithDate": "dob"}),
            "no FollowTheMoney property 'brithDate'; did you mean 'birthDate'",
        ),
        (mapping_content(properties={"relation": "x"}), "relation cannot be filled from columns"),
        (
            mapping_content(properties={"address.town": "x"}),
            "parts of an address are full, street, city",
        ),
        (
            mapping_content(properties={"route": "x"}),
            "route cannot be filled from columns; its parts can: route.source, route.transit",
        ),
        (
            mapping_content(properties={"route.via": "x"}),
            "no property 'route.via'; parts of a route are source, transit, destination",
        ),
        (
            mapping_content(properties={"name.first": "x"}),
            "no property 'name.first'; parts of an address are full",
        ),
        (mapping_content(kind=None), "set kind to person, group or asset"),
        (mapping_content(source="a:b"), "source: "),
        (mapping_content(schema="Vessel"), "schema Vessel is not of kind person"),
        (mapping_content(separater=";"), "separater: Extra inputs"),
        (mapping_content(delimiter="::"), "delimiter: "),
        (
            mapping_content(properties={"nationality": {"colum": "land"}}),
            "properties: nationality needs the name of a column or a list of names: `nationality",
        ),
        (mapping_content(relations="x"), "relations: must be a list"),
        (mapping_content(relations=["x"]), "relations.0: must have names and values"),
        (mapping_content(id={"column": "nr"}), "id: must be one text, such as the name of a"),
        (mapping_content(deduplicated="perhaps"), "deduplicated: must be true or false"),
        ({"kind": "person", "properties": {"name": "who"}}, "source: is missing; a mapping needs"),
        (mapping_content(properties={"name": []}), "properties: name needs the name of a column"),
        (mapping_content(properties={"name": [None]}), "properties: name needs the name of a"),
        (mapping_content(properties=["name"]), "properties: give each property its column"),
    ],
)
def test_a_wrong_mapping_is_one_clear_line(content: dict[str, Any], message: str) -> None:
    with pytest.raises(MappingError, match=message) as caught:
        build_mapping(content, "m.yml")
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("m.yml: ")


def test_all_properties_of_the_ftm_model_are_accepted() -> None:
    assert build_mapping(mapping_content(properties={"eyeColor": "eyes"})).properties == {
        "eyeColor": ("eyes",)
    }


@pytest.mark.parametrize("written", ["land", ["land"], {"column": "land"}, {"columns": ["land"]}])
def test_columns_may_be_written_in_several_ways(written: Any) -> None:
    mapping = build_mapping(mapping_content(properties={"nationality": written}))
    assert mapping.properties == {"nationality": ("land",)}


def test_a_missing_column_is_reported_with_a_suggestion() -> None:
    mapping = build_mapping(mapping_content(properties={"name": "Full Nam"}))
    with pytest.raises(
        MappingError,
        match=r"no column 'Full Nam' \(did you mean 'full_name'\? It has: id, full_name\)",
    ):
        mapping.columns(["id", "full_name"])


def test_a_repeated_column_is_an_error() -> None:
    with pytest.raises(MappingError, match="two columns 'name'"):
        build_mapping(mapping_content()).columns(["id", "name", "name"])


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"kind": "type"}, "type"),
        ({"kind": None, "schema": "ftm"}, "ftm"),
        ({"handling": "code"}, "code"),
    ],
)
def test_other_words_are_columns(changes: dict[str, Any], column: str) -> None:
    mapping = build_mapping(mapping_content(**changes))
    assert mapping.columns(["id", "name", column]) == ["id", "name", column]
    with pytest.raises(MappingError, match=f"no column '{column}'"):
        mapping.columns(["id", "name"])


def guessed(*columns: str) -> Mapping:
    mapping = guess_mapping(columns, "my list")
    assert mapping is not None
    return mapping


def test_a_table_of_persons_is_guessed() -> None:
    mapping = guessed("unique_id", "first_name", "surname", "dob", "city", "cluster")
    assert (mapping.id, mapping.kind, mapping.source) == ("unique_id", "person", "my-list")
    assert mapping.properties == {
        "firstName": ("first_name",),
        "lastName": ("surname",),
        "birthDate": ("dob",),
        "address.city": ("city",),
    }


def test_ftm_names_are_their_own_mapping() -> None:
    assert set(guessed("id", "schema", "name", "birthDate", "passportNumber").properties) == {
        "name",
        "birthDate",
        "passportNumber",
    }
    assert guessed("id", "schema", "name").ftm_schema == "schema"


def test_bare_names_may_be_persons_or_groups() -> None:
    assert guessed("name").kind == "legal"
    assert guessed("name", "kind").kind == "kind"
    assert guessed("name", "sex").kind == "person"


def test_without_a_name_nothing_is_guessed() -> None:
    assert guess_mapping(["id", "dob", "city"], "x") is None
    assert guess_mapping(["36", "AEROCARIBBEAN", "-0-"], "x") is None


def test_columns_of_opensanctions_simplified_table_hold_several_values() -> None:
    mapping = guessed(
        "id", "schema", "name", "aliases", "birth_date", "countries", "addresses", "phones"
    )
    assert (mapping.separator, mapping.properties["alias"]) == (";", ("aliases",))
    assert "idNumber" not in mapping.properties


def test_numbers_programs_and_datasets_of_the_simplified_table_are_read() -> None:
    mapping = guessed(
        *"id schema name aliases birth_date countries addresses identifiers sanctions".split(),
        *"phones emails dataset first_seen last_seen last_change".split(),
    )
    assert mapping.properties["idNumber"] == ("identifiers",)
    assert mapping.properties["program"] == ("sanctions",)
    assert mapping.properties["publisher"] == ("dataset",)
    assert "idNumber" not in guessed("id", "name", "identifiers").properties


def test_a_guess_is_described() -> None:
    columns = ("unique_id", "surname", "cluster")
    description = describe_guess(guessed(*columns), columns)
    assert (
        "id from unique_id; every row a person; lastName from surname; not used: cluster"
        in description
    )


@pytest.mark.parametrize(
    ("relation", "message"),
    [
        ({"type": "member of"}, "set target or name"),
        ({"type": "member of", "target": "x", "to": "y"}, "relations.0.to"),
        ({"target": "x"}, "relations.0.type"),
    ],
)
def test_a_relation_needs_a_type_and_an_other_end(relation: dict[str, str], message: str) -> None:
    with pytest.raises(MappingError, match=message):
        build_mapping(mapping_content(relations=[relation]))


def test_columns_of_relations_are_read() -> None:
    relations = [{"type": "memberOf", "target": "g"}, {"type": "kind", "name": "n", "start": "d"}]
    mapping = build_mapping(mapping_content(relations=relations))
    assert mapping.columns(["id", "name", "g", "kind", "n", "d"]) == [
        "id",
        "name",
        "g",
        "kind",
        "n",
        "d",
    ]
    with pytest.raises(MappingError, match="no column 'kind'"):
        mapping.columns(["id", "name", "g", "n", "d"])
