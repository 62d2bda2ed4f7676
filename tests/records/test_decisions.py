from __future__ import annotations

import datetime
import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import DecisionError
from resolver.records.decisions import Decision, Verdict, parse_decision, settle_decisions

T1 = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
T2 = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
T3 = datetime.datetime(2026, 1, 3, tzinfo=datetime.UTC)
T4 = datetime.datetime(2026, 1, 4, tzinfo=datetime.UTC)


def decision(
    verdict: Verdict,
    when: datetime.datetime | None = None,
    steward: str = "ana",
    *,
    red: bool = False,
) -> Decision:
    return Decision("a:1", "b:2", verdict, decided_by=steward, decided_at=when, unlawful=red)


def test_a_row_is_read_with_the_smaller_id_first() -> None:
    row = {
        "left_id": " b:2",
        "right_id": "a:1",
        "verdict": "Same",
        "who": "ana",
        "when": "2026-01-01",
        "why": "dob",
    }
    assert parse_decision(row) == Decision("a:1", "b:2", Verdict.SAME, "ana", T1, "dob")


@pytest.mark.parametrize(
    "text", ["2026-01-01T02:00:00+02:00", "2026-01-01T00:00:00Z", "2026-01-01 00:00"]
)
def test_times_become_utc(text: str) -> None:
    assert (
        parse_decision(
            {"left_id": "a", "right_id": "b", "verdict": "unsure", "when": text}
        ).decided_at
        == T1
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"left_id": ""}, "needs left_id and right_id"),
        ({"right_id": "a:1"}, "itself"),
        ({"verdict": "maybe"}, "unknown verdict 'maybe' (one of same, different, unsure)"),
        ({"when": "yesterday"}, "ISO 8601"),
        ({"when": "0001-01-01T00:00:00+10:00"}, "ISO 8601"),
        ({"unlawful": "perhaps"}, "yes or no"),
        ({"unlawful": "yes", "verdict": "different"}, "unless the verdict is same"),
    ],
)
def test_a_bad_row_is_named(change: dict[str, str], says: str) -> None:
    row = {"left_id": "a:1", "right_id": "b:2", "verdict": "same"} | change
    with pytest.raises(DecisionError) as caught:
        parse_decision(row, place="decisions.csv:7")
    assert caught.value.line().startswith("decisions.csv:7: ")
    assert says in caught.value.line()


def test_the_latest_counts() -> None:
    same, unsure, different = (
        decision(Verdict.SAME, T1),
        decision(Verdict.UNSURE, T2),
        decision(Verdict.DIFFERENT, T3),
    )
    for order in itertools.permutations([same, different, unsure, decision(Verdict.SAME)]):
        assert [decision.verdict for decision in settle_decisions(order)] == [Verdict.DIFFERENT]


def test_a_contradiction_names_both_places() -> None:
    log = [
        Decision("a", "b", Verdict.SAME, decided_at=T1, place="d.csv:2"),
        Decision("a", "b", Verdict.DIFFERENT, decided_at=T1, place="d.csv:3"),
    ]
    with pytest.raises(DecisionError) as caught:
        settle_decisions(log)
    assert "d.csv:2" in caught.value.line()
    assert "d.csv:3" in caught.value.line()


def test_an_old_contradiction_does_not_matter() -> None:
    log = [
        decision(Verdict.SAME, T1),
        decision(Verdict.DIFFERENT, T1),
        decision(Verdict.UNSURE, T2),
    ]
    assert settle_decisions(log)[0].verdict is Verdict.UNSURE


@pytest.mark.parametrize(
    ("log", "counts"),
    [
        ([decision(Verdict.SAME, T1, "ana", red=True)], Verdict.UNSURE),
        (
            [
                decision(Verdict.SAME, T1, "ana", red=True),
                decision(Verdict.SAME, T2, "ana", red=True),
            ],
            Verdict.UNSURE,
        ),
        (
            [decision(Verdict.SAME, T1, "", red=True), decision(Verdict.SAME, T2, "ana", red=True)],
            Verdict.UNSURE,
        ),
        (
            [
                decision(Verdict.SAME, T1, "ana", red=True),
                decision(Verdict.SAME, T2, "ben", red=True),
            ],
            Verdict.SAME,
        ),
        (
            [
                decision(Verdict.SAME, T1, "ana", red=True),
                decision(Verdict.SAME, T2, "Ana", red=True),
            ],
            Verdict.UNSURE,
        ),
        (
            [
                decision(Verdict.SAME, T1, "ana", red=True),
                decision(Verdict.DIFFERENT, T2, "ben"),
                decision(Verdict.SAME, T3, "ben", red=True),
            ],
            Verdict.DIFFERENT,
        ),
        # the first red was overruled, and no later decision takes that back
        (
            [
                decision(Verdict.SAME, T1, "ana", red=True),
                decision(Verdict.UNSURE, T2, "ben"),
                decision(Verdict.UNSURE, T3, "ben"),
                decision(Verdict.SAME, T4, "ben", red=True),
            ],
            Verdict.UNSURE,
        ),
    ],
)
def test_red_needs_two_stewards(log: list[Decision], counts: Verdict) -> None:
    assert settle_decisions(log)[0].verdict is counts


@given(
    st.lists(
        st.builds(
            lambda pair, verdict, day: Decision(
                min(pair), max(pair), verdict, decided_at=T1 + datetime.timedelta(days=day)
            ),
            st.sampled_from([("a", "b"), ("a", "c"), ("c", "b")]),
            st.sampled_from(Verdict),
            st.integers(0, 500),
        ),
        unique_by=lambda decision: (decision.pair, decision.decided_at),
    )
)
def test_settled_decisions_are_those_of_a_replay(log: list[Decision]) -> None:
    state: dict[tuple[str, str], Verdict] = {}
    for decision in sorted(log, key=lambda decision: decision.decided_at or T1):
        state[decision.pair] = decision.verdict
    assert {decision.pair: decision.verdict for decision in settle_decisions(log)} == state


@given(
    st.lists(
        st.tuples(st.sampled_from([*Verdict, "red"]), st.sampled_from(["ana", "ben", "cleo"])),
        min_size=1,
        max_size=8,
    )
)
def test_a_file_counts_as_the_same_log_of_a_store(verdicts: list[tuple[str, str]]) -> None:
    """Decisions of a store have numbers, those of a file have none."""
    log = [
        decision(
            Verdict.SAME if verdict == "red" else Verdict(verdict),
            T1 + datetime.timedelta(days=day),
            steward,
            red=verdict == "red",
        )
        for day, (verdict, steward) in enumerate(verdicts)
    ]
    numbered = [replace(entry, number=place) for place, entry in enumerate(log, 1)]
    (of_file,), (of_store,) = settle_decisions(log), settle_decisions(numbered)
    assert of_file == replace(of_store, number=0)
