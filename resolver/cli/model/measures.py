"""Figures of a model, which commands measure, print and save beside the model.

The first part measures error rates by group on judged pairs and on probes. The second part invents
the records that `resolver train` learns from besides the lists. The last part measures calibration
in generated populations of several sizes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from resolver.cli.process_start import ProgressBars
    from resolver.matching.resolution_task import RunOptions
    from resolver.records import Record
    from resolver.records.results.resolution import Band
    from resolver.training.fit.check_fit import QueryWorld
    from resolver.training.measures import ErrorGap, GroupErrors, LabeledScores
    from resolver.training.reliability import GroupReliability, Masks
    from resolver.training.training_data import InventedMaterial, TrainingWorld


PROBES, PROBE_SEED = 101_200, 11
PROBE_DIMENSIONS = ("culture", "script", "difference")
FILE = "fairness"
TOLERANCE = 0.01
"""Excess of the worst gap over its limit that is tolerated: a retrained model is not quite the
same.
"""
_MEASURES = {
    "missed": "missed matches",
    "lost": "matches that nobody reviews",
    "false": "false matches",
    "merged": "wrong merges",
}


def measure_probes(
    running: RunOptions, count: int, seed: int, bars: ProgressBars
) -> tuple[LabeledScores, dict[str, Masks]]:
    """Score probes, with groups by `PROBE_DIMENSIONS` and strata by difference."""
    import numpy as np

    from resolver.engines.local import score_pairs_in_reference
    from resolver.records import Batch
    from resolver.training.reliability import group_masks
    from resolver.world import make_probes

    bars.start("probe", count, "probes")
    pairs = make_probes(count, seed)
    records = [record for probe in pairs for record in (probe.left, probe.right)]
    batch = Batch.from_records(records).canonical()
    lefts, rights = [pair.left.id for pair in pairs], [pair.right.id for pair in pairs]
    # invented pairs come from no population
    answers = score_pairs_in_reference(batch, lefts, rights, running)
    bars.advance(count)
    difference = np.array([pair.corruption for pair in pairs], dtype=object)
    group_names = {
        "culture": np.array([pair.culture for pair in pairs], dtype=object),
        "script": np.array([pair.script for pair in pairs], dtype=object),
        "difference": difference,
    }
    scored = label_scores(answers, [pair.same for pair in pairs], difference)
    return scored, {by: group_masks(group_names[by]) for by in PROBE_DIMENSIONS}


def label_scores(
    answers: Sequence[tuple[float, Band]],
    is_same: Sequence[bool],
    strata: npt.NDArray[np.object_] | None = None,
) -> LabeledScores:
    """Return the scores and bands of pairs together with their labels."""
    import numpy as np

    from resolver.training.measures import LabeledScores

    return LabeledScores(
        np.array([answer[0] for answer in answers], dtype=np.float64),
        np.array([int(answer[1]) for answer in answers], dtype=np.uint8),
        np.array(is_same, dtype=bool),
        strata,
    )


def group_rates(
    scored: LabeledScores, masks: Mapping[str, Masks]
) -> dict[str, tuple[list[GroupErrors], dict[str, ErrorGap]]]:
    """Return the groups and the worst gap of each measure, by dimension."""
    from dataclasses import replace

    from resolver.training.measures import group_error_rates, widest_gap

    rates_by_dimension = {}
    for by, group_masks in masks.items():
        # the difference itself is the stratum, so there is nothing to standardize
        stratified = replace(scored, stratum=None) if by == "difference" else scored
        groups = group_error_rates(stratified, group_masks)
        gaps = {name: widest_gap(groups, name, stratified, group_masks) for name in _MEASURES}
        rates_by_dimension[by] = (groups, {name: gap for name, gap in gaps.items() if gap})
    return rates_by_dimension


def rates_to_json(
    rates_by_dimension: Mapping[str, tuple[list[GroupErrors], dict[str, ErrorGap]]],
) -> dict[str, Any]:
    """Return groups and gaps as JSON: `worst_gap` and `groups` by dimension."""
    from dataclasses import asdict

    from resolver.training.measures import groups_to_json as plain_groups

    return {
        by: {
            "worst_gap": {
                name: {**asdict(gap), "width": round(gap.width, 4), "chance": round(gap.chance, 4)}
                for name, gap in gaps.items()
            },
            "groups": plain_groups(groups),
        }
        for by, (groups, gaps) in rates_by_dimension.items()
    }


_RATE_LEGEND = (
    "missed, false: at score 0.5; lost: true pairs in band distinct; "
    "merged: false pairs in band match;"
)


def format_rates(
    rates_by_dimension: Mapping[str, tuple[list[GroupErrors], dict[str, ErrorGap]]],
    *,
    standardized: bool,
) -> str:
    """Return the worst gaps, then a table for each dimension."""
    lines = [
        line
        for by, (_, gaps) in rates_by_dimension.items()
        if by != "difference"
        for line in _gaps(by, gaps)
    ]
    for by, (groups, _) in rates_by_dimension.items():
        lines += ["", *_table(by, groups)]
    lines += ["", _RATE_LEGEND]
    basis = "rates as if all groups had the same mix of differences, " if standardized else "rates "
    return "\n".join([*lines, f"{basis}with 95 % intervals."])


def _gaps(by: str, gaps: Mapping[str, ErrorGap]) -> list[str]:
    if not gaps:
        return [f"worst gap by {by}: not measurable, fewer than two groups are large enough"]
    texts = (
        f"{words} {100 * gap.width:.1f} points ({gap.worst} over {gap.best}; "
        f"by chance {100 * gap.chance:.1f})"
        for words, gap in ((_MEASURES[name], gaps.get(name)) for name in ("missed", "false"))
        if gap
    )
    return [f"worst gap by {by}: {', '.join(texts)}"]


def _table(by: str, groups: Sequence[GroupErrors]) -> list[str]:
    width = max(len(by), *(len(group.name) for group in groups))
    head = (
        f"{by:<{width}}{'same':>8}{'missed':>9}{'':17}{'lost':>8}"
        f"{'different':>12}{'false':>9}{'':17}{'merged':>8}"
    )
    lines = [head.rstrip()]
    for group in groups:
        lines.append(
            f"{group.name:<{width}}{group.missed.total:>8,}"
            f"{_rate(group, 'missed')}{_short(group, 'lost')}"
            f"{group.false.total:>12,}{_rate(group, 'false')}{_short(group, 'merged')}".rstrip()
        )
    return lines


def _rate(group: GroupErrors, name: str) -> str:
    share = getattr(group, name)
    if not share.total:
        return f"{'-':>9}{'':17}"
    return f"{100 * share.rate:>7.1f} %{f'({100 * share.low:.1f} … {100 * share.high:.1f})':>17}"


def _short(group: GroupErrors, name: str) -> str:
    share = getattr(group, name)
    return f"{100 * share.rate:>6.1f} %" if share.total else f"{'-':>8}"


def save_rates(
    directory: Path, base: Path | None, model: str, count: int, seed: int, figures: dict[str, Any]
) -> str:
    """Save figures of probes beside a model; return a warning if the gap has widened, otherwise an
    empty text.

    The limit on the worst gap in missed matches between cultures never rises: it is the lower of
    the limit of `base` (default: the shipped model) and the measured gap.
    """
    from resolver.models import loader

    gap = figures["culture"]["worst_gap"]["missed"]["width"]
    limit = _load_limit(base, gap)
    data = {"model": model, "probes": count, "seed": seed, **figures}
    loader.save(FILE, {"format": 1, "limit": min(limit, gap), **data}, directory)
    if gap <= limit + TOLERANCE:
        return ""
    return (
        "the worst gap in missed matches by culture has widened from "
        f"{100 * limit:.1f} to {100 * gap:.1f} points"
    )


def _load_limit(base: Path | None, default: float) -> float:
    from resolver.errors import ModelError
    from resolver.models import loader

    try:
        return float(loader.load(FILE, base)["limit"])
    except (ModelError, KeyError, TypeError, ValueError):
        return default


def measure_and_save(
    directory: Path, base: Path | None, running: RunOptions, bars: ProgressBars
) -> None:
    """Measure the model in `directory` on the probes and save the figures there.

    Prints a note if the gap has widened.
    """
    from resolver.matching.resolution_task import load_models

    # the cache may have another model of the same folder
    load_models.cache_clear()
    figures = rates_to_json(group_rates(*measure_probes(running, PROBES, PROBE_SEED, bars)))
    warning = save_rates(
        directory, base, load_models(running.model_dir).stamp["model"], PROBES, PROBE_SEED, figures
    )
    if warning:
        click.echo(f"note: {warning}", err=True)


WORLDS = (
    *[300] * 10,
    *[1_000] * 6,
    *[3_000] * 6,
    *[10_000] * 2,
    *[30_000] * 2,
    100_000,
    300_000,
)
"""Records of the invented worlds, one population each."""
REGISTER_RECORDS, DIFFERENCE_PAIRS = 60_000, 22_000
MAX_WORLD_PAIRS = (40_000, 20_000)
"""Maximum numbers of false and of true pairs of a world. If a world has more pairs, some are drawn
at random, and each of them counts for several.
"""
_PEOPLE = 30_000
"""Number of records of the world from whose people the stated pairs are made."""
NAMED_GROUPS = 1_500
"""Number of groups of each list of movements or institutions whose names are compared alone."""
SPELLED_PERSONS = 120
"""Number of invented persons of each culture whose names are spelled in every way."""


QUERY_WORLDS = (1_000, 3_000, 10_000, 30_000)
"""Records of the worlds whose names are asked in checks."""
QUERY_STRANGERS = 5_000
"""Records of the world from which strangers to another world, or to lists, come."""


def invent_material(seed: int) -> InventedMaterial:
    """Return worlds, spellings of names and pairs with controlled differences."""
    from resolver.training.training_data import InventedMaterial, names_by_group

    worlds = _worlds(seed)
    people = next(world.records for world in worlds if len(world.records) >= _PEOPLE)
    groups = names_by_group(worlds, NAMED_GROUPS)
    return InventedMaterial(worlds, _spellings(seed), groups, _controlled_differences(seed), people)


def _worlds(seed: int) -> list[TrainingWorld]:
    """Return worlds of agencies' records of several sizes, and lists of other kinds."""
    from resolver.records import Kind
    from resolver.training.training_data import (
        build_directory_worlds,
        build_institution_worlds,
        build_movement_worlds,
        build_register_worlds,
    )
    from resolver.world import generate

    registers = generate(REGISTER_RECORDS, seed=seed + 1)
    people = [
        (record, registers.cultures[registers.truth[record.id]])
        for record in registers.records
        if record.kind == Kind.PERSON
    ]
    return [
        *(_world(records, 100 * seed + number) for number, records in enumerate(WORLDS)),
        *build_register_worlds(people, seed),
        *build_directory_worlds(people, seed),
        *build_movement_worlds(people, seed),
        *build_institution_worlds(people, seed),
    ]


def _world(records: int, seed: int) -> TrainingWorld:
    from resolver.training.training_data import TrainingWorld
    from resolver.world import generate

    world = generate(records, seed=seed)
    return TrainingWorld("world", world.records, world.truth, "", *MAX_WORLD_PAIRS)


def invent_query_worlds(seed: int) -> tuple[list[QueryWorld], tuple[Record, ...]]:
    """Return the worlds whose names are used as queries of checks, and strangers to lists."""
    from resolver.training.fit.check_fit import QueryWorld
    from resolver.world import generate

    worlds = []
    for index, records in enumerate(QUERY_WORLDS):
        own = 100 * seed + index
        world, others = generate(records, seed=own), generate(QUERY_STRANGERS, seed=own + 1)
        worlds.append(QueryWorld(world.records, world.truth, others.records, own))
    return worlds, generate(QUERY_STRANGERS, seed=seed).records


def _spellings(seed: int) -> list[tuple[str, ...]]:
    """Return the spellings of the names of some invented persons of every culture."""
    from resolver.world import CULTURE_NAMES, spell_name_variants

    return [
        names
        for culture in CULTURE_NAMES
        for names in spell_name_variants(culture, SPELLED_PERSONS, seed)
    ]


def _controlled_differences(seed: int) -> list[tuple[Record, Record, bool]]:
    """Return invented pairs with one difference each, unlike the probes that measure fairness."""
    from resolver.world import make_probes

    probe_seed = seed if seed != PROBE_SEED else seed + 1
    return [
        (probe.left, probe.right, probe.same) for probe in make_probes(DIFFERENCE_PAIRS, probe_seed)
    ]


SIZES = (1_000, 3_000, 10_000, 30_000)
SEED = 424_250
"""Seed of the first world; each further world has the next seed. Worlds that models are trained on
have seeds with other last digits (`resolver.cli.model.measures`).
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
    from resolver.training.measures import DIMENSIONS, total_candidates
    from resolver.training.reliability import measure_reliability, pool_totals
    from resolver.world import generate

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
    from resolver.training.reliability import reliability_to_json

    by = {name: reliability_to_json(groups) for name, groups in reliability.items()}
    return {"format": 1, "model": model, "sizes": list(sizes), "seed": seed, "by": by}


def format_calibration(reliability: Reliability) -> str:
    """Return a table of groups for each dimension, then the bins of all dimensions except the joint
    one.
    """
    from resolver.training.measures import JOINT
    from resolver.training.reliability import format_bins, format_reliability

    lines = []
    for by, groups in reliability.items():
        lines += [*format_reliability(by, groups), ""]
    for by, groups in reliability.items():
        if by != JOINT:
            lines += [*format_bins(by, groups), ""]
    return "\n".join([*lines, _LEGEND])


def measure_calibration_and_save(directory: Path, running: RunOptions, bars: ProgressBars) -> None:
    """Measure the model in `directory` on the default worlds; save the figures there."""
    from resolver.matching.resolution_task import load_models
    from resolver.training.train import save_calibration

    # the cache may have another model of the same folder
    load_models.cache_clear()
    reliability = measure_worlds(running, SIZES, SEED, bars)
    model = load_models(running.model_dir).stamp["model"]
    save_calibration(to_figures(reliability, model, SIZES, SEED), directory)
