"""Entity resolution for watchlists: who is the same as whom, merged and explained. The public names, nothing else.

    from resolver import Resolver
    Resolver.default().compare(left, right)

Names are loaded when they are asked for, so that the command line answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resolver.engines.pair_explanation import Comparison, Resolver
    from resolver.pipeline import RunOptions
    from resolver.records import Batch, Identifier, Kind, Record, Value

__version__ = "0.1.0"

_HOME = {
    "Batch": "resolver.records",
    "Comparison": "resolver.engines.pair_explanation",
    "Identifier": "resolver.records",
    "Kind": "resolver.records",
    "Record": "resolver.records",
    "Resolver": "resolver.engines.pair_explanation",
    "RunOptions": "resolver.pipeline",
    "Value": "resolver.records",
}

__all__ = [
    "Batch",
    "Comparison",
    "Identifier",
    "Kind",
    "Record",
    "Resolver",
    "RunOptions",
    "Value",
    "__version__",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
