"""Labels and texts of pages."""

from __future__ import annotations

import pytest

from resolver.api.desk.evidence_rows import evidence_label, evidence_title
from resolver.api.desk.text_filters import country_labels, distinct_roles
from resolver.matching.comparators import COMPARATOR_BY_NAME
from resolver.records.results.explanation import EvidenceRow


@pytest.mark.parametrize("name", COMPARATOR_BY_NAME)
def test_every_comparator_has_a_label(name: str) -> None:
    assert evidence_title(name).lower() != name.replace("_", " ")


@pytest.mark.parametrize("name", ["prior", "calibration", "competition"])
def test_other_rows_of_a_sum_have_a_label(name: str) -> None:
    assert evidence_title(name).lower() != name


def test_label_of_an_interaction_contains_both_comparators() -> None:
    title = "Rarity of the matching names and birth dates, together"
    assert evidence_title("name_rarity × birth_date") == title


@pytest.mark.parametrize(
    ("similarity", "weight", "label"),
    [
        (1.0, 900, "Phone numbers agree"),
        (0.0, -300, "Phone numbers differ"),
        (0.3, 200, "Phone numbers agree in part"),
        (None, 0, "Phone numbers"),
    ],
)
def test_label_states_the_outcome(similarity: float | None, weight: int, label: str) -> None:
    assert evidence_label(EvidenceRow("phone", "", "1", "2", similarity, weight)) == label


@pytest.mark.parametrize(
    ("similarity", "label"),
    [
        (1.0, "No name parts contradict each other"),
        (0.9, "Name parts that contradict each other"),
        (None, "Name parts that contradict each other"),
    ],
)
def test_label_says_that_there_is_no_contradiction(similarity: float | None, label: str) -> None:
    assert evidence_label(EvidenceRow("name_contradicted", "", "a", "b", similarity, 5)) == label


@pytest.mark.parametrize(
    ("roles", "relation", "distinct"),
    [
        (["LEADER", "leader"], "led by", ["leader"]),
        (["MEMBER", "driver"], "has as member", ["driver"]),
        (["MEMBER", "driver"], "", ["driver", "MEMBER"]),
        (["member of", "associated with"], "has as member", ["associated with"]),
        ([], "has as member", []),
    ],
)
def test_roles_are_named_once_and_not_as_the_relation(
    roles: list[str], relation: str, distinct: list[str]
) -> None:
    assert distinct_roles(roles, relation) == distinct


def test_countries_are_named_by_their_codes() -> None:
    assert country_labels(["ir", "sy", "nowhere"]) == "Iran, Syria, nowhere"
