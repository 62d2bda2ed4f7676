"""The query parameters of `/match` and `/check`, as what is wanted of the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import request

from resolver.api import query_parameters
from resolver.api.access import viewer
from resolver.api.errors import ApiError
from resolver.api.schemas.yente import ALGORITHM, ALGORITHMS
from resolver.api.service import service
from resolver.ingest.formats.ftm.ftm_schema import is_a, topics
from resolver.records.kinds import SCHEMATA
from resolver.records.source_names import EVERYTHING
from resolver.screening import entity_reader
from resolver.screening.screener import Accept, Wish

if TYPE_CHECKING:
    from resolver.screening.screener import Look

DEFAULT = EVERYTHING
_LIMIT, _THRESHOLD = 5, 0.5
PARAMETERS = (
    "algorithm",
    "changed_since",
    "cutoff",
    "exclude_dataset",
    "exclude_entity_ids",
    "exclude_schema",
    "fuzzy",
    "include_dataset",
    "limit",
    "threshold",
    "topics",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for: `threshold` is the score from which a result counts as a match."""

    wish: Wish
    threshold: float
    limit: int


def asked(dataset: str, known: frozenset[str]) -> Asked:
    """Read the parameters of the request. `known`: the datasets there are. Raises `ApiError`."""
    if not request.args and dataset == DEFAULT:
        return Asked(Wish(_LIMIT, viewer=viewer()), _THRESHOLD, _LIMIT)
    algorithm = request.args.get("algorithm", ALGORITHM)
    if algorithm not in ALGORITHMS:
        raise ApiError(
            400, f"there is no algorithm {algorithm[:60]!r}; use one of {', '.join(ALGORITHMS)}"
        )
    query_parameters.yes("fuzzy", default=True)
    limit = query_parameters.whole("limit", _LIMIT, 0, 500)
    threshold = query_parameters.number("threshold", _THRESHOLD, 0.0, 1.0)
    wish = Wish(
        limit,
        query_parameters.number("cutoff", None, 0.0, 1.0),
        scope(dataset, known),
        exclusions(),
        viewer(),
    )
    return Asked(wish, _THRESHOLD if threshold is None else threshold, limit)


def scope(dataset: str, known: frozenset[str]) -> frozenset[str] | None:
    """The sources that a dataset and the parameters about datasets leave; None: all. Raises `ApiError`."""
    if dataset != DEFAULT and dataset not in known:
        raise ApiError(404, f"there is no dataset {dataset[:60]!r}; /catalog lists them")
    include = set(query_parameters.several("include_dataset"))
    exclude = set(query_parameters.several("exclude_dataset"))
    unknown = sorted((include | exclude) - known - {DEFAULT})
    if unknown:
        raise ApiError(404, f"there is no dataset {unknown[0][:60]!r}; /catalog lists them")
    if dataset == DEFAULT and not (include - {DEFAULT}) and not exclude:
        return None
    scope = known if dataset == DEFAULT else frozenset({dataset})
    if include and DEFAULT not in include:
        scope &= include
    return scope - exclude if DEFAULT not in exclude else frozenset()


@dataclass(frozen=True, slots=True)
class _Filter:
    schemata: frozenset[str]
    ids: frozenset[str]
    topics: frozenset[str]
    since: datetime | None

    def __call__(self, entity: Mapping[str, Any], look: Look) -> bool:
        if (
            entity["schema"] in self.schemata
            or entity["id"] in self.ids
            or self.ids.intersection(entity["referents"])
        ):
            return False
        if self.topics and self.topics.isdisjoint(entity["properties"].get("topics", ())):
            return False
        return (
            self.since is None or datetime.fromisoformat(look.changed(entity["id"])) >= self.since
        )


def exclusions() -> Accept | None:
    """What the parameters of the request exclude. Raises `ApiError`."""
    schemata = frozenset(query_parameters.several_of("exclude_schema", SCHEMATA))
    since = query_parameters.moment("changed_since")
    ids = query_parameters.several("exclude_entity_ids")
    found = _Filter(
        # a schema stands for those that are kinds of it, too
        frozenset(name for name in SCHEMATA if any(is_a(name, one) for one in schemata)),
        entity_reader.present_ids(service().hub, ids, viewer()) if ids else frozenset(),
        frozenset(query_parameters.several_of("topics", topics())),
        since.astimezone(UTC) if since else None,
    )
    return found if found != _Filter(frozenset(), frozenset(), frozenset(), None) else None
