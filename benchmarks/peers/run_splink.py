"""Run Splink on DuckDB with the rules, comparisons and training of its own documentation.

Generated persons have no page there. Their settings are what an experienced user would choose for
a million rows: rules that stay small, comparisons that DuckDB computes fast, and frequencies of
names. No run keeps columns that the answer does not need, since they cost time.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb  # type: ignore[import-not-found,unused-ignore]
import splink.comparison_library as cl  # type: ignore[import-not-found]
from splink import ColumnExpression, DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.harness.datasets import LINK, Task
from benchmarks.peers.job import MERGE_THRESHOLDS, Clock, PeerAnswer, run_script


@dataclass(frozen=True)
class Plan:
    """Settings of one data set: blocking rules, comparisons, and how parameters are estimated."""

    rules: Sequence[Any]
    comparisons: Sequence[Any]
    certain: Sequence[Any]
    certain_recall: float
    training: Sequence[Any]
    sample: float
    id_column: str = "unique_id"
    seed: int | None = None
    fast_em: bool = False
    least_probability: float | None = None
    """Probability from which pairs are kept; None: all."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Additional columns: name to SQL."""


SWAPPED = "l.given_name = r.surname and l.surname = r.given_name"


def febrl3() -> Plan:
    """Return the settings of the page on FEBRL 3."""
    return Plan(
        rules=[
            block_on(name)
            for name in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")
        ],
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison(
                "date_of_birth", input_is_string=True, datetime_format="%Y%m%d"
            ),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ],
        certain=[
            block_on("soc_sec_id"),
            block_on("given_name", "surname", "date_of_birth"),
            f"{SWAPPED} and l.date_of_birth = r.date_of_birth",
        ],
        certain_recall=0.9,
        training=[block_on("date_of_birth"), block_on("postcode")],
        sample=1e6,
        id_column="rec_id",
        seed=2,
    )


def febrl4() -> Plan:
    """Return the settings of the page on FEBRL 4, its detailed model."""
    return Plan(
        rules=[
            block_on("given_name", "surname"),
            SWAPPED,
            block_on("date_of_birth"),
            block_on("soc_sec_id"),
            block_on("state", "address_1"),
            block_on("street_number", "address_1"),
            block_on("postcode"),
        ],
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison(
                "date_of_birth", input_is_string=True, datetime_format="%Y%m%d"
            ),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(
                term_frequency_adjustments=True
            ),
        ],
        certain=[block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")],
        certain_recall=0.8,
        training=[block_on("date_of_birth"), block_on("postcode")],
        sample=1e6,
        id_column="rec_id",
        seed=1,
        fast_em=True,
    )


def fake_1000() -> Plan:
    """Return the settings of the tutorial, with wider blocking rules.

    The rules of its page on blocking join 59 % of the true pairs, these join 81 %.
    """
    return Plan(
        rules=[
            block_on("first_name"),
            block_on("surname"),
            block_on("dob"),
            block_on("email"),
        ],
        comparisons=[
            cl.NameComparison("first_name"),
            cl.NameComparison("surname"),
            cl.LevenshteinAtThresholds(ColumnExpression("dob").cast_to_string(), 1),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        certain=[
            block_on("first_name", "dob"),
            "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
            block_on("email"),
        ],
        certain_recall=0.7,
        training=[block_on("first_name", "surname"), block_on("dob")],
        sample=2e6,
        seed=1,
    )


def historical_50k() -> Plan:
    """Return the settings of the page on historical persons."""
    return Plan(
        rules=[
            block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("postcode_fake", "first_name"),
            block_on("postcode_fake", "surname"),
            block_on("dob", "birth_place"),
            block_on("substr(postcode_fake,1,3)", "dob"),
            block_on("substr(postcode_fake,1,3)", "first_name"),
            block_on("substr(postcode_fake,1,3)", "surname"),
            block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
        ],
        comparisons=[
            cl.ForenameSurnameComparison(
                "first_name", "surname", forename_surname_concat_col_name="both_names"
            ),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode_fake"),
            cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
        certain=[
            block_on("first_name", "surname", "dob"),
            block_on("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
            block_on("dob", "postcode_fake"),
        ],
        certain_recall=0.6,
        training=[block_on("first_name", "surname"), block_on("dob")],
        sample=1e7,
        seed=1,
        fast_em=True,
        columns={"both_names": "first_name || ' ' || surname"},
    )


def generated_persons() -> Plan:
    """Return settings for generated persons, with F1 and time in view."""
    names = ("first_name", "surname")
    return Plan(
        rules=[
            block_on(*names),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("dob", "city"),
            block_on("substr(first_name,1,3)", "substr(surname,1,3)", "city"),
        ],
        comparisons=[
            *(
                cl.JaroWinklerAtThresholds(name, [0.92, 0.8]).configure(
                    term_frequency_adjustments=True
                )
                for name in names
            ),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        ],
        certain=[
            block_on("first_name", "surname", "dob"),
            block_on("surname", "dob", "city"),
            block_on("first_name", "dob", "city"),
        ],
        certain_recall=0.7,
        training=[block_on(*names), block_on("dob")],
        sample=1e7,
        seed=1,
        fast_em=True,
    )


def million_persons() -> Plan:
    """Return the settings for a million rows, where pairs without a chance would fill the disk."""
    return replace(generated_persons(), least_probability=0.01)


PLANS = {
    "febrl3": febrl3,
    "febrl4": febrl4,
    "fake_1000": fake_1000,
    "historical_50k": historical_50k,
    "persons_100k": generated_persons,
    "persons_1m": million_persons,
}


# Three more rules than on the page on historical persons: they join 83 % of the true pairs
# instead of 67 %.
LOOSER = (block_on("surname"), block_on("postcode_fake"), block_on("birth_place", "occupation"))


def run(task: Task, way: str, clock: Clock) -> PeerAnswer:
    """Train, predict every candidate pair, and cluster."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    plan = PLANS[task.dataset]()
    looser = way.endswith("looser")
    rules = [*plan.rules, *(LOOSER if looser else ())]
    api = DuckDBAPI(connection=duckdb.connect())
    tables = [_register(api, str(path), number, plan) for number, path in enumerate(task.tables)]
    settings_creator = SettingsCreator(
        link_type="link_only" if task.mode == LINK else "dedupe_only",
        unique_id_column_name=plan.id_column,
        comparisons=list(plan.comparisons),
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
    linker = Linker(tables if task.mode == LINK else tables[0], settings_creator)
    clock.lap("read")
    _train(linker, plan)
    clock.lap("train")
    predicted = linker.inference.predict(threshold_match_probability=plan.least_probability)
    clock.lap("predict")
    if way.startswith("clusters"):
        return _only_clusters(linker, predicted, plan, clock)
    clusterings = [
        linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_probability=threshold
        )
        for threshold in MERGE_THRESHOLDS[:1]
    ]
    clock.lap("cluster")
    clock.stop()
    clusterings += [
        linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_probability=threshold
        )
        for threshold in MERGE_THRESHOLDS[1:]
    ]
    settings = "settings of its documentation" + (", three rules more" if looser else "")
    return PeerAnswer(
        _pairs(predicted, plan.id_column), _clusters(clusterings, plan.id_column), settings
    )


def _only_clusters(linker: Any, predicted: Any, plan: Plan, clock: Clock) -> PeerAnswer:
    """Return nothing but clusters at the documented threshold, for measurements of speed."""
    threshold = MERGE_THRESHOLDS[1]
    clustering = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_probability=threshold
    )
    frame = clustering.as_duckdbpyrelation().project(f"{plan.id_column}, cluster_id").df()
    clock.lap("cluster")
    clusters = {"id": frame[plan.id_column], f"{threshold:g}": frame["cluster_id"]}
    none: dict[str, Any] = {"left": [], "right": [], "score": []}
    return PeerAnswer(none, clusters, "settings of its documentation")


def _register(api: Any, path: str, number: int, plan: Plan) -> Any:
    """Register a table with every column as text."""
    reader = (
        f"read_csv('{path}', all_varchar=true)"
        if path.endswith(".csv")
        else f"read_parquet('{path}')"
    )
    extra_columns = "".join(f", {sql} as {name}" for name, sql in plan.columns.items())
    key = f"cast({plan.id_column} as varchar) as {plan.id_column}"
    relation = api.duckdb_con.sql(f"select * replace ({key}){extra_columns} from {reader}")
    return api.register(relation.to_arrow_table(), dataset_display_name=f"table_{number}")


def _train(linker: Any, plan: Plan) -> None:
    training = linker.training
    training.estimate_probability_two_random_records_match(
        list(plan.certain), recall=plan.certain_recall
    )
    training.estimate_u_using_random_sampling(max_pairs=plan.sample, seed=plan.seed)
    for rule in plan.training:
        training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=plan.fast_em
        )


def _pairs(predicted: Any, key: str) -> dict[str, Any]:
    frame = predicted.as_duckdbpyrelation().project(f"{key}_l, {key}_r, match_probability").df()
    return {
        "left": frame[f"{key}_l"],
        "right": frame[f"{key}_r"],
        "score": frame["match_probability"],
    }


def _clusters(clusterings: Sequence[Any], key: str) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for threshold, clustering in zip(MERGE_THRESHOLDS, clusterings, strict=True):
        frame = clustering.as_duckdbpyrelation().project(f"{key}, cluster_id").df().sort_values(key)
        columns |= {"id": frame[key].to_numpy(), f"{threshold:g}": frame["cluster_id"].to_numpy()}
    return columns


if __name__ == "__main__":
    run_script("splink", run)
