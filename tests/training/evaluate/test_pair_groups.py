"""Groups of record pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from resolver.data import load_rows
from resolver.records import Identifier, Kind, Record
from resolver.training.reliability import (
    CULTURE_OF_COUNTRY,
    DIMENSIONS,
    pair_group_masks,
    record_cultures,
    record_scripts,
)
from resolver.world.cultures import CULTURES as INVENTED
from tests.matching.preparing import prepared
from tests.records.samples import record

_NUMBER = [Identifier("idNumber", "A1")]


def of_pair(first: Record, second: Record, by: str) -> set[str]:
    masks = pair_group_masks(
        prepared([first, second]), np.array([0], dtype=np.int32), np.array([1], dtype=np.int32), by
    )
    return {name for name, mask in masks.items() if mask[0]}


@pytest.mark.parametrize(
    ("names", "script"),
    [
        (["Ann Lee"], "Latin"),
        (["Иван"], "Cyrillic"),
        (["Ann", "안"], "Hangul"),
        (["محمد", "Mohammed"], "Arabic"),
        (["Étienne"], "Latin"),
        ([], "Latin"),
        (["123"], "Latin"),
    ],
)
def test_record_scripts(names: list[str], script: str) -> None:
    assert record_scripts(prepared([record("a", name=names)])).tolist() == [script]


def test_culture_follows_nationality_then_other_countries() -> None:
    batch = prepared(
        [
            record("a", nationality="Russia", country="France"),
            record("b", country="France"),
            record("c", name="Ann"),
            record("d", nationality="aq", country="kp"),
            record("e", birthPlace="Kabul, Afghanistan"),
        ]
    )
    assert record_cultures(batch).tolist() == ["russian", "french", "unknown", "korean", "afghan"]


def test_each_country_belongs_to_one_culture() -> None:
    codes = [code for code, _ in load_rows("culture_countries")]
    assert len(codes) == len(set(codes))
    assert all(len(code) == 2 and code.islower() for code in codes)


@pytest.mark.parametrize("culture", INVENTED, ids=lambda culture: culture.name)
def test_invented_cultures_have_their_own_country(culture: object) -> None:
    countries = culture.countries.lower().split()  # type: ignore[attr-defined]
    most = max(sorted(set(countries)), key=countries.count)
    assert CULTURE_OF_COUNTRY[most] == culture.name  # type: ignore[attr-defined]


def test_pair_groups_by_dimension() -> None:
    first = record(
        "a:1",
        name="Ann",
        nationality="ru",
        birthDate="1960",
        identifiers=[Identifier("idNumber", "A1")],
    )
    second = record("b:2", name="Анна", nationality="ua", birthDate="1960")
    assert of_pair(first, second, "culture") == {"mixed"}
    assert of_pair(first, record("b:2", name="Ann"), "culture") == {"russian"}
    assert of_pair(first, second, "script") == {"Cyrillic"}
    assert of_pair(first, second, "source") == {"a × b"}
    assert of_pair(first, second, "kind") == {"person"}
    assert of_pair(first, record("b:2", Kind.LEGAL, name="Ann"), "kind") == {"person"}
    assert of_pair(first, second, "missing") == {
        "no birth place",
        "no gender",
        "no identifier",
        "no address",
    }


@pytest.mark.parametrize(
    ("shared", "one_sided", "evidence"),
    [
        ({}, {"birthDate": "1960"}, "names only"),
        ({"gender": "male"}, {"birthDate": "1960"}, "other"),
        ({"phone": "+4930123456"}, {}, "other"),
        ({"country": "ru", "birthDate": "1960"}, {}, "birth date"),
        ({"birthDate": "1960", "identifiers": _NUMBER}, {}, "identifier"),
        ({"birthDate": "1960"}, {"identifiers": _NUMBER}, "birth date"),
    ],
)
def test_evidence_is_what_both_sides_state(
    shared: dict[str, Any], one_sided: dict[str, Any], evidence: str
) -> None:
    first = record("a:1", name="Ann", **shared, **one_sided)
    assert of_pair(first, record("b:1", name="Bob", **shared), "evidence") == {evidence}


@pytest.mark.parametrize("by", DIMENSIONS)
def test_sides_do_not_matter(by: str) -> None:
    first, second = (
        record("a:1", name="Ann", nationality="ru"),
        record("b:1", Kind.LEGAL, name="Анна", country="fr"),
    )
    batch = prepared([first, second])
    left, right = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
    forth, back = pair_group_masks(batch, left, right, by), pair_group_masks(batch, right, left, by)
    assert {name: mask.tolist() for name, mask in forth.items()} == {
        name: mask.tolist() for name, mask in back.items()
    }


@pytest.mark.parametrize("by", sorted(set(DIMENSIONS) - {"missing"}))
def test_every_pair_is_in_one_group(by: str) -> None:
    names = {"a:0": "A", "a:1": "Б", "b:0": "A", "b:1": "Б"}
    batch = prepared([record(identity, name=name) for identity, name in names.items()])
    left, right = np.array([0, 0, 1], dtype=np.int32), np.array([1, 2, 3], dtype=np.int32)
    assert np.sum(list(pair_group_masks(batch, left, right, by).values()), axis=0).tolist() == [
        1,
        1,
        1,
    ]
