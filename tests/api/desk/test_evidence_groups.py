"""Evidence by subject: what contradicts first, all parts kept, and the same sum."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.api.desk.charts import Bar, build_waterfall
from resolver.api.desk.evidence_rows import evidence_label, evidence_title, group_evidence
from resolver.engines.pair_scoring import population_rows
from resolver.matching.resolution_task import load_models
from resolver.matching.scoring.source_shifts import PairSources
from resolver.records.prepared.population import KindPopulation
from resolver.records.results.explanation import RELATION_ROW, EvidenceRow

WEIGHTS = {
    "prior": -340,
    "name": 900,
    "name_rarity": -300,
    "name_omitted × name_rarity": 150,
    "birth_date": -1500,
    "name × birth_date": 250,
    "gender": 300,
    "nationality": -700,
    "country": 2000,
    "calibration": -4000,
    "relatives": -250,
    "entities": 600,
}
ONE_SOURCE = PairSources(
    ("a",), np.array([0], dtype=np.int32), np.array([0], dtype=np.int32), np.array([True])
)
ROWS = [EvidenceRow(name, "", "a", "b", 0.1, weight) for name, weight in WEIGHTS.items()]


def test_what_contradicts_most_is_first_and_what_frames_the_sum_is_last() -> None:
    assert [(group.row.name, group.row.weight) for group in group_evidence(ROWS)] == [
        ("birth_date", -1250),
        ("nationality", -700),
        ("country", 2000),
        ("name", 750),
        ("gender", 300),
        ("relatives", -250),
        ("entities", 600),
        ("prior", -4340),
    ]


def test_rows_of_a_population_frame_the_sum() -> None:
    population = KindPopulation(3_000, within=-2_000, across=100)
    model = load_models().models["person"].for_population("S", population)
    rows = list(population_rows(model, (5_000, 3_000), 0, ONE_SOURCE))
    assert "sources" in {row.name for row in rows}
    assert {group.row.name for group in group_evidence(rows)} == {"prior", "relatives"}
    assert evidence_title("sources") == "Matches within one list, or across lists"


def test_errors_in_dates_have_a_row_after_the_limit_for_names() -> None:
    population = KindPopulation(3_000, date_errors=700)
    model = load_models().models["person"].for_population("S", population)
    rows = {
        row.name: row.weight for row in population_rows(model, (5_000, 3_000), 3_452, None, 700)
    }
    assert model.limit is not None
    assert rows["date_errors"] == 700
    assert sum(rows.values()) == 3_452 - 5_000
    assert rows["names_only"] < 0
    assert evidence_title("date_errors") == "Errors in birth dates are common"
    # at the highest score there is, the limit for names does not apply
    highest = population_rows(model, (30_000, 30_000), 13_816, None, 700)
    assert "names_only" not in {row.name for row in highest}


def test_parts_are_those_of_the_subject_the_heaviest_first() -> None:
    groups = {group.row.name: group for group in group_evidence(ROWS)}
    assert [part.name for part in groups["name"].parts] == [
        "name",
        "name_rarity",
        "name_omitted × name_rarity",
    ]
    assert [part.name for part in groups["birth_date"].parts] == ["birth_date", "name × birth_date"]
    assert groups["name"].row.detail == "the name is common"


def test_countries_are_named() -> None:
    (group,) = group_evidence([EvidenceRow("country", "", "kz | ru", "xx", 0.0, -200)])
    assert (group.row.left, group.row.right) == ("Kazakhstan, Russia", "xx")


def test_dates_are_in_words() -> None:
    row = EvidenceRow("birth_date", "", "1967-01-01", "1961~ | 1960/1962", 0.1, -1660)
    (group,) = group_evidence([row])
    assert (group.row.left, group.row.right) == ("1967-01-01", "about 1961, 1960 to 1962")


def test_kinds_of_crime_are_words() -> None:
    row = EvidenceRow("activity", "", "drugs | people_smuggling", "drugs", 1.0, 530)
    (group,) = group_evidence([row])
    assert (group.row.left, group.row.right) == ("drugs, people smuggling", "drugs")


def test_values_that_are_not_what_was_compared_are_left_out() -> None:
    rows = [
        EvidenceRow(
            "acronym", "", "Allied Democratic Forces", "Allied Democratic Forces", 1.0, 640
        ),
        EvidenceRow(RELATION_ROW, "", "linked to", "linked to", None, 500, "Both linked to X"),
        EvidenceRow(RELATION_ROW, "", "owner of", "director of", None, 400, "Both tied to Y"),
    ]
    assert [(group.row.left, group.row.right) for group in group_evidence(rows)] == [
        ("", ""),
        ("", ""),
        ("owner of", "director of"),
    ]


def test_the_sum_is_that_of_the_rows() -> None:
    waterfall = build_waterfall(ROWS)
    assert waterfall.total == sum(WEIGHTS.values())
    assert waterfall.bars[-1].after == waterfall.total
    for bar in waterfall.bars:
        assert sum(part.weight for part in bar.parts) == bar.row.weight


def test_rows_that_compare_nothing_are_left_out() -> None:
    rows = [*ROWS, EvidenceRow("email", "", "", "", None, 0)]
    assert "email" not in {bar.row.name for bar in build_waterfall(rows).bars}


def test_several_small_steps_are_summarized() -> None:
    small = [EvidenceRow(name, "", "a", "b", 1.0, 20) for name in ("phone", "email")]
    waterfall = build_waterfall([*ROWS, *small])
    assert [bar.row.name for bar in waterfall.small] == ["phone", "email"]
    assert waterfall.small_total == 40
    assert build_waterfall([*ROWS, small[0]]).small == ()


def test_each_relation_is_a_subject_of_its_own() -> None:
    texts = ("Both driver in Blue Harbour Crew", "Both member of Red Pier Brotherhood")
    rows = [EvidenceRow(RELATION_ROW, "", "a", "b", None, 700, text) for text in texts]
    assert [(group.row.detail, group.row.weight) for group in group_evidence(rows)] == [
        (texts[0], 700),
        (texts[1], 700),
    ]


@pytest.mark.parametrize(
    ("similarity", "weight", "label", "sign"),
    [
        (1.0, 400, "Nationalities agree", "for"),
        (
            1.0,
            -180,
            "Nationalities agree, as those of many different persons or groups do",
            "usual",
        ),
        (0.0, -300, "Nationalities differ", "against"),
        (0.0, 50, "Nationalities differ, as those of one person or group often do", "usual"),
    ],
)
def test_values_that_agree_are_never_against(
    similarity: float, weight: int, label: str, sign: str
) -> None:
    row = EvidenceRow("nationality", "", "ru", "ru", similarity, weight)
    assert evidence_label(row) == label
    assert Bar(row, 0, 0, 0, 0).sign == sign
