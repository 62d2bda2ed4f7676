"""Stated pairs of branches: evidence and labels."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.records import Kind, Record
from resolver.records.prepared.population import FrequencyTables
from resolver.training.data.labeled_pairs import LabeledPairs
from resolver.training.directories import BRANCH_ORIGIN, generate_branch_pairs
from resolver.training.resampled_entries import evidence_of_record_pairs
from resolver.world import generate
from tests.matching.preparing import quick_symbols


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return list(generate(1_500, seed=5).records)


@pytest.fixture(scope="module")
def branch_evidence(records: list[Record]) -> LabeledPairs:
    with quick_symbols(
        "resolver.matching.pipeline",
        "resolver.training.data.labeled_pairs",
        "resolver.training.resampled_entries",
    ):
        return evidence_of_record_pairs(
            generate_branch_pairs(records, 7), FrequencyTables(), BRANCH_ORIGIN
        )[Kind.GROUP]


def column(data: LabeledPairs, feature: str) -> np.ndarray:
    return data.evidence[:, data.features.index(feature)]


def test_labels_are_balanced(branch_evidence: LabeledPairs) -> None:
    assert len(branch_evidence) > 50
    assert np.bincount(branch_evidence.labels).tolist() == [len(branch_evidence) // 2] * 2


def test_places_differ_between_branches(branch_evidence: LabeledPairs) -> None:
    place = column(branch_evidence, "branch")
    assert np.mean(place[branch_evidence.labels == 0] == 0) > 0.8
    assert np.mean(place[branch_evidence.labels == 1] >= 0.5) > 0.9


def test_most_branches_share_the_organization_name(branch_evidence: LabeledPairs) -> None:
    assert np.mean(column(branch_evidence, "name")[branch_evidence.labels == 0] == 1) > 0.5


def test_same_seed_gives_same_pairs(records: list[Record]) -> None:
    first, again = (list(generate_branch_pairs(records, 7)) for _ in range(2))
    assert first == again
    assert first != list(generate_branch_pairs(records, 8))


def test_persons_have_no_branches(records: list[Record]) -> None:
    people = [record for record in records if record.kind == Kind.PERSON]
    assert list(generate_branch_pairs(people, 7)) == []
