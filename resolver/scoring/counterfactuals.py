"""The smallest changes of evidence that lead into another band, computed from the model's own tables: nothing is
estimated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from resolver.records.prepared.batch import FloatArray
from resolver.records.results.explanation import Alternative, Change
from resolver.records.results.resolution import Band
from resolver.scoring.model import Borders, Model, scores

MOST = 3
"""How many changes are given for a band, at most."""


def smallest_changes(
    model: Model, borders: Borders, evidence: FloatArray, alternatives: Sequence[Alternative]
) -> tuple[Change, ...]:
    """For every band but the pair's own, nearest first: the changes of one field that lead there, or of two where no
    single one does. `evidence`: 1 × features. Each set of fields is given once, by its least shift of log-odds; in all
    at most `MOST` a band, the least shift first."""
    own = int(model.logodds(evidence)[0])
    here = Band(int(borders.bands(scores(np.array([own])))[0]))
    found: dict[Band, list[Change]] = {}
    for count in (1, 2):
        for change in _tried(model, borders, evidence, alternatives, count, own):
            held = found.setdefault(change.band, [])
            # two fields are said only where one does not do
            if (
                change.band != here
                and len(held) < MOST
                and (not held or len(held[0].says) == count)
            ):
                held.append(change)
    others = sorted(
        (band for band in Band if band != here), key=lambda band: (abs(band - here), -band)
    )
    return tuple(change for band in others for change in found.get(band, ()))


def _tried(
    model: Model,
    borders: Borders,
    evidence: FloatArray,
    alternatives: Sequence[Alternative],
    count: int,
    own: int,
) -> Iterator[Change]:
    """Changes of `count` different fields, the least shift of log-odds first; for each set of fields and band the
    least one only."""
    chosen = [
        group
        for group in combinations(alternatives, count)
        if len({one.field for one in group}) == count
    ]
    if not chosen:
        return
    place = {name: column for column, name in enumerate(model.features)}
    trial = np.repeat(evidence, len(chosen), axis=0)
    for row, group in enumerate(chosen):
        for one in group:
            for name, value in one.values.items():
                trial[row, place[name]] = value
    logodds = model.logodds(trial)
    score = scores(logodds)
    bands = borders.bands(score)
    seen: set[tuple[frozenset[str], int]] = set()
    for row in np.argsort(np.abs(logodds - own), kind="stable").tolist():
        key = frozenset(one.field for one in chosen[row]), int(bands[row])
        if key not in seen:
            seen.add(key)
            says = tuple(one.says for one in chosen[row])
            yield Change(says, int(logodds[row]), float(score[row]), Band(int(bands[row])))
