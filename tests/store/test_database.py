"""Databases of a store: URLs, migrations, and databases that are refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text

from resolver.errors import StoreError
from resolver.store import Store, database
from resolver.store.database import write_transaction
from resolver.store.schema import metadata

pytestmark = pytest.mark.slow


def upgrade(url: str, version: str) -> Engine:
    """Create the tables of a version by its migrations."""
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    return engine


def test_migrations_produce_the_schema(url: str) -> None:
    engine = upgrade(url, "head")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
    # a store that was made by migrations is opened as it is
    Store.open(url, create=False).close()


def test_a_new_store_has_the_schema_and_its_version(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == database.SCHEMA_VERSION


def test_the_newest_migration_is_the_schema_of_the_program() -> None:
    # with another number, a store of an older schema would be opened without its upgrade
    folder = Path(database.__file__).parent / "migrations" / "versions"
    assert max(path.name[1:5] for path in folder.glob("v*.py")) == database.SCHEMA_VERSION


@pytest.mark.parametrize("version", [f"{number:04}" for number in range(1, 9)])
def test_older_schema_is_upgraded_with_its_rows(url: str, version: str) -> None:
    engine = upgrade(url, version)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO sources (name, deduplicated) VALUES ('s', false)"))
        columns = "source, landed, list_version, label, format, records, rejects"
        connection.execute(
            text(f"INSERT INTO list_versions ({columns}) VALUES (1, 1, 'v', 'l', 'f', 2, 0)")
        )
    engine.dispose()
    with (
        Store.open(url, create=False) as store,
        store.view() as view,
        store.engine.connect() as connection,
    ):
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert [(source.name, source.keeper, source.required) for source in view.sources()] == [
            ("s", "", False)
        ]
        assert connection.execute(text("SELECT source, label FROM list_versions")).all() == [
            (1, "l")
        ]


def test_decisions_of_before_refer_to_the_records_of_today(url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        connection.execute(
            text(
                "INSERT INTO meta (one, store_id, version, last_record, last_entity, plan, stamp,"
                " borders) VALUES (1, 'x', 3, 3, 0, '', '{}', '{}')"
            )
        )
        # of alpha:1 a version that ended, the present one, and one of a commit that never ended
        for number, record_id, valid_from, valid_to in (
            (1, "alpha:1", 1, 2),
            (2, "alpha:1", 2, None),
            (3, "beta:1", 1, 3),
            (4, "alpha:1", 4, None),
        ):
            connection.execute(
                text(
                    "INSERT INTO records (number, record_id, source, kind, schema, content, hash,"
                    " valid_from, valid_to) VALUES (:number, :id, 1, 1, 'Person', '[]', :hash,"
                    " :valid_from, :valid_to)"
                ),
                {
                    "number": number,
                    "id": record_id,
                    "hash": b"0",
                    "valid_from": valid_from,
                    "valid_to": valid_to,
                },
            )
        for right in ("beta:1", "gamma:1"):
            connection.execute(
                text(
                    "INSERT INTO decisions (landed, left_id, right_id, verdict, unlawful, who,"
                    " decided, why, seen, digest, needs_two) VALUES (1, 'alpha:1', :right, 'same',"
                    " false, 'kim', '', '', '{}', :right, false)"
                ),
                {"right": right},
            )
    engine.dispose()
    with Store.open(url, create=False) as store, store.view() as view:
        log = view.decisions()
        versions = {stored.decision.right_id: stored.versions for stored in log}
        assert versions == {"beta:1": (2, 3), "gamma:1": (2, None)}
        assert len({stored.id for stored in log}) == 2
        assert all(re.fullmatch("d-[0-9a-f]{16}", stored.id) for stored in log)
        assert [view.decision_by_id(stored.id) for stored in log] == log


@pytest.mark.parametrize("version", ["0005", "0008"])
def test_queue_of_an_older_form_is_built_again(url: str, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        connection.execute(text("INSERT INTO desk (one, consulted) VALUES (1, 7)"))
    engine.dispose()
    with Store.open(url, create=False) as store:
        with store.view() as view:
            assert store.queue.is_behind(view.connection)
        with store.queue.begin_update(100) as update:
            assert update.records is None
        with store.view() as view:
            assert not store.queue.is_behind(view.connection)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "is not the URL of a store"),
        ("mysql://host/name", "SQLite or PostgreSQL"),
        ("sqlite://", "in memory"),
        ("sqlite:////absent/folder/store.db", "folder"),
    ],
)
def test_invalid_urls_are_refused(url: str, message: str) -> None:
    with pytest.raises(StoreError, match=message):
        Store.open(url)


def test_missing_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such store"):
        Store.open(f"sqlite:///{tmp_path}/absent.db", create=False)
    (tmp_path / "text.db").write_text("this is no database, whatever its name says" * 50)
    with pytest.raises(StoreError, match="database reports"):
        Store.open(f"sqlite:///{tmp_path}/text.db")


def test_foreign_database_is_refused(store: Store, url: str) -> None:
    with write_transaction(store.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="9999"):
        Store.open(url)
    with write_transaction(store.engine) as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(StoreError, match="other tables"):
        Store.open(url)
