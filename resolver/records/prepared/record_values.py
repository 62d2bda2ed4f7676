"""A few records spelled out: what single answers are made of, where columns would cost more than what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spelled:
    """n records. `said`: per property the (row, text) of every value, packed as in a `Batch`, in any order; a record
    may say the same twice."""

    ids: list[str]
    sources: list[str]
    kinds: list[int]
    schemas: list[str]
    said: Mapping[str, list[tuple[int, str]]]

    def __len__(self) -> int:
        return len(self.ids)
