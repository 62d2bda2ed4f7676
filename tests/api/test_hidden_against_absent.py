"""Every endpoint, client of a store with hidden records and of one that never had them.

Answers are the same bytes, but for what names the revision of the store and the time. Two sorts of
hidden records are there: those that share an entity with no visible one, over all endpoints, and
one that does, over all ways to ask for what only it says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from resolver.api import ServiceSettings, create_app
from resolver.api.endpoints import Endpoint
from resolver.api.service import Service
from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.lists.reader_types import ListInfo
from resolver.records import Handling, Identifier, Kind, Relation, RelationType
from resolver.records.decisions import Verdict
from tests.api.conftest import Client
from tests.api.sample_requests import ROWS, SAMPLES, Samples, sample_request
from tests.hub.hubs import OPTIONS, make_decision, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow

CLOSED = Handling("River", "H3")
PASSPORT = "K7719034"
_MEMBER = Relation(RelationType.MEMBER_OF, "a:4", role="driver", start="2014")
VISIBLE = (
    record("a:1", name="Olga Marlow", birthDate="1970-05-06", nationality="gb"),
    record("a:2", name="John Smith", birthDate="1990-01-01"),
    record(
        "a:3",
        name="Piet Brouwer",
        birthDate="1955-01-02",
        phone="+31 20 555 0101",
        relations=[_MEMBER, Relation(RelationType.ASSOCIATE_OF, "h:2")],
    ),
    record("a:4", Kind.GROUP, name="Vektor Trading LLC", country="ru"),
    record("a:5", name="Nuno Salgado", birthDate="1961-12-02", relations=[_MEMBER]),
    record("a:6", name="Wilhelmina Oberst", birthDate="1930-10-11"),
)
_BRIDGE = [Relation(RelationType.ASSOCIATE_OF, target) for target in ("a:2", "a:6")]
"""Relations of a hidden record that would connect visible ones."""
HIDDEN_UNTIED = tuple(
    replace(row, handling=CLOSED)
    for row in (
        record(
            "h:1",
            name="John Smith",
            birthDate="1961-07-08",
            phone="+44 20 7946 0111",
            relations=[Relation(RelationType.LEADER_OF, "a:4"), *_BRIDGE],
        ),
        record(
            "h:2",
            name="Zeta Verborgen",
            referents="x-901",
            phone="+31 20 555 0101",
            relations=_BRIDGE,
            identifiers=[Identifier("passportNumber", PASSPORT)],
        ),
        record(
            "h:3",
            Kind.GROUP,
            name="Vektor Shipping",
            country="ru",
            relations=[Relation(RelationType.FACTION_OF, "a:4")],
        ),
    )
)
HIDDEN_SHARED = replace(
    record(
        "h:4",
        name="Tamara Ulrich",
        birthDate="1949-03-03",
        email="tamara.u@example.org",
        phone="+44 20 7946 0999",
        relations=_BRIDGE,
        referents="x-900",
        identifiers=[Identifier("passportNumber", "Z5550123")],
    ),
    handling=CLOSED,
)
"""A record of the same person as `a:1`, with values of its own."""
HIDDEN_TIED = tuple(
    replace(row, handling=CLOSED)
    for row in (
        record("h:6", name="Nuno Salgado", birthDate="1961-12-02", phone="+44 20 7946 0777"),
        record("h:7", name="John Oberst", birthDate="1944-04-04"),
    )
)
"""A record of the same person as `a:5`, and one that is decided to be both `a:2` and `a:6`."""
ASKED = {
    "stranger": None,
    "other agency": ("Coast", ("check", "submit")),
    "steward's key": ("Coast", ("check", "review", "submit")),
}
"""Viewers that may not see the hidden records: their agency and scopes; None without a key."""
Headers = Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """Client of one store, and the headers of each viewer."""

    client: Client
    headers: Mapping[str, Headers]
    service: Service

    def send(self, viewer: str, row: Endpoint, samples: Samples) -> Any:
        return sample_request(row, samples).send(self.client, headers=self.headers[viewer])

    def get(self, viewer: str, path: str) -> Any:
        return self.client.get(path, headers=self.headers[viewer])

    def post(self, viewer: str, path: str, body: Any) -> Any:
        return self.client.post(path, json=body, headers=self.headers[viewer])


def make_store(folder: Path, *, has_untied: bool, is_shared: bool, is_tied: bool) -> str:
    """Make a store, with the hidden records that share no entity and one that does first, and
    others that do last.

    Ids and members of entities do not depend on what is hidden.
    """
    url = f"sqlite:///{folder}/hub.db"
    pairs = [("a:5", "h:6"), ("a:2", "h:7"), ("a:6", "h:7")]
    first, *last = (make_decision(pair, Verdict.SAME, 2) for pair in pairs)
    with Hub.open(url, OPTIONS) as hub:
        if has_untied:
            hub.add(make_intake(HIDDEN_UNTIED))
        if is_tied:
            hub.add(make_intake(HIDDEN_TIED[:1]))
        info = ListInfo("a", "test", ("a",), "", 4, 0, False)
        hub.add(make_intake(VISIBLE, info), [first] if is_tied else [])
        if is_tied:
            hub.add(make_intake(HIDDEN_TIED[1:]), last)
        if is_shared:
            same = make_decision(("a:1", "h:4"), Verdict.SAME, 1)
            hub.add(make_intake([HIDDEN_SHARED]), [same])
    return url


def open_store(url: str, *, guarded: bool) -> Asked:
    headers: dict[str, Headers] = {"stranger": {}}
    for viewer, rights in ASKED.items():
        if guarded and rights is not None:
            key = create_key(url, viewer, *rights)
            headers[viewer] = {"Authorization": f"ApiKey {key}"}
    app = create_app(ServiceSettings(url, accept_restricted=True))
    service: Service = app.extensions["resolver"]
    service.warm()
    return Asked(app.test_client(), headers, service)


Stores = Mapping[tuple[str, bool], Asked]
"""Clients by what is hidden (`absent` nothing) and whether keys are needed."""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    worlds = {
        "absent": (False, False, False),
        "alone": (True, False, False),
        "shared": (True, True, False),
        "tied": (True, False, True),
    }
    with (
        quick_symbols("resolver.matching.pipeline", "resolver.check.screener"),
        ExitStack() as stack,
    ):
        clients = {}
        for name, (has_untied, is_shared, is_tied) in worlds.items():
            for guarded in (False, True):
                folder = tmp_path_factory.mktemp("hidden")
                url = make_store(
                    folder, has_untied=has_untied, is_shared=is_shared, is_tied=is_tied
                )
                client = open_store(url, guarded=guarded)
                stack.callback(client.service.close)
                clients[name, guarded] = client
        yield clients


_REVISION_KEYS = (
    "version index_version revision at until updated last_change first_seen last_seen".split()
)
_MASKED = (
    (re.compile(rf'"({"|".join(_REVISION_KEYS)})": ?("[^"]*"|\d+)'), ""),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|\+00:00)?"), "TIME"),
    (re.compile(r"\brevision \d+"), "revision"),
)


def masked(answer: Any) -> tuple[int, str, list[tuple[str, str]]]:
    """Return status, body and headers without revision, times and request ids."""
    text = answer.get_data(as_text=True)
    for pattern, replacement in _MASKED:
        text = pattern.sub(replacement, text)
    ignored = (
        "ETag",
        "X-Data-Version",
        "X-Request-ID",
        "Date",
        "Last-Modified",
        "Content-Length",
        "Location",
    )
    headers = sorted((name, value) for name, value in answer.headers if name not in ignored)
    return answer.status_code, text, headers


def samples_of(name: str, birth: str, passport: str = PASSPORT) -> Samples:
    person = {
        "schema": "Person",
        "properties": {"name": [name], "birthDate": [birth], "passportNumber": [passport]},
    }
    query = {"queries": {"q": person}, "limit": 50}
    reconcile = json.dumps({"q": {"query": name}})
    return Samples(
        {**SAMPLES.path, "entity_id": "a:2"},
        {
            "name": name,
            "birthDate": birth,
            "q": name,
            "id": passport,
            "prefix": name.split()[0].lower(),
            "history": "true",
            "from": "a:3",
            "to": "a:5",
            "cutoff": "0",
            "limit": "50",
            "queries": reconcile,
        },
        {
            **SAMPLES.bodies,
            "match.match": {"json": query},
            "reconcile.reconcile_form": {"data": {"queries": reconcile}},
        },
    )


# these tell of the process, or change the store
_OTHERS = {
    *("health.metrics", "health.readyz", "batches.submit", "records.post", "records.delete"),
    *("screenings.post_screening", "screenings.give_hit_verdict", "review.take_next"),
    # tells who asked what at which time
    "audit.audit_events",
    *("watches.mark_notices", "watches.add_subscription"),
}
READING = [row for row in ROWS if (row.name not in _OTHERS and row.method == "GET") or row.body]
READING = [row for row in READING if row.name not in _OTHERS]
QUERIES = {
    "a visible person": samples_of("John Smith", "1990-01-01"),
    "a hidden person": samples_of("Zeta Verborgen", "1961-07-08"),
    "a hidden group": samples_of("Vektor Shipping", "1961-07-08"),
}


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("viewer", ASKED)
@pytest.mark.parametrize("row", READING, ids=lambda row: row.name)
def test_hidden_records_change_no_answer(
    row: Endpoint, viewer: str, query: str, opened: Stores
) -> None:
    guarded = ASKED[viewer] is not None
    answers = [
        masked(opened[name, guarded].send(viewer, row, QUERIES[query]))
        for name in ("absent", "alone", "tied")
    ]
    assert answers[0] == answers[1]
    assert answers[0] == answers[2]


@pytest.mark.parametrize("viewer", ASKED)
@pytest.mark.parametrize(
    "properties",
    [
        {"name": ["Tamara Ulrich"]},
        {"name": ["Tamara Ulrich"], "birthDate": ["1949-03-03"]},
        {"birthDate": ["1949-03-03"]},
        {"name": ["Nobody Here"], "passportNumber": ["Z5550123"]},
        {"passportNumber": ["Z5550123"]},
        {"phone": ["+44 20 7946 0999"]},
        {"email": ["tamara.u@example.org"]},
        {"name": ["Olga Ulrich"]},
        {"name": ["Olga Marlow"], "birthDate": ["1949-03-03"]},
    ],
    ids=lambda properties: "+".join(f"{prop}={text[0]}" for prop, text in properties.items()),
)
def test_values_of_a_hidden_record_lead_nowhere(
    properties: dict[str, list[str]], viewer: str, opened: Stores
) -> None:
    guarded = ASKED[viewer] is not None
    query = {"queries": {"q": {"schema": "Person", "properties": properties}}}
    for path in ("/match/default?cutoff=0&limit=50", "/match/default"):
        answers = [
            masked(opened[name, guarded].post(viewer, path, query)) for name in ("absent", "shared")
        ]
        assert answers[0] == answers[1], path


@pytest.mark.parametrize("viewer", ASKED)
@pytest.mark.parametrize(
    "path",
    [
        "/search/default?q=Tamara+Ulrich",
        "/search/default?q=Z5550123",
        "/search/default?limit=2",
        "/search/default?q=",
        "/search/default?q=olga",
        "/search/default?q=olgo&facets=schema&facets=datasets&facets=identifiers",
        "/search/default?q=ulrich&schema=Thing",
        "/search/default?q=%2B44+20+7946+0999",
        "/search/default?q=tamara.u@example.org",
        "/search/default?q=z555&facets=identifiers",
        "/search/default?q=vekto&facets=countries&facets=topics",
        "/search/default?q=*&filter=datasets:h",
        "/search/default?q=smith&sort=caption",
        "/search/default?sort=changed:desc&sort=id",
        "/search/default?sort=first_seen&sort=last_seen:desc",
        "/reconcile/default/suggest/entity?prefix=tamara",
        "/search/default?q=x-900",
        "/search/default?sort=first_seen:desc",
        "/search/default?sort=last_change&filter=properties.birthDate:1949-03-03",
        "/search/default?filter=properties.email:tamara.u@example.org",
        "/entities/x-900",
        "/entities/x-901",
        "/reconcile/default/suggest/entity?prefix=x-900",
        "/check?name=Olga+Marlow&exclude_entity_ids=x-900",
        "/check?name=Olga+Marlow&exclude_entity_ids=x-901",
        "/entities/h:4",
        # another entity that it is related to states a relation to a hidden record
        "/entities/a:4?nested=true",
        "/entities/h:1",
        "/check?name=Tamara+Ulrich&cutoff=0",
        *(f"/graph/a:{number}?hops=4" for number in range(1, 7)),
        "/graph/a:3?hops=2&limit=2",
        "/graph/a:4?hops=2&role=leader&agency=h",
        "/graph/a:4?types=leaderOf&types=factionOf",
        "/graph/h:1",
        "/crime-links",
        "/shared-values",
        "/shared-values?kind=person&type=phone&type=document",
        "/shared-values?format=csv&limit=100",
        "/crime-links?activity=other&kind=person&format=csv",
        "/groups",
        "/groups?sort=agencies&limit=1",
        "/groups/a:4",
        "/overlap",
        "/overlap?kind=group&format=csv",
        "/groups/a:4?on=2005",
        *(f"/similar/{name}" for name in ("a:1", "a:3", "a:4", "h:1")),
        "/paths?from=a:2&to=a:6",
        "/paths?from=a:3&to=a:5",
        "/paths?from=a:1&to=a:6",
        "/paths?from=a:3&to=h:2",
        "/paths?from=Tamara+Ulrich&to=a:6&without=h&first_year=2001",
        "/paths?from=olga&to=a:6",
        "/search/h?q=olga",
        "/catalog",
    ],
)
def test_hidden_records_are_not_to_be_found(path: str, viewer: str, opened: Stores) -> None:
    guarded = ASKED[viewer] is not None
    answers = [
        masked(opened[name, guarded].get(viewer, path)) for name in ("absent", "alone", "shared")
    ]
    assert answers[0] == answers[1] == answers[2]


def test_a_hundred_neighboring_numbers_name_nobody(opened: Stores) -> None:
    queries = {
        f"q{number}": {
            "schema": "Person",
            "properties": {"passportNumber": [f"Z55501{number:02d}"]},
        }
        for number in range(100)
    }
    answers = [
        masked(opened[name, False].post("stranger", "/match/default", {"queries": queries}))
        for name in ("absent", "shared")
    ]
    assert answers[0] == answers[1]
