"""Count what lists and generated worlds say of contradictions, and give it to models.

`python -m benchmarks.measured_evidence FOLDER LIST...` writes `measured.json` into a folder of
models, from the lists and from generated worlds, then the models and checks with the weights that
were measured, and the card. Without lists it takes the counts that the folder has. The same lists
and models give the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from resolver.lists.readers import read_lists
from resolver.matching.comparators import features_of
from resolver.matching.resolution_task import CHECKS, build_tables
from resolver.matching.scoring import model_from_json, model_to_json
from resolver.matching.scoring.terms import term_to_json
from resolver.models import loader
from resolver.records import KIND_BY_LABEL, Batch
from resolver.records.prepared.population import FrequencyTables
from resolver.training.fit.measured_evidence import (
    MEASURED,
    Counts,
    apply_measured,
    combine_counts,
    count_levels,
    counted_terms,
    counts_to_json,
    load_measured,
)
from resolver.training.train import write_measured_section
from resolver.world import generate

WORLDS = ((3_000, 951), (3_000, 952), (10_000, 953), (10_000, 954))
"""Records and seeds of the generated worlds. None of their pairs is a training pair, but weights
follow their counts.
"""


def _count_worlds(tables: FrequencyTables) -> Iterator[Counts]:
    for records, seed in WORLDS:
        world = generate(records, seed=seed)
        batch = Batch.from_records(world.records).canonical()
        yield count_levels(batch, tables, truth=dict(world.truth), seed=seed)


def main(folder: Path, lists: list[Path]) -> None:
    """Write counts, models and card into a folder that holds models."""
    if lists:
        tables = build_tables(loader.load("tables", folder))
        intake = read_lists(lists)
        counted = count_levels(intake.batch, tables, sorted(intake.deduplicated_sources))
        counts = {
            "lists": counts_to_json(counted),
            "worlds": counts_to_json(combine_counts(_count_worlds(tables))),
        }
        loader.save(MEASURED, counts, folder)
    measured = load_measured(folder)
    for label in loader.KINDS:
        kind = KIND_BY_LABEL[label]
        model = model_from_json(loader.load(label, folder), features_of(kind))
        loader.save(label, model_to_json(apply_measured(model, measured.get(kind, {}))), folder)
    checks = loader.load(CHECKS, folder)
    for label, terms in checks["kinds"].items():
        if stated := counted_terms(label, measured.get(KIND_BY_LABEL[label], {})):
            terms["stated"] = list(map(term_to_json, stated))
    loader.save(CHECKS, checks, folder)
    write_measured_section(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(argument) for argument in sys.argv[2:]])
