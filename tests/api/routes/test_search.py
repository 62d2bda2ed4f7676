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


def test_a_part_of_a_name_finds_its_bearers(client: Client) -> None:
    for text in ("quispe", "QUISPE huanca", "Quisp", "Кіспе", "maria q", "mariaquispehuanca"):
        results = client.get("/search/default", query_string={"q": text}).json["results"]
        assert results[0]["referents"] == ["coast:2", "river:2"], text
        assert 0 < results[0]["score"] <= 1
    assert (
        client.get("/search/default?q=quispe").json["results"][0]["score"]
        > (client.get("/search/default?q=quisp").json["results"][0]["score"])
    )
    assert client.get("/search/default?q=smit").json["results"][0]["caption"] == "John Smith"
    trading = client.get("/search/default?q=trading").json["results"]
    assert [row["caption"] for row in trading] == ["Vektor Trading LLC"]


def test_odd_texts_are_answered(client: Client) -> None:
    everything = client.get("/search/default").json
    assert client.get("/search/default?q=*").json["results"] == everything["results"]
    for text in ('"', "''", "()", "🙂", "q", "\u200b", "a" * 2_000, "Maria Мария ماريا", "x" * 101):
        answer = client.get("/search/default", query_string={"q": text})
        assert answer.status_code == 200, text
        assert answer.json["total"]["relation"] == "eq"
    for text in ('"', "''", "()"):
        assert client.get("/search/default", query_string={"q": text}).json["total"]["value"] == 0
    too_long = client.get("/search/default", query_string={"q": "a" * 10_000})
    assert (too_long.status_code, "2,000" in too_long.json["detail"]) == (400, True)


def test_filters_take_a_facet_and_a_value(client: Client) -> None:
    def results(*filters: str, **options: str) -> int:
        query = {"schema": "Thing", "filter": list(filters), **options}
        return int(client.get("/search/default", query_string=query).json["total"]["value"])

    assert results("countries:ru") == results("countries:Russia") == 1
    assert results("datasets:coast", "datasets:river") == 4
    assert results("datasets:coast", "datasets:river", filter_op="AND") == 2
    assert results("identifiers:X482916") == 1
    assert results("schema:Organization", "countries:iq") == 0
    for text in ("color:red", "countries", "countries:", ":ru"):
        answer = client.get("/search/default", query_string={"filter": text})
        assert (answer.status_code, "countries:ru" in answer.json["detail"]) == (422, True), text


def test_counts_and_pages_are_those_of_all_that_is_found(client: Client) -> None:
    everything = client.get("/search/default?facets=datasets&facets=schema&limit=1").json
    counts = {
        facet: {row["name"]: row["count"] for row in part["values"]}
        for facet, part in everything["facets"].items()
    }
    assert counts == {
        "datasets": {"coast": 3, "river": 3},
        "schema": {"Person": 3, "Organization": 1},
    }
    pages = [client.get(f"/search/default?limit=1&offset={n}").json["results"] for n in range(5)]
    ids = [row["id"] for page in pages for row in page]
    assert ids == [row["id"] for row in client.get("/search/default").json["results"]]
    # a filter of documents counts the entities that it leaves
    recent = client.get("/search/default?changed_since=2001-01-01&exclude_schema=Person").json
    assert recent["total"] == {"value": 1, "relation": "eq"}
    assert [row["name"] for row in recent["facets"]["datasets"]["values"]] == ["coast"]
    sorted_rows = client.get("/search/default?sort=caption:desc&limit=2").json["results"]
    assert [row["caption"] for row in sorted_rows] == ["Vektor Trading LLC", "Maria Quispe Huanca"]


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


def test_times_sort_and_are_shown(client: Client) -> None:
    plain = client.get("/search/default").json["results"]
    assert all(row["first_seen"] for row in plain)
    for word, key in (
        ("first_seen", "first_seen"),
        ("last_seen", "last_seen"),
        ("changed", "last_change"),
    ):
        for direction in ("asc", "desc"):
            rows = client.get(f"/search/default?sort={word}:{direction}&sort=id").json["results"]
            assert {row["id"] for row in rows} == {row["id"] for row in plain}
            keys = [row[key] for row in rows]
            assert keys == sorted(keys, reverse=direction == "desc")
            for row in rows:
                entity = client.get(f"/entities/{row['id']}").json
                assert row["first_seen"] == entity["first_seen"]
                assert row["last_change"] == entity["last_change"]
                assert row["last_seen"] >= row["first_seen"]


def test_unknown_orders_are_refused(client: Client) -> None:
    for word in ("age", "changed:down", "-changed", "properties."):
        answer = client.get("/search/default", query_string={"sort": word})
        assert answer.status_code == 422, word


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
