"""`Client`: a method a door."""

from __future__ import annotations

import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Unpack

from resolver.client import models
from resolver.client.exceptions import BusyError, ServiceError
from resolver.client.models import (
    Adjacent,
    Changes,
    Dataset,
    Entity,
    Job,
    Matches,
    Posted,
    SearchPage,
    Withdrawn,
    made,
)
from resolver.client.options import MatchOptions, SearchOptions
from resolver.client.transport import Http, part, read_json

Result = Literal["report", "links", "entities", "rejects"]
Query = Mapping[str, Any]
_PAUSE = 1.0


class Client:
    """A service at an address. Safe to use from several threads; close it, or use it as a context manager.

    `key`: the API key; `purpose`: why you ask, for the service's log; `timeout`: seconds to wait for an answer;
    `repeats`: how often a call is repeated where the service is busy or cannot be reached; `ca_certs`: a file of
    certificates to trust. All methods raise `ServiceError`.
    """

    def __init__(
        self,
        address: str,
        key: str = "",
        *,
        purpose: str = "",
        timeout: float = 60.0,
        repeats: int = 5,
        ca_certs: str | None = None,
    ) -> None:
        self._http = Http(
            address, key, purpose, timeout=timeout, repeats=repeats, ca_certs=ca_certs
        )

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- looking up

    def check(
        self,
        *,
        schema: str | None = None,
        dataset: str = "default",
        options: MatchOptions | None = None,
        **properties: str | Sequence[str],
    ) -> Matches:
        """Who may this be? `properties` are FtM's: `name`, `birthDate`, `nationality` …; `options` the parameters of
        `/match`."""
        params = {"dataset": dataset, "schema": schema, **(options or {})}
        said = self._http.json(
            "GET", "/check", {**params, **{name: _several(one) for name, one in properties.items()}}
        )
        return models.matches(said, said)

    def match(
        self,
        queries: Mapping[str, Query],
        dataset: str = "default",
        **options: Unpack[MatchOptions],
    ) -> dict[str, Matches]:
        """The same for up to a hundred queries: key → `{"schema": …, "properties": {…}}`."""
        said = self._http.json(
            "POST", f"/match/{part(dataset)}", options, body={"queries": dict(queries)}
        )
        return {key: models.matches(one, said) for key, one in said["responses"].items()}

    def search(
        self, text: str, dataset: str = "default", **options: Unpack[SearchOptions]
    ) -> SearchPage:
        """Entities by a name or an id."""
        return models.search_page(
            self._http.json("GET", f"/search/{part(dataset)}", {"q": text, **options})
        )

    def entity(self, entity_id: str, *, nested: bool = True) -> Entity:
        """An entity, by its id, a retired one, or that of a record."""
        return made(
            Entity, self._http.json("GET", f"/entities/{part(entity_id)}", {"nested": nested})
        )

    def adjacent(self, entity_id: str, *, limit: int = 10, offset: int = 0) -> dict[str, Adjacent]:
        """What an entity is related to, by property."""
        params = {"limit": limit, "offset": offset}
        said = self._http.json("GET", f"/entities/{part(entity_id)}/adjacent", params)
        return {prop: models.adjacent(one) for prop, one in said["adjacent"].items()}

    def changes(self, since: int = 0, *, limit: int = 1000, skip: int = 0) -> Changes:
        """What became of entities after a version, but for the first `skip` changes. While the answer says `more`, ask
        again with its `until` and `skip`."""
        return models.changes(
            self._http.json("GET", "/changes", {"since": since, "limit": limit, "skip": skip})
        )

    def catalog(self) -> list[Dataset]:
        """The datasets there are."""
        return [made(Dataset, one) for one in self._http.json("GET", "/catalog")["datasets"]]

    def algorithms(self) -> dict[str, Any]:
        """How scores come about: the features and what each can add."""
        said: dict[str, Any] = self._http.json("GET", "/algorithms")
        return said

    def reconcile(
        self, queries: Mapping[str, Mapping[str, Any]], *, dataset: str = "default"
    ) -> dict[str, Any]:
        """Candidates for the cells of a table, as OpenRefine asks for them (its protocol 0.2): by the key of each query
        its `result`."""
        form = {"queries": json.dumps(queries, ensure_ascii=False)}
        said: dict[str, Any] = read_json(
            self._http.send("POST", f"/reconcile/{part(dataset)}", form=form)
        )
        return said

    def refresh(self) -> int:
        """Have the process that answers look for what has landed now; the version it answers from then. It takes the
        scope `admin`."""
        return int(self._http.json("POST", "/updatez")["version"])

    # --- submitting

    def submit(
        self,
        list_file: Path | bytes,
        *,
        name: str = "",
        mapping: str | bytes = b"",
        list_format: str = "",
        dry_run: bool = False,
        complete: bool = False,
        accept_large_change: bool = False,
        idempotency_key: str = "",
    ) -> Job:
        """Send a list for deduplication, a file or its bytes; `mapping` (YAML) tells how to read a table.
        `complete`: what the list's sources no longer hold is withdrawn; `accept_large_change`: it lands however much it
        changes, where it would be held. Raises `OSError` where the file cannot be read."""
        name = name or (list_file.name if isinstance(list_file, Path) else "batch")
        params = {"filename": name, "format": list_format or None, "dry_run": dry_run or None}
        params |= {"complete": complete or None, "accept_large_change": accept_large_change or None}
        headers = {"Idempotency-Key": idempotency_key or uuid.uuid4().hex}
        if mapping:
            data = list_file.read_bytes() if isinstance(list_file, Path) else list_file
            form = {"file": (name, data), "mapping": ("mapping.yml", mapping)}
            return made(
                Job,
                read_json(self._http.send("POST", "/batches", params, form=form, headers=headers)),
            )
        headers["Content-Type"] = "application/octet-stream"
        if isinstance(list_file, bytes):
            return made(
                Job,
                read_json(
                    self._http.send("POST", "/batches", params, body=list_file, headers=headers)
                ),
            )
        with list_file.open("rb") as file:
            headers["Content-Length"] = str(os.fstat(file.fileno()).st_size)
            return made(
                Job,
                read_json(self._http.send("POST", "/batches", params, body=file, headers=headers)),
            )

    def batch(self, job_id: str) -> Job:
        """Where a batch stands."""
        return made(Job, self._http.json("GET", f"/batches/{part(job_id)}"))

    def batches(self, *, limit: int = 100) -> list[Job]:
        """The batches of one's agency, the newest first."""
        return [
            made(Job, one)
            for one in self._http.json("GET", "/batches", {"limit": limit})["batches"]
        ]

    def cancel(self, job_id: str) -> Job:
        """Ask for a batch to stop before it lands."""
        return made(Job, self._http.json("POST", f"/batches/{part(job_id)}/cancel"))

    def accept(self, job_id: str) -> Job:
        """Let a batch that is held land, however much it changes."""
        return made(Job, self._http.json("POST", f"/batches/{part(job_id)}/accept"))

    def events(self, job_id: str) -> Iterator[Job]:
        """A batch whenever it moves on, until it is over. Where no stream can be had it is asked for now and then."""
        last = ""
        while True:
            try:
                headers = {"Accept": "text/event-stream", "Last-Event-ID": last}
                with self._http.send(
                    "GET", f"/batches/{part(job_id)}/events", headers=headers, stream=True
                ) as answer:
                    for identity, job in _told(answer):
                        last = identity
                        yield job
                        if job.over:
                            return
                    if answer.status == 204:
                        return
            except BusyError:
                job = self.batch(job_id)
                yield job
                if job.over:
                    return
                time.sleep(_PAUSE)

    def wait(self, job_id: str, *, seconds: float = 3600.0) -> Job:
        """A batch once it is over. Raises `ServiceError` where that takes longer than `seconds`."""
        until = time.monotonic() + seconds
        while True:
            job = self.batch(job_id)
            if job.over:
                return job
            if time.monotonic() > until:
                raise ServiceError(
                    f"the batch is still {job.state} after {seconds:g} seconds", where=job_id
                )
            time.sleep(min(_PAUSE, seconds / 10))

    def result(self, job_id: str, what: Result) -> bytes:
        """A file of a batch's results."""
        return self._http.send("GET", f"/batches/{part(job_id)}/{what}").data

    def save_result(self, job_id: str, what: Result, to: Path) -> None:
        """The same into a file, whatever its size. Raises `OSError` where it cannot be written."""
        path = f"/batches/{part(job_id)}/{what}"
        with self._http.send("GET", path, stream=True) as answer, to.open("wb") as file:
            shutil.copyfileobj(answer, file, 1 << 20)

    def post(
        self,
        source: str,
        native_id: str,
        schema: str,
        properties: Mapping[str, Sequence[str]],
        *,
        handling: str = "",
    ) -> Posted:
        """Add one record, or a new version of one; it is resolved and durable when this returns."""
        record = {
            "id": native_id,
            "datasets": [source],
            "schema": schema,
            "properties": dict(properties),
        }
        if handling:
            record["handling"] = handling
        return made(Posted, self._http.json("POST", "/records", body=record))

    def withdraw(self, source: str, native_id: str) -> Withdrawn:
        """Take one record back. Who is left of its entity is resolved anew; sending the record again undoes it."""
        return made(
            Withdrawn, self._http.json("DELETE", f"/records/{part(source)}/{part(native_id)}")
        )

    # --- the service itself

    def ready(self) -> bool:
        """Whether checks are answered, from lists that are as new as they must be."""
        try:
            self._http.json("GET", "/readyz", once=True)
        except BusyError:
            return False
        return True

    def openapi(self) -> dict[str, Any]:
        """The description of the service."""
        said: dict[str, Any] = self._http.json("GET", "/openapi.json")
        return said


def _several(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _told(lines: Any) -> Iterator[tuple[str, Job]]:
    """The events of a stream: their ids and what they tell."""
    said: dict[str, str] = {}
    for raw in lines:
        name, _, text = raw.decode().rstrip("\n").partition(": ")
        if text:
            said[name] = text
        elif not name and "data" in said:
            yield said.get("id", ""), made(Job, json.loads(said["data"]))
            said = {}
