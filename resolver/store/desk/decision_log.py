"""The log of decisions: rows in, rows out, and the digest that keeps one row from being written twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from resolver.records.decisions import Decision, Verdict
from resolver.store.row_types import StoredDecision, moment_of, utc_text


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision to be logged, with what the steward saw: say `{"left_hash": …, "right_hash": …, "members": […],
    "model": …}`."""

    decision: Decision
    seen: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The same for the same verdict of the same person at the same time: a file given twice is logged once."""
        row = decision_row(self)
        said = [
            row[name]
            for name in ("left_id", "right_id", "verdict", "unlawful", "who", "decided", "why")
        ]
        return hashlib.sha256(
            json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")
        ).hexdigest()


def decision_row(new: NewDecision) -> dict[str, Any]:
    """The columns of a decision. `decided` is empty where the log does not say when."""
    one = new.decision
    return {
        "left_id": one.left_id,
        "right_id": one.right_id,
        "verdict": str(one.verdict),
        "unlawful": one.unlawful,
        "who": one.who,
        "decided": utc_text(one.when) if one.when else "",
        "why": one.why,
        "seen": dict(new.seen),
        "needs_two": one.needs_two,
    }


def stored_decision(row: Any) -> StoredDecision:
    """A row of the log."""
    when = moment_of(row.decided) if row.decided else None
    verdict = Verdict(row.verdict)
    where = f"decision {row.number}"
    two = bool(row.needs_two)
    # plain SQL gives the text of a JSON column on SQLite
    seen = json.loads(row.seen) if isinstance(row.seen, str) else row.seen
    decision = Decision(
        row.left_id, row.right_id, verdict, row.who, when, row.why, bool(row.unlawful), where, two
    )
    return StoredDecision(row.number, row.landed, decision, seen or {})
