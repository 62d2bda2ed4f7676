"""Reasons for which two entities wait for a steward."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.records.results.resolution import Band, Basis
from resolver.review.decisions.earlier_verdicts import (
    COMMENT_KEY,
    UNDOES_KEY,
    PairVerdicts,
    shown_reason,
    steward_verdict,
)
from resolver.review.models import QueueReason
from resolver.scoring import scores
from resolver.store import StoredDecision, utc_text

_SAMPLE_INTERVAL = 50
"""Borderline pairs among which one is drawn at random."""
Numbers = npt.NDArray[np.int64]


class Undecided(NamedTuple):
    """Reason of a pair without decisions, with a sentence about it."""

    reason: QueueReason
    text: str


_RECORDS_MATCH, _KEPT_APART, _AMBIGUOUS, _SAMPLE, _BORDERLINE = range(5)
UNDECIDED_REASONS = (
    Undecided(
        QueueReason.CONTRADICTION,
        "two of their records match by themselves, but all values of the two together do not",
    ),
    Undecided(
        QueueReason.CONTRADICTION,
        "the two match, but other records of theirs, their kinds, or a list that holds nobody "
        "twice keep them apart",
    ),
    Undecided(
        QueueReason.AMBIGUOUS,
        "one of the two also matches {rival}, which contradicts the other: it joins neither",
    ),
    Undecided(
        QueueReason.SAMPLE, "drawn by chance, so that the model also learns from plain cases"
    ),
    Undecided(QueueReason.BORDERLINE, "the score lies between the thresholds"),
)
_PLACE_BY_BASIS = {
    Basis.CONTRADICTION: _RECORDS_MATCH,
    Basis.OTHERS: _KEPT_APART,
    Basis.AMBIGUOUS: _AMBIGUOUS,
}
RESTRICTED_TEXT = ", or only a restricted record connects them"
"""What may also be so where two entities that match have restricted records."""
_BANDS = {band.label: band for band in Band}


@dataclass(frozen=True, slots=True)
class WaitingPair:
    """Pair of entities: numbers, strongest pair of records, number of waiting pairs, and reason
    (None: it does not wait).

    `logodds` and `band` are those of the entities, `record_logodds` those of the two records.
    """

    pair: tuple[int, int]
    left: int
    right: int
    logodds: int
    band: Band
    record_logodds: int
    pairs: int
    reason: QueueReason | None
    why: str
    excluded_steward: str
    verdicts: PairVerdicts | None

    @property
    def decided_at(self) -> str:
        """Time of the decision that waits for a second steward, or empty."""
        unconfirmed = self.verdicts.unconfirmed if self.verdicts else None
        return _decision_time(unconfirmed) if unconfirmed else ""


def find_reason(
    band: Band, logodds: int, undecided: Undecided, verdicts: PairVerdicts | None
) -> tuple[QueueReason | None, str, str]:
    """Return the reason or None, a sentence about it, and the steward who may not decide.

    `undecided`: the reason if no decision counts.
    """
    if verdicts is not None and verdicts.unconfirmed is not None:
        decision = verdicts.unconfirmed.decision
        reason = QueueReason.RED if decision.unlawful else QueueReason.SECOND
        steward, note = decision.decided_by, _note(verdicts.unconfirmed)
        undoes = verdicts.unconfirmed.context.get(UNDOES_KEY)
        word = "took back an earlier decision" if undoes else f"said {steward_verdict(decision)}"
        sentence = f"{steward} {word}{note}; it counts once another steward confirms it"
        return reason, sentence, steward
    if verdicts is not None and verdicts.is_reopened:
        return _find_reopened_reason(band, verdicts)
    if verdicts is not None and verdicts.different is not None:
        return _find_moved_reason(band, logodds, verdicts.different)
    if verdicts is not None and verdicts.unsure is not None:
        steward = verdicts.unsure.decision.decided_by or "somebody"
        return QueueReason.UNSURE, f"{steward} was unsure{_note(verdicts.unsure)}", ""
    return undecided.reason, undecided.text, ""


def explain_undecided(undecided: Undecided, rival: str, *, is_restricted: bool) -> Undecided:
    """Return the reason of two entities without decisions with its whole sentence. `rival`: id of
    a record of the entity that one of the two fits as well; some of them may be restricted.
    """
    is_contradiction = undecided.reason is QueueReason.CONTRADICTION
    also = RESTRICTED_TEXT if is_restricted and is_contradiction else ""
    return undecided._replace(text=undecided.text.format(rival=rival) + also)


def find_undecided_reasons(basis: Numbers, record_ids: Sequence[tuple[str, str]]) -> Numbers:
    """Return the reasons of pairs without decisions, as indexes into `UNDECIDED_REASONS`.

    `basis`: `Basis` of the link of each pair. `record_ids`: ids of the strongest pair of records of
    each pair. They alone decide which pairs are drawn: record numbers would count the records that
    a steward may not see.
    """
    is_sampled = np.array([_is_drawn(*pair) for pair in record_ids], dtype=bool)
    reasons: Numbers = np.where(is_sampled, _SAMPLE, _BORDERLINE)
    for of_link, place in _PLACE_BY_BASIS.items():
        reasons[basis == of_link] = place
    return reasons


def _is_drawn(left: str, right: str) -> bool:
    first, second = sorted((left, right))
    return zlib.crc32(f"{first}\n{second}".encode()) % _SAMPLE_INTERVAL == 0


def _find_reopened_reason(
    band: Band, verdicts: PairVerdicts
) -> tuple[QueueReason | None, str, str]:
    """Return the reason of a pair with a reopened decision.

    A reopened *different* keeps apart, so only evidence that the two may be one makes them wait.
    """
    reopened = verdicts.reopened
    if reopened is None or (verdicts.different is not None and band == Band.DISTINCT):
        return None, "", ""
    decision = reopened.decision
    verdict = "red" if decision.unlawful else str(decision.verdict)
    sentence = (
        f"reopened: {decision.reopened}, after {decision.decided_by or 'somebody'} said {verdict}"
        f"{_note(reopened)}"
    )
    day = _decision_time(reopened)[:10]
    return QueueReason.REOPENED, f"{sentence} on {day}" if day else sentence, ""


def _find_moved_reason(
    band: Band, logodds: int, different: StoredDecision
) -> tuple[QueueReason | None, str, str]:
    """Return the reason of a pair decided different whose score has moved into a higher band."""
    old_band = _BANDS.get(str(different.context.get("band", "")))
    old_logodds = int(different.context.get("logodds", logodds - 1))
    if old_band is None or band <= old_band or logodds <= old_logodds:
        return None, "", ""
    decision, context = different.decision, different.context
    new_score = _score(logodds)
    before_text = (  # a pair that blocking did not bring together had no score
        f"{_score(int(context['logodds'])):.2f} ({old_band.label})"
        if "logodds" in context
        else "below the review threshold"
    )
    steward, day = decision.decided_by or "somebody", _decision_time(different)[:10]
    sentence = (
        f"{steward} said different on {day}, when the score was {before_text}; "
        f"new evidence has made it {new_score:.2f} ({band.label})"
    )
    return QueueReason.MOVED, sentence, ""


def _score(logodds: int) -> float:
    return float(scores(np.array([logodds]))[0])


def _note(stored: StoredDecision) -> str:
    parts = shown_reason(stored), str(stored.context.get(COMMENT_KEY, ""))
    text = ", ".join(filter(None, parts))
    return f" ({text})" if text else ""


def _decision_time(stored: StoredDecision) -> str:
    return utc_text(stored.decision.decided_at) if stored.decision.decided_at else ""
