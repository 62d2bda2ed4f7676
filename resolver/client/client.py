"""HTTP client of the service: one method of `Client` per endpoint."""

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
    BatchJob,
    Changes,
    Dataset,
    Entity,
    Matches,
    PostedRecord,
    SearchPage,
    WithdrawnRecord,
    parse_object,
)
from resolver.client.options import MatchOptions, SearchOptions, SubmitOptions, batch_params
from resolver.client.transport import (
    POLL_SECONDS,
    Body,
    HttpTransport,
    Params,
    quote_segment,
    read_json,
)

Result = Literal["report", "links", "entities", "rejects"]
Query = Mapping[str, Any]


class Client:
    """Client of one service. Thread-safe; close it, or use it as a context manager.

    `key`: API key. `purpose`: purpose of access, recorded in the service's audit log. `timeout`:
    seconds to wait for an answer. `repeats`: retries if the service is busy or unreachable.
    `ca_certs`: file of CA certificates to trust. All methods raise `ServiceError`.
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
        self._http = HttpTransport(
            address, key, purpose, timeout=timeout, repeats=repeats, ca_certs=ca_certs
        )

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- queries

    def check(
        self,
        /,
        *,
        schema: str | None = None,
        dataset: str = "default",
        options: MatchOptions | None = None,
        **properties: str | Sequence[str],
    ) -> Matches:
        """Find the listed entities that a person, group or vessel may be.

        `properties` are FollowTheMoney properties: `name`, `birthDate`, `nationality` …; `options`
        are the parameters of `/match`.
        """
        params = {"dataset": dataset, "schema": schema, **(options or {})}
        response = self._http.json(
            "GET",
            "/check",
            {**params, **{name: _as_list(value) for name, value in properties.items()}},
        )
        return models.parse_matches(response, response)

    def match(
        self,
        queries: Mapping[str, Query],
        dataset: str = "default",
        **options: Unpack[MatchOptions],
    ) -> dict[str, Matches]:
        """Check up to a hundred queries at once.

        `queries`: key → `{"schema": …, "properties": {…}}`. Returns the matches by these keys.
        """
        path, body = f"/match/{quote_segment(dataset)}", {"queries": dict(queries)}
        headers = {"Accept-Encoding": "gzip"}
        response = self._http.json("POST", path, options, body=body, headers=headers)
        return {
            key: models.parse_matches(payload, response)
            for key, payload in response["responses"].items()
        }

    def search(
        self, text: str, dataset: str = "default", **options: Unpack[SearchOptions]
    ) -> SearchPage:
        """Search entities by a name or an id."""
        return models.parse_search_page(
            self._http.json("GET", f"/search/{quote_segment(dataset)}", {"q": text, **options})
        )

    def entity(self, entity_id: str, *, nested: bool = True) -> Entity:
        """Return an entity by its id, a retired id, or the id of one of its records."""
        return parse_object(
            Entity,
            self._http.json("GET", f"/entities/{quote_segment(entity_id)}", {"nested": nested}),
        )

    def adjacent(self, entity_id: str, *, limit: int = 10, offset: int = 0) -> dict[str, Adjacent]:
        """Return the entities related to an entity, per property."""
        params = {"limit": limit, "offset": offset}
        response = self._http.json("GET", f"/entities/{quote_segment(entity_id)}/adjacent", params)
        return {
            prop: models.parse_adjacent(payload) for prop, payload in response["adjacent"].items()
        }

    def changes(self, since: int = 0, *, limit: int = 1000, skip: int = 0) -> Changes:
        """Return the changes of entities after revision `since`, without the first `skip` of them.

        While the answer has `more`, call again with its `until` and `skip`.
        """
        return models.parse_changes(
            self._http.json("GET", "/changes", {"since": since, "limit": limit, "skip": skip})
        )

    def catalog(self) -> list[Dataset]:
        """Return the datasets of the service."""
        return [
            parse_object(Dataset, payload)
            for payload in self._http.json("GET", "/catalog")["datasets"]
        ]

    def algorithms(self) -> dict[str, Any]:
        """Return the scoring features and the weight that each can add."""
        description: dict[str, Any] = self._http.json("GET", "/algorithms")
        return description

    def reconcile(
        self, queries: Mapping[str, Mapping[str, Any]], *, dataset: str = "default"
    ) -> dict[str, Any]:
        """Return candidates for the cells of a table (OpenRefine reconciliation API 0.2).

        The answer has, for the key of each query, its `result`.
        """
        form = {"queries": json.dumps(queries, ensure_ascii=False)}
        results: dict[str, Any] = read_json(
            self._http.send("POST", f"/reconcile/{quote_segment(dataset)}", body=form)
        )
        return results

    def refresh(self) -> int:
        """Make the process that answers load what has been committed; return its revision.

        Needs a key with the scope `admin`.
        """
        return int(self._http.json("POST", "/updatez")["version"])

    # --- batches and records

    def submit(
        self,
        list_file: Path | bytes,
        *,
        name: str = "",
        mapping: str | bytes = b"",
        idempotency_key: str = "",
        **options: Unpack[SubmitOptions],
    ) -> BatchJob:
        """Submit a list for deduplication: a file, or its bytes.

        `mapping` (YAML) describes the columns of a table. `complete`: records of the list's sources
        that are not in the file are withdrawn. `accept_large_change`: the batch is committed even
        if it changes so much that it would be held. A repeated `idempotency_key` returns the job of
        the first call. Raises `OSError` if the file cannot be read.
        """
        name = name or (list_file.name if isinstance(list_file, Path) else "batch")
        params = {"filename": name, **batch_params(options)}
        headers = {"Idempotency-Key": idempotency_key or uuid.uuid4().hex}
        if mapping:
            data = list_file.read_bytes() if isinstance(list_file, Path) else list_file
            form = {"file": (name, data), "mapping": ("mapping.yml", mapping)}
            return self._post_batch(params, form, headers)
        headers["Content-Type"] = "application/octet-stream"
        if isinstance(list_file, bytes):
            return self._post_batch(params, list_file, headers)
        with list_file.open("rb") as file:
            headers["Content-Length"] = str(os.fstat(file.fileno()).st_size)
            return self._post_batch(params, file, headers)

    def _post_batch(self, params: Params, body: Body, headers: Mapping[str, str]) -> BatchJob:
        answer = self._http.send("POST", "/batches", params, body=body, headers=headers)
        return parse_object(BatchJob, read_json(answer))

    def batch(self, job_id: str) -> BatchJob:
        """Return the state of a batch."""
        return parse_object(BatchJob, self._http.json("GET", f"/batches/{quote_segment(job_id)}"))

    def batches(self, *, limit: int = 100) -> list[BatchJob]:
        """Return the batches of the caller's agency, newest first."""
        return [
            parse_object(BatchJob, payload)
            for payload in self._http.json("GET", "/batches", {"limit": limit})["batches"]
        ]

    def cancel(self, job_id: str) -> BatchJob:
        """Request that a batch stops before it is committed."""
        return parse_object(
            BatchJob, self._http.json("POST", f"/batches/{quote_segment(job_id)}/cancel")
        )

    def accept(self, job_id: str) -> BatchJob:
        """Let a held batch be committed, however much it changes."""
        return parse_object(
            BatchJob, self._http.json("POST", f"/batches/{quote_segment(job_id)}/accept")
        )

    def events(self, job_id: str) -> Iterator[BatchJob]:
        """Yield a batch at each of its state changes until it is finished.

        Polls if the service offers no event stream.
        """
        last_id = ""
        while True:
            try:
                headers = {"Accept": "text/event-stream", "Last-Event-ID": last_id}
                with self._http.send(
                    "GET", f"/batches/{quote_segment(job_id)}/events", headers=headers, stream=True
                ) as answer:
                    for event_id, job in models.parse_events(answer):
                        last_id = event_id
                        yield job
                        if job.is_finished:
                            return
                    if answer.status == 204:
                        return
            except BusyError:
                job = self.batch(job_id)
                yield job
                if job.is_finished:
                    return
                time.sleep(POLL_SECONDS)

    def wait(self, job_id: str, *, seconds: float = 3600.0) -> BatchJob:
        """Return a batch once it is finished. Raises `ServiceError` after `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            job = self.batch(job_id)
            if job.is_finished:
                return job
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"the batch is still {job.state} after {seconds:g} seconds", place=job_id
                )
            time.sleep(min(POLL_SECONDS, seconds / 10))

    def result(self, job_id: str, what: Result) -> bytes:
        """Return a result file of a batch as bytes."""
        return self._http.send("GET", f"/batches/{quote_segment(job_id)}/{what}").data

    def save_result(self, job_id: str, what: Result, to: Path) -> None:
        """Write a result file of a batch to `to`, streamed. Raises `OSError` if it cannot be
        written.
        """
        path = f"/batches/{quote_segment(job_id)}/{what}"
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
        accept_large_change: bool = False,
    ) -> PostedRecord:
        """Add one record, or a new version of one. It is resolved and durable on return.

        `accept_large_change`: even if the id now names another person (else `ConflictError`).
        """
        record = {
            "id": native_id,
            "datasets": [source],
            "schema": schema,
            "properties": dict(properties),
        }
        if handling:
            record["handling"] = handling
        params = {"accept_large_change": accept_large_change or None}
        return parse_object(PostedRecord, self._http.json("POST", "/records", params, body=record))

    def withdraw(self, source: str, native_id: str) -> WithdrawnRecord:
        """Withdraw one record. Its entity is resolved again without it; posting the record undoes
        this.
        """
        return parse_object(
            WithdrawnRecord,
            self._http.json(
                "DELETE", f"/records/{quote_segment(source)}/{quote_segment(native_id)}"
            ),
        )

    # --- service

    def ready(self) -> bool:
        """Return True if the service answers checks from sufficiently recent lists."""
        try:
            self._http.json("GET", "/readyz", retry=False)
        except BusyError:
            return False
        return True

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI description of the service."""
        document: dict[str, Any] = self._http.json("GET", "/openapi.json")
        return document


def _as_list(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
