"""Relations that explanations name: those that counted, for what waits and for what is merged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.engines.local import LocalEngine, dedupe
from resolver.engines.pair_explanation import RelationExplainer, explain_links
from resolver.matching.pipeline import cluster_pairs
from resolver.matching.population_scoring import score_in_population
from resolver.matching.resolution_task import ResolutionTask, load_relation_weights
from resolver.matching.scoring.relation_evidence import (
    RelationEvidence,
    RelationWeights,
    build_relation_table,
)
from resolver.records import Batch, Handling, Record
from resolver.records.results.explanation import RELATION_ROW, EvidenceRow, Explanation
from resolver.records.results.resolution import (
    Band,
    Outcome,
    RelationRounds,
    Resolution,
    StageMeter,
    name_by_smallest_row,
)
from resolver.records.visibility import STRANGER, visible_rows
from tests.engines.local_runs import OPTIONS, build_intake
from tests.matching.preparing import quick_symbols
from tests.records.network_records import (
    generate_crews_of_two_lists,
    generate_network_records,
    make_group,
)

pytestmark = pytest.mark.slow
SEEDS = st.integers(0, 10**6)
_HEALTH = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def resolve(records: Sequence[Record]) -> Resolution:
    return dedupe(build_intake(records), OPTIONS)


def resolve_by_profiles(records: Sequence[Record]) -> Resolution:
    """Resolve records as if no relation were evidence."""
    task = ResolutionTask.build(Batch.from_records(records).canonical(), (), OPTIONS)
    task, scored = score_in_population(task, LocalEngine(), StageMeter())
    task = replace(task, models=replace(task.models, relations=RelationWeights({}, 0, 0)))
    return cluster_pairs(task, scored, StageMeter())


def rounds_of(resolution: Resolution) -> RelationRounds:
    assert resolution.rounds is not None
    return resolution.rounds


def build_explainer(resolution: Resolution) -> RelationExplainer:
    table = build_relation_table(resolution.batch)
    return RelationExplainer.build(resolution, load_relation_weights(), table)


def explain_all(resolution: Resolution) -> list[Explanation]:
    return explain_links(resolution, OPTIONS, np.arange(len(resolution.links)))


def relation_rows(rows: Sequence[EvidenceRow]) -> list[EvidenceRow]:
    return [row for row in rows if row.name == RELATION_ROW]


@settings(deadline=None, max_examples=5, suppress_health_check=_HEALTH)
@given(seed=SEEDS)
def test_neighbors_are_frozen_as_profiles_left_them(seed: int) -> None:
    """Restricted records, whose relations do not count, are no part of it."""
    records = generate_network_records(24, seed)
    resolution, by_profiles = resolve(records), resolve_by_profiles(records)
    visible = visible_rows(resolution.batch, STRANGER)
    rows = np.arange(len(records)) if visible is None else np.flatnonzero(visible)
    frozen, expected = rounds_of(resolution).frozen[rows], by_profiles.labels[rows]
    assert name_by_smallest_row(frozen).tolist() == name_by_smallest_row(expected).tolist()


@settings(deadline=None, max_examples=8, suppress_health_check=_HEALTH)
@given(seed=SEEDS)
def test_rows_are_the_evidence_of_the_round(seed: int) -> None:
    """Whatever two records: their rows are what the round weighed, from either side."""
    resolution = resolve(generate_network_records(24, seed))
    rounds, explainer = rounds_of(resolution), build_explainer(resolution)
    table = build_relation_table(resolution.batch)
    assert table is not None
    evidence = RelationEvidence(
        table, load_relation_weights(), rounds.frozen, resolution.batch.kinds
    )
    for left, right in combinations(range(len(resolution.labels)), 2):
        compared = explainer.explain_pair(left, right)
        if compared is None:
            assert rounds.frozen[left] == rounds.frozen[right]
            continue
        assert compared.are_merged == (resolution.labels[left] == resolution.labels[right])
        state = next(state for state in reversed(rounds.labels) if state[left] != state[right])
        pair = [state[[side]] for side in (left, right)]
        assert sum(row.weight for row in compared.rows) == evidence.weigh(state, *pair)[0]
        swapped = explainer.explain_pair(right, left)
        assert swapped is not None
        mirrored = [row._replace(left=row.right, right=row.left) for row in swapped.rows]
        assert mirrored == list(compared.rows)


@settings(deadline=None, max_examples=8, suppress_health_check=_HEALTH)
@given(seed=SEEDS)
def test_links_that_relations_merged_are_explained_as_sums(seed: int) -> None:
    resolution = resolve(generate_network_records(24, seed))
    links, rounds = resolution.links, rounds_of(resolution)
    for place, explanation in enumerate(explain_all(resolution)):
        left, right = int(links.left[place]), int(links.right[place])
        assert sum(row.weight for row in explanation.rows) == explanation.logodds
        if relation_rows(explanation.rows) and links.outcome[place] == Outcome.MERGED:
            assert rounds.frozen[left] != rounds.frozen[right]
            assert explanation.band is Band.MATCH


@settings(deadline=None, max_examples=5, suppress_health_check=_HEALTH)
@given(seed=SEEDS)
def test_what_merged_an_entity_is_what_its_pairs_say(seed: int) -> None:
    """An entity names the pairs of each round once, and no entity of profiles alone names any."""
    resolution = resolve(generate_network_records(24, seed))
    rounds, explainer = rounds_of(resolution), build_explainer(resolution)
    for label in np.unique(resolution.labels).tolist():
        members = np.flatnonzero(resolution.labels == label)
        compared = list(explainer.explain_entity(label))
        for item in compared:
            pair = int(item.left_records[0]), int(item.right_records[0])
            assert {*item.left_records.tolist(), *item.right_records.tolist()} <= {
                *members.tolist()
            }
            again = explainer.explain_pair(*pair)
            assert again is not None
            assert again.rows == item.rows
        if len(np.unique(rounds.frozen[members])) == 1:
            assert compared == []


def test_no_row_rests_on_a_merge_that_relations_made() -> None:
    """The crews merge by their members; who waits is told nothing of the crew that they became."""
    resolution = resolve(generate_crews_of_two_lists())
    explained = {item.left_id: item for item in explain_all(resolution)}
    crew, waiting = explained["pier:g"], explained["pier:p"]
    labels = dict(zip(resolution.batch.ids.to_pylist(), resolution.labels.tolist(), strict=True))
    assert labels["pier:g"] == labels["quay:g"]
    assert crew.band is Band.MATCH
    assert [row.weight for row in relation_rows(crew.rows)] == [2000, 500]
    assert relation_rows(crew.rows)[0].help.startswith("Both have as member ")
    assert labels["pier:p"] != labels["quay:p"]
    assert relation_rows(waiting.rows) == []
    namesakes = build_explainer(resolution).explain_pair(labels["pier:p"], labels["quay:p"])
    assert namesakes is not None
    assert list(namesakes.rows) == []


def test_a_restricted_record_lends_its_name_to_no_row() -> None:
    """A crew is called by what everybody may see, also where its first record is restricted."""
    records = generate_crews_of_two_lists()[4:5] + generate_crews_of_two_lists()[7:8]
    crews = [make_group(source, 0) for source in ("coast", "pier", "quay")]
    hidden = replace(
        crews[0],
        values=(replace(crews[0].values[0], text="Blue Harbour Crew Of Old"), *crews[0].values[1:]),
        handling=Handling("coast", "H2"),
    )
    members = [
        replace(
            item,
            relations=tuple(replace(tie, target_id=f"{tie.target_id}0") for tie in item.relations),
        )
        for item in records
    ]
    resolution = resolve([hidden, *crews[1:], *members])
    labels = dict(zip(resolution.batch.ids.to_pylist(), resolution.labels.tolist(), strict=True))
    assert labels["pier:g0"] == labels["coast:g0"]
    (row,) = relation_rows(next(i for i in explain_all(resolution) if i.left_id == "pier:p").rows)
    assert row.help == "Both driver in Blue Harbour Crew since 2014."
