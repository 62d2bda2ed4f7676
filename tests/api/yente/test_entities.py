"""Entities by the ids of their lists, with what is nested in them, as yente's tests expect them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Client
from tests.api.yente.world import MARKOV, OLGA, PARTY, PAYER, WORKS


def read(client: Client, path: str) -> Any:
    answer = client.get(f"/entities/{path}", follow_redirects=True)
    assert answer.status_code == 200, answer.json
    return answer.json


def test_an_unknown_id(yente: Client) -> None:
    assert yente.get("/entities/banana").status_code == 404


@pytest.mark.parametrize("identity", [MARKOV, f"harbor:{MARKOV}", "list-a-90417", "list-b-rus7781"])
def test_ids_of_the_list_and_those_it_lists_lead_to_the_entity(
    identity: str, yente: Client
) -> None:
    body = read(yente, identity)
    assert (body["schema"], body["caption"]) == ("Person", "Timofei Arkadyevich Markov")
    assert body["referents"] == [f"harbor:{MARKOV}", "list-a-90417", "list-b-rus7781"]
    assert body["datasets"] == ["harbor"]
    assert body["properties"]["birthDate"] == ["1961-04-12"]


def test_an_entity_has_the_times_of_its_lists(yente: Client) -> None:
    body = read(yente, MARKOV)
    for name in ("first_seen", "last_seen", "last_change"):
        assert body[name].startswith("20")
    assert body["first_seen"] <= body["last_change"]


def test_sanctions_are_nested_entities(yente: Client) -> None:
    (sanction,) = read(yente, MARKOV)["properties"]["sanctions"]
    assert sanction["schema"] == "Sanction"
    assert sanction["properties"] == {"program": ["Maritime order"], "programId": ["M-3"]}


def test_without_nesting_relations_and_addresses_stay_out(yente: Client) -> None:
    properties = read(yente, f"{MARKOV}?nested=false")["properties"]
    assert {"ownershipOwner", "addressEntity", "sanctions", "familyPerson"}.isdisjoint(properties)
    assert len(properties["address"]) == 2
    assert all(isinstance(value, str) for values in properties.values() for value in values)


def test_addresses_and_owned_companies_are_nested(yente: Client) -> None:
    properties = read(yente, MARKOV)["properties"]
    addresses = properties["addressEntity"]
    assert {row["schema"] for row in addresses} == {"Address"}
    assert any("7 Quay Street" in row["properties"]["full"][0] for row in addresses)
    assert len(addresses) == 2
    owned = properties["ownershipOwner"]
    assert [row["schema"] for row in owned] == ["Ownership"] * 2
    captions = {row["properties"]["asset"][0]["caption"] for row in owned}
    assert captions == {"Volna Marine Works", "Severny Veter"}


def test_relatives_are_nested_without_coming_back(yente: Client) -> None:
    body = read(yente, MARKOV)
    (family,) = body["properties"]["familyPerson"]
    (relative,) = family["properties"]["relative"]
    assert relative["referents"] == [f"harbor:{OLGA}"]
    assert relative["id"] != body["id"]


def test_payments_are_nested_from_either_side(yente: Client) -> None:
    paid = read(yente, PAYER)["properties"]["paymentPayer"]
    assert [row["schema"] for row in paid] == ["Payment", "Payment"]
    first = next(row for row in paid if row["properties"]["amountEur"] == ["100000"])
    assert first["properties"]["date"] == ["2011-12-29"]
    assert first["properties"]["beneficiary"][0]["caption"] == "Partei der Mitte"
    received = read(yente, PARTY)["properties"]["paymentBeneficiary"]
    assert {row["properties"]["payer"][0]["caption"] for row in received} == {"Lena Dachser"}


def test_adjacent_entities_come_by_property(yente: Client) -> None:
    body = read(yente, f"{MARKOV}/adjacent")
    assert body["entity"]["caption"] == "Timofei Arkadyevich Markov"
    adjacent = body["adjacent"]
    for prop, count in (("addressEntity", 2), ("ownershipOwner", 2), ("familyPerson", 1)):
        page = adjacent[prop]
        assert (page["limit"], page["offset"]) == (10, 0)
        assert (len(page["results"]), page["total"]["value"]) == (count, count)


def test_adjacent_entities_are_paged(yente: Client) -> None:
    ids = []
    for offset in (0, 1):
        body = read(yente, f"{MARKOV}/adjacent?limit=1&offset={offset}")
        for prop in ("addressEntity", "ownershipOwner"):
            page = body["adjacent"][prop]
            assert (page["limit"], page["offset"], page["total"]["value"]) == (1, offset, 2)
            ids += [row["id"] for row in page["results"]]
    assert len(ids) == len(set(ids)) == 4


def test_one_property_of_adjacent_entities(yente: Client) -> None:
    page = read(yente, f"{WORKS}/adjacent/ownershipAsset")
    (ownership,) = page["results"]
    assert ownership["properties"]["owner"][0]["caption"] == "Timofei Arkadyevich Markov"
    assert page["total"]["value"] == 1
