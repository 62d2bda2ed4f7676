"""What operations are asked with: parameters in the query."""

from __future__ import annotations

from resolver.api.openapi.schemas import (
    NAME,
    PLAIN,
    SAID,
    SHARE,
    TEXT,
    TEXTS,
    YES,
    Schema,
    many,
    one_of,
    ref,
    whole,
)
from resolver.api.routes.batches import FORMATS
from resolver.api.schemas.facets import FACETS
from resolver.api.schemas.yente import ALGORITHMS
from resolver.ingest.formats.ftm.ftm_schema import topics
from resolver.records.kinds import SCHEMATA

_SCHEMA = one_of([*SCHEMATA, "Thing"])
_DAY: Schema = {"type": "string", "format": "date"}
_FILTERS = {
    "include_dataset": TEXTS,
    "exclude_dataset": TEXTS,
    "exclude_schema": many(one_of(SCHEMATA)),
    "changed_since": _DAY,
}
_MATCH = {
    "limit": whole(0, 500),
    "threshold": SHARE,
    "cutoff": SHARE,
    "algorithm": one_of(ALGORITHMS),
    "fuzzy": YES,
    "exclude_entity_ids": TEXTS,
    "topics": many(one_of(topics())),
    **_FILTERS,
}
_SORT = r"^(_?score|caption|schema|id|properties\.[A-Za-z]{1,40})(:(asc|desc))?$"
_PAGE = {"limit": whole(0, 500), "offset": whole(0, 10_000)}
_SUGGEST = {"prefix": {**SAID, "maxLength": 200}, "cursor": whole(0, 10_000), "api_key": PLAIN}
QUERY: dict[str, dict[str, Schema]] = {
    "match.match": _MATCH,
    "match.check": {
        "name": many(NAME, minItems=1, maxItems=20), "birthDate": TEXTS, "nationality": TEXTS, "dataset": TEXT,
        "schema": one_of(["LegalEntity", "Person", "Thing"]), **_MATCH,
    },
    "entities.entity": {"nested": YES, "history": YES},
    "entities.adjacent": _PAGE,
    "entities.adjacent_by": _PAGE,
    "search.search": {
        "q": {**TEXT, "maxLength": 2_000},
        "schema": _SCHEMA, "limit": whole(0, 500), "offset": whole(0, 1_000), **_FILTERS,
        "countries": TEXTS, "topics": many(one_of(topics())), "datasets": TEXTS, "filter_op": one_of(["OR", "AND"]),
        "facets": many(one_of(FACETS)), "fuzzy": YES, "simple": YES, "target": YES,
        "sort": many({"type": "string", "pattern": _SORT}),
    },
    "catalog.changes": {"since": whole(0, 2**40), "limit": whole(1, 100_000), "skip": whole(0, 2**40)},
    "batches.take": {
        "format": one_of(FORMATS), "filename": PLAIN, "dry_run": YES, "complete": YES, "accept_large_change": YES,
    },
    "batches.listed": {"limit": whole(1, 1000)},
    "reconcile.reconcile": {"queries": ref("Queries"), "extend": ref("ExtensionQuery"), "api_key": PLAIN},
    "reconcile.reconcile_form": {"api_key": PLAIN},
    "reconcile.suggest_entity": _SUGGEST,
    "reconcile.suggest_type": _SUGGEST,
    "reconcile.suggest_property": _SUGGEST,
    "reconcile.propose": {"type": one_of(SCHEMATA), "limit": whole(0, 1000), "api_key": PLAIN},
    "reconcile.preview": {"id": SAID, "api_key": PLAIN},
}  # fmt: skip
"""endpoint -> its parameters in the query, each with its schema."""
REQUIRED = {
    "match.check": {"name"},
    "reconcile.suggest_entity": {"prefix"},
    "reconcile.suggest_type": {"prefix"},
    "reconcile.suggest_property": {"prefix"},
    "reconcile.preview": {"id"},
}
"""endpoint -> the parameters that must be there."""
IN_JSON = frozenset({"queries", "extend"})
"""Parameters whose values are JSON."""
HELP = {
    "purpose": "Why you ask, for the log of consultations (or the header `X-Purpose`).",
    "name": "Any other FollowTheMoney property may stand beside it, or in its place where it tells who is meant.",
    "threshold": "`match` is true from this score on.",
    "cutoff": "Results go down to this score (default: the review border).",
    "api_key": "The key, for clients that send no headers.",
}
"""parameter -> what it means, where its name does not say so."""
