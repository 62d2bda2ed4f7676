"""Every dataset that a list names is one of the service's, wherever datasets are chosen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from resolver.api import ServiceSettings, create_app
from resolver.hub.admin import create_key, update_source
from resolver.hub.hub import Hub
from resolver.lists.readers import read_lists
from resolver.records import Handling, Value
from tests.api.conftest import Client
from tests.hub.hubs import OPTIONS, make_intake
from tests.lists import opensanctions
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

NAMES = ["us_ofac_sdn", "eu_fsf", "gb_hmt"]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Create a store with the list, a hidden record in a dataset of its own, and one of an agency
    that claims to be in the list of another.
    """
    folder = tmp_path_factory.mktemp("datasets")
    path = opensanctions.write(folder / "os.ftm.json", opensanctions.entities())
    hidden = replace(
        record("north:1", name="Wanda Verborgen", birthDate="1970-01-01"),
        handling=Handling(agency="North", code="H3"),
    )
    hidden = replace(hidden, values=(*hidden.values, Value("datasets", "north_secret")))
    claiming = record("south:1", name="Boris Anspruch", birthDate="1980-01-01")
    claiming = replace(claiming, values=(*claiming.values, Value("datasets", "north")))
    with (
        quick_symbols("resolver.matching.pipeline"),
        Hub.open(f"sqlite:///{folder}/hub.db", OPTIONS) as hub,
    ):
        hub.add(read_lists([path]))
        hub.add(make_intake([hidden, claiming]))
    for name in ("north", "south"):
        update_source(f"sqlite:///{folder}/hub.db", name, agency=name.capitalize())
    return f"sqlite:///{folder}/hub.db"


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[Client]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        app = create_app(ServiceSettings(url))
        app.extensions["resolver"].warm()
        yield app.test_client()
        app.extensions["resolver"].close()


def names_of(answer: Any) -> list[str]:
    return [row["caption"] for row in answer.json["results"]]


@pytest.mark.parametrize("dataset", NAMES)
def test_each_dataset_of_a_record_finds_it(client: Client, dataset: str) -> None:
    entry = {"schema": "Person", "properties": {"name": ["Teodor Valk"]}}
    match = client.post(f"/match/{dataset}", json={"queries": {"a": entry}})
    assert names_of(client.get(f"/search/{dataset}?q=Valk"))[0]
    for results in (
        match.json["responses"]["a"]["results"],
        client.get(f"/check?name=Teodor+Valk&dataset={dataset}").json["results"],
        client.get(f"/check?name=Teodor+Valk&include_dataset={dataset}").json["results"],
        client.get(f"/search/default?q=Teodor&include_dataset={dataset}").json["results"],
        client.get(f"/search/default?q=Teodor&datasets={dataset}").json["results"],
    ):
        assert results[0]["caption"] == "Teodor Valk"
        assert sorted(results[0]["datasets"]) == sorted(NAMES)
    query = json.dumps({"q": {"query": "Teodor Valk"}})
    reconciled = client.post(f"/reconcile/{dataset}", data={"queries": query}).json["q"]["result"]
    assert reconciled[0]["name"] == "Teodor Valk"
    suggested = client.get(f"/reconcile/{dataset}/suggest/entity?prefix=Teodor").json["result"]
    assert suggested[0]["name"] == "Teodor Valk"


def test_datasets_exclude_and_leave_out(client: Client) -> None:
    assert names_of(client.get("/search/us_ofac_sdn?q=")) == ["Teodor Valk"]
    assert set(names_of(client.get("/search/gb_hmt?q="))) == {"Teodor Valk", "Valk Shipping GmbH"}
    others = "&".join(f"exclude_dataset={name}" for name in ("eu_fsf", "gb_hmt"))
    assert names_of(client.get(f"/search/default?q=Valk&{others}")) == ["Teodor Valk"]
    checked = client.get("/check?name=Marta+Valk&include_dataset=gb_hmt").json["results"]
    assert "Marta Valk" not in [result["caption"] for result in checked]
    assert client.get("/search/nowhere?q=").status_code == 404


def test_the_catalog_and_facets_count_each_dataset(client: Client) -> None:
    catalog = client.get("/catalog").json
    counts = {row["name"]: row["records"] for row in catalog["datasets"]}
    assert {name: counts[name] for name in NAMES} == {"us_ofac_sdn": 1, "eu_fsf": 3, "gb_hmt": 2}
    assert counts["default"] == 4
    assert set(catalog["datasets"][0]["children"]) == set(counts) - {"default"}
    facet = client.get("/search/default?q=Valk&facets=datasets").json["facets"]["datasets"]
    assert {row["name"]: row["count"] for row in facet["values"]} == {
        "us_ofac_sdn": 1,
        "eu_fsf": 3,
        "gb_hmt": 2,
    }


def test_times_are_those_that_the_list_states(client: Client) -> None:
    identity = client.get("/check?name=Marta+Valk").json["results"][0]["id"]
    times = client.get(f"/entities/{identity}").json
    assert (times["first_seen"], times["last_change"]) == (
        "2021-03-01T09:00:00Z",
        "2024-05-02T07:00:00Z",
    )
    assert times["last_seen"] > "2026-11-30"


def test_sanctions_and_addresses_are_nested_as_they_are_stated(client: Client) -> None:
    identity = client.get("/check?name=Teodor+Valk").json["results"][0]["id"]
    nested = client.get(f"/entities/{identity}").json["properties"]
    sanctions = {row["id"]: row["properties"] for row in nested["sanctions"]}
    assert sanctions["ofac-s1"]["provisions"] == ["Executive Order 14024 (Russia)"]
    assert sanctions.keys() == {"ofac-s1", "eu-s1"}
    assert [row["id"] for row in nested["addressEntity"]] == ["addr-1"]
    assert [row["id"] for row in nested["ownershipOwner"]] == ["own-1"]
    assert nested["ownershipOwner"][0]["properties"]["asset"][0]["caption"] == "Valk Shipping GmbH"


def test_a_dataset_of_hidden_records_is_unknown(client: Client) -> None:
    assert client.get("/search/north_secret?q=").status_code == 404
    assert b"north_secret" not in client.get("/catalog").data


def test_a_claim_to_be_in_the_list_of_another_agency_holds_for_nobody_who_knows_it(
    url: str, client: Client
) -> None:
    # to a stranger there is no list of the North, so the claim says all there is to know of it
    assert names_of(client.get("/search/north?q=")) == ["Boris Anspruch"]
    headers = {"Authorization": f"ApiKey {create_key(url, 'n', 'North', ('check',))}"}
    app = create_app(ServiceSettings(url))
    app.extensions["resolver"].warm()
    viewer: Client = app.test_client()
    assert names_of(viewer.get("/search/north?q=", headers=headers)) == ["Wanda Verborgen"]
    checked = viewer.get("/check?name=Boris+Anspruch&dataset=north", headers=headers)
    assert names_of(checked) == []
    counts = {
        row["name"]: row["records"]
        for row in viewer.get("/catalog", headers=headers).json["datasets"]
    }
    assert (counts["north"], counts["north_secret"]) == (1, 1)
    app.extensions["resolver"].close()


def test_a_posted_record_is_in_all_datasets_that_it_names(url: str) -> None:
    app = create_app(ServiceSettings(url))
    app.extensions["resolver"].warm()
    body = {"id": "7", "schema": "Person", "properties": {"name": ["Zora Nachtrag"]}}
    headers = {"Authorization": f"ApiKey {create_key(url, 'p', '', ('check', 'submit'))}"}
    names = ["posts", "post_office", "posts", "port"]
    client: Client = app.test_client()
    answer = client.post("/records", json={**body, "datasets": names}, headers=headers)
    assert answer.json["record"] == "posts:7"
    for name in names:
        page = client.get(f"/search/{name}?q=", headers=headers)
        assert names_of(page) == ["Zora Nachtrag"]
        assert page.json["results"][0]["datasets"] == ["posts", "port", "post_office"]
    app.extensions["resolver"].close()
