"""Calibration of a model in generated populations of several sizes: measure, format and save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resolver.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from resolver.cli.progress_bars import ProgressBars
    from resolver.pipeline import ResolutionTask, ScoredCandidates
    from resolver.records.prepared.batch import PreparedBatch
    from resolver.run_options import RunOptions
    from resolver.training.evaluate.pair_groups import Masks
    from resolver.training.evaluate.reliability import BinTotals, GroupReliability

SIZES = (1_000, 3_000, 10_000, 30_000)
SEED = 424_250
"""Seed of the first world; the next one has the next seed. Worlds that models are trained on have
seeds with other last digits (`resolver.cli.model.invented_records`).
"""
SIZE_LIMITS = (100, 300_000)
JOINT = "size × kind × evidence"
DIMENSIONS = ("size", "kind", "script", "evidence", JOINT)
Reliability = dict[str, "list[GroupReliability]"]
_LEGEND = """\
reviews: pairs scored 0.05 to 0.95, per record (of the kind, where one is named); true: share of
true pairs among them; gap: largest difference of mean score and share of true pairs, less two
standard errors, in bins of 50 pairs or more."""


def parse_sizes(text: str) -> tuple[int, ...]:
    """Return numbers of records separated by commas. Raises `UsageError`."""
    least, most = SIZE_LIMITS
    words = [word.strip() for word in text.split(",") if word.strip()]
    sizes = tuple(int(word) for word in words if word.isascii() and word.isdigit())
    if not words or len(sizes) < len(words) or not all(least <= size <= most for size in sizes):
        raise UsageError(
            f"--sizes are numbers of records, not {text!r}",
            hint=f"write numbers from {least:,} to {most:,} without separators, such as 1000,10000",
        )
    return sizes


def measure_worlds(
    running: RunOptions, sizes: Sequence[int], seed: int, bars: ProgressBars
) -> Reliability:
    """Score the candidate pairs of generated worlds; return their reliability by dimension."""
    from resolver.training.evaluate.reliability import measure_reliability, pool_totals

    bars.start("calibrate", sum(sizes), "records")
    worlds = []
    for number, size in enumerate(sizes):
        worlds.append(_total_world(running, size, seed + number))
        bars.advance(size)
    pooled = {by: pool_totals(world[by] for world in worlds) for by in DIMENSIONS}
    # a script may be missing from a world; its pairs still come from all records
    pooled["script"] = {
        script: replace(totals, records=sum(sizes))
        for script, totals in sorted(pooled["script"].items())
    }
    return {by: measure_reliability(totals) for by, totals in pooled.items()}


def _total_world(running: RunOptions, size: int, seed: int) -> dict[str, dict[str, BinTotals]]:
    """Return the sums of one world by dimension and group, without pairs of different kinds."""
    import numpy as np

    from resolver.engines.local import LocalEngine
    from resolver.pipeline import ResolutionTask, normalize, score_in_population
    from resolver.records import Batch
    from resolver.records.results.stage_meter import StageMeter
    from resolver.scoring import scores
    from resolver.synthetic import generate
    from resolver.training.evaluate.reliability import total_bins

    world = generate(size, seed=seed)
    task = ResolutionTask.build(Batch.from_records(world.records).canonical(), (), running)
    prepared = normalize(task.batch, task.models)
    task, scored = score_in_population(task, LocalEngine(prepared), StageMeter())
    true_ids = [world.truth[record_id] for record_id in task.batch.ids.to_pylist()]
    entities = np.unique(true_ids, return_inverse=True)[1]
    same = entities[scored.left] == entities[scored.right]
    score, totals = scores(scored.logodds.astype(np.int64)), {}
    for by, (masks, records) in _world_groups(task, prepared, scored, size).items():
        totals[by] = total_bins(score, same, masks, records)
    return totals


def _world_groups(
    task: ResolutionTask, prepared: PreparedBatch, scored: ScoredCandidates, size: int
) -> dict[str, tuple[Masks, Mapping[str, int]]]:
    """Return the masks of pairs and the number of records of each group, by dimension."""
    from resolver.models.loader import KINDS
    from resolver.pipeline import choose_model_kinds
    from resolver.records import KIND_BY_LABEL
    from resolver.training.evaluate.pair_groups import pair_group_masks

    left, right = scored.left, scored.right
    pair_kinds = choose_model_kinds(task.batch.kinds, left, right)
    has_model = pair_kinds != 0
    kinds = {kind: pair_kinds == int(KIND_BY_LABEL[kind]) for kind in KINDS}
    of_kind = {kind: _count_kind(task.batch.kinds, int(KIND_BY_LABEL[kind])) for kind in KINDS}
    scripts = _within(pair_group_masks(prepared, left, right, "script"), has_model)
    evidence = _within(pair_group_masks(prepared, left, right, "evidence"), has_model)
    joint = {
        _joint_name(size, kind, name): kind_mask & mask
        for kind, kind_mask in kinds.items()
        for name, mask in evidence.items()
    }
    joint_records = {
        _joint_name(size, kind, name): of_kind[kind] for kind in kinds for name in evidence
    }
    return {
        "size": ({str(size): has_model}, {str(size): size}),
        "kind": (kinds, of_kind),
        "script": (scripts, dict.fromkeys(scripts, size)),
        "evidence": (evidence, dict.fromkeys(evidence, size)),
        JOINT: (joint, joint_records),
    }


def _joint_name(size: int, kind: str, evidence: str) -> str:
    return f"{size} × {kind} × {evidence}"


def _count_kind(kinds: npt.NDArray[np.uint8], kind: int) -> int:
    return int(((kinds & kind) != 0).sum())


def _within(masks: Masks, chosen: npt.NDArray[np.bool_]) -> Masks:
    return {name: mask & chosen for name, mask in masks.items()}


def to_figures(
    reliability: Reliability, model: str, sizes: Sequence[int], seed: int
) -> dict[str, Any]:
    """Return plain data for JSON: groups with their bins, by dimension."""
    from resolver.training.evaluate.reliability import reliability_to_json

    by = {name: reliability_to_json(groups) for name, groups in reliability.items()}
    return {"format": 1, "model": model, "sizes": list(sizes), "seed": seed, "by": by}


def format_calibration(reliability: Reliability) -> str:
    """Return a table of groups for each dimension, then the bins of all but the joint one."""
    from resolver.training.evaluate.reliability import format_bins, format_reliability

    lines = []
    for by, groups in reliability.items():
        lines += [*format_reliability(by, groups), ""]
    for by in DIMENSIONS[:-1]:
        lines += [*format_bins(by, reliability[by]), ""]
    return "\n".join([*lines, _LEGEND])


def measure_and_save(directory: Path, running: RunOptions, bars: ProgressBars) -> None:
    """Measure the model in `directory` on the default worlds; save the figures there."""
    from resolver.model_set import load_models
    from resolver.training.model_files import save_calibration

    # the cache may have another model of the same folder
    load_models.cache_clear()
    reliability = measure_worlds(running, SIZES, SEED, bars)
    model = load_models(running.model_dir).stamp["model"]
    save_calibration(to_figures(reliability, model, SIZES, SEED), directory)
