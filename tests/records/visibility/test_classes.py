"""Classes of viewers against the access rule, and the marks of what classes see."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from resolver.records import Batch, Handling
from resolver.records.visibility import (
    OPERATOR,
    STRANGER,
    Viewer,
    VisibilityClasses,
    find_visibility_classes,
    is_visible,
)
from tests.records.samples import record

HANDLINGS = [
    Handling(agency, code)
    for agency, code in [
        *product(("River", "Coast", ""), ("H0", "H1", "H2", "H3")),
        ("River", "H9"),
    ]
]
VIEWERS = [
    STRANGER,
    OPERATOR,
    *(
        Viewer("somebody", agency, scopes)
        for agency in ("River", "Coast", "Hill", "")
        for scopes in (frozenset[str](), frozenset({"review"}))
    ),
]
handlings = st.lists(st.sampled_from(HANDLINGS), min_size=1, max_size=8)


def make_batch(items: list[Handling]) -> Batch:
    records = (record(f"a:{row:02}", name="Ali") for row in range(len(items)))
    return Batch.from_records(
        replace(item, handling=handling) for item, handling in zip(records, items, strict=True)
    ).canonical()


def find_classes(items: list[Handling]) -> VisibilityClasses | None:
    return find_visibility_classes(make_batch(items))


def test_records_that_everybody_may_see_need_no_classes() -> None:
    assert find_classes([Handling(), Handling("River", "H0")]) is None


@given(handlings)
def test_what_a_viewer_sees_is_a_class(items: list[Handling]) -> None:
    classes = find_classes(items)
    if classes is None:
        assert all(is_visible(item, STRANGER) for item in items)
        return
    views = {tuple(classes.visible_to(number).tolist()) for number in range(len(classes.views))}
    for viewer in VIEWERS:
        rows = tuple(is_visible(item, viewer) for item in items)
        assert rows in views or not any(rows)


@given(handlings)
def test_what_two_classes_see_is_an_earlier_class(items: list[Handling]) -> None:
    classes = find_classes(items)
    views = [] if classes is None else [tuple(view.tolist()) for view in classes.views]
    for first, second in product(range(len(views)), repeat=2):
        shared = tuple(a and b for a, b in zip(views[first], views[second], strict=True))
        assert not any(shared) or views.index(shared) <= min(first, second)


@given(handlings, handlings)
@example([Handling("Coast", "H3"), Handling("River", "H3")], [Handling("Coast", "H2")])
def test_classes_of_a_part_have_the_order_of_the_whole(
    items: list[Handling], more: list[Handling]
) -> None:
    """Else entities would depend on which records a commit compares."""
    whole, own = find_classes([*items, *more]), find_classes(items)
    if whole is None or own is None:
        return
    left, right = (side.ravel() for side in np.indices((len(items), len(items)), dtype=np.int32))
    by_own, by_whole = (classes.find_first(left, right) for classes in (own, whole))
    order = np.argsort(by_own, kind="stable")
    assert (np.diff(by_whole[order]) >= 0).all()
    assert len(np.unique(by_own)) == len(np.unique(by_whole))


@given(handlings)
def test_first_class_is_the_first_that_sees_both(items: list[Handling]) -> None:
    classes = find_classes(items)
    if classes is None:
        return
    rows = np.arange(len(items), dtype=np.int32)
    left, right = (side.ravel() for side in np.meshgrid(rows, rows))
    for pair, first in zip(
        zip(left, right, strict=True), classes.find_first(left, right).tolist(), strict=True
    ):
        is_shared = [classes.visible_to(number)[list(pair)].all() for number in range(first + 1)]
        assert is_shared == [False] * first + [True]


@given(handlings)
def test_marks_tell_what_classes_that_see_less_see_together(items: list[Handling]) -> None:
    classes = find_classes(items)
    if classes is None:
        return
    for number, view in enumerate(classes.views):
        marks = classes.marks_of(number)
        less = [other for other in classes.views[:number] if not (other & ~view).any()]
        for first, second in product(range(len(view)), repeat=2):
            shares = any(other[first] and other[second] for other in less)
            assert (marks[first] & marks[second]).any() == shares


def test_more_agencies_than_bits_of_a_word() -> None:
    items = [Handling(f"agency {number}", "H2") for number in range(70)]
    classes = find_classes(items)
    assert classes is not None
    # every agency is a class, and stewards see them all
    assert len(classes.views) == 71
    marks = classes.marks_of(70)
    assert marks.shape == (70, 2)
    assert np.bitwise_count(marks).sum(axis=1).tolist() == [1] * 70
