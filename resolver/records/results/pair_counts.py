"""Counts of the scored pairs of a run, by log-odds and by pattern of agreement."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class LogoddsHistogram:
    """Counts of pairs in bins of log-odds around 0, each `width` thousandths wide.

    The outermost bins have what lies beyond, too.
    """

    counts: npt.NDArray[np.int64]
    width: int

    @property
    def scores(self) -> npt.NDArray[np.float64]:
        """Score (0…1) in the middle of each bin."""
        middles = (np.arange(len(self.counts)) - len(self.counts) // 2 + 0.5) * self.width / 1000
        chance: npt.NDArray[np.float64] = 1.0 / (1.0 + np.exp(-middles))
        return chance


@dataclass(frozen=True, slots=True)
class AgreementPatterns:
    """Patterns of the n kinds of agreement that scored pairs have, ascending by `patterns`.

    `pairs` (n × 3) counts the pairs in each `Band`, `score_sums` (n) adds up their scores. Pairs of
    patterns beyond the most that a run tells apart count in `left_out`. `examples` (m × 3) are
    pairs of rows, with their log-odds in thousandths; `example_patterns` is the place of the
    pattern of each.
    """

    patterns: npt.NDArray[np.int64]
    pairs: npt.NDArray[np.int64]
    score_sums: npt.NDArray[np.float64]
    left_out: int
    examples: npt.NDArray[np.int32]
    example_patterns: npt.NDArray[np.int64]

    def with_scores(
        self,
        left: npt.NDArray[np.int32],
        right: npt.NDArray[np.int32],
        logodds: npt.NDArray[np.int32],
    ) -> AgreementPatterns:
        """Return the patterns with the log-odds that pairs of rows have, where an example is among
        them; pairs are sorted by (left, right).
        """
        if not len(left) or not len(self.examples):
            return self
        keys = left.astype(np.int64) << 32 | right
        own_keys = self.examples[:, 0].astype(np.int64) << 32 | self.examples[:, 1]
        place = np.searchsorted(keys, own_keys).clip(0, len(keys) - 1)
        examples = self.examples.copy()
        examples[:, 2] = np.where(keys[place] == own_keys, logodds[place], examples[:, 2])
        return replace(self, examples=examples)
