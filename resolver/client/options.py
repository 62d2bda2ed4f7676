"""Query parameters of the endpoints, as the OpenAPI description states them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

Texts = str | Sequence[str]


class MatchOptions(TypedDict, total=False):
    """Options of `match` and `check`.

    `match` is true from `threshold` on; results go down to `cutoff`, at most `limit` of them. The
    others exclude entities. `explain=False` leaves out the evidence by feature. `changed_since`: a
    day, such as 2026-03-01.
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
    committed. `complete`: the list holds all of its source, so that records it no longer holds are
    withdrawn. `accept_large_change`: commit where a large change would otherwise wait.
    """

    list_format: str
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
