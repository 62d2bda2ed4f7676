"""Measure checks by a name alone: who is shown, who is a match, and whether scores are true.

    python -m benchmarks.check_names --records 30000
    python -m benchmarks.check_names LIST... --seed 2

Names are asked against a generated world or lists (`resolver.training.query_pairs`): as records
have them, with slips, without a word, as another agency writes them, and names of strangers, who
come from another world and may bear a listed name by chance. For some shares of strangers it finds
the score that this share exceeds, and prints how many listed names score higher. Scores are
compared with the truth where the stated share of callers is listed (`--listed`), each way to ask as
often as in training.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from resolver.cli.list_arguments import read_list_files
from resolver.cli.options import ReadingOptions
from resolver.cli.progress_bars import ProgressBars
from resolver.hub.hub import Hub
from resolver.hub.temporary_hub import temporary_hub
from resolver.records import Kind
from resolver.records.prepared.population import DEFAULT_LISTED
from resolver.run_options import RunOptions
from resolver.screening.screener import MatchQuery, Screener
from resolver.synthetic import generate
from resolver.training.fit.check_fit import SHARES
from resolver.training.query_pairs import UNLISTED, NameQuery, QueryWorld, query_lists, query_world

MATCH = 0.5
EXCEEDED = (0.002, 0.005, 0.01, 0.02, 0.05)
"""Shares of strangers of the curves."""
BINS = (0.0, 0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 1.0)
_SHOWN, _STRANGERS, _FIRST_SEED = 20, 5_000, 7_000
Floats = npt.NDArray[np.float64]


def ask(
    hub: Hub, queries: Sequence[NameQuery], listed: float
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Return for each query the best score, the score of the entity it means (0 if it is not among
    the answers), and whether an answer is shown that is right, or of a stranger any answer.

    Each is asked twice: for all scores, and for what is shown where no cutoff is stated.
    """
    screener = Screener(hub, listed)
    best, right = np.zeros(len(queries)), np.zeros(len(queries))
    is_shown = np.zeros(len(queries), dtype=bool)
    for place, query in enumerate(queries):
        for options in (MatchQuery(_SHOWN, 0.0), MatchQuery(_SHOWN)):
            (result,), _ = screener.check([query.record], options)
            scores = [match.score for match in result.matches]
            is_right = [
                not query.true_ids.isdisjoint(match.entity["referents"]) for match in result.matches
            ]
            if options.cutoff is None:
                is_shown[place] = any(is_right) if query.true_ids else bool(scores)
            else:
                best[place] = max(scores, default=0.0)
                own = [score for score, own in zip(scores, is_right, strict=True) if own]
                right[place] = max(own, default=0.0)
    return best, right, is_shown


def report(kind: Kind, queries: Sequence[NameQuery], hub: Hub, listed: float) -> list[str]:
    """Return the lines of one kind."""
    own = [query for query in queries if query.record.kind == kind]
    best, right, is_shown = ask(hub, own, listed)
    ways = np.array([query.way for query in own], dtype=object)
    strangers = ways == UNLISTED
    lines = [f"{kind.label}: {len(own):,} names", "  asked        names  match  shown"]
    for way in (UNLISTED, *(way for way in SHARES if (ways == way).any())):
        chosen = ways == way
        score = best if way == UNLISTED else right
        match = (score[chosen] >= MATCH).mean()
        lines.append(f"  {way:10s} {chosen.sum():6,}  {match:6.2%} {is_shown[chosen].mean():6.2%}")
    falling = np.sort(best[strangers])[::-1]
    for share in EXCEEDED if strangers.any() else ():
        border = falling[int(share * len(falling))]
        named = ", ".join(
            f"{way} {(right[ways == way] > border).mean():.1%}"
            for way in SHARES
            if (ways == way).any()
        )
        lines.append(f"  at {border:.3f}, which {share:.1%} of strangers exceed: {named}")
    lines += _calibration(best, right, ways, listed)
    return lines


def _calibration(
    best: Floats, right: Floats, ways: npt.NDArray[np.object_], listed: float
) -> list[str]:
    """Return what the best answers say, and how often they are right, in bins of scores."""
    weights = np.zeros(len(best))
    present = {way: share for way, share in SHARES.items() if (ways == way).any()}
    for way, share in present.items():
        weights[ways == way] = listed * share / sum(present.values()) / (ways == way).sum()
    weights[ways == UNLISTED] = (1 - listed) / max((ways == UNLISTED).sum(), 1)
    lines = []
    for low, high in itertools.pairwise(BINS):
        chosen = (best >= low) & ((best < high) | (high == 1.0)) & (best > 0)
        if chosen.sum() >= 30:
            share = weights[chosen] / weights[chosen].sum()
            is_right = (right == best)[chosen] & (ways != UNLISTED)[chosen]
            said, true = (share * best[chosen]).sum(), (share * is_right).sum()
            lines.append(
                f"  {low:.2f} to {high:.2f}: said {said:.2f}, true {true:.2f} ({chosen.sum():,})"
            )
    return lines


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lists", nargs="*", type=Path)
    parser.add_argument("--records", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--listed", type=float, default=DEFAULT_LISTED)
    parser.add_argument("--kind", choices=("person", "group", "asset"), default="person")
    options = parser.parse_args()
    # no model learns from these seeds
    seed = _FIRST_SEED + options.seed
    strangers = generate(_STRANGERS, seed=seed + 1).records
    if options.lists:
        with ProgressBars() as bars:
            intake = read_list_files(tuple(options.lists), ReadingOptions(), bars)
        queries = query_lists(intake, strangers, seed)
    else:
        world = generate(options.records, seed=seed)
        intake, queries = query_world(QueryWorld(world.records, world.truth, strangers, seed))
    with temporary_hub(intake, RunOptions()) as hub:
        print("\n".join(report(Kind[options.kind.upper()], queries, hub, options.listed)))


if __name__ == "__main__":
    main()
