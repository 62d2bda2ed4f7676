"""`/catalog` and `/algorithms`."""

from __future__ import annotations

from tests.api.conftest import Client


def test_the_catalog(client: Client) -> None:
    body = client.get("/catalog").json
    assert [(row["name"], row["records"]) for row in body["datasets"]] == [
        ("default", 6),
        ("coast", 3),
        ("river", 3),
    ]
    assert body["datasets"][0]["children"] == ["coast", "river"]
    assert body["version"] == 1


def test_the_algorithms(client: Client) -> None:
    body = client.get("/algorithms").json
    (algorithm,) = body["algorithms"]
    assert algorithm["name"] == body["best"] == body["default"]
    result = client.get("/check?name=John+Smith&birthDate=1990-01-01").json["results"][0]
    assert set(result["features"]) <= set(algorithm["features"])
    assert all(feature["description"] for feature in algorithm["features"].values())
    assert any(feature["coefficient"] > 1 for feature in algorithm["features"].values())
