"""What is said of one pair: the sum of evidence, how the names were aligned, what would change the band, and whether
the two would have met at all. The form in which composers hand it to files, pages and the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from resolver.records.decisions import Decision
from resolver.records.results.resolution import Band


class EvidenceRow(NamedTuple):
    """One line of a score's sum. `weight` in thousandths of log-odds; `similarity` in 0…1 or None where a side says
    nothing."""

    name: str
    help: str
    left: str
    right: str
    similarity: float | None
    weight: int
    detail: str = ""


class Fate(StrEnum):
    """What became of a part of a name when two names were aligned."""

    EQUAL = "equal"
    SIMILAR = "similar"
    JOINED = "joined"
    """Two words of the one spell one word of the other."""
    OMITTED = "omitted"
    """The other name leaves it out: little against a match."""
    CONTRADICTED = "contradicted"
    """Both names have something left over: much against a match."""


class AlignedPart(NamedTuple):
    """One part of the best supported pair of names. `left` or `right` is empty where the other has no such part;
    `similarity` in 0…1 (0 for what has no partner); `rarity` in nats, 1 (very common) … 9."""

    left: str
    right: str
    fate: Fate
    similarity: float
    rarity: float

    def __str__(self) -> str:
        """`a = b` equal, `a ~ b 0.91` similar or two words for one, `a left only` omitted by the other, with a mark
        where the other has something else instead; then the rarity."""
        if self.fate is Fate.EQUAL:
            said = f"{self.left} = {self.right}"
        elif self.left and self.right:
            said = f"{self.left} ~ {self.right} {self.similarity:.2f}"
        else:
            mark = ", contradicted" if self.fate is Fate.CONTRADICTED else ""
            said = f"{self.left or self.right} {'left' if self.left else 'right'} only{mark}"
        return f"{said} ({self.rarity:.1f})"


def on_one_line(parts: Iterable[AlignedPart]) -> str:
    """How two names were aligned, as one text."""
    return ", ".join(map(str, parts))


@dataclass(frozen=True, slots=True)
class Alternative:
    """What one field of a pair could say instead: the similarities its comparators would then see (NaN: missing)."""

    field: str
    says: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Change:
    """A way into another band: what one or two fields would have to say instead, and what score that would give.
    `logodds` in thousandths, exactly what the model's tables sum to."""

    says: tuple[str, ...]
    logodds: int
    score: float
    band: Band


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a pair got its score: `rows` sum to `logodds` (thousandths) exactly. `parts` align the best pair of names;
    `changes` are the smallest that lead into another band, where they were asked for."""

    left_id: str
    right_id: str
    score: float
    band: Band
    logodds: int
    rows: tuple[EvidenceRow, ...]
    notes: tuple[str, ...] = field(default=())
    parts: tuple[AlignedPart, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def against(self) -> tuple[EvidenceRow, ...]:
        """The evidence that spoke against, heaviest first: not where every pair starts, nor the calibration."""
        said = [
            row for row in self.rows if row.weight < 0 and row.name not in ("prior", "calibration")
        ]
        return tuple(sorted(said, key=lambda row: (row.weight, row.name)))


@dataclass(frozen=True, slots=True)
class NearRule:
    """A blocking rule that came near to joining a pair: `why` it did not, in a few words."""

    name: str
    help: str
    why: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """Whether a blocking plan brings two records together: the names of the rules that join them (none: they are never
    compared), and those that came near."""

    plan: str
    joined_by: tuple[str, ...]
    near: tuple[NearRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """What stewards decided of two records: `same` or not, by `decision`. Where that is on two other records, these are
    tied to the two by decisions that call them the same."""

    same: bool
    decision: Decision
    direct: bool
