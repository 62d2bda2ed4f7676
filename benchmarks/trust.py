"""Measure what the audit log and erasure promise: `python -m benchmarks.trust --only chain`.

- `chain`: seconds to verify a log of `--events` events, and whether each event that is altered,
  removed, inserted or moved is found with its number.
- `bytes`: how often values of erased records are found in any file: store, index, jobs, backup, and
  a store restored from a backup that was made before.
- `kills`: `--kills` processes killed at random while they erase, write the log, or propose and
  remove by rules of retention: what is lost or half done.
- `cost`: processor time of checks and of posted records with the chain and without it, in turns.

The exit code is 1 if a limit is missed.
"""

from __future__ import annotations

import argparse
import gzip
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, insert, select, update

from resolver.api import ServiceSettings, create_app
from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.hub.job_worker import jobs_folder
from resolver.lists.reader_types import Intake
from resolver.matching.resolution_task import RunOptions
from resolver.records import Batch, Record
from resolver.records.decisions import Decision, Verdict
from resolver.store import Store, audit, backup, restore, utc_text
from resolver.store.erasures import ErasureState, RetentionRule
from resolver.store.schema import audit_events
from resolver.trust.erasure import (
    apply_list,
    ask_for_erasure,
    erase,
    erase_confirmed,
    read_erasure_list,
    write_erasure_list,
)
from resolver.world import generate

_MOST_SECONDS, _MOST_COST = 60.0, 0.03
_ROW: Mapping[str, Any] = {
    "who": "desk",
    "agency": "Coast",
    "action": "check",
    "purpose": "border",
    "request_id": "r1",
    "version": 3,
    "model": "m-1",
    "query": {"schema": "Person", "properties": {"name": ["Ann Lee"], "birthDate": ["1962"]}},
    "answer": {"total": 2, "seen": {"e-aaaaaaaaaaaaaaaaaaaa": 0.93, "e-bbbbbbbbbbbbbbbbbbbb": 0.2}},
}
_OPTIONS = RunOptions()
_SHORT = 5
"""Values with fewer bytes occur in any file by chance."""


def _intake(records: Sequence[Record]) -> Intake:
    return Intake(Batch.from_records(records).canonical(), (), ())


def _people(count: int, seed: int) -> list[Record]:
    return sorted(generate(count, seed=seed).records, key=lambda row: row.id)


# --- chain


def _swap(connection: Connection, number: int) -> None:
    for old, new in ((number, -1), (number + 1, number), (-1, number + 1)):
        row = update(audit_events).where(audit_events.c.number == old)
        connection.execute(row.values(number=new))


def _copy(connection: Connection, number: int) -> None:
    """Insert a copy of an event in the place of the next event."""
    rows = select(audit_events).where(audit_events.c.number.in_((number, number + 1)))
    own, after = connection.execute(rows.order_by(audit_events.c.number)).all()
    connection.execute(delete(audit_events).where(audit_events.c.number == after.number))
    copied = {**own._asdict(), "number": after.number}
    connection.execute(insert(audit_events).values(copied))


def _alter(connection: Connection, number: int, **values: Any) -> None:
    connection.execute(update(audit_events).where(audit_events.c.number == number).values(values))


_ATTACKS: Mapping[str, Callable[[Connection, int], None]] = {
    "actor altered": lambda connection, number: _alter(connection, number, who="eve"),
    "purpose altered": lambda connection, number: _alter(connection, number, purpose="other"),
    "query altered": lambda connection, number: _alter(connection, number, query={}),
    "answer altered": lambda connection, number: _alter(connection, number, answer={"seen": {}}),
    "removed": lambda connection, number: _delete(connection, number),
    "inserted": _copy,
    "moved": _swap,
}


def _delete(connection: Connection, number: int) -> None:
    connection.execute(delete(audit_events).where(audit_events.c.number == number))


def measure_chain(count: int, folder: Path, dice: random.Random, repeats: int = 20) -> bool:
    """Verify a long log, then a short one after each attack on random events; print the result."""
    with Store.open(f"sqlite:///{folder}/long.db") as store:
        for _ in range(0, count, 5_000):
            store.audit_events.append([_ROW] * min(5_000, count))
        start, begun = time.perf_counter(), time.process_time()
        proof = store.audit_events.verify()
        seconds, own = time.perf_counter() - start, time.process_time() - begun
    is_right = proof.events >= count and not proof.faults and seconds <= _MOST_SECONDS
    print(f"verify {proof.events:,} events: {seconds:.1f} s ({own:.1f} s of processor time)")
    with Store.open(f"sqlite:///{folder}/short.db") as store:
        store.audit_events.append([_ROW] * 2_000)
    found = 0
    tries = [(name, attack) for name, attack in _ATTACKS.items() for _ in range(repeats)]
    for name, attack in tries:
        number = dice.randrange(2, 1_990)
        shutil.copy(folder / "short.db", folder / "attacked.db")
        with Store.open(f"sqlite:///{folder}/attacked.db") as store:
            with store.engine.begin() as connection:
                attack(connection, number)
            faults = store.audit_events.verify().faults
        # a copy stands in the place of the event after it
        first = number + (name == "inserted")
        is_found = bool(faults) and faults[0].first == first
        found += is_found
        if not is_found:
            print(f"  {name} at {number}: {faults}")
    print(f"altered, removed, inserted, moved: {found} of {len(tries)} found with the number")
    return is_right and found == len(tries)


# --- cost


def _append_unchained(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append events as a log without salts, digests and a chain would."""
    plain = {"salt": "", "content": "", "chain": ""}
    connection.execute(insert(audit_events), [{"at": utc_text(), **row, **plain} for row in rows])


def measure_cost(rounds: int, folder: Path, dice: random.Random) -> bool:
    """Send checks and posts to one service, with the chain and without it in turns."""
    url = f"sqlite:///{folder}/hub.db"
    people = _people(3_000, 4)
    with Hub.open(url, _OPTIONS) as hub:
        hub.add(_intake(people))
    key = create_key(url, "gate", "Coast", ["check", "submit"])
    app = create_app(ServiceSettings(url, rate=10**9))
    service = app.extensions["resolver"]
    service.warm()
    client, headers = app.test_client(), {"Authorization": f"ApiKey {key}", "X-Purpose": "border"}
    names = [value.text for row in people for value in row.values if value.prop == "name"]
    chained, passed = audit._append, True

    def check(_: int) -> None:
        query = {"name": dice.choice(names)}
        assert client.get("/check", query_string=query, headers=headers).status_code == 200

    def post(number: int) -> None:
        body = {
            "id": f"p{number}",
            "datasets": ["gate"],
            "schema": "Person",
            "properties": {"name": [f"Posted {number} {dice.choice(names)}"]},
        }
        assert client.post("/records", json=body, headers=headers).status_code in (200, 201)

    try:
        for what, send, count in (("checks", check, 20), ("posts", post, 3)):
            times: dict[bool, list[float]] = {True: [], False: []}
            sent = 0
            for step in range(rounds):
                for has_chain in (True, False) if step % 2 else (False, True):
                    audit._append = chained if has_chain else _append_unchained
                    begun = time.process_time()
                    for _ in range(count):
                        sent += 1
                        send(sent)
                    service.audit_log.flush()
                    times[has_chain].append((time.process_time() - begun) / count)
            pairs = np.array(times[True]) - np.array(times[False])
            share = float(np.median(pairs) / np.median(times[False]))
            passed &= share <= _MOST_COST
            print(
                f"{what}: {1_000 * np.median(times[False]):.2f} ms without the chain, "
                f"{1_000 * np.median(pairs):+.3f} ms with it: {100 * share:+.1f} %"
            )
    finally:
        audit._append = chained
        service.close()
    return passed


# --- bytes


def _texts_of(records: Sequence[Record]) -> set[str]:
    texts = {row.id for row in records}
    for row in records:
        texts |= {value.text for value in row.values}
        texts |= {part.number for part in row.identifiers}
        texts |= {part.text for part in row.addresses}
    return {text for text in texts if len(text.encode()) >= _SHORT}


def _contents(folder: Path) -> list[tuple[str, bytes]]:
    """Return the bytes of all files, and of what is in compressed ones, in lower case."""
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        found.append((path.name, content.lower()))
        if content[:2] == b"\x1f\x8b":
            found.append((path.name, gzip.decompress(content).lower()))
        elif content[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(path) as archive:
                found += [(path.name, archive.read(name).lower()) for name in archive.namelist()]
    return found


def _count_found(folder: Path, texts: set[str]) -> int:
    """Return how often texts are found in the files of a folder, and print where."""
    found = [
        (name, text)
        for name, content in _contents(folder)
        for text in texts
        if text.lower().encode() in content
    ]
    for name, text in found[:5]:
        print(f"  {name}: {text!r}")
    return len(found)


def measure_bytes(count: int, folder: Path, dice: random.Random) -> bool:
    """Erase some records of a store that has used them in every way; count their values."""
    home, restored = folder / "home", folder / "restored"
    home.mkdir()
    restored.mkdir()
    url, people = f"sqlite:///{home}/hub.db", _people(1_500, 6)
    gone = dice.sample(people, count)
    rest = [row for row in people if row not in gone]
    # what other records state as well stays: values, and the ids to which they are related
    others = _texts_of(rest) | {
        text
        for row in rest
        for part in row.relations
        for text in (part.target_id, part.target_name)
    }
    texts = {
        text
        for text in _texts_of(gone)
        if not any(text.lower() in other.lower() for other in others)
    }
    with Hub.open(url, _OPTIONS) as hub:
        hub.add(_intake(people))
        jobs = jobs_folder(hub.store, None)
        moment = time.time()
        for number, row in enumerate(gone):
            other = dice.choice(people).id
            if other not in {part.id for part in gone}:
                at = datetime.fromtimestamp(moment + number, UTC)
                hub.decide([Decision(row.id, other, Verdict.DIFFERENT, "ada", at, "two men")])
            names = [value.text for value in row.values if value.prop == "name"][:1]
            query = {"properties": {"name": names}}
            file = {"file": f"{' '.join(names)}.pdf"}
            hub.store.audit_events.append(
                [
                    {**_ROW, "query": query, "answer": {"seen": [row.id]}},
                    {**_ROW, "query": file, "answer": {}, "purpose": f"case of {row.id}"},
                ]
            )
            (jobs / f"{number}").mkdir(parents=True)
            with gzip.open(jobs / f"{number}" / "result.csv.gz", "wt") as out:
                out.write(f"id,name\n{row.id},{' '.join(names)}\n")
        backup(hub.store, folder / "before.backup")
    print(f"before: {_count_found(home, texts):,} places with one of {len(texts):,} values")
    with Hub.open(url, _OPTIONS) as hub:
        ids = [row.id for row in gone]
        asked = ask_for_erasure(hub.store, ids, "order", who="ada", confirmed=True)
        result = erase(hub, asked, jobs_folder(hub.store, None))
        assert result.erasure.state is ErasureState.DONE, result.waits
        backup(hub.store, home / "after.backup")
        write_erasure_list(hub.store, folder / "erased.json")
        has_faults = bool(hub.store.audit_events.verify().faults)
    left = _count_found(home, texts)
    with Store.open(f"sqlite:///{restored}/hub.db") as store:
        restore(folder / "before.backup", store)
        apply_list(store, read_erasure_list(folder / "erased.json"), "ada")
    again = _count_found(restored, texts)
    print(f"erased {count} records: {left} places in store, index, jobs and a new backup;")
    print(f"{again} in a store restored from an earlier backup; faults of the log: {has_faults}")
    return not (left or again or has_faults)


# --- kills


def _in_child(work: Callable[[], object]) -> int:
    """Run a function in a fork, and return its process id. This process opens no store itself."""
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException as error:
        print(f"  {type(error).__name__}: {error}", flush=True)
        os._exit(1)


def _finish(work: Callable[[], object]) -> bool:
    return os.waitpid(_in_child(work), 0)[1] == 0


def measure_kills(count: int, folder: Path, dice: random.Random) -> bool:
    """Kill processes at random, and look at what they leave."""
    url = f"sqlite:///{folder}/hub.db"
    # an id that another record is related to would stay
    people = [replace(row, relations=()) for row in _people(2 * count, 9)]
    ids = [row.id for row in people]

    def fill() -> None:
        with Hub.open(url, _OPTIONS) as hub:
            hub.add(_intake(people))

    def erase_one(record_id: str) -> None:
        with Hub.open(url, _OPTIONS) as hub:
            with hub.store.view() as view:
                is_there = bool(view.numbers_of([record_id]))
            if is_there and not hub.store.erasures.list(ErasureState.RUNNING):
                ask_for_erasure(hub.store, [record_id], "order", who="ada", confirmed=True)
            erase_confirmed(hub)

    def check_erased(record_id: str) -> None:
        erase_one(record_id)
        with Hub.open(url, _OPTIONS) as hub:
            assert not hub.store.erasures.list(ErasureState.RUNNING), "an erasure is half done"
            assert not hub.store.audit_events.verify().faults, "the chain is broken"
            with hub.store.view() as view:
                left = set(view.numbers_of(ids))
        assert record_id not in left, "a record is there again"
        assert len(left) == len(ids) - len(erased) - 1, "another record is lost"
        # the ids tell whether anything of the record is anywhere
        needle = f'"{record_id}"'.encode()
        assert not any(needle in content for _, content in _contents(folder)), "bytes are left"

    log = folder / "acknowledged"

    def write_log() -> None:
        with Store.open(url) as store, log.open("ab", 0) as file:
            while True:
                mark = f"{time.monotonic_ns()}"
                store.audit_events.append([{**_ROW, "request_id": mark}] * 3)
                file.write(f"{mark}\n".encode())

    def check_log() -> None:
        with Store.open(url) as store:
            assert not store.audit_events.verify().faults, "the chain is broken"
            marks = [row.request_id for row in store.audit_events.list(limit=10**9)]
        counts = {mark: marks.count(mark) for mark in {*marks} if mark.isdigit()}
        assert set(counts.values()) <= {3}, "events are half written"
        stated = set(log.read_text().split()) if log.exists() else set()
        assert stated <= counts.keys(), "an acknowledged event is lost"

    def retain(year: int) -> None:
        with Store.open(url) as store:
            store.retention.set_rule(RetentionRule("", "", None, 1))
            for day in range(1, 10**6):
                at = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=3 * day)
                store.retention.propose(utc_text(at))
                store.audit_events.append([_ROW] * 3)
                store.audit_events.remove_before(utc_text(), {**_ROW, "query": {}})
                for row in store.erasures.list(ErasureState.ASKED):
                    store.erasures.refuse(row.id, "bea")

    def check_retention() -> None:
        with Store.open(url) as store:
            proof = store.audit_events.verify()
            assert not proof.faults, "the chain is broken"
            asked = [
                row for part in store.erasures.list(ErasureState.ASKED) for row in part.records
            ]
            assert len(asked) == len(set(asked)), "a record is proposed twice"
            for row in store.erasures.list(ErasureState.ASKED):
                store.erasures.refuse(row.id, "bea")
        log.unlink(missing_ok=True)

    assert _finish(fill)
    erased: list[str] = []
    wrong = dict.fromkeys(("erase", "audit", "retention"), 0)
    killed = dict(wrong)
    start = time.perf_counter()
    assert _finish(lambda: erase_one(ids[-1]))
    erased.append(ids[-1])
    seconds = {"erase": time.perf_counter() - start, "audit": 1.0, "retention": 1.5}
    for number in range(count):
        what = ("erase", "audit", "retention")[number % 3]
        record_id = people[number].id
        if what == "erase":
            work: Callable[[], object] = partial(erase_one, record_id)
            check: Callable[[], object] = partial(check_erased, record_id)
        elif what == "audit":
            work, check = write_log, check_log
        else:
            work, check = partial(retain, 2030 + number), check_retention
        child = _in_child(work)
        time.sleep(dice.uniform(0, 1.1 * seconds[what]))
        os.kill(child, signal.SIGKILL)
        killed[what] += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        wrong[what] += not _finish(check)
        if what == "erase":
            erased.append(record_id)
    for what, bad in wrong.items():
        print(f"{what}: {killed[what]} killed while at work, {bad} lost or half")
    return not any(wrong.values())


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the parts, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=("chain", "cost", "bytes", "kills"))
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--records", type=int, default=40)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    parts: Mapping[str, Callable[[Path, random.Random], bool]] = {
        "chain": lambda folder, dice: measure_chain(options.events, folder, dice),
        "bytes": lambda folder, dice: measure_bytes(options.records, folder, dice),
        "kills": lambda folder, dice: measure_kills(options.kills, folder, dice),
        "cost": lambda folder, dice: measure_cost(options.rounds, folder, dice),
    }
    passed = True
    for name, part in parts.items():
        if options.only in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                passed &= part(Path(folder), random.Random(options.seed))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
