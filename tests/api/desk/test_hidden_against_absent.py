"""Every page and form of the desk, over a store with hidden records and over one without them.

Users who may not see the hidden records get the same bytes from both, but for the revision of the
store, times, and tokens that are random. Pages are read from the map of addresses: a page whose
arguments or form have no row here fails the test.
"""

from __future__ import annotations

import io
import re
import shutil
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from resolver.report.pdf import Part
from resolver.review import QueueReason, StewardVerdict
from resolver.store import UserRole
from tests.api.desk import hidden_world as worlds
from tests.api.desk.conftest import PASSWORD, Client, Desk, csrf, sign_in
from tests.matching.preparing import quick_symbols

pytestmark = pytest.mark.slow

Form = Mapping[str, Any]
ABSENT = "e-0123456789abcdef"
_EXEMPT = {"desk.static"}
_VISIBLE_PAIRS = [(f"coast:p{number}", f"river:p{number}") for number in range(8)]
_HIDDEN_PAIRS = [(f"secret:q{number}-1950", f"secret:q{number}-1951") for number in range(7)]
_MIXED_PAIRS = [("coast:lone", "secret:near"), ("coast:p0", "secret:near")]
_SAMPLE = {_VISIBLE_PAIRS[0], _HIDDEN_PAIRS[5], _MIXED_PAIRS[0]}
"""Pairs whose pages are read with all queries; the others are read without one."""
_DECISIONS = (
    *worlds.VISIBLE_DECISIONS,
    *worlds.HIDDEN_DECISIONS,
    worlds.ABSENT_DECISION,
    *("1", "5", "6", "11"),
)
"""Ids of decisions, and numbers, by which no page knows any."""


@dataclass(frozen=True)
class Sent:
    """Request to the desk: method, address, query, form, and whether it is for a part of a page."""

    method: str
    path: str
    query: Mapping[str, Any]
    form: Form | None = None
    is_partial: bool = False
    endpoint: str = ""

    def send(self, browser: Client, token: str) -> Any:
        options: dict[str, Any] = {"query_string": self.query}
        if self.is_partial:
            options["headers"] = {"X-Partial": "1"}
        if self.form is None:
            return browser.open(self.path, method=self.method, **options)
        form = {
            name: (io.BytesIO(value), "list.csv") if isinstance(value, bytes) else value
            for name, value in self.form.items()
        }
        return browser.open(self.path, method=self.method, data={"csrf": token, **form}, **options)


def entity_ids(ids: worlds.Ids) -> list[str]:
    """Return ids that lead to visible, hidden, former and absent entities."""
    records = ["coast:p0", "river:p4", "coast:kin", "coast:gone", "secret:q0-1950", "secret:near"]
    records += ["secret:kin", "secret:gone", "secret:q4-1950", "absent:1"]
    of_records = [ids.of_record[name] for name in records if name in ids.of_record]
    return [*records, *of_records, *ids.retired, ABSENT]


def pairs(ids: worlds.Ids) -> list[tuple[str, str]]:
    """Return pairs of ids that are visible, hidden, mixed and absent."""
    rows = [*_VISIBLE_PAIRS, *_HIDDEN_PAIRS]
    rows += [*_MIXED_PAIRS, ("coast:p1", "coast:p2")]
    of_entities = [
        (ids.of_record[left], ids.of_record[right])
        for left, right in (*_VISIBLE_PAIRS[:2], *_HIDDEN_PAIRS[:2], ("coast:lone", "secret:near"))
    ]
    gone = [("coast:p0", name) for name in ("coast:gone", "secret:gone", *ids.retired)]
    return [*rows, *of_entities, *gone, ("coast:p0", ABSENT), (ABSENT, "secret:q0-1950")]


def arguments(rule: Rule, ids: worlds.Ids) -> list[dict[str, Any]]:
    """Return values of the arguments of an address: of what is visible, hidden and absent."""
    jobs = (worlds.VISIBLE_JOB, worlds.HIDDEN_JOB, worlds.LEARNED_JOB, worlds.ABSENT_JOB)
    values: dict[str, Sequence[Any]] = {
        "entity_id": entity_ids(ids),
        "job_id": jobs,
        "decision_id": _DECISIONS,
        "result": ("report", "links", "entities", "rejects"),
        "what": ("hits", "report", "rejects"),
        "name": ("vera", "nobody"),
        "draft_id": (worlds.ABSENT_JOB,),
        "file_format": ("graphml", "svg", "png", "pdf"),
        "view_id": worlds.VIEWS,
        "watch": ("crew", "nowhere"),
        "subscription": ("nowhere",),
        "contact": (worlds.ABSENT_JOB,),
        "number": (1,),
        "erasure_id": (*ids.erasures, worlds.ABSENT_JOB),
        "feed": ("coast-feed", "secret-feed", "nowhere"),
        "path": ("nowhere",),
    }
    names = sorted(rule.arguments)
    if names == ["left", "right"]:
        return [{"left": left, "right": right} for left, right in pairs(ids)]
    missing = [name for name in names if name not in values]
    assert not missing, f"{rule.rule}: give values for {missing} here"
    return [dict(zip(names, row, strict=True)) for row in product(*(values[n] for n in names))]


def queries(ids: worlds.Ids) -> dict[str, list[dict[str, Any]]]:
    """Return the queries that pages are asked with, besides the empty one."""
    visible, hidden = worlds.VISIBLE_DECISIONS[1], worlds.HIDDEN_DECISIONS[1]
    filters: list[dict[str, Any]] = [
        *({"reason": reason} for reason in QueueReason),
        *({"source": name} for name in ("coast", "river", "secret", "nowhere")),
        *({"agency": name} for name in ("Coast", worlds.OWNER, "Nowhere")),
        {"script": "Latn"},
        {"assigned": "stella"},
        {"mine": "1"},
        {"score_from": "0.5"},
        {"waiting_days": "7"},
        {"after": "-2000.1.2"},
        *({"after": f"{name}.{name}"} for name in (visible, hidden)),
        *({"after": ".".join(ids.of_record[end] for end in pair)} for pair in _SAMPLE),
    ]
    names = [worlds.name_of(number) for number in (0, 4, 20, 24, 40)]
    names += ["secret:q0-1950", "coast:p0", ids.of_record["secret:near"], "Zeta Verborgen"]
    return {
        "desk.queue": filters,
        "desk.next_pair": [
            {},
            *filters[:6],
            {"left": "secret:q0-1950", "right": "secret:q0-1951"},
            {"left": "coast:p0", "right": "river:p0"},
        ],
        "desk.done": [{"did": name} for name in _DECISIONS],
        "desk.pair": [
            *({"again": name} for name in _DECISIONS),
            *({"did": name} for name in _DECISIONS),
        ],
        "desk.pair_preview": [
            {"verdict": verdict, **over}
            for verdict in StewardVerdict
            for over in ({}, {"over": hidden})
        ],
        "desk.entity": [
            {"prop": "name"},
            {"from": "1"},
            {"prop": "passportNumber"},
            {"relations": "all"},
        ],
        "desk.search": [
            *({"name": name} for name in names),
            *(
                {"q": name, "filter": f"datasets:{name_of_list}"}
                for name in names[:3]
                for name_of_list in ("coast", "secret", "nowhere")
            ),
            {"q": names[0].split()[0], "filter": ["schema:Person", "odd:1"], "from": "1"},
            *({"q": text} for name in names for text in (name, name.split()[0], name[:3])),
            *({"name": name, "schema": "Person", "birthDate": "1950"} for name in names),
        ],
        "desk.batches": [{}],
        "desk.network": [
            {"hops": "3", "year": "2010"},
            *({"view": name} for name in worlds.VIEWS),
            {"hops": "2", "expand": ["coast:kin", "secret:kin"]},
            {"agency": worlds.OWNER, "role": "sibling"},
            *({"to": name} for name in ("coast:kin", "secret:kin", ids.of_record["secret:near"])),
        ],
        "desk.groups": [
            {"sort": "agencies"},
            {"agency": worlds.OWNER},
            *({"name": name} for name in names[:3]),
        ],
        "desk.group_matrix": [
            {},
            {"format": "csv"},
            {"shared": "crimes"},
            {"group": "secret:crew"},
        ],
        "desk.paths": [{"from": one, "to": other} for one, other in pairwise(names[:4])],
        "desk.names": [{"q": name[:4]} for name in names],
        "desk.crime_links": [{"kind": "person"}, {"agency": worlds.OWNER}, {"format": "csv"}],
        "desk.dossier": [{"format": "pdf"}],
        "desk.network_file": [
            *({"to": name} for name in ("coast:kin", "secret:kin", ids.of_record["secret:near"])),
        ],
        "desk.shared_values": [{"kind": ""}, {"type": "document"}, {"kind": "", "format": "csv"}],
        "desk.overlap": [{"kind": "person"}, {"format": "csv"}],
    }


_UPLOAD = b"id,name,birthDate\n1,Brako Kladeny,1971\n"
_DECIDE = [
    {"verdict": verdict, "reason": "the evidence shown"} for verdict in ("unsure", "different")
]
_MARKS = [["coast:p1|river:p1"], ["secret:q0-1950|secret:q0-1951"], ["coast:lone|secret:near"]]
FORMS: Mapping[str, Sequence[Form]] = {
    "desk.submit_sign_in": [{"name": "vera", "password": "wrong", "purpose": "a test"}],
    "desk.set_theme": [{"theme": "dark"}],
    "desk.set_purpose": [{"purpose": "another test", "next": "/review"}],
    "desk.change_password": [{"old": "wrong", "new": "six loud herons"}],
    "desk.sign_out": [{}],
    "desk.save_network_view": [
        *({"title": "A view", "entity": name} for name in ("coast:kin", "secret:kin", "absent:1")),
        {"title": "", "entity": "coast:kin"},
    ],
    "desk.delete_network_view": [{}],
    "desk.toggle_scores": [{"next": "/review"}, {"next": "/review"}],
    "desk.save_queue_filters": [
        {"name": "mine", "filters": "source=secret"},
        {"forget": "mine"},
    ],
    "desk.decide_together": [
        *({"pair": marks, "assign": "1", "who": "stella"} for marks in _MARKS),
        *({"pair": marks, "verdict": "unsure"} for marks in _MARKS),
        {"pair": [*_MARKS[0], *_MARKS[1]], "verdict": "unsure"},
    ],
    "desk.decide": [
        *_DECIDE,
        *({"verdict": "same", "again": name} for name in _DECISIONS[1::5]),
        {"verdict": "same", "over": worlds.HIDDEN_DECISIONS[1]},
    ],
    "desk.undo": [{}, {"next": "coast:p4"}, {"queue": "1", "filters": "source=secret"}],
    "desk.confirm": [{}, {"entity": "coast:p7"}],
    "desk.split": [
        {"record": "river:p4", "why": "a test"},
        {"record": "secret:q4-1950", "why": "a test"},
        {"record": "river:p4", "why": "a test", "sure": "1"},
    ],
    "desk.upload_batch": [{"file": _UPLOAD, "format": ""}],
    "desk.start_import": [{"file": _UPLOAD, "format": ""}, {"file": b"\0", "format": ""}],
    "desk.choose_import_worksheet": [{"worksheet": "A"}],
    "desk.save_import_columns": [{"column0": "name"}],
    "desk.send_import": [{}],
    "desk.discard_import": [{}],
    "desk.cancel_batch": [{}],
    "desk.upload_screening": [{"file": _UPLOAD}, {"file": _UPLOAD, "watch": "crew"}],
    "desk.read_all_notices": [{"cursor": "3"}],
    "desk.add_desk_subscription": [
        *({"kind": "source", "value": name} for name in ("coast", "secret", "nowhere")),
        *({"kind": "entity", "value": name} for name in ("coast:kin", "secret:kin", "absent:1")),
        {"kind": "joined", "value": ""},
        {"kind": "weather", "value": ""},
    ],
    "desk.end_desk_subscription": [{}],
    "desk.ask_desk_contact": [{"reference": "R-ABSENT", "question": "Who is it?", "days": "3"}],
    "desk.answer_desk_contact": [{"state": "refused", "answer": ""}],
    "desk.remove_desk_watch": [{}],
    "desk.judge_screening_hit": [
        {"subject": "1", "entity": name, "verdict": "cleared", "reason": "a test"}
        for name in ("coast:kin", "secret:kin")
    ],
    "desk.withdraw_screening_verdict": [
        {"subject": "1", "entity": name} for name in ("coast:kin", "secret:kin")
    ],
    "desk.cancel_desk_screening": [{}],
    "desk.accept_batch": [{}],
    "desk.train_model": [{}],
    "desk.pick_pairs": [{}],
    "desk.add_user": [{"name": "otto", "role": "viewer"}],
    "desk.change_user": [{"role": "viewer"}],
    "desk.add_security_key": [{"name": "blue", "credential": "{}"}],
    "desk.remove_security_key": [{}],
    "desk.end_own_sessions": [{"session": "nowhere"}],
    "desk.submit_second_factor": [{}],
    "desk.begin_provider_sign_in": [{}],
    "desk.end_provider_sessions": [{"logout_token": "wrong"}],
    "desk.ask_erasure": [
        {"records": name, "reason": "a test"} for name in ("coast:p0", "secret:near", "absent:1")
    ],
    "desk.decide_erasure": [{"decision": decision} for decision in ("confirm", "refuse")],
    "desk.change_feed_at_desk": [{"act": act} for act in ("run", "pause", "resume")],
}
"""Forms of each endpoint that takes one."""


def rules_of(app: Flask, method: str) -> list[Rule]:
    """Return the addresses of the desk that take a method, those that end the session last."""
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("desk.")
        and rule.endpoint not in _EXEMPT
        and method in (rule.methods or ())
    ]
    return sorted(rules, key=lambda rule: (rule.endpoint == "desk.sign_out", rule.rule))


def build_address(app: Flask, rule: Rule, values: Mapping[str, Any]) -> str:
    (method,) = {"GET", "POST"} & set(rule.methods or ())
    return app.url_map.bind("localhost").build(rule.endpoint, values, method=method)


def readings(app: Flask, ids: worlds.Ids) -> Iterator[Sent]:
    """Iterate over requests for every page, as a whole and as the part that the script asks for."""
    by_endpoint = queries(ids)
    for rule in rules_of(app, "GET"):
        for values in arguments(rule, ids):
            path = build_address(app, rule, values)
            is_sampled = "left" not in values or (values["left"], values["right"]) in _SAMPLE
            for query in ({}, *(by_endpoint.get(rule.endpoint, ()) if is_sampled else ())):
                sent = Sent("GET", path, query, endpoint=rule.endpoint)
                yield sent
                if rule.rule.startswith("/review"):
                    yield replace(sent, is_partial=True)


def writings(app: Flask, ids: worlds.Ids) -> Iterator[Sent]:
    """Iterate over requests with every form."""
    for rule in rules_of(app, "POST"):
        assert rule.endpoint in FORMS, f"{rule.rule}: give a form here"
        for values in arguments(rule, ids):
            path = build_address(app, rule, values)
            for form in FORMS[rule.endpoint]:
                sent = Sent("POST", path, {}, form, endpoint=rule.endpoint)
                yield sent
                if "decision_id" in values:
                    yield replace(sent, is_partial=True)


_MASKS = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d[.\d]*)?(Z|\+00:00| UTC)?"), "TIME"),
    (re.compile(r"\b20[23]\d-\d\d-\d\d\b"), "DAY"),
    (re.compile(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"), "TIME"),
    (re.compile(r"\b(just now|under a minute|\d+ (minute|hour)s?( ago)?)"), "AGO"),
    (re.compile(r"in the last\s+(minute|AGO)"), "AGO"),
    (re.compile(r'(&#34;|")version(&#34;|"):\d+'), "REVISION"),
    (re.compile(r"(revision|Data revision</dt>\s*<dd>\s*) ?\d+"), "REVISION"),
    (re.compile(r'name="(csrf|form|once|session|step)" value="[^"]*"'), "TOKEN"),
    (re.compile(r'data-csrf="[^"]*"'), "TOKEN"),
    (re.compile(r'challenge(&#34;|"): (&#34;|")[\w-]+'), "NONCE"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "NONCE"),
    # of views saved meanwhile; the ids of those before are the same in both stores
    (re.compile(r"\bv-(?!0{8})[0-9a-f]{16}\b"), "VIEW"),
    # of decisions taken meanwhile; the ids of those before are the same in both stores
    (re.compile(r"\bd-(?!0{8})[0-9a-f]{16}\b"), "DECISION"),
)
_IGNORED_HEADERS = ("ETag", "X-Data-Version", "X-Request-ID", "Date", "Content-Length")


def mask(text: str) -> str:
    """Return a text without what may differ: revision, times and tokens."""
    for job in (worlds.VISIBLE_JOB, worlds.HIDDEN_JOB, worlds.LEARNED_JOB, worlds.ABSENT_JOB):
        text = text.replace(job, f"job-{job[0]}")
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


def masked(answer: Any) -> tuple[int, str, list[tuple[str, str]]]:
    """Return status, body and headers without what may differ."""
    headers = sorted(
        (name, mask(re.sub(r"(desk|desk_form)=[\w-]{20,}", r"\1=TOKEN", value)))
        for name, value in answer.headers
        if name not in _IGNORED_HEADERS
    )
    return answer.status_code, mask(answer.get_data(as_text=True)), headers


@pytest.fixture(scope="module")
def filled_stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the files of the stores, by the handling code of what they hide (empty: nothing)."""
    paths = {}
    for code in ("", *worlds.READERS):
        paths[code] = tmp_path_factory.mktemp("hidden") / "hub.db"
        worlds.fill(f"sqlite:///{paths[code]}", code)
    return paths


def describe_difference(absent: Any, hidden: Any) -> str:
    """Return the first line in which two answers differ, or their status or headers."""
    if absent[0] != hidden[0]:
        return f"  status {absent[0]} / {hidden[0]}"
    lines = [text.splitlines() for text in (absent[1], hidden[1])]
    for left, right in zip(*lines, strict=False):
        if left != right:
            return f"  absent: {left.strip()[:300]}\n  hidden: {right.strip()[:300]}"
    if absent[1] != hidden[1]:
        return f"  sizes {len(absent[1])} / {len(hidden[1])}"
    return f"  headers {sorted(set(absent[2]) ^ set(hidden[2]))}"


@dataclass(frozen=True)
class Turn:
    """User, the handling code of what is hidden from them, and which requests they send.

    That is one request in `step`, by its digest, and the first to each endpoint.
    """

    code: str
    user: str
    step: int = 1
    remainder: int = 0

    def __str__(self) -> str:
        return f"{self.code}-{self.user}" + ("" if self.step > 1 else "-all")

    def choose(self, requests: Iterable[Sent]) -> Iterator[Sent]:
        """Iterate over the requests that the user sends."""
        endpoints: set[str] = set()
        for sent in requests:
            digest = zlib.crc32(repr(sent).encode())
            if digest % self.step == self.remainder or sent.endpoint not in endpoints:
                yield sent
            endpoints.add(sent.endpoint)


# Between them two stewards send half of the requests, and at night each sends all. Viewers, who may
# open fewer pages, send a smaller part.
TURNS = [
    Turn("H3", "stella", 4, 0),
    Turn("H3", "senta", 4, 1),
    Turn("H3", "vera", 8),
    Turn("H2", "victor", 8),
]
NIGHTLY_TURNS = [replace(turn, step=1, remainder=0) for turn in TURNS]


def test_stewards_send_half_of_the_requests_and_all_endpoints() -> None:
    requests = [Sent("GET", f"/{number}", {}, endpoint=str(number // 8)) for number in range(200)]
    parts = [list(turn.choose(requests)) for turn in TURNS[:2]]
    endpoints = {sent.endpoint for sent in requests}
    assert all({sent.endpoint for sent in part} == endpoints for part in parts)
    assert 0.45 < len({sent.path for part in parts for sent in part}) / len(requests) < 0.75
    assert all(list(turn.choose(requests)) == requests for turn in NIGHTLY_TURNS)
    turns = {(turn.code, turn.user) for turn in TURNS}
    assert turns == {(code, name) for code, names in worlds.READERS.items() for name in names}


@dataclass(frozen=True)
class Sides:
    """Desks over copies of a store without the hidden records and of one with them."""

    desks: tuple[Desk, Desk]
    browsers: tuple[Client, Client]
    ids: worlds.Ids
    turn: Turn

    def compare(self, requests: Iterable[Sent]) -> list[str]:
        """Return how the answers to requests differ, empty where none does."""
        return [line for sent in self.turn.choose(requests) if (line := self._compare(sent))]

    def _compare(self, sent: Sent) -> str:
        tokens = [csrf(browser) for browser in self.browsers] if sent.form is not None else ["", ""]
        absent, hidden = (
            masked(sent.send(browser, token))
            for browser, token in zip(self.browsers, tokens, strict=True)
        )
        if absent == hidden:
            return ""
        return f"{sent}\n{describe_difference(absent, hidden)}"


@pytest.fixture(
    scope="module",
    params=[*TURNS, *(pytest.param(turn, marks=pytest.mark.nightly) for turn in NIGHTLY_TURNS)],
    ids=str,
)
def sides(
    request: pytest.FixtureRequest,
    filled_stores: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Sides]:
    """Open both desks as one user, who reads all pages before they send forms."""
    turn: Turn = request.param
    with (
        quick_symbols("resolver.matching.pipeline", "resolver.check.screener"),
        ExitStack() as stack,
    ):
        desks: list[Desk] = []
        for world in ("", turn.code):
            path = tmp_path_factory.mktemp("sides") / "hub.db"
            shutil.copy(filled_stores[world], path)
            desk = Desk(f"sqlite:///{path}", accept_restricted=True)
            stack.callback(desk.service.close)
            desk.service.warm()
            desks.append(desk)
        browsers = tuple(desk.browser() for desk in desks)
        for browser in browsers:
            assert sign_in(browser, turn.user).status_code == 303
        ids = worlds.read_ids(desks[1].url)
        yield Sides((desks[0], desks[1]), (browsers[0], browsers[1]), ids, turn)


def test_hidden_records_change_no_page(sides: Sides, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def write_as_text(title: str, parts: Sequence[Part], **_: Any) -> bytes:
        """Return what a PDF is made of, in place of it: a PDF has its time in compressed form."""
        written.append(title)
        return "\n".join([title, *map(repr, parts)]).encode()

    monkeypatch.setattr("resolver.api.desk.dossiers.render_pdf", write_as_text)
    assert not sides.compare(readings(sides.desks[0].app, sides.ids))
    assert written


def test_hidden_records_change_no_answer_to_a_form(sides: Sides) -> None:
    assert not sides.compare(writings(sides.desks[0].app, sides.ids))


def test_pages_show_what_is_visible_and_their_owner_sees_all(
    filled_stores: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "hub.db"
    shutil.copy(filled_stores["H3"], path)
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        desk = Desk(f"sqlite:///{path}", accept_restricted=True)
        desk.service.warm()
        rita = desk.browser()
        desk.store.users.add("rita", UserRole.STEWARD, worlds.OWNER, PASSWORD)
        sign_in(rita, "rita")
        ids = worlds.read_ids(desk.url)
        for number in range(2):
            left, right = _HIDDEN_PAIRS[number]
            page = rita.get(f"/review/{ids.of_record[left]}/{ids.of_record[right]}")
            assert worlds.name_of(20 + number) in page.text
        assert "secret" in rita.get("/desk").text
        desk.service.close()
