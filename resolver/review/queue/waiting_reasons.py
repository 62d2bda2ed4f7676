"""Why two entities wait for a steward, or that they do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.records.results.resolution import Band
from resolver.review.decisions.earlier_verdicts import COMMENT, Between
from resolver.review.models import Reason
from resolver.scoring import scores
from resolver.store import StoredDecision, utc_text

_SAMPLE = 50
"""One in so many borderline pairs is drawn by chance."""
Numbers = npt.NDArray[np.int64]
WHY = {
    Reason.CONTRADICTION: "records of the two match, yet as wholes the two do not fit together",
    Reason.SAMPLE: "drawn by chance, so that the model also learns what plain cases look like",
    Reason.BORDERLINE: "the score lies between the borders",
}
PLAIN = tuple(WHY)
_BANDS = {band.label: band for band in Band}


@dataclass(frozen=True, slots=True)
class Found:
    """Two entities (numbers), the strongest pair of their records, how many pairs wait, and why (None: they do not
    wait)."""

    pair: tuple[int, int]
    left: int
    right: int
    logodds: int
    band: Band
    pairs: int
    reason: Reason | None
    why: str
    not_for: str
    said: Between | None

    @property
    def at(self) -> str:
        """When the decision that waits was taken."""
        waits = self.said.waits if self.said else None
        return _when(waits) if waits else ""


def reason_of(
    band: Band, logodds: int, records: tuple[int, int], said: Between | None
) -> tuple[Reason | None, str, str]:
    """The reason, a sentence on it, and who may not decide: the steward whose decision waits for another."""
    if said is not None and said.waits is not None:
        one = said.waits.decision
        reason = Reason.RED if one.unlawful else Reason.SECOND
        word = "red" if one.unlawful else str(one.verdict)
        told = (
            f"{one.who} said {word}{_note(said.waits)}; it counts once another steward says so too"
        )
        return reason, told, one.who
    if said is not None and said.different is not None:
        return _moved(band, logodds, said.different)
    if said is not None and said.unsure is not None:
        who = said.unsure.decision.who or "somebody"
        return Reason.UNSURE, f"{who} was unsure{_note(said.unsure)}", ""
    plain = PLAIN[
        int(plain_reasons(*(np.array([one], dtype=np.int64) for one in (band, *records)))[0])
    ]
    return plain, WHY[plain], ""


def plain_reasons(band: Numbers, left: Numbers, right: Numbers) -> Numbers:
    """The reasons of pairs on which nothing was decided, as places in `PLAIN`; `left`, `right`: numbers of records."""
    drawn = (left * 2_654_435_761 + right) % _SAMPLE == 0
    found: Numbers = np.where(band == Band.MATCH, 0, np.where(drawn, 1, 2))
    return found


def _moved(band: Band, logodds: int, different: StoredDecision) -> tuple[Reason | None, str, str]:
    """Decided different: it stands, unless the score has moved into a higher band since."""
    before = _BANDS.get(str(different.seen.get("band", "")))
    if before is None or band <= before:
        return None, "", ""
    one, seen = different.decision, different.seen
    now = _score(logodds)
    # of a pair that nothing brought together there was no score
    was = (
        f"{_score(int(seen['logodds'])):.2f} ({before.label})"
        if "logodds" in seen
        else "below the review border"
    )
    told = (
        f"{one.who or 'somebody'} said different on {_when(different)[:10]}, when the score was {was}; "
        f"new evidence has made it {now:.2f} ({band.label})"
    )
    return Reason.MOVED, told, ""


def _score(logodds: int) -> float:
    return float(scores(np.array([logodds]))[0])


def _note(stored: StoredDecision) -> str:
    said = ", ".join(filter(None, (stored.decision.why, str(stored.seen.get(COMMENT, "")))))
    return f" ({said})" if said else ""


def _when(stored: StoredDecision) -> str:
    return utc_text(stored.decision.when) if stored.decision.when else ""
