"""Sums over the candidate pairs of labeled records, scored in their own population, by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from resolver.engines.local import LocalEngine
from resolver.models.loader import KINDS
from resolver.pipeline import normalize
from resolver.population_scoring import choose_model_kinds, score_in_population
from resolver.records import KIND_BY_LABEL, Batch, Record
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.results.stage_meter import StageMeter
from resolver.resolution_task import ResolutionTask, ScoredCandidates
from resolver.run_options import RunOptions
from resolver.scoring import scores
from resolver.training.evaluate.pair_groups import Masks, pair_group_masks
from resolver.training.evaluate.reliability import BinTotals, total_bins

JOINT = "size × kind × evidence"
DIMENSIONS = ("size", "kind", "script", "evidence", JOINT)
_Groups = tuple[Masks, Mapping[str, int]]
"""Masks of pairs, and number of records, of each group."""


def total_candidates(
    records: Sequence[Record], truth: Mapping[str, str], options: RunOptions
) -> dict[str, dict[str, BinTotals]]:
    """Score the candidate pairs of records; return their sums by dimension and group.

    `truth`: record id → true id. Pairs whose kinds exclude each other are left out.
    """
    task = ResolutionTask.build(Batch.from_records(records).canonical(), (), options)
    prepared = normalize(task.batch, task.models)
    task, scored = score_in_population(task, LocalEngine(prepared), StageMeter())
    true_ids = [truth[record_id] for record_id in task.batch.ids.to_pylist()]
    entities = np.unique(true_ids, return_inverse=True)[1]
    same = entities[scored.left] == entities[scored.right]
    score = scores(scored.logodds.astype(np.int64))
    groups = _group_candidates(prepared, scored)
    return {by: total_bins(score, same, *groups[by]) for by in DIMENSIONS}


def _group_candidates(prepared: PreparedBatch, scored: ScoredCandidates) -> dict[str, _Groups]:
    left, right, size = scored.left, scored.right, len(prepared)
    pair_kinds = choose_model_kinds(prepared.kinds, left, right)
    has_model = pair_kinds != 0
    codes = {kind: int(KIND_BY_LABEL[kind]) for kind in KINDS}
    kinds = {kind: pair_kinds == code for kind, code in codes.items()}
    records = {kind: int(((prepared.kinds & code) != 0).sum()) for kind, code in codes.items()}
    scripts, evidence = (
        _within(pair_group_masks(prepared, left, right, by), has_model)
        for by in ("script", "evidence")
    )
    joint = {
        (kind, name): kinds[kind] & evidence_mask
        for kind in kinds
        for name, evidence_mask in evidence.items()
    }
    return {
        "size": ({str(size): has_model}, {str(size): size}),
        "kind": (kinds, records),
        "script": (scripts, dict.fromkeys(scripts, size)),
        "evidence": (evidence, dict.fromkeys(evidence, size)),
        JOINT: (
            {f"{size} × {kind} × {name}": mask for (kind, name), mask in joint.items()},
            {f"{size} × {kind} × {name}": records[kind] for kind, name in joint},
        ),
    }


def _within(masks: Masks, chosen: npt.NDArray[np.bool_]) -> Masks:
    return {name: mask & chosen for name, mask in masks.items()}
