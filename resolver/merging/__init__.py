"""The golden record: survivorship, provenance of every kept value, and the way to FollowTheMoney.

Order: `partition` (which record is in which entity, and entity ids) → `build` (golden records, by the rules in
`canon` and `survivorship`) → `ftm` (entities and edges) beside `statements` (who said what).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from resolver.merge.golden import GoldenRecord, GoldenRelation, GoldenValue
from resolver.merge.partition import Partition, entity_ids, partition

if TYPE_CHECKING:
    from resolver.merge.build import golden_of, golden_records
    from resolver.merge.canon import CountryCode
    from resolver.merge.context import Context, context
    from resolver.merge.ftm import to_ftm
    from resolver.merge.ftm_few import ftm_few
    from resolver.merge.statements import STATEMENT_COLUMNS, statements, statements_of

# FollowTheMoney takes half a second to load, and who asks for entities alone needs none of it.
_LATER = {
    "build": ("golden_of", "golden_records"),
    "canon": ("CountryCode",),
    "context": ("Context", "context"),
    "ftm": ("to_ftm",),
    "ftm_few": ("ftm_few",),
    "statements": ("STATEMENT_COLUMNS", "statements", "statements_of"),
}

__all__ = [
    "STATEMENT_COLUMNS",
    "Context",
    "CountryCode",
    "GoldenRecord",
    "GoldenRelation",
    "GoldenValue",
    "Partition",
    "context",
    "entity_ids",
    "ftm_few",
    "golden_of",
    "golden_records",
    "partition",
    "statements",
    "statements_of",
    "to_ftm",
]


def __getattr__(name: str) -> Any:
    if not any(name in names for names in _LATER.values()):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    modules = {module: import_module(f"{__name__}.{module}") for module in _LATER}
    # all at once, since importing has put modules in the place of functions that have their names
    for module, names in _LATER.items():
        globals().update({later: getattr(modules[module], later) for later in names})
    return globals()[name]
