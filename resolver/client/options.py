"""What may be asked beside the entity: the parameters of the doors, as the service describes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

Texts = str | Sequence[str]


class MatchOptions(TypedDict, total=False):
    """Of `match` and `check`: `match` is true from `threshold` on, results go down to `cutoff`, at most `limit` of
    them; the others leave entities out. `changed_since`: a day, such as 2026-03-01."""

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


class SearchOptions(TypedDict, total=False):
    """Of `search`. `sort`: `score`, `caption`, `schema`, `id` or `properties.X`, with `:asc` or `:desc`."""

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
    filter_op: str
    limit: int
    offset: int
