"""Contracts of all endpoints: access, headers, audit and responses are as each declares them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
from flask import Blueprint, Flask

from resolver.api import _BLUEPRINTS, ServiceSettings, create_app
from resolver.api.endpoints import (
    ENDPOINTS,
    Access,
    Disclosure,
    Endpoint,
    Scope,
    check_declarations,
    endpoint,
)
from resolver.api.openapi import openapi_document
from resolver.api.service import Service
from resolver.hub.admin import create_key
from tests.api.conftest import Client
from tests.api.sample_requests import ROWS, SAMPLES, Samples, document_path, sample_request
from tests.matching.preparing import quick_symbols

GUARDED_ROWS = [row for row in ROWS if row.access.scope is not None]
Headers = dict[str, str]
RECORD_SIGNS = re.compile(
    r"(?:coast|river):\d|\be-[a-z2-7]{20}|Tikriti|Abu Omar|Quispe|Smith|Vektor|X482916"
)
"""Matches ids of the store's records and entities, and values of its records."""


class KeyedService(NamedTuple):
    """Service over a store with a key for each scope, and samples that exist in its store."""

    app: Flask
    keys: dict[Scope, Headers]
    samples: Samples

    @property
    def service(self) -> Service:
        service: Service = self.app.extensions["resolver"]
        return service

    def send(self, row: Endpoint, headers: Headers | None = None, **options: Any) -> Any:
        request = sample_request(row, self.samples)
        answer = request.send(self.app.test_client(), headers=headers or {}, **options)
        # a stream that is neither read to its end nor closed keeps its slot
        answer.get_data()
        answer.close()
        return answer


@pytest.fixture(scope="module")
def keyed(store_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyedService]:
    path = tmp_path_factory.mktemp("contracts") / "hub.db"
    shutil.copy(store_url.removeprefix("sqlite:///"), path)
    url = f"sqlite:///{path}"
    keys = {
        scope: {"Authorization": f"ApiKey {create_key(url, str(scope), 'Coast', [scope])}"}
        for scope in Scope
    }
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        app = create_app(ServiceSettings(url, rate=0))
        service: Service = app.extensions["resolver"]
        service.warm()
        yield KeyedService(app, keys, _existing_samples(app.test_client(), keys[Scope.ADMIN]))
        service.close()


def _existing_samples(client: Client, headers: Headers) -> Samples:
    """Return samples with the ids of an entity and of a cancelled batch."""
    query = {"name": SAMPLES.query["name"], "birthDate": SAMPLES.query["birthDate"]}
    entity = client.get("/check", query_string=query, headers=headers).json["results"][0]
    submitted = client.post("/batches", headers=headers, **SAMPLES.bodies["batches.submit"]).json
    client.post(f"/batches/{submitted['id']}/cancel", headers=headers)
    return SAMPLES._replace(
        path={**SAMPLES.path, "entity_id": entity["id"], "job_id": submitted["id"]},
        query={**SAMPLES.query, **dict.fromkeys(("id", "from", "to"), entity["id"])},
    )


def is_public(row: Endpoint, keyed: KeyedService) -> bool:
    """Return whether the sample request of an endpoint needs no key."""
    if row.access.scope is None:
        return True
    request = sample_request(row, keyed.samples)
    with keyed.app.test_request_context(
        request.path, method=request.method, query_string=request.query
    ) as context:
        return row.access.public_if is not None and row.access.public_if(context.request)


def by_name(row: Endpoint) -> str:
    return row.name


def test_every_route_is_documented(app: Flask) -> None:
    routes = {name for name in app.view_functions if not name.startswith("desk.")}
    assert routes == set(ENDPOINTS)


def test_a_route_without_declaration_is_refused() -> None:
    undeclared = Blueprint("undeclared", __name__)
    undeclared.add_url_rule("/undeclared", view_func=by_name)
    app = Flask("api", static_folder=None)
    app.register_blueprint(undeclared)
    with pytest.raises(RuntimeError, match=r"undeclared\.by_name"):
        check_declarations(app)


@pytest.mark.parametrize("row", ROWS, ids=by_name)
def test_access_is_as_documented(row: Endpoint, keyed: KeyedService) -> None:
    without_key = keyed.send(row).status_code
    assert (without_key == 401) == (not is_public(row, keyed))
    for scope, headers in keyed.keys.items():
        is_allowed = row.access.scope in (None, scope) or scope == Scope.ADMIN
        status = keyed.send(row, headers).status_code
        assert (status in (401, 403)) == (not is_allowed), scope
    # browsers ask for the methods before they send a key
    assert keyed.app.test_client().options(sample_request(row).path).status_code == 200


@pytest.mark.parametrize("row", GUARDED_ROWS, ids=by_name)
def test_keys_in_the_address_are_accepted_as_documented(row: Endpoint, keyed: KeyedService) -> None:
    request = sample_request(row, keyed.samples)
    secret = keyed.keys[Scope.ADMIN]["Authorization"].split()[1]
    with_key = request._replace(query={**request.query, "api_key": secret})
    status = with_key.send(keyed.app.test_client()).status_code
    assert (status == 401) == (not row.access.key_in_query)
    # a wrong key is refused even where none is needed
    wrong = request._replace(query={**request.query, "api_key": "wrong"})
    assert wrong.send(keyed.app.test_client()).status_code == 401


@pytest.mark.parametrize("row", ROWS, ids=by_name)
def test_caching_is_as_documented(row: Endpoint, keyed: KeyedService) -> None:
    headers = keyed.send(row, keyed.keys[Scope.ADMIN]).headers
    is_static = row.access.discloses is Disclosure.STATIC
    assert (headers.get("Cache-Control") == "no-store") == (not is_static)
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("row", ROWS, ids=by_name)
def test_values_leave_an_audit_event(row: Endpoint, keyed: KeyedService) -> None:
    events = keyed.service.hub.store.audit_events
    keyed.service.audit_log.flush()
    count = len(events.list(limit=100_000))
    headers = {**keyed.keys[Scope.ADMIN], "X-Purpose": "visa 17", "X-Request-ID": row.name}
    status = keyed.send(row, headers).status_code
    keyed.service.audit_log.flush()
    added = events.list(limit=100_000)[count:]
    # the sample batch has no files to read, and is not held
    if not row.access.discloses.is_audited or status >= 400:
        assert added == [] or status >= 400
        return
    assert status in (200, 201, 202, 204)
    assert {(event.request_id, event.purpose) for event in added} == {(row.name, "visa 17")}


@pytest.mark.parametrize("row", ROWS, ids=by_name)
def test_answers_with_records_are_audited(row: Endpoint, keyed: KeyedService) -> None:
    answer = keyed.send(row, keyed.keys[Scope.ADMIN])
    if row.access.discloses.is_audited:
        assert answer.headers["Cache-Control"] == "no-store"
        return
    # ids that the request names are not disclosed by the answer
    path = sample_request(row, keyed.samples).path
    signs = [sign for sign in RECORD_SIGNS.findall(answer.text) if sign not in path]
    assert signs == [] or row.name == "records.post"


@pytest.mark.parametrize("status", [200, 206, 404])
def test_an_answer_that_was_not_logged_is_withheld(
    status: int, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgetful = Blueprint("forgetful", __name__)
    access = Access(Scope.CHECK, Disclosure.VALUES)

    @endpoint(forgetful, "GET", "/forgetful", access, responses={})
    def forget() -> tuple[str, int]:
        return "John Smith", status

    monkeypatch.setattr("resolver.api._BLUEPRINTS", (*_BLUEPRINTS, forgetful))
    try:
        app = create_app(ServiceSettings(store_url))
        answer = app.test_client().get("/forgetful")
        assert answer.status_code == (404 if status == 404 else 500)
        assert ("John Smith" in answer.text) == (status == 404)
        app.extensions["resolver"].close()
    finally:
        del ENDPOINTS["forgetful.forget"]


def test_nothing_is_answered_that_cannot_be_logged(store_url: str, tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    shutil.copy(store_url.removeprefix("sqlite:///"), path)
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        app = create_app(ServiceSettings(f"sqlite:///{path}"))
        service: Service = app.extensions["resolver"]
        service.warm()
        samples = _existing_samples(app.test_client(), {})
        service.audit_log.close()
        # a file where the folder of the audit spool has to be
        (service.jobs_dir / "looks").rmdir()
        (service.jobs_dir / "looks").touch()
        statuses = {
            row.name: sample_request(row, samples).send(app.test_client()).status_code
            for row in ROWS
            if row.access.discloses is Disclosure.VALUES
        }
        service.close()
    # the manifest of the reconciliation service is open to everybody
    assert set(statuses.values()) == {503}


@pytest.mark.parametrize("row", [row for row in ROWS if row.is_documented], ids=by_name)
def test_responses_are_as_documented(row: Endpoint, keyed: KeyedService) -> None:
    answer = keyed.send(row, keyed.keys[Scope.ADMIN])
    with keyed.app.app_context():
        document = openapi_document(keyed.app)
    operation = document["paths"][document_path(row)][row.method.lower()]
    contents = operation["responses"][str(answer.status_code)].get("content", {})
    assert answer.mimetype in contents
    if answer.mimetype == "application/json":
        schema = {**contents["application/json"]["schema"], "components": document["components"]}
        jsonschema_rs.validate(schema, answer.json)


@pytest.mark.parametrize("row", ROWS, ids=by_name)
def test_a_purpose_that_cannot_be_logged_is_refused(row: Endpoint, keyed: KeyedService) -> None:
    headers = {**keyed.keys[Scope.ADMIN], "X-Purpose": "x" * 501}
    assert keyed.send(row, headers).status_code == 422
