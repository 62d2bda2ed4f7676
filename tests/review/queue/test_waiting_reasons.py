"""Reasons for which undecided pairs wait."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.records.results.resolution import Band
from resolver.review.models import QueueReason
from resolver.review.queue.waiting_reasons import (
    REASON_TEXTS,
    UNDECIDED_REASONS,
    find_reason,
    find_undecided_reasons,
)


def test_matching_records_of_entities_apart_are_a_contradiction() -> None:
    record_ids = [(f"a:{number}", f"b:{number}") for number in range(500)]
    for band, reasons in (
        (Band.MATCH, {QueueReason.CONTRADICTION}),
        (Band.REVIEW, {QueueReason.BORDERLINE, QueueReason.SAMPLE}),
    ):
        numbers = find_undecided_reasons(np.full(500, int(band)), record_ids)
        assert {UNDECIDED_REASONS[number] for number in numbers} == reasons


@pytest.mark.parametrize("band", [Band.MATCH, Band.REVIEW])
def test_reasons_of_one_pair_are_those_of_many(band: Band) -> None:
    for right in range(2, 120):
        reason, text, steward = find_reason(band, 0, ("a:1", f"b:{right}"), None)
        (number,) = find_undecided_reasons(np.array([int(band)]), [("a:1", f"b:{right}")])
        assert reason is UNDECIDED_REASONS[number]
        assert (text, steward) == (REASON_TEXTS[reason], "")
