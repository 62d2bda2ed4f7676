"""The smallest changes, against trying all of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.records.results.explanation import Alternative
from resolver.records.results.resolution import Band
from resolver.scoring import (
    Borders,
    Model,
    PairTerm,
    Term,
    scores,
    smallest_changes,
)
from resolver.scoring.counterfactuals import MOST

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
BORDERS = Borders()


def tried(
    model: Model, evidence: list[float], count: int
) -> list[tuple[int, Band, frozenset[str]]]:
    """Log-odds, band and fields of every change of so many fields."""
    found = []
    for group in combinations(ALTERNATIVES, count):
        fields = frozenset(one.field for one in group)
        if len(fields) == count:
            row = dict(zip(FEATURES, evidence, strict=True))
            for one in group:
                row.update(one.values)
            logodds = int(
                model.logodds(np.array([[row[name] for name in FEATURES]], dtype=np.float32))[0]
            )
            found.append((logodds, band_of(logodds), fields))
    return found


def band_of(logodds: int) -> Band:
    return Band(int(BORDERS.bands(scores(np.array([logodds])))[0]))


@settings(max_examples=80, deadline=None)
@given(models(), st.lists(st.sampled_from([0.0, 0.4, 1.0, NAN]), min_size=3, max_size=3))
def test_no_smaller_change_leads_there(model: Model, evidence: list[float]) -> None:
    row = np.array([evidence], dtype=np.float32)
    own = int(model.logodds(row)[0])
    changes = smallest_changes(model, BORDERS, row, ALTERNATIVES)
    assert all(change.band != band_of(own) for change in changes)
    for band in set(Band) - {band_of(own)}:
        given_ = [change for change in changes if change.band is band]
        single = [one for one in tried(model, evidence, 1) if one[1] is band]
        wanted = single or [one for one in tried(model, evidence, 2) if one[1] is band]
        assert bool(given_) == bool(wanted)
        assert len(given_) == min(len({fields for _, _, fields in wanted}), MOST)
        assert all(len(change.says) == (1 if single else 2) for change in given_)
        shifts = [abs(change.logodds - own) for change in given_]
        assert shifts == sorted(shifts)
        if wanted:
            assert shifts[0] == min(abs(logodds - own) for logodds, _, _ in wanted)
            assert {change.logodds for change in given_} <= {logodds for logodds, _, _ in wanted}
        assert all(
            change.score == pytest.approx(float(scores(np.array([change.logodds]))[0]))
            for change in given_
        )


def test_nothing_to_change() -> None:
    model = Model("person", "1", FEATURES, 0, tuple(Term(name, (), (0, 0)) for name in FEATURES))
    row = np.zeros((1, 3), dtype=np.float32)
    assert smallest_changes(model, BORDERS, row, ()) == ()
    assert smallest_changes(model, BORDERS, row, ALTERNATIVES) == ()
