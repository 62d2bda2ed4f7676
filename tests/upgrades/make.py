"""Make the artifacts in `tests/upgrades/data`: files that a version of the program leaves behind.

    python -m tests.upgrades.make --out tests/upgrades/data

All records are generated (`resolver demo`); nobody in them exists. The artifacts stay as an older
version made them: run this only to add those of another version in a folder of their own, never to
make a test pass. It needs PostgreSQL (`initdb`, `pg_dump`). The API key in `expected.json` is valid
for these generated stores only.

| file | made by |
|---|---|
| `lists.tar.gz` | `resolver demo --records 300 --only-lists` |
| `decisions.csv` | verdicts on the first pairs in review |
| `judged.csv` | true pairs of the generated world, and as many false ones |
| `model.tar.gz` | `resolver train lists/ --judged judged.csv --no-worlds --no-probes` |
| `sqlite.db.gz` | `resolver dedupe`, twice, the second time with the decisions; `resolver decide` |
| `postgres.sql.gz` | the same in PostgreSQL, by `pg_dump --inserts` |
| `store.backup` | the same with an API key and a user, by `resolver backup` |
| `batch.ftm.json` | one of the lists that the stores do not have, sent as batches |
| `service.tar.gz` | a served store with waiting batches and an audit spool, see below |
| `expected.json` | facts of all of these |

The spool has checks that were answered but not yet logged in the database when the service was
killed, since the database was locked meanwhile. No worker has started the batches.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gzip
import itertools
import json
import random
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from benchmarks.baseline.processes import request, run_resolver, serve_store
from benchmarks.baseline.queries import queries_of
from tests.store import postgres
from tests.upgrades import artifacts
from tests.upgrades.artifacts import (
    BACKUP,
    BATCH,
    DECISIONS,
    EXPECTED,
    FIRST_LISTS,
    JUDGED,
    LISTS,
    MODEL,
    POSTGRES,
    SERVICE,
    SQLITE,
    batch_facts,
    check_answers,
    digest,
    export_digests,
    file_digests,
    lists_in,
    load_sql,
    pack,
    store_facts,
)

RECORDS = 300
CHECKS, SPOOL_CHECKS = 24, 6
RESULTS = ("links.csv", "entities.csv")
KEY_NAME, USER_NAME = "border-1", "amira"
_VERDICTS = ("same", "different", "unsure", "different")


def write_csv(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """Write rows as a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def judged_pairs(truth: Path) -> list[tuple[str, str, str]]:
    """Return the true pairs of a world, and as many false ones of one kind each."""
    members: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in read_csv(truth):
        members[row["kind"], row["true_id"]].append(row["record_id"])
    pairs = [
        (*pair, "match") for ids in members.values() for pair in itertools.combinations(ids, 2)
    ]
    dice = random.Random(5)
    groups = sorted(members)
    false: set[tuple[str, str, str]] = set()
    while len(false) < len(pairs):
        left_group, right_group = dice.sample(groups, 2)
        if left_group[0] == right_group[0]:
            false.add(
                (dice.choice(members[left_group]), dice.choice(members[right_group]), "distinct")
            )
    return [*pairs, *sorted(false)]


def make_lists(work: Path, out: Path) -> None:
    """Generate the lists, the decisions and the judged pairs."""
    run_resolver("demo", "--records", RECORDS, "--only-lists", "--out", work)
    pack(out / LISTS, work, ["lists"])
    run_resolver("dedupe", work / "lists", "--out", work / "plain")
    review = [row for row in read_csv(work / "plain" / "links.csv") if row["band"] == "review"]
    rows = [
        (row["left_id"], row["right_id"], verdict, "kim", f"2026-03-0{1 + day}T09:30:00Z", "looked")
        for day, (row, verdict) in enumerate(zip(review, _VERDICTS, strict=False))
    ]
    write_csv(out / DECISIONS, [("left_id", "right_id", "verdict", "who", "when", "why"), *rows])
    pairs = judged_pairs(work / "truth.csv")
    write_csv(out / JUDGED, [("left", "right", "label"), *pairs])


def make_model(work: Path, out: Path) -> dict[str, Any]:
    """Train a model; return digests of the lists' results with it and with the decisions."""
    model, lists = work / "model", work / "lists"
    options = ("--no-worlds", "--no-probes", "--version", "kept")
    run_resolver("train", lists, "--judged", out / JUDGED, *options, "--out", model)
    pack(out / MODEL, work, ["model"])
    run_resolver("dedupe", lists, "--model", model, "--out", work / "with-model")
    run_resolver("dedupe", lists, "--decisions", out / DECISIONS, "--out", work / "decided")
    return {
        "plain": file_digests(work / "plain", RESULTS),
        "model": file_digests(work / "with-model", RESULTS),
        "decisions": file_digests(work / "decided", RESULTS),
    }


def model_answers(work: Path, queries: Sequence[Any]) -> list[Any]:
    """Return answers of a store that was resolved with the trained model."""
    url, model = f"sqlite:///{work}/modelled.db", ("--model", work / "model")
    run_resolver("dedupe", *lists_in(work / "lists")[:FIRST_LISTS], "--store", url, *model)
    with serve_store(url, *model) as service:
        return check_answers(service.address, queries)


def fill_store(url: str, work: Path, out: Path) -> None:
    """Fill a store by two increments, decisions and one verdict of a steward."""
    lists = lists_in(work / "lists")[:FIRST_LISTS]
    run_resolver("dedupe", *lists[:3], "--store", url)
    run_resolver("dedupe", *lists[3:], "--store", url, "--decisions", out / DECISIONS)
    rows = map(json.loads, run_resolver("export", "--store", url, "--out", "-").splitlines())
    review = [row["link"] for row in rows if "link" in row and row["outcome"] == "queued"]
    options = ("--why", "different people", "--who", "kim")
    run_resolver("decide", *review[-1], "different", "--store", url, *options)


def make_stores(work: Path, out: Path, server: str) -> dict[str, Any]:
    """Make a SQLite store, the same in PostgreSQL, and a backup; return their facts."""
    path = work / "sqlite.db"
    url = f"sqlite:///{path}"
    fill_store(url, work, out)
    run_resolver("export", "--store", url, "--canonical", "--out", work / "canonical.jsonl")
    queries = queries_of((work / "canonical.jsonl").read_text("utf-8").splitlines(), CHECKS)
    facts: dict[str, Any] = {"queries": queries, "sqlite": store_facts(url, work, queries)}
    flush_journal(path)
    (out / SQLITE).write_bytes(gzip.compress(path.read_bytes(), 9))

    postgres_url = load_sql(server, "kept", "")
    settings = {"RESOLVER_INDEX_DIR": str(work / "index")}
    fill_store(postgres_url, work, out)
    facts["postgres"] = store_facts(postgres_url, work, queries, settings=settings)
    (out / POSTGRES).write_bytes(gzip.compress(dump_database(postgres_url).encode(), 9))

    options = ("--agency", "Border police", "--scope", "check", "--scope", "submit")
    secret = run_resolver("keys", "create", KEY_NAME, *options, "--store", url).split()[-1]
    run_resolver("users", "add", USER_NAME, "--role", "steward", "--no-password", "--store", url)
    run_resolver("backup", "--store", url, "--out", out / BACKUP)
    key = {"key": KEY_NAME, "secret": secret, "user": USER_NAME}
    facts["backup"] = {**key, **store_facts(url, work, queries, key=secret)}

    run_resolver("dedupe", *lists_in(work / "lists")[FIRST_LISTS:], "--store", url)
    facts["increment"] = export_digests(url, work)
    return facts


def flush_journal(path: Path) -> None:
    """Write the journal of a SQLite store into its main file."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def dump_database(url: str) -> str:
    """Return a database as SQL that any client can run."""
    folder = postgres.programs()
    assert folder is not None
    parsed = make_url(url)
    process = subprocess.run(
        [
            str(folder / "pg_dump"),
            *("--inserts", "--rows-per-insert=50", "--no-owner", "--no-privileges"),
            *("-h", str(parsed.query["host"]), "-U", str(parsed.username), str(parsed.database)),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    # skip commands of psql, and settings that older servers do not know
    skipped = ("\\", "--", "SET transaction_timeout")
    lines = [line for line in process.stdout.splitlines() if not line.startswith(skipped)]
    return "\n".join(line for line in lines if line) + "\n"


def make_service(work: Path, out: Path, queries: Sequence[Any]) -> dict[str, Any]:
    """Make a store with waiting batches and an audit spool; return the facts of both."""
    folder = work / "service"
    folder.mkdir()
    store = folder / "hub.db"
    run_resolver("dedupe", *lists_in(work / "lists")[:FIRST_LISTS], "--store", f"sqlite:///{store}")
    batches = []
    with serve_store(f"sqlite:///{store}") as service:
        address = service.address
        body = (out / BATCH).read_bytes()
        for options in ("dry_run=true", ""):
            status, job = request(f"{address}/batches?filename=batch.ftm.json&{options}", body)
            assert status == 202, job
            batches.append(job["id"])
        with contextlib.closing(sqlite3.connect(store, isolation_level=None)) as lock:
            # the database is locked, so events of these checks stay in the spool
            lock.execute("BEGIN IMMEDIATE")
            for query in queries[:SPOOL_CHECKS]:
                status, _ = request(f"{address}/match/default", {"queries": {"one": query}})
                assert status == 200
            service.process.send_signal(signal.SIGKILL)
            service.process.wait()
            lock.execute("ROLLBACK")
    flush_journal(store)
    spool_rows = [
        json.loads(line)
        for path in folder.glob("hub.db.jobs/*/*")
        if path.is_file()
        for line in path.read_text("utf-8").splitlines()
    ]
    assert len(spool_rows) == SPOOL_CHECKS, spool_rows
    pack(out / SERVICE, folder, ["hub.db", "hub.db.jobs"])
    url = f"sqlite:///{store}"
    run_resolver("worker", "--once", "--store", url)
    events = [[row["request_id"], row["action"], row["query"]] for row in spool_rows]
    with serve_store(url) as service:
        facts = {job: batch_facts(service.address, job) for job in batches}
    return {"batches": facts, "events": events, "exports": export_digests(url, work)}


def main() -> None:
    """Make all artifacts in a folder."""
    parser = argparse.ArgumentParser(prog="python -m tests.upgrades.make")
    parser.add_argument("--out", type=Path, default=artifacts.DATA, metavar="DIR")
    out = parser.parse_args().out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary).resolve()
        make_lists(work, out)
        (batch,) = (work / "lists").glob("western*.ftm.json")
        (out / BATCH).write_bytes(batch.read_bytes())
        facts: dict[str, Any] = {"runs": make_model(work, out)}
        with postgres.server(Path("/tmp")) as server:
            facts |= make_stores(work, out, server)
        facts["model_answers"] = model_answers(work, facts["queries"])
        facts["service"] = make_service(work, out, facts["queries"])
    text = json.dumps(facts, indent=1, ensure_ascii=False)
    (out / EXPECTED).write_text(text + "\n", "utf-8")
    for path in sorted(out.iterdir()):
        print(f"{path.stat().st_size:>9,} {digest(path.read_bytes())[:12]} {path.name}")
    print(f"made in {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
