"""Service over a store of its own and a worker, for tests of batches and records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from resolver.api import ServiceSettings, create_app
from resolver.api.service import Service
from resolver.cli.operate.worker import run_batch_job
from resolver.hub.hub import Hub
from resolver.hub.job_worker import Job, run_next_job
from tests.api.conftest import RECORDS, Client
from tests.hub.hubs import OPTIONS, make_intake

LINES = "".join(
    json.dumps(
        {
            "id": f"n{number}",
            "schema": "Person",
            "datasets": ["port"],
            "properties": {"name": [name]},
        }
    )
    + "\n"
    for number, name in enumerate(["Pavel Novotny", "Novotny, Pavel", "Ann Lee"])
).encode()


TABLE = b"nr,who,born\n1,Pavel Novotny,1965-02-03\n"


MAPPING = b"id: nr\nkind: person\nsource: yard\nproperties: {name: who, birthDate: born}\n"


@pytest.fixture
def service(tmp_path: Path, app: Flask) -> Iterator[Service]:
    """Yield a service over a store of its own."""
    url = f"sqlite:///{tmp_path}/hub.db"
    with Hub.open(url, OPTIONS) as hub:
        hub.add(make_intake(RECORDS))
    app_over_store = create_app(ServiceSettings(url, max_upload=20_000))
    running: Service = app_over_store.extensions["resolver"]
    running.warm()
    running.client = app_over_store.test_client()  # type: ignore[attr-defined]
    yield running
    running.close()


def client_of(service: Service) -> Client:
    return service.client  # type: ignore[attr-defined]


def fetched(client: Client, path: str) -> tuple[int, str]:
    """Status and text of an answer that is a file."""
    with client.get(path) as answer:
        return answer.status_code, answer.get_data(as_text=True)


def work(service: Service) -> Job | None:
    with Hub.open(service.settings.store_url, OPTIONS) as hub:
        return run_next_job(hub, service.jobs_dir, run_batch_job)
