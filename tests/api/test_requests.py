"""Behavior that several endpoints share: caching, refusals and unknown parameters."""

from __future__ import annotations

import pytest

from tests.api.conftest import Client


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
def test_answers_are_not_cached(path: str, client: Client) -> None:
    headers = client.get(path).headers
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/search/absent?q=a", 404),
        ("/search/default?q=a&schema=Wizard", 400),
        ("/search/default?q=a&limit=x", 422),
        ("/changes?x=1", 422),
    ],
)
def test_refused_requests(path: str, status: int, client: Client) -> None:
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
def test_unknown_parameters_are_ignored_as_in_yente(path: str, client: Client) -> None:
    joint = "&" if "?" in path else "?"
    answer = client.get(f"{path}{joint}order=b", follow_redirects=True)
    assert (answer.status_code, answer.json) == (200, client.get(path, follow_redirects=True).json)
