"""Keys, scopes, purposes, rates, and the audit log."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from resolver.api import ServiceSettings
from resolver.api.other_services import SENZING
from resolver.cli.app import run
from resolver.cli.operate import serve
from resolver.errors import OwnerError, StoreError
from resolver.hub.admin import create_key
from resolver.hub.group_commit import GroupCommit, _PendingRecord
from resolver.hub.hub import Hub
from resolver.hub.ownership import RecordOwner
from resolver.settings import Settings
from resolver.store import UserRole
from tests.api.conftest import Open
from tests.hub.hubs import OPTIONS
from tests.records.samples import record

pytestmark = pytest.mark.slow


CHECK = "/check?name=John+Smith&birthDate=1990-01-01"


def key(url: str, name: str, *scopes: str, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    capsys.readouterr()
    scope_options = [word for scope in scopes for word in ("--scope", scope)]
    assert run(["keys", "create", name, "--agency", "Coast", *scope_options, "--store", url]) == 0
    return {"Authorization": f"ApiKey {capsys.readouterr().out.strip()}"}


def test_keys_scopes_and_revocation(
    url: str, open_app: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    client, _ = open_app()
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
    # monitoring needs no key
    assert client.get("/healthz").status_code == 200
    assert client.get("/metrics").status_code == 401
    assert client.get("/absent").status_code == 404
    assert run(["keys", "revoke", "border", "--store", url]) == 0
    assert client.get(CHECK, headers=check).status_code == 401
    capsys.readouterr()
    assert run(["keys", "list", "--store", url]) == 0
    text = capsys.readouterr().out
    assert "border: revoked; check; Coast" in text
    assert "chief: good; admin; Coast" in text
    assert check["Authorization"].split()[1] not in text


def person(number: str, source: str = "coastal", **further: Any) -> dict[str, Any]:
    text = {"name": ["Bruno Castellane"], "birthDate": ["1961-04-02"]}
    return {"id": number, "schema": "Person", "datasets": [source], "properties": text, **further}


@pytest.fixture
def agencies(url: str, open_app: Open) -> tuple[Callable[..., Any], Any]:
    """Senders of several agencies and of none, and what posts a record as one of them."""
    text = {"alpha": "Alpha", "beta": "Beta", "lone": "", "other": "", "chief": ""}
    keys = {}
    for name, agency in text.items():
        scopes = ["admin"] if name == "chief" else ["check", "submit"]
        keys[name] = {"Authorization": f"ApiKey {create_key(url, name, agency, scopes)}"}
    client, service = open_app(accept_restricted=True)

    def post(sender: str, body: dict[str, Any]) -> Any:
        return client.post("/records", json=body, headers=keys[sender])

    return post, service


def test_a_record_in_senzings_format_is_as_restricted_as_it_says(url: str, open_app: Open) -> None:
    headers = {
        name: {"Authorization": f"ApiKey {create_key(url, name, agency, ['check', 'submit'])}"}
        for name, agency in (("alpha", "Alpha"), ("beta", "Beta"))
    }
    client, service = open_app(accept_restricted=True)

    def post(**fields: str) -> int:
        body = {"DATA_SOURCE": "QUAY", "RECORD_ID": "7", "NAME_FULL": "Ulrik Brandoxx"} | fields
        sent = client.post("/records", json=body, headers=headers["alpha"], content_type=SENZING)
        return int(sent.status_code)

    assert [post(HANDLING=code) for code in ("H4", "h3")] == [400, 400]
    assert post(handling="H3") == 400
    assert post(HANDLING="H3") == 201
    for sender, total in (("alpha", 1), ("beta", 0)):
        answer = client.get("/check?name=Ulrik+Brandoxx", headers=headers[sender])
        assert answer.json["total"]["value"] == total
    object.__setattr__(service.settings, "accept_restricted", False)
    assert post(HANDLING="H2") == 403


def test_a_source_belongs_to_its_first_sender(agencies: tuple[Callable[..., Any], Any]) -> None:
    post, service = agencies
    assert post("alpha", person("1")).status_code == 201
    refused = post("beta", person("1", properties={"name": ["Nobody"]}))
    assert (refused.status_code, set(refused.json)) == (403, {"detail"})
    assert "Alpha" not in refused.json["detail"]
    # nor may others add to it; the agency's own keys and admins may
    assert post("beta", person("2")).status_code == 403
    assert [
        post(sender, person("1", handling="H0")).status_code for sender in ("alpha", "chief")
    ] == [201, 201]
    # what a key of no agency sends first stays its own
    assert [
        post(sender, person("1", "lonely")).status_code
        for sender in ("lone", "lone", "other", "beta")
    ] == [201, 201, 403, 403]
    # lists loaded by command are the hub's, until they are bound
    assert [
        post(sender, person("9", "river")).status_code for sender in ("alpha", "lone", "chief")
    ] == [403, 403, 201]
    assert (
        run(["sources", "set", "river", "--agency", "Beta", "--store", service.settings.store_url])
        == 0
    )
    assert [post(sender, person("9", "river")).status_code for sender in ("beta", "alpha")] == [
        201,
        403,
    ]
    with service.hub.store.view() as view:
        assert {source.name: (source.agency, source.keeper) for source in view.sources()} == {
            "coast": ("", ""),
            "coastal": ("Alpha", ""),
            "lonely": ("", "lone"),
            "river": ("Beta", ""),
        }
        assert view.record("coastal:1") is not None
        # each commit names its senders
        assert {row.actor for row in view.revisions(1)} == {"alpha", "beta", "chief", "lone"}


def test_only_its_agency_loosens_a_handling_code(agencies: tuple[Callable[..., Any], Any]) -> None:
    post, service = agencies
    assert post("alpha", person("1", handling="H3")).status_code == 201
    # the source goes to another agency, the record's handling does not
    assert (
        run(
            ["sources", "set", "coastal", "--agency", "Beta", "--store", service.settings.store_url]
        )
        == 0
    )
    for looser in ({}, {"handling": "H1"}, {"handling": "H3"}):
        assert post("beta", person("1", **looser)).status_code == 403
    with service.hub.store.view() as view:
        stored = view.record("coastal:1")
        assert stored is not None
        assert (stored.record.handling.code, stored.record.handling.agency) == ("H3", "Alpha")
    assert post("chief", person("1")).status_code == 201


def test_a_new_source_sent_by_two_agencies_at_once(url: str, app: Flask) -> None:
    with Hub.open(url, OPTIONS) as hub:
        group_commit = GroupCommit(hub)
        allowed, refused = (
            _PendingRecord(
                record(f"new:{i}", name="Ann"), RecordOwner(sender, sender, may_change_all=False)
            )
            for i, sender in enumerate("ab")
        )
        with hub.exclusive_commits():
            group_commit._serve([allowed, refused])
        assert allowed.result is not None
        assert isinstance(refused.error, OwnerError)
        with hub.store.view() as view:
            assert view.record_numbers(["new:1"]) == {}


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_the_end_of_the_last_key_opens_to_nobody(
    end: str,
    url: str,
    open_app: Open,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key(url, "border", "check", capsys=capsys)
    if end == "revoked":
        assert run(["keys", "revoke", "border", "--store", url]) == 0
        assert "no valid key is left" in capsys.readouterr().err
    else:
        monkeypatch.setattr("resolver.hub.admin.utc_text", lambda: "2999-01-01T00:00:00.000000Z")
    for client in (open_app()[0], open_app()[0]):
        assert client.get(CHECK).status_code == 401
        assert client.post("/records", json={}).status_code == 401


def test_a_key_ends_on_its_day_and_says_so(
    url: str, open_app: Open, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    create = ["keys", "create", "visit", "--scope", "check", "--store", url]
    assert run([*create, "--expires", "2020-01-31"]) == 1
    assert "the key would end on 2020-01-31, which has passed" in capsys.readouterr().err
    assert run([*create, "--expires", "2998-01-31", "--days", "3"]) == 2
    capsys.readouterr()
    assert run([*create, "--expires", "2998-01-31"]) == 0
    headers = {"Authorization": f"ApiKey {capsys.readouterr().out.strip()}"}
    assert run(["keys", "list", "--store", url]) == 0
    assert capsys.readouterr().out == "visit: good, until 2998-01-31; check; no agency\n"
    client, _ = open_app()
    assert client.get(CHECK, headers=headers).status_code == 200
    monkeypatch.setattr("resolver.hub.admin.utc_text", lambda: "2999-01-01T00:00:00.000000Z")
    client, _ = open_app()
    for _ in range(2):
        refused = client.get(CHECK, headers=headers)
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "ApiKey")
        assert refused.json["detail"] == (
            "the key 'visit' expired on 2998-01-31; ask an admin of the service for another"
        )


def test_a_revoked_key_is_refused_while_the_database_is_away(
    url: str, open_app: Open, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = key(url, "border", "check", capsys=capsys)
    monkeypatch.setattr("resolver.api.access._KEY_SECONDS", 0.0)
    client, service = open_app()
    assert client.get(CHECK, headers=headers).status_code == 200
    service.hub.store.api_keys.revoke("border")
    refused = client.get(CHECK, headers=headers)
    assert (refused.status_code, "was revoked" in refused.json["detail"]) == (401, True)

    def is_away(*_: object) -> None:
        raise StoreError("the database is away")

    monkeypatch.setattr("resolver.api.access.find_key", is_away)
    assert client.get(CHECK, headers=headers).status_code != 200


def test_a_store_with_a_user_is_closed(url: str, open_app: Open) -> None:
    client, service = open_app()
    assert client.get(CHECK).status_code == 200
    users = service.hub.store.users
    users.add("ann", UserRole.ADMIN, password="a long enough secret 1")
    users.add("bo", UserRole.ADMIN, password="a long enough secret 2")
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
def test_an_open_service_answers_local_requests_only(
    headers: dict[str, str], open_app: Open, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    client, _ = open_app()
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
def test_local_pages_and_programs_are_allowed(headers: dict[str, str], open_app: Open) -> None:
    client, _ = open_app()
    assert client.get(CHECK, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "text/plain;charset=UTF-8", "multipart/form-data; boundary=x"]
)
def test_media_types_of_foreign_pages_are_refused(kind: str, open_app: Open) -> None:
    client, _ = open_app()
    for path in ("/records", "/match/default"):
        assert client.post(path, data=b"{}", content_type=kind).status_code == 415


def test_a_service_open_to_others_needs_a_key(open_app: Open) -> None:
    client, _ = open_app(open_to_all=False)
    assert client.get(CHECK).status_code == 401


def test_a_rate_limits_a_key(url: str, open_app: Open, capsys: pytest.CaptureFixture[str]) -> None:
    headers = key(url, "border", "check", capsys=capsys)
    other = key(url, "other", "check", capsys=capsys)
    client, _ = open_app(rate=2, burst=0)
    assert [client.get("/catalog", headers=headers).status_code for _ in range(3)] == [
        200,
        200,
        429,
    ]
    assert int(client.get("/catalog", headers=headers).headers["Retry-After"]) in range(1, 31)
    assert client.get("/catalog", headers=other).status_code == 200


def test_queries_of_a_request_count_one_each(
    url: str, open_app: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    person_query = {"schema": "Person", "properties": {"name": ["John Smith"]}}
    bulk = {str(number): person_query for number in range(90)}
    names = json.dumps({str(number): {"query": "John Smith"} for number in range(90)})
    extension = json.dumps({"ids": ["x"] * 90, "properties": [{"id": "birthDate"}]})
    client, _ = open_app(rate=6, burst=50)
    requests: dict[str, Callable[[dict[str, str]], Any]] = {
        "match": lambda h: client.post("/match/default", json={"queries": bulk}, headers=h),
        "reconcile": lambda h: client.post(
            "/reconcile/default", data={"queries": names}, headers=h
        ),
        "extend": lambda h: client.post(
            "/reconcile/default", data={"extend": extension}, headers=h
        ),
    }
    for name, send in requests.items():
        headers = key(url, name, "check", capsys=capsys)
        # what is left suffices for one; the others are waited for afterwards
        assert send(headers).status_code == 200
        refused = client.get("/catalog", headers=headers)
        assert refused.status_code == 429
        assert 300 < int(refused.headers["Retry-After"]) <= 410
        assert f"key '{name}'" in refused.json["detail"]
        assert "50 at once and then 0.1 a second" in refused.json["detail"]


@pytest.mark.parametrize(
    ("rate", "expected"), [(None, (120.0, 7)), (0, (0, 0)), (600, (600, 0))], ids=str
)
def test_a_rate_applies_where_none_is_stated(
    rate: int | None, expected: tuple[float, int], url: str
) -> None:
    settings = Settings(key_rate=2.0, key_burst=7)
    options: dict[str, Any] = {"model_dir": None, "jobs": None, "ask_purpose": False, "rate": rate}
    options |= {"accept_restricted": False, "user_header": "", "proxies": (), "listed": None}
    options |= {"provider": None}
    service_settings = serve._service_settings(settings, url, options)
    assert (service_settings.rate, service_settings.burst) == expected
    default = ServiceSettings(url)
    assert (default.rate, default.burst) == (3_000, 200)


def test_audit_events_name_viewer_and_purpose(
    url: str, open_app: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = key(url, "border", "check", capsys=capsys)
    client, service = open_app(ask_purpose=True)
    refused = client.get(CHECK, headers=headers)
    assert (refused.status_code, "X-Purpose" in refused.json["detail"]) == (400, True)
    headers = {**headers, "X-Purpose": "visa 17", "X-Request-ID": "r-1"}
    result = client.get(CHECK, headers=headers).json["results"][0]
    client.get("/search/default?q=John+Smith", headers=headers)
    client.get(f"/entities/{result['id']}", headers=headers)
    service.audit_log.flush()
    made, *rows = service.hub.store.audit_events.list()
    assert [row.action for row in (made, *rows)] == ["command", "check", "search", "entity"]
    event = rows[0]
    assert (event.actor, event.agency, event.purpose, event.request_id) == (
        "border",
        "Coast",
        "visa 17",
        "r-1",
    )
    assert (event.revision, event.model) == (1, service.hub.models.stamp["model"])
    assert event.query["properties"]["name"] == ["John Smith"]
    assert event.answer["seen"] == {result["id"]: result["score"]}


def test_closing_writes_the_audit_log(open_app: Open, url: str) -> None:
    from resolver.store import Store

    client, service = open_app()
    client.get(CHECK)
    service.close()
    with Store.open(url) as store:
        assert [row.actor for row in store.audit_events.list()] == [""]


def test_no_access_without_an_audit_event(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolver.api.service._MAX_PENDING", 1)
    client, service = open_app()
    # a disk that takes nothing
    monkeypatch.setattr(type(service.audit_log), "_write", lambda self: self._closed.wait())
    statuses = [client.get(CHECK).status_code for _ in range(3)]
    assert statuses[0] == 200
    assert statuses[-1] == 503


@pytest.mark.parametrize(
    ("args", "code", "text"),
    [
        (["create", "a", "--store", "sqlite:///x.db"], 2, "--scope"),
        (["create", "a", "--scope", "all", "--store", "sqlite:///x.db"], 2, "all"),
        (["revoke", "a", "--store", "sqlite:///absent.db"], 1, "no such store"),
        (["list", "--store", "sqlite:///absent.db"], 1, "no such store"),
    ],
)
def test_bad_usage(
    args: list[str],
    code: int,
    text: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["keys", *args]) == code
    assert text in capsys.readouterr().err
