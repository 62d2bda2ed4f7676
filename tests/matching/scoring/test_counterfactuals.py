"""Smallest changes, compared with an exhaustive search."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.matching.scoring import (
    Model,
    PairTerm,
    Term,
    Thresholds,
    scores,
    smallest_changes,
)
from resolver.matching.scoring.model import MAX_CHANGES
from resolver.records.results.explanation import Alternative
from resolver.records.results.resolution import Band

FEATURES = ("one", "two", "three")
NAN = float("nan")
weights = st.integers(-4000, 4000)


@st.composite
def models(draw: st.DrawFn) -> Model:
    terms = tuple(
        Term(name, (0.5,), (draw(weights), draw(weights), draw(weights))) for name in FEATURES
    )
    grid = tuple(tuple(draw(weights) for _ in range(3)) for _ in range(3))
    pair = PairTerm(("one", "two"), ((0.5,), (0.3,)), grid)
    return Model("person", "1", FEATURES, draw(weights), terms, (pair,))


ALTERNATIVES = tuple(
    Alternative(name, f"{name} {value}", {name: value})
    for name in FEATURES
    for value in (0.0, 0.4, 1.0, NAN)
)
THRESHOLDS = Thresholds()


def changes_of_fields(
    model: Model, evidence: list[float], count: int
) -> list[tuple[int, Band, frozenset[str]]]:
    """Return log-odds, band and fields of all changes of `count` fields."""
    changes = []
    for group in combinations(ALTERNATIVES, count):
        fields = frozenset(alternative.field for alternative in group)
        if len(fields) == count:
            row = dict(zip(FEATURES, evidence, strict=True))
            for alternative in group:
                row.update(alternative.values)
            logodds = int(
                model.logodds(np.array([[row[name] for name in FEATURES]], dtype=np.float32))[0]
            )
            changes.append((logodds, band_of(logodds), fields))
    return changes


def band_of(logodds: int) -> Band:
    return Band(int(THRESHOLDS.bands(scores(np.array([logodds])))[0]))


@settings(max_examples=80, deadline=None)
@given(models(), st.lists(st.sampled_from([0.0, 0.4, 1.0, NAN]), min_size=3, max_size=3))
def test_no_smaller_change_reaches_the_band(model: Model, evidence: list[float]) -> None:
    row = np.array([evidence], dtype=np.float32)
    own = int(model.logodds(row)[0])
    changes = smallest_changes(model, THRESHOLDS, row, ALTERNATIVES)
    assert all(change.band != band_of(own) for change in changes)
    for band in set(Band) - {band_of(own)}:
        reported = [change for change in changes if change.band is band]
        single = [
            candidate for candidate in changes_of_fields(model, evidence, 1) if candidate[1] is band
        ]
        expected = single or [
            candidate for candidate in changes_of_fields(model, evidence, 2) if candidate[1] is band
        ]
        assert bool(reported) == bool(expected)
        assert len(reported) == min(len({fields for _, _, fields in expected}), MAX_CHANGES)
        assert all(len(change.statements) == (1 if single else 2) for change in reported)
        shifts = [abs(change.logodds - own) for change in reported]
        assert shifts == sorted(shifts)
        if expected:
            assert shifts[0] == min(abs(logodds - own) for logodds, _, _ in expected)
            assert {change.logodds for change in reported} <= {
                logodds for logodds, _, _ in expected
            }
        assert all(
            change.score == pytest.approx(float(scores(np.array([change.logodds]))[0]))
            for change in reported
        )


def test_no_alternatives_give_no_changes() -> None:
    model = Model("person", "1", FEATURES, 0, tuple(Term(name, (), (0, 0)) for name in FEATURES))
    row = np.zeros((1, 3), dtype=np.float32)
    assert smallest_changes(model, THRESHOLDS, row, ()) == ()
    assert smallest_changes(model, THRESHOLDS, row, ALTERNATIVES) == ()
