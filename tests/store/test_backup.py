"""Backups of an older schema are restored and upgraded; those of a newer one are refused."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, func, select

from resolver.cli.app import run
from resolver.errors import StoreError
from resolver.hub.admin import load_status, restore_store
from resolver.records.decisions import Decision, Verdict
from resolver.records.prepared.population import KindCounts, KindPopulation, Population, ValueCounts
from resolver.store import (
    Commit,
    LinkRows,
    NewDecision,
    Store,
    UserRole,
    backup,
    database,
    restore,
)
from resolver.store.backup import read_backup_key
from resolver.store.schema import metadata
from tests.records.samples import record
from tests.store.test_store import ints, records_commit

pytestmark = pytest.mark.slow


OLDER_VERSIONS = ["0001", "0002", "0003", "0004", "0005", "0006", "0011", "0013", "0015"]
POPULATION = Population(
    {"person": KindPopulation(3, 520, 900)}, ValueCounts(KindCounts(3, {"ann": 3}))
)


def fill(store: Store) -> None:
    """Put rows into a store: records, a link, a decision, a user."""
    records = [record(f"s:{number}", name=f"Ann {number}") for number in (1, 2, 3)]
    links = LinkRows(ints(1), ints(3), ints(-200), np.array([0.45]), *[ints(1)] * 6)
    entities = {"new_entities": ["e-a", "e-b"], "new_members": (ints(1, 2, 3), ints(1, 1, 2))}
    model = {"plan": "S", "stamp": {"model": "m"}, "thresholds": {"review": 0.05}}
    store.commit(
        records_commit(0, records, new_links=links, **entities, **model, population=POPULATION)
    )
    when = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    decision = NewDecision(Decision("s:1", "s:3", Verdict.SAME, "kim", when, "a reason"), {"m": 1})
    store.commit(Commit(1, "decisions", decisions=[decision]))
    store.users.add("amira", UserRole.STEWARD, "", "seven quiet herons")


def lines_of(path: Path) -> list[Any]:
    """Return the lines of a backup without its seal, as older programs wrote it."""
    head, *rest = sealed_lines_of(path)
    head.pop("sealed", None)
    return [head, *(row for row in rest if not (isinstance(row, dict) and "seal" in row))]


def sealed_lines_of(path: Path) -> list[Any]:
    with gzip.open(path, "rb") as file:
        return [json.loads(line) for line in file]


def write_lines(path: Path, lines: list[Any]) -> Path:
    with gzip.open(path, "wb") as file:
        file.writelines(json.dumps(line).encode() + b"\n" for line in lines)
    return path


def columns_in(version: str, folder: Path) -> dict[str, list[str]]:
    """Return the columns of each table as a migration leaves them."""
    config = Config()
    migrations = Path(database.__file__).parent / "migrations"
    config.set_main_option("script_location", str(migrations))
    engine = create_engine(f"sqlite:///{folder}/schema-{version}.db")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        tables = MetaData()
        tables.reflect(connection)
    engine.dispose()
    return {
        name: [column.name for column in table.columns] for name, table in tables.tables.items()
    }


def as_older(complete: Path, version: str, folder: Path) -> Path:
    """Rewrite a backup with the tables and columns of an older schema version."""
    tables = columns_in(version, folder)
    head, *rest = lines_of(complete)
    lines: list[Any] = [{**head, "tables": version}]
    places: list[int] | None = None
    for row in rest:
        if isinstance(row, dict):
            kept_columns = tables.get(row["table"])
            places = None
            if kept_columns is not None:
                names = [name for name in row["columns"] if name in kept_columns]
                places = [row["columns"].index(name) for name in names]
                lines.append({"table": row["table"], "columns": names})
        elif places is not None:
            lines.append([row[place] for place in places])
    return write_lines(folder / f"{version}.backup", lines)


@pytest.fixture
def complete(tmp_path: Path) -> Path:
    """Return a backup of the current schema version."""
    with Store.open(f"sqlite:///{tmp_path}/first.db") as first:
        fill(first)
        backup(first, tmp_path / "complete.backup")
    return tmp_path / "complete.backup"


@pytest.fixture
def target(url: str) -> Iterator[Store]:
    """Return an empty store on either database."""
    with Store.open(url) as opened:
        yield opened


def has_current_schema(store: Store) -> bool:
    with store.engine.connect() as connection:
        return not compare_metadata(MigrationContext.configure(connection), metadata)


def test_backup_states_its_schema_version(complete: Path) -> None:
    head = lines_of(complete)[0]
    assert head == {
        "form": "watchlist-resolver backup 1",
        "tables": database.SCHEMA_VERSION,
        "version": 2,
    }


@pytest.mark.parametrize("version", OLDER_VERSIONS)
def test_older_backup_is_upgraded(
    version: str, complete: Path, target: Store, tmp_path: Path
) -> None:
    older = as_older(complete, version, tmp_path)
    assert lines_of(older) != lines_of(complete)
    assert restore(older, target, with_accounts=True) == 2
    assert has_current_schema(target)
    with target.view() as view:
        assert (view.revision, view.head.plan, view.head.stamp) == (2, "S", {"model": "m"})
        assert [stored.record.id for stored in view.records([1, 2, 3])] == ["s:1", "s:2", "s:3"]
        assert view.all_links().logodds.tolist() == [-200]
        (stored,) = view.decisions()
        assert (stored.decision.decided_by, stored.context, stored.decision.needs_two) == (
            "kim",
            {"m": 1},
            False,
        )
        assert [(source.name, source.keeper, source.required) for source in view.sources()] == [
            ("s", "", False)
        ]
        # populations exist since the seventh
        assert (view.population() is None) == (version < "0007")
    # users exist since the second schema version
    assert bool(target.users.list()) == (version >= "0002")


@pytest.mark.parametrize("version", ["0010", "0011", "0012", "0014", "0015"])
def test_a_backup_of_a_program_that_stated_an_older_version_is_restored(
    version: str, complete: Path, tmp_path: Path
) -> None:
    head, *rows = lines_of(as_older(complete, version, tmp_path))
    stated = write_lines(tmp_path / "stated.backup", [{**head, "tables": "0010"}, *rows])
    with Store.open(f"sqlite:///{tmp_path}/target.db") as target:
        assert restore(stated, target) == 2
        assert has_current_schema(target)
        with target.view() as view:
            assert view.head.id_secret
            # the version 0014 marks each link with what it rests on
            assert view.all_links().logodds.tolist() == [-200]


def test_the_newest_migration_is_the_schema_version() -> None:
    config = Config()
    migrations = Path(database.__file__).parent / "migrations"
    config.set_main_option("script_location", str(migrations))
    assert ScriptDirectory.from_config(config).get_current_head() == database.SCHEMA_VERSION


@pytest.mark.parametrize("version", OLDER_VERSIONS)
def test_upgraded_store_accepts_commits(
    version: str, complete: Path, target: Store, tmp_path: Path
) -> None:
    restore(as_older(complete, version, tmp_path), target)
    # rows numbered by the database, and a commit
    target.describe_source("t", create=True, title="T")
    decision = NewDecision(Decision("s:2", "s:3", Verdict.DIFFERENT, "kim"), {})
    assert target.commit(Commit(2, "decisions", decisions=[decision])) == 3
    again = tmp_path / "again.backup"
    backup(target, again)
    assert lines_of(again)[0]["tables"] == database.SCHEMA_VERSION
    with Store.open(f"sqlite:///{tmp_path}/again.db") as other:
        assert restore(again, other) == 3
        with other.view() as view:
            assert len(view.decisions()) == 2
            assert [source.name for source in view.sources()] == ["s", "t"]


@pytest.mark.parametrize("version", ["0002", database.SCHEMA_VERSION])
def test_truncated_backup_leaves_store_empty(
    version: str, complete: Path, target: Store, tmp_path: Path
) -> None:
    good = complete if version == database.SCHEMA_VERSION else as_older(complete, version, tmp_path)
    truncated = tmp_path / "truncated.backup"
    truncated.write_bytes(good.read_bytes()[:-30])
    with pytest.raises(StoreError, match="not a complete backup"):
        restore(truncated, target)
    assert has_current_schema(target)
    assert target.revision == 0
    assert restore(good, target) == 2


def test_truncated_backup_leaves_a_new_database_empty(
    complete: Path, url: str, tmp_path: Path
) -> None:
    truncated = tmp_path / "truncated.backup"
    truncated.write_bytes(complete.read_bytes()[:-30])
    with pytest.raises(StoreError, match="not a complete backup"):
        restore_store(truncated, url)
    with pytest.raises(StoreError, match="there is no"):
        Store.open(url, create=False)
    assert restore_store(complete, url) == 2
    with pytest.raises(StoreError, match="not empty"):
        restore_store(complete, url)
    assert load_status(url).revision == 2


def test_population_is_restored(complete: Path, target: Store) -> None:
    restore(complete, target)
    with target.view() as view:
        assert view.population() == (1, POPULATION)


@pytest.mark.parametrize("version", ["9999", "", None])
def test_newer_backup_is_refused(
    version: str | None, complete: Path, target: Store, tmp_path: Path
) -> None:
    head, *rest = lines_of(complete)
    newer = write_lines(tmp_path / "newer.backup", [{**head, "tables": version}, *rest])
    with pytest.raises(
        StoreError, match=f"schema version {version}, which this program does not know"
    ) as caught:
        restore(newer, target)
    assert "newer version" in caught.value.line()
    assert has_current_schema(target)
    with target.engine.connect() as connection:
        used = [table for table in metadata.sorted_tables if table.name != "meta"]
        assert not any(
            connection.execute(select(func.count()).select_from(table)).scalar() for table in used
        )


def test_refused_backup_leaves_no_file(
    complete: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head, *rest = lines_of(complete)
    newer = write_lines(tmp_path / "newer.backup", [{**head, "tables": "9999"}, *rest])
    assert run(["restore", str(newer), "--store", f"sqlite:///{tmp_path}/new.db"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert not list(tmp_path.glob("new.db*"))


def planted(lines: list[Any]) -> list[Any]:
    """Return lines with a planted API key."""
    start = next(place for place, row in enumerate(lines) if "api_keys" in str(row)[:40])
    columns = lines[start]["columns"]
    key = {"name": "eve", "agency": "", "scopes": "admin", "hash": "0" * 64, "created": "2026"}
    row = [7 if name == "number" else key.get(name) for name in columns]
    return [*lines[: start + 1], row, *lines[start + 1 :]]


def removed(lines: list[Any]) -> list[Any]:
    """Return lines without the last row of a table."""
    place = max(place for place, row in enumerate(lines) if isinstance(row, list))
    return [*lines[:place], *lines[place + 1 :]]


def changed(lines: list[Any]) -> list[Any]:
    """Return lines with another id of a record."""
    return json.loads(json.dumps(lines).replace("s:3", "s:4"))  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("attack", "reason"),
    [
        (planted, "the table api_keys has 1 rows, and had 0"),
        (removed, r"the table \w+ has 0 rows, and had 1"),
        (changed, "its rows were changed"),
        (lambda lines: lines[:-1], "not a complete backup"),
        (lambda lines: [*lines, ["more"]], "not a complete backup"),
    ],
)
def test_a_backup_that_was_changed_is_refused(
    attack: Callable[[list[Any]], list[Any]],
    reason: str,
    complete: Path,
    target: Store,
    tmp_path: Path,
) -> None:
    lines = attack(sealed_lines_of(complete))
    with pytest.raises(StoreError, match=reason):
        restore(write_compact(tmp_path / "changed.backup", lines), target, with_accounts=True)
    assert has_current_schema(target)
    assert target.revision == 0
    same = write_compact(tmp_path / "same.backup", sealed_lines_of(complete))
    assert restore(same, target) == 2


def write_compact(path: Path, lines: list[Any]) -> Path:
    with gzip.open(path, "wb") as file:
        file.writelines(orjson.dumps(line) + b"\n" for line in lines)
    return path


def test_only_a_key_tells_a_forged_backup(complete: Path, target: Store, tmp_path: Path) -> None:
    key, other = b"k" * 32, b"o" * 32
    with Store.open(f"sqlite:///{tmp_path}/first.db") as first:
        backup(first, tmp_path / "signed.backup", sign_key=key)
    # a digest can be made anew by anybody
    forged = [row for row in changed(sealed_lines_of(complete)) if "seal" not in row]
    state = hashlib.sha256(b"".join(orjson.dumps(row) + b"\n" for row in forged)).hexdigest()
    seal = {**sealed_lines_of(complete)[-1]["seal"], "sha256": state}
    write_compact(tmp_path / "forged.backup", [*forged, {"seal": seal}])
    for name, verify_key in (("forged", key), ("complete", key), ("signed", other)):
        with pytest.raises(StoreError, match="not signed"):
            restore(tmp_path / f"{name}.backup", target, verify_key=verify_key)
    older = write_lines(tmp_path / "older.backup", lines_of(complete))
    with pytest.raises(StoreError, match="not signed"):
        restore(older, target, verify_key=key)
    assert restore(tmp_path / "signed.backup", target, verify_key=key) == 2


def test_accounts_are_restored_on_request_only(
    complete: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    urls = [f"sqlite:///{tmp_path}/{name}.db" for name in ("without", "with")]
    assert run(["restore", str(complete), "--store", urls[0]]) == 0
    assert "users and receivers of notices are not restored" in capsys.readouterr().err
    assert run(["restore", str(complete), "--store", urls[1], "--with-accounts"]) == 0
    note = "note: records that were erased after the backup are back, unless you give --erasures"
    assert capsys.readouterr().err.splitlines() == [note]
    names = []
    for url in urls:
        with Store.open(url) as store:
            names.append([user.name for user in store.users.list()])
    assert names == [[], ["amira"]]


def test_a_backup_of_an_older_program_is_restored_with_a_note(
    complete: Path, target: Store, tmp_path: Path
) -> None:
    notes: list[str] = []
    older = write_lines(tmp_path / "older.backup", lines_of(complete))
    assert restore(older, target, warn=notes.append) == 2
    assert "has no digest" in notes[0]


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")
    for name in ("key", "absent"):
        with pytest.raises(StoreError, match="key"):
            read_backup_key(tmp_path / name)


def test_rows_before_any_table_are_refused(complete: Path, target: Store, tmp_path: Path) -> None:
    head, *rest = lines_of(complete)
    with pytest.raises(StoreError, match="not a complete backup"):
        restore(write_lines(tmp_path / "odd.backup", [head, [1, "a"], *rest]), target)
