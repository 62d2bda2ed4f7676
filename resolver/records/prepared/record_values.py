"""Records as plain lists, for single answers, where columns would cost more than their content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
