"""Typed client of the HTTP service.

    with Client("http://127.0.0.1:8000", key="…", purpose="visa 17") as hub:
        for candidate in hub.check(name="Ivan Petrov", birthDate="1962").results:
            print(candidate.score, candidate.caption)

Answers are frozen objects. Failures raise a subclass of `ServiceError`. A call is repeated a few
times if the service is busy (429, 503) or unreachable, after the pause the service requests; a
batch that is sent twice in this way is still one job. `AsyncClient` has the same methods for
programs that run on `asyncio`.
"""

from resolver.client.client import AsyncClient, Client, MatchOptions, SearchOptions, SubmitOptions
from resolver.client.models import (
    Adjacent,
    BatchJob,
    BusyError,
    Change,
    Changes,
    ConflictError,
    ContactRequest,
    Dataset,
    DecisionResult,
    Entity,
    EntityChange,
    Evidence,
    Found,
    GoneError,
    Job,
    JudgedHit,
    MatchCandidate,
    Matches,
    NotAllowedError,
    NotFoundError,
    NoticePage,
    Posted,
    PostedRecord,
    QueuedPair,
    RefusedError,
    SearchPage,
    ServiceError,
    ServiceFailedError,
    SubjectHit,
    SubscriptionRow,
    TooLargeError,
    UnreachableError,
    WatchSummary,
    Withdrawn,
    WithdrawnRecord,
)

__all__ = [
    "Adjacent",
    "AsyncClient",
    "BatchJob",
    "BusyError",
    "Change",
    "Changes",
    "Client",
    "ConflictError",
    "ContactRequest",
    "Dataset",
    "DecisionResult",
    "Entity",
    "EntityChange",
    "Evidence",
    "Found",
    "GoneError",
    "Job",
    "JudgedHit",
    "MatchCandidate",
    "MatchOptions",
    "Matches",
    "NotAllowedError",
    "NotFoundError",
    "NoticePage",
    "Posted",
    "PostedRecord",
    "QueuedPair",
    "RefusedError",
    "SearchOptions",
    "SearchPage",
    "ServiceError",
    "ServiceFailedError",
    "SubjectHit",
    "SubmitOptions",
    "SubscriptionRow",
    "TooLargeError",
    "UnreachableError",
    "WatchSummary",
    "Withdrawn",
    "WithdrawnRecord",
]
