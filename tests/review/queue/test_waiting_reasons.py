"""Reasons for which undecided pairs wait."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.records.results.resolution import Band, Basis
from resolver.review.models import QueueReason
from resolver.review.waiting_reasons import (
    RESTRICTED_TEXT,
    UNDECIDED_REASONS,
    explain_undecided,
    find_reason,
    find_undecided_reasons,
)


@pytest.mark.parametrize(
    ("basis", "reasons"),
    [
        (Basis.CONTRADICTION, {QueueReason.CONTRADICTION}),
        (Basis.OTHERS, {QueueReason.CONTRADICTION}),
        (Basis.AMBIGUOUS, {QueueReason.AMBIGUOUS}),
        (Basis.SCORE, {QueueReason.BORDERLINE, QueueReason.SAMPLE}),
    ],
)
def test_reasons_follow_what_the_link_rests_on(basis: Basis, reasons: set[QueueReason]) -> None:
    record_ids = [(f"a:{number}", f"b:{number}") for number in range(500)]
    places = find_undecided_reasons(np.full(500, int(basis)), record_ids)
    undecided = [UNDECIDED_REASONS[place] for place in places]
    assert {reason for reason, _ in undecided} == reasons
    assert find_reason(Band.REVIEW, 0, undecided[0], None) == (*undecided[0], "")


def test_sentences_name_the_rival_and_what_restricted_records_may_do() -> None:
    place = int(find_undecided_reasons(np.array([Basis.AMBIGUOUS]), [("a:1", "b:1")])[0])
    sentence = explain_undecided(UNDECIDED_REASONS[place], "c:7", is_restricted=True).text
    assert sentence.startswith("one of the two also matches c:7,")
    place = int(find_undecided_reasons(np.array([Basis.OTHERS]), [("a:1", "b:1")])[0])
    sentence = explain_undecided(UNDECIDED_REASONS[place], "", is_restricted=True).text
    assert sentence.endswith(RESTRICTED_TEXT)
