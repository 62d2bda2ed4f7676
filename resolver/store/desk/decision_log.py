"""Rows of the decision log, and the digest that keeps a decision from being logged twice."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from resolver.records.decisions import Decision, Verdict
from resolver.store.row_types import StoredDecision, Versions, parse_utc_text, utc_text


@dataclass(frozen=True, slots=True)
class NewDecision:
    """Decision to log, with the context in which the steward took it.

    `context`: for example `{"left_hash": …, "right_hash": …, "members": […], "model": …}`.
    `versions` are the numbers of the two versions of records that the steward saw (see
    `StoredDecision`); None: those that are valid when the decision is committed.
    """

    decision: Decision
    context: Mapping[str, Any] = field(default_factory=dict)
    versions: Versions | None = None

    @property
    def digest(self) -> str:
        """Return a hash of pair, verdict, steward, time and reason: a file sent twice is logged
        once.
        """
        row = decision_row(self)
        values = [
            row[name]
            for name in ("left_id", "right_id", "verdict", "unlawful", "who", "decided", "why")
        ]
        return hashlib.sha256(
            json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass")
        ).hexdigest()


def new_decision_id() -> str:
    """Return a random id of 64 bits for a decision: `d-` and 16 hexadecimal digits.

    It tells nothing of the decision, of its place in the log or of how many there are.
    """
    return f"d-{secrets.token_hex(8)}"


def decision_row(new: NewDecision) -> dict[str, Any]:
    """Return the columns of a decision; `decided` is empty if its time is unknown."""
    decision = new.decision
    left_version, right_version = new.versions or (None, None)
    return {
        "left_id": decision.left_id,
        "right_id": decision.right_id,
        "verdict": str(decision.verdict),
        "unlawful": decision.unlawful,
        "who": decision.decided_by,
        "decided": utc_text(decision.decided_at) if decision.decided_at else "",
        "why": decision.reason,
        "seen": dict(new.context),
        "needs_two": decision.needs_two,
        "left_version": left_version,
        "right_version": right_version,
    }


def stored_decision(row: Any) -> StoredDecision:
    """Return the decision of a row."""
    when = parse_utc_text(row.decided) if row.decided else None
    verdict = Verdict(row.verdict)
    place = f"decision {row.id}"
    needs_two = bool(row.needs_two)
    # on SQLite, plain SQL returns JSON columns as texts
    context = json.loads(row.seen) if isinstance(row.seen, str) else row.seen
    decision = Decision(
        row.left_id,
        row.right_id,
        verdict,
        row.who,
        when,
        row.why,
        bool(row.unlawful),
        place,
        needs_two,
        restores="undoes" in (context or {}),
    )
    versions = row.left_version, row.right_version
    return StoredDecision(row.number, row.id, row.landed, decision, context or {}, versions)
