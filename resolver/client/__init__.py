"""A typed client of the HTTP service.

    with Client("http://127.0.0.1:8000", key="…", purpose="visa 17") as hub:
        for found in hub.check(name="Ivan Petrov", birthDate="1962").results:
            print(found.score, found.caption)

Answers are frozen objects. What goes wrong is one of the errors of `resolver.client.exceptions`, all of them
`ServiceError`. Where the service is busy (429, 503) or cannot be reached, a call is repeated some times, no sooner than
the service asks for; a batch that is sent twice by that is still one job.
"""

from resolver.client.client import Client
from resolver.client.exceptions import (
    BusyError,
    ConflictError,
    GoneError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    ServiceError,
    ServiceFailedError,
    TooLargeError,
    UnreachableError,
)
from resolver.client.models import (
    Adjacent,
    Change,
    Changes,
    Dataset,
    Entity,
    Evidence,
    Found,
    Job,
    Matches,
    Posted,
    SearchPage,
    Withdrawn,
)
from resolver.client.options import MatchOptions, SearchOptions

__all__ = [
    "Adjacent",
    "BusyError",
    "Change",
    "Changes",
    "Client",
    "ConflictError",
    "Dataset",
    "Entity",
    "Evidence",
    "Found",
    "GoneError",
    "Job",
    "MatchOptions",
    "Matches",
    "NotAllowedError",
    "NotFoundError",
    "Posted",
    "RefusedError",
    "SearchOptions",
    "SearchPage",
    "ServiceError",
    "ServiceFailedError",
    "TooLargeError",
    "UnreachableError",
    "Withdrawn",
]
