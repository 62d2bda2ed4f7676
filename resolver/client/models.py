"""Answers of the service as frozen objects, and the errors of the client.

Members of the JSON that this version does not know are ignored. All errors are subclasses of
`ServiceError`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from resolver.errors import ResolverError

Json = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entity:
    """FollowTheMoney entity.

    Values of `properties` are texts, or entities as JSON if relations are nested. `datasets`: lists
    that contain the entity. `referents`: ids of its records, then other ids that its lists give.
    `links`: its links, each with the other `entity` and the `color`.
    """

    id: str
    caption: str
    schema: str
    properties: Mapping[str, list[Any]]
    datasets: tuple[str, ...] = ()
    referents: tuple[str, ...] = ()
    links: tuple[Json, ...] = ()

    def first(self, prop: str) -> str:
        """Return the best supported value of a property, or an empty text."""
        return next(
            (str(value) for value in self.properties.get(prop, ()) if not isinstance(value, dict)),
            "",
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence of one feature: score, log-odds it adds (`weight`), and the values compared."""

    score: float
    weight: float
    detail: str
    query: str | None = None
    candidate: str | None = None


@dataclass(frozen=True, slots=True)
class MatchCandidate(Entity):
    """Entity that a query may mean, with its probability, the evidence in a sentence, and the
    evidence of each feature.

    `name_similarity` (0…1): how alike the names are; None if the query states none.
    """

    score: float = 0.0
    match: bool = False
    summary: str = ""
    name_similarity: float | None = None
    explanations: Mapping[str, Evidence] | None = None


@dataclass(frozen=True, slots=True)
class Matches:
    """Candidates for a query, best first.

    `total`: number of candidates; `complete`: True if `total` is exact. `warnings`: parts of the
    query that are not compared, or that contradict each other. `version`, `model`: revision of the
    data and scoring model. `advice`: what to add to the query if several entities fit and none
    stands out.
    """

    results: tuple[MatchCandidate, ...]
    total: int
    complete: bool
    warnings: tuple[str, ...]
    version: int
    model: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Page of search results. `facets`: facet → value → number of entities."""

    results: tuple[MatchCandidate, ...]
    total: int
    complete: bool
    facets: Mapping[str, Mapping[str, int]]
    version: int


@dataclass(frozen=True, slots=True)
class Adjacent:
    """Entities that are related by one property, and their total number."""

    results: tuple[Entity, ...]
    total: int


@dataclass(frozen=True, slots=True)
class BatchJob:
    """Submitted batch.

    `state`: queued, running, held, done, failed or cancelled. `result`: counts, once it is done.
    """

    id: str
    state: str
    label: str
    agency: str
    created: str
    started: str | None
    finished: str | None
    stage: str
    done: int
    total: int | None
    percent: float | None
    attempts: int
    dry_run: bool
    result: Json | None
    error: str | None

    @property
    def is_finished(self) -> bool:
        """True once the job needs no more work; a `held` job waits until a person accepts it."""
        return self.state in ("done", "failed", "cancelled", "held")

    @property
    def over(self) -> bool:
        """Alias of `is_finished`, kept for existing programs."""
        return self.is_finished


@dataclass(frozen=True, slots=True)
class SubjectHit:
    """Entity that a subject of a screening may be, with its score, band and reason.

    `subject` has `id`, `name`, `source`, `schema` and `properties`; `entity` is a FollowTheMoney
    entity. `status`: empty, `confirmed`, or `returned` for a cleared hit whose evidence changed
    (`changes`).
    """

    subject: Json
    entity: Json
    score: float
    band: str
    reason: str
    records: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()
    status: str = ""
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgedHit:
    """Verdict on a hit, which holds until `expires`: `cleared` or `confirmed`."""

    id: str
    verdict: str
    subject: Json
    entity: str
    caption: str
    reason: str
    who: str
    made: str
    expires: str
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WithdrawnRecord:
    """Id of a withdrawn record, and the revision of the withdrawal."""

    record: str
    version: int


@dataclass(frozen=True, slots=True)
class PostedRecord:
    """Id of a posted record, its entity, the revision of the commit, and the values that were left
    out.
    """

    record: str
    entity: str
    version: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """Dataset: one list, or `default`, which contains all of them."""

    name: str
    title: str
    version: str
    records: int
    publisher: str | None = None
    updated_at: str | None = None
    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntityChange:
    """Change of an entity at a revision. `other`: second entity involved, such as the other part of
    a merge. `name`: caption of the entity. `sources`: sources of its records. `fields`: properties
    of its records that changed.
    """

    version: int
    at: str
    kind: str
    entity: str
    other: str
    name: str = ""
    sources: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """Page of the change feed. The next page starts at `until` with `skip`; `more`: True if there
    is one.
    """

    version: int
    until: int
    changes: tuple[EntityChange, ...]
    skip: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class WatchSummary:
    """Watch of an agency. `version`: revision for which its hits hold; `is_current`: whether this
    is the present revision.
    """

    name: str
    owner: str
    until: str
    created: str
    subjects: int
    version: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Page of notices, each as JSON with `kind`, `entity`, `caption` and more. The next page starts
    after `cursor`.
    """

    notices: tuple[dict[str, Any], ...]
    cursor: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """Subscription of an agency."""

    id: str
    kind: str
    value: str
    created: str


@dataclass(frozen=True, slots=True)
class QueuedPair:
    """Two entities that wait for a steward. `key` is their position in the queue. `again` is the id
    of the decision under a blind recheck (which has no score), or empty. `held_by`: the steward who
    has the pair open.
    """

    key: str
    left: dict[str, Any]
    right: dict[str, Any]
    score: float | None
    band: str
    reason: str
    why: str
    since: str
    assigned: str
    held_by: str
    again: str


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """Erasure of records, which one admin asks for and another one confirms.

    `state`: asked, refused, running or done. `records`: ids that replace the ids of the records.
    `proof`: what was rewritten and searched, once it is done. `asked_for`: ids of the records while
    it waits for the second admin. `value_keys`: keyed hashes of the values, if the records stay
    without them; `asked_values`: those that you may see, while it waits. Times are UTC texts.
    """

    id: str
    state: str
    reason: str
    asked_by: str
    agency: str
    asked: str
    decided_by: str
    decided: str
    finished: str
    records: tuple[str, ...]
    proof: Json
    asked_for: tuple[str, ...] = ()
    value_keys: tuple[str, ...] = ()
    asked_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactRequest:
    """Request to the `agency` that an answer named, about the record behind a `reference`.

    `state`: asked, answered, refused or disclosed. Times are UTC texts: `due` is the deadline,
    `until` the end of a disclosure (empty: for good). `record` is there for the agency that owns
    it, and for the asker while it is disclosed.
    """

    id: str
    reference: str
    agency: str
    asker: str
    asked_by: str
    question: str
    state: str
    asked: str
    due: str
    answered_by: str
    answered: str
    answer: str
    until: str
    is_overdue: bool
    is_ours: bool
    record: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class LinkSummary:
    """Link between two entities or records. `color`: yellow (nobody has verified it), white (the
    same person, lawfully), green (different persons), red (one person under unlawfully different
    identities), or empty without a link.

    `decisions` have `color`, `authority`, `legal_basis`, `reason`, `expires` and `state`, among
    others; the newest comes first.
    """

    left: str
    right: str
    color: str
    entities: tuple[str, ...]
    decisions: tuple[dict[str, Any], ...]
    version: int


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """Result of a decision. `state`: `done`, `waits` (until another steward confirms it, for the
    reasons in `second_steward`) or `noted`. `decisions` are the ids for `confirm` and `undo`.
    """

    state: str
    decisions: tuple[str, ...]
    version: int
    entity: str
    changed: tuple[str, ...]
    message: str
    second_steward: tuple[str, ...]


def parse_object(cls: type[T], payload: Json) -> T:
    """Build a `cls` from its JSON; lists become tuples."""
    names = [field.name for field in fields(cls)]  # type: ignore[arg-type]
    values = {name: payload[name] for name in names if name in payload}
    return cls(
        **{
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
        }
    )


def parse_candidate(payload: Json) -> MatchCandidate:
    """Build a candidate from a result of a check or a search."""
    explanations = payload.get("explanations")
    evidence = (
        None
        if explanations is None
        else {name: parse_object(Evidence, item) for name, item in explanations.items()}
    )
    return parse_object(MatchCandidate, {**payload, "explanations": evidence})


def parse_matches(payload: Json, response: Json) -> Matches:
    """Build the matches of one query; `response` states the revision and the model."""
    return Matches(
        tuple(map(parse_candidate, payload["results"])),
        payload["total"]["value"],
        payload["total"]["relation"] == "eq",
        tuple(payload.get("warnings", ())),
        response["version"],
        response["model"],
        payload.get("advice", ""),
    )


def parse_search_page(payload: Json) -> SearchPage:
    """Build a page of search results."""
    facets = {
        name: {value["name"]: value["count"] for value in facet["values"]}
        for name, facet in payload["facets"].items()
    }
    total = payload["total"]
    return SearchPage(
        tuple(map(parse_candidate, payload["results"])),
        total["value"],
        total["relation"] == "eq",
        facets,
        payload["version"],
    )


def parse_adjacent(payload: Json) -> Adjacent:
    """Build the entities related by one property."""
    return Adjacent(
        tuple(parse_object(Entity, item) for item in payload["results"]), payload["total"]["value"]
    )


def parse_changes(payload: Json) -> Changes:
    """Build a page of the change feed."""
    changes = tuple(parse_object(EntityChange, item) for item in payload["changes"])
    return Changes(
        payload["version"],
        payload["until"],
        changes,
        payload.get("skip", 0),
        payload.get("more", False),
    )


Found = MatchCandidate
"""Alias of `MatchCandidate`, kept for existing programs."""
Job = BatchJob
"""Alias of `BatchJob`, kept for existing programs."""
Posted = PostedRecord
"""Alias of `PostedRecord`, kept for existing programs."""
Withdrawn = WithdrawnRecord
"""Alias of `WithdrawnRecord`, kept for existing programs."""
Change = EntityChange
"""Alias of `EntityChange`, kept for existing programs."""


def parse_events(lines: Iterable[bytes]) -> Iterator[tuple[str, BatchJob]]:
    """Yield the id and the job of each event of a server-sent event stream."""
    fields: dict[str, str] = {}
    for raw in lines:
        name, _, text = raw.decode().rstrip("\n").partition(": ")
        if text:
            fields[name] = text
        elif not name and "data" in fields:
            yield fields.get("id", ""), parse_object(BatchJob, json.loads(fields["data"]))
            fields = {}


class ServiceError(ResolverError):
    """Failed request.

    `status`: HTTP status, 0 if there was no answer. `detail`: message of the service. `request_id`:
    id of the request in the service's log.
    """

    def __init__(
        self, detail: str, *, status: int = 0, request_id: str = "", place: str = ""
    ) -> None:
        self.status, self.detail, self.request_id = status, detail, request_id
        super().__init__(detail, place=place)


class UnreachableError(ServiceError):
    """The service cannot be reached, or the connection broke."""


class RefusedError(ServiceError):
    """Invalid request (400, 405, 422)."""


class NotAllowedError(ServiceError):
    """Missing or wrong API key (401), or key without permission for this (403)."""


class NotFoundError(ServiceError):
    """The dataset, entity or batch is unknown (404)."""


class GoneError(NotFoundError):
    """Removed resource (410): an entity whose records were withdrawn, or results past retention."""


class ConflictError(ServiceError):
    """The request conflicts with the current state (409), such as a request for unfinished
    results.
    """


class TooLargeError(ServiceError):
    """Request that is too large (413)."""


class BusyError(ServiceError):
    """Too many requests (429), or service unavailable (503), after all retries."""


class ServiceFailedError(ServiceError):
    """Internal error of the service (500, 507 …)."""


_BY_STATUS: Mapping[int, type[ServiceError]] = {
    400: RefusedError,
    401: NotAllowedError,
    403: NotAllowedError,
    404: NotFoundError,
    409: ConflictError,
    410: GoneError,
    413: TooLargeError,
    429: BusyError,
    503: BusyError,
}


def error_class(status: int) -> type[ServiceError]:
    """Return the exception class of an HTTP status."""
    return _BY_STATUS.get(status, ServiceFailedError if status >= 500 else RefusedError)
