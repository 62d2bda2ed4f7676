"""Records as plain lists, for single answers, where columns would cost more than their content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class RecordValues:
    """Records as lists.

    `values` has per property the (row, text) of every value, packed as in a `Batch`, with rows that
    ascend; repetitions are allowed.
    """

    ids: list[str]
    sources: list[str]
    kinds: list[int]
    schemas: list[str]
    values: Mapping[str, list[tuple[int, str]]]

    def __len__(self) -> int:
        return len(self.ids)


def concat_values(parts: Sequence[RecordValues]) -> RecordValues:
    """Return the records of some parts, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    united = RecordValues([], [], [], [], {})
    values: dict[str, list[tuple[int, str]]] = {}
    for part in parts:
        first = len(united)
        for prop, stated in part.values.items():
            values.setdefault(prop, []).extend((first + row, text) for row, text in stated)
        for column, added in (
            (united.ids, part.ids),
            (united.sources, part.sources),
            (united.schemas, part.schemas),
        ):
            column.extend(added)
        united.kinds.extend(part.kinds)
    return replace(united, values=values)
