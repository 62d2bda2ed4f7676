"""Verdicts on hits: cleared hits stay away until their evidence changes, and confirmed hits are
marked.

A subject is recognized by the id that its caller gives it, or by a keyed hash of its values. An
entity is recognized by its id, by the ids of its records or, if a list has changed all of these, by
its facts. So a verdict outlasts merges, splits and new versions of lists.

The evidence of a hit has changed in four cases: the entity states a fact that it did not state
before, its names are more like the subject's, a fact that spoke against the hit is gone, or the
subject states other values. The hit then returns, and says what changed.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from resolver.check.entity_index import IndexSnapshot
from resolver.check.screener import MatchQuery, Screener
from resolver.errors import UsageError
from resolver.records import Record
from resolver.records.labels import property_label
from resolver.records.properties import BIRTH_DATE, COUNTRIES, FULL_NAMES, IDENTIFIERS, NAME_PARTS
from resolver.records.visibility import owner_of as owner_of
from resolver.screening.screen import (
    Screening,
    ScreeningHit,
    Subject,
    build_subject,
    screen_subjects,
)
from resolver.store import (
    HitVerdict,
    Store,
    StoredVerdict,
    VerdictEvidence,
    VerdictSubject,
    utc_text,
)
from resolver.values.normal_values import country_code

DEFAULT_DURATION = timedelta(days=365)
MAX_DURATION = timedelta(days=3_660)
MAX_REASON = 2_000
"""Maximum number of characters in a reason."""
OPERATOR_OWNER = ""
"""Owner of verdicts that are given by command."""
_SAME_NAME = 0.01
"""Rise of the similarity of names (0 to 1) that does not count as a change, because models differ
by as much between two fits. A larger value would hide a hit whose name was corrected to the name of
the subject.
"""
_STRONGER = 300
"""Minimum rise of the evidence (thousandths of a nat) for which a missing fact counts as a change.
"""
_NAME_PROPERTIES = frozenset((*FULL_NAMES, *NAME_PARTS))
_COUNTRY_PROPERTIES, _NUMBER_PROPERTIES = frozenset(COUNTRIES), frozenset(IDENTIFIERS)
_PLAIN_FACTS = frozenset((BIRTH_DATE, "deathDate", "gender", "birthPlace", "incorporationDate"))
_SUBJECT_FACTS = frozenset(("address", "phone", "email"))
"""Facts that count only if the subject states some of them, because lists add such facts all the
time.
"""


def read_expiry(text: str, now: datetime | None = None) -> str:
    """Return the end of a verdict or a watch as a UTC text: the end of a day (`2027-06-30`), by
    default a year from now. Raises `UsageError`.
    """
    now = now or datetime.now(UTC)
    if not text.strip():
        return utc_text(now + DEFAULT_DURATION)
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(
            f"{text[:40]!r} is no date", hint="write the last day as 2027-06-30"
        ) from None
    end = day.replace(hour=23, minute=59, second=59)
    if end <= now:
        raise UsageError(f"{text[:40]} lies in the past", hint="give a day from today on")
    if end > now + MAX_DURATION:
        raise UsageError(f"{text[:40]} is more than ten years away", hint="give an earlier day")
    return utc_text(end)


def read_reason(text: str) -> str:
    """Return the reason of a verdict. Raises `UsageError` if the reason is empty or too long."""
    reason = text.strip()
    if not reason:
        raise UsageError("a verdict needs a reason", hint="say why the subject is not the entity")
    if len(reason) > MAX_REASON:
        raise UsageError(f"the reason has {len(reason):,} characters", hint=f"use {MAX_REASON:,}")
    return reason


def give_verdict(
    store: Store,
    hit: ScreeningHit,
    verdict: HitVerdict,
    *,
    owner: str,
    who: str,
    reason: str,
    expires: str,
    anonymous: bool = False,
) -> StoredVerdict:
    """Store a verdict on a hit; `anonymous` keeps only the keyed hash of the subject.

    `expires`: see `read_expiry`. Raises `UsageError` without a reason.
    """
    return store.verdicts.add(
        owner,
        verdict,
        recognize(hit.subject, _secret_of(store), anonymous=anonymous),
        _evidence_of(hit),
        reason=read_reason(reason),
        who=who,
        expires=expires,
    )


def find_hit(hits: Sequence[ScreeningHit], entity_id: str, store: Store) -> ScreeningHit:
    """Return the hit on an entity, which may have been merged into another one since. Raises
    `UsageError` if no hit is on it.
    """
    with store.view() as view:
        current = dict(view.redirects([entity_id])).get(entity_id, entity_id)
    for hit in hits:
        if hit.entity_id in (entity_id, current) or entity_id in hit.records:
            return hit
    ids = ", ".join(hit.entity_id for hit in hits[:3])
    raise UsageError(
        f"the subject has no hit on {entity_id[:60]!r} now",
        hint=f"its hits are {ids}" if ids else "it has no hit at all",
    )


def list_verdicts(url: str, owner: str) -> list[StoredVerdict]:
    """Return the verdicts of an owner in the store at a URL, the newest first. Raises
    `StoreError`.
    """
    with Store.open(url, create=False) as store:
        return store.verdicts.list(owner)


def withdraw_verdict(url: str, owner: str, verdict_id: str, who: str) -> None:
    """End a verdict of an owner in the store at a URL. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        store.verdicts.withdraw(owner, verdict_id, who)


def describe_verdict(row: StoredVerdict) -> dict[str, Any]:
    """Return a verdict as JSON."""
    return {
        "id": row.id,
        "verdict": str(row.verdict),
        "subject": {"id": row.subject.id, "name": row.subject.name},
        "entity": row.evidence.entity,
        "caption": row.evidence.caption,
        "records": list(row.evidence.records),
        "reason": row.reason,
        "who": row.who,
        "made": row.made,
        "expires": row.expires,
    }


def recognize(subject: Subject, secret: str, *, anonymous: bool = False) -> VerdictSubject:
    """Return the keys by which a subject is recognized again. If an id was made from the values of
    a row, it does not count as the caller's id.
    """
    facts = {
        prop: sorted(_digest(secret, prop, text) for text in texts)
        for prop, texts in _subject_facts(subject.record).items()
    }
    joined = "\x1f".join(f"{prop}={','.join(facts[prop])}" for prop in sorted(facts))
    has_id = not anonymous and not subject.id.startswith("~")
    return VerdictSubject(
        subject.id if has_id else "",
        "" if anonymous else subject.name,
        _digest(secret, "subject", joined),
        facts,
    )


def apply_verdicts(
    screening: Screening, verdicts: Iterable[StoredVerdict], store: Store
) -> Screening:
    """Return a screening without the hits that its owner has cleared (they are in `cleared`), and
    with the status of the other hits.
    """
    by_id: dict[str, list[StoredVerdict]] = {}
    by_digest: dict[str, list[StoredVerdict]] = {}
    for verdict in verdicts:
        subject = verdict.subject
        place = (
            by_id.setdefault(subject.id, [])
            if subject.id
            else by_digest.setdefault(subject.digest, [])
        )
        place.append(verdict)
    if not by_id and not by_digest:
        return screening
    secret = _secret_of(store)
    hits: list[ScreeningHit] = []
    cleared: list[ScreeningHit] = []
    for group in screening.hits_by_subject().values():
        subject = recognize(group[0].subject, secret)
        own = [*by_id.get(subject.id, ()), *by_digest.get(subject.digest, ())]
        own.sort(key=lambda row: row.made, reverse=True)
        for hit in _judge_hits(group, own, subject) if own else group:
            (cleared if hit.status == HitVerdict.CLEARED else hits).append(hit)
    return replace(screening, hits=tuple(hits), cleared=tuple(cleared))


def find_redress(
    store: Store,
    screener: Screener,
    record: Record,
    reference: str,
    options: MatchQuery,
    snapshot: IndexSnapshot | None = None,
) -> list[str]:
    """Return the ids of the entities that a checked person is not, according to the clearance with
    the given reference.

    The reference is the id of the verdict. It reveals nothing about the verdict and holds for every
    agency, but only for the person who was cleared. The record must have the same name, and a birth
    date or a number that the subject stated then, and nothing that contradicts the subject. The
    clearance does not hold if the evidence of the hit has changed, as for its owner. Only hits that
    the viewer of `options` gets in any case are compared.
    """
    verdict = store.verdicts.find(reference.strip().lower())
    if verdict is None or verdict.verdict is not HitVerdict.CLEARED:
        return []
    subject = build_subject(record)
    now, then = recognize(subject, _secret_of(store)).facts, verdict.subject.facts
    both = [prop for prop in now if prop in then]
    is_same = all(set(now[prop]) & set(then[prop]) for prop in both)
    if not (is_same and "name" in both and {BIRTH_DATE, "number"} & set(both)):
        return []
    screening = screen_subjects(screener, [subject], options, snapshot=snapshot)
    if not screening.hits:
        return []
    # the owner may have confirmed the same hit since, for example if the entity has another id now
    own = [*store.verdicts.find_confirmed(verdict), verdict]
    own.sort(key=lambda row: row.made, reverse=True)
    judged = _judge_hits(screening.hits, own, verdict.subject)
    return [hit.entity_id for hit in judged if hit.status == HitVerdict.CLEARED]


def _judge_hits(
    hits: Sequence[ScreeningHit], verdicts: Sequence[StoredVerdict], subject: VerdictSubject
) -> list[ScreeningHit]:
    """Return the hits of one subject, with the status that its verdicts (newest first) give
    them.
    """
    evidence = [_evidence_of(hit) for hit in hits]
    anchored = [
        [verdict for verdict in verdicts if _is_anchored(verdict.evidence, now)] for now in evidence
    ]
    used = {verdict.id for some in anchored for verdict in some}
    judged = []
    for hit, now, own in zip(hits, evidence, anchored, strict=True):
        # a list has changed all of its ids, but the same facts mean the same entity
        equal = [row for row in verdicts if row.id not in used and _has_equal_facts(row, now)]
        judged.append(_judge(hit, now, own or equal, subject))
    return judged


def _judge(
    hit: ScreeningHit,
    now: VerdictEvidence,
    verdicts: Sequence[StoredVerdict],
    subject: VerdictSubject,
) -> ScreeningHit:
    if not verdicts:
        return hit
    hit = replace(hit, verdicts=tuple(row.id for row in verdicts))
    verdicts = _without_replaced(verdicts)
    changes = tuple(_find_changes(now, verdicts, subject))
    if any(row.verdict is HitVerdict.CONFIRMED for row in verdicts):
        return replace(hit, status=HitVerdict.CONFIRMED.value, changes=changes)
    if changes:
        return replace(hit, status="returned", changes=changes)
    return replace(hit, status=HitVerdict.CLEARED.value)


def _without_replaced(verdicts: Sequence[StoredVerdict]) -> list[StoredVerdict]:
    """Return verdicts (newest first), without verdicts that a newer one replaces. A newer verdict
    replaces an older one that says the opposite, if it is on the same entity or on all of its
    records, because the entity may have another id since. Clearances add up.
    """
    return [
        row
        for place, row in enumerate(verdicts)
        if not any(
            newer.verdict is not row.verdict
            and (
                newer.evidence.entity == row.evidence.entity
                or set(newer.evidence.records).issuperset(row.evidence.records)
            )
            for newer in verdicts[:place]
        )
    ]


def _is_anchored(then: VerdictEvidence, now: VerdictEvidence) -> bool:
    return then.entity == now.entity or not set(then.records).isdisjoint(now.records)


def _has_equal_facts(verdict: StoredVerdict, now: VerdictEvidence) -> bool:
    then = verdict.evidence
    return _keys(then.facts) == _keys(now.facts) and _name_rise([verdict], now) <= _SAME_NAME


def _keys(facts: Mapping[str, Mapping[str, str]]) -> set[tuple[str, str]]:
    return {(prop, key) for prop, values in facts.items() for key in values}


def _find_changes(
    now: VerdictEvidence, verdicts: Sequence[StoredVerdict], subject: VerdictSubject
) -> Iterable[str]:
    """Yield the changes since some verdicts, which together rest on all facts of an entity."""
    then = [verdict.evidence for verdict in verdicts]
    known = {key for evidence in then for key in _keys(evidence.facts)}
    for prop, values in sorted(now.facts.items()):
        for key, text in values.items():
            if (prop, key) not in known:
                yield f"{_label(prop)} added: {text}"
    if _name_rise(verdicts, now) > _SAME_NAME:
        yield f"name is more alike: {now.caption}"
    gone = known - _keys(now.facts)
    if gone and now.weight > max(evidence.weight for evidence in then) + _STRONGER:
        for evidence in then:
            for prop, key in sorted(gone & _keys(evidence.facts)):
                yield f"{_label(prop)} removed: {evidence.facts[prop][key]}"
    stated = [verdict.subject.facts for verdict in verdicts]
    for prop in sorted(subject.facts):
        if all(subject.facts[prop] != facts.get(prop) for facts in stated):
            yield f"the subject's {_label(prop)} changed"
    lost = {prop for facts in stated for prop in facts}.difference(subject.facts)
    if lost and now.weight > max(evidence.weight for evidence in then) + _STRONGER:
        yield from (f"the subject's {_label(prop)} is gone" for prop in sorted(lost))


def _name_rise(verdicts: Sequence[StoredVerdict], now: VerdictEvidence) -> float:
    """Return by how much the names are more alike than at the time of the verdicts."""
    before = max(verdict.evidence.similarity or 0.0 for verdict in verdicts)
    return (now.similarity or 0.0) - before


def _evidence_of(hit: ScreeningHit) -> VerdictEvidence:
    properties: Mapping[str, Sequence[str]] = hit.entity["properties"]
    stated = {value.prop for value in hit.subject.record.values}
    stated |= {"address"} if hit.subject.record.addresses else set()
    facts: dict[str, dict[str, str]] = {}
    for prop, texts in properties.items():
        if prop in _SUBJECT_FACTS and prop not in stated:
            continue
        for text in texts:
            if (key := _normalize(prop, text)) is not None:
                facts.setdefault(_group(prop), {}).setdefault(key, text)
    return VerdictEvidence(
        hit.entity_id, hit.caption, hit.records, facts, hit.name_similarity, hit.logodds
    )


def _group(prop: str) -> str:
    """Return the name under which a fact is kept.

    All numbers share one name, and so do all countries, since lists disagree on their kinds.
    """
    if prop in _NUMBER_PROPERTIES:
        return "number"
    return "country" if prop in _COUNTRY_PROPERTIES else prop


def _normalize(prop: str, text: str) -> str | None:
    """Return the normal form of a fact; None for a property that is no fact.

    Names are no facts; how similar they are is compared separately.
    """
    if prop in _COUNTRY_PROPERTIES:
        return country_code(text) or _plain(text)
    if prop in _NUMBER_PROPERTIES:
        return "".join(filter(str.isalnum, text)).casefold()
    return _plain(text) if prop in _PLAIN_FACTS or prop in _SUBJECT_FACTS else None


def _plain(text: str) -> str:
    """Return the words of a text in any case and order."""
    words = "".join(letter if letter.isalnum() else " " for letter in text.casefold()).split()
    return " ".join(sorted(words))


def _label(prop: str) -> str:
    return property_label(prop).lower()


def _subject_facts(record: Record) -> dict[str, set[str]]:
    facts: dict[str, set[str]] = {}
    for value in record.values:
        prop = "name" if value.prop in _NAME_PROPERTIES else _group(value.prop)
        facts.setdefault(prop, set()).add(_normalize(value.prop, value.text) or _plain(value.text))
    for identifier in record.identifiers:
        facts.setdefault("number", set()).add(_normalize("idNumber", identifier.number) or "")
    for address in record.addresses:
        facts.setdefault("address", set()).add(_plain(address.full or address.city))
    return facts


def _digest(secret: str, prop: str, text: str) -> str:
    message = f"{prop}\x1f{text}".encode("utf-8", "surrogatepass")
    return hmac.digest(f"subject {secret}".encode(), message, "sha256").hex()


def _secret_of(store: Store) -> str:
    with store.view() as view:
        return view.head.id_secret
