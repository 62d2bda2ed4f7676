"""`/search`: names, numbers, filters and order."""

from __future__ import annotations

from tests.api.conftest import UNION, Client


def test_search_finds_names_and_ids(client: Client) -> None:
    by_name = client.get("/search/default?q=maria+quispe").json
    assert by_name["results"][0]["referents"] == ["coast:2", "river:2"]
    assert {row["name"]: row["count"] for row in by_name["facets"]["datasets"]["values"]}[
        "coast"
    ] >= 1
    assert client.get("/search/default?q=river:3").json["results"][0]["referents"] == ["river:3"]
    joined = client.get("/search/default?q=Abu+Omar&topics=crime.traffick").json
    assert [row["referents"] for row in joined["results"]] == [list(UNION)]
    assert client.get("/search/default?q=Abu+Omar&topics=crime.terror").json["total"]["value"] == 0
    groups = client.get("/search/default?q=Vektor+Trading&schema=Organization").json
    assert [row["schema"] for row in groups["results"]] == ["Organization"]
    assert groups["results"] == client.get("/search/coast?q=Vektor+Trading").json["results"]
    assert client.get("/search/river?q=Vektor+Trading").json["results"] == []
    assert (
        client.get("/search/default?q=maria+quispe&offset=1").json["results"]
        == by_name["results"][1:]
    )


def test_a_number_finds_its_bearer(client: Client) -> None:
    for text in ("X482916", "x 482-916"):
        results = client.get("/search/default", query_string={"q": text}).json["results"]
        assert results[0]["referents"] == ["river:3"]
    assert client.get("/search/default?q=X482917").json["results"] == []


def test_countries_may_be_written_in_any_form(client: Client) -> None:
    for text in ("ru", "RU", "Russia"):
        body = client.get(f"/search/default?q=Vektor+Trading&countries={text}").json
        assert body["total"]["value"] == 1, text
    assert (
        client.get("/search/default?q=Vektor+Trading&countries=Atlantis").json["total"]["value"]
        == 0
    )


def test_a_search_without_text_lists_all(client: Client) -> None:
    everything = client.get("/search/default").json
    assert everything["total"] == {"value": 4, "relation": "eq"}
    assert client.get("/search/default?q=").json["results"] == everything["results"]
    assert client.get("/search/coast?q=").json["total"]["value"] == 3
    assert client.get("/search/default?schema=Thing").json["total"]["value"] == 4
    assert client.get("/search/default?schema=Organization").json["total"]["value"] == 1
    assert client.get("/search/default?countries=iq").json["total"]["value"] == 1


def test_entities_without_the_sort_value_come_last(client: Client) -> None:
    for order in ("asc", "desc"):
        results = client.get(
            f"/search/default?sort=properties.birthDate:{order}&schema=Thing"
        ).json["results"]
        dates = [row["properties"].get("birthDate", [None])[0] for row in results]
        dated = [row for row in dates if row is not None]
        assert dates == [*dated, *[None] * (len(dates) - len(dated))]
        assert dated == sorted(dated, reverse=order == "desc")
        assert 0 < len(dated) < len(dates)


def test_a_schema_is_excluded_with_its_subschemata(client: Client) -> None:
    for path in (
        "/check?name=John+Smith&birthDate=1990-01-01&schema=Person",
        "/search/default?q=John+Smith",
    ):
        assert client.get(path).json["results"]
        assert client.get(f"{path}&exclude_schema=LegalEntity").json["results"] == []
        assert client.get(f"{path}&exclude_schema=Company").json["results"]


def test_an_unknown_topic_is_refused(client: Client) -> None:
    for path in ("/check?name=Abu+Omar", "/search/default?q=Abu+Omar"):
        answer = client.get(f"{path}&topics=crime.traffic")
        assert (answer.status_code, "crime.traffick" in answer.json["detail"]) == (422, True)
