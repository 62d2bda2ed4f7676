"""Fairness: how often matches are missed and different people called the same, by group, and the widest gap between
two groups.

Groups differ in what befalls their names (a culture without patronymics has none to omit), so rates are standardised
where pairs are given in strata: what is observed in a group, over what its mix of strata would give at the rates of all
groups together, times the rate of all (indirect standardisation, Breslow and Day 1987). The widest of many gaps is wide
by chance too: how wide, is drawn from the same counts without any difference between groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.records.results.resolution import Band
from resolver.training.evaluate.measures import rate
from resolver.training.evaluate.pair_groups import MIXED, UNKNOWN, Masks

LEAST = 50
"""Groups of fewer pairs are shown, but no gap is read from them."""
_DRAWS = 400
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scored:
    """m labelled pairs with their answers. `stratum`: words, or None where pairs are not to be standardised."""

    score: npt.NDArray[np.float64]
    band: npt.NDArray[np.uint8]
    same: Mask
    stratum: npt.NDArray[np.object_] | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `total` pairs of a group; `rate` with its 95 % interval, standardised where there are strata; `crude`
    is count over total."""

    count: int
    total: int
    crude: float
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Group:
    """Error rates of one group: true pairs scored below 0.5 (`missed`) and those in band distinct, which nobody will
    ever see (`lost`); false pairs scored 0.5 or more (`false`) and those in band match, which are merged (`merged`)."""

    name: str
    missed: Share
    lost: Share
    false: Share
    merged: Share


@dataclass(frozen=True, slots=True)
class Gap:
    """The widest difference of a rate between two groups, 0…1; `chance`: how wide it would be in 19 of 20 cases if no
    group were any different."""

    width: float
    worst: str
    best: str
    chance: float


def rates(scored: Scored, masks: Masks) -> list[Group]:
    """Error rates of each group, in the order of the masks; groups without any pair are left out."""
    wrong = _outcomes(scored)
    found = []
    for name, mask in masks.items():
        if mask.any():
            found.append(Group(name, *(_share(bad, of, mask, scored.stratum) for bad, of in wrong)))
    return found


def _outcomes(scored: Scored) -> tuple[tuple[Mask, Mask], ...]:
    """What went wrong, and among which pairs: missed, lost, false, merged."""
    same, different = scored.same, ~scored.same
    return (
        (same & (scored.score < 0.5), same),
        (same & (scored.band == Band.DISTINCT), same),
        (different & (scored.score >= 0.5), different),
        (different & (scored.band == Band.MATCH), different),
    )


def _share(bad: Mask, of: Mask, mask: Mask, stratum: npt.NDArray[np.object_] | None) -> Share:
    count, total = int((bad & mask).sum()), int((of & mask).sum())
    found = rate(count, total)
    factor = 1.0
    if stratum is not None and total:
        expected = float(_expected(bad, of, stratum)[of & mask].sum())
        if expected > 0:
            factor = total * (int(bad.sum()) / max(int(of.sum()), 1)) / expected
    scaled = (min(value * factor, 1.0) for value in (found.rate, found.low, found.high))
    return Share(count, total, found.rate, *scaled)


def _expected(bad: Mask, of: Mask, stratum: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Per pair how often its stratum goes wrong, over all groups."""
    _, place = np.unique(stratum.astype(str), return_inverse=True)
    total = np.bincount(place[of], minlength=place.max(initial=0) + 1)
    wrong = np.bincount(place[bad], minlength=len(total))
    share: npt.NDArray[np.float64] = (wrong / np.maximum(total, 1))[place]
    return share


def worst_gap(
    groups: Sequence[Group], measure: str, scored: Scored, masks: Masks, seed: int = 7
) -> Gap | None:
    """The widest gap of a measure (`missed`, `lost`, `false`, `merged`) between groups of `LEAST` pairs or more, the
    mixed and unknown ones left aside; None where there are no two."""
    held = [(getattr(group, measure), group.name) for group in groups]
    held = [
        (share, name)
        for share, name in held
        if share.total >= LEAST and name not in (MIXED, UNKNOWN)
    ]
    if len(held) < 2:
        return None
    worst = max(held, key=lambda one: (one[0].rate, one[1]))
    best = min(held, key=lambda one: (one[0].rate, one[1]))
    place = ("missed", "lost", "false", "merged").index(measure)
    bad, of = _outcomes(scored)[place]
    chance = _chance([masks[name] for _, name in held], bad, of, scored.stratum, seed)
    return Gap(worst[0].rate - best[0].rate, worst[1], best[1], chance)


def _chance(
    masks: Sequence[Mask], bad: Mask, of: Mask, stratum: npt.NDArray[np.object_] | None, seed: int
) -> float:
    """The 95th percentile of the widest gap where every stratum goes wrong equally often in all groups."""
    words = stratum.astype(str) if stratum is not None else np.full(len(bad), "", dtype=str)
    _, place = np.unique(words, return_inverse=True)
    size = place.max(initial=0) + 1
    share = np.bincount(place[bad], minlength=size) / np.maximum(
        np.bincount(place[of], minlength=size), 1
    )
    counts = np.stack([np.bincount(place[of & mask], minlength=size) for mask in masks])
    expected = np.maximum(counts @ share, 1e-12)
    draws = (
        np.random.default_rng(seed)
        .binomial(counts, share, size=(_DRAWS, *counts.shape))
        .sum(axis=2)
    )
    drawn = draws / expected * (bad.sum() / max(int(of.sum()), 1))
    return float(np.sort(drawn.max(axis=1) - drawn.min(axis=1))[int(0.95 * _DRAWS) - 1])


def plain(groups: Sequence[Group]) -> list[dict[str, object]]:
    """Groups as JSON, rates to four digits."""
    return [
        {
            "group": group.name,
            **{
                name: _plain(getattr(group, name)) for name in ("missed", "lost", "false", "merged")
            },
        }
        for group in groups
    ]


def _plain(share: Share) -> Mapping[str, float | int]:
    told = {name: round(getattr(share, name), 4) for name in ("crude", "rate", "low", "high")}
    return {"count": share.count, "of": share.total, **told}
