"""Smallest changes of evidence that move a pair into another band.

They are computed from the weights of the model itself; nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from resolver.records.prepared.batch import FloatArray
from resolver.records.results.explanation import Alternative, Change
from resolver.records.results.resolution import Band
from resolver.scoring.model import Model
from resolver.scoring.thresholds import Thresholds, scores

MAX_CHANGES = 3
"""Maximum number of changes reported per band."""


def smallest_changes(
    model: Model, thresholds: Thresholds, evidence: FloatArray, alternatives: Sequence[Alternative]
) -> tuple[Change, ...]:
    """Return the smallest changes that lead into each other band, nearest band first.

    A change alters one field, or two where no single field is enough; each set of fields counts
    once, by its smallest shift, at most `MAX_CHANGES` per band. `evidence` is 1 × features.
    """
    own_logodds = int(model.logodds(evidence)[0])
    own_band = Band(int(thresholds.bands(scores(np.array([own_logodds])))[0]))
    changes: dict[Band, list[Change]] = {}
    for count in (1, 2):
        for change in _score_changes(model, thresholds, evidence, alternatives, count, own_logodds):
            band_changes = changes.setdefault(change.band, [])
            # report changes of two fields only if no single field is enough
            is_needed = not band_changes or len(band_changes[0].statements) == count
            if change.band != own_band and len(band_changes) < MAX_CHANGES and is_needed:
                band_changes.append(change)
    others = sorted({*Band} - {own_band}, key=lambda band: (abs(band - own_band), -band))
    return tuple(change for band in others for change in changes.get(band, ()))


def _score_changes(
    model: Model,
    thresholds: Thresholds,
    evidence: FloatArray,
    alternatives: Sequence[Alternative],
    count: int,
    own_logodds: int,
) -> Iterator[Change]:
    """Yield changes of `count` different fields, smallest shift of log-odds first.

    Each combination of fields and band is yielded once, by its smallest shift.
    """
    groups = [
        group
        for group in combinations(alternatives, count)
        if len({alternative.field for alternative in group}) == count
    ]
    if not groups:
        return
    column_of = {name: column for column, name in enumerate(model.features)}
    trial = np.repeat(evidence, len(groups), axis=0)
    for row, group in enumerate(groups):
        for alternative in group:
            for name, value in alternative.values.items():
                trial[row, column_of[name]] = value
    logodds = model.logodds(trial)
    score = scores(logodds)
    bands = thresholds.bands(score)
    reported: set[tuple[frozenset[str], int]] = set()
    for row in np.argsort(np.abs(logodds - own_logodds), kind="stable").tolist():
        key = frozenset(alternative.field for alternative in groups[row]), int(bands[row])
        if key not in reported:
            reported.add(key)
            statements = tuple(alternative.statement for alternative in groups[row])
            yield Change(statements, int(logodds[row]), float(score[row]), Band(int(bands[row])))
