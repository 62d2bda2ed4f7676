"""Two models beside each other on what a store holds: its decisions, and the pairs that wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.comparison import NameIndex
from resolver.errors import InputError
from resolver.pipeline import ModelSet, prepared_of, score_rows
from resolver.records.batch import concat
from resolver.records.results.resolution import Band, Outcome
from resolver.scoring import Borders, scores
from resolver.store import Store, View
from resolver.training.data.decided_pairs import Decided, decided_pairs, read_decided
from resolver.training.evaluate.card_figures import DECIDED
from resolver.training.fit.correction import Compared, compared

MOST_WAITING = 20_000
"""Of so many waiting pairs at most the new scores are worked out; drawn by chance, they stand for all."""
SHOWN = 20
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Moved:
    """A waiting pair of records that would change its band."""

    left: str
    right: str
    old: float
    new: float


@dataclass(frozen=True)
class Waiting:
    """What would become of the pairs of records that wait: how many wait, how many of them were looked at, how many of
    these would be in each band, and those whose score moves furthest into another one."""

    waiting: int
    looked_at: int
    bands: Mapping[str, int]
    moved: tuple[Moved, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        moved = [
            {"left": one.left, "right": one.right, "old": one.old, "new": one.new}
            for one in self.moved
        ]
        return {
            "waiting": self.waiting,
            "looked_at": self.looked_at,
            "bands": dict(self.bands),
            "moved": moved,
        }


@dataclass(frozen=True)
class Beside:
    """Two models (their stamps) on a store: by kind what they say of decisions that neither has learnt from, with how
    many of these there are; by kind what the new one's card says of decisions held out when it was made; and what
    would become of the pairs that wait."""

    old: str
    new: str
    fresh: Mapping[str, Compared]
    held_out: Mapping[str, Mapping[str, Any]]
    waiting: Waiting
    decisions: int
    unseen: int

    @property
    def worse(self) -> list[str]:
        """The kinds for which the new model does worse on decisions that neither has learnt from."""
        return [kind for kind, one in self.fresh.items() if one.gain < 0]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "old": self.old,
            "new": self.new,
            "decisions": self.decisions,
            "unseen": self.unseen,
            "fresh": {kind: one.to_json() for kind, one in self.fresh.items()},
            "held_out": {kind: dict(one) for kind, one in self.held_out.items()},
            "waiting": self.waiting.to_json(),
        }


def beside(store: Store, old: ModelSet, new: ModelSet, decided: Decided | None = None) -> Beside:
    """Compare two models on a store. Raises `InputError` where the two are the same."""
    if old.stamp["model"] == new.stamp["model"]:
        raise InputError("the two models are the same", mend="name the folder of another one")
    said = read_decided(store) if decided is None else decided
    learnt = max(_learnt(one) for one in (old, new))
    fresh = said.after(learnt)
    told = {
        kind: dict(model.training[DECIDED])
        for kind, model in new.models.items()
        if DECIDED in model.training
    }
    return Beside(
        old.stamp["model"], new.stamp["model"], _fresh(fresh, old, new), told, waiting(store, old, new), len(said),
        len(fresh),
    )  # fmt: skip


def _learnt(models: ModelSet) -> int:
    """The number of the last decision that a model may have learnt from."""
    return max(
        int(model.training.get(DECIDED, {}).get("until", 0)) for model in models.models.values()
    )


def _fresh(decided: Decided, old: ModelSet, new: ModelSet) -> dict[str, Compared]:
    first, second = (decided_pairs(decided, one.tables) for one in (old, new))
    answer = {}
    for kind, data in first.items():
        said = [
            models.models[kind.label].at(decided.plan).logodds(part[kind].evidence)
            for models, part in ((old, first), (new, second))
        ]
        answer[kind.label] = compared(data, said[0], said[1])
    return answer


def waiting(store: Store, old: ModelSet, new: ModelSet, seed: int = 7) -> Waiting:
    """What would become of the pairs that wait in a store."""
    with store.view() as view:
        table = view.all_links()
        rows = np.flatnonzero(table.outcome == int(Outcome.QUEUED))
        count = len(rows)
        if count > MOST_WAITING:
            rows = np.sort(np.random.default_rng(seed).choice(rows, MOST_WAITING, replace=False))
        if not count:
            return Waiting(0, 0, {}, ())
        left, right = table.left[rows], table.right[rows]
        ids, said = _scored(view, left, right, (old, new))
        borders = Borders.of_costs(float(view.head.borders.get("wrong_merge_costs", 20.0)))
    before, after = (scores(one) for one in said)
    bands = borders.bands(after)
    counts = {band.label: int((bands == band).sum()) for band in sorted(Band, reverse=True)}
    # a pair may wait in band match too, where it contradicts other evidence
    moved = np.flatnonzero(bands != borders.bands(before))
    order = moved[np.argsort(-np.abs(said[1] - said[0])[moved], kind="stable")][:SHOWN]
    shown = tuple(
        Moved(ids[row][0], ids[row][1], float(before[row]), float(after[row]))
        for row in order.tolist()
    )
    return Waiting(count, len(rows), counts, shown)


def _scored(
    view: View, left: Numbers, right: Numbers, models: Sequence[ModelSet]
) -> tuple[list[tuple[str, str]], list[npt.NDArray[np.int32]]]:
    """Ids of pairs of records, and the log-odds (thousandths) that models give them under the store's plan."""
    numbers = np.unique(np.concatenate([left, right]))
    batch = concat(part.batch for part in view.some_batches(numbers))
    names = batch.ids.to_pylist()
    batch = batch.canonical()
    place = {identity: row for row, identity in enumerate(batch.ids.to_pylist())}
    row_of = np.array([place[identity] for identity in names], dtype=np.int32)
    one, two = (row_of[np.searchsorted(numbers, side)] for side in (left, right))
    declared = tuple(sorted(source.name for source in view.sources() if source.deduplicated))
    low, high = np.minimum(one, two), np.maximum(one, two)
    said = []
    for each in models:
        prepared = prepared_of(batch, each, declared)
        said.append(
            score_rows(prepared, NameIndex.of(prepared), each.at(view.head.plan), low, high)
        )
    ids = batch.ids.to_pylist()
    return [(ids[a], ids[b]) for a, b in zip(low.tolist(), high.tolist(), strict=True)], said
