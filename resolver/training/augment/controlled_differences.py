"""Pairs of invented records that differ in one named thing: a part of the name left out, another romanisation, a digit
of the date, a twin … Lists hold few of each; here each has its share. Pairs told as registers tell are left out:
registers have slips and twins of their own, in proportion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from resolver.normalize import prepare
from resolver.pipeline import symbol_source
from resolver.records import Batch, Kind, Record
from resolver.records.prepared.frequencies import Tables
from resolver.scoring import GATE
from resolver.training.data.labeled_pairs import Labelled, by_kind

ORIGIN = "one difference"
Differing = tuple[Record, Record, bool]
"""Two records, and whether they describe the same."""


def named(one: Record, two: Record, origin: str, place: int, *, same: bool) -> Differing:
    """A pair of an origin under ids of its own: the `place`-th."""
    left, right = (
        replace(each, id=f"stated:{origin}:{place:06d}{mark}")
        for each, mark in ((one, "a"), (two, "b"))
    )
    return left, right, same


def differing_pairs(pairs: Iterable[Differing], tables: Tables) -> dict[Kind, Labelled]:
    """The evidence of pairs, each a cluster of its own."""
    found = invented_pairs(pairs, tables, ORIGIN)
    return {
        kind: data.where(data.evidence[:, data.features.index(GATE)] > 0)
        for kind, data in found.items()
    }


def invented_pairs(pairs: Iterable[Differing], tables: Tables, origin: str) -> dict[Kind, Labelled]:
    """The same of pairs however they are told, under the name of an origin."""
    held = list(pairs)
    if not held:
        return {}
    batch = Batch.from_records(
        [record for one, two, _ in held for record in (one, two)]
    ).canonical()
    place = {identity: row for row, identity in enumerate(batch.ids.to_pylist())}
    rows = np.array([[place[one.id], place[two.id]] for one, two, _ in held], dtype=np.int32)
    clusters = [""] * len(batch)
    for number, (left, right) in enumerate(rows.tolist()):
        clusters[left] = clusters[right] = f"{origin} {number}"
    labels = np.array([same for _, _, same in held], dtype=np.int8)
    prepared = prepare(batch, tables, symbol_source().lookup, ())
    return by_kind(prepared, rows.min(axis=1), rows.max(axis=1), labels, clusters, origin)


__all__ = ["ORIGIN", "Differing", "differing_pairs", "invented_pairs", "named"]
