"""Keys, scopes, purposes, rates, and the log of consultations."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from resolver.api import ServiceSettings, create_app
from resolver.api.access import SCOPES
from resolver.cli.app import run
from resolver.errors import OwnerError
from resolver.hub.admin import create_key
from resolver.hub.desk_users import Role
from resolver.hub.group_commit import Posting, _Sender
from resolver.hub.hub import Hub
from resolver.hub.ownership import Sender
from tests.api.conftest import Client
from tests.hub.hubs import OPTIONS
from tests.records.samples import record

Open = Callable[..., tuple[Client, Any]]
CHECK = "/check?name=John+Smith&birthDate=1990-01-01"


@pytest.fixture
def url(store_url: str, tmp_path: Path) -> str:
    """A copy of the store, for keys of its own."""
    shutil.copy(store_url.removeprefix("sqlite:///"), tmp_path / "hub.db")
    return f"sqlite:///{tmp_path}/hub.db"


@pytest.fixture
def opened(url: str, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Make an application over the copy; what is known of keys is never older than a request."""
    monkeypatch.setattr("resolver.api.access._FRESH", 0.0)
    held = []

    def make(**said: Any) -> tuple[Client, Any]:
        made = create_app(ServiceSettings(url, **said))
        held.append(made.extensions["resolver"])
        held[-1].warm()
        return made.test_client(), held[-1]

    yield make
    for one in held:
        one.close()


def key(url: str, name: str, *scopes: str, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    capsys.readouterr()
    asked = [word for scope in scopes for word in ("--scope", scope)]
    assert run(["keys", "create", name, "--agency", "Coast", *asked, "--store", url]) == 0
    return {"Authorization": f"ApiKey {capsys.readouterr().out.strip()}"}


def test_every_blueprint_says_which_scope_it_asks_for(app: Flask) -> None:
    assert set(app.blueprints) == set(SCOPES)


def test_keys_scopes_and_revocation(
    url: str, opened: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    client, _ = opened()
    assert client.get(CHECK).status_code == 200
    check = key(url, "border", "check", capsys=capsys)
    submit = key(url, "desk", "submit", capsys=capsys)
    admin = key(url, "chief", "admin", capsys=capsys)
    answer = client.get(CHECK)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "ApiKey")
    assert "key is needed" in answer.json["detail"]
    for wrong in ("ApiKey nonsense", "Bearer x", "ApiKey", "ApiKey  "):
        assert client.get(CHECK, headers={"Authorization": wrong}).status_code == 401
    assert client.get(CHECK, headers=check).status_code == 200
    assert client.get(CHECK, headers=admin).status_code == 200
    refused = client.get(CHECK, headers=submit)
    assert (refused.status_code, "scope check" in refused.json["detail"]) == (403, True)
    # whoever watches the service needs no key
    assert client.get("/healthz").status_code == client.get("/metrics").status_code == 200
    assert client.get("/absent").status_code == 404
    assert run(["keys", "revoke", "border", "--store", url]) == 0
    assert client.get(CHECK, headers=check).status_code == 401
    capsys.readouterr()
    assert run(["keys", "list", "--store", url]) == 0
    said = capsys.readouterr().out
    assert "border: revoked; check; Coast" in said
    assert "chief: good; admin; Coast" in said
    assert check["Authorization"].split()[1] not in said


def person(number: str, source: str = "coastal", **more: Any) -> dict[str, Any]:
    said = {"name": ["Bruno Castellane"], "birthDate": ["1961-04-02"]}
    return {"id": number, "schema": "Person", "datasets": [source], "properties": said, **more}


@pytest.fixture
def agencies(url: str, opened: Open) -> tuple[Callable[..., Any], Any]:
    """Senders of several agencies and of none, and what posts a record as one of them."""
    said = {"alpha": "Alpha", "beta": "Beta", "lone": "", "other": "", "chief": ""}
    keys = {}
    for name, agency in said.items():
        scopes = ["admin"] if name == "chief" else ["check", "submit"]
        keys[name] = {"Authorization": f"ApiKey {create_key(url, name, agency, scopes)}"}
    client, held = opened(accept_restricted=True)

    def post(who: str, body: dict[str, Any]) -> Any:
        return client.post("/records", json=body, headers=keys[who])

    return post, held


def test_a_source_is_its_first_senders(agencies: tuple[Callable[..., Any], Any]) -> None:
    post, held = agencies
    assert post("alpha", person("1")).status_code == 201
    refused = post("beta", person("1", properties={"name": ["Nobody"]}))
    assert (refused.status_code, set(refused.json)) == (403, {"detail"})
    assert "Alpha" not in refused.json["detail"]
    # nor may others add to it; the agency's own keys and admins may
    assert post("beta", person("2")).status_code == 403
    assert [post(who, person("1", handling="H0")).status_code for who in ("alpha", "chief")] == [
        201,
        201,
    ]
    # what a key of no agency sends first stays its own
    assert [
        post(who, person("1", "lonely")).status_code for who in ("lone", "lone", "other", "beta")
    ] == [
        201,
        201,
        403,
        403,
    ]
    # lists loaded by command are the hub's, until they are bound
    assert [post(who, person("9", "river")).status_code for who in ("alpha", "lone", "chief")] == [
        403,
        403,
        201,
    ]
    assert (
        run(["sources", "set", "river", "--agency", "Beta", "--store", held.settings.store_url])
        == 0
    )
    assert [post(who, person("9", "river")).status_code for who in ("beta", "alpha")] == [201, 403]
    with held.hub.store.view() as view:
        assert {one.name: (one.agency, one.keeper) for one in view.sources()} == {
            "coast": ("", ""), "coastal": ("Alpha", ""), "lonely": ("", "lone"), "river": ("Beta", ""),
        }  # fmt: skip
        assert view.record("coastal:1") is not None
        # every landing names its senders
        assert {row.who for row in view.versions(1)} == {"alpha", "beta", "chief", "lone"}


def test_only_its_agency_frees_a_record(agencies: tuple[Callable[..., Any], Any]) -> None:
    post, held = agencies
    assert post("alpha", person("1", handling="H3")).status_code == 201
    # the source goes to another agency, the record's handling does not
    assert (
        run(["sources", "set", "coastal", "--agency", "Beta", "--store", held.settings.store_url])
        == 0
    )
    for looser in ({}, {"handling": "H1"}, {"handling": "H3"}):
        assert post("beta", person("1", **looser)).status_code == 403
    with held.hub.store.view() as view:
        kept = view.record("coastal:1")
        assert kept is not None
        assert (kept.record.handling.code, kept.record.handling.agency) == ("H3", "Alpha")
    assert post("chief", person("1")).status_code == 201


def test_two_agencies_that_send_a_new_source_at_once(url: str, app: Flask) -> None:
    with Hub.open(url, OPTIONS) as hub:
        posting = Posting(hub)
        first, second = (
            _Sender(record(f"new:{n}", name="Ann"), Sender(who, who, may_all=False))
            for n, who in enumerate("ab")
        )
        with hub.alone():
            posting._serve([first, second])
        assert first.answer is not None
        assert isinstance(second.error, OwnerError)
        with hub.store.view() as view:
            assert view.numbers_of(["new:1"]) == {}


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_the_end_of_the_last_key_lets_nobody_in(
    end: str,
    url: str,
    opened: Open,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key(url, "border", "check", capsys=capsys)
    if end == "revoked":
        assert run(["keys", "revoke", "border", "--store", url]) == 0
        assert "no key is good any more" in capsys.readouterr().err
    else:
        monkeypatch.setattr(
            "resolver.store.accounts.api_keys.utc_text", lambda: "2999-01-01T00:00:00.000000Z"
        )
    for client in (opened()[0], opened()[0]):
        assert client.get(CHECK).status_code == 401
        assert client.post("/records", json={}).status_code == 401


def test_a_store_with_a_user_is_closed(url: str, opened: Open) -> None:
    client, held = opened()
    assert client.get(CHECK).status_code == 200
    users = held.hub.store.users
    users.add("ann", Role.ADMIN, password="a long enough secret 1")
    users.add("bo", Role.ADMIN, password="a long enough secret 2")
    users.disable("ann")
    assert client.get(CHECK).status_code == 401


FOREIGN = {
    "another host": {"Host": "attacker.example"},
    "another host with a port": {"Host": "attacker.example:8000"},
    "another origin": {"Origin": "https://attacker.example"},
    "an origin that hides": {"Origin": "null"},
    "an origin that is none": {"Origin": "http://[x"},
    "a proxy": {"X-Forwarded-For": "203.0.113.9"},
    "a proxy that says so in the other way": {"Forwarded": "for=203.0.113.9"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_an_open_service_answers_only_what_comes_from_its_machine(
    headers: dict[str, str], opened: Open, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    client, _ = opened()
    posted = client.post("/records", json={}, headers=headers)
    assert (posted.status_code, "takes a key" in posted.json["detail"]) == (403, True)
    assert client.get(CHECK, headers=headers).status_code == 403
    assert client.get("/healthz", headers=headers).status_code == 200
    # with a key all this is in order
    headers = {**headers, **key(url, "border", "check", capsys=capsys)}
    assert client.get(CHECK, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"Host": "127.0.0.1:8000"}, {"Host": "[::1]:8000"}, {"Origin": "http://localhost:3333"}],
)
def test_pages_and_programs_of_this_machine_may_ask(headers: dict[str, str], opened: Open) -> None:
    client, _ = opened()
    assert client.get(CHECK, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "text/plain;charset=UTF-8", "multipart/form-data; boundary=x"]
)
def test_what_any_page_may_send_is_no_json(kind: str, opened: Open) -> None:
    client, _ = opened()
    for path in ("/records", "/match/default"):
        assert client.post(path, data=b"{}", content_type=kind).status_code == 415


def test_where_others_can_ask_a_key_is_always_needed(opened: Open) -> None:
    client, _ = opened(open_to_all=False)
    assert client.get(CHECK).status_code == 401


def test_a_rate_is_kept(url: str, opened: Open, capsys: pytest.CaptureFixture[str]) -> None:
    headers = key(url, "border", "check", capsys=capsys)
    other = key(url, "other", "check", capsys=capsys)
    client, _ = opened(rate=2)
    assert [client.get("/catalog", headers=headers).status_code for _ in range(3)] == [
        200,
        200,
        429,
    ]
    assert int(client.get("/catalog", headers=headers).headers["Retry-After"]) in range(1, 31)
    assert client.get("/catalog", headers=other).status_code == 200


def test_every_look_is_logged_with_who_and_why(
    url: str, opened: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = key(url, "border", "check", capsys=capsys)
    client, held = opened(ask_purpose=True)
    refused = client.get(CHECK, headers=headers)
    assert (refused.status_code, "X-Purpose" in refused.json["detail"]) == (400, True)
    headers = {**headers, "X-Purpose": "visa 17", "X-Request-ID": "r-1"}
    found = client.get(CHECK, headers=headers).json["results"][0]
    client.get("/search/default?q=John+Smith", headers=headers)
    client.get(f"/entities/{found['id']}", headers=headers)
    held.log.flush()
    rows = held.hub.store.access.consultations()
    assert [one.action for one in rows] == ["check", "search", "entity"]
    first = rows[0]
    assert (first.who, first.agency, first.purpose, first.request_id) == (
        "border",
        "Coast",
        "visa 17",
        "r-1",
    )
    assert (first.version, first.model) == (1, held.hub.models.stamp["model"])
    assert first.query["properties"]["name"] == ["John Smith"]
    assert first.answer["seen"] == {found["id"]: found["score"]}


def test_what_waits_to_be_logged_is_written_at_the_end(opened: Open, url: str) -> None:
    from resolver.store import Store

    client, held = opened()
    client.get(CHECK)
    held.close()
    with Store.open(url) as store:
        assert [one.who for one in store.access.consultations()] == [""]


def test_no_look_without_its_trace(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolver.api.audit_writer._MOST", 1)
    client, held = opened()
    # a disk that takes nothing
    monkeypatch.setattr(type(held.log), "_write", lambda self: self._closed.wait())
    statuses = [client.get(CHECK).status_code for _ in range(3)]
    assert statuses[0] == 200
    assert statuses[-1] == 503


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["create", "a", "--store", "sqlite:///x.db"], 2, "--scope"),
        (["create", "a", "--scope", "all", "--store", "sqlite:///x.db"], 2, "all"),
        (["revoke", "a", "--store", "sqlite:///absent.db"], 1, "no such store"),
        (["list", "--store", "sqlite:///absent.db"], 1, "no such store"),
    ],
)
def test_bad_usage(
    args: list[str], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert run(["keys", *args]) == code
    assert said in capsys.readouterr().err
