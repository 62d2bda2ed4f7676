"""Decisions beside other material: what `resolver train LISTS --from-store URL` learns from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from resolver.ingest.reader_types import Intake
from resolver.pipeline import tables_of
from resolver.training.data.contradictions import quarantine
from resolver.training.data.decided_pairs import Decided, clusters_of, decided_pairs
from resolver.training.data.labeled_clusters import Clusters
from resolver.training.data.labeled_pairs import Judgement, Labelled, together
from resolver.training.train import Material


def agreed(
    decided: Decided, judgements: Sequence[Judgement], clusters: Clusters | None = None
) -> tuple[Decided, list[Judgement]]:
    """The decisions and the judgements that can all be right together; what is decided and judged alike is taken for
    decided."""
    said = set(decided.judgements)
    others = [one for one in judgements if one not in said]
    kept, odd = quarantine([*others, *decided.judgements], clusters.home if clusters else {})
    held = set(kept)
    left_out = {f"or judgements {why}": count for why, count in odd.items()}
    return decided.keeping(kept, left_out), [one for one in others if one in held]


def with_decided(
    material: Material,
    intake: Intake,
    judgements: Sequence[Judgement],
    decided: Decided,
    tables: Mapping[str, Any],
) -> Material:
    """The material with the pairs that decisions label; records that these hold to be the same are one cluster in all
    of it, so that no fold tests what another has learnt."""
    homes = clusters_of([*judgements, *decided.ties], intake.batch.ids.to_pylist())
    pairs = {kind: _renamed(data, homes) for kind, data in material.pairs.items()}
    for kind, data in decided_pairs(decided, tables_of(dict(tables)), homes).items():
        pairs[kind] = together([pairs[kind], data]) if kind in pairs else data
    left_out = {f"decisions {why}": count for why, count in decided.dropped.items()}
    return replace(material, pairs=pairs, quarantined={**material.quarantined, **left_out})


def _renamed(data: Labelled, homes: Mapping[str, str]) -> Labelled:
    """A cluster is named by one of its records."""
    names = np.array(
        [[homes.get(one, one), homes.get(two, two)] for one, two in data.clusters.tolist()],
        dtype=object,
    )
    return replace(data, clusters=names.reshape(-1, 2))
