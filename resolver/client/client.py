"""HTTP client of the service: one method of `Client` per endpoint.

The first classes are the query parameters of the endpoints, as the OpenAPI description states them.
`AsyncClient`, at the end, is for programs that run on `asyncio`. It has the methods of `Client`,
and runs each in a thread, with the same requests, retries, errors and answers. A request waits for
the network and holds no lock, so a few threads carry hundreds of requests a second, and no further
HTTP library is needed.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from pathlib import Path
from typing import Any, Concatenate, Literal, ParamSpec, TypedDict, TypeVar, Unpack

from resolver.client import models, transport
from resolver.client.models import (
    Adjacent,
    BatchJob,
    BusyError,
    Changes,
    ContactRequest,
    Dataset,
    DecisionResult,
    Entity,
    ErasureRequest,
    JudgedHit,
    LinkSummary,
    Matches,
    NoticePage,
    PostedRecord,
    QueuedPair,
    SearchPage,
    ServiceError,
    SubjectHit,
    SubscriptionRow,
    WatchSummary,
    WithdrawnRecord,
    parse_object,
)

Texts = str | Sequence[str]


class MatchOptions(TypedDict, total=False):
    """Options of `match` and `check`.

    `match` is true for results from `threshold` on. The answer has results down to `cutoff`, at
    most `limit` of them. The other options exclude entities. `explain=False` leaves out the
    evidence of each feature. `changed_since`: a day, such as 2026-03-01.
    """

    threshold: float
    cutoff: float
    limit: int
    include_dataset: Texts
    exclude_dataset: Texts
    exclude_schema: Texts
    exclude_entity_ids: Texts
    topics: Texts
    changed_since: str
    algorithm: str
    fuzzy: bool
    explain: bool


class SubmitOptions(TypedDict, total=False):
    """Options of `submit` that go to the service as parameters.

    `list_format`: name of the format, guessed from the content if absent. `dry_run`: nothing is
    committed. `complete`: the list holds all records of its source, so records that it no longer
    holds are withdrawn. `accept_large_change`: commit the list even if a large change would hold
    it. `source`: name of the source of tables without a mapping; by default the name of the file.
    `encoding`: encoding of text, such as `windows-1251`; by default the file decides.
    """

    list_format: str
    source: str
    encoding: str
    dry_run: bool
    complete: bool
    accept_large_change: bool


def batch_params(options: SubmitOptions) -> dict[str, object]:
    """Return the query parameters of `POST /batches`; options that are off are not sent.

    Raises `TypeError` for an unknown option, as a call with an unknown keyword does.
    """
    unknown = sorted(set(options) - set(SubmitOptions.__annotations__))
    if unknown:
        raise TypeError(f"submit() has no option {unknown[0]!r}")
    return {
        "format": options.get("list_format") or None,
        "source": options.get("source") or None,
        "encoding": options.get("encoding") or None,
        "dry_run": options.get("dry_run") or None,
        "complete": options.get("complete") or None,
        "accept_large_change": options.get("accept_large_change") or None,
    }


class SearchOptions(TypedDict, total=False):
    """Options of `search`.

    `sort`: `score`, `caption`, `schema`, `id` or `properties.X`, with `:asc` or `:desc`.
    """

    schema: str
    countries: Texts
    topics: Texts
    datasets: Texts
    include_dataset: Texts
    exclude_dataset: Texts
    exclude_schema: Texts
    changed_since: str
    sort: Texts
    facets: Texts
    filter: Texts
    filter_op: str
    limit: int
    offset: int


Result = Literal["report", "links", "entities", "rejects"]
ScreeningFile = Literal["hits", "evidence", "report", "contacts", "rejects"]
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
        self._http = transport.HttpTransport(
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

        `properties` are FollowTheMoney properties: `name`, `gender`, `country` …; `options`
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

        `queries`: key → `{"schema": …, "properties": {…}}`. Returns the matches by the same keys.
        """
        path, body = f"/match/{transport.quote_segment(dataset)}", {"queries": dict(queries)}
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
            self._http.json(
                "GET", f"/search/{transport.quote_segment(dataset)}", {"q": text, **options}
            )
        )

    def entity(self, entity_id: str, *, nested: bool = True) -> Entity:
        """Return an entity by its id, a retired id, or the id of one of its records."""
        return parse_object(
            Entity,
            self._http.json(
                "GET", f"/entities/{transport.quote_segment(entity_id)}", {"nested": nested}
            ),
        )

    def adjacent(self, entity_id: str, *, limit: int = 10, offset: int = 0) -> dict[str, Adjacent]:
        """Return the entities related to an entity, per property."""
        params = {"limit": limit, "offset": offset}
        response = self._http.json(
            "GET", f"/entities/{transport.quote_segment(entity_id)}/adjacent", params
        )
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

        The answer has the `result` of each query, by the key of the query.
        """
        form = {"queries": json.dumps(queries, ensure_ascii=False)}
        results: dict[str, Any] = transport.read_json(
            self._http.send("POST", f"/reconcile/{transport.quote_segment(dataset)}", body=form)
        )
        return results

    def refresh(self) -> int:
        """Make the process that answers load all commits; return the revision that it then has.

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
        return self._upload(
            "/batches", list_file, name, mapping, idempotency_key, batch_params(options)
        )

    def _upload(
        self,
        path: str,
        list_file: Path | bytes,
        name: str,
        mapping: str | bytes,
        idempotency_key: str,
        params: transport.Params,
    ) -> BatchJob:
        """Send a list to an endpoint that creates a job."""
        name = name or (list_file.name if isinstance(list_file, Path) else "batch")
        params = {"filename": name, **params}
        headers = {"Idempotency-Key": idempotency_key or uuid.uuid4().hex}
        if mapping:
            data = list_file.read_bytes() if isinstance(list_file, Path) else list_file
            form = {"file": (name, data), "mapping": ("mapping.yml", mapping)}
            return self._post_job(path, params, form, headers)
        headers["Content-Type"] = "application/octet-stream"
        if isinstance(list_file, bytes):
            return self._post_job(path, params, list_file, headers)
        with list_file.open("rb") as file:
            headers["Content-Length"] = str(os.fstat(file.fileno()).st_size)
            return self._post_job(path, params, file, headers)

    def _post_job(
        self, path: str, params: transport.Params, body: transport.Body, headers: Mapping[str, str]
    ) -> BatchJob:
        answer = self._http.send("POST", path, params, body=body, headers=headers)
        return parse_object(BatchJob, transport.read_json(answer))

    def batch(self, job_id: str) -> BatchJob:
        """Return the state of a batch."""
        return parse_object(
            BatchJob, self._http.json("GET", f"/batches/{transport.quote_segment(job_id)}")
        )

    def batches(self, *, limit: int = 100) -> list[BatchJob]:
        """Return the batches of the caller's agency, newest first."""
        return [
            parse_object(BatchJob, payload)
            for payload in self._http.json("GET", "/batches", {"limit": limit})["batches"]
        ]

    def cancel(self, job_id: str) -> BatchJob:
        """Request that a batch stops before it is committed."""
        return parse_object(
            BatchJob, self._http.json("POST", f"/batches/{transport.quote_segment(job_id)}/cancel")
        )

    def accept(self, job_id: str) -> BatchJob:
        """Let a held batch be committed, even if it changes much."""
        return parse_object(
            BatchJob, self._http.json("POST", f"/batches/{transport.quote_segment(job_id)}/accept")
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
                    "GET",
                    f"/batches/{transport.quote_segment(job_id)}/events",
                    headers=headers,
                    stream=True,
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
                time.sleep(transport.POLL_SECONDS)

    def wait(self, job_id: str, *, seconds: float = 3600.0) -> BatchJob:
        """Return a batch once it is finished. Raises `ServiceError` after `seconds`."""
        return _wait_for(self.batch, job_id, seconds)

    def result(self, job_id: str, what: Result) -> bytes:
        """Return a result file of a batch as bytes."""
        return self._http.send("GET", f"/batches/{transport.quote_segment(job_id)}/{what}").data

    def save_result(self, job_id: str, what: Result, to: Path) -> None:
        """Write a result file of a batch to `to`, streamed. Raises `OSError` if it cannot be
        written.
        """
        path = f"/batches/{transport.quote_segment(job_id)}/{what}"
        with self._http.send("GET", path, stream=True) as answer, to.open("wb") as file:
            shutil.copyfileobj(answer, file, 1 << 20)

    # --- screenings

    def screen(
        self,
        list_file: Path | bytes,
        *,
        name: str = "",
        mapping: str | bytes = b"",
        list_format: str = "",
        idempotency_key: str = "",
    ) -> BatchJob:
        """Submit a list of subjects, a file or its bytes, to compare them with the store.

        The subjects never enter the store. `mapping` and `idempotency_key` are as in `submit`.
        Raises `OSError` if the file cannot be read.
        """
        params = {"format": list_format or None}
        return self._upload("/screenings", list_file, name, mapping, idempotency_key, params)

    def screening(self, job_id: str) -> BatchJob:
        """Return the state of a screening."""
        path = f"/screenings/{transport.quote_segment(job_id)}"
        return parse_object(BatchJob, self._http.json("GET", path))

    def screenings(self, *, limit: int = 100) -> list[BatchJob]:
        """Return the screenings of the caller's agency, newest first."""
        rows = self._http.json("GET", "/screenings", {"limit": limit})["screenings"]
        return [parse_object(BatchJob, row) for row in rows]

    def cancel_screening(self, job_id: str) -> BatchJob:
        """Request that a screening stops."""
        path = f"/screenings/{transport.quote_segment(job_id)}/cancel"
        return parse_object(BatchJob, self._http.json("POST", path))

    def wait_screening(self, job_id: str, *, seconds: float = 3600.0) -> BatchJob:
        """Return a screening once it is finished. Raises `ServiceError` after `seconds`."""
        return _wait_for(self.screening, job_id, seconds)

    def screening_file(self, job_id: str, what: ScreeningFile) -> bytes:
        """Return a file of a screening as bytes."""
        return self._http.send("GET", f"/screenings/{transport.quote_segment(job_id)}/{what}").data

    def hits(self, job_id: str) -> list[SubjectHit]:
        """Return the hits of a screening, in the order of its subjects, best first.

        Needs a key with the scope `check`. Other keys get a table from `screening_file`.
        """
        lines = self.screening_file(job_id, "evidence").splitlines()
        return [parse_object(SubjectHit, json.loads(line)) for line in lines]

    def judge_hit(
        self,
        job_id: str,
        hit: SubjectHit,
        verdict: Literal["cleared", "confirmed"],
        reason: str,
        *,
        until: str = "",
        anonymous: bool = False,
    ) -> JudgedHit:
        """Clear or confirm a hit of a screening. The verdict holds for all later screenings of the
        caller's agency.

        `until`: last day, such as 2027-06-30; by default a year from now. `anonymous` keeps only a
        keyed hash of the subject.
        """
        body = {
            "subject": hit.subject["id"],
            "entity": hit.entity["id"],
            "verdict": verdict,
            "reason": reason,
            "until": until or None,
            "anonymous": anonymous,
        }
        path = f"/screenings/{transport.quote_segment(job_id)}/verdicts"
        return parse_object(JudgedHit, self._http.json("POST", path, body=body))

    def clearances(self, *, limit: int = 100) -> list[JudgedHit]:
        """Return the verdicts of the caller's agency (cleared and confirmed hits), newest first."""
        rows = self._http.json("GET", "/clearances", {"limit": limit})["clearances"]
        return [parse_object(JudgedHit, row) for row in rows]

    def withdraw_clearance(self, verdict_id: str) -> JudgedHit:
        """Withdraw a verdict: its hit returns."""
        path = f"/clearances/{transport.quote_segment(verdict_id)}"
        return parse_object(JudgedHit, self._http.json("DELETE", path))

    # --- records

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

        `accept_large_change` accepts the record even if the id now names another person (otherwise
        `ConflictError`).
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
                "DELETE",
                f"/records/{transport.quote_segment(source)}/{transport.quote_segment(native_id)}",
            ),
        )

    # --- watches and notices

    def watches(self) -> list[WatchSummary]:
        """Return the watches of the caller's agency."""
        rows = self._http.json("GET", "/watches")["watches"]
        return [parse_object(WatchSummary, payload) for payload in rows]

    def watch_hits(self, name: str) -> list[dict[str, Any]]:
        """Return the hits of a watch, each with its subject, entity and evidence."""
        answer = self._http.json("GET", f"/watches/{transport.quote_segment(name)}/hits")
        hits: list[dict[str, Any]] = answer["hits"]
        return hits

    def erase_watch(self, name: str) -> None:
        """Erase a watch with all of its subjects."""
        self._http.json("DELETE", f"/watches/{transport.quote_segment(name)}")

    def notices(self, after: int = 0, *, limit: int = 100) -> NoticePage:
        """Return the notices of the caller's agency after a cursor, the oldest first.

        Call again with the `cursor` of the answer.
        """
        params = {"after": after, "limit": limit}
        return parse_object(NoticePage, self._http.json("GET", "/notices", params))

    def mark_notices(self, cursor: int) -> int:
        """Mark the notices up to a cursor as read; return how many were unread."""
        answer = self._http.json("POST", "/notices/read", body={"cursor": cursor})
        return int(answer["marked"])

    def subscriptions(self) -> list[SubscriptionRow]:
        """Return the subscriptions of the caller's agency."""
        rows = self._http.json("GET", "/subscriptions")["subscriptions"]
        return [parse_object(SubscriptionRow, payload) for payload in rows]

    def subscribe(self, kind: str, value: str = "") -> SubscriptionRow:
        """Subscribe the caller's agency to a kind of event, such as `country`, `iq`."""
        body = {"kind": kind, "value": value}
        return parse_object(SubscriptionRow, self._http.json("POST", "/subscriptions", body=body))

    def unsubscribe(self, subscription_id: str) -> None:
        """End a subscription; its notices stay."""
        self._http.json("DELETE", f"/subscriptions/{transport.quote_segment(subscription_id)}")

    # --- contacts

    def contacts(self, *, limit: int = 100) -> list[ContactRequest]:
        """Return the requests that the caller's agency has sent or was sent, newest first."""
        rows = self._http.json("GET", "/contacts", {"limit": limit})["contacts"]
        return [parse_object(ContactRequest, payload) for payload in rows]

    def contact(self, request_id: str) -> ContactRequest:
        """Return a request, with its record if the caller may see it."""
        path = f"/contacts/{transport.quote_segment(request_id)}"
        return parse_object(ContactRequest, self._http.json("GET", path))

    def ask_contact(self, reference: str, question: str, *, days: int = 14) -> ContactRequest:
        """Ask the agency that a reference names (`contacts` of an answer) about its record."""
        body = {"reference": reference, "question": question, "days": days}
        return parse_object(ContactRequest, self._http.json("POST", "/contacts", body=body))

    def answer_contact(
        self,
        request_id: str,
        state: Literal["answered", "refused", "disclosed"],
        answer: str = "",
        *,
        until: str = "",
    ) -> ContactRequest:
        """Answer a request to the caller's agency; `until` is the last day of a disclosure."""
        path = f"/contacts/{transport.quote_segment(request_id)}/answer"
        body = {"state": state, "answer": answer, "until": until}
        return parse_object(ContactRequest, self._http.json("POST", path, body=body))

    # --- erasures

    def erasures(self, *, limit: int = 100) -> list[ErasureRequest]:
        """Return the erasures of records, the newest first; like the calls that follow, this needs
        a key with the scope `admin`.
        """
        rows = self._http.json("GET", "/erasures", {"limit": limit})["erasures"]
        return [parse_object(ErasureRequest, payload) for payload in rows]

    def erasure(self, erasure_id: str) -> ErasureRequest:
        """Return an erasure: its state, and its proof once it is done."""
        path = f"/erasures/{transport.quote_segment(erasure_id)}"
        return parse_object(ErasureRequest, self._http.json("GET", path))

    def ask_erasure(
        self, records: Sequence[str], reason: str, values: Sequence[str] = ()
    ) -> ErasureRequest:
        """Ask for the erasure of records, for good; another admin confirms it. `reason` is kept: it
        is the legal ground, and does not name the person. With `values` (`phone`,
        `birthDate=1962-02-11`), only these values are erased, and the records stay.
        """
        body: dict[str, Any] = {"records": list(records), "reason": reason}
        if values:
            body["values"] = list(values)
        return parse_object(ErasureRequest, self._http.json("POST", "/erasures", body=body))

    def decide_erasure(
        self, erasure_id: str, decision: Literal["confirm", "refuse"]
    ) -> ErasureRequest:
        """Confirm or refuse an erasure that somebody else has asked for."""
        path = f"/erasures/{transport.quote_segment(erasure_id)}/decision"
        return parse_object(
            ErasureRequest, self._http.json("POST", path, body={"decision": decision})
        )

    # --- review

    def queue(
        self,
        after: str = "",
        *,
        limit: int = 50,
        filters: Mapping[str, str | float] | None = None,
    ) -> list[QueuedPair]:
        """Return the pairs that wait for a steward, the most urgent first.

        `after`: the key of the last pair of the page before. `filters`, such as `{"source":
        "tourism"}`, are those of `GET /queue`. Needs a key with the scope `review`, like the other
        calls of a steward.
        """
        params = {"after": after or None, "limit": limit, **(filters or {})}
        rows = self._http.json("GET", "/queue", params)["results"]
        return [parse_object(QueuedPair, row) for row in rows]

    def next_pair(
        self, after: str = "", *, filters: Mapping[str, str | float] | None = None
    ) -> QueuedPair | None:
        """Lease the next pair, so that it is offered to nobody else; None if no pair waits."""
        params = {"after": after or None, **(filters or {})}
        item = self._http.json("POST", "/queue/next", params)["item"]
        return None if item is None else parse_object(QueuedPair, item)

    def pair(self, left: str, right: str, *, again: str = "") -> dict[str, Any]:
        """Return two entities side by side, with the evidence and the `snapshot` for `decide`."""
        path = f"/pairs/{transport.quote_segment(left)}/{transport.quote_segment(right)}"
        answer: dict[str, Any] = self._http.json("GET", path, {"again": again or None})
        return answer

    def decide(
        self,
        left: str,
        right: str,
        verdict: Literal["same", "different", "unsure", "red"],
        *,
        reason: str = "",
        comment: str = "",
        snapshot: Mapping[str, Any] | None = None,
        again: str = "",
        authority: str = "",
        legal_basis: str = "",
        expires: str = "",
    ) -> DecisionResult:
        """Decide whether two entities are the same.

        If `snapshot` is the `snapshot` of `pair`, a pair that has changed since is refused
        (`ConflictError`). `expires` is the last day of the link, such as 2027-06-30.
        """
        body = {
            "left": left,
            "right": right,
            "verdict": verdict,
            "reason": reason,
            "comment": comment,
            "snapshot": None if snapshot is None else dict(snapshot),
            "again": again or None,
            "authority": authority,
            "legal_basis": legal_basis,
            "expires": expires,
        }
        return self._act("/decisions", body)

    def link(self, left: str, right: str) -> LinkSummary:
        """Return the color of the link between two entities or records, and its decisions."""
        ends = "/".join(map(transport.quote_segment, (left, right)))
        return parse_object(LinkSummary, self._http.json("GET", f"/links/{ends}"))

    def confirm(self, decision_id: str, comment: str = "") -> DecisionResult:
        """Confirm another steward's decision that waits for a second steward."""
        return self._act("/confirm", {"decision": decision_id, "comment": comment})

    def undo(self, decision_id: str, why: str = "") -> DecisionResult:
        """Take back a decision."""
        return self._act("/undo", {"decision": decision_id, "why": why})

    def _act(self, path: str, body: dict[str, Any]) -> DecisionResult:
        return parse_object(DecisionResult, self._http.json("POST", path, body=body))

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


def _wait_for(read: Callable[[str], BatchJob], job_id: str, seconds: float) -> BatchJob:
    """Return a job once it is finished. Raises `ServiceError` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (job := read(job_id)).is_finished:
        if time.monotonic() > deadline:
            raise ServiceError(
                f"the batch is still {job.state} after {seconds:g} seconds", place=job_id
            )
        time.sleep(min(transport.POLL_SECONDS, seconds / 10))
    return job


def _as_list(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


P = ParamSpec("P")
R = TypeVar("R")
MAX_THREADS = 16
"""Maximum number of requests that run at once; further requests wait for a thread."""


def _in_thread(
    method: Callable[Concatenate[Client, P], R],
) -> Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, R]]:
    """Return an awaitable version of a method of `Client`."""

    @wraps(method)
    async def call(self: AsyncClient, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.run(partial(method, self.client, *args, **kwargs))

    return call


class AsyncClient:
    """Client whose calls are awaited; use it as an asynchronous context manager.

        async with AsyncClient(Client("http://127.0.0.1:8000", key="…")) as hub:
            first, second = await asyncio.gather(hub.check(name="A B"), hub.check(name="C D"))

    It also closes the `Client` that it uses. A cancelled call returns at once, but its request
    continues in its thread.
    """

    def __init__(self, client: Client, *, threads: int = MAX_THREADS) -> None:
        self.client = client
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolver-client")

    async def close(self) -> None:
        """Wait for running requests, and close all connections."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        self.client.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def run(self, call: Callable[[], R]) -> R:
        """Run a call in one of the client's threads, and return its result."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    check = _in_thread(Client.check)
    match = _in_thread(Client.match)
    search = _in_thread(Client.search)
    entity = _in_thread(Client.entity)
    adjacent = _in_thread(Client.adjacent)
    changes = _in_thread(Client.changes)
    catalog = _in_thread(Client.catalog)
    algorithms = _in_thread(Client.algorithms)
    reconcile = _in_thread(Client.reconcile)
    refresh = _in_thread(Client.refresh)
    submit = _in_thread(Client.submit)
    batch = _in_thread(Client.batch)
    batches = _in_thread(Client.batches)
    cancel = _in_thread(Client.cancel)
    accept = _in_thread(Client.accept)
    result = _in_thread(Client.result)
    save_result = _in_thread(Client.save_result)
    screen = _in_thread(Client.screen)
    screening = _in_thread(Client.screening)
    screenings = _in_thread(Client.screenings)
    cancel_screening = _in_thread(Client.cancel_screening)
    wait_screening = _in_thread(Client.wait_screening)
    screening_file = _in_thread(Client.screening_file)
    hits = _in_thread(Client.hits)
    judge_hit = _in_thread(Client.judge_hit)
    clearances = _in_thread(Client.clearances)
    withdraw_clearance = _in_thread(Client.withdraw_clearance)
    post = _in_thread(Client.post)
    withdraw = _in_thread(Client.withdraw)
    watches = _in_thread(Client.watches)
    watch_hits = _in_thread(Client.watch_hits)
    erase_watch = _in_thread(Client.erase_watch)
    notices = _in_thread(Client.notices)
    mark_notices = _in_thread(Client.mark_notices)
    subscriptions = _in_thread(Client.subscriptions)
    subscribe = _in_thread(Client.subscribe)
    unsubscribe = _in_thread(Client.unsubscribe)
    contacts = _in_thread(Client.contacts)
    contact = _in_thread(Client.contact)
    ask_contact = _in_thread(Client.ask_contact)
    answer_contact = _in_thread(Client.answer_contact)
    erasures = _in_thread(Client.erasures)
    erasure = _in_thread(Client.erasure)
    ask_erasure = _in_thread(Client.ask_erasure)
    decide_erasure = _in_thread(Client.decide_erasure)
    queue = _in_thread(Client.queue)
    next_pair = _in_thread(Client.next_pair)
    pair = _in_thread(Client.pair)
    decide = _in_thread(Client.decide)
    confirm = _in_thread(Client.confirm)
    undo = _in_thread(Client.undo)
    link = _in_thread(Client.link)
    ready = _in_thread(Client.ready)
    openapi = _in_thread(Client.openapi)

    async def events(self, job_id: str) -> AsyncIterator[BatchJob]:
        """Yield a batch at each of its state changes until it is finished."""
        jobs = self.client.events(job_id)
        while (job := await self.run(partial(next, jobs, None))) is not None:
            yield job

    async def wait(self, job_id: str, *, seconds: float = 3600.0) -> BatchJob:
        """Return a batch once it is finished. Raises `ServiceError` after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while not (job := await self.batch(job_id)).is_finished:
                    await asyncio.sleep(min(transport.POLL_SECONDS, seconds / 10))
                return job
        except TimeoutError:
            raise ServiceError(
                f"the batch is not finished after {seconds:g} seconds", place=job_id
            ) from None
