"""Explanations of one pair, in the form that files, pages and the command line receive.

They comprise the sum of evidence, the alignment of names, the smallest changes that would lead to
another band, and the blocking rules that join the pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from resolver.records.decisions import Decision
from resolver.records.results.resolution import Band

COMPETITION = "competition"
"""Name of the row that says how many other candidates of a check fit as well."""
RELATION_ROW = "relations"
"""Name of the rows that say what two entities are both related to, each in its `detail`."""


class EvidenceRow(NamedTuple):
    """Row of a score's sum.

    `weight` is in thousandths of log-odds; `similarity` is 0…1, or None if a side states no value.
    """

    name: str
    help: str
    left: str
    right: str
    similarity: float | None
    weight: int
    detail: str = ""


class Fate(StrEnum):
    """Outcome of a name part when two names are aligned."""

    EQUAL = "equal"
    SIMILAR = "similar"
    JOINED = "joined"
    """Two words of one name spell one word of the other."""
    OMITTED = "omitted"
    """Left out of the other name: weak evidence against a match."""
    CONTRADICTED = "contradicted"
    """Left over while the other name has a rest, too: strong evidence against a match."""


class AlignedPart(NamedTuple):
    """Part of the best supported pair of names.

    `left` or `right` is empty if the other name has no such part; `similarity` is 0…1 (0 without a
    partner); `rarity` is in nats, 1 (very common) … 9.
    """

    left: str
    right: str
    fate: Fate
    similarity: float
    rarity: float

    def __str__(self) -> str:
        """Return the part with its rarity.

        `a = b` is equal, `a ~ b 0.91` similar or joined, and `a left only` omitted by the other
        name, with a mark if that name has a rest instead.
        """
        if self.fate is Fate.EQUAL:
            text = f"{self.left} = {self.right}"
        elif self.left and self.right:
            text = f"{self.left} ~ {self.right} {self.similarity:.2f}"
        else:
            mark = ", contradicted" if self.fate is Fate.CONTRADICTED else ""
            text = f"{self.left or self.right} {'left' if self.left else 'right'} only{mark}"
        return f"{text} ({self.rarity:.1f})"


def format_alignment(parts: Iterable[AlignedPart]) -> str:
    """Return the alignment of two names as one text."""
    return ", ".join(map(str, parts))


@dataclass(frozen=True, slots=True)
class Alternative:
    """Different value of one field of a pair, with the similarities that comparators would then
    give.

    NaN is a missing value.
    """

    field: str
    statement: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Change:
    """Way into another band: different values of one or two fields, and the score they would give.

    `logodds` is in thousandths, exactly the sum of the model's tables.
    """

    statements: tuple[str, ...]
    logodds: int
    score: float
    band: Band


POPULATION_ROWS = (
    "prior",
    "calibration",
    "population",
    "partners",
    "asked",
    "names_only",
    "competition",
)
"""Rows of an explanation that no field of a record accounts for."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Reasons for the score of a pair.

    `rows` sum to `logodds` (thousandths) exactly. `parts` align the best pair of names; `changes`
    are the smallest ones into another band, if requested. Where the entities of the two were
    decided on, `score`, `band` and `logodds` are those of the decision, `record_score` is that of
    the two records alone, and `basis` what the decision rests on.
    """

    left_id: str
    right_id: str
    score: float
    band: Band
    logodds: int
    rows: tuple[EvidenceRow, ...]
    notes: tuple[str, ...] = field(default=())
    parts: tuple[AlignedPart, ...] = ()
    changes: tuple[Change, ...] = ()
    record_score: float | None = None
    basis: str = ""

    @property
    def contradicting_rows(self) -> tuple[EvidenceRow, ...]:
        """Evidence against a match, heaviest first, without the rows of the population."""
        rows = [row for row in self.rows if row.weight < 0 and row.name not in POPULATION_ROWS]
        return tuple(sorted(rows, key=lambda row: (row.weight, row.name)))


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Blocking rule that nearly joined a pair; `why` states in a few words what was missing."""

    name: str
    help: str
    why: str


@dataclass(frozen=True, slots=True)
class BlockingTrace:
    """Names of a plan's rules that join two records, and the rules that nearly do.

    Without any such rule the records are never compared.
    """

    plan: str
    joined_by: tuple[str, ...]
    near: tuple[NearMiss, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """Decision of stewards on two records: `same` or not.

    If `direct` is False, `decision` is on two other records, to which decisions tie these two.
    """

    same: bool
    decision: Decision
    direct: bool
