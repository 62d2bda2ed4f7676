"""Classes of viewers, and the compartments of records that each of them sees.

Records of one compartment have the same readers. Who sees what is `VISIBILITY_RULES`; the classes
are a stranger, an identified viewer, each agency, stewards of each agency and of none, and those
who see everything. What two classes both see counts as a class, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.records.batch import Batch, IntArray
from resolver.records.packing import unpack_handling
from resolver.records.properties import HANDLING
from resolver.records.record import Handling
from resolver.records.visibility.audiences import Audience
from resolver.records.visibility.rules import (
    OPERATOR,
    STRANGER,
    Viewer,
    is_visible,
    visible_rows,
)

Flags = npt.NDArray[np.bool_]
Marks = npt.NDArray[np.uint64]
_NAME, _STEWARD = "viewer", frozenset({"review"})
_WORD_BITS = 64


@dataclass(frozen=True, slots=True)
class VisibilityClasses:
    """Compartment of each row, and the compartments that each class sees (classes × compartments).

    A class comes after those that see less, and what two of them both see is one of them or empty.
    `audiences` are the viewers of each class.
    """

    compartment: IntArray
    views: Flags
    audiences: tuple[Audience, ...]

    def visible_to(self, number: int) -> Flags:
        """Return for each row whether a class sees it."""
        is_visible_row: Flags = self.views[number][self.compartment]
        return is_visible_row

    def find_first(self, left: IntArray, right: IntArray) -> npt.NDArray[np.int64]:
        """Return the first class that sees both rows of each pair; all others that do see more."""
        count = np.int64(self.views.shape[1])
        keys = self.compartment[left] * count + self.compartment[right]
        distinct, place = np.unique(keys, return_inverse=True)
        together = self.views[:, distinct // count] & self.views[:, distinct % count]
        first: npt.NDArray[np.int64] = together.argmax(axis=0)[place.reshape(-1)]
        return first

    def join(
        self, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """Return the first class that sees all that two classes see, for each pair of classes."""
        distinct, place = np.unique(np.stack([left, right]), axis=1, return_inverse=True)
        needed = self.views[distinct[0]] | self.views[distinct[1]]
        is_seen = ~(needed[None, :, :] & ~self.views[:, None, :]).any(axis=2)
        first: npt.NDArray[np.int64] = is_seen.argmax(axis=0)[place.reshape(-1)]
        return first

    def marks_of(self, number: int) -> Marks:
        """Return bits of each compartment (compartments × words) that tell which of the classes
        that see less than one class see the compartment.

        Two compartments have a common bit if one of these classes sees both.
        """
        own = self.views[number]
        less = [view for view in self.views[:number] if not (view & ~own).any()]
        largest = [
            view
            for place, view in enumerate(less)
            if all((view & ~other).any() for other in less[place + 1 :])
        ]
        marks = np.zeros((len(own), -(-len(largest) // _WORD_BITS)), dtype=np.uint64)
        for place, view in enumerate(largest):
            marks[view, place // _WORD_BITS] |= np.uint64(1 << place % _WORD_BITS)
        return marks

    def take(self, rows: npt.NDArray[np.int64]) -> VisibilityClasses:
        """Return the classes of some rows."""
        return VisibilityClasses(self.compartment[rows], self.views, self.audiences)

    def find_first_of_groups(
        self, group: npt.NDArray[np.integer], count: int
    ) -> npt.NDArray[np.int64]:
        """Return for each of `count` groups of rows the first class that sees all of its rows."""
        holds = np.zeros((count, self.views.shape[1]), dtype=bool)
        holds[group, self.compartment] = True
        distinct, place = np.unique(holds, axis=0, return_inverse=True)
        is_seen = ~(distinct[None, :, :] & ~self.views[:, None, :]).any(axis=2)
        first: npt.NDArray[np.int64] = is_seen.argmax(axis=0)[place.reshape(-1)]
        return first


def find_visibility_classes(batch: Batch) -> VisibilityClasses | None:
    """Return the classes of viewers of a batch; None if everybody may see all of its records."""
    if visible_rows(batch, STRANGER) is None:
        return None
    return classify(*code_handlings(batch))


def code_handlings(batch: Batch) -> tuple[list[Handling], IntArray]:
    """Return the handlings of a batch, and the place of that of each row."""
    places = np.zeros(len(batch), dtype=np.int32)
    column = batch.columns.get(HANDLING)
    if column is None:
        return [Handling()], places
    used, place = np.unique(column.codes, return_inverse=True)
    places[column.rows] = 1 + place.reshape(-1)
    stated = [unpack_handling(text) for text in column.values.take(used).to_pylist()]
    return [Handling(), *stated], places


def _limit(handling: Handling) -> Handling:
    """Return a handling with what decides who reads a record."""
    return Handling(handling.agency, handling.code)


def classify(handlings: Sequence[Handling], places: IntArray) -> VisibilityClasses:
    """Return the classes of viewers of rows, by the place of the handling of each."""
    used, compact = np.unique(places, return_inverse=True)
    limited = [_limit(handlings[place]) for place in used.tolist()]
    place_of = {handling: place for place, handling in enumerate(dict.fromkeys(limited))}
    viewers = _list_viewers(list(place_of))
    rights = _tabulate_rights(viewers, list(place_of))
    compartments, number = np.unique(rights, axis=1, return_inverse=True)
    of_used = number.reshape(-1)[[place_of[handling] for handling in limited]]
    compartment = of_used[compact.reshape(-1)].astype(np.int32)
    views = _close_views(compartments)
    audiences = tuple(
        Audience.of(
            viewer
            for viewer, seen in zip(viewers, compartments, strict=True)
            if not (view & ~seen).any()
        )
        for view in views
    )
    return VisibilityClasses(compartment, views, audiences)


def _list_viewers(handlings: Sequence[Handling]) -> list[Viewer]:
    """Return a viewer of each sort that may see other records of these handlings than others do."""
    closed = [item for item in handlings if not is_visible(item, Viewer(_NAME))]
    agencies = sorted({item.agency for item in closed} | {""})
    return [
        *(STRANGER, OPERATOR),
        *(Viewer(_NAME, agency) for agency in agencies),
        *(Viewer(_NAME, agency, _STEWARD) for agency in agencies),
    ]


def _tabulate_rights(viewers: Sequence[Viewer], handlings: Sequence[Handling]) -> Flags:
    """Return which viewers see records of which handling (viewers × handlings)."""
    return np.array([[is_visible(item, viewer) for item in handlings] for viewer in viewers])


def _close_views(views: Flags) -> Flags:
    """Return the distinct views and their intersections, without the empty one, smaller first."""
    view_of = {int.from_bytes(np.packbits(view).tobytes(), "big"): view for view in views}
    fresh = list(view_of)
    while fresh:
        shared = {
            left & right: view_of[left] & view_of[right]
            for left in fresh
            for right in view_of
            if left & right not in view_of
        }
        view_of |= shared
        fresh = list(shared)
    order = sorted((int(view.sum()), mask) for mask, view in view_of.items() if mask)
    return np.array([view_of[mask] for _, mask in order])
