"""Artifacts of an older version, and facts of a store that was opened, upgraded or restored.

All facts are read through the command line and HTTP, so that they apply to every version.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import sqlite3
import tarfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from benchmarks.baseline.digests import export_lines
from benchmarks.baseline.processes import NO_SETTINGS, request, run_resolver, serve_store
from resolver.matching.scoring.terms import Thresholds
from resolver.records.packing import FIELD_NAMES, join_fields

DATA = Path(__file__).resolve().parent / "data"
EXPECTED = "expected.json"
LISTS, MODEL, SERVICE = "lists.tar.gz", "model.tar.gz", "service.tar.gz"
SQLITE, POSTGRES, BACKUP = "sqlite.db.gz", "postgres.sql.gz", "store.backup"
DECISIONS, JUDGED, BATCH = "decisions.csv", "judged.csv", "batch.ftm.json"
FIRST_LISTS = 5
"""Number of lists (sorted by name) in an older store; the others follow after the upgrade."""


def read_expected() -> dict[str, Any]:
    """Return the facts recorded by the version that made the artifacts."""
    content: dict[str, Any] = json.loads((DATA / EXPECTED).read_text("utf-8"))
    return content


def unpack(name: str, folder: Path) -> None:
    """Unpack an archive of the artifacts into a folder."""
    with tarfile.open(DATA / name) as archive:
        archive.extractall(folder, filter="data")


def pack(path: Path, folder: Path, names: Sequence[str]) -> None:
    """Pack files and folders of `folder` into a compressed archive."""

    def without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        return member

    with tarfile.open(path, "w:gz", compresslevel=9) as archive:
        for name in names:
            archive.add(folder / name, name, filter=without_owner)


def gunzip(name: str, path: Path) -> Path:
    """Write a compressed artifact uncompressed; return its path."""
    path.write_bytes(gzip.decompress((DATA / name).read_bytes()))
    return path


def lists_in(folder: Path) -> list[Path]:
    """Return the lists in a folder, sorted by name."""
    return sorted(path for path in folder.iterdir() if ".mapping." not in path.name)


def digest(content: bytes | str) -> str:
    """Return the SHA-256 digest of bytes or of a text."""
    data = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()


def file_digests(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """Return the digests of some files of a folder."""
    return {name: digest((folder / name).read_bytes()) for name in names}


def check_answers(address: str, queries: Sequence[Mapping[str, Any]], key: str = "") -> list[Any]:
    """Return the results of each query, best first: id, score, match and referents."""
    body = {"queries": {str(number): query for number, query in enumerate(queries)}}
    status, answer = request(f"{address}/match/default", body, key)
    assert status == 200, answer
    return [
        [
            [result["id"], result["score"], result["match"], result["referents"]]
            for result in response["results"]
        ]
        for response in answer["responses"].values()
    ]


def export_digests(
    url: str, folder: Path, settings: Mapping[str, str] = NO_SETTINGS
) -> dict[str, str]:
    """Return the digests of both exports of a store."""
    canonical, full = folder / "canonical.jsonl", folder / "export.jsonl"
    words = ("export", "--store", url)
    run_resolver(*words, "--canonical", "--out", canonical, settings=settings)
    run_resolver(*words, "--out", full, settings=settings)
    texts = {"canonical": canonical.read_text("utf-8"), "full": export_lines(full)}
    return {name: digest(_as_before(text)) for name, text in texts.items()}


def _as_before(export: str) -> str:
    """Return an export as the version that made the artifacts wrote it.

    Links have had the scores of their records and a basis since, and their band says what was
    decided on; before, it was that of the score of the records.
    """
    lines = export.splitlines(keepends=True)
    for place, line in enumerate(lines):
        if line.startswith('{"entity"'):
            lines[place] = _with_packed_values(line)
        if not line.startswith('{"link"'):
            continue
        row = json.loads(line)
        basis, score = row.pop("basis"), row.pop("record_score")
        is_match = basis == "contradiction" or score >= Thresholds().match
        row["band"] = "match" if is_match else "review"
        is_spaced = line.startswith('{"link": ')
        lines[place] = json.dumps(row, separators=None if is_spaced else (",", ":")) + "\n"
    return "".join(lines)


def _with_packed_values(line: str) -> str:
    """Return an entity with the fields of a value in one text, without their names."""
    row = json.loads(line)
    for prop, values in row["properties"].items():
        for value in values:
            if fields := value.pop("fields", None):
                names = FIELD_NAMES.get(prop, FIELD_NAMES["passportNumber"])
                packed = join_fields(*(fields.get(name, "") for name in names))
                value["value"] = packed
    is_spaced = line.startswith('{"entity": ')
    separators = None if is_spaced else (",", ":")
    return json.dumps(row, ensure_ascii=is_spaced, separators=separators) + "\n"


def status(url: str) -> dict[str, Any]:
    """Return the counts of a store, and those of its sources by name."""
    content = json.loads(run_resolver("status", "--store", url, "--json"))
    counts = {name: content[name] for name in ("records", "entities", "waiting", "plan")}
    return {
        **counts,
        "sources": {result["name"]: result["records"] for result in content["sources"]},
    }


def store_facts(
    url: str,
    folder: Path,
    queries: Sequence[Mapping[str, Any]],
    *,
    key: str = "",
    settings: Mapping[str, str] = NO_SETTINGS,
) -> dict[str, Any]:
    """Return the facts of a store: counts, digests of its exports, answers to checks."""
    facts = {"status": status(url), "exports": export_digests(url, folder, settings)}
    with serve_store(url, "--jobs", folder / "jobs", settings=settings) as service:
        return {**facts, "answers": check_answers(service.address, queries, key)}


def batch_facts(address: str, job: str) -> dict[str, Any]:
    """Return the state of a batch and the digests of its results over HTTP."""
    code, content = request(f"{address}/batches/{job}")
    assert code == 200, content
    results = {}
    for name in ("links", "entities", "rejects"):
        with urllib.request.urlopen(f"{address}/batches/{job}/{name}", timeout=60) as answer:
            results[name] = digest(answer.read())
    return {"state": content["state"], "results": results}


# --- Databases, read without the program, since tables and columns may be renamed


def database_rows(path: Path) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of all tables of a SQLite file."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (name,) in tables.fetchall():
            yield from connection.execute(f'SELECT * FROM "{name}"')


def rows_with(path: Path, values: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return the rows of all tables of a SQLite file that contain one of some texts."""
    texts = set(values)
    return [
        row
        for row in database_rows(path)
        if texts & {value for value in row if isinstance(value, str)}
    ]


def load_sql(server: str, name: str, script: str) -> str:
    """Make a database on a PostgreSQL server and run a script in it; return its URL."""
    # an extra that may not be installed
    import psycopg

    url = make_url(server)
    host, user = str(url.query["host"]), url.username
    with psycopg.connect(dbname=url.database, host=host, user=user, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    if script:
        with psycopg.connect(dbname=name, host=host, user=user, autocommit=True) as connection:
            connection.execute(script.encode())
    return url.set(database=name).render_as_string()
