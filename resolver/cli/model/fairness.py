"""Error rates by group on judged pairs and on probes: measured, shown, and kept beside a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from resolver.cli.progress_bars import Bars
    from resolver.pipeline import RunOptions
    from resolver.training.evaluate.fairness_measures import Gap, Group, Scored
    from resolver.training.evaluate.pair_groups import Masks

PROBES, PROBE_SEED = 101_200, 11
PROBE_DIMENSIONS = ("culture", "script", "difference")
FILE = "fairness"
TOLERANCE = 0.01
"""By how much the worst gap may lie above its limit: what is drawn is the same, yet a retrained model is not."""
_MEASURES = {
    "missed": "missed matches",
    "lost": "matches nobody will see",
    "false": "false matches",
    "merged": "wrong merges",
}


def measure_probes(
    running: RunOptions, count: int, seed: int, bars: Bars
) -> tuple[Scored, dict[str, Masks]]:
    """Score probes with the model of `running`; groups by `PROBE_DIMENSIONS`, strata by what differs."""
    import numpy as np

    from resolver.pipeline import score_pairs
    from resolver.records import Batch
    from resolver.synthetic import probes
    from resolver.training.evaluate.fairness_measures import Scored
    from resolver.training.evaluate.pair_groups import masks_of

    bars.start("probe", count, "probes")
    found = probes(count, seed)
    batch = Batch.from_records(
        [record for probe in found for record in (probe.left, probe.right)]
    ).canonical()
    answers = score_pairs(
        batch, [one.left.id for one in found], [one.right.id for one in found], running
    )
    bars.advance(count)
    difference = np.array([one.corruption for one in found], dtype=object)
    scored = Scored(
        np.array([answer[0] for answer in answers], dtype=np.float64),
        np.array([int(answer[1]) for answer in answers], dtype=np.uint8),
        np.array([one.same for one in found], dtype=bool),
        difference,
    )
    words = {
        "culture": np.array([one.culture for one in found], dtype=object),
        "script": np.array([one.script for one in found], dtype=object),
        "difference": difference,
    }
    return scored, {by: masks_of(words[by]) for by in PROBE_DIMENSIONS}


def by_group(
    scored: Scored, masks: Mapping[str, Masks]
) -> dict[str, tuple[list[Group], dict[str, Gap]]]:
    """By dimension the groups and the worst gap of each measure."""
    from dataclasses import replace

    from resolver.training.evaluate.fairness_measures import rates, worst_gap

    found = {}
    for by, held in masks.items():
        # what differs is the stratum itself: nothing to standardise
        chosen = replace(scored, stratum=None) if by == "difference" else scored
        groups = rates(chosen, held)
        gaps = {name: worst_gap(groups, name, chosen, held) for name in _MEASURES}
        found[by] = (groups, {name: gap for name, gap in gaps.items() if gap})
    return found


def plain(found: Mapping[str, tuple[list[Group], dict[str, Gap]]]) -> dict[str, Any]:
    """Groups and gaps as JSON: by dimension `worst_gap` and `groups`."""
    from dataclasses import asdict

    from resolver.training.evaluate.fairness_measures import plain as plain_groups

    return {
        by: {
            "worst_gap": {
                name: {**asdict(gap), "width": round(gap.width, 4), "chance": round(gap.chance, 4)}
                for name, gap in gaps.items()
            },
            "groups": plain_groups(groups),
        }
        for by, (groups, gaps) in found.items()
    }


def text(found: Mapping[str, tuple[list[Group], dict[str, Gap]]], *, standardised: bool) -> str:
    """The worst gaps first, then a table for each dimension."""
    lines = [
        line for by, (_, gaps) in found.items() if by != "difference" for line in _gaps(by, gaps)
    ]
    for by, (groups, _) in found.items():
        lines += ["", *_table(by, groups)]
    lines += [
        "",
        "missed, false: at score 0.5; lost: true pairs in band distinct; merged: false pairs in band match;",
    ]
    how = "rates as if all groups had the same mix of differences, " if standardised else "rates "
    return "\n".join([*lines, f"{how}with 95 % intervals."])


def _gaps(by: str, gaps: Mapping[str, Gap]) -> list[str]:
    if not gaps:
        return [f"worst gap by {by}: none can be read, fewer than two groups are large enough"]
    said = (
        f"{words} {100 * gap.width:.1f} points ({gap.worst} over {gap.best}; by chance {100 * gap.chance:.1f})"
        for words, gap in ((_MEASURES[name], gaps.get(name)) for name in ("missed", "false"))
        if gap
    )
    return [f"worst gap by {by}: {', '.join(said)}"]


def _table(by: str, groups: Sequence[Group]) -> list[str]:
    width = max(len(by), *(len(group.name) for group in groups))
    head = f"{by:<{width}}{'same':>8}{'missed':>9}{'':17}{'lost':>8}{'different':>12}{'false':>9}{'':17}{'merged':>8}"
    lines = [head.rstrip()]
    for group in groups:
        lines.append(
            f"{group.name:<{width}}{group.missed.total:>8,}{_rate(group, 'missed')}{_short(group, 'lost')}"
            f"{group.false.total:>12,}{_rate(group, 'false')}{_short(group, 'merged')}".rstrip()
        )
    return lines


def _rate(group: Group, name: str) -> str:
    share = getattr(group, name)
    if not share.total:
        return f"{'-':>9}{'':17}"
    return f"{100 * share.rate:>7.1f} %{f'({100 * share.low:.1f} … {100 * share.high:.1f})':>17}"


def _short(group: Group, name: str) -> str:
    share = getattr(group, name)
    return f"{100 * share.rate:>6.1f} %" if share.total else f"{'-':>8}"


def keep(
    directory: Path, base: Path | None, model: str, count: int, seed: int, found: dict[str, Any]
) -> str:
    """Write what was measured on probes beside a model. The limit of the worst gap in missed matches between cultures
    only ever falls: it is the lower of that of `base` (default: the shipped model) and what was measured. What to say
    where the gap has widened, else nothing."""
    from resolver.errors import ModelError
    from resolver.models import loader

    now = found["culture"]["worst_gap"]["missed"]["width"]
    try:
        limit = float(loader.load(FILE, base)["limit"])
    except (ModelError, KeyError, TypeError, ValueError):
        limit = now
    data = {
        "format": 1,
        "limit": min(limit, now),
        "model": model,
        "probes": count,
        "seed": seed,
        **found,
    }
    loader.save(FILE, data, directory)
    if now <= limit + TOLERANCE:
        return ""
    return f"the worst gap in missed matches by culture has widened from {100 * limit:.1f} to {100 * now:.1f} points"


def measure_and_keep(directory: Path, base: Path | None, running: RunOptions, bars: Bars) -> None:
    """Measure the model in `directory` on the probes and keep the figures there; a note where the gap has widened."""
    from resolver.pipeline import load_models

    # the folder may have held another model a moment ago
    load_models.cache_clear()
    found = plain(by_group(*measure_probes(running, PROBES, PROBE_SEED, bars)))
    said = keep(
        directory, base, load_models(running.model_dir).stamp["model"], PROBES, PROBE_SEED, found
    )
    if said:
        click.echo(f"note: {said}", err=True)
