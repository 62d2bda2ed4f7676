"""Order of the evidence on the page of a pair: what contradicts first, and the same sum."""

from __future__ import annotations

from resolver.api.desk.support.charts import build_waterfall, order_for_decision
from resolver.records.results.explanation import EvidenceRow

WEIGHTS = {
    "prior": -340,
    "name": 900,
    "birth_date": -1500,
    "gender": 300,
    "nationality": -700,
    "country": 2000,
    "calibration": -4000,
    "relatives": -250,
    "entities": 600,
}
ROWS = [EvidenceRow(name, "", "a", "b", 0.5, weight) for name, weight in WEIGHTS.items()]


def test_what_contradicts_most_is_first_and_what_frames_the_sum_is_last() -> None:
    assert [row.name for row in order_for_decision(ROWS)] == [
        "prior",
        "birth_date",
        "nationality",
        "country",
        "name",
        "gender",
        "calibration",
        "relatives",
        "entities",
    ]


def test_the_sum_is_that_of_the_rows() -> None:
    waterfall = build_waterfall(order_for_decision(ROWS))
    assert waterfall.total == sum(WEIGHTS.values())
    assert waterfall.bars[-1].after == waterfall.total
