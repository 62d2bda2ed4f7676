"""Counts of patterns of agreement among scored pairs; the memory for them does not grow with the
number of pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from resolver.matching.kernels.agreement_patterns import (
    FREE,
    PairColumns,
    PatternTable,
    add_topic,
    count_patterns,
    note_outcomes,
)
from resolver.matching.scoring.source_shifts import DATE_ERROR, UNSUPPORTED, WITHIN, Marks
from resolver.matching.scoring.terms import SupportLimit, Thresholds, scores, threshold_logodds
from resolver.records.kinds import KIND_BY_LABEL, Kind
from resolver.records.prepared.batch import FloatArray
from resolver.records.results.explanation import (
    DATE_ERROR_BIT,
    KIND_SHIFT,
    PATTERN_TOPICS,
    PHRASES,
    UNSUPPORTED_BIT,
    WITHIN_BIT,
)
from resolver.records.results.resolution import AgreementPatterns

Numbers = npt.NDArray[np.int64]
MAX_PATTERNS = 16_384
"""Maximum number of patterns that are told apart."""
SAMPLES_PER_GROUP = 2
"""Number of example pairs that are kept of each pattern and group of log-odds."""
_GROUPS = 3
_WIDTH, _BINS = 200, 140
"""Thousandths of log-odds in one bin, and number of bins around 0."""
_MIDDLES = (np.arange(_BINS) - _BINS // 2) * _WIDTH + _WIDTH // 2
_NO_SAMPLE = np.uint64(2**64 - 1)


class PatternFlags(NamedTuple):
    """Facts that shift the scores of pairs later: the marks of the pair, and that it is within one
    source.
    """

    marks: Marks
    is_within: npt.NDArray[np.bool_]


def code_patterns(
    features: Sequence[str], evidence: FloatArray, kind: Kind, flags: PatternFlags
) -> Numbers:
    """Return the pattern of each pair of `evidence` (m × features); see `AgreementPatterns`."""
    patterns = np.full(len(evidence), int(kind) << KIND_SHIFT, dtype=np.int64)
    for mark, bit in ((UNSUPPORTED, UNSUPPORTED_BIT), (DATE_ERROR, DATE_ERROR_BIT)):
        patterns |= (flags.marks & mark != 0).astype(np.int64) << bit
    patterns |= flags.is_within.astype(np.int64) << WITHIN_BIT
    marks = np.zeros(len(evidence), dtype=np.uint8)
    for index, comparators in enumerate(PATTERN_TOPICS.values()):
        for name in comparators:
            if name in features:
                column, phrases = evidence[:, features.index(name)], PHRASES[name]
                note_outcomes(column, phrases.near_from, phrases.agree_from, marks)
        add_topic(marks, 2 * index, patterns)
    return patterns


@dataclass(frozen=True, slots=True)
class PatternTally:
    """Pairs counted by pattern and log-odds, with samples of each band.

    The bands of samples are those at the time of counting; a shift of all scores comes later.
    """

    table: PatternTable
    cuts: Numbers

    @classmethod
    def empty(cls, thresholds: Thresholds) -> Self:
        """Return a tally without pairs."""
        samples = _GROUPS * SAMPLES_PER_GROUP
        slots = 2 * MAX_PATTERNS
        table = PatternTable(
            np.full(slots, FREE, dtype=np.int64),
            np.zeros(slots, dtype=np.int32),
            np.zeros((MAX_PATTERNS + 1, _BINS), dtype=np.int64),
            np.full((MAX_PATTERNS, samples), _NO_SAMPLE, dtype=np.uint64),
            np.zeros((MAX_PATTERNS, samples, 3), dtype=np.int32),
            np.zeros(1, dtype=np.int64),
        )
        cuts = [threshold_logodds(score) for score in (thresholds.review, thresholds.match)]
        return cls(table, np.array(cuts, dtype=np.int64))

    def add(
        self,
        left: npt.NDArray[np.int32],
        right: npt.NDArray[np.int32],
        logodds: npt.NDArray[np.int32],
        patterns: Numbers,
    ) -> None:
        """Count pairs of rows; negative patterns are left out."""
        pairs = PairColumns(left, right, logodds, patterns)
        count_patterns(pairs, _WIDTH, self.cuts, SAMPLES_PER_GROUP, self.table)

    def summarize(
        self,
        thresholds: Thresholds,
        shifts: Mapping[str, int],
        limits: Mapping[str, SupportLimit | None],
        date_errors: Mapping[str, int],
    ) -> AgreementPatterns:
        """Return the patterns under final scores: shifted by kind, limited, and with what errors in
        birth dates add.

        `shifts` has the keys of `count_partners`, the others have labels of kinds. All are empty if
        scores were final when they were counted.

        A bin of log-odds counts as its middle.
        """
        used = int(self.table.used[0])
        rows = np.argsort(self._keys(used))
        keys, counts = self._keys(used)[rows], self.table.counts[:used][rows]
        middles = _final_logodds(keys, np.tile(_MIDDLES, (used, 1)), shifts, limits, date_errors)
        score = scores(middles)
        band = thresholds.bands(score)
        per_band = np.stack([np.where(band == each, counts, 0).sum(axis=1) for each in range(3)])
        has_sample = self.table.hashes[:used][rows] != _NO_SAMPLE
        owners, _ = np.nonzero(has_sample)
        examples = self.table.samples[:used][rows][has_sample]
        own = examples[:, 2:].astype(np.int64)
        final = _final_logodds(keys[owners], own, shifts, limits, date_errors)
        examples[:, 2] = final[:, 0]
        return _unite_supported(
            AgreementPatterns(
                keys,
                per_band.T.copy(),
                (score * counts).sum(axis=1),
                int(self.table.counts[-1].sum()),
                examples,
                owners,
            )
        )

    def _keys(self, used: int) -> Numbers:
        """Return the patterns in the order of their rows."""
        keys = np.empty(used, dtype=np.int64)
        is_used = self.table.keys != FREE
        keys[self.table.numbers[is_used]] = self.table.keys[is_used]
        return keys


def _final_logodds(
    patterns: Numbers,
    logodds: Numbers,
    shifts: Mapping[str, int],
    limits: Mapping[str, SupportLimit | None],
    date_errors: Mapping[str, int],
) -> Numbers:
    """Return the final log-odds (patterns × any) of log-odds at the time of counting."""
    final = logodds.copy()
    for key, shift in shifts.items():
        kind = key.removesuffix(WITHIN)
        is_own = (patterns >> KIND_SHIFT & 7) == int(KIND_BY_LABEL[kind])
        is_own &= (patterns >> WITHIN_BIT & 1 == 1) == (key != kind)
        final[is_own] += shift
        limit = limits.get(kind)
        if limit is not None:
            limited = is_own & (patterns >> UNSUPPORTED_BIT & 1 == 1)
            final[limited] = np.minimum(final[limited], limit.most)
        final[is_own & (patterns >> DATE_ERROR_BIT & 1 == 1)] += date_errors.get(kind, 0)
    return final


def _unite_supported(patterns: AgreementPatterns) -> AgreementPatterns:
    """Unite the patterns that differ only in marks or sources."""
    keys, place = np.unique(patterns.patterns & ((1 << UNSUPPORTED_BIT) - 1), return_inverse=True)
    place = place.reshape(-1)
    pairs = np.zeros((len(keys), 3), dtype=np.int64)
    np.add.at(pairs, place, patterns.pairs)
    sums = np.bincount(place, patterns.score_sums, len(keys)).astype(np.float64)
    owners = place[patterns.example_patterns]
    order = np.argsort(owners, kind="stable")
    return replace(
        patterns,
        patterns=keys,
        pairs=pairs,
        score_sums=sums,
        examples=patterns.examples[order],
        example_patterns=owners[order],
    )
