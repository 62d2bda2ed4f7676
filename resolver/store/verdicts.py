"""Verdicts on hits of screenings: hits that an agency has cleared or confirmed, until the verdicts
expire.

A verdict belongs to its owner, which is an agency or a sender without an agency. Nobody else is
shown it, and no answer to anybody else depends on it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, and_, insert, or_, select, update

from resolver.errors import StoreError
from resolver.store.database import read_transaction, utc_text, write_transaction
from resolver.store.schema import hit_verdicts


class HitVerdict(StrEnum):
    """Verdict on a hit: the subject is the entity, or is not."""

    CLEARED = "cleared"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class VerdictSubject:
    """Subject in the form in which it is recognized again: by the caller's id, or by the keyed hash
    of its values.

    `facts`: keyed hashes of the values by property, which show what has changed without storing the
    values.
    """

    id: str
    name: str
    digest: str
    facts: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class VerdictEvidence:
    """Entity at the time of the verdict: id, name, ids of its records, its facts by property
    (normal form to shown text), the similarity of the names, and the log-odds of its own evidence,
    in thousandths.
    """

    entity: str
    caption: str
    records: tuple[str, ...]
    facts: Mapping[str, Mapping[str, str]]
    similarity: float | None
    weight: int

    def with_earlier(self, earlier: VerdictEvidence) -> VerdictEvidence:
        """Return this evidence with the records and facts on which an earlier verdict rests."""
        props = {**earlier.facts, **self.facts}
        similarities = [row.similarity for row in (self, earlier) if row.similarity is not None]
        return replace(
            self,
            records=tuple(sorted({*self.records, *earlier.records})),
            facts={
                prop: {**earlier.facts.get(prop, {}), **self.facts.get(prop, {})} for prop in props
            },
            similarity=max(similarities, default=None),
            weight=max(self.weight, earlier.weight),
        )


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """Verdict of an owner; times are UTC texts. `withdrawn` is empty as long as it holds."""

    id: str
    owner: str
    verdict: HitVerdict
    subject: VerdictSubject
    evidence: VerdictEvidence
    reason: str
    who: str
    made: str
    expires: str
    withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Verdicts of a store."""

    engine: Engine

    def add(
        self,
        owner: str,
        verdict: HitVerdict,
        subject: VerdictSubject,
        evidence: VerdictEvidence,
        *,
        reason: str,
        who: str,
        expires: str,
    ) -> StoredVerdict:
        """Store a verdict. An earlier verdict of the owner on the same subject and entity ends. If
        both clear the hit, the new one also rests on the evidence of the earlier one, because the
        entity may have lost records since, which other entities have now.
        """
        now = utc_text()
        is_same = and_(
            hit_verdicts.c.owner == owner,
            hit_verdicts.c.entity == evidence.entity,
            hit_verdicts.c.withdrawn == "",
            hit_verdicts.c.subject_id == subject.id
            if subject.id
            else hit_verdicts.c.subject_digest == subject.digest,
        )
        with write_transaction(self.engine) as connection:
            for earlier in map(_verdict, connection.execute(select(hit_verdicts).where(is_same))):
                if earlier.verdict is verdict is HitVerdict.CLEARED and earlier.expires > now:
                    evidence = evidence.with_earlier(earlier.evidence)
            ended = update(hit_verdicts).where(is_same)
            connection.execute(ended.values(withdrawn=now, withdrawn_by=who))
            row = StoredVerdict(
                uuid.uuid4().hex, owner, verdict, subject, evidence, reason, who, now, expires
            )
            connection.execute(insert(hit_verdicts).values(**_columns(row)))
        return row

    def list(
        self, owner: str, *, expired: bool = False, limit: int | None = None
    ) -> list[StoredVerdict]:
        """Return the verdicts of an owner that hold, the newest first; with `expired`, also
        verdicts that have ended.
        """
        query = select(hit_verdicts).where(hit_verdicts.c.owner == owner)
        if not expired:
            now = utc_text()
            query = query.where(hit_verdicts.c.withdrawn == "", hit_verdicts.c.expires > now)
        query = query.order_by(hit_verdicts.c.number.desc())
        if limit is not None:
            query = query.limit(limit)
        with read_transaction(self.engine) as connection:
            return [_verdict(row) for row in connection.execute(query)]

    def find(self, verdict_id: str) -> StoredVerdict | None:
        """Return the verdict of an id, whoever owns it, if it holds."""
        c = hit_verdicts.c
        holds = (c.id == verdict_id, c.withdrawn == "", c.expires > utc_text())
        with read_transaction(self.engine) as connection:
            row = connection.execute(select(hit_verdicts).where(*holds)).first()
        return None if row is None else _verdict(row)

    def find_confirmed(self, row: StoredVerdict) -> Sequence[StoredVerdict]:
        """Return the verdicts by which the owner of a verdict has confirmed hits of the same
        subject, if they hold.
        """
        c = hit_verdicts.c
        is_subject = c.subject_digest == row.subject.digest
        if row.subject.id:
            is_subject = or_(is_subject, c.subject_id == row.subject.id)
        holds = (c.owner == row.owner, c.withdrawn == "", c.expires > utc_text())
        query = select(hit_verdicts).where(
            *holds, is_subject, c.verdict == HitVerdict.CONFIRMED.value
        )
        with read_transaction(self.engine) as connection:
            return [_verdict(found) for found in connection.execute(query)]

    def withdraw(self, owner: str, verdict_id: str, who: str) -> StoredVerdict:
        """End a verdict of an owner, so that its hit returns. Raises `StoreError` for an unknown
        id, and also for an id of another owner.
        """
        is_own = and_(hit_verdicts.c.id == verdict_id, hit_verdicts.c.owner == owner)
        with write_transaction(self.engine) as connection:
            holds = and_(is_own, or_(hit_verdicts.c.withdrawn == ""))
            connection.execute(
                update(hit_verdicts).where(holds).values(withdrawn=utc_text(), withdrawn_by=who)
            )
            row = connection.execute(select(hit_verdicts).where(is_own)).first()
        if row is None:
            raise StoreError(f"there is no verdict {verdict_id[:60]!r}", hint="check the id")
        return _verdict(row)


def _columns(row: StoredVerdict) -> dict[str, Any]:
    return {
        "id": row.id,
        "owner": row.owner,
        "verdict": row.verdict.value,
        "subject_id": row.subject.id,
        "subject_name": row.subject.name,
        "subject_digest": row.subject.digest,
        "subject_facts": dict(row.subject.facts),
        "entity": row.evidence.entity,
        "caption": row.evidence.caption,
        "records": list(row.evidence.records),
        "facts": {prop: dict(values) for prop, values in row.evidence.facts.items()},
        "similarity": row.evidence.similarity,
        "weight": row.evidence.weight,
        "reason": row.reason,
        "who": row.who,
        "made": row.made,
        "expires": row.expires,
        "withdrawn": row.withdrawn,
        "withdrawn_by": "",
    }


def _verdict(row: Any) -> StoredVerdict:
    return StoredVerdict(
        row.id,
        row.owner,
        HitVerdict(row.verdict),
        VerdictSubject(row.subject_id, row.subject_name, row.subject_digest, row.subject_facts),
        VerdictEvidence(
            row.entity, row.caption, tuple(row.records), row.facts, row.similarity, row.weight
        ),
        row.reason,
        row.who,
        row.made,
        row.expires,
        row.withdrawn,
    )
