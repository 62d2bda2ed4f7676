"""Hidden against absent in random worlds: every endpoint and page, and files of batches.

Two stores get the same visible operations in the same order; one also gets hidden ones in between.
Who may not see the hidden records gets the same bytes from both, but for revisions, times and
random tokens. Endpoints and pages are read from the registry and the map of addresses, so a new one
takes part by itself; without a sample request it fails the test.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from resolver.api.endpoints import ENDPOINTS
from resolver.check.result_page import FACETS
from resolver.cli.operate.worker import run_batch_job
from resolver.feeds.feeds import add_feed
from resolver.feeds.transfer import NetworkRules
from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.hub.job_worker import run_next_job
from resolver.notices import make_notices
from resolver.records.visibility import Viewer
from resolver.review import QueueReason
from resolver.screening.jobs import run_screening_job
from resolver.screening.watch import WatchRunner
from resolver.store import NewFeed, Store, UserRole
from tests.api.desk.conftest import PASSWORD, Desk, csrf, sign_in
from tests.api.desk.test_hidden_against_absent import build_address, describe_difference, rules_of
from tests.api.desk.test_hidden_against_absent import masked as desk_masked
from tests.api.random_worlds import OWNER, World, as_body, as_lines, copy_store, decision_id
from tests.api.sample_requests import ROWS, SAMPLES, Samples, sample_request
from tests.api.test_hidden_against_absent import masked as api_masked
from tests.examples import IS_NIGHTLY
from tests.hub.hubs import OPTIONS
from tests.matching.preparing import quick_symbols

pytestmark = pytest.mark.slow

KEYS = {
    "checker": Viewer("checker", "Coast", frozenset({"check"})),
    "sender": Viewer("sender", "Coast", frozenset({"submit"})),
    "key of stewards": Viewer("key of stewards", "Coast", frozenset({"check", "review", "submit"})),
}
USERS = {
    "vera": (UserRole.VIEWER, Viewer("vera", "Coast", frozenset({"check"}))),
    "stella": (UserRole.STEWARD, Viewer("stella", "Coast", frozenset({"check", "review"}))),
}
EXEMPT = {
    "health.metrics": "counts what the process did, for operators",
    "health.readyz": "says what the process waits for, for operators",
    "audit.audit_events": "tells who asked what at which time, for auditors",
    "desk.static": "a file of the package",
    "desk.sign_out": "ends the session",
}
"""Endpoints that need not give the same bytes, and why. Viewers with the scope `admin` and users of
the role admin, who see everything, are left out as well.
"""
_OPEN_BATCHES = (
    *("batches.list_jobs", "batches.show_job", "batches.result", "batches.events"),
    "batches.show_changes",
    *("screenings.list_screenings", "screenings.show_screening", "screenings.screening_file"),
)
EXEMPT_OPEN = dict.fromkeys(
    _OPEN_BATCHES, "without keys and users all batches are those of the operator of the machine"
)
"""Endpoints that need not, while a store is open to its own machine."""
SEEDS = tuple(range(40)) if IS_NIGHTLY else (0, 1, 2, 3, 4, 10)
_DRAWS = 2 if IS_NIGHTLY else 1
_TOKENS = re.compile(r'\b[0-9a-f]{32}\b|\bd-(?!0{8})[0-9a-f]{16}\b|nonce[=-]"?[\w-]{16,}')


@dataclass(frozen=True)
class Request:
    """Request of one viewer: how it is sent to a side, and what it is called in a failure."""

    name: str
    send: Callable[[Any], Any]
    mask: Callable[[Any], Any] = desk_masked


def masked(answer: Any) -> tuple[int, str, list[tuple[str, str]]]:
    """Return status, body and headers of an answer of the API, without what may differ."""
    status, text, headers = api_masked(answer)
    return (
        status,
        _TOKENS.sub("TOKEN", text),
        [(name, _TOKENS.sub("", row)) for name, row in headers],
    )


@dataclass(frozen=True)
class Pool:
    """What requests may name, of both sorts and of none."""

    ids: Sequence[str]
    names: Sequence[str]
    numbers: Sequence[str]
    jobs: Sequence[str]
    decisions: Sequence[str]

    @classmethod
    def of(cls, world: World, urls: Sequence[str]) -> Pool:
        """Return the pool of a world whose stores are at some URLs."""
        rows = {**world.visible, **world.hidden}
        entities: set[str] = set()
        for url in urls:
            with Hub.open(url, OPTIONS) as hub, hub.store.view() as view:
                entities |= {event.entity for event in view.changes(0)}
        return cls(
            [*sorted(rows), *sorted(world.past), "absent:1", *sorted(entities)],
            sorted({value.text for row in rows.values() for value in row.values}),
            sorted({item.number for row in rows.values() for item in row.identifiers})
            or ["K0000000"],
            [*world.jobs, f"{9999:032x}"],
            [decision_id(minute) for minute in range(1, world._count + 2)],
        )


class Sides:
    """Services over copies of both stores, absent first, and the requests that are compared."""

    def __init__(self, world: World, desks: tuple[Desk, Desk], pool: Pool) -> None:
        self.world, self.desks, self.pool = world, desks, pool
        self.headers: list[dict[str, dict[str, str]]] = [{}, {}]
        self.browsers: list[dict[str, Any]] = [{}, {}]
        self.differences: list[str] = []

    def compare(self, request: Request) -> tuple[Any, Any]:
        """Send a request to both sides, note how answers differ, and return the answers."""
        answers, shown = [], []
        for side in (0, 1):
            answers.append(request.send(side))
            # a stream is read before the next request
            shown.append(request.mask(answers[-1]))
            # some are files
            answers[-1].close()
        if shown[0] != shown[1]:
            self.differences.append(f"{request.name}\n{describe_difference(*shown)}")
        return answers[0], answers[1]

    def api(self, viewer: str, method: str, path: str, **options: Any) -> Request:
        """Return a request to the API."""

        def send(side: int) -> Any:
            client = self.desks[side].app.test_client()
            headers = {**self.headers[side].get(viewer, {}), **options.get("headers", {})}
            rest = {name: value for name, value in options.items() if name != "headers"}
            return client.open(path, method=method, headers=headers, **rest)

        shown = options.get("query_string") or options.get("json") or options.get("data") or ""
        return Request(f"{viewer}: {method} {path} {shown}"[:400], send, masked)

    def job(self, viewer: str, kind: str, ids: Sequence[str], part: str, sent: object) -> Request:
        """Return a request for the state or a file of a job, by its id on either side."""

        def send(side: int) -> Any:
            return self.api(viewer, "GET", f"/{kind}/{ids[side]}{part}").send(side)

        return Request(f"{viewer}: GET /{kind}/…{part} of {sent}", send, masked)

    def page(self, user: str, method: str, path: str, **options: Any) -> Request:
        """Return a request to the desk; a form gets the token of the session."""

        def send(side: int) -> Any:
            browser = self.browsers[side][user]
            rest = dict(options)
            if method == "POST":
                rest["data"] = {"csrf": csrf(browser), **rest.get("data", {})}
            return browser.open(path, method=method, **rest)

        return Request(f"{user}: {method} {path} {options}"[:400], send)

    def read_api(self, viewer: str, dice: random.Random) -> None:
        """Compare reading requests to every endpoint that takes no records."""
        for row in ROWS:
            is_exempt = row.name in EXEMPT or (viewer == "stranger" and row.name in EXEMPT_OPEN)
            if is_exempt or not (row.method == "GET" or row.name in _READING_FORMS):
                continue
            for _ in range(_DRAWS):
                sample = sample_request(row, self._draw_samples(dice))
                options: dict[str, Any] = {"query_string": sample.query, **sample.body}
                self.compare(self.api(viewer, row.method, sample.path, **options))

    def _draw_samples(self, dice: random.Random) -> Samples:
        pool = self.pool
        name, other = dice.choice(pool.names), dice.choice(pool.ids)
        person = {
            "schema": "Person",
            "properties": {"name": [name], "passportNumber": [dice.choice(pool.numbers)]},
        }
        reconcile = json.dumps({"q": {"query": name}})
        return Samples(
            {
                **SAMPLES.path,
                "entity_id": dice.choice(pool.ids),
                "job_id": dice.choice(pool.jobs),
                "dataset": dice.choice(["default", "default", "coast", "secret", "nowhere"]),
                "name": dice.choice(["docs.js", "nothing.js"]),
            },
            {
                "name": name,
                "q": dice.choice([name, name[:4], other, dice.choice(pool.numbers)]),
                "id": other,
                "prefix": name.split()[0].lower(),
                "history": "true",
                "nested": "true",
                "from": other,
                "to": dice.choice(pool.ids),
                "cutoff": "0",
                "limit": "50",
                "facets": dice.choice(sorted(FACETS)),
                "filter_op": dice.choice(["OR", "AND"]),
                "hops": dice.choice(["1", "3"]),
                "queries": reconcile,
            },
            {
                **SAMPLES.bodies,
                "match.match": {"json": {"queries": {"q": person}, "limit": 50}},
                "match_lines.match_lines": {
                    "data": json.dumps(person).encode(),
                    "content_type": "application/x-ndjson",
                },
                "reconcile.reconcile_form": {"data": {"queries": reconcile}},
            },
        )

    def read_pages(self, user: str, dice: random.Random) -> None:
        """Compare every page of the desk."""
        for rule in rules_of(self.desks[0].app, "GET"):
            if rule.endpoint in EXEMPT:
                continue
            for draw in range(_DRAWS if rule.arguments or rule.endpoint in _QUERIES else 1):
                values = {name: self._draw_argument(name, dice) for name in sorted(rule.arguments)}
                query = dice.choice(_QUERIES.get(rule.endpoint, ({},))) if draw else {}
                query = {key: self._fill(text, dice) for key, text in query.items()}
                path = build_address(self.desks[0].app, rule, values)
                self.compare(self.page(user, "GET", path, query_string=query))

    def _draw_argument(self, name: str, dice: random.Random) -> str:
        """Return a value of an argument of an address. Raises `KeyError` for one without a row."""
        choices: Mapping[str, Sequence[str]] = {
            **dict.fromkeys(("entity_id", "left", "right"), self.pool.ids),
            "job_id": self.pool.jobs,
            "decision_id": self.pool.decisions,
            "result": ("report", "links", "entities", "rejects"),
            "what": ("hits", "report", "rejects"),
            "name": ("vera", "nobody"),
            "draft_id": ("0" * 32,),
            "file_format": ("graphml", "svg"),
            "view_id": ("v-0000000000000001",),
            "watch": ("crew",),
            "subscription": ("nowhere",),
            "contact": ("nowhere",),
            "erasure": ("nowhere",),
            "path": ("nowhere",),
        }
        return dice.choice(choices[name])

    def _fill(self, text: str, dice: random.Random) -> str:
        pool = {"NAME": self.pool.names, "ID": self.pool.ids, "DECISION": self.pool.decisions}
        return dice.choice(pool[text]) if text in pool else text


_READING_FORMS = {"match.match", "match_lines.match_lines", "reconcile.reconcile_form"}
"""Endpoints that are sent a body and change nothing."""
_WRITING = {
    "records.post",
    "records.withdraw",
    "batches.submit",
    "batches.cancel",
    "batches.accept",
    "screenings.post_screening",
    "screenings.cancel_screening",
    "screenings.give_hit_verdict",
    "screenings.withdraw_clearance",
    "review.take_next",
    "review.decide_over_http",
    "review.confirm_over_http",
    "review.undo_over_http",
    "contacts.ask_contact",
    "erasures.ask_erasure_over_http",
    "erasures.decide_erasure_over_http",
    "contacts.answer_contact",
    "watches.erase_watch",
    "watches.mark_notices",
    "watches.add_subscription",
    "watches.end_subscription",
}
"""Endpoints that change the store: `write` sends requests to each of them."""
_QUERIES: Mapping[str, Sequence[Mapping[str, str]]] = {
    "desk.queue": [
        *({"reason": reason} for reason in QueueReason),
        {"source": "secret"},
        {"source": "quay"},
        {"agency": OWNER},
        {"waiting_days": "7"},
    ],
    "desk.search": [{"name": "NAME"}, {"q": "NAME"}, {"q": "ID"}, {"name": "ID"}],
    "desk.entity": [{"prop": "name"}, {"from": "1"}, {"relations": "all"}],
    "desk.pair_preview": [{"verdict": "same"}, {"verdict": "different"}],
    "desk.network": [{"hops": "3"}, {"to": "ID"}],
    "desk.paths": [{"from": "NAME", "to": "ID"}],
    "desk.names": [{"q": "NAME"}],
    "desk.groups": [{"name": "NAME"}],
    "desk.shared_values": [{"kind": ""}, {"kind": "", "format": "csv"}],
    "desk.pair": [{"did": "DECISION"}],
    "desk.done": [{"did": "DECISION"}],
    "desk.next_pair": [{"source": "secret"}],
}


def write(sides: Sides, dice: random.Random) -> None:
    """Compare requests that change both stores alike, and what batches made of them."""
    world, viewer = sides.world, dice.choice(["sender", "key of stewards"])
    hidden_ids = sorted(world.hidden) or ["secret:1"]
    # nobody else knows that there is a list called `secret`
    for identity in ("coast:w0", "secret:w1", "secret:w2", "coast:w3"):
        row = world.make_record(identity, is_hidden=False)
        sides.compare(sides.api(viewer, "POST", "/records", json=as_body(row)))
    for identity in (dice.choice(hidden_ids), "absent:1", "coast:w0", "secret:w1"):
        path = "/records/" + identity.replace(":", "/")
        sides.compare(sides.api(viewer, "DELETE", path))
    for dry_run in ("true", "false", "false"):
        # the last one may be somebody else now, and have the batch held
        names = ("quay:w4", "secret:w5", "harbor:w6", dice.choice(sorted(world.visible)))
        rows = [world.make_record(identity, is_hidden=False) for identity in names]
        complete = dice.choice(["true", "false"])
        query = {"filename": "list.json", "dry_run": dry_run, "complete": complete}
        body = {"data": as_lines(rows), "query_string": query}
        answers = sides.compare(sides.api(viewer, "POST", "/batches", **body))
        for desk in sides.desks:
            with Hub.open(desk.url, OPTIONS) as hub:
                run_next_job(hub, desk.service.jobs_dir, run_batch_job)
        ids = [answer.json["id"] for answer in answers]
        for reader in ("sender", "key of stewards"):
            for part in ("", "/changes", "/report", "/links", "/entities", "/rejects", "/events"):
                sent = [as_body(row) for row in rows]
                sides.compare(sides.job(reader, "batches", ids, part, sent))
    for act in ("cancel", "accept"):
        sides.compare(sides.api(viewer, "POST", f"/batches/{dice.choice(sides.pool.jobs)}/{act}"))


def screen(sides: Sides, dice: random.Random) -> None:
    """Compare screenings of visible and hidden people, before and after a verdict on a hit."""
    world, viewer = sides.world, dice.choice(["sender", "key of stewards"])
    rows = [
        *(world.visible[identity] for identity in dice.sample(sorted(world.visible), 4)),
        *(world.hidden[identity] for identity in sorted(world.hidden)[:4]),
    ]
    query = {"filename": "people.json", "watch": "crew", "until": "2031-01-31"}
    for _ in range(2):
        body = {"data": as_lines(rows), "query_string": query}
        answers = sides.compare(sides.api(viewer, "POST", "/screenings", **body))
        for desk in sides.desks:
            with Hub.open(desk.url, OPTIONS) as hub:
                run_next_job(hub, desk.service.jobs_dir, run_screening_job)
        ids = [answer.json["id"] for answer in answers]
        for reader in ("sender", "key of stewards"):
            for part in ("", "/hits", "/evidence", "/report", "/rejects"):
                sent = [as_body(row) for row in rows]
                sides.compare(sides.job(reader, "screenings", ids, part, sent))
        for row in rows[:3]:
            verdict = {
                "subject": row.id.partition(":")[2],
                "entity": dice.choice(sides.pool.ids),
                "verdict": "cleared",
                "reason": "another face",
            }

            def judge(side: int, verdict: Any = verdict, ids: Sequence[str] = tuple(ids)) -> Any:
                path = f"/screenings/{ids[side]}/verdicts"
                return sides.api(viewer, "POST", path, json=verdict).send(side)

            sides.compare(Request(f"{viewer}: verdict {verdict}", judge, masked))
        sides.compare(sides.api(viewer, "GET", "/clearances"))
    sides.compare(sides.api(viewer, "DELETE", "/clearances/absent"))
    for act in ("cancel", "verdicts"):
        path = f"/screenings/{dice.choice(sides.pool.jobs)}/{act}"
        sides.compare(sides.api(viewer, "POST", path, json={}))


def subscribe(sides: Sides, dice: random.Random) -> None:
    """Compare subscriptions of an agency to what is visible and to what is not."""
    viewer = dice.choice(["checker", "key of stewards"])
    asked = {"reference": "R-ABSENT", "question": "Who is it?"}
    sides.compare(sides.api(viewer, "POST", "/contacts", json=asked))
    answer = {"state": "refused", "answer": ""}
    sides.compare(sides.api(viewer, "POST", "/contacts/absent/answer", json=answer))
    erased = {"records": [dice.choice(sides.pool.ids)], "reason": "court order"}
    sides.compare(sides.api(viewer, "POST", "/erasures", json=erased))
    sides.compare(sides.api(viewer, "POST", "/erasures", json={**erased, "values": ["name"]}))
    sides.compare(sides.api(viewer, "POST", "/erasures/absent/decision", json={}))
    for kind, value in (
        ("country", dice.choice(["ir", "iq", "ru"])),
        ("source", "secret"),
        ("source", "coast"),
        ("words", dice.choice(sides.pool.names)),
        ("entity", dice.choice(sides.pool.ids)),
        ("watch", "crew"),
        ("joined", ""),
        ("checked", ""),
    ):
        body = {"kind": kind, "value": value}
        sides.compare(sides.api(viewer, "POST", "/subscriptions", json=body))
    sides.compare(sides.api(viewer, "DELETE", "/subscriptions/absent"))


def tell(sides: Sides) -> None:
    """Compare what workers make of the changes for those who watch and have subscribed."""
    for desk in sides.desks:
        with Hub.open(desk.url, OPTIONS) as hub:
            WatchRunner(hub, 0.01).run_due()
            make_notices(hub)
    for viewer in ("checker", "key of stewards"):
        for path in ("/watches", "/watches/crew/hits", "/notices?limit=1000", "/subscriptions"):
            sides.compare(sides.api(viewer, "GET", path))
        sides.compare(sides.api(viewer, "POST", "/notices/read", json={"cursor": 3}))
    sides.compare(sides.api("checker", "DELETE", "/watches/crew"))


def decide_over_http(sides: Sides, dice: random.Random) -> None:
    """Compare decisions by key, each with its undo, on pairs of which both may be hidden."""
    viewer = "key of stewards"
    ids = [*sides.world.visible, *sorted(sides.world.hidden)[:3], "absent:1"]
    for _ in range(4):
        sides.compare(sides.api(viewer, "POST", "/queue/next"))
        sides.compare(sides.api(viewer, "GET", "/queue"))
        left, right = dice.sample(ids, 2)
        sides.compare(sides.api(viewer, "GET", f"/pairs/{left}/{right}"))
        body = {"left": left, "right": right, "verdict": dice.choice(["same", "different"])}
        answers = sides.compare(sides.api(viewer, "POST", "/decisions", json=body))
        made = [(answer.json.get("decisions") or ["absent"])[0] for answer in answers]

        for path in ("/confirm", "/undo"):

            def act(side: int, path: str = path, made: Sequence[str] = tuple(made)) -> Any:
                return sides.api(viewer, "POST", path, json={"decision": made[side]}).send(side)

            sides.compare(Request(f"{viewer}: POST {path} of {body}", act, masked))


def decide(sides: Sides, dice: random.Random) -> None:
    """Compare decisions of a steward at the desk, each with its undo, and splits."""
    visible = sorted(sides.world.visible)
    for _ in range(4):
        left, right = dice.sample(visible, 2)
        form = {"verdict": dice.choice(["same", "different"]), "reason": "the evidence shown"}
        sides.compare(sides.page("stella", "POST", f"/review/{left}/{right}/decide", data=form))
        sides.compare(sides.page("stella", "GET", f"/desk/entities/{left}"))
        if dice.random() < 0.5:
            paths = [f"/review/decisions/{_latest_decision(desk)}/undo" for desk in sides.desks]
            sends = [sides.page("stella", "POST", path).send for path in paths]

            def undo(side: int, sends: Sequence[Callable[[Any], Any]] = tuple(sends)) -> Any:
                return sends[side](side)

            sides.compare(Request(f"stella: undo {left} {right}", undo))
        form = {"record": left, "why": "a test", "sure": "1"}
        sides.compare(sides.page("stella", "POST", f"/desk/entities/{left}/split", data=form))
        sides.compare(sides.page("stella", "GET", f"/desk/entities/{right}"))


def _latest_decision(desk: Desk) -> str:
    with desk.store.view() as view:
        logged = [row for row in view.decisions() if row.decision.decided_by == "stella"]
    return logged[-1].id if logged else "none"


def open_sides(world: World, paths: Sequence[Path], folder: Path, stack: ExitStack) -> Sides:
    """Open services over copies of both stores, with keys and users who may not see all."""
    desks = []
    for side, path in enumerate(paths):
        desk = Desk(copy_store(path, folder / f"side{side}"), accept_restricted=True)
        stack.callback(desk.service.close)
        desk.service.warm()
        desks.append(desk)
        _add_feeds(desk.store, folder, with_hidden=bool(side))
    sides = Sides(world, (desks[0], desks[1]), Pool.of(world, [desk.url for desk in desks]))
    return sides


def _add_feeds(store: Store, folder: Path, *, with_hidden: bool) -> None:
    """Add a feed that brings a visible source, and one of the owner of the hidden records."""
    feeds = (("coast", ""), ("secret", OWNER))[: 1 + with_hidden]
    for source, agency in feeds:
        feed = NewFeed(f"{source}-feed", str(folder), "ftm", 3600, agency=agency)
        add_feed(store, feed, NetworkRules())
        store.feeds.note_sources(feed.name, [source])


def admit(sides: Sides) -> None:
    """Add keys and users, and sign the users in: from here on strangers get nothing."""
    for side, desk in enumerate(sides.desks):
        for name, viewer in KEYS.items():
            key = create_key(desk.url, name, viewer.agency, sorted(viewer.scopes))
            sides.headers[side][name] = {"Authorization": f"ApiKey {key}"}
        for name, (role, viewer) in USERS.items():
            desk.store.users.add(name, role, viewer.agency, PASSWORD)
            browser = sides.browsers[side][name] = desk.browser()
            assert sign_in(browser, name).status_code == 303
        # a service looks every two seconds whether there are keys
        until = time.monotonic() + 30
        while desk.app.test_client().get("/catalog").status_code != 401:
            assert time.monotonic() < until
            time.sleep(0.05)


def compare_world(seed: int, folder: Path) -> tuple[World, list[str]]:
    """Return a random world, and how the answers from its two stores differ."""
    world = World(seed)
    dice = random.Random(seed)
    with (
        quick_symbols("resolver.matching.pipeline", "resolver.check.screener"),
        ExitStack() as stack,
    ):
        filled = [
            world.fill(folder / name, with_hidden=name == "hidden") for name in ("absent", "hidden")
        ]
        sides = open_sides(world, [side.path for side in filled], folder, stack)
        if filled[0].refusals != filled[1].refusals:
            sides.differences.append(f"refused: {filled[0].refusals} and {filled[1].refusals}")
        sides.read_api("stranger", dice)
        admit(sides)
        for name, viewer in KEYS.items():
            if not world.is_visible(viewer):
                sides.read_api(name, dice)
        for name, (_, viewer) in USERS.items():
            if not world.is_visible(viewer):
                sides.read_pages(name, dice)
        if not any(map(world.is_visible, KEYS.values())):
            subscribe(sides, dice)
            write(sides, dice)
            screen(sides, dice)
            decide_over_http(sides, dice)
            decide(sides, dice)
            tell(sides)
            sides.read_api("key of stewards", dice)
            sides.read_pages("stella", dice)
    return world, sides.differences


def test_every_endpoint_is_read_or_written() -> None:
    methods = {row.name: row.method for row in ENDPOINTS.values()}
    changing = {name for name, method in methods.items() if method != "GET"}
    assert changing - _READING_FORMS - _WRITING - _OPERATOR == set()


_OPERATOR = {"updates.update", "feeds.change_feed"}
"""Endpoints that change the service, for the scope `admin`."""


@pytest.mark.parametrize("seed", SEEDS)
def test_hidden_operations_change_no_answer(seed: int, tmp_path: Path) -> None:
    world, differences = compare_world(seed, tmp_path)
    steps = "\n".join(f"{'  hidden ' if step.is_hidden else ''}{step.name}" for step in world.steps)
    assert not differences, f"code {world.code}\n{steps}\n" + "\n".join(differences[:20])
