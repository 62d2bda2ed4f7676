"""Small runs for the tests of the report, and a hypothesis strategy for runs."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from resolver.records import Batch, Kind, Record, Value
from resolver.records.results.resolution import (
    Band,
    Links,
    Outcome,
    Resolution,
    RuleStat,
    RunStats,
    StageStat,
)

STAGES = (
    StageStat("block", 1200, "pairs", 0.5, 0.75, 120.4),
    StageStat("compare", 1200, "pairs", 75.0, 80.0, 300.0),
)
RULES = (
    RuleStat("name_tokens", "two words of the name", 40, 900, 600, 0),
    RuleStat("number", "", 10, 300, 0, 7),
)
Pair = tuple[int, int, int, Outcome]
"""Left row, right row, log-odds in thousandths, outcome."""


def record(identity: str, *stated: tuple[str, str], kind: Kind = Kind.PERSON) -> Record:
    schema = {
        Kind.PERSON: "Person",
        Kind.GROUP: "Organization",
        Kind.ASSET: "Vessel",
        Kind.LEGAL: "LegalEntity",
    }[kind]
    return Record(
        identity,
        identity.split(":")[0],
        kind,
        schema,
        tuple(Value(prop, text) for prop, text in stated),
    )


def resolution(records: list[Record], entities: list[int], pairs: list[Pair]) -> Resolution:
    """Return a run. `entities`: entity number of each record, in the order of record ids."""
    batch = Batch.from_records(records).canonical()
    first: dict[int, int] = {}
    labels = np.array(
        [first.setdefault(entity, row) for row, entity in enumerate(entities)], dtype=np.int32
    )
    pairs = sorted(pairs)
    columns = [np.array([pair[place] for pair in pairs], dtype=np.int32) for place in range(4)]
    scores = 1 / (1 + np.exp(-columns[2] / 1000))
    band = np.where(scores >= 0.95, Band.MATCH, Band.REVIEW).astype(np.uint8)
    outcome, basis = columns[3].astype(np.uint8), np.zeros(len(pairs), dtype=np.uint8)
    nobody = np.full(len(pairs), -1, dtype=np.int32)
    left, right, logodds = columns[:3]
    links = Links(left, right, logodds, scores, band, outcome, logodds, basis, nobody)
    bins = np.histogram(scores, bins=50, range=(0, 1))[0].astype(np.int64)
    stats = RunStats("S", {"model": "m 1"}, STAGES, RULES, len(pairs) + 3, bins)
    return Resolution(batch, labels, links, stats)


@st.composite
def runs(draw: st.DrawFn) -> Resolution:
    """Draw runs of up to a dozen records from three sources, with any links."""
    count = draw(st.integers(0, 12))
    ids = sorted(f"{draw(st.sampled_from('abc'))}:{number:02d}" for number in range(count))
    kinds = [draw(st.sampled_from([Kind.PERSON, Kind.GROUP, Kind.ASSET, Kind.LEGAL])) for _ in ids]
    records = [
        record(identity, ("name", f"N {identity}"), kind=kind)
        for identity, kind in zip(ids, kinds, strict=True)
    ]
    entities = [draw(st.integers(0, max(count // 2, 1))) for _ in ids]
    pairs: list[Pair] = []
    for left in range(count):
        for right in range(left + 1, count):
            if draw(st.integers(0, 3)) == 0:
                together = entities[left] == entities[right]
                outcome = (
                    Outcome.MERGED
                    if together
                    else draw(st.sampled_from([Outcome.QUEUED, Outcome.APART]))
                )
                pairs.append((left, right, draw(st.integers(-1230, 9000)), outcome))
    return resolution(records, entities, pairs)
