"""Audit log of the command line: what shows records of a store is logged before it is shown."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from resolver.check.screener import MatchQuery, Screener
from resolver.cli.app import COMMANDS, load_command, run
from resolver.cli.process_start import StoreContent, account_name
from resolver.hub.hub import Hub
from resolver.notices import subscribe
from resolver.records.visibility import OPERATOR
from resolver.review import DecisionRequest, Steward, StewardVerdict, decide_pair
from resolver.screening import build_subject, screen_subjects
from resolver.screening.watch import add_watch
from resolver.store import AuditEvent, Store
from resolver.trust.audit_chain import create_signing_key
from tests.cli.conftest import Lists
from tests.hub.hubs import OPTIONS
from tests.records.samples import record
from tests.training.decision_store import PAIRS, create_store, rule_decisions
from tests.training.decision_store import symbols as small_symbols

pytestmark = pytest.mark.slow

SIGNS = re.compile(r"(?:coast|river|quay):\w|\be-[a-z2-7]{20}|Tikriti|Quispe|Smith|Xanthos|X482916")
"""Matches ids and values of the store's records."""
KIM = Steward("kim", "River", scopes=frozenset({"admin"}))
RECORDS = (
    *(record(f"{source}:1", name="Ivo Xanthos", birthDate="1971") for source in ("coast", "river")),
    *(
        record(f"{source}:2", name="Maria Quispe Huanca", birthDate="1980-11-02")
        for source in ("coast", "river")
    ),
    record("coast:3", name="Abdulrahman Tikriti", birthDate="1960"),
    record("river:3", name="Abdulrahman Tikriti", birthDate="1961"),
    record("quay:4", name="Ivan Petrov Smith", birthDate="1950-01-01"),
    record("quay:5", name="Iwan Petrow Smith", birthDate="1951-01-01"),
)


class Sample(NamedTuple):
    """Copy of the store, its entity of two records, a folder for what commands write, and a model
    that was trained from the store.
    """

    url: str
    entity: str
    out: Path
    model: Path
    lists: Lists
    subscription: str
    receiver: str

    def people(self) -> Path:
        """Write and return a table of subjects."""
        path = self.out / "people.csv"
        path.write_text("id,name,birthDate\nP1,Maria Quispe Huanca,1980-11-02\n")
        return path

    def key(self) -> Path:
        """Write and return a key that signs heads of the log."""
        path = self.out / "audit.key"
        if not path.exists():
            create_signing_key(path)
        return path

    def ask_for_erasure(self) -> str:
        """Ask for an erasure and return its id."""
        with Store.open(self.url) as store:
            return store.erasures.ask(["quay:5"], "order", who="ada").id

    def args(self, command: str) -> list[str]:
        """Return sample arguments of a command. Raises `KeyError` for a new command."""
        store, out = ["--store", self.url], str(self.out / "out")
        arguments: Mapping[str, list[str]] = {
            "dedupe": [str(self.lists.coast), *store, "--out", out],
            "explain": ["coast:3", "river:3", *store],
            "check": ["Maria Quispe Huanca", *store],
            "screen": [str(self.people()), "--json", *store],
            "clear": [
                str(self.people()),
                *("--subject", "P1", "--entity", self.entity, "--reason", "other face", *store),
            ],
            "clearances": store,
            "notices list": store,
            "notices subscribe": ["words", "tikriti", *store],
            "notices subscriptions": store,
            "notices unsubscribe": [self.subscription, *store],
            "notices add-webhook": ["https://example.org/hook", *store],
            "notices add-mail": ["duty@example.org", *store],
            "notices receivers": store,
            "notices resend": [self.receiver, *store],
            "notices remove-receiver": [self.receiver, *store],
            "notices tell-checks": ["River", "on", *store],
            "watches list": store,
            "watches show": ["crew", *store],
            "watches run": ["crew", "--full", *store],
            "watches remove": ["crew", *store],
            "search": ["quispe", *store],
            "network": ["--format", "json", "--out", out, *store],
            "network group": ["coast:3", "--on", "2016", *store],
            "network path": ["coast:3", "Maria Quispe Huanca", *store],
            "serve": ["--prepare", *store],
            "worker": ["--once", *store],
            "batches list": store,
            "batches accept": ["absent", *store],
            "feeds add": ["quay", str(self.out), *store],
            "feeds list": store,
            "feeds show": ["absent", *store],
            "feeds run": ["absent", *store],
            "feeds set": ["absent", "--every", "2h", *store],
            "feeds pause": ["absent", *store],
            "feeds resume": ["absent", *store],
            "feeds remove": ["absent", *store],
            "batches reject": ["absent", *store],
            "changes": ["1", *store],
            "keys create": ["border", "--scope", "check", *store],
            "keys list": store,
            "keys revoke": ["absent", *store],
            "users add": ["amira", "--role", "viewer", "--no-password", *store],
            "users list": store,
            "users role": ["absent", "viewer", *store],
            "users passwd": ["absent", "--password-file", "/dev/null", *store],
            "users disable": ["absent", *store],
            "users enable": ["absent", *store],
            "users sessions": ["absent", *store],
            "users sign-out": ["absent", *store],
            "users remove-keys": ["absent", *store],
            "status": store,
            "sources list": store,
            "sources set": ["coast", "--agency", "Port authority", *store],
            "audit verify": store,
            "audit log": store,
            "audit who-saw": ["quay:5", *store],
            "audit subject": [self.entity, *store],
            "audit statistics": store,
            "audit sign": ["--key", str(self.key()), "--to", out, *store],
            "audit remove": ["--before", "2000-01-01", *store],
            "queue": store,
            "decide": ["coast:3", "river:3", "different", "--dry-run", *store],
            "confirm": [str(PAIRS + 2), "--who", "lee", *store],
            "links": ["coast:3", "river:3", *store],
            "undo": [str(PAIRS + 1), *store],
            "split": [self.entity, "river:2", "--dry-run", *store],
            "withdraw": ["quay:5", *store],
            "erase": ["--list", out, *store],
            "retention set": ["--keep-days", "1", *store],
            "retention list": store,
            "retention due": store,
            "retention propose": store,
            "retention confirm": [self.ask_for_erasure(), *store],
            "rebuild": ["--dry-run", *store],
            "replan": ["--dry-run", *store],
            "refresh": ["--dry-run", *store],
            "backup": ["--out", out, *store],
            "restore": [str(self.out / "saved"), "--store", f"sqlite:///{self.out}/restored.db"],
            "export": ["--out", "-", *store],
            "train": ["--from-store", self.url, "--out", out, "--no-probes"],
            "compare": ["models", str(self.model), *store],
            "tables": [*store, "--out", out],
        }
        return [*command.split(), *arguments[command]]


def commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Yield the commands below a command, with the words that call them."""
    if isinstance(command, click.Group):
        for word, below in command.commands.items():
            yield from commands(f"{name} {word}", below)
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield name, command


LEAVES = {name: command for row in COMMANDS for name, command in commands(row, load_command(row))}
STORE_COMMANDS = [
    name
    for name, command in LEAVES.items()
    if any(option.name == "store_url" for option in command.params)
]


NOT_LOGGED = {
    "keys list": "names and scopes of keys, no record",
    "users list": "names and roles of users, no record",
    "users sessions": "browsers of a user, no record",
    "sources list": "names and counts of lists, no record",
}
"""Commands of rows that change something which change nothing themselves, with what they show."""


def shows(command: str) -> StoreContent:
    if command in NOT_LOGGED:
        return StoreContent.STATE
    return COMMANDS[command.split()[0]].shows


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    """Use small symbol tables."""
    with small_symbols():
        yield


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a store with decided and waiting pairs, a backup and a model beside it."""
    path = tmp_path_factory.mktemp("filled") / "hub.db"
    url = create_store(path, rule_decisions(), *RECORDS)
    with Hub.open(url, OPTIONS) as hub:
        pairs = (("coast:1", "river:1", "same"), ("quay:4", "quay:5", "red"))
        for left, right, verdict in pairs:
            decide_pair(hub, DecisionRequest(KIM, left, right, StewardVerdict(verdict)))
        people = [build_subject(record("people:P1", name="Maria Quispe Huanca"))]
        query = MatchQuery(viewer=OPERATOR)
        screening = screen_subjects(Screener(hub), people, query)
        add_watch(hub.store, OPERATOR, "crew", "2099-01-01T00:00:00.000000Z", screening)
        subscribe(hub, OPERATOR, "words", "nobody")
        address = "https://example.org/hook"
        hub.store.notices.add_receiver("", "webhook", address, agency="", sender="")
    assert run(["backup", "--store", url, "--out", str(path.parent / "saved")]) == 0
    model = str(path.parent / "model")
    assert run(["train", "--from-store", url, "--out", model, "--no-probes"]) == 0
    return path


@pytest.fixture
def sample(filled: Path, lists: Lists, tmp_path: Path) -> Sample:
    shutil.copy(filled, tmp_path / "hub.db")
    shutil.copy(filled.parent / "saved", tmp_path / "saved")
    url = f"sqlite:///{tmp_path}/hub.db"
    with Store.open(url) as store:
        with store.view() as view:
            entity, other = (view.entity(f"{source}:2") for source in ("coast", "river"))
        ids = store.notices.subscriptions()[0].id, store.notices.receivers()[0].id
    assert entity is not None
    assert other is not None
    assert entity.id == other.id
    return Sample(url, entity.id, tmp_path, filled.parent / "model", lists, *ids)


def events(url: str) -> list[AuditEvent]:
    with Store.open(url) as store:
        rows: list[AuditEvent] = store.audit_events.list(limit=1_000)
        return rows


def written(folder: Path) -> str:
    """Return what a command has written into its file or folder."""
    out = folder / "out"
    files = [out] if out.is_file() else sorted(path for path in out.rglob("*") if path.is_file())
    return "".join(file.read_bytes().decode("utf-8", "replace") for file in files)


def test_the_table_tells_which_commands_open_a_store() -> None:
    opening = {name.split()[0] for name in STORE_COMMANDS}
    assert opening == {
        name for name, row in COMMANDS.items() if row.shows is not StoreContent.NOTHING
    }


@pytest.mark.parametrize("command", STORE_COMMANDS)
def test_records_are_shown_with_an_event_only(
    command: str, sample: Sample, capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    count = len(events(sample.url))
    args = sample.args(command)
    purpose = ["--purpose", "case 17"] if shows(command) is StoreContent.RECORDS else []
    code = run([*args, *purpose])
    output = capsys.readouterr()
    text = output.out + output.err + written(sample.out)
    # what the command was called with is no disclosure
    signs = [sign for sign in SIGNS.findall(text) if not any(sign in word for word in args)]
    added = events(sample.url)[count:]
    if command == "restore":
        # the new store has the event
        added = events(args[-1])[-1:]
    if shows(command) is not StoreContent.RECORDS:
        assert signs == []
        logged = [(event.action, event.query["command"]) for event in added]
        is_act = shows(command) is StoreContent.ACTS
        assert logged == ([("command", command)] if is_act else [])
        return
    assert added, (code, text)
    # a screening with hits says so by its exit code
    assert code == (3 if command == "screen" else 0), text
    for event in added:
        assert (event.action, event.actor, event.purpose) == ("command", account_name(), "case 17")
        assert event.query["command"] == command
        assert event.answer["records"] >= 0
    if signs:
        assert max(event.answer["records"] for event in added) >= 1


@pytest.mark.parametrize(
    "command", [name for name in STORE_COMMANDS if shows(name) is StoreContent.RECORDS]
)
def test_nothing_is_shown_that_cannot_be_logged(
    command: str, sample: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(sample.url.removeprefix("sqlite:///")) as database:
        database.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON consultations "
            "BEGIN SELECT RAISE(ABORT, 'no room for events'); END"
        )
    database.close()
    args = sample.args(command)
    assert run(args) == 1
    output = capsys.readouterr()
    text = output.out + output.err + written(sample.out)
    assert [sign for sign in SIGNS.findall(text) if not any(sign in word for word in args)] == []
    assert output.out == ""


def test_acts_are_logged_without_secrets(
    sample: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", sample.url]
    (tmp_path / "password").write_text("seven quiet herons", "utf-8")
    password = ["--password-file", str(tmp_path / "password")]
    assert run(["users", "add", "amira", "--role", "admin", *password, *store]) == 0
    assert run(["users", "passwd", "amira", *password, *store]) == 0
    assert run(["keys", "create", "border", "--scope", "check", *store]) == 0
    secret = capsys.readouterr().out.strip()
    assert run(["keys", "revoke", "border", *store]) == 0
    assert run(["withdraw", "quay:5", *store]) == 0
    rows = [event.query for event in events(sample.url)]
    assert not any(text in str(rows) for text in (secret, "heron"))
    assert {"command": "users add", "user": "amira", "role": "admin"} in rows
    assert {"command": "keys create", "key": "border", "scopes": ["check"]} in rows
    assert rows[-1] == {"command": "withdraw", "ids": ["quay:5"], "who": account_name()}


def test_a_check_is_logged_with_query_and_candidates(
    sample: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ["check", "Maria Quispe Huanca", "--birth-date", "1980-11-02", "--store", sample.url]
    assert run([*args, "--json", "--purpose", " visa 17 "]) == 0
    capsys.readouterr()
    event = events(sample.url)[-1]
    assert (event.actor, event.purpose, event.answer) == (account_name(), "visa 17", {"records": 2})
    assert event.query == {
        "command": "check",
        "name": "Maria Quispe Huanca",
        "birth_date": "1980-11-02",
        "candidates": ["coast:2", "river:2"],
    }
    # arguments in another encoding than the terminal's
    assert run(["check", "Nobody \udcff", "--store", sample.url]) in (0, 1)
    assert run(["check", "Nobody", "--list", str(sample.lists.coast), "--purpose", "none"]) == 0
    assert len(events(sample.url)) <= 4


def test_exports_are_logged_with_the_number_of_all_records(
    sample: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("export", "backup"):
        assert run(sample.args(command)) == 0
        assert events(sample.url)[-1].answer == {"records": 2 * PAIRS + len(RECORDS)}
    capsys.readouterr()
