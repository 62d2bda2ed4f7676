"""Notices: what an agency is told of, once, and nothing that it may not see."""

from __future__ import annotations

import os
import signal
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from resolver.check.screener import MatchQuery, Screener
from resolver.errors import InputError, StoreError, UsageError
from resolver.hub.hub import Hub
from resolver.notices import (
    Deliverer,
    check_receiver,
    describe_line,
    make_notices,
    read_notices,
    sign_webhook,
    subscribe,
    viewer_of_owner,
)
from resolver.notices.delivery import _send_mail
from resolver.records import Handling, Kind, Record
from resolver.records.visibility import OPERATOR, STRANGER, Viewer
from resolver.review import (
    DecisionRequest,
    Steward,
    StewardVerdict,
    decide_pair,
    undo_decision,
)
from resolver.screening import build_subject, screen_subjects
from resolver.screening.watch import WatchRunner, add_watch
from resolver.settings import Settings
from resolver.store import Store, utc_text
from resolver.store.backup import backup, restore
from tests.examples import IS_NIGHTLY
from tests.hub.hubs import Stores, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

NAME = "Abdulrahman Tikriti"
COAST, RIVER = (viewer_of_owner(name, "") for name in ("Coast", "River"))
KIM = Steward("kim", "", scopes=frozenset({"admin"}))
LOCAL = Settings(private_networks="127.0.0.0/8")


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield


def listed(record_id: str, name: str = NAME, code: str = "H0", **values: str) -> Record:
    row = record(record_id, Kind.PERSON, name=name, **values)  # type: ignore[arg-type]
    agency = {"coast": "Coast", "river": "River"}.get(row.source, "")
    return replace(row, handling=Handling(agency, code)) if code != "H0" else row


@contextmanager
def opened(stores: Stores) -> Iterator[Hub]:
    """Open a store with one unrelated person, and sources of two agencies."""
    with stores.new() as hub:
        hub.add(make_intake([listed("list:9", "Quintus Fabricius", birthDate="1950-01-01")]))
        for name, agency in (("coast", "Coast"), ("river", "River")):
            hub.store.describe_source(name, create=True, agency=agency)
        yield hub


def told(hub: Hub, viewer: Viewer = COAST) -> list[tuple[str, str]]:
    """Make notices, and return kind and name of all of a viewer's."""
    make_notices(hub)
    return [(row["kind"], row["caption"]) for row in read_notices(hub, viewer).notices]


def test_changes_of_what_was_subscribed_are_told_once(stores: Stores) -> None:
    with opened(stores) as hub:
        for kind, value in (("country", "Iraq"), ("words", "tikriti"), ("source", "coast")):
            subscribe(hub, COAST, kind, value)
        subscribe(hub, RIVER, "words", "nobody")
        hub.add(make_intake([listed("river:1", nationality="iq"), listed("list:2", "Bo Li")]))
        assert told(hub) == [("born", NAME)] * 2
        assert told(hub) == [("born", NAME)] * 2
        assert told(hub, RIVER) == []
        hub.add(make_intake([listed("coast:5", "Oona Laine")]))
        assert told(hub)[2:] == [("born", "Oona Laine")]
        (first, *_, last) = read_notices(hub, COAST).notices
        assert first["subscription"] == "country Iraq"
        assert describe_line(first).endswith("is new")
        # a reader goes on where it was
        assert [row["cursor"] for row in read_notices(hub, COAST, 1, 1).notices] == [2]
        assert read_notices(hub, COAST, last["cursor"]).notices == []
        assert hub.store.notices.mark_read("agency Coast", up_to=2) == 2
        assert [row["read"] for row in read_notices(hub, COAST).notices] == [True, True, False]


def test_a_search_is_met_by_all_records_that_the_reader_sees(stores: Stores) -> None:
    with opened(stores) as hub:
        for viewer in (COAST, RIVER):
            subscribe(hub, viewer, "search", "tikriti country:iq source:list")
        subscribe(hub, COAST, "search", "Country:IR SOURCE:coast")
        subscribe(hub, COAST, "search", "Crime:Terrorism")
        hub.add(make_intake([listed("list:1", birthDate="1970-01-01")]))
        assert told(hub) == []
        # the country is that of a record which only one of the two sees
        secret = listed("river:1", code="H3", nationality="iq", birthDate="1970-01-01")
        hub.add(make_intake([secret]))
        decide_pair(hub, DecisionRequest(KIM, "list:1", "river:1", StewardVerdict.SAME, "seen"))
        assert told(hub) == []
        assert NAME in {caption for _, caption in told(hub, RIVER)}
        hub.add(make_intake([listed("coast:2", "Oona Laine", nationality="ir")]))
        assert told(hub) == [("born", "Oona Laine")]


def test_an_entity_is_followed_through_merges_and_decisions(stores: Stores) -> None:
    with opened(stores) as hub:
        hub.add(make_intake([listed("coast:1", nationality="iq"), listed("river:1", "Tikrity")]))
        subscribe(hub, COAST, "entity", "coast:1")
        subscribe(hub, COAST, "joined", "")
        request = DecisionRequest(KIM, "coast:1", "river:1", StewardVerdict.SAME, "seen")
        outcome = decide_pair(hub, request)
        kinds = {kind for kind, _ in told(hub)}
        assert {"decided", "joined"} < kinds
        joined = [row for row in read_notices(hub, COAST).notices if row["kind"] == "joined"]
        assert [row["records"] for row in joined] == [["river:1"]]
        count = len(told(hub))
        undo_decision(hub, KIM, outcome.ids[0])
        assert "split" in {kind for kind, _ in told(hub)[count:]}
        # a new version of the record that joined before is no new company
        decide_pair(hub, request)
        count = len(told(hub))
        hub.add(make_intake([listed("river:1", "Tikrity", notes="seen")]))
        assert "joined" not in {kind for kind, _ in told(hub)[count:]}


def test_nothing_hidden_is_told_when_made_or_when_read(stores: Stores) -> None:
    with opened(stores) as hub:
        for viewer in (COAST, RIVER):
            for kind, value in (("country", "iq"), ("source", "river"), ("joined", "")):
                subscribe(hub, viewer, kind, value)
        hub.add(make_intake([listed("coast:1", nationality="iq", birthDate="1970-01-01")]))
        assert told(hub) == told(hub, RIVER) == [("born", NAME)]
        secret = listed("river:1", code="H3", nationality="iq", birthDate="1970-01-01")
        hub.add(make_intake([secret]))
        assert told(hub) == [("born", NAME)]
        assert ("joined", NAME) in told(hub, RIVER)
        # shown to all, it is told; hidden again, it is told no more
        hub.add(make_intake([replace(secret, handling=Handling())]))
        assert ("joined", NAME) in told(hub)
        hub.add(make_intake([secret]))
        assert "river:1" not in str(read_notices(hub, COAST).notices)
        assert ("joined", NAME) not in told(hub)


def test_new_and_lost_hits_of_a_watch_are_told(stores: Stores) -> None:
    with opened(stores) as hub:
        people = [build_subject(record("people:P1", name=NAME))]
        screening = screen_subjects(Screener(hub), people, MatchQuery(viewer=COAST))
        end = utc_text().replace("20", "21", 1)
        watch, _ = add_watch(hub.store, COAST, "crew", end, screening)
        subscribe(hub, COAST, "watch", "crew")
        runner = WatchRunner(hub, 0.01)
        runner.run_due()
        hub.add(make_intake([listed("list:1")]))
        runner.run_due()
        hub.withdraw(["list:1"])
        runner.run_due()
        rows = read_notices(hub, COAST).notices
        assert [(row["kind"], row["subject"]) for row in rows] == [
            (kind, {"id": "P1", "name": NAME, "watch": "crew"}) for kind in ("hit_new", "hit_lost")
        ]
        assert describe_line(rows[0]).endswith(f"is a new hit of {NAME} (P1)")
        assert read_notices(hub, RIVER).notices == []
        # what was erased is told no more
        hub.store.watches.remove(watch)
        assert [row["subject"] for row in read_notices(hub, COAST).notices] == [None, None]


def test_checks_are_told_if_the_checking_agency_allows(stores: Stores) -> None:
    with opened(stores) as hub:
        hub.add(make_intake([listed("coast:1")]))
        with hub.store.view() as view:
            stored = view.entity("coast:1")
        assert stored is not None
        row = {
            **{"who": "desk", "agency": "River", "action": "check", "purpose": "case 1"},
            **{"request_id": "r", "version": 2, "model": "m", "query": {"name": "T"}},
            "answer": {"total": 1, "seen": [[stored.id, 0.9]]},
        }
        subscribe(hub, COAST, "checked", "")
        hub.store.audit_events.append([row])
        assert told(hub) == []
        hub.store.notices.tell_checks("River", tells=True)
        hub.store.audit_events.append([row, {**row, "agency": "Coast"}])
        assert told(hub) == [("checked", NAME)]
        (notice,) = read_notices(hub, COAST).notices
        assert notice["by"] == "River"
        assert "case 1" not in str(notice)


def test_a_stranger_is_told_what_strangers_may_see(stores: Stores) -> None:
    with opened(stores) as hub:
        subscribe(hub, STRANGER, "words", "tikriti")
        hub.add(make_intake([listed("coast:1", code="H3"), listed("list:1")]))
        assert told(hub, STRANGER) == [("born", NAME)]
        assert "coast:1" not in str(read_notices(hub, STRANGER))


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("weather", "", "nobody can subscribe to 'weather'"),
        ("country", "", "give the country"),
        ("country", "Atlantis", "is no country"),
        ("joined", "x", "give no value"),
        ("search", "tikriti country:Atlantis", "is no country"),
        ("search", "Country:Atlantis", "is no country"),
        ("search", "crime:singing", "is no crime"),
        ("search", "tikriti source:", "names none"),
    ],
)
def test_wrong_subscriptions_are_refused(
    kind: str, value: str, message: str, stores: Stores
) -> None:
    with opened(stores) as hub, pytest.raises(UsageError) as error:
        subscribe(hub, COAST, kind, value)
    assert message in error.value.line()


def test_very_many_changes_of_a_revision_are_one_notice(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.notices.making.MANY", 2)
    with opened(stores) as hub:
        subscribe(hub, COAST, "source", "list")
        names = ("Oona Laine", "Bo Li", "Ngozi Adeyemi")
        hub.add(make_intake([listed(f"list:{place}", name) for place, name in enumerate(names)]))
        assert told(hub) == [("many", "")]
        assert read_notices(hub, COAST).notices[0]["count"] == 3


def test_all_changes_of_a_long_revision_are_told(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.notices.making._EVENTS_AT_ONCE", 2)
    with opened(stores) as hub:
        subscribe(hub, COAST, "source", "list")
        names = ("Oona Laine", "Bo Li", "Ngozi Adeyemi", "Ida Kovacs", "Rex Marlow")
        hub.add(make_intake([listed(f"list:{place}", name) for place, name in enumerate(names)]))
        hub.add(make_intake([listed("list:7", "Zoran Petrov")]))
        expected = sorted([*names, "Zoran Petrov"])
        assert sorted(name for _, name in told(hub)) == expected
        assert make_notices(hub) == 0


class Hook(BaseHTTPRequestHandler):
    """Receiver of webhooks that keeps what it gets, and answers as it is told to."""

    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.got.append((dict(self.headers), body))
        self.send_response(server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def hook(status: int = 204) -> Iterator[Any]:
    """Run a receiver of webhooks."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.got, server.status = [], status
    server.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def test_webhooks_are_signed_and_a_dead_one_delays_no_other(stores: Stores) -> None:
    with opened(stores) as hub, hook() as good, hook(503) as dead:
        store = hub.store.notices
        (failing, _), (_, secret) = (
            store.add_receiver(
                "agency Coast", "webhook", server.url, agency="Coast", sender="notices"
            )
            for server in (dead, good)
        )
        assert secret.startswith("whsec_")
        subscribe(hub, COAST, "country", "iq")
        hub.add(make_intake([listed("list:1", nationality="iq")]))
        hub.add(make_intake([listed("list:1", nationality="iq", notes="seen")]))
        make_notices(hub)
        deliverer = Deliverer(hub, LOCAL)
        deliverer.send_due()
        deliverer.wait()
        assert len(good.got) == 2
        headers, body = good.got[0]
        assert orjson.loads(body)["type"] == "notice.born"
        assert orjson.loads(body)["data"]["caption"] == NAME
        timestamp = int(headers["webhook-timestamp"])
        expected = sign_webhook(secret, headers["webhook-id"], timestamp, body)
        assert headers["webhook-signature"] == expected
        assert good.got[1][0]["webhook-id"] != headers["webhook-id"]
        # after a failure the receiver has a pause
        assert len(dead.got) == 1
        waiting = store.deliveries(failing)
        assert [(row.attempts, row.state) for row in waiting] == [(1, "waiting"), (0, "waiting")]
        assert waiting[0].error == "the receiver answered 503"
        # nothing is sent twice, and nothing before its time
        deliverer.send_due()
        deliverer.wait()
        assert (len(good.got), len(dead.got)) == (2, 2)
        dead.status = 200
        assert store.resend(failing) == 2
        deliverer.send_due()
        deliverer.wait()
        deliverer.close()
        ids = [row[0]["webhook-id"] for row in dead.got]
        assert len(set(ids[2:])) == 2
        assert set(ids[:2]) == set(ids[2:])
        assert store.deliveries(failing) == []


def test_a_message_is_dead_after_all_attempts(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.store.notices.RETRY_SECONDS", (0, 0))
    with opened(stores) as hub, hook(500) as dead:
        store = hub.store.notices
        receiver, _ = store.add_receiver(
            "agency Coast", "webhook", dead.url, agency="Coast", sender="notices"
        )
        subscribe(hub, COAST, "words", "tikriti")
        hub.add(make_intake([listed("list:1")]))
        make_notices(hub)
        deliverer = Deliverer(hub, LOCAL)
        for _ in range(5):
            deliverer.send_due()
            deliverer.wait()
        deliverer.close()
        assert len(dead.got) == 3
        assert [row.state for row in store.deliveries(receiver)] == ["dead"]


def test_no_private_network_is_reached_unless_it_is_allowed() -> None:
    with pytest.raises(InputError, match="private network"):
        check_receiver("webhook", "http://127.0.0.1:9/hook", Settings())
    check_receiver("webhook", "http://127.0.0.1:9/hook", LOCAL)
    with pytest.raises(UsageError, match="is no mail address"):
        check_receiver("mail", "nobody", LOCAL)
    check_receiver("mail", "duty@example.org", LOCAL)


class Mailbox(socketserver.StreamRequestHandler):
    """Mail server that keeps the mails it gets."""

    def handle(self) -> None:
        server: Any = self.server
        lines: list[str] = []
        in_text = False
        self.wfile.write(b"220 mail.example.org\r\n")
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            if in_text:
                in_text = line != "."
                lines += [line] if in_text else []
                if not in_text:
                    server.got.append("\n".join(lines))
                    self.wfile.write(b"250 ok\r\n")
            elif line.upper() == "DATA":
                in_text = True
                self.wfile.write(b"354 go on\r\n")
            else:
                self.wfile.write(b"221 bye\r\n" if line.upper() == "QUIT" else b"250 ok\r\n")


@pytest.mark.parametrize("password", ["", "kim:secret@"])
def test_no_password_is_sent_without_tls(password: str) -> None:
    server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox)
    server.got, server.daemon_threads = [], True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"smtp://{password}127.0.0.1:{server.server_address[1]}"
    notice = {"kind": "born", "at": "2026-01-01T00:00", "entity": "e", "caption": "N", "other": ""}
    notice["other_caption"] = ""
    refused = pytest.raises(UsageError, match="offers no TLS") if password else nullcontext()
    with refused:
        _send_mail(replace(LOCAL, smtp=address), "duty@example.org", [notice])
    server.shutdown()
    server.server_close()
    assert len(server.got) == (0 if password else 1)


def test_a_restored_store_sends_to_nobody_unless_asked_to(stores: Stores, tmp_path: Path) -> None:
    with opened(stores) as hub:
        hub.store.notices.add_receiver(
            "", "mail", "duty@example.org", agency="", sender="", hours=1
        )
        subscribe(hub, OPERATOR, "words", "tikriti")
        backup(hub.store, tmp_path / "all.gz")
    for with_accounts in (False, True):
        with Store.open(f"sqlite:///{tmp_path}/{with_accounts}.db") as other:
            restore(tmp_path / "all.gz", other, with_accounts=with_accounts)
            assert len(other.notices.receivers()) == with_accounts
            # what an agency wants to be told stays: it reads that in its inbox
            assert len(other.notices.subscriptions("")) == 1


def test_a_digest_that_cannot_be_sent_comes_later(stores: Stores) -> None:
    with opened(stores) as hub:
        store = hub.store.notices
        store.add_receiver("", "mail", "duty@example.org", agency="", sender="", hours=1)
        subscribe(hub, OPERATOR, "words", "tikriti")
        hub.add(make_intake([listed("list:1")]))
        make_notices(hub)
        deliverer = Deliverer(hub, replace(LOCAL, smtp="smtp://127.0.0.1:port"))
        deliverer.send_due()
        deliverer.wait()
        # a process with threads could not fork
        deliverer.rest()
        assert deliverer._pool is None
        (row,) = store.receivers()
        assert (row.last, bool(row.error)) == (0, True)
        store.remove_receiver(row.id)
        with pytest.raises(StoreError, match="is gone"):
            store.secret_of(row)


def test_a_digest_has_what_is_new_since_the_last_one(stores: Stores) -> None:
    server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox)
    server.got, server.daemon_threads = [], True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings = replace(LOCAL, smtp=f"smtp://127.0.0.1:{server.server_address[1]}")
    with opened(stores) as hub:
        store = hub.store.notices
        receiver, secret = store.add_receiver(
            "", "mail", "duty@example.org", agency="", sender="", hours=1
        )
        assert secret == ""
        subscribe(hub, OPERATOR, "words", "tikriti")
        hub.add(make_intake([listed("list:1")]))
        make_notices(hub)
        deliverer = Deliverer(hub, settings)
        for _ in range(2):
            deliverer.send_due()
            deliverer.wait()
        (mail,) = server.got
        assert "To: duty@example.org" in mail
        assert f"{NAME}" in mail
        assert "Subject: 1 notice of the watchlist service" in mail
        # the server is away: the notices come with the next digest
        server.shutdown()
        server.server_close()
        hub.add(make_intake([listed("list:1", notes="seen")]))
        make_notices(hub)
        last = store.receivers()[0]
        assert store.settle_digest(last, last.last, "due now")
        (row,) = store.receivers()
        deliverer._send_digest(row)
        deliverer.close()
        (row,) = store.receivers()
        assert "refused" in row.error
        assert row.last == receiver.last + 1


def kill_while_making(hub: Hub, rounds: int) -> list[int]:
    """Kill a process that makes notices, again and again, while records come; return the revisions
    that were told of, in the order of the notices.
    """
    for number in range(rounds):
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            try:
                hub.store.disown()
                os.write(writer, b"1")
                while True:
                    make_notices(hub)
            finally:
                os._exit(1)
        os.read(reader, 1)
        hub.add(make_intake([listed("list:1", "Oona Laine", notes=str(number))]))
        time.sleep(0.002 * (number % 40))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reader)
        os.close(writer)
    make_notices(hub)
    return [row.revision for row in hub.store.notices.list("agency Coast", limit=100_000)]


KILLS = 200 if IS_NIGHTLY else 5


@pytest.mark.slow
def test_killed_workers_lose_nothing_and_tell_nothing_twice(stores: Stores) -> None:
    with opened(stores) as hub:
        subscribe(hub, COAST, "words", "oona laine")
        first = hub.store.revision
        revisions = kill_while_making(hub, KILLS)
        assert revisions == list(range(first + 1, first + 1 + KILLS))


def test_an_unknown_subscription_cannot_be_ended(stores: Stores, tmp_path: Path) -> None:
    with opened(stores) as hub:
        row = subscribe(hub, COAST, "words", "tikriti")
        with pytest.raises(StoreError, match="there is no subscription"):
            hub.store.notices.unsubscribe("agency River", row.id)
        hub.store.notices.unsubscribe("agency Coast", row.id)
        assert hub.store.notices.subscriptions() == []
