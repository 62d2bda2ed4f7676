"""`/entities`, `/search`, `/catalog`, `/algorithms`, `/changes`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.api import ServiceSettings, create_app
from resolver.hub.hub import Hub
from resolver.records import Kind, Relation, RelationType
from resolver.records.decisions import Verdict
from tests.api.conftest import UNION, Client
from tests.hub.hubs import OPTIONS, decided, intake
from tests.records.samples import record


@pytest.fixture
def moved(tmp_path: Path, app: object) -> Iterator[tuple[Client, str, str]]:
    """A store in which two entities became one, and one ceased to be: the ids that stay and that do not."""
    url = f"sqlite:///{tmp_path}/hub.db"
    member = Relation(RelationType.MEMBER_OF, "a:g")
    some = [
        record("a:1", name="Ann Lee", relations=[member]),
        record("a:2", name="Boris Lang"),
        record("a:g", Kind.GROUP, name="Vektor Trading LLC"),
    ]
    with Hub.open(url, OPTIONS) as hub:
        hub.add(intake(some))
        with hub.store.view() as view:
            before = [view.entity(one) for one in ("a:1", "a:2")]
        hub.decide([decided(("a:1", "a:2"), Verdict.SAME, 1)])
    made = create_app(ServiceSettings(url))
    kept, gone = (one.id for one in before if one is not None)
    client = made.test_client()
    if client.get(f"/entities/{kept}").status_code != 200:
        kept, gone = gone, kept
    yield client, kept, gone
    made.extensions["resolver"].close()


def test_an_entity_by_every_id_that_leads_to_it(moved: tuple[Client, str, str]) -> None:
    client, kept, gone = moved
    entity = client.get(f"/entities/{kept}").json
    assert (entity["id"], entity["referents"], entity["version"]) == (kept, ["a:1", "a:2"], 2)
    for other in (gone, "a:1", "a:2"):
        answer = client.get(f"/entities/{other}?nested=false")
        assert (answer.status_code, answer.headers["Location"]) == (
            308,
            f"/entities/{kept}?nested=false",
        )
        assert client.get(f"/entities/{other}", follow_redirects=True).json == entity
    assert client.get("/entities/nobody").status_code == 404
    assert client.get(f"/entities/{kept}?nested=perhaps").status_code == 422


def test_relations_are_nested_from_either_side(moved: tuple[Client, str, str]) -> None:
    client, kept, _ = moved
    flat = client.get(f"/entities/{kept}?nested=false").json
    assert not any(
        isinstance(value, dict) for values in flat["properties"].values() for value in values
    )
    (membership,) = client.get(f"/entities/{kept}").json["properties"]["membershipMember"]
    assert membership["schema"] == "Membership"
    (group,) = membership["properties"]["organization"]
    assert group["caption"] == "Vektor Trading LLC"
    assert "member" not in membership["properties"]


def test_history_and_the_feed_of_changes(moved: tuple[Client, str, str]) -> None:
    client, kept, gone = moved
    told = client.get(f"/entities/{kept}?history=true").json["history"]
    assert [(one["version"], one["kind"]) for one in told][:1] == [(1, "born")]
    feed = client.get("/changes?since=1").json
    assert feed["version"] == feed["until"] == 2
    assert ("merged", gone, kept) in {
        (one["kind"], one["entity"], one["other"]) for one in feed["changes"]
    }
    nothing = {"version": 2, "until": 2, "skip": 0, "more": False, "changes": []}
    assert client.get("/changes?since=2").json == nothing
    # a version that is not there yet is no place to go on from
    assert client.get("/changes?since=99999999").json == nothing
    whole = client.get("/changes").json
    assert not whole["more"]
    for limit in (1, 2, 3, len(whole["changes"]) - 1):
        pieces, at = [], {"since": 0, "skip": 0, "more": True}
        while at["more"]:
            piece = client.get(f"/changes?limit={limit}&since={at['since']}&skip={at['skip']}").json
            assert len(piece["changes"]) <= limit
            pieces += piece["changes"]
            at = {"since": piece["until"], "skip": piece["skip"], "more": piece["more"]}
        assert pieces == whole["changes"]
        assert (at["since"], at["skip"]) == (2, 0)
    assert client.get("/changes?since=x").status_code == 422


def test_a_retired_id_is_left_out_as_the_present_one_is(moved: tuple[Client, str, str]) -> None:
    client, kept, gone = moved
    client.application.extensions["resolver"].warm()
    query = {"queries": {"q": {"schema": "Person", "properties": {"name": ["Ann Lee"]}}}}
    ids = {
        one["id"]
        for one in client.post("/match/default", json=query).json["responses"]["q"]["results"]
    }
    assert kept in ids
    for named in (kept, gone):
        found = client.post(f"/match/default?exclude_entity_ids={named}", json=query).json[
            "responses"
        ]["q"]["results"]
        assert {one["id"] for one in found} == ids - {kept}


def test_a_number_finds_its_bearer(client: Client) -> None:
    for text in ("X482916", "x 482-916"):
        found = client.get("/search/default", query_string={"q": text}).json["results"]
        assert found[0]["referents"] == ["river:3"]
    assert client.get("/search/default?q=X482917").json["results"] == []


def test_countries_are_written_in_any_way(client: Client) -> None:
    for text in ("ru", "RU", "Russia"):
        found = client.get(f"/search/default?q=Vektor+Trading&countries={text}").json
        assert found["total"]["value"] == 1, text
    assert (
        client.get("/search/default?q=Vektor+Trading&countries=Atlantis").json["total"]["value"]
        == 0
    )


def test_a_search_for_nothing_finds_everybody(client: Client) -> None:
    everybody = client.get("/search/default").json
    assert everybody["total"] == {"value": 4, "relation": "eq"}
    assert client.get("/search/default?q=").json["results"] == everybody["results"]
    assert client.get("/search/coast?q=").json["total"]["value"] == 3
    assert client.get("/search/default?schema=Thing").json["total"]["value"] == 4
    assert client.get("/search/default?schema=Organization").json["total"]["value"] == 1
    assert client.get("/search/default?countries=iq").json["total"]["value"] == 1


def test_who_says_nothing_of_what_is_sorted_by_comes_last(client: Client) -> None:
    for order in ("asc", "desc"):
        found = client.get(f"/search/default?sort=properties.birthDate:{order}&schema=Thing").json[
            "results"
        ]
        said = [one["properties"].get("birthDate", [None])[0] for one in found]
        dated = [one for one in said if one is not None]
        assert said == [*dated, *[None] * (len(said) - len(dated))]
        assert dated == sorted(dated, reverse=order == "desc")
        assert 0 < len(dated) < len(said)


def test_a_schema_is_left_out_with_all_its_kinds(client: Client) -> None:
    for path in ("/check?name=John+Smith&schema=Person", "/search/default?q=John+Smith"):
        assert client.get(path).json["results"]
        assert client.get(f"{path}&exclude_schema=LegalEntity").json["results"] == []
        assert client.get(f"{path}&exclude_schema=Company").json["results"]


def test_a_topic_that_nobody_knows_is_said(client: Client) -> None:
    for path in ("/check?name=Abu+Omar", "/search/default?q=Abu+Omar"):
        answer = client.get(f"{path}&topics=crime.traffic")
        assert (answer.status_code, "crime.traffick" in answer.json["detail"]) == (422, True)


@pytest.mark.parametrize(
    "path",
    [
        "/check?name=John+Smith",
        "/search/default?q=john",
        "/catalog",
        "/entities/absent",
        "/nowhere",
        "/healthz",
    ],
)
def test_answers_are_not_kept_on_the_way(path: str, client: Client) -> None:
    headers = client.get(path).headers
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


def test_search_finds_names_and_ids(client: Client) -> None:
    found = client.get("/search/default?q=maria+quispe").json
    assert found["results"][0]["referents"] == ["coast:2", "river:2"]
    assert {one["name"]: one["count"] for one in found["facets"]["datasets"]["values"]}[
        "coast"
    ] >= 1
    assert client.get("/search/default?q=river:3").json["results"][0]["referents"] == ["river:3"]
    joined = client.get("/search/default?q=Abu+Omar&topics=crime.traffick").json
    assert [one["referents"] for one in joined["results"]] == [list(UNION)]
    assert client.get("/search/default?q=Abu+Omar&topics=crime.terror").json["total"]["value"] == 0
    groups = client.get("/search/default?q=Vektor+Trading&schema=Organization").json
    assert [one["schema"] for one in groups["results"]] == ["Organization"]
    assert groups["results"] == client.get("/search/coast?q=Vektor+Trading").json["results"]
    assert client.get("/search/river?q=Vektor+Trading").json["results"] == []
    assert (
        client.get("/search/default?q=maria+quispe&offset=1").json["results"]
        == found["results"][1:]
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/search/absent?q=a", 404),
        ("/search/default?q=a&schema=Wizard", 400),
        ("/search/default?q=a&limit=x", 422),
        ("/changes?x=1", 422),
    ],
)
def test_what_is_refused(path: str, status: int, client: Client) -> None:
    answer = client.get(path)
    assert (answer.status_code, set(answer.json)) == (status, {"detail"})


@pytest.mark.parametrize(
    "path",
    [
        "/search/default?q=a",
        "/catalog",
        "/algorithms",
        "/entities/river:3",
        "/entities/river:3/adjacent",
        "/reconcile/default",
        "/reconcile/default/suggest/type?prefix=p",
    ],
)
def test_routes_of_yente_pass_over_what_they_do_not_know(path: str, client: Client) -> None:
    joint = "&" if "?" in path else "?"
    answer = client.get(f"{path}{joint}order=b", follow_redirects=True)
    assert (answer.status_code, answer.json) == (200, client.get(path, follow_redirects=True).json)


def test_the_catalogue(client: Client) -> None:
    said = client.get("/catalog").json
    assert [(one["name"], one["records"]) for one in said["datasets"]] == [
        ("default", 6),
        ("coast", 3),
        ("river", 3),
    ]
    assert said["datasets"][0]["children"] == ["coast", "river"]
    assert said["version"] == 1


def test_the_algorithms(client: Client) -> None:
    said = client.get("/algorithms").json
    (one,) = said["algorithms"]
    assert one["name"] == said["best"] == said["default"]
    result = client.get("/check?name=John+Smith&birthDate=1990-01-01").json["results"][0]
    assert set(result["features"]) <= set(one["features"])
    assert all(feature["description"] for feature in one["features"].values())
    assert any(feature["coefficient"] > 1 for feature in one["features"].values())
