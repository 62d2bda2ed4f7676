from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from resolver.errors import MappingError
from resolver.ingest.formats.tabular.guessed_mapping import describe, guess_mapping, plain_name
from resolver.ingest.formats.tabular.mapping import Mapping, load_mapping, mapping_from

WHOLE = """
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


def good(**more: Any) -> dict[str, Any]:
    return {"id": "id", "kind": "person", "source": "s", "properties": {"name": "name"}, **more}


def test_a_mapping_is_read_from_yaml(tmp_path: Path) -> None:
    path = tmp_path / "m.yml"
    path.write_text(WHOLE)
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
        ("[1", r"m\.yml, line 1: is no YAML"),
        ("just text", "says id, kind, source and properties"),
        ("", "says id, kind, source and properties"),
        ("\udcff", "is no UTF-8"),
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
        ({"kind": "person", "source": "s"}, "properties: Field required"),
        (good(properties={}), "no property is mapped"),
        (good(properties=["name"]), "properties: "),
        (
            good(properties={"brithDate": "dob"}),
            "no FollowTheMoney property 'brithDate'; did you mean 'birthDate'",
        ),
        (good(properties={"relation": "x"}), "relation cannot be filled from columns"),
        (good(properties={"address.town": "x"}), "parts of an address are full, street, city"),
        (good(kind=None), "say what the rows are"),
        (good(source="a:b"), "source: "),
        (good(schema="Vessel"), "schema Vessel is no person"),
        (good(separater=";"), "separater: Extra inputs"),
        (good(delimiter="::"), "delimiter: "),
    ],
)
def test_what_is_wrong_with_a_mapping_is_one_clear_line(
    content: dict[str, Any], message: str
) -> None:
    with pytest.raises(MappingError, match=message) as caught:
        mapping_from(content, "m.yml")
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("m.yml: ")


def test_properties_of_the_whole_ftm_model_are_known() -> None:
    assert mapping_from(good(properties={"eyeColor": "eyes"})).properties == {"eyeColor": ("eyes",)}


def test_an_absent_column_is_named_with_the_nearest_and_those_there_are() -> None:
    mapping = mapping_from(good(properties={"name": "Full Nam"}))
    with pytest.raises(
        MappingError,
        match=r"no column 'Full Nam' \(did you mean 'full_name'\? It has: id, full_name\)",
    ):
        mapping.columns(["id", "full_name"])


def test_a_column_that_stands_twice_is_no_column() -> None:
    with pytest.raises(MappingError, match="two columns 'name'"):
        mapping_from(good()).columns(["id", "name", "name"])


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"kind": "type"}, "type"),
        ({"kind": None, "schema": "ftm"}, "ftm"),
        ({"handling": "code"}, "code"),
    ],
)
def test_words_that_are_not_fixed_are_columns(more: dict[str, Any], wanted: str) -> None:
    mapping = mapping_from(good(**more))
    assert mapping.columns(["id", "name", wanted]) == ["id", "name", wanted]
    with pytest.raises(MappingError, match=f"no column '{wanted}'"):
        mapping.columns(["id", "name"])


@pytest.mark.parametrize("column", ["birthPlace", "birth_place", "Birth Place", " BIRTH-PLACE "])
def test_plain_names_are_told_whatever_their_case(column: str) -> None:
    assert plain_name(column) == "birth_place"


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


def test_names_alone_may_be_persons_or_groups() -> None:
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


def test_what_was_guessed_is_said() -> None:
    columns = ("unique_id", "surname", "cluster")
    said = describe(guessed(*columns), columns)
    assert "id from unique_id; every row a person; lastName from surname; not used: cluster" in said
