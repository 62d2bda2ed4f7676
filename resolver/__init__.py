"""Entity resolution for watchlists: find the records of one person or group, with reasons.

    import resolver
    result = resolver.dedupe(df, kind="person")
    result.clusters, result.pairs

    resolver.Resolver.default().compare(left, right)

Public names are loaded on first access, so that the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resolver.engines.pair_explanation import Comparison, Resolver
    from resolver.frames.estimator import EntityResolver
    from resolver.frames.resolving import dedupe_table as dedupe
    from resolver.frames.resolving import link_tables as link
    from resolver.frames.results import Result
    from resolver.frames.watchlist_index import Index, StoredLists, open_store
    from resolver.matching.resolution_task import RunOptions
    from resolver.records import Batch, Identifier, Kind, Record, Value

__version__ = "0.1.0"

_HOME = {
    "Batch": "resolver.records",
    "Comparison": "resolver.engines.pair_explanation",
    "EntityResolver": "resolver.frames.estimator",
    "Identifier": "resolver.records",
    "Index": "resolver.frames.watchlist_index",
    "Kind": "resolver.records",
    "Record": "resolver.records",
    "Resolver": "resolver.engines.pair_explanation",
    "Result": "resolver.frames.results",
    "RunOptions": "resolver.matching.resolution_task",
    "StoredLists": "resolver.frames.watchlist_index",
    "Value": "resolver.records",
    "dedupe": "resolver.frames.resolving:dedupe_table",
    "link": "resolver.frames.resolving:link_tables",
    "open_store": "resolver.frames.watchlist_index",
}

__all__ = [
    "Batch",
    "Comparison",
    "EntityResolver",
    "Identifier",
    "Index",
    "Kind",
    "Record",
    "Resolver",
    "Result",
    "RunOptions",
    "StoredLists",
    "Value",
    "__version__",
    "dedupe",
    "link",
    "open_store",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, defined_as = _HOME[name].partition(":")
    return getattr(import_module(module), defined_as or name)


def __dir__() -> list[str]:
    return __all__
