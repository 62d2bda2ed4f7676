"""Calibration of a model in generated populations of several sizes: measure, format and save."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resolver.errors import UsageError

if TYPE_CHECKING:
    from resolver.cli.progress_bars import ProgressBars
    from resolver.run_options import RunOptions
    from resolver.training.evaluate.reliability import GroupReliability

SIZES = (1_000, 3_000, 10_000, 30_000)
SEED = 424_250
"""Seed of the first world; the next one has the next seed. Worlds that models are trained on have
seeds with other last digits (`resolver.cli.model.fairness`).
"""
SIZE_LIMITS = (100, 300_000)
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
    from resolver.synthetic import generate
    from resolver.training.evaluate.measures import DIMENSIONS, total_candidates
    from resolver.training.evaluate.reliability import measure_reliability, pool_totals

    bars.start("calibrate", sum(sizes), "records")
    worlds = []
    for number, size in enumerate(sizes):
        world = generate(size, seed=seed + number)
        worlds.append(total_candidates(world.records, world.truth, running))
        bars.advance(size)
    pooled = {by: pool_totals(world[by] for world in worlds) for by in DIMENSIONS}
    # a script may be missing from a world; its pairs still come from all records
    pooled["script"] = {
        script: replace(totals, records=sum(sizes))
        for script, totals in sorted(pooled["script"].items())
    }
    return {by: measure_reliability(totals) for by, totals in pooled.items()}


def to_figures(
    reliability: Reliability, model: str, sizes: Sequence[int], seed: int
) -> dict[str, Any]:
    """Return plain data for JSON: groups with their bins, by dimension."""
    from resolver.training.evaluate.reliability import reliability_to_json

    by = {name: reliability_to_json(groups) for name, groups in reliability.items()}
    return {"format": 1, "model": model, "sizes": list(sizes), "seed": seed, "by": by}


def format_calibration(reliability: Reliability) -> str:
    """Return a table of groups for each dimension, then the bins of all but the joint one."""
    from resolver.training.evaluate.measures import JOINT
    from resolver.training.evaluate.reliability import format_bins, format_reliability

    lines = []
    for by, groups in reliability.items():
        lines += [*format_reliability(by, groups), ""]
    for by, groups in reliability.items():
        if by != JOINT:
            lines += [*format_bins(by, groups), ""]
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
