"""Blind rechecks: a share of decisions comes back, and agreement is measured."""

from __future__ import annotations

import pytest

from resolver.hub.hub import Hub
from resolver.review import (
    DecisionRequest,
    DeskRules,
    Filters,
    QueueReason,
    Steward,
    StewardVerdict,
    build_pair_view,
    decide_pair,
    measure_agreement,
    take_next_item,
    undo_decision,
)
from resolver.review.earlier_verdicts import cohen_kappa
from tests.review.tables import items, separate_items

pytestmark = pytest.mark.slow


KIM, LEE = Steward("kim"), Steward("lee")


def test_share_of_decisions_comes_back_blind(hub: Hub) -> None:
    rules = DeskRules(recheck_share=1.0)
    first, *_, second = separate_items(hub)
    verdicts = (StewardVerdict.SAME, StewardVerdict.DIFFERENT)
    for item, verdict in zip((first, second), verdicts, strict=True):
        decide_pair(hub, DecisionRequest(KIM, item.left.id, item.right.id, verdict), rules=rules)
    assert take_next_item(hub, KIM, Filters(reason="blind")) is None
    members = [item.left.records for item in (first, second)]
    for verdict in (StewardVerdict.SAME, StewardVerdict.SAME):
        blind = take_next_item(hub, LEE, Filters(reason="blind"))
        assert blind is not None
        assert blind.recheck
        assert blind.reason is QueueReason.BLIND
        shown = build_pair_view(hub, blind.left.id, blind.right.id, recheck=blind.recheck)
        assert (shown.evidence, shown.decisions, shown.is_blind) == (None, (), True)
        assert len(shown.left.records) in members or len(shown.right.records) in members
        decide_pair(
            hub, DecisionRequest(LEE, blind.left.id, blind.right.id, verdict, recheck=blind.recheck)
        )
    agreement = measure_agreement(hub)
    assert (agreement.pairs, agreement.agreeing) == (2, 1)
    assert agreement.kappa == 0
    assert agreement.disagreements[0][1:] == ("different", "kim", "same", "lee")


def test_undone_decision_is_not_rechecked(hub: Hub) -> None:
    item = items(hub)[0]
    number = decide_pair(
        hub,
        DecisionRequest(KIM, item.left.id, item.right.id, StewardVerdict.SAME),
        rules=DeskRules(recheck_share=1.0),
    ).ids[0]
    undo_decision(hub, KIM, number)
    assert take_next_item(hub, LEE, Filters(reason="blind")) is None


def test_kappa() -> None:
    same, different = StewardVerdict.SAME, StewardVerdict.DIFFERENT
    verdicts = (
        [(same, same)] * 20
        + [(same, different)] * 5
        + [(different, same)] * 10
        + [(different, different)] * 15
    )
    assert cohen_kappa(verdicts) == pytest.approx(0.4)
    assert cohen_kappa([]) is None
    assert cohen_kappa([(same, same)]) is None
